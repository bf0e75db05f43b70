"""A take as a maker of the cut makes it out of its neighbours."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from circletake.cut.makers.protocol import Edge, Rgb, Wish, get_maker
from circletake.media.encode import write_movie
from circletake.media.source import open_source
from circletake.media.store import ContentStore
from circletake.work.executors.port import Report


def run(args: dict[str, Any], report: Report) -> dict[str, object]:
    """In a worker process: open the neighbours, make the frames, write them into the store."""
    store = ContentStore(Path(args["store"]))
    wish = _read_wish(store, args["wish"])
    made = get_maker(args["maker"]).make(wish)

    def counted() -> Iterator[Rgb]:
        for n, frame in enumerate(made.frames):
            report.progress(n, wish.frames)
            yield frame

    rate = Fraction(*args["rate"])
    with store.writing(".mp4") as writing:
        n_frames = write_movie(
            writing.path, counted(), rate=rate, width_px=wish.width_px, height_px=wish.height_px
        )
    return {"content": writing.content, "method": made.method, "n_frames": n_frames}


def _read_wish(store: ContentStore, told: dict[str, Any]) -> Wish:
    def edge(which: str) -> Edge | None:
        side = told[which]
        return Edge(side["shot"], open_source(store, side["content"]), side["frame"]) if side else None

    named = told["source"]
    x, y, width, height = told["start"]
    to_x, to_y, to_width, to_height = told["end"]
    return Wish(
        shot=told["shot"],
        frames=told["frames"],
        width_px=told["size"][0],
        height_px=told["size"][1],
        before=edge("before"),
        after=edge("after"),
        source=open_source(store, named["content"]) if named else None,
        source_shot=named["shot"] if named else "",
        source_in=told["source_in"],
        source_out=told["source_out"],
        side=told["side"],
        start=(x, y, width, height),
        end=(to_x, to_y, to_width, to_height),
        ease=told["ease"],
    )
