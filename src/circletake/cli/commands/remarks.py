"""Verbs for what is said beside a verdict: overrides and notes."""

import uuid
from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.commands.judging import parse_frames, parse_region
from circletake.cli.commands.takes import get_take
from circletake.cli.commands.words import ShotArgument, StageOption
from circletake.cli.verb import AsOption, JsonOption, ProductionOption, StudioOption, line, table, verb
from circletake.errors import DiskFull, NotFound
from circletake.workflows.views import GateView, NoteView, TakeView

note_app = typer.Typer(help="Notes on takes: written, answered, settled.", no_args_is_help=True)

TakeOption = Annotated[int | None, typer.Option("--take", help="Number of the take; the newest if left out.")]
KeyOption = Annotated[str | None, typer.Option("--key", help="Makes a repeated call count once.")]


def override(
    shot: ShotArgument,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Reason code, such as story.intent.")],
    note: Annotated[str, typer.Option("--note", help="Why, in your own words; read for ever.")],
    take: TakeOption = None,
    stage: StageOption = "animation",
    gate: Annotated[
        str | None, typer.Option("--gate", help="Gate; the first you may override at if left out.")
    ] = None,
    role: Annotated[str | None, typer.Option("--role", help="In which of your roles.")] = None,
    key: KeyOption = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Let a take pass a gate although rules of it do not hold; it shows as overridden for ever."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        task = here.studio.find_task(here.session, here.production, shot, stage)
        view = here.studio.task(here.session, task)
        judged = get_take(view, take)
        at = _gate(judged, gate)
        told = here.studio.record_override(
            here.session,
            task=task,
            content=judged.content,
            gate=at.key,
            code=reason,
            note=note,
            role=role,
            key=key or uuid.uuid4().hex,
            gate_hash=at.hash,
            upstream=view.upstream,
        )
        after = get_take(told, judged.number)
        here.answer(
            after,
            lambda: line(
                f"{told.code} take {after.number} is OVERRIDDEN at {at.label}; it is {after.state} now."
            ),
        )


def _gate(take: TakeView, key: str | None) -> GateView:
    for gate in take.gates:
        if gate.key == key or (key is None and gate.may_override):
            return gate
    if key is None:
        return take.gates[0]  # what stands in the way there is said when it is tried
    raise NotFound(f"There is no gate “{key}” here; there are {', '.join(gate.key for gate in take.gates)}.")


@note_app.command("add")
def note_add(
    shot: ShotArgument,
    text: Annotated[str, typer.Argument(help="What there is to say.")],
    *,
    take: TakeOption = None,
    stage: StageOption = "animation",
    severity: Annotated[str, typer.Option("--severity", help="fyi, issue or blocker.")] = "issue",
    frames: Annotated[list[str] | None, typer.Option("--frames", help="Frames it is about: 12-30.")] = None,
    region: Annotated[
        list[str] | None,
        typer.Option("--region", help="Where: FRAME@X,Y,WIDTH,HEIGHT in ten-thousandths of the picture."),
    ] = None,
    reply_to: Annotated[str | None, typer.Option("--reply-to", help="Id of the note this answers.")] = None,
    key: KeyOption = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Note something on a take, or answer a note."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        task = here.studio.find_task(here.session, here.production, shot, stage)
        judged = get_take(here.studio.task(here.session, task), take)
        told = here.studio.note_add(
            here.session,
            task=task,
            content=judged.content,
            text=text,
            severity=severity,
            ranges=[parse_frames(one) for one in frames or []],
            regions=[parse_region(one) for one in region or []],
            reply_to=reply_to,
            key=key or uuid.uuid4().hex,
        )
        after = get_take(told, judged.number)
        here.answer(after, lambda: line(f"Noted as {after.notes[-1].id} on {told.code} take {after.number}."))


@note_app.command("list")
def note_list(
    shot: ShotArgument,
    *,
    take: TakeOption = None,
    stage: StageOption = "animation",
    only_open: Annotated[bool, typer.Option("--open", help="Only those that nobody settled.")] = False,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """List the notes on a take."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        task = here.studio.find_task(here.session, here.production, shot, stage)
        notes = get_take(here.studio.task(here.session, task), take).notes
        if only_open:
            notes = [note for note in notes if note.reply_to is None and note.disposition is None]
        here.answer(notes, lambda: _say_notes(notes))


@note_app.command("export")
def note_export(
    shot: ShotArgument,
    to: Annotated[Path, typer.Option("--to", help="Where: .otio is for OpenRV, .pdf is paper.")],
    *,
    take: TakeOption = None,
    stage: StageOption = "animation",
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Write what was noted and drawn on a take into a file."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        task = here.studio.find_task(here.session, here.production, shot, stage)
        told = get_take(here.studio.task(here.session, task), take)
        form = to.suffix.lower().removeprefix(".")
        file = here.studio.export_notes(
            here.session, task=task, content=told.content, form=form, names_path=True
        )
        try:
            to.write_bytes(file.data)
        except OSError as refused:
            raise DiskFull(f"{to} cannot be written: {refused.strerror}; choose another place.") from refused
        answer = {"path": str(to), "form": form, "take": told.number, "notes": len(told.notes)}
        here.answer(answer, lambda: line(f"The notes on take {told.number} are in {to}."))


def _say_notes(notes: list[NoteView]) -> None:
    if not notes:
        line("Nobody noted anything.")
        return
    table(
        "",
        ["note", "who", "severity", "state", "text"],
        [
            [
                note.id if note.reply_to is None else f"↳ {note.id}",
                note.person.name,
                note.severity,
                "" if note.reply_to else note.disposition or "open",
                note.text or "(erased)",
            ]
            for note in notes
        ],
    )


@note_app.command("resolve")
def note_resolve(
    note: Annotated[str, typer.Argument(help="Id of the note, as `note list` has it.")],
    disposition: Annotated[str, typer.Argument(help="waive, best_possible or not_a_fault.")],
    *,
    key: KeyOption = None,
    studio: StudioOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Settle a note on exactly this content."""
    with verb(studio, as_json=json, name=as_) as here:
        view = here.studio.note_resolve(
            here.session, note=note, disposition=disposition, key=key or uuid.uuid4().hex
        )
        here.answer(view, lambda: line(f"Settled: {disposition}. {view.code} is {view.status}."))


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    app.command("override")(override)
    app.add_typer(note_app, name="note")
