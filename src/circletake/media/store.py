"""The content store: a file is known by the SHA-256 of its bytes, and once here it never changes."""

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from circletake.errors import ContentMissing, MediaHashMismatch
from circletake.media.faults import reading, writing

_BLOCK_BYTES = 1 << 20  # past this, hashing gains nothing from larger reads
_HASH = re.compile(r"^[0-9a-f]{64}$")
_INCOMING = "incoming"
_ABANDONED_S = 24 * 3600  # no single write takes a day: what is older was left by a crash


class Writing:
    """A file on its way into the store; `content` is there once the `with` block has ended well.

    Args:
        path: to write into.

    Attributes:
        hashed: SHA-256 (hex) of the file, set by a writer that hashed all of it as it wrote; else the file
            is read again.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.content = ""
        self.hashed = ""


class ContentStore:
    """Files under `aa/bb/<sha256>`, read-only, written beside and renamed into place.

    Args:
        root: the store's folder; made if it is not there.

    Source:
        rename(2): within one file system a name is replaced atomically; fsync(2): the folder too.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._incoming = root / _INCOMING
        with writing("The content store"):
            self._incoming.mkdir(parents=True, exist_ok=True)

    def put_bytes(self, data: bytes) -> str:
        """Store bytes and return their hash.

        Raises:
            DiskFull: nothing was stored.
        """
        content = hashlib.sha256(data).hexdigest()
        if self._holds(content, len(data)):
            return content
        with self.writing() as entry:
            entry.path.write_bytes(data)
            entry.hashed = content
        return entry.content

    def put_file(self, path: Path, *, declared: str | None = None) -> str:
        """Copy a file into the store and return its hash; the original is left as it is.

        Args:
            declared: hash the sender says it has.

        Raises:
            DiskFull: nothing was stored.
            MediaHashMismatch: the bytes are not those that were declared.
            MediaUnreadable: the file is not there or may not be read.
        """
        with (
            reading(path.name),
            path.open("rb") as source,
            self.writing(declared=declared) as entry,
            entry.path.open("wb") as target,
        ):
            digest = hashlib.sha256()
            while block := source.read(_BLOCK_BYTES):
                digest.update(block)
                target.write(block)
            entry.hashed = digest.hexdigest()
        return entry.content

    @contextmanager
    def writing(self, suffix: str = "", *, declared: str | None = None) -> Iterator[Writing]:
        """Give a path to write into; on a clean end what is there is stored, else it is removed.

        Args:
            suffix: of the temporary name, for writers that look at it.
            declared: hash that the bytes must have.

        Raises:
            DiskFull: nothing was stored.
            MediaHashMismatch: the bytes are not those that were declared.
        """
        with writing("The content store"):
            handle, name = tempfile.mkstemp(dir=self._incoming, suffix=suffix)
            os.close(handle)
        entry = Writing(Path(name))
        with writing("The content store", entry.path):
            yield entry
            content = entry.hashed or _hash_file(entry.path)
            if declared is not None and content != declared.lower():
                raise MediaHashMismatch(
                    f"The bytes hash to {content[:12]}…, not to {declared[:12]}… as declared; send it again.",
                    declared=declared,
                    found=content,
                )
            self._settle(entry.path, content)
        entry.content = content

    def has(self, content: str) -> bool:
        """Whether the store holds this content."""
        return bool(_HASH.match(content)) and self._place(content).is_file()

    def path(self, content: str) -> Path:
        """Path of the stored bytes; read only.

        Raises:
            ContentMissing: there is no such content.
        """
        if not self.has(content):
            raise ContentMissing(
                f"The store holds no content {content[:12]}…; bring the file in again.", content=content
            )
        return self._place(content)

    def read(self, content: str) -> bytes:
        """Return the stored bytes.

        Raises:
            ContentMissing: there is no such content.
        """
        return self.path(content).read_bytes()

    def size(self, content: str) -> int:
        """Length of the stored bytes.

        Raises:
            ContentMissing: there is no such content.
        """
        return self.path(content).stat().st_size

    def check(self, content: str) -> bool:
        """Whether the stored bytes still have their hash, read from disk again.

        Raises:
            ContentMissing: there is no such content.
        """
        with reading(content):
            return _hash_file(self.path(content)) == content

    def sweep(self, *, older_than_s: float = _ABANDONED_S) -> int:
        """Remove what writers that died left behind, and return how many files that were."""
        limit = time.time() - older_than_s
        left = [path for path in self._incoming.iterdir() if path.stat().st_mtime <= limit]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _place(self, content: str) -> Path:
        return self.root / content[:2] / content[2:4] / content

    def _holds(self, content: str, size_bytes: int) -> bool:
        place = self._place(content)
        return place.is_file() and place.stat().st_size == size_bytes

    def _settle(self, path: Path, content: str) -> None:
        """Rename into place so that a power cut leaves either the whole file or none."""
        place = self._place(content)
        place.parent.mkdir(parents=True, exist_ok=True)
        path.chmod(0o444)
        _sync(path)
        path.replace(place)
        for folder in (place.parent, place.parent.parent, self.root):
            _sync(folder)


def _hash_file(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
