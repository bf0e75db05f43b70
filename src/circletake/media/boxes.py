"""Boxes of an MP4 or QuickTime file: its index read as a tree, changed in a few places, and written again.

What a box holds that nobody here asks for is kept as the bytes that it came as.

Source:
    ISO/IEC 14496-12, 4.2 (boxes), 8.3–8.7 (tracks, their media and their samples).
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

_NESTS = frozenset({b"moov", b"trak", b"edts", b"mdia", b"minf", b"stbl"})
_HEAD = 8
_LONG_HEAD = 16
_LONGEST_32 = (1 << 32) - 1
_LARGEST_INDEX = 1 << 30  # bytes; an hour's is some 3 MB


@dataclass(slots=True)
class Box:
    """A box: either bytes, or other boxes.

    Args:
        data: what it holds; empty of a box that holds boxes.
        inside: the boxes in it, in order.
    """

    kind: bytes
    data: bytes = b""
    inside: list[Self] = field(default_factory=list)

    @classmethod
    def read(cls, kind: bytes, data: bytes) -> Self:
        """Read a box and all that it holds.

        Raises:
            ValueError: a box in it is longer than what it lies in.
        """
        if kind not in _NESTS:
            return cls(kind, data)
        return cls(kind, inside=[cls.read(*one) for one in boxes_in(data)])

    def __bytes__(self) -> bytes:
        data = b"".join(bytes(one) for one in self.inside) if self.inside else self.data
        return struct.pack(">I4s", _HEAD + len(data), self.kind) + data

    def find(self, *kinds: bytes) -> Self | None:
        """The first box along a path of kinds, or None."""
        found: Self | None = self
        for kind in kinds:
            if found is None:
                return None
            found = next((one for one in found.inside if one.kind == kind), None)
        return found

    def get(self, *kinds: bytes) -> Self:
        """The first box along a path of kinds.

        Raises:
            ValueError: there is none.
        """
        found = self.find(*kinds)
        if found is None:
            raise ValueError(f"there is no box {kinds[-1].decode('latin-1')}")
        return found

    def edited(self, change: Callable[[Self], Self | None]) -> Self:
        """A copy in which each box that holds no boxes is what `change` makes of it; None leaves it out."""
        if not self.inside:
            return self
        kept = [one.edited(change) if one.inside else change(one) for one in self.inside]
        return type(self)(self.kind, inside=[one for one in kept if one is not None])


def boxes_in(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Boxes that lie one after the other: the kind of each, and what it holds.

    Raises:
        ValueError: one is longer than what it lies in.
    """
    at = 0
    while at + _HEAD <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if length < _HEAD or at + length > len(data):
            raise ValueError("a box in its index has an impossible length")
        yield kind, data[at + _HEAD : at + length]
        at += length


def read_index(path: Path) -> dict[bytes, Box]:
    """The boxes of a file that are no media: kind → box.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no file of boxes.
    """
    found: dict[bytes, Box] = {}
    size = path.stat().st_size
    with path.open("rb") as file:
        at = 0
        while at + _HEAD <= size:
            file.seek(at)
            length, kind = struct.unpack(">I4s", file.read(_HEAD))
            head = _HEAD
            if length == 1:
                length, head = struct.unpack(">Q", file.read(8).ljust(8, b"\0"))[0], _LONG_HEAD
            length = length or size - at
            if length < head or at + length > size:
                raise ValueError("a box has an impossible length")
            if kind != b"mdat":
                if length > _LARGEST_INDEX:
                    raise ValueError("its index is too large")
                found[kind] = Box.read(kind, file.read(length - head))
            at += length
    return found


def media_head(length: int) -> bytes:
    """What stands before so many bytes of media."""
    if length + _HEAD <= _LONGEST_32:
        return struct.pack(">I4s", length + _HEAD, b"mdat")
    return struct.pack(">I4sQ", 1, b"mdat", length + _LONG_HEAD)


def word(data: bytes, at: int) -> int:
    """The whole number of 32 bits at a byte.

    Raises:
        ValueError: the box ends before.
    """
    if len(data) < at + 4:
        raise ValueError("a box in its index is cut off")
    return int.from_bytes(data[at : at + 4])


def read_table(data: bytes, columns: int, *, skip: int = 4) -> Numbers:
    """A table of whole numbers of 32 bits, int64 [rows, columns].

    Args:
        data: of its box.
        skip: bytes before the count of rows.

    Raises:
        ValueError: it is longer than its box.
    """
    count = word(data, skip)
    numbers = np.frombuffer(data, ">u4", count * columns, skip + 4)
    return numbers.astype(np.int64).reshape(count, columns)


def table(kind: bytes, rows: Numbers, *, head: bytes = bytes(4)) -> Box:
    """A box that holds a table: int64 [rows, columns], each number of 32 bits."""
    return Box(kind, head + struct.pack(">I", len(rows)) + rows.astype(">u4").tobytes())


def places_table(places: Numbers) -> Box:
    """Where chunks lie in the file, in bytes; 64 bits where 32 do not reach."""
    if len(places) and int(places[-1]) > _LONGEST_32:
        return Box(b"co64", bytes(4) + struct.pack(">I", len(places)) + places.astype(">u8").tobytes())
    return table(b"stco", places[:, np.newaxis])


def runs_of(values: Numbers) -> Numbers:
    """Equal values that follow each other, as rows of (how many, value)."""
    if not len(values):
        return np.zeros((0, 2), np.int64)
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    counts = np.diff(np.append(starts, len(values)))
    return np.stack([counts, values[starts]], axis=1)


def spread(rows: Numbers, count: int) -> Numbers:
    """Rows of (how many, value) as one value after the other.

    Raises:
        ValueError: they are not `count` values.
    """
    if rows[:, 0].sum() != count:
        raise ValueError("a table in its index does not cover its samples")
    return np.repeat(rows[:, 1], rows[:, 0])
