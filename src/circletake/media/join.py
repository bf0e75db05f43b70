"""Segments joined into one film without touching a picture: samples on a grid counted over the whole film.

The index is made from those of the segments, and the media are copied as they lie, so that what joining
costs goes by bytes and not by frames.
"""

import hashlib
import struct
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from io import FileIO
from math import ceil
from pathlib import Path
from typing import Self

import numpy as np

from circletake.domain.time import seconds_of
from circletake.errors import JobFailed, NoFrames
from circletake.media.boxes import Box, Numbers, media_head, places_table, runs_of, table
from circletake.media.faults import reading, writing
from circletake.media.lanes import Lane, Segment, Tone, read_lane, read_segment, read_tone

_BLOCK_BYTES = 1 << 18  # stays in a processor's own cache between being read, hashed and written
_INTERLEAVE_S = Fraction(1, 2)  # of pictures before their sound; players read both without seeking
_FINEST_HZ = 10_000  # a picture clock ticks at least so often, as FFmpeg's does
_ONCE = 0x00010000  # an edit's speed
_LONGEST = (1 << 32) - 1
_IDS = (1, 2)
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
    runs = [read_segment(path) for path in segments]
    if len({run.description for run in runs}) > 1:
        raise JobFailed("The segments were encoded by different recipes; render all of them again.")
    tone = None if sound is None else read_tone(sound)
    film = _Film(runs, tone, rate)
    head = film.head()
    digest = hashlib.sha256()
    with writing(out.name, out), out.open("wb") as target, ExitStack() as stack:
        pictures = stack.enter_context(_Feed([run.lane for run in runs]))
        heard = stack.enter_context(_Feed([] if tone is None else [tone.lane]))
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
    lane = read_lane(path)
    with reading(path.name), path.open("rb") as file:
        file.seek(lane.first)
        return hashlib.sha256(file.read(lane.size_bytes)).hexdigest()


class _Feed:
    """Media of one file after the other."""

    def __init__(self, lanes: Sequence[Lane]) -> None:
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

    def _open(self, lane: Lane) -> None:
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

    def __init__(self, runs: Sequence[Segment], tone: Tone | None, rate: Fraction) -> None:
        self._runs = runs
        self._rate = rate
        self._tone = tone
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
        # By the sound's clock edits end with a sample; by milliseconds, as is usual, they end before it.
        ticks_hz = _clock(self._rate)[0] if self._tone is None else self._tone.hz
        tracks = [self._picture(base, ticks_hz)]
        lasts = self._lasts(ticks_hz)
        if self._tone is not None:
            tracks.append(self._sound(base, self._tone))
            lasts = max(lasts, self._tone.count)
        old = self._runs[0].lane.index[b"moov"].get(b"mvhd").data
        times, last = struct.pack(">II", ticks_hz, lasts), struct.pack(">I", len(tracks) + 1)
        return Box(b"moov", inside=[Box(b"mvhd", old[:12] + times + old[20:-4] + last), *tracks])

    def _lasts(self, ticks_hz: int) -> int:
        lasts = ceil(seconds_of(self._count, self._rate) * ticks_hz)
        if lasts > _LONGEST:
            raise JobFailed("The cut is too long for one film; split it.")
        return lasts

    def _picture(self, base: int, ticks_hz: int) -> Box:
        tick_hz, step = _clock(self._rate)
        depth = max(run.depth for run in self._runs)
        lasts, own = (struct.pack(">I", self._lasts(hz)) for hz in (ticks_hz, tick_hz))
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

        def change(box: Box) -> Box:
            data = box.data
            if box.kind == b"tkhd":
                return Box(box.kind, data[:12] + struct.pack(">II", _IDS[0], 0) + lasts + data[24:])
            if box.kind == b"elst":
                return _edit(lasts, depth * step)
            if box.kind == b"mdhd":
                return Box(box.kind, data[:12] + struct.pack(">I", tick_hz) + own + data[20:])
            return box

        return _with_tables(self._runs[0].lane.track.edited(change), tables)

    def _sound(self, base: int, tone: Tone) -> Box:
        counts = np.diff(self._heard)
        places = base + self._picture_ends[1:] + self._sound_ends[:-1]
        lasts = struct.pack(">I", tone.count)

        def change(box: Box) -> Box:
            data = box.data
            if box.kind == b"tkhd":
                return Box(box.kind, data[:12] + struct.pack(">II", _IDS[1], 0) + lasts + data[24:])
            return _edit(lasts, tone.lead) if box.kind == b"elst" else box

        tables = {b"stsc": _chunks(counts[counts > 0]), b"stco": places_table(places[counts > 0])}
        return _with_tables(tone.lane.track.edited(change), tables)

    def _share_sound(self) -> tuple[Numbers, Numbers]:
        """For each chunk's end: how many packets of the sound stand before it, and how many bytes."""
        tone = self._tone
        if tone is None:
            none = np.zeros(len(self._frames), np.int64)
            return none, none
        ends_s = (seconds_of(int(frame), self._rate) for frame in self._frames[1:-1])
        ends = (ceil((end_s * tone.hz + tone.lead) / tone.step) for end_s in ends_s)
        heard = np.array([0, *(min(end, tone.lane.count) for end in ends), tone.lane.count])
        return heard, tone.lane.ends_at(heard)

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


def _edit(lasts: bytes, first: int) -> Box:
    """An edit list of one: a track from a tick of its own clock on, for so long."""
    return Box(b"elst", struct.pack(">II", 0, 1) + lasts + struct.pack(">II", first, _ONCE))


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
