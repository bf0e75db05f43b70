"""Files of one track, read to be joined: where their samples lie, in which order, how they are described."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from circletake.errors import NoFrames
from circletake.media.boxes import Box, Numbers, boxes_in, read_index, read_table, spread, word
from circletake.media.faults import reading

_PICTURE_HEAD = 78  # bytes of a picture's sample entry before its boxes
_ENTRY = slice(8, None)  # of a sample description, after its version and count
_COMPLETE = 0x80  # of a kind of parameter set in hvcC: there are no others in the stream
_HVCC_HEAD = 22


@dataclass(frozen=True, slots=True)
class Lane:
    """The one track of a file, its samples one behind the other.

    Args:
        index: of its file.
        first: byte at which its samples begin.
        ends: where each sample ends, in bytes from there; empty where all are `fixed` bytes long.
    """

    path: Path
    index: dict[bytes, Box]
    first: int
    count: int
    fixed: int
    ends: Numbers

    @property
    def track(self) -> Box:
        """The track's box."""
        return self.index[b"moov"].get(b"trak")

    def table(self, kind: bytes) -> Box | None:
        """One of its sample tables, or None."""
        return self.track.find(b"mdia", b"minf", b"stbl", kind)

    def ends_at(self, counts: Numbers) -> Numbers:
        """Bytes of the first so many samples, for each of many counts."""
        if self.fixed:
            return counts * self.fixed
        return np.concatenate([[0], self.ends])[counts]

    @property
    def size_bytes(self) -> int:
        """How long all samples are together."""
        return int(self.ends_at(np.array([self.count]))[0])


@dataclass(frozen=True, slots=True)
class Segment:
    """Pictures that are joined.

    Args:
        places: presentation place of each sample, in decode order.
        description: their sample entry as it stands in the film.
    """

    lane: Lane
    places: Numbers
    description: bytes

    @property
    def depth(self) -> int:
        """How many samples are decoded ahead of the one that is shown."""
        return int(np.max(np.arange(len(self.places)) - self.places))

    def marked(self) -> Numbers:
        """Which samples a decoder may start at."""
        marks = self.lane.table(b"stss")
        if marks is None:
            return np.arange(self.lane.count)
        return read_table(marks.data, 1)[:, 0] - 1

    def leanings(self) -> bytes:
        """What of it leans on what, a byte for each sample; empty where that is not told."""
        told = self.lane.table(b"sdtp")
        return b"" if told is None else told.data[4 : 4 + self.lane.count]


@dataclass(frozen=True, slots=True)
class Tone:
    """A sound that is joined.

    Args:
        hz: its clock.
        step: how long a packet of it lasts.
        lead: what its decoder gives before its first sample.
        count: its samples.
    """

    lane: Lane
    hz: int
    step: int
    lead: int
    count: int


def read_segment(path: Path) -> Segment:
    """Read the index of a segment.

    Raises:
        NoFrames: it has no frames.
        MediaUnreadable: it cannot be read.
    """
    lane = read_lane(path)
    if not lane.count:
        raise NoFrames(f"{path.name} holds not a single frame; render it again.")
    with reading(path.name):
        described = lane.table(b"stsd")
        lasts, later = lane.table(b"stts"), lane.table(b"ctts")
        if described is None or lasts is None:
            raise ValueError("its pictures are not described")
        steps = spread(read_table(lasts.data, 2), lane.count)
        shown = np.cumsum(steps) - steps
        if later is not None:
            shown = shown + spread(read_table(later.data, 2), lane.count).astype(np.int32)
        places = np.argsort(np.argsort(shown, kind="stable"), kind="stable")
        return Segment(lane, places, _described(described.data[_ENTRY]))


def read_tone(path: Path) -> Tone:
    """Read the index of a sound.

    Raises:
        MediaUnreadable: it cannot be read.
    """
    lane = read_lane(path)
    with reading(path.name):
        edit, timed = lane.track.get(b"edts", b"elst"), lane.table(b"stts")
        rows = read_table(timed.data if timed else b"", 2)
        if not len(rows):
            raise ValueError("its sound is not timed")
        lead = word(edit.data, 12)
        hz = word(lane.track.get(b"mdia", b"mdhd").data, 12)
        return Tone(lane, hz, int(rows[0, 1]), lead, int(np.prod(rows, axis=1).sum()) - lead)


def read_lane(path: Path) -> Lane:
    """Read where the samples of a file's one track lie.

    Raises:
        MediaUnreadable: it cannot be read, or they do not lie one behind the other.
    """
    with reading(path.name):
        index = read_index(path)
        if b"moov" not in index or b"ftyp" not in index:
            raise ValueError("it has no index")
        tables = index[b"moov"].get(b"trak", b"mdia", b"minf", b"stbl")
        sizes = tables.get(b"stsz").data
        fixed, count = word(sizes, 4), word(sizes, 8)
        ends = np.zeros(0, np.int64) if fixed else np.cumsum(read_table(sizes, 1, skip=8)[:, 0])
        lane = Lane(path, index, 0, count, fixed, ends)
        if not count:
            return lane
        if max(count, fixed * count) > path.stat().st_size:
            raise ValueError("it promises more than it holds")
        wide = tables.find(b"co64")
        if wide is None:
            chunks = read_table(tables.get(b"stco").data, 1)[:, 0]
        else:
            chunks = np.frombuffer(wide.data, ">u8", offset=8).astype(np.int64)
        runs = read_table(tables.get(b"stsc").data, 3)
        spans = np.diff(np.append(runs[:, 0], len(chunks) + 1))
        if not len(chunks) or (spans < 0).any() or spans.sum() != len(chunks):
            raise ValueError("its chunks are not counted")
        counts = np.repeat(runs[:, 1], spans)
        if counts.sum() < count:
            raise ValueError("its chunks do not hold its samples")
        starts = lane.ends_at(np.minimum(np.cumsum(counts) - counts, count))
        if (chunks - starts != chunks[0]).any():
            raise ValueError("its samples do not lie one behind the other")
        return replace(lane, first=int(chunks[0]))


def _described(entry: bytes) -> bytes:
    """A sample entry as it stands in the film: without the segment's own bit rate, HEVC as `hvc1`.

    Apple's players open HEVC under no other name. It says that all parameter sets are in the entry, and
    they are.
    """
    ((kind, data),) = list(boxes_in(entry))[:1]
    boxes = [Box(*one) for one in boxes_in(data[_PICTURE_HEAD:]) if one[0] != b"btrt"]
    if kind == b"hev1":
        kind = b"hvc1"
        boxes = [Box(one.kind, _complete(one.data)) if one.kind == b"hvcC" else one for one in boxes]
    return bytes(Box(kind, data[:_PICTURE_HEAD] + b"".join(bytes(one) for one in boxes)))


def _complete(record: bytes) -> bytes:
    """An hvcC record that says of each kind of parameter set that there are no others."""
    told = bytearray(record)
    at = _HVCC_HEAD + 1
    with suppress(IndexError):
        for _ in range(record[_HVCC_HEAD]):
            told[at] |= _COMPLETE
            units = int.from_bytes(record[at + 1 : at + 3])
            at += 3
            for _ in range(units):
                at += 2 + int.from_bytes(record[at : at + 2])
        return bytes(told)
    raise ValueError("its parameter sets are cut off")
