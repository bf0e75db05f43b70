"""Statuses are derived, never set by hand, and always have a shape as well as a colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

Status = Literal["todo", "making", "review", "retake", "no_good", "circled", "stale", "hold", "omit"]
STATUSES: tuple[Status, ...] = get_args(Status)


@dataclass(frozen=True, slots=True)
class StatusLook:
    """How a status is shown; colours are sRGB hex on the desk's #262626."""

    label: str
    colour: str
    shape: str
    kitsu: str
    shotgrid: str


LOOKS: dict[Status, StatusLook] = {
    "todo": StatusLook("todo", "#9a9a9a", "hollow", "todo", "wtg"),
    "making": StatusLook("making", "#4da3ff", "half", "wip", "ip"),
    "review": StatusLook("review", "#b48cff", "dot", "wfa", "rev"),
    "retake": StatusLook("retake", "#f2a900", "arrow", "retake", ""),
    "no_good": StatusLook("no good", "#ff5c5c", "cross", "retake", ""),
    "circled": StatusLook("circled", "#35c46a", "ring", "done", "apr"),
    "stale": StatusLook("stale", "#35c46a", "broken_ring", "", ""),
    "hold": StatusLook("hold", "#b07d4f", "bar", "", "hld"),
    "omit": StatusLook("omit", "#9a9a9a", "slash", "", "omt"),
}


@dataclass(frozen=True, slots=True)
class TakeState:
    """What a task's status needs to know of one take.

    Args:
        passes: every gate of the stage holds on its content.
        was_circled: every gate held once.
        only_stale: fails now by a stale cause and nothing else.
        vetoed: a live veto stands.
        last_value: value of the latest live verdict on it, None before any.
    """

    passes: bool
    was_circled: bool
    only_stale: bool
    vetoed: bool
    last_value: int | None


def status_of(  # noqa: PLR0911 (one return a status, first that fits)
    takes: Sequence[TakeState], *, making: bool, held: bool, omitted: bool
) -> Status:
    """Derive a task's status; the first that fits.

    Args:
        takes: in order of arrival.
        making: a job that makes a take is under way.
        held: parked by a person.
        omitted: cut from the production.

    >>> status_of([], making=False, held=False, omitted=False)
    'todo'
    """
    if omitted:
        return "omit"
    if held:
        return "hold"
    if any(take.passes for take in takes):
        return "circled"
    if any(take.was_circled and take.only_stale for take in takes):
        return "stale"
    alive = [take for take in takes if not take.vetoed]
    if any(take.last_value != -1 for take in alive):
        return "review"
    if making:
        return "making"
    if alive:
        return "retake"
    return "no_good" if takes else "todo"
