"""Verbs for missing shots: list them, and have takes made out of what stands around them."""

import re
from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.commands.cutting import SlotArgument, cut_app
from circletake.cli.commands.takes import get_take
from circletake.cli.verb import AsOption, JsonOption, ProductionOption, StudioOption, Verb, line, table, verb
from circletake.cut.makers.protocol import WHOLE, Box
from circletake.errors import AlreadyThere, NotFound, RequestInvalid
from circletake.workflows.find_views import FoundView
from circletake.workflows.gap_pack import unpack_to
from circletake.workflows.gap_views import GapEdgeView, GapsView, GapView
from circletake.workflows.make_take import MakeWish

_NAMED = re.compile(r"^(?P<code>[^:]+):(?P<number>\d+)$")
_EVERY = 1 << 20  # finds: whoever names one may name any
_RANGE = re.compile(r"^(?P<first>\d+)(-(?P<last>\d+))?$")


def gaps(
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """List the missing shots, with what stands on either side and what could be made of it."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.cut_gaps(here.session, here.production)
        here.answer(view, lambda: _say_gaps(view))


def _say_gaps(view: GapsView) -> None:
    if not view.gaps:
        line("No shot is missing.")
    for gap in view.gaps:
        line(f"{gap.shot}  {gap.description}".rstrip())
        line(
            f"  frames {gap.record.start}–{gap.record.end - 1} of the cut: {gap.frames} needed, "
            f"{gap.wanted_frames} wanted with {gap.handles} at either end"
        )
        line(f"  from {_say_edge(gap.before, 'the head of the cut')}")
        line(f"  to   {_say_edge(gap.after, 'the end of the cut')}")
        if gap.board:
            line(f"  board panel: take {gap.board.number} ({gap.board.state})")
        line(f"  could be made: {_say_makers(gap)}")


def _say_edge(edge: GapEdgeView | None, end: str) -> str:
    if edge is None:
        return end
    if edge.take is None:
        return f"{edge.shot}, a gap too"
    return f"{edge.shot} take {edge.take_number}, frame {edge.frame}"


def _say_makers(gap: GapView) -> str:
    return ", ".join(one.name for one in gap.makers if not one.refused) or "nothing"


def make(
    slot: SlotArgument,
    *,
    maker: Annotated[
        str,
        typer.Option(
            "--with", help="slate, hold, dissolve, retime, move or inbetween; `cut gaps` says which."
        ),
    ],
    take: Annotated[
        str | None, typer.Option("--take", help="Take to make it from, as SH010:3.", metavar="CODE:NUMBER")
    ] = None,
    panel: Annotated[bool, typer.Option("--panel", help="Make it from the shot's board panel.")] = False,
    frames: Annotated[
        str | None, typer.Option("--frames", help="Which frames of that take: 12 or 12-40.")
    ] = None,
    side: Annotated[
        str, typer.Option("--side", help="Whose frame a hold holds: before or after.")
    ] = "before",
    start: Annotated[
        str, typer.Option("--from", help="x,y,width,height in hundredths of the picture a move begins on.")
    ] = "0,0,100,100",
    end: Annotated[
        str, typer.Option("--to", help="x,y,width,height in hundredths of the picture it ends on.")
    ] = "0,0,100,100",
    ease: Annotated[str, typer.Option("--ease", help="smooth or linear.")] = "smooth",
    fill: Annotated[bool, typer.Option("--fill", help="Put it into the slot.")] = False,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Make a take for a slot out of its neighbours, another take or a board panel; people judge it."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        cut = here.studio.cut(here.session, here.production)
        place = next((one for one in cut.slots if slot in {one.id, one.shot}), None)
        if place is None or place.task is None:
            raise NotFound(f"The cut has no slot {slot}; `circletake cut show` lists them.")
        first, after = _frames_of(frames)
        job = here.studio.cut_make(
            here.session,
            here.production,
            slot=place.id,
            maker=maker,
            wish=MakeWish(
                take=_take_of(here, place.id, take, is_panel=panel),
                source_in=first,
                source_out=after,
                side=side,
                start=_box_of(start),
                end=_box_of(end),
                ease=ease,
            ),
            cut_hash=cut.hash,
        )
        before = {one.id for one in here.studio.task(here.session, place.task).takes}
        here.work([job.key])
        takes = here.studio.task(here.session, place.task).takes
        made = next((one for one in takes if one.id not in before), None)
        if made is None:
            raise AlreadyThere("Exactly this was made before; `circletake take list` shows it.")
        if fill:
            here.studio.cut_fill(
                here.session, here.production, slot=place.id, take=made.id, cut_hash=cut.hash
            )
        into = (
            "is in the slot now" if fill else f"goes in with: circletake cut fill {slot} --take {made.number}"
        )
        here.answer(made, lambda: line(f"{place.shot} take {made.number}: {made.label}. It {into}."))


def find(
    slot: SlotArgument,
    words: Annotated[
        list[str] | None,
        typer.Argument(help="All of them stand in a shot's code or title, a take's label, or a note on it."),
    ] = None,
    *,
    use: Annotated[
        str | None,
        typer.Option(
            "--use",
            help="Make this one a take of the slot's shot: SH010:3, or autumn/SH010:3 from elsewhere.",
            metavar="[PRODUCTION/]CODE:NUMBER",
        ),
    ] = None,
    fill: Annotated[bool, typer.Option("--fill", help="Put it into the slot, too.")] = False,
    source_in: Annotated[int, typer.Option("--in", help="First frame of it to use.", min=0)] = 0,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Find takes of other shots, here and in your other productions, that could fill a slot."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        text = " ".join(words or [])
        if use is None:
            view = here.studio.cut_find(here.session, here.production, slot=slot, words=text)
            here.answer(view, lambda: _say_found(view, here.production))
            return
        everything = here.studio.cut_find(here.session, here.production, slot=slot, most=_EVERY)
        place, _, named = use.rpartition("/")
        chosen = next(
            (
                one
                for one in everything.found
                if one.production == (place or here.production) and f"{one.shot}:{one.number}" == named
            ),
            None,
        )
        if chosen is None:
            raise NotFound(
                f"Nothing like {use} is found for {everything.shot}; leave --use out to see what is."
            )
        cut = here.studio.cut_take_find(here.session, here.production, slot=everything.slot, take=chosen.take)
        own = next(one for one in cut.slots if one.id == everything.slot)
        made = max(own.offers, key=lambda offer: offer.number)
        if fill:
            here.studio.cut_fill(
                here.session, here.production, slot=own.id, take=made.take, source_in=source_in
            )
        into = (
            "is in the slot now" if fill else f"goes in with: circletake cut fill {slot} --take {made.number}"
        )
        here.answer(made, lambda: line(f"{own.shot} take {made.number}: {made.label}. It {into}."))


def _say_found(view: FoundView, here: str) -> None:
    if not view.found:
        line(f"Nothing is found for {view.shot}; fewer words find more.")
        return
    table(
        f"{view.shot} needs {view.frames} frames; {view.count} found, {len(view.found)} shown",
        ["use", "shot", "frames", "near", "stands there", ""],
        [
            [
                f"{'' if one.production == here else one.production + '/'}{one.shot}:{one.number}",
                one.title or one.label,
                str(one.n_frames),
                "" if one.near_percent is None else f"{one.near_percent} %",
                one.state,
                one.refused or " ".join(one.said),
            ]
            for one in view.found
        ],
    )


def pack(
    slot: SlotArgument,
    place: Annotated[Path, typer.Argument(help="Where to: a name that ends in .zip, or a new folder.")],
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Write a missing shot as a pack for a generator: first and last frame, handles, notes and JSON."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        unpack_to(here.studio.cut_pack(here.session, here.production, slot=slot), place)
        here.answer({"pack": str(place)}, lambda: line(f"Written to {place}."))


def receive(
    from_pack: Annotated[
        Path, typer.Argument(help="The pack: its zip, folder or pack.json.", metavar="PACK")
    ],
    film: Annotated[Path, typer.Argument(help="What the generator made.")],
    *,
    label: Annotated[str, typer.Option("--label", help="A few words: which generator, which prompt.")] = "",
    fill: Annotated[bool, typer.Option("--fill", help="Put it into its slot.")] = False,
    source_in: Annotated[
        int, typer.Option("--in", help="First frame to use; 1 leaves a repeated first.png out.", min=0)
    ] = 0,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Take in what a generator made of a pack, as a take of the shot that the pack was made for."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        came = here.studio.cut_receive(here.session, here.production, pack=from_pack, path=film, label=label)
        if fill:
            here.studio.cut_fill(
                here.session, here.production, slot=came.slot, take=came.take, source_in=source_in
            )
        here.answer(
            {"take": came.take, "slot": came.slot, "said": list(came.said)},
            lambda: _say_lines(
                f"It is a take of its shot{' and stands in its slot' if fill else ''}; judge it like any.",
                came.said,
            ),
        )


def _say_lines(text: str, said: tuple[str, ...]) -> None:
    line(text)
    for sentence in said:
        line(f"  - {sentence}")


def _take_of(here: Verb, slot: str, named: str | None, *, is_panel: bool) -> str | None:
    if is_panel:
        found = here.studio.cut_gaps(here.session, here.production)
        gap = next((one for one in found.gaps if one.slot == slot), None)
        if gap is None or gap.board is None:
            raise NotFound("That shot is no gap with a board panel; `circletake cut gaps` lists them.")
        return gap.board.take
    if named is None:
        return None
    match = _NAMED.match(named)
    if match is None:
        raise RequestInvalid(f"“{named}” names no take; write the shot and the number, as SH010:3.")
    task = here.studio.find_task(here.session, here.production, match["code"], "animation")
    return get_take(here.studio.task(here.session, task), int(match["number"])).id


def _frames_of(text: str | None) -> tuple[int, int | None]:
    match = _RANGE.match(text or "0")
    if match is None:
        raise RequestInvalid(f"“{text}” are no frames; write 12, or 12-40 for all from 12 to 40.")
    return int(match["first"]), int(match["last"]) + 1 if match["last"] else None


def _box_of(text: str) -> Box:
    parts = text.split(",")
    try:
        x, y, width, height = (round(float(part) * WHOLE / 100) for part in parts)
    except (ValueError, OverflowError):
        raise RequestInvalid(
            f"“{text}” is no rectangle; write x, y, width and height in hundredths: 10,10,50,50."
        ) from None
    return x, y, width, height


def register(app: typer.Typer) -> None:  # noqa: ARG001 (verbs of the cut, which is an app of its own)
    """Add these verbs."""
    cut_app.command("gaps")(gaps)
    cut_app.command("make")(make)
    cut_app.command("find")(find)
    cut_app.command("pack")(pack)
    cut_app.command("receive")(receive)
