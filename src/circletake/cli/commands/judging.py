"""Verbs for judging: what waits, what the checks say, and a person's verdict."""

import re
import uuid
from typing import Annotated

import typer

from circletake.cli.commands.takes import get_take
from circletake.cli.commands.words import ShotArgument, StageOption
from circletake.cli.verb import AsOption, JsonOption, ProductionOption, StudioOption, line, table, verb
from circletake.domain.facts import PASSES
from circletake.domain.verdict import DISPOSITIONS, value_of
from circletake.errors import NotFound, RoleMissing, VerdictInvalid
from circletake.workflows.views import GateView, QueueItemView, TakeView


def queue(*, studio: StudioOption = None, as_: AsOption = None, json: JsonOption = False) -> None:
    """List what waits for you."""
    with verb(studio, as_json=json, name=as_) as here:
        items = here.studio.queue(here.session)
        here.answer(items, lambda: _say_queue(items))


def _say_queue(items: list[QueueItemView]) -> None:
    if not items:
        line("Nothing waits for you.")
        return
    table(
        "",
        ["production", "shot", "title", "stage", "gate", "takes", "flagged"],
        [
            [
                item.production,
                item.code,
                item.title,
                item.stage_label,
                item.gate_label,
                str(item.takes),
                str(item.flagged or ""),
            ]
            for item in items
        ],
    )


