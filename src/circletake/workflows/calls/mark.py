"""A proxy for one guest: the film with their name in every frame."""

from pathlib import Path
from typing import Any

from circletake.errors import ContentMissing
from circletake.media.listen import listen
from circletake.media.manifest import Sheet, read_manifest
from circletake.media.marked_proxy import MarkedProxyWriter
from circletake.media.sheet import open_sheet
from circletake.media.source import open_source
from circletake.media.store import ContentStore
from circletake.work.executors.port import Report

WORDS = "words.txt"
"""What is burnt in, in a guest's folder; where it is gone, the guest is not to see anything any more."""


def run(args: dict[str, Any], report: Report) -> dict[str, object]:
    """In a worker process: decode a content, burn the guest's words in, write it into their folder.

    Raises:
        ContentMissing: the guest may see nothing any more.
    """
    store, content = ContentStore(Path(args["store"])), str(args["content"])
    folder = Path(args["cache"]) / "guests" / str(args["guest"])
    try:
        words = (folder / WORDS).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContentMissing("Whoever this was for does not see it any more; nothing is made.") from None
    is_sheet = isinstance(read_manifest(store, content), Sheet)
    source = open_sheet(store, content) if is_sheet else open_source(store, content)
    beside = folder / f".{content}.{args['key']}.mp4"
    writer = MarkedProxyWriter(beside, words)
    try:
        if listen(source, [writer], progress=report.progress, cancelled=report.cancelled):
            beside.replace(folder / f"{content}.mp4")
    except FileNotFoundError:
        raise ContentMissing("Whoever this was for does not see it any more; nothing is kept.") from None
    return {}
