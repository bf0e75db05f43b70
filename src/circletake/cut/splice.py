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


def changes(old: CutVersion, new: CutVersion) -> list[str]:
    """Say in an editor's words what differs between two versions; nothing differs, nothing is said."""
    before = {slot.id: slot for slot in old.slots}
    after = {slot.id: slot for slot in new.slots}
    said = [f"{slot.shot} is out ({_frames(slot.frames)})." for slot in old.slots if slot.id not in after]
    kept = [slot.id for slot in old.slots if slot.id in after]
    order = [slot.id for slot in new.slots if slot.id in before]
    for slot in new.slots:
        was = before.get(slot.id)
        if was is None:
            said.append(f"{slot.shot} is in ({_frames(slot.frames)}).")
            continue
        if was.shot != slot.shot:
            said.append(f"{was.shot} is now {slot.shot}.")
        if was.frames != slot.frames:
            longer = slot.frames - was.frames
            said.append(f"{slot.shot} is {_frames(longer)} {'longer' if longer > 0 else 'shorter'}.")
        if was.take != slot.take:
            said.append(_filled(slot.shot, was.take, slot.take))
        elif was.source_in != slot.source_in:
            by = slot.source_in - was.source_in
            said.append(
                f"{slot.shot} is slipped {_frames(by)} {'later' if by > 0 else 'earlier'} in its take."
            )
    if kept != order:
        said.append(f"The order is now {', '.join(after[key].shot for key in order)}.")
    if old.rate != new.rate:
        said.append(f"It runs at {format_rate(new.rate)} frames a second, not {format_rate(old.rate)}.")
    return said


def _frames(count: int) -> str:
    return f"{abs(count)} frame{'' if abs(count) == 1 else 's'}"


def _filled(shot: str, was: str | None, now: str | None) -> str:
    if now is None:
        return f"{shot} is a gap again."
    if was is None:
        return f"{shot} is filled with {now[:8]}."
    return f"{shot} has another take: {was[:8]} → {now[:8]}."
