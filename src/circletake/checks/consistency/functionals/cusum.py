"""The cumulative sum: a drift that is slight in every frame and adds up over the shot."""

from circletake.checks.consistency.functionals.protocol import Course
from circletake.domain.time import FrameRange

name = "cusum"
label = "drifting"
ALLOWED = 0.5
"""Spreads that every frame may be off for nothing, κ: half of the smallest drift worth finding, 1."""


def sums_of(course: Course) -> tuple[list[float], list[int]]:
    """The sum at each moment, and since which moment it has been above nothing.

    What the first third of the shot is already off by counts as its own light and distance, not as drift:
    without that half of what the sum can reach is what whole shots differ by. Moments are weighted by the
    share of the shot that they stand for, so that shots of any length and any number of them compare.

    Source:
        Page 1954, “Continuous inspection schemes”, one-sided, κ = ½.
    """
    third = max(len(course.values) // 3, 1)
    level = max(float(course.values[:third].mean()), 0.0) if len(course.values) else 0.0
    sums, since = [], []
    total, began = 0.0, 0
    for at, (value, weight) in enumerate(zip(course.values, course.weights(), strict=True)):
        if total <= 0:
            began = at
        total = max(total + (float(value) - level - ALLOWED) * float(weight), 0.0)
        sums.append(total)
        since.append(began)
    return sums, since


def measure(course: Course) -> float | None:
    """See `Functional.measure`: the largest sum."""
    return max(sums_of(course)[0]) if len(course.values) else None


def alarmed_at(course: Course, limit: float) -> int | None:
    """See `Functional.alarmed_at`: the first moment at which the sum is beyond the limit."""
    sums = sums_of(course)[0]
    return next((n for n, total in zip(course.frames, sums, strict=True) if total > limit), None)


def where(course: Course, limit: float) -> FrameRange:  # noqa: ARG001 (where it began does not depend on it)
    """See `Functional.where`: from where the largest sum began to grow to where it is reached."""
    sums, since = sums_of(course)
    most = sums.index(max(sums))
    return FrameRange(course.frames[since[most]], course.frames[most] + 1)


def say(frames: FrameRange) -> str:
    """See `Functional.say`."""
    return f"It slowly drifts away over the shot, from about frame {frames.start} on."
