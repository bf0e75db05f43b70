"""The shot cache: which segment was encoded from what, so that only what changed is encoded again.

The segments themselves lie in the content store; here is only where to find them. Everything can be
deleted: what is missing is encoded again, to the same pictures.
"""

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from circletake.media.faults import writing

_HASH = re.compile(r"[0-9a-f]{64}")


class SegmentCache(Protocol):
    """Segment key → content of the encoded segment."""

    def get(self, key: str) -> str | None:
        """The content, or None where nothing was encoded from that."""
        ...

    def put(self, key: str, content: str) -> None:
        """Remember a segment."""
        ...

    def claim(self, key: str) -> AbstractContextManager[bool]:
        """Hold a key while its segment is encoded; False where somebody else holds it.

        Whoever dies holds nothing any more.
        """
        ...


class FolderCache:
    """A small file for each segment; several workers may share the folder.

    Args:
        root: the folder; made when it is first written to.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def get(self, key: str) -> str | None:
        """The content, or None where nothing was encoded from that or its file is damaged."""
        try:
            content = self._place(key).read_text(encoding="ascii")
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        return content if _HASH.fullmatch(content) else None

    def put(self, key: str, content: str) -> None:
        """Remember a segment; seen whole or not at all.

        Raises:
            DiskFull: no room; nothing was noted.
        """
        place = self._place(key)
        beside = place.with_name(f"{key}.{os.getpid()}.{secrets.token_hex(4)}")
        with writing("The shot cache", beside):
            place.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(content, encoding="ascii")
            beside.replace(place)

    @contextmanager
    def claim(self, key: str) -> Iterator[bool]:
        """Hold a key while its segment is encoded; False where somebody else holds it.

        Raises:
            DiskFull: no room.
        """
        place = self._place(key).with_suffix(".claim")
        with writing("The shot cache"):
            place.parent.mkdir(parents=True, exist_ok=True)
            opened = place.open("w")
        with opened as held:
            try:
                # The system lets go of it when the process ends, however that comes.
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                is_there = place.exists() and place.stat().st_ino == os.fstat(held.fileno()).st_ino
            except (BlockingIOError, FileNotFoundError):
                is_there = False
            if not is_there:
                yield False
                return
            try:
                yield True
            finally:
                place.unlink(missing_ok=True)

    def _place(self, key: str) -> Path:
        return self._root / key[:2] / key
