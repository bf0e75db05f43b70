"""The slope: whether a shot ends further off than it begins."""

from circletake.checks.consistency.functionals.protocol import Course
from circletake.domain.time import FrameRange

name = "slope"
label = "drifting"
_THIRDS = 3


def measure(course: Course) -> float | None:
    """See `Functional.measure`: mean of the last third less that of the first, in spreads."""
    third = len(course.values) // _THIRDS
    if third == 0:
        return None
    return float(course.values[-third:].mean() - course.values[:third].mean())


def where(course: Course, limit: float) -> FrameRange:  # noqa: ARG001 (a third is a third)
    """See `Functional.where`: the last third."""
    third = len(course.values) // _THIRDS
    return FrameRange(course.frames[-third], course.frames[-1] + 1)


def alarmed_at(course: Course, limit: float) -> int | None:  # noqa: ARG001 (its last third ends the shot)
    """See `Functional.alarmed_at`: a slope is known when the shot is over."""
    return None


def say(frames: FrameRange) -> str:
    """See `Functional.say`."""
    return (
        f"It ends further from itself than it began: compare its beginning with frame {frames.start} and on."
    )
