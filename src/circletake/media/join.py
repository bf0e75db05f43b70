"""Segments joined into one film without touching a picture: samples on a grid counted over the whole film.

The index is made from those of the segments, and the media are copied as they lie, so that what joining
costs goes by bytes and not by frames.
"""

import hashlib
import struct
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from io import FileIO
from math import ceil
from pathlib import Path
from typing import Self

import numpy as np

from circletake.domain.time import seconds_of
from circletake.errors import JobFailed, NoFrames
from circletake.media.boxes import (
    Box,
    Numbers,
    boxes_in,
    media_head,
    places_table,
    read_index,
    read_table,
    runs_of,
    spread,
    table,
    word,
)
from circletake.media.faults import reading, writing

_BLOCK_BYTES = 1 << 18  # stays in a processor's own cache between being read, hashed and written
_INTERLEAVE_S = Fraction(1, 2)  # of pictures before their sound; players read both without seeking
_FINEST_HZ = 10_000  # a picture clock ticks at least so often, as FFmpeg's does
_ONCE = 0x00010000  # an edit's speed
_LONGEST = (1 << 32) - 1
_PICTURE_HEAD = 78  # bytes of a picture's sample entry before its boxes
_ENTRY = slice(8, None)  # of a sample description, after its version and count
_IDS = (1, 2)
_COMPLETE = 0x80  # of a kind of parameter set in hvcC: there are no others in the stream
_HVCC_HEAD = 22
_NARROW = {b"co64": b"stco"}


@dataclass(frozen=True, slots=True)
class Joined:
    """A film that was joined.

    Args:
        counts: frames of each segment.
        sha256: of the file.
    """

    counts: list[int]
    sha256: str


@dataclass(frozen=True, slots=True)
class _Lane:
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
        return self.index[b"moov"].get(b"trak")

    def table(self, kind: bytes) -> Box | None:
        return self.track.find(b"mdia", b"minf", b"stbl", kind)

    def ends_at(self, counts: Numbers) -> Numbers:
        """Bytes of the first so many samples, for each of many counts."""
        if self.fixed:
            return counts * self.fixed
        return np.concatenate([[0], self.ends])[counts]

    @property
    def size_bytes(self) -> int:
        return int(self.ends_at(np.array([self.count]))[0])


@dataclass(frozen=True, slots=True)
class _Segment:
    """Pictures that are joined.

    Args:
        places: presentation place of each sample, in decode order.
        description: their sample entry as it stands in the film.
    """

    lane: _Lane
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


def join_segments(
    out: Path,
    segments: Sequence[Path],
    *,
    rate: Fraction,
    sound: Path | None,
    check: Callable[[], None] | None = None,
) -> Joined:
    """Join encoded segments, and one sound over all of them, into a film that plays while it loads.

    Args:
        segments: as `encode_segment` writes them, all by one recipe, in order.
        sound: as `encode_sound` writes it; None for a silent film.
        check: called again and again; what it raises ends the join.

    Raises:
        NoFrames: no segments.
        JobFailed: segments of different recipes, or too many frames for one film.
        MediaUnreadable: a segment cannot be read.
        DiskFull: no room; no file is left.

    Source:
        ISO/IEC 14496-12, 8.6.1: decode stamps (k − D)·d over the whole film, D the deepest reordering, so
        that decode times stay even across seams and never pass the presentation time.
    """
    if not segments:
        raise NoFrames("There is no segment to join; give the cut a take.")
    runs = [_read_segment(path) for path in segments]
    if len({run.description for run in runs}) > 1:
        raise JobFailed("The segments were encoded by different recipes; render all of them again.")
    film = _Film(runs, None if sound is None else _read_lane(sound), rate)
    head = film.head()
    digest = hashlib.sha256()
    with writing(out.name, out), out.open("wb") as target, ExitStack() as stack:
        pictures = stack.enter_context(_Feed([run.lane for run in runs]))
        heard = stack.enter_context(_Feed([film.sound] if film.sound else []))
        digest.update(head)
        target.write(head)
        block = memoryview(bytearray(_BLOCK_BYTES))
        for feed, size in film.pieces(pictures, heard):
            if check is not None:
                check()
            for start in range(0, size, _BLOCK_BYTES):
                part = block[: min(_BLOCK_BYTES, size - start)]
                feed.fill(part)
                digest.update(part)
                target.write(part)
    return Joined([run.lane.count for run in runs], digest.hexdigest())


def segment_sha256(path: Path) -> str:
    """SHA-256 of a segment's samples in decode order, the same bytes in every film it is joined into.

    Raises:
        MediaUnreadable: it cannot be read.
    """
    lane = _read_lane(path)
    with reading(path.name), path.open("rb") as file:
        file.seek(lane.first)
        return hashlib.sha256(file.read(lane.size_bytes)).hexdigest()


