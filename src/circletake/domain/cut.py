"""The cut as data: slots in order on an integer frame grid. A slot without a take is a gap."""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from circletake.domain.time import FrameRange
from circletake.errors import CutUnreadable, NotFound

SlotState = Literal["gap", "offered", "circled", "stale"]


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in the cut.

    Args:
        id: stable over versions (`s_…`).
        shot: entity code.
        frames: length in the cut.
        take: content SHA-256 of what fills it; None is a gap.
        source_in: first frame used of that content.
    """

    id: str
    shot: str
    frames: int
    take: str | None = None
    source_in: int = 0

    def __post_init__(self) -> None:
        if self.frames < 1 or self.source_in < 0:
            raise CutUnreadable(f"Slot {self.id} ({self.shot}) must hold at least one frame from frame 0 on.")


@dataclass(frozen=True, slots=True)
class CutVersion:
    """One version of the cut.

    Args:
        production: `pr_…`.
        number: from 1.
        rate: frames a second.
        slots: picture track, in order.
        parent: SHA-256 of the version it was edited from.
    """

    production: str
    number: int
    rate: Fraction
    width_px: int
    height_px: int
    slots: tuple[Slot, ...]
    parent: str | None = None

    @property
    def n_frames(self) -> int:
        """Length of the whole cut."""
        return sum(slot.frames for slot in self.slots)

    def record_ranges(self) -> dict[str, FrameRange]:
        """Slot id → frames it occupies in the cut."""
        ranges: dict[str, FrameRange] = {}
        start = 0
        for slot in self.slots:
            ranges[slot.id] = FrameRange(start, start + slot.frames)
            start += slot.frames
        return ranges

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
