"""A splice as its recipe says, and what its seams measure: before it is repaired, and after."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from circletake.checks.seam.certificate import Bound, certify_runs, evidence_of
from circletake.checks.seam.signals import Run, measure_run
from circletake.checks.seam.sound import heard
from circletake.cut.repair.recipe import Footage, read_recipe
from circletake.cut.repair.run import run_recipe
from circletake.domain.time import FrameRange
from circletake.media.picture import Rgb
from circletake.media.source import Source, open_source
from circletake.media.store import ContentStore
from circletake.work.executors.port import Report
from circletake.workflows.calls.analyse import told


def run(args: dict[str, Any], report: Report) -> dict[str, object]:
    """In a worker process: run the recipe where it is to make a take, measure the seams of what there is."""
    store = ContentStore(Path(args["store"]))
    recipe = read_recipe(store.read(args["recipe"]))
    source = recipe.source
    like = open_source(store, source.content)
    plates = (_run(store, recipe.before, like), _run(store, recipe.after, like))
    certified = [_certified(store, args, plates, Footage(source.content, source.first, recipe.frames))]
    if args["take"] is None:
        return {"evidence": certified}
    made = run_recipe(store, recipe, progress=report.progress, cancelled=report.cancelled)
    certified.append(_certified(store, args, plates, Footage(made.content, 0, made.n_frames)))
    return {
        "content": made.content,
        "dropped": made.dropped,
        "evidence": certified,
        "height_px": made.height_px,
        "n_frames": made.n_frames,
        "width_px": made.width_px,
    }


def _certified(
    store: ContentStore, args: dict[str, Any], plates: tuple[Run, Run], splice: Footage
) -> dict[str, object]:
    """The certificate of some frames between the recipe's plates, as its entry in the book says it."""
    like = open_source(store, splice.content)
    evidence = evidence_of(
        certify_runs(plates[0], _run(store, splice, like), plates[1]),
        Bound(
            slot=args["slot"],
            content=splice.content,
            frames=FrameRange(splice.first, splice.first + splice.frames),
            before=args["before"],
            after=args["after"],
        ),
    )
    evidence.summary["joins"] = args["joins"]
    evidence.summary["recipe"] = args["recipe"]
    return {**told(store, evidence), "content": splice.content}


def _run(store: ContentStore, footage: Footage | None, like: Source) -> Run:
    """Some frames with their sound, measured in the size of the splice."""
    if footage is None:
        return measure_run(())
    source = open_source(store, footage.content)
    span = FrameRange(footage.first, footage.first + footage.frames)
    return measure_run(_frames(source, span, like), heard(source, span))


def _frames(source: Source, span: FrameRange, like: Source) -> Iterator[Rgb]:
    for frame in source.frames(span):
        if (frame.width_px, frame.height_px) == (like.width_px, like.height_px):
            yield frame.rgb()
        else:
            yield frame.rgb_at(like.width_px, like.height_px)
