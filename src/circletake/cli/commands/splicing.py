"""Verbs for splices: make a take like what stands beside its slot, measure its seams, say what they say."""

from typing import Annotated

import typer

from circletake.cli.commands.cutting import SlotArgument, cut_app
from circletake.cli.commands.takes import get_take
from circletake.cli.verb import AsOption, JsonOption, ProductionOption, StudioOption, line, table, verb
from circletake.errors import NotFound
from circletake.workflows.seam_views import SeamsView

JoinsOption = Annotated[
    str, typer.Option("--joins", help="Where the action goes on: both, in or out; the other end is a cut.")
]


def splice(
    slot: SlotArgument,
    *,
    take: Annotated[int, typer.Option("--take", help="Number of the take to make fit.")],
    source_in: Annotated[int, typer.Option("--in", help="First frame of the take to use.", min=0)] = 0,
    joins: JoinsOption = "both",
    step: Annotated[
        list[str] | None,
        typer.Option("--step", help="Only this repair: head, colour, sharpness, grain, level or sound."),
    ] = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Make a take like the shots beside its slot: a new take, with a certificate of its seams."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.cut(here.session, here.production)
        place = next((found for found in view.slots if slot in {found.id, found.shot}), None)
        if place is None or place.task is None:
            raise NotFound(f"The cut has no slot {slot}; `circletake cut show` lists them.")
        chosen = get_take(here.studio.task(here.session, place.task), take)
        job = here.studio.cut_splice(
            here.session,
            here.production,
            slot=place.id,
            take=chosen.id,
            source_in=source_in,
            joins=joins,
            steps=step,
            cut_hash=view.hash,
        )
        here.work([job.key])
        seams = here.studio.cut_seams(here.session, here.production, slot=place.id)
        here.answer(seams, lambda: _say_seams(seams))


def seams(
    slot: SlotArgument,
    *,
    measure: Annotated[
        bool, typer.Option("--measure", help="Measure what stands in the slot now, then say it.")
    ] = False,
    joins: JoinsOption = "both",
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Say what the seams of a slot measure, and whether what was measured still stands there."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        if measure:
            job = here.studio.cut_seam(here.session, here.production, slot=slot, joins=joins)
            here.work([job.key])
        view = here.studio.cut_seams(here.session, here.production, slot=slot)
        here.answer(view, lambda: _say_seams(view))


def _say_seams(view: SeamsView) -> None:
    if not view.seams:
        line(f"Nothing was measured in {view.shot} yet: `circletake cut seams {view.shot} --measure`.")
    for seam in view.seams:
        made = f", spliced from take {seam.made_from}" if seam.made_from else ""
        here = ", stands in the cut" if seam.stands else ""
        table(
            f"{view.shot} take {seam.number}{made}{here}",
            ["seam", "what", "off (spreads)", "limit", "p", ""],
            [
                [end.end, reading.label, reading.z, reading.limit, reading.p, "told" if reading.told else ""]
                for end in seam.ends
                for reading in end.readings
            ],
        )
        line(seam.sentence)
        if seam.stale:
            line(f"Stale: {seam.why}")


def register(_: typer.Typer) -> None:
    """Add these verbs to those of the cut."""
    cut_app.command("splice")(splice)
    cut_app.command("seams")(seams)
