"""A cut as it is joined: segments that are not cached are encoded."""

from pathlib import Path
from typing import Any

from circletake.cut.cache import FolderCache
from circletake.cut.document import read_cut
from circletake.cut.render import render_cut
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
