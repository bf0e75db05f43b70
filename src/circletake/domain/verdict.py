"""A verdict: one person's recorded call on exact content at a gate, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from circletake.domain.time import FrameRange
from circletake.errors import VerdictInvalid

Value = Literal[-2, -1, 0, 1, 2]
VALUES: dict[str, Value] = {"veto": -2, "concern": -1, "seen": 0, "fine": 1, "circled": 2}
VALUE_NAMES: dict[int, str] = {value: name for name, value in VALUES.items()}
MEANING: dict[int, str] = {
    -2: "must not be used",
    -1: "another take, please",
    0: "looked at",
    1: "would do",
    2: "this one: approved at this gate",
}

Severity = Literal["fyi", "issue", "blocker"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
Disposition = Literal["fix", "waive", "best_possible", "not_a_fault", "kill"]
DISPOSITIONS: tuple[Disposition, ...] = get_args(Disposition)
# What ends a note on exactly this content; whatever asks for other pixels ends with another take.
CLOSING: tuple[Disposition, ...] = ("waive", "best_possible", "not_a_fault")

# Frame, x, y, width, height; the last four in ten-thousandths of the picture, so that no size is needed.
Region = tuple[int, int, int, int, int]
WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """A live or past verdict as the book holds it.

    Args:
        seq: its entry in the book.
        person: pseudonym `p_…`; machines hold none, by type and by table.
        task: what was judged for.
        content: SHA-256 of what was judged.
        gate: key of the gate.
        value: −2 veto … +2 circled.
        answers: ids of flagged evidence that this verdict answers.
        upstream: slot → content adopted when the person looked.
        regions: where in which frame, see `Region`.
        watched: frames that were really played or shown to them, as their player counted.
        dwell_ms: how long it was in front of them, as their player counted.
        scores_hidden: given without having seen what others said there or what was measured.
    """

    seq: int
    at: str
    person: str
    task: str
    content: str
    gate: str
    value: int
    reasons: tuple[str, ...] = ()
    severity: Severity = "issue"
    disposition: Disposition = "fix"
    ranges: tuple[FrameRange, ...] = ()
    answers: tuple[str, ...] = ()
    upstream: tuple[tuple[str, str], ...] = ()
    gate_hash: str = ""
    policy: str = ""
    note: str | None = None
    regions: tuple[Region, ...] = ()
    watched: tuple[FrameRange, ...] = ()
    dwell_ms: int = 0
    scores_hidden: bool = False


def value_of(name: str | int) -> Value:
    """Read a verdict's value by name or number.

    >>> value_of("circled")
    2

    Raises:
        VerdictInvalid: there is no such value.
    """
    if isinstance(name, int):
        if name in VALUE_NAMES:
            return VALUES[VALUE_NAMES[name]]
    elif name in VALUES:
        return VALUES[name]
    raise VerdictInvalid(f"“{name}” is no verdict; say one of {', '.join(VALUES)}.")


def joined(ranges: Iterable[FrameRange]) -> tuple[FrameRange, ...]:
    """The same frames as few ranges, in order.

    >>> joined([FrameRange(4, 6), FrameRange(0, 2), FrameRange(1, 4)])
    (FrameRange(start=0, end=6),)
    """
    found: list[FrameRange] = []
    for one in sorted(ranges, key=lambda frames: (frames.start, frames.end)):
        if found and one.start <= found[-1].end:
            found[-1] = FrameRange(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return tuple(found)


def severity_of(value: int) -> Severity:
    """How heavy a verdict of this value is where its giver says nothing else."""
    return "blocker" if value == VALUES["veto"] else "issue"
