"""Gaps: places in the cut that have no take yet, with what stands on either side."""

from dataclasses import dataclass

from circletake.domain.cut import CutVersion, Slot
from circletake.domain.time import FrameRange

HANDLE_FRAMES = 12  # half a second at 24: room for a dissolve or a slip without another take


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What a gap touches.

    Args:
        slot: slot id.
        shot: its shot's code.
        content: take that fills it, or None where that is a gap too.
        frame: the frame of that content which touches the gap (its last before, its first after).
    """

    slot: str
    shot: str
    content: str | None
    frame: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A missing shot.

    Args:
        slot: slot id.
        shot: code of the shot that belongs here.
        record: frames it occupies in the cut.
        handles: frames wished for at either end beyond what the cut shows.
        before: what it cuts from; None at the head.
        after: what it cuts to; None at the tail.
        tail: frames for which a take goes on past the gap, under the dissolve of the slot after.
    """

    slot: str
    shot: str
    record: FrameRange
    handles: int
    before: Neighbour | None
    after: Neighbour | None
    tail: int = 0

    @property
    def frames(self) -> int:
        """Frames a take must have at the least."""
        return self.record.frames + self.tail

    @property
    def wanted_frames(self) -> int:
        """Frames a take should have, handles included."""
        return self.frames + 2 * self.handles


def gaps(cut: CutVersion, *, handles: int = HANDLE_FRAMES) -> list[Gap]:
    """List the slots without a take, in the order of the cut."""
    ranges = cut.record_ranges()
    return [
        _gap(cut, index, ranges[slot.id], handles)
        for index, slot in enumerate(cut.slots)
        if slot.take is None
    ]


def gap_at(cut: CutVersion, slot: str, *, handles: int = HANDLE_FRAMES) -> Gap:
    """A slot as the hole it is, or would be without its take.

    Args:
        slot: slot id or shot code.

    Raises:
        NotFound: the cut has no such slot.
    """
    found = cut.slot(slot)
    return _gap(cut, cut.slots.index(found), cut.record_ranges()[found.id], handles)


def _gap(cut: CutVersion, index: int, record: FrameRange, handles: int) -> Gap:
    slot = cut.slots[index]
    before = cut.slots[index - 1] if index else None
    after = cut.slots[index + 1] if index + 1 < len(cut.slots) else None
    return Gap(
        slot=slot.id,
        shot=slot.shot,
        record=record,
        handles=handles,
        before=_neighbour(before, at=before.source_frame(before.frames - 1)) if before else None,
        after=_neighbour(after, at=after.source_in) if after else None,
        tail=after.dissolve if after else 0,
    )


def _neighbour(slot: Slot, *, at: int) -> Neighbour:
    return Neighbour(slot=slot.id, shot=slot.shot, content=slot.take, frame=at)