class _Feed:
    """Media of one file after the other."""

    def __init__(self, lanes: Sequence[_Lane]) -> None:
        self._lanes = iter(lanes)
        self._file: FileIO | None = None
        self._name = ""
        self._left = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def fill(self, view: memoryview) -> None:
        """Fill a buffer with what comes next."""
        done = 0
        while done < len(view):
            if not self._left:
                self._open(next(self._lanes))
            with reading(self._name):
                count = self._file.readinto(view[done:][: self._left]) if self._file else 0
                if not count:
                    raise EOFError("it ends too soon")
            done += count
            self._left -= count

    def _open(self, lane: _Lane) -> None:
        self.__exit__()
        self._name = lane.path.name
        with reading(self._name):
            self._file = lane.path.open("rb", buffering=0)
            self._file.seek(lane.first)
        self._left = lane.size_bytes


class _Film:
    """The film that segments and a sound make.

    Args:
        runs: one at least.
        rate: frames a second.
    """

    def __init__(self, runs: Sequence[_Segment], sound: _Lane | None, rate: Fraction) -> None:
        self._runs = runs
        self._rate = rate
        self.sound = sound
        self._count = sum(run.lane.count for run in runs)
        self._sizes = np.concatenate(
            [np.diff(run.lane.ends_at(np.arange(run.lane.count + 1))) for run in runs]
        )
        per_chunk = max(1, round(rate * _INTERLEAVE_S))
        self._frames = np.append(np.arange(0, self._count, per_chunk), self._count)
        self._picture_ends = np.concatenate([[0], np.cumsum(self._sizes)])[self._frames]
        self._heard, self._sound_ends = self._share_sound()

    def pieces(self, pictures: _Feed, heard: _Feed) -> "list[tuple[_Feed, int]]":
        """What is written after the head: from which feed, and how many bytes."""
        sizes = zip(np.diff(self._picture_ends).tolist(), np.diff(self._sound_ends).tolist(), strict=True)
        return [piece for seen, sounds in sizes for piece in ((pictures, seen), (heard, sounds)) if piece[1]]

    def head(self) -> bytes:
        """All that stands before the media."""
        kind = bytes(self._runs[0].lane.index[b"ftyp"])
        tail = media_head(int(self._picture_ends[-1] + self._sound_ends[-1]))
        base = 0
        while True:  # where media lie is told in the index, whose length they lie after
            head = kind + bytes(self._index(base)) + tail
            if len(head) == base:
                return head
            base = len(head)

    def _index(self, base: int) -> Box:
        first = self._runs[0].lane.index[b"moov"].get(b"mvhd")
        ticks_hz = word(first.data, 12)
        tracks = [self._picture(base, ticks_hz)]
        lasts = ceil(seconds_of(self._count, self._rate) * ticks_hz)
        if self.sound is not None:
            with reading(self.sound.path.name):
                tracks.append(self._heard_track(base, ticks_hz))
                lasts = max(lasts, word(self.sound.track.get(b"tkhd").data, 20))
        data = (
            first.data[:16]
            + struct.pack(">I", lasts)
            + first.data[20:-4]
            + struct.pack(">I", len(tracks) + 1)
        )
        return Box(b"moov", inside=[Box(b"mvhd", data), *tracks])

    def _picture(self, base: int, ticks_hz: int) -> Box:
        tick_hz, step = _clock(self._rate)
        depth = max(run.depth for run in self._runs)
        if self._count * step > _LONGEST:
            raise JobFailed("The cut is too long for one film; split it.")
        lasts = struct.pack(">I", ceil(seconds_of(self._count, self._rate) * ticks_hz))
        orders = [run.places - np.arange(run.lane.count) + depth for run in self._runs]
        tables = {
            b"stsd": Box(b"stsd", struct.pack(">II", 0, 1) + self._runs[0].description),
            b"stts": table(b"stts", np.array([[self._count, step]])),
            b"stss": self._marks(),
            b"sdtp": self._leanings(),
            b"ctts": table(b"ctts", runs_of(np.concatenate(orders) * step)) if depth else None,
            b"stsc": _chunks(np.diff(self._frames)),
            b"stsz": _lengths(self._sizes),
            b"stco": places_table(base + self._picture_ends[:-1] + self._sound_ends[:-1]),
        }

        def change(box: Box) -> Box | None:
            data = box.data
            if box.kind == b"tkhd":
                return Box(box.kind, data[:12] + struct.pack(">II", _IDS[0], 0) + lasts + data[24:])
            if box.kind == b"elst":
                return Box(
                    box.kind, struct.pack(">II", 0, 1) + lasts + struct.pack(">II", depth * step, _ONCE)
                )
            if box.kind == b"mdhd":
                return Box(box.kind, data[:12] + struct.pack(">II", tick_hz, self._count * step) + data[20:])
            return box

        return _with_tables(self._runs[0].lane.track.edited(change), tables)

    def _heard_track(self, base: int, ticks_hz: int) -> Box:
        if self.sound is None:
            raise ValueError("there is no sound")
        if word(self.sound.index[b"moov"].get(b"mvhd").data, 12) != ticks_hz:
            raise ValueError("its clock is another")
        counts = np.diff(self._heard)
        places = base + self._picture_ends[1:] + self._sound_ends[:-1]

        def change(box: Box) -> Box:
            if box.kind != b"tkhd":
                return box
            return Box(box.kind, box.data[:12] + struct.pack(">I", _IDS[1]) + box.data[16:])

        tables = {b"stsc": _chunks(counts[counts > 0]), b"stco": places_table(places[counts > 0])}
        return _with_tables(self.sound.track.edited(change), tables)

    def _share_sound(self) -> tuple[Numbers, Numbers]:
        """For each chunk's end: how many samples of the sound stand before it, and how many bytes."""
        if self.sound is None:
            none = np.zeros(len(self._frames), np.int64)
            return none, none
        with reading(self.sound.path.name):
            track = self.sound.track
            hz = word(track.get(b"mdia", b"mdhd").data, 12)
            steps = read_table(track.get(b"mdia", b"minf", b"stbl", b"stts").data, 2)
            edit = track.find(b"edts", b"elst")
            lead = 0 if edit is None else word(edit.data, 12)
            ends = [
                ceil((seconds_of(int(frame), self._rate) * hz + lead) / int(steps[0, 1]))
                for frame in self._frames[1:-1]
            ]
            heard = np.array([0, *(min(end, self.sound.count) for end in ends), self.sound.count])
            return heard, self.sound.ends_at(heard)

    def _marks(self) -> Box | None:
        if all(run.lane.table(b"stss") is None for run in self._runs):
            return None
        firsts = np.cumsum([0, *(run.lane.count for run in self._runs)])
        marks = [run.marked() + first for run, first in zip(self._runs, firsts, strict=False)]
        return table(b"stss", np.concatenate(marks)[:, np.newaxis] + 1)

    def _leanings(self) -> Box | None:
        told = [run.leanings() for run in self._runs]
        if not any(told):
            return None
        whole = (one.ljust(run.lane.count, b"\0") for one, run in zip(told, self._runs, strict=True))
        return Box(b"sdtp", bytes(4) + b"".join(whole))