def check(
    shot: Annotated[
        str | None, typer.Argument(help="Code of one shot; the whole production if left out.")
    ] = None,
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Measure whatever the gates ask for and nobody has measured yet."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        owed = here.studio.check(here.session, here.production, shot=shot)
        done = here.work([job.key for job in owed])
        here.answer(
            done, lambda: line(f"{len(done)} measurements were made." if done else "Everything is measured.")
        )


def parse_frames(text: str) -> tuple[int, int]:
    """Read `12-30`, both frames included, as a half-open range.

    Raises:
        VerdictInvalid: not a range.
    """
    first, _, last = text.partition("-")
    if not first.isdigit() or (last and not last.isdigit()) or int(last or first) < int(first):
        raise VerdictInvalid(f"“{text}” is not a range of frames; write 12-30, or 12 for one frame.")
    return int(first), int(last or first) + 1


def parse_region(text: str) -> tuple[int, int, int, int, int]:
    """Read `FRAME@X,Y,WIDTH,HEIGHT`, the last four in ten-thousandths of the picture.

    Raises:
        VerdictInvalid: not a region.
    """
    match = re.fullmatch(r"(\d+)@(\d+),(\d+),(\d+),(\d+)", text)
    if match is None:
        raise VerdictInvalid(
            f"“{text}” is no region; write FRAME@X,Y,WIDTH,HEIGHT in ten-thousandths of the picture."
        )
    frame, x, y, width, height = map(int, match.groups())
    return frame, x, y, width, height


def verdict(
    shot: ShotArgument,
    value: Annotated[str, typer.Argument(help="veto, concern, seen, fine or circled.")],
    *,
    take: Annotated[
        int | None, typer.Option("--take", help="Number of the take; the newest if left out.")
    ] = None,
    stage: StageOption = "animation",
    gate: Annotated[
        str | None, typer.Option("--gate", help="Gate; the first open one you vote at if left out.")
    ] = None,
    reason: Annotated[
        list[str] | None, typer.Option("--reason", help="Reason code, such as character.off_model.")
    ] = None,
    note: Annotated[str | None, typer.Option("--note", help="In your own words.")] = None,
    frames: Annotated[list[str] | None, typer.Option("--frames", help="Frames it is about: 12-30.")] = None,
    answer: Annotated[
        str | None,
        typer.Option("--answer", help="Answer what the checks flagged: waive, best_possible or not_a_fault."),
    ] = None,
    severity: Annotated[
        str | None, typer.Option("--severity", help="How heavy it is: fyi, issue or blocker.")
    ] = None,
    region: Annotated[
        list[str] | None,
        typer.Option("--region", help="Where: FRAME@X,Y,WIDTH,HEIGHT in ten-thousandths of the picture."),
    ] = None,
    watched: Annotated[
        list[str] | None, typer.Option("--watched", help="Frames you played, in whatever player: 0-99.")
    ] = None,
    dwell_s: Annotated[int, typer.Option("--dwell", min=0, help="How many seconds you looked at it.")] = 0,
    key: Annotated[str | None, typer.Option("--key", help="Makes a repeated call count once.")] = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Say what you decided about a take, and why."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        number = value_of(value)
        if answer is not None and answer not in DISPOSITIONS:
            raise VerdictInvalid(f"“{answer}” is no answer; say one of {', '.join(DISPOSITIONS)}.")
        task = here.studio.find_task(here.session, here.production, shot, stage)
        view = here.studio.task(here.session, task)
        judged = get_take(view, take)
        at = _gate(judged, gate, number)
        told = here.studio.record_verdict(
            here.session,
            task=task,
            content=judged.content,
            gate=at.key,
            value=number,
            key=key or uuid.uuid4().hex,
            reasons=reason or [],
            disposition=answer or "fix",
            note=note,
            ranges=[parse_frames(text) for text in frames or []],
            answers=[evidence.id for evidence in judged.evidence if evidence.flagged] if answer else [],
            gate_hash=at.hash,
            upstream=view.upstream,
            severity=severity,
            regions=[parse_region(text) for text in region or []],
            watched=[parse_frames(text) for text in watched or []],
            dwell_ms=dwell_s * 1000,
        )
        after = get_take(told, judged.number)
        here.answer(after, lambda: _say_after(told.code, after, at.key))


def _say_after(code: str, take: TakeView, gate: str) -> None:
    line(f"Recorded. {code} take {take.number} is {take.state}.")
    for said in take.gates:
        if said.override is not None:
            line(f"  {said.label} is OVERRIDDEN by {said.override.person.name}.")
        elif said.result != "satisfied":
            line(f"  {said.label} still asks: {' '.join(m for f in said.findings for m in f.missing)}")
        elif said.key == gate:
            line(f"  {said.label} passes.")


def _gate(take: TakeView, key: str | None, value: int) -> GateView:
    """The gate that is meant: by name, or the first open one at which this value may be given."""
    if key is not None:
        for gate in take.gates:
            if gate.key == key:
                return gate
        raise NotFound(
            f"There is no gate “{key}” here; there are {', '.join(gate.key for gate in take.gates)}."
        )
    able = [
        gate
        for gate in take.gates
        if gate.low is not None and gate.high is not None and gate.low <= value <= gate.high
    ]
    waiting = [gate for gate in able if gate.result not in PASSES]
    if not able:
        raise RoleMissing(
            f"You have no such vote at any gate here: {', '.join(gate.label for gate in take.gates)}."
        )
    return (waiting or able)[0]


def withdraw(
    seq: Annotated[int, typer.Argument(help="Number of the verdict's entry in the book.")],
    *,
    studio: StudioOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Take one of your own verdicts back; the old one stays readable."""
    with verb(studio, as_json=json, name=as_) as here:
        view = here.studio.withdraw(here.session, verdict_seq=seq, key=uuid.uuid4().hex)
        here.answer(view, lambda: line(f"Withdrawn. {view.code} is {view.status}."))


def hold(
    shot: ShotArgument,
    reason: Annotated[str | None, typer.Argument(help="Why; leave it out to take the task up again.")] = None,
    *,
    stage: StageOption = "animation",
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Park a task for a reason, or take it up again."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        task = here.studio.find_task(here.session, here.production, shot, stage)
        view = (
            here.studio.hold(here.session, task, reason)
            if reason
            else here.studio.release(here.session, task)
        )
        here.answer(view, lambda: line(f"{view.code} is {view.status}."))


def reasons(
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """List every reason code and its two keys on the desk: a production's own, if you name one."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        families = here.studio.reasons(here.session, here.production) if production else here.studio.reasons()
        here.answer(
            families,
            lambda: table(
                "",
                ["keys", "code", "meaning"],
                [[one.key, one.code, one.label] for family in families for one in family.reasons],
            ),
        )


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    for name, command in (
        ("queue", queue),
        ("check", check),
        ("verdict", verdict),
        ("withdraw", withdraw),
        ("hold", hold),
        ("reasons", reasons),
    ):
        app.command(name)(command)
