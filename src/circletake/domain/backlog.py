"""How many hours of looking wait for people: attempts are cheap, and somebody has to judge every one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

PRIOR_STILL_MS = 3_000
PRIOR_CLIP_MS = 7_000
"""How long a look takes until enough were counted: a still, and a clip of about four seconds."""
ENOUGH_LOOKS = 30
LIMIT_H = 8
"""Hours that may wait where nobody set another limit: a day of one person's looking."""
MS_AN_HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """Takes that wait to be judged, or will.

    Args:
        people: how many have to look at each.
    """

    stills: int
    clips: int
    people: int


def look_ms(looks: Sequence[int], prior_ms: int) -> int:
    """How long a look takes, in milliseconds: the median of those counted, once they are enough.

    >>> look_ms([1000] * 30, 3000), look_ms([1000] * 29, 3000)
    (1000, 3000)
    """
    counted = [one for one in looks if one > 0]
    return round(median(counted)) if len(counted) >= ENOUGH_LOOKS else prior_ms


def backlog_ms(waiting: Iterable[Waiting], *, still_ms: int, clip_ms: int) -> int:
    """Milliseconds of looking that wait.

    >>> backlog_ms([Waiting(stills=2, clips=1, people=2)], still_ms=3000, clip_ms=7000)
    26000
    """
    return sum((one.stills * still_ms + one.clips * clip_ms) * one.people for one in waiting)
