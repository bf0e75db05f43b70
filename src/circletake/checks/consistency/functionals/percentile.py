"""The 98th percentile: how far off its worst frames are."""

import numpy as np

from circletake.checks.consistency.functionals.protocol import Course
from circletake.domain.time import FrameRange

name = "percentile_98"
label = "off_model"
_SHARE = 0.98


def measure(course: Course) -> float | None:
    """See `Functional.measure`: spreads that all but a fiftieth of the shot stays within."""
    return float(np.quantile(course.values, _SHARE)) if len(course.values) else None


def where(course: Course, limit: float) -> FrameRange:
    """See `Functional.where`: the furthest moment and those beside it that are beyond the limit."""
    most = int(course.values.argmax())
    first = last = most
    while first > 0 and course.values[first - 1] >= limit:
        first -= 1
    while last + 1 < len(course.values) and course.values[last + 1] >= limit:
        last += 1
    return FrameRange(course.frames[first], course.frames[last] + 1)


def alarmed_at(course: Course, limit: float) -> int | None:
    """See `Functional.alarmed_at`: the first moment beyond the limit."""
    return next((n for n, value in zip(course.frames, course.values, strict=True) if value > limit), None)


def say(frames: FrameRange) -> str:
    """See `Functional.say`."""
    return f"Its worst moment, frame {frames.start}, is further off than those of approved shots."
