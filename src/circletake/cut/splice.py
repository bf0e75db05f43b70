"""Splice: a take conformed into its slot. The cut's length and every other slot stay as they are."""

from dataclasses import replace
from fractions import Fraction

from circletake.cut.document import cut_hash
from circletake.domain.cut import CutVersion
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
    left = n_frames - source_in
    if source_in < 0 or left < hole.frames:
        raise HandlesShort(
            f"{hole.shot} needs {hole.frames} frames; the take has {max(left, 0)} from frame {source_in} on. "
            f"Start earlier in it or bring a longer one.",
            slot=hole.id,
            take=content,
            needed=hole.frames,
            available=max(left, 0),
        )
    return cut.with_slot(replace(hole, take=content, source_in=source_in), parent=cut_hash(cut))


def clear(cut: CutVersion, slot: str) -> CutVersion:
    """Take a slot's take out again: the next version, with a gap there.

    Raises:
        NotFound: the cut has no such slot.
    """
    return cut.with_slot(replace(cut.slot(slot), take=None, source_in=0), parent=cut_hash(cut))
