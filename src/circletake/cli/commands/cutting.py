"""Verbs for the cut: show it, fill and clear slots, render."""

from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.commands.takes import get_take
from circletake.cli.verb import (
    AsOption,
    JsonOption,
    ProductionOption,
    StudioOption,
    line,
    table,
    verb,
)
from circletake.errors import NotFound
from circletake.workflows.views import CutSlotView, CutView

cut_app = typer.Typer(help="The cut: slots in order, and what fills them.", no_args_is_help=True)

FormOption = Annotated[
    str | None,
    typer.Option("--form", help="otio, edl, fcp7, fcpxml or aaf, where the ending does not say it."),
]
SlotArgument = Annotated[str, typer.Argument(help="Code of the shot, or id of the slot.")]


@cut_app.command("show")
def cut_show(
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show the cut as it stands, and what stands between it and delivery."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.cut(here.session, here.production)
        here.answer(view, lambda: _say_cut(view))


def _say_cut(view: CutView) -> None:
    marks = {"gap": "○ gap", "offered": "● not approved", "circled": "◎ circled", "stale": "◌ stale"}
    table(
        f"{view.production.title} · cut {view.number} · {view.n_frames} frames · {view.hash[:12]}",
        ["slot", "shot", "in the cut", "take", "state", "could fill it"],
        [
            [
                slot.id,
                slot.shot,
                f"{slot.record.start}–{slot.record.end - 1}",
                str(slot.take_number or ""),
                marks[slot.state],
                _say_offers(slot),
            ]
            for slot in view.slots
        ],
    )
    for sentence in view.unheard:
        line(sentence)
    line(f"Rendered: {view.master[:12]}" if view.master else "Not rendered as it stands.")
    if view.missing:
        line("Before it can be delivered:")
        for sentence in view.missing:
            line(f"  - {sentence}")
    else:
        line("Everything is approved; it can be delivered.")


def _say_offers(slot: CutSlotView) -> str:
    circled = [str(offer.number) for offer in slot.offers if offer.state == "circled"]
    return f"{len(slot.offers)} takes" + (f", circled {', '.join(circled)}" if circled else "")


@cut_app.command("assemble")
def cut_assemble(
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Make the first cut: one gap for every shot that is wanted."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.cut_assemble(here.session, here.production)
        here.answer(view, lambda: _say_cut(view))


@cut_app.command("fill")
def cut_fill(
    slot: SlotArgument,
    *,
    take: Annotated[
        int | None, typer.Option("--take", help="Number of the take; the circled one if left out.")
    ] = None,
    source_in: Annotated[int, typer.Option("--in", help="First frame of the take to use.", min=0)] = 0,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Put a take into a slot of the cut."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.cut(here.session, here.production)
        place = next((found for found in view.slots if slot in {found.id, found.shot}), None)
        if place is None or place.task is None:
            raise NotFound(f"The cut has no slot {slot}; `circletake cut show` lists them.")
        task = here.studio.task(here.session, place.task)
        circled = [found.number for found in task.takes if found.state == "circled"]
        if take is None and not circled:
            raise NotFound(f"{place.shot} has no circled take; approve one, or name one with --take.")
        chosen = get_take(task, take if take is not None else circled[-1])
        after = here.studio.cut_fill(
            here.session,
            here.production,
            slot=place.id,
            take=chosen.id,
            source_in=source_in,
            cut_hash=view.hash,
        )
        here.answer(
            after,
            lambda: line(f"{place.shot} is filled with take {chosen.number}; this is cut {after.number}."),
        )


@cut_app.command("clear")
def cut_clear(
    slot: SlotArgument,
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Take a slot's take out again; a gap of the same length stays."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        after = here.studio.cut_clear(here.session, here.production, slot=slot)
        here.answer(after, lambda: line(f"{slot} is a gap now; this is cut {after.number}."))


@cut_app.command("render")
def cut_render(
    *,
    measure: Annotated[
        bool,
        typer.Option("--measure/--no-measure", help="Measure the master and make it playable right away."),
    ] = True,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Render the cut; only what changed since the last render is encoded."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        job = here.studio.cut_render(here.session, here.production)
        if job is not None:
            here.work([job.key])
            if measure:
                here.work()
        view = here.studio.cut(here.session, here.production)
        here.answer(
            view, lambda: line(f"Cut {view.number} is rendered: {view.master}. It is judged like any take.")
        )


@cut_app.command("export")
def cut_export(
    file: Annotated[Path, typer.Argument(help="Where to; its ending says the form: .otio .edl .xml .fcpxml")],
    *,
    form: FormOption = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Write the cut as a timeline for an editor; says what the form cannot carry."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        lost = here.studio.cut_export(here.session, here.production, file, form=form)
        here.answer({"file": str(file), "lost": lost}, lambda: _say_lost(f"Written to {file}.", lost))


@cut_app.command("import")
def cut_import(
    file: Annotated[Path, typer.Argument(help="A timeline: .otio .edl .xml .fcpxml .aaf")],
    *,
    form: FormOption = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Bring an editor's timeline in as the next version of the cut; says what could not be carried."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        came = here.studio.cut_import(here.session, here.production, file, form=form)
        here.answer(
            {"cut": came.cut.hash, "lost": came.lost},
            lambda: _say_lost(f"This is cut {came.cut.number} now.", came.lost),
        )


def _say_lost(text: str, lost: list[str]) -> None:
    line(text)
    for sentence in lost:
        line(f"  - {sentence}")


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    app.add_typer(cut_app, name="cut")
