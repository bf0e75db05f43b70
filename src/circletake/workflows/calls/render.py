"""A cut as it is joined: segments that are not cached are encoded, by as many processes as there are."""

from pathlib import Path
from typing import Any

from circletake.cut.cache import FolderCache
from circletake.cut.document import read_cut
from circletake.cut.presets import PRESETS, make_output
from circletake.cut.render import encode_pieces, render_cut
from circletake.media.store import ContentStore
from circletake.work.executors.port import Report


def run(args: dict[str, Any], report: Report) -> dict[str, object]:
    """In a worker process: encode the segments that are not cached, join all of them."""
    store = ContentStore(Path(args["store"]))
    rendered = render_cut(
        store,
        read_cut(args["cut"]),
        FolderCache(Path(args["cache"])),
        progress=report.progress,
        cancelled=report.cancelled,
    )
    return {"content": rendered.content, "encoded": rendered.encoded_frames, "n_frames": rendered.n_frames}


def encode(args: dict[str, Any], report: Report) -> dict[str, object]:
    """In a worker process: encode segments that nobody else encodes, beside the one that joins them."""
    encoded = encode_pieces(
        ContentStore(Path(args["store"])),
        read_cut(args["cut"]),
        FolderCache(Path(args["cache"])),
        progress=report.progress,
        cancelled=report.cancelled,
    )
    return {"encoded": encoded}


def output(args: dict[str, Any], report: Report) -> dict[str, object]:
    """In a worker process: make a version of the film for a purpose."""
    content = make_output(
        ContentStore(Path(args["store"])),
        read_cut(args["cut"]),
        FolderCache(Path(args["cache"])),
        PRESETS[str(args["preset"])],
        names={str(content): str(name) for content, name in args["names"].items()},
        progress=report.progress,
        cancelled=report.cancelled,
    )
    return {"content": content}
