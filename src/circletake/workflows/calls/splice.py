"""A splice as its recipe says, and what its seams measure: before it is repaired, and after."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from circletake.checks.seam.certificate import Bound, certify_signals, evidence_of
from circletake.checks.seam.signals import measure_signals
from circletake.cut.repair.recipe import Footage, Recipe, read_recipe
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
    certified = [_certified(store, args, recipe, Footage(source.content, source.first, recipe.frames))]
    if args["take"] is None:
        return {"evidence": certified}
    made = run_recipe(store, recipe, progress=report.progress, cancelled=report.cancelled)
    certified.append(_certified(store, args, recipe, Footage(made.content, 0, made.n_frames)))
    return {
        "content": made.content,
        "dropped": made.dropped,
        "evidence": certified,
        "height_px": made.height_px,
        "n_frames": made.n_frames,
        "width_px": made.width_px,
    }


def _certified(
    store: ContentStore, args: dict[str, Any], recipe: Recipe, splice: Footage
) -> dict[str, object]:
    """The certificate of some frames between the recipe's plates, as its entry in the book says it."""
    like = open_source(store, splice.content)
    before = recipe.before.frames if recipe.before else 0
    signals = measure_signals(
        chain(
            _frames(store, recipe.before, like),
            _frames(store, splice, like),
            _frames(store, recipe.after, like),
        )
    )
    certificate = certify_signals(signals, FrameRange(before, before + splice.frames))
    evidence = evidence_of(
        certificate,
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


def _frames(store: ContentStore, footage: Footage | None, like: Source) -> Iterator[Rgb]:
    if footage is None:
        return
    source = open_source(store, footage.content)
    for frame in source.frames(FrameRange(footage.first, footage.first + footage.frames)):
        if (frame.width_px, frame.height_px) == (like.width_px, like.height_px):
            yield frame.rgb()
        else:
            yield frame.rgb_at(like.width_px, like.height_px)
