"""The cut as data: slots in order on an integer frame grid. A slot without a take is a gap.

Dissolves are those of an edit list: record ranges stay a partition of the cut, and the first frames of a
slot are mixed from the slot before, whose take goes on past its own end.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from circletake.domain.time import FrameRange, format_rate, format_timecode
from circletake.errors import CutUnreadable, NotFound

SlotState = Literal["gap", "offered", "circled", "stale"]

NORMAL = Fraction(1)
_DROP_RATES = frozenset({Fraction(30000, 1001), Fraction(60000, 1001)})


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in the cut.

    Args:
        id: stable over versions (`s_…`).
        shot: entity code.
        frames: length in the cut.
        take: content SHA-256 of what fills it; None is a gap.
        source_in: first frame used of that content.
        speed: frames of the take that go by in one frame of the cut; 0 holds `source_in` still.
        dissolve: how many of its first frames are mixed from the slot before.
    """

    id: str
    shot: str
    frames: int
    take: str | None = None
    source_in: int = 0
    speed: Fraction = NORMAL
    dissolve: int = 0

    def __post_init__(self) -> None:
        if self.frames < 1 or self.source_in < 0:
            raise CutUnreadable(f"Slot {self.id} ({self.shot}) must hold at least one frame from frame 0 on.")
        if self.speed < 0:
            raise CutUnreadable(
                f"Slot {self.id} ({self.shot}) runs backwards; render its take backwards and bring it in as "
                f"a take of its own."
            )
        if not 0 <= self.dissolve <= self.frames:
            raise CutUnreadable(
                f"Slot {self.id} ({self.shot}) has {self.frames} frames and cannot dissolve in over "
                f"{self.dissolve}; shorten the dissolve."
            )

    def source_frame(self, offset: int) -> int:
        """Which frame of the take stands at a place in the slot.

        Args:
            offset: frames from the slot's first; past its end it is the tail that dissolves.

        >>> [Slot("s", "SH010", 4, None, 10, Fraction(1, 2)).source_frame(k) for k in range(4)]
        [10, 10, 11, 11]
        """
        return self.source_in + offset * self.speed.numerator // self.speed.denominator

    def source_range(self, *, tail: int = 0) -> FrameRange:
        """The frames of the take from the first to the last that is seen.

        Args:
            tail: frames for which it goes on past its end, under the dissolve of the slot after.

        >>> Slot("s", "SH010", 4, None, 10, Fraction(2)).source_range(tail=1)
        FrameRange(start=10, end=19)
        """
        return FrameRange(self.source_in, self.source_frame(self.frames + tail - 1) + 1)


@dataclass(frozen=True, slots=True)
class SoundClip:
    """A piece of sound in the cut; all lengths in frames of the cut's rate.

    Args:
        id: stable over versions.
        shot: code of the entity whose take it is.
        take: content SHA-256; None is sound that is missing.
        record_in: frame of the cut on which it begins.
        frames: its length.
        source_in: where in the take it begins.
        gain_mb: in whole hundredths of a decibel; 0 leaves it as loud as it is.
        fade_in: frames over which it comes up.
        fade_out: frames over which it goes down at its end.
        track: name of the track it lies on, such as `A1`.
    """

    id: str
    shot: str
    take: str | None
    record_in: int
    frames: int
    source_in: int = 0
    gain_mb: int = 0
    fade_in: int = 0
    fade_out: int = 0
    track: str = "A1"

    def __post_init__(self) -> None:
        if self.frames < 1 or self.source_in < 0 or self.record_in < 0:
            raise CutUnreadable(f"Sound {self.id} ({self.shot}) must last a frame or more, from frame 0 on.")
        if self.fade_in < 0 or self.fade_out < 0 or self.fade_in + self.fade_out > self.frames:
            raise CutUnreadable(
                f"Sound {self.id} ({self.shot}) has {self.frames} frames, fewer than its fades take; "
                f"shorten them."
            )

    @property
    def record_range(self) -> FrameRange:
        """Frames of the cut it is heard in."""
        return FrameRange(self.record_in, self.record_in + self.frames)

    @property
    def source_range(self) -> FrameRange:
        """Frames of the take that are heard, in frames of the cut's rate."""
        return FrameRange(self.source_in, self.source_in + self.frames)


