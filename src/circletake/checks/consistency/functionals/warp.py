"""Warp excess: what turns into something else although nothing moves it."""

from circletake.checks.consistency.functionals.protocol import Course
from circletake.domain.time import FrameRange

name = "warp_excess"
label = "changing"


def measure(course: Course) -> float | None:
    """See `Functional.measure`: Lab a frame in the half second in which it changes most."""
    return max((changed for changed in course.changed if changed is not None), default=None)


def alarmed_at(course: Course, limit: float) -> int | None:
    """See `Functional.alarmed_at`: the first frame by which it changed more than the limit."""
    over = (
        n
        for n, changed in zip(course.frames, course.changed, strict=True)
        if changed is not None and changed > limit
    )
    return next(over, None)


def where(course: Course, limit: float) -> FrameRange:
    """See `Functional.where`: from where it begins to change more than the limit to where it last does."""
    over = [
        n
        for n, changed in zip(course.frames, course.changed, strict=True)
        if changed is not None and changed > limit
    ] or course.frames
    return FrameRange(max(over[0] - course.second // 2, course.frames[0]), over[-1] + 1)


def say(frames: FrameRange) -> str:
    """See `Functional.say`."""
    return f"It turns into something else in frames {frames.start}–{frames.end - 1} though nothing moves it."
