"""An animatic: camera moves are drawn over their pictures, then all of it is rendered as any cut is."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from circletake.cut.cache import FolderCache
from circletake.cut.document import read_cut
from circletake.cut.makers.protocol import Rgb, Wish, get_maker
from circletake.cut.render import render_cut
from circletake.domain.cut import NORMAL, CutVersion, Slot
from circletake.errors import JobFailed
from circletake.ledger.canonical import canonical
from circletake.media.encode import write_movie
from circletake.media.source import open_source
from circletake.media.store import ContentStore
from circletake.work.executors.port import Report

_MAKER = "move"
_EASES = {"in_out": "smooth"}


def run(args: dict[str, Any], report: Report) -> dict[str, object]:
    """In a worker process: make every camera move that is not kept, then render."""
    store, cache = ContentStore(Path(args["store"])), FolderCache(Path(args["cache"]))
    cut = read_cut(args["cut"])
    cameras: dict[str, dict[str, Any]] = dict(args["cameras"])
    slots = tuple(
        _moved(store, cache, cut, slot, cameras[slot.id], report) if slot.id in cameras else slot
        for slot in cut.slots
    )
    rendered = render_cut(
        store,
        replace(cut, slots=slots),
        cache,
        progress=report.progress,
        cancelled=report.cancelled,
        with_slates=True,
    )
    return {"content": rendered.content, "n_frames": rendered.n_frames}


def _moved(
    store: ContentStore,
    cache: FolderCache,
    cut: CutVersion,
    slot: Slot,
    camera: dict[str, Any],
    report: Report,
) -> Slot:
    """The slot with a film of the move in place of the picture."""
    maker = get_maker(_MAKER)
    made_of = {
        "camera": camera,
        "frames": slot.frames,
        "maker": [_MAKER, maker.version],
        "picture": slot.take,
        "rate": [cut.rate.numerator, cut.rate.denominator],
        "size": [cut.width_px, cut.height_px],
    }
    key = hashlib.sha256(canonical(made_of)).hexdigest()
    content = cache.get(key)
    if content is None or not store.has(content):
        content = _film(store, cut, slot, camera, report)
        cache.put(key, content)
    return replace(slot, take=content, source_in=0, speed=NORMAL)


def _film(store: ContentStore, cut: CutVersion, slot: Slot, camera: dict[str, Any], report: Report) -> str:
    start, end = ((box[0], box[1], box[2], box[3]) for box in (camera["start"], camera["end"]))
    wish = Wish(
        shot=slot.shot,
        frames=slot.frames,
        width_px=cut.width_px,
        height_px=cut.height_px,
        source=open_source(store, slot.take or ""),
        source_shot=slot.shot,
        start=start,
        end=end,
        ease=_EASES.get(camera["ease"], camera["ease"]),
        hold=camera["hold"],
    )

    def watched() -> Iterator[Rgb]:
        for frame in get_maker(_MAKER).make(wish).frames:
            if report.cancelled():
                raise JobFailed("The animatic was cancelled; what was made is kept for the next one.")
            yield frame

    with store.writing(".mp4") as entry:
        write_movie(
            entry.path, watched(), rate=Fraction(cut.rate), width_px=cut.width_px, height_px=cut.height_px
        )
    return entry.content