@dataclass(frozen=True, slots=True)
class CutVersion:
    """One version of the cut.

    Args:
        production: `pr_…`.
        number: from 1.
        rate: frames a second.
        slots: picture track, in order.
        parent: SHA-256 of the version it was edited from.
        sound: what is heard; empty where each slot's own sound is.
        start: frame number of the first frame, from which timecode counts.
        drop: timecode is written in drop-frame.
    """

    production: str
    number: int
    rate: Fraction
    width_px: int
    height_px: int
    slots: tuple[Slot, ...]
    parent: str | None = None
    sound: tuple[SoundClip, ...] = ()
    start: int = 0
    drop: bool = False

    def __post_init__(self) -> None:
        if self.slots and self.slots[0].dissolve:
            first = self.slots[0]
            raise CutUnreadable(
                f"Slot {first.id} ({first.shot}) is the first and has nothing to dissolve from; cut to it."
            )
        for before, slot in pairwise(self.slots):
            if slot.dissolve > before.frames:
                raise CutUnreadable(
                    f"Slot {slot.id} ({slot.shot}) cannot dissolve over {slot.dissolve} frames from "
                    f"{before.shot}, which has {before.frames}; shorten the dissolve."
                )
        if self.start < 0:
            raise CutUnreadable("A cut's timecode cannot begin before 00:00:00:00; start it at 0 or later.")
        if self.drop and self.rate not in _DROP_RATES:
            raise CutUnreadable(
                f"There is no drop-frame timecode at {format_rate(self.rate)} frames a second; leave it out."
            )

    @property
    def n_frames(self) -> int:
        """Length of the whole cut."""
        return sum(slot.frames for slot in self.slots)

    @property
    def parts(self) -> tuple["Slot | SoundClip", ...]:
        """All that is seen, then all that is heard."""
        return (*self.slots, *self.sound)

    @property
    def contents(self) -> frozenset[str]:
        """Every content named anywhere in it, seen or heard."""
        return frozenset(part.take for part in self.parts if part.take)

    def record_ranges(self) -> dict[str, FrameRange]:
        """Slot id → frames it occupies in the cut."""
        ranges: dict[str, FrameRange] = {}
        start = 0
        for slot in self.slots:
            ranges[slot.id] = FrameRange(start, start + slot.frames)
            start += slot.frames
        return ranges

    def placed(self) -> Iterator[tuple[Slot, FrameRange, int]]:
        """Each slot with the frames it occupies and the tail for which its take goes on past them."""
        start = 0
        for index, slot in enumerate(self.slots):
            after = self.slots[index + 1] if index + 1 < len(self.slots) else None
            yield slot, FrameRange(start, start + slot.frames), after.dissolve if after else 0
            start += slot.frames

    def tail_of(self, slot: Slot) -> int:
        """Frames for which a slot's take goes on past its end, under the dissolve of the slot after."""
        return next((tail for found, _, tail in self.placed() if found.id == slot.id), 0)

    def source_range_of(self, slot: Slot) -> FrameRange:
        """The frames of its take that a slot of this cut shows, its dissolving tail among them."""
        return slot.source_range(tail=self.tail_of(slot))

    def timecode(self, frame: int) -> str:
        """The timecode that stands at a frame of the cut.

        Args:
            frame: from 0.
        """
        return format_timecode(self.start + frame, self.rate, drop=self.drop)

    def slot(self, key: str) -> Slot:
        """The slot of this id, or the only one of this shot.

        Raises:
            NotFound: there is none.
        """
        found = [slot for slot in self.slots if key in {slot.id, slot.shot}]
        if not found:
            raise NotFound(f"The cut has no slot {key}; `circletake cut show` lists them.")
        return found[0]

    def with_slot(self, slot: Slot, *, parent: str) -> "CutVersion":
        """The next version, with one slot replaced; its length and all others stay."""
        slots = tuple(slot if old.id == slot.id else old for old in self.slots)
        return replace(self, number=self.number + 1, slots=slots, parent=parent)
