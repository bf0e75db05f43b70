"""A take of the demo film, as it is drawn."""

from pathlib import Path
from typing import Any

from circletake.generate.drawn import DRAWN, Order
from circletake.media.encode import write_movie
from circletake.media.store import ContentStore
from circletake.work.executors.port import Report


def run(args: dict[str, Any], report: Report) -> dict[str, object]:
    """In a worker process: draw the take, write it, put it into the store."""
    store = ContentStore(Path(args["store"]))
    made = DRAWN.make(Order(args["film"], args["shot"], args["take"]))

    def counted() -> Any:  # noqa: ANN401 (an iterator of pictures)
        for n, frame in enumerate(made.frames):
            report.progress(n, made.n_frames)
            yield frame

    with store.writing(".mp4") as writing:
        write_movie(
            writing.path,
            counted(),
            rate=made.rate,
            width_px=made.width_px,
            height_px=made.height_px,
            samples=made.samples,
            rate_hz=made.rate_hz,
        )
    return {
        "content": writing.content,
        "label": made.label,
        "n_frames": made.n_frames,
        "rate": str(made.rate),
        "size": [made.width_px, made.height_px],
    }