def _clock(rate: Fraction) -> tuple[int, int]:
    """Ticks a second and ticks a frame: exact at every rate."""
    hz, step = rate.numerator, rate.denominator
    while hz < _FINEST_HZ:
        hz, step = 2 * hz, 2 * step
    return hz, step


def _chunks(counts: Numbers) -> Box:
    """How many samples lie in each chunk."""
    runs = runs_of(counts)
    firsts = np.cumsum(np.concatenate([[1], runs[:-1, 0]]))
    return table(b"stsc", np.stack([firsts, runs[:, 1], np.ones_like(firsts)], axis=1))


def _lengths(sizes: Numbers) -> Box:
    if len(sizes) and (sizes == sizes[0]).all():
        return Box(b"stsz", struct.pack(">III", 0, int(sizes[0]), len(sizes)))
    return table(b"stsz", sizes[:, np.newaxis], head=bytes(8))


def _with_tables(track: Box, tables: Mapping[bytes, Box | None]) -> Box:
    """A track with some of its sample tables replaced or left out, and those added that it lacks."""
    old = track.get(b"mdia", b"minf", b"stbl")
    kept: dict[bytes, Box | None] = {_NARROW.get(one.kind, one.kind): one for one in old.inside}
    old.inside[:] = [box for box in {**kept, **tables}.values() if box is not None]
    return track


def _read_segment(path: Path) -> _Segment:
    lane = _read_lane(path)
    if not lane.count:
        raise NoFrames(f"{path.name} holds not a single frame; render it again.")
    with reading(path.name):
        described = lane.table(b"stsd")
        lasts, later = lane.table(b"stts"), lane.table(b"ctts")
        if described is None or lasts is None:
            raise ValueError("its pictures are not described")
        steps = spread(read_table(lasts.data, 2))
        shown = np.cumsum(steps) - steps
        if later is not None:
            shown = shown + spread(read_table(later.data, 2)).astype(np.int32)
        places = np.argsort(np.argsort(shown, kind="stable"), kind="stable")
        if len(places) != lane.count:
            raise ValueError("its times do not cover its frames")
        return _Segment(lane, places, _described(described.data[_ENTRY]))


def _read_lane(path: Path) -> _Lane:
    with reading(path.name):
        index = read_index(path)
        if b"moov" not in index or b"ftyp" not in index:
            raise ValueError("it has no index")
        tables = index[b"moov"].get(b"trak", b"mdia", b"minf", b"stbl")
        sizes = tables.get(b"stsz").data
        fixed, count = word(sizes, 4), word(sizes, 8)
        ends = np.zeros(0, np.int64) if fixed else np.cumsum(read_table(sizes, 1, skip=8)[:, 0])
        lane = _Lane(path, index, 0, count, fixed, ends)
        if not count:
            return lane
        wide = tables.find(b"co64")
        if wide is None:
            chunks = read_table(tables.get(b"stco").data, 1)[:, 0]
        else:
            chunks = np.frombuffer(wide.data, ">u8", offset=8).astype(np.int64)
        runs = read_table(tables.get(b"stsc").data, 3)
        spans = np.diff(np.append(runs[:, 0], len(chunks) + 1))
        counts = np.repeat(runs[:, 1], spans)
        starts = lane.ends_at(np.minimum(np.cumsum(counts) - counts, count))
        if len(counts) != len(chunks) or (chunks - starts != chunks[0]).any():
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
