"""The worst second: a short stretch that is off in a shot that is otherwise fine."""

from bisect import bisect_left

from circletake.checks.consistency.functionals.protocol import Course
from circletake.domain.time import FrameRange

name = "worst_second"
label = "bad_second"


def _windows(course: Course) -> list[tuple[float, int, int]]:
    """Mean and first and last moment of every stretch of a second, one beginning at each moment."""
    found = []
    for first, n in enumerate(course.frames):
        end = bisect_left(course.frames, n + course.second)
        found.append((float(course.values[first:end].mean()), first, end - 1))
        if end == len(course.frames):
            break  # what begins later is part of this one
    return found


def measure(course: Course) -> float | None:
    """See `Functional.measure`: the highest mean over one second, in spreads."""
    return max(mean for mean, _, _ in _windows(course)) if course.frames else None


def where(course: Course, limit: float) -> FrameRange:  # noqa: ARG001 (a second is a second)
    """See `Functional.where`: that second."""
    _, first, last = max(_windows(course), key=lambda window: (window[0], -window[1]))
    return FrameRange(course.frames[first], course.frames[last] + 1)


def alarmed_at(course: Course, limit: float) -> int | None:
    """See `Functional.alarmed_at`: the end of the first second beyond the limit."""
    return next((course.frames[last] for mean, _, last in _windows(course) if mean > limit), None)


def say(frames: FrameRange) -> str:
    """See `Functional.say`."""
    return f"There is one bad second, frames {frames.start}–{frames.end - 1}; the rest is better."
