"""A proxy for one guest: the film with their name in every frame."""

from pathlib import Path
from typing import Any

from circletake.errors import MediaUnreadable
from circletake.media.listen import listen
from circletake.media.marked_proxy import MarkedProxyWriter
from circletake.media.sheet import open_content
from circletake.media.store import ContentStore
from circletake.work.executors.port import Report

WORDS = "words.txt"
"""What is burnt in, in a guest's folder; where it is gone, the guest is not to see anything any more."""


def run(args: dict[str, Any], report: Report) -> dict[str, object]:
    """In a worker process: decode a content, burn the guest's words in, write it into their folder.

    Where the guest does not see it any more, before or meanwhile, nothing is made and nothing is amiss.
    """
    store, content = ContentStore(Path(args["store"])), str(args["content"])
    folder = Path(args["cache"]) / "guests" / str(args["guest"])
    words = folder / WORDS
    if not words.is_file():
        return {}
    source = open_content(store, content)
    beside = folder / f".{content}.{args['key']}.mp4"

    def is_over() -> bool:
        return report.cancelled() or not words.is_file()

    try:
        writer = MarkedProxyWriter(beside, words.read_text(encoding="utf-8"))
        if listen(source, [writer], progress=report.progress, cancelled=is_over):
            beside.replace(folder / f"{content}.mp4")
    except (FileNotFoundError, MediaUnreadable):
        if words.is_file():
            raise
    return {}
