"""Verbs for takes: add one, list them, look at one closely."""

import json as jsonlib
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, cast

import typer

from circletake.cli.commands.words import ShotArgument, StageOption, checked, status_word
from circletake.cli.verb import AsOption, JsonOption, ProductionOption, StudioOption, line, table, verb
from circletake.domain.provenance import plain
from circletake.domain.take import ORIGINS, ChangeKind, Origin
from circletake.errors import NotFound
from circletake.generate.recipes import Recipe, again
from circletake.workflows.show_provenance import ProvenanceView
from circletake.workflows.views import TakeView, TaskView

take_app = typer.Typer(help="Takes: attempts at a shot.", no_args_is_help=True)


@take_app.command("add")
def take_add(
    shot: ShotArgument,
    file: Annotated[Path, typer.Argument(help="The take: a film at the production's rate, or a still.")],
    *,
    stage: StageOption = "animation",
    label: Annotated[str, typer.Option("--label", help="A few words about this attempt.")] = "",
    origin: Annotated[
        str, typer.Option("--origin", help="camera, drawn, generated, library or splice.")
    ] = "drawn",
    parent: Annotated[int | None, typer.Option("--from", help="Number of the take it was made from.")] = None,
    change: Annotated[
        str, typer.Option("--change", help="How it came from that take: rework, subrange or upstream_only.")
    ] = "rework",
    on: Annotated[
        list[str] | None,
        typer.Option(
            "--on",
            help="Slot it leans on: sheet:dog, take:SH010/animation; every adopted sheet if left out.",
        ),
    ] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Measure it right away.")] = True,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Add a file as a take of a shot; you count as its maker."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        came = cast("Origin", checked(origin, ORIGINS, "origin"))
        view = here.studio.add_take(
            here.session,
            here.production,
            shot=shot,
            stage=stage,
            path=file,
            label=label,
            origin=came,
            parent=parent,
            change=cast("ChangeKind", checked(change, ("rework", "subrange", "upstream_only"), "change")),
            on=on,
        )
        if wait:
            here.work()
            view = here.studio.task(here.session, view.id)
        take = view.takes[-1]
        here.answer(take, lambda: _say_take(take))


@take_app.command("list")
def take_list(
    shot: ShotArgument,
    *,
    stage: StageOption = "animation",
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """List a shot's takes with their state and what the checks say."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.task(
            here.session, here.studio.find_task(here.session, here.production, shot, stage)
        )
        here.answer(view, lambda: _say_takes(view))


def _say_takes(view: TaskView) -> None:
    table(
        f"{view.code} · {view.title} · {view.stage_label} · {status_word(view.status)}",
        ["take", "state", "stack", "frames", "label", "checks"],
        [
            [
                str(take.number),
                take.state + (" (in the cut)" if take.in_cut else ""),
                str(take.stack),
                str(take.n_frames),
                take.label,
                " ".join(f"⚑ {evidence.sentence}" for evidence in take.evidence if evidence.flagged)
                or "no flag",
            ]
            for take in view.takes
        ],
    )


@take_app.command("adopt")
def take_adopt(
    shot: ShotArgument,
    *,
    stage: StageOption = "animation",
    take: Annotated[
        int | None, typer.Option("--take", help="Number of the take; the newest that passes if left out.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Measure what has to be.")] = True,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Make a take that passes its gates the one that others lean on."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        task = here.studio.find_task(here.session, here.production, shot, stage)
        view = here.studio.adopt(here.session, task, number=take)
        if wait:
            here.work()
        after = here.studio.lineage(here.session, task)
        here.answer(view, lambda: line(f"{after.slot} holds take {after.adopted_take} from now on."))


@take_app.command("show")
def take_show(
    shot: ShotArgument,
    number: Annotated[int, typer.Argument(help="Number of the take.")],
    *,
    stage: StageOption = "animation",
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show one take: its hash, its evidence, what each gate says, what was decided, where it came from."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.task(
            here.session, here.studio.find_task(here.session, here.production, shot, stage)
        )
        take = get_take(view, number)
        origin = here.studio.provenance(here.session, view.id, content=take.content)
        here.answer({**asdict(take), "provenance": origin}, lambda: _say_whole(take, origin))


@take_app.command("recipe")
def take_recipe(
    shot: ShotArgument,
    number: Annotated[int, typer.Argument(help="Number of the take.")],
    *,
    change: Annotated[
        str | None, typer.Option("--change", help="One thing to be otherwise, as WORD=VALUE: seed=7.")
    ] = None,
    to: Annotated[Path | None, typer.Option("--to", help="Write it there, as JSON.")] = None,
    stage: StageOption = "animation",
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show what made a take: its workflow, and where in it prompt, seed, size and pictures stand.

    With `--change` the recipe of the next one, and the difference in words.
    """
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.task(
            here.session, here.studio.find_task(here.session, here.production, shot, stage)
        )
        recipe = here.studio.recipe(here.session, view.id, content=get_take(view, number).content)
        words = ""
        if change is not None:
            word, _, value = change.partition("=")
            recipe, words = again(recipe, word.strip(), value)
        if to is not None:
            to.write_text(jsonlib.dumps(recipe.record(), ensure_ascii=False, indent=2) + "\n", "utf-8")
        told = {"identity": recipe.identity, "difference": words, **recipe.record()}
        here.answer(told, lambda: _say_recipe(recipe, words, to))


def _say_recipe(recipe: Recipe, words: str, to: Path | None) -> None:
    line(f"workflow {recipe.identity}")
    for word in recipe.bindings:
        shown = plain(" ".join(str(recipe.value(word)).split()))
        line(f"  {word}: {shown[:_LONGEST_SHOWN]} ({', '.join(recipe.bindings[word])})")
    if words:
        line(f"  changed: {plain(words)}")
    if to is not None:
        line(f"  written to {to}")


def get_take(view: TaskView, number: int | None) -> TakeView:
    """A task's take by its number; None is the newest.

    Raises:
        NotFound: there is none.
    """
    found = [take for take in view.takes if number is None or take.number == number]
    if not found:
        raise NotFound(
            f"{view.code} has no take {number or ''} at {view.stage}; `circletake take list {view.code}`."
        )
    return found[-1]


_TRUST_MARKS = {"receipt": "●", "signed": "◆", "embedded": "■", "inferred": "○", "declared": "“"}
_LONGEST_SHOWN = 300  # all of it is on the desk, and in --json
_MARKS = {"satisfied": "✓", "overridden": "!", "hidden": "·"}
_SPOKEN = {"overridden", "hidden", "error"}


def _say_take(take: TakeView) -> None:
    line(
        f"take {take.number} · {take.state} · {take.n_frames} frames · "
        f"{take.width_px}×{take.height_px} · {take.label}"
    )
    line(f"  content {take.content}")
    line(f"  made by {', '.join(maker.name for maker in take.made_by)}")
    for evidence in take.evidence:
        worst = f" Worst: frame {evidence.worst_frame}." if evidence.worst_frame is not None else ""
        line(
            f"  {'⚑' if evidence.flagged else '·'} {evidence.check} {evidence.version}: "
            f"{evidence.sentence}{worst}"
        )
        if evidence.flagged:
            line(f"    evidence {evidence.id[:12]}")
    if take.hidden:
        line("  Hidden until you decide: what others said at the blind gate, and what was measured.")
    for gate in take.gates:
        mark = _MARKS.get(gate.result, "✕")
        line(f"  {mark} {gate.label}" + (f" ({gate.result})" if gate.result in _SPOKEN else ""))
        for finding in gate.findings:
            line(f"      {'✓' if finding.holds else '✕'} {finding.sentence}")
    if take.parent_take is not None:
        parent = take.parent_take
        line(f"  {parent.change} of take {parent.take}")
        for veto in parent.vetoes:
            why = f" ({', '.join(veto.reasons)})" if veto.reasons else ""
            line(f"    ✕ which {veto.person.name} vetoed at {veto.gate}{why}")
    for carried in take.carried:
        given = carried.original
        counts = "counts" if carried.counts and given.live else "does not count"
        line(
            f"  carried from take {carried.from_take} (entry {given.seq}): {given.value_name} by "
            f"{given.person.name} at {given.gate}; {counts} here, never in a delivery"
        )
    for verdict in take.verdicts:
        reasons = f" ({', '.join(verdict.reasons)})" if verdict.reasons else ""
        note = f" “{verdict.note}”" if verdict.note else ""
        past = "" if verdict.live else " [past]"
        line(
            f"  #{verdict.seq} {verdict.at[:16]} {verdict.person.name}: "
            f"{verdict.value_name} at {verdict.gate}"
            f"{reasons}{note}{past}"
        )


def _say_whole(take: TakeView, origin: ProvenanceView) -> None:
    _say_take(take)
    if not origin.is_read:
        line("  where it came from: not read yet; it is, as soon as jobs run")
    elif origin.is_unknown:
        line("  where it came from: unknown; nothing in its file says how it was made")
    for fact in origin.facts:
        shown = " ".join(fact.value.split())
        cut = f"{shown[:_LONGEST_SHOWN]}…" if len(shown) > _LONGEST_SHOWN else shown
        line(f"  {_TRUST_MARKS[fact.trust]} {fact.trust:8} {fact.what}: {cut} ({fact.where})")
    for refused in origin.refused:
        line(f"  ! {refused}")


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    app.add_typer(take_app, name="take")
