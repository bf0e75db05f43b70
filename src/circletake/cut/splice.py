"""Splice: a take conformed into its slot. The cut's length and every other slot stay as they are."""

from dataclasses import replace
from fractions import Fraction

from circletake.cut.document import cut_hash
from circletake.domain.cut import NORMAL, CutVersion, Slot
from circletake.domain.time import format_rate
from circletake.errors import HandlesShort, RateMismatch


def splice(
    cut: CutVersion,
    slot: str,
    *,
    content: str,
    source_in: int,
    n_frames: int,
    rate: Fraction | None,
) -> CutVersion:
    """Put a take into a slot.

    Args:
        cut: the version that was looked at.
        slot: slot id or shot code.
        content: SHA-256 of the take.
        source_in: first frame of it to use.
        n_frames: how many frames it has.
        rate: its frames a second; None where it has no time (a still).

    Returns:
        The next version, with this one as its parent.

    Raises:
        NotFound: the cut has no such slot.
        RateMismatch: the take runs at another rate.
        HandlesShort: it ends before the slot does.
    """
    hole = cut.slot(slot)
    if rate is not None and rate != cut.rate:
        raise RateMismatch(
            f"The take runs at {format_rate(rate)} frames a second and the cut at {format_rate(cut.rate)}; "
            f"bring one at the cut's rate.",
            slot=hole.id,
            take=content,
        )
    check_handles(hole, take=content, source_in=source_in, n_frames=n_frames, tail=cut.tail_of(hole))
    return cut.with_slot(replace(hole, take=content, source_in=source_in), parent=cut_hash(cut))


def check_handles(slot: Slot, *, take: str, source_in: int, n_frames: int, tail: int) -> None:
    """See that a take is long enough for a slot at its speed, and for the dissolve that follows it.

    Args:
        slot: what is to be filled.
        take: SHA-256 of what fills it.
        source_in: first frame of it to use.
        n_frames: how many frames it has.
        tail: frames for which it goes on past the slot's end.

    Raises:
        HandlesShort: names the slot and how many frames are missing.
    """
    needed = slot.source_range(tail=tail).frames
    left = max(n_frames - source_in, 0)
    if source_in < 0 or left < needed:
        raise HandlesShort(
            f"{slot.shot} needs {needed} frames; the take has {left} from frame {source_in} on, "
            f"{needed - left} too few. Start earlier in it or bring a longer one.",
            slot=slot.id,
            take=take,
            needed=needed,
            available=left,
        )


def clear(cut: CutVersion, slot: str) -> CutVersion:
    """Take a slot's take out again: the next version, with a gap there that runs at normal speed.

    Raises:
        NotFound: the cut has no such slot.
    """
    return cut.with_slot(replace(cut.slot(slot), take=None, source_in=0, speed=NORMAL), parent=cut_hash(cut))
