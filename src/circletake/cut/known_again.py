"""Slots of a timeline that an editor sent back, known again as slots of the cut it came from.

Most programs drop what was written beside a clip. A slot's id is what takes, notes of changes and gaps hang
on, so a slot that can be known by its shot, its take or its place keeps the id that it had.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from circletake.domain.cut import CutVersion, Slot


def known_again(slots: Sequence[Slot], before: CutVersion) -> tuple[Slot, ...]:
    """Give slots back the ids that they had.

    Args:
        slots: as read from a timeline; those with an id of `before` keep it.
        before: the cut that the editor started from.

    Returns:
        The same slots in the same order. A gap without a name that stands between the same two slots as a
        gap of `before` gets that one's shot too.
    """
    had = {slot.id: slot for slot in before.slots}
    found = list(slots)
    named = {slot.id for slot in slots} & set(had)

    def claim(same: Callable[[Slot, Slot], bool]) -> None:
        for at, slot in enumerate(found):
            if slot.id in had:
                continue
            was = next((old for old in before.slots if old.id not in named and same(old, slot)), None)
            if was is not None:
                named.add(was.id)
                found[at] = replace(slot, id=was.id)

    claim(lambda old, slot: old.shot == slot.shot and old.take == slot.take is not None and _meet(old, slot))
    claim(lambda old, slot: old.shot == slot.shot and old.take == slot.take is not None)
    claim(lambda old, slot: old.shot == slot.shot)
    for at, slot in enumerate(found):
        if slot.take is None and slot.id not in had:
            was = _gap_between(before, had, found[at - 1] if at else None, found[at + 1 : at + 2])
            if was is not None and was.id not in named:
                named.add(was.id)
                found[at] = replace(slot, id=was.id, shot=was.shot)
    return tuple(found)


def _meet(old: Slot, slot: Slot) -> bool:
    here, there = slot.source_range(), old.source_range()
    return here.start < there.end and there.start < here.end


def _gap_between(
    before: CutVersion, had: dict[str, Slot], left: Slot | None, right: Sequence[Slot]
) -> Slot | None:
    """The gap that stood between two slots of the cut, where it was the only one there."""
    ids = list(had)
    if (left is not None and left.id not in had) or (right and right[0].id not in had):
        return None
    first = ids.index(left.id) + 1 if left else 0
    end = ids.index(right[0].id) if right else len(ids)
    between = before.slots[first:end]
    return between[0] if len(between) == 1 and between[0].take is None else None
