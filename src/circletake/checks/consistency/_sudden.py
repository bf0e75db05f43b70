"""Sudden change: from one frame to the next the character is another, and no motion or cut says why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from circletake.checks.consistency._look import Rows
from circletake.checks.consistency._pixels import Lab, Mask
from circletake.checks.consistency.scorers.protocol import top
from circletake.domain.time import FrameRange

# Share of the character in which a change is looked for, and of what is around it.
_SHARE = 0.1
# Frames before and after that say how much it surprises anyway, fewest of them, and how many of those are
# left out from the top: a turn of the head surprises for two frames.
_AROUND, _FEWEST, _LEFT_OUT = 6, 4, 2
# Lab that nobody sees: surprise is told against no less.
_UNSEEN_LAB = 3.0
# Times the usual surprise from which a change is one; quick turns in film stay below 1.8. Less ends one.
_SUDDEN, _ENDS = 2.0, 1.35
# Where what is around changes nearly as much, the light or the camera did it.
_OURS = 1.5
# More of them in a take than one in so many frames, and this is how it is animated.
_ANIMATED, _ANIMATED_LEAST = 36, 4
# Longest stretch that is flagged on the word of a change alone, and how fast doubt grows after it.
_FLAGGED, _DOUBT = 24, 96.0
_MOST, _BELOW = 3.0, 0.95


@dataclass(frozen=True, slots=True)
class Surprise:
    """What a frame shows that the one before did not let expect.

    Args:
        inside: on the character, in Lab.
        around: around it, in Lab.
        place: where on the character, x and y, 0–1 in the box around it.
    """

    inside: float
    around: float
    place: tuple[float, float] = (0.5, 0.5)


@dataclass(frozen=True, slots=True)
class Change:
    """A character that is another from one frame to the next.

    Args:
        at: first frame after it.
        start: of the stretch in which it is not as it was.
        end: of that stretch, half-open.
        strength: times what is usual around it, halved: 1 is what is flagged.
        place: where on the character, x and y, 0–1 in the box around it.
        is_over: True where the stretch ends with a change as sudden, so that nothing after it is in doubt.
    """

    at: int
    start: int
    end: int
    strength: float
    place: tuple[float, float] = (0.5, 0.5)
    is_over: bool = False


def surprise_of(here: Lab, carried: Lab, foretold: Lab, mask: Mask, *, placed_from: float = 0.0) -> Surprise:
    """How much a frame surprises.

    Motion alone explains what flow carries on from the frame before; that motion went on as it had begun
    explains what the flow of a moment ago foretells. What surprises both is neither.

    Args:
        here: the frame, Lab, small.
        carried: the frame before, moved by the flow between the two.
        foretold: the frame before, moved on by the flow that led to it.
        mask: True on the character.
        placed_from: surprise inside from which its place is asked; below, it is the middle.
    """
    near = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    far = ~(cv2.dilate(mask.astype(np.uint8), np.ones((13, 13), np.uint8)) > 0)
    off = [
        _root_of_squares(np.asarray(cv2.blur(here - other, (3, 3)), np.float32))
        for other in (carried, foretold)
    ]
    # Blurred as it is, every other pixel of every other row says as much of the surroundings.
    inside, around = (
        float(
            np.sqrt(np.prod([top(plane[::apart, ::apart][where[::apart, ::apart]], _SHARE) for plane in off]))
        )
        for where, apart in ((near, 1), (far, 2))
    )
    if inside < placed_from:
        return Surprise(inside, around)
    return Surprise(inside, around, _place(np.sqrt(off[0] * off[1]), near))


def changes_of(
    surprises: Mapping[int, Surprise], frames: Sequence[int], measured: Sequence[int], fused: Rows
) -> list[Change]:
    """Find sudden changes, and say which side of each is the strange one.

    Args:
        surprises: by frame.
        frames: in which the character was sighted, in order.
        measured: those that were measured, in order.
        fused: how far each of them is from the bank, [measured].
    """
    sighted = set(frames)
    # What was followed there was lost later, or could not be judged: it says nothing of the character.
    surprises = {n: surprise for n, surprise in surprises.items() if n in sighted}
    rated = {n: _times_usual(surprises, n) for n in surprises}
    jumps = [n for n, times in sorted(rated.items()) if times >= _SUDDEN and _is_peak(rated, n)]
    if len(jumps) > max(len(frames) // _ANIMATED, _ANIMATED_LEAST):
        return []
    changes: list[Change] = []
    for n in jumps:
        if changes and changes[-1].start <= n <= changes[-1].end and changes[-1].start == changes[-1].at:
            # It was another, and is again: as it was before.
            last = changes.pop()
            strength = min(max(last.strength, rated[n] / 2), _MOST)
            changes.append(Change(last.at, last.start, n, strength, last.place, is_over=True))
            continue
        strength, place = min(rated[n] / 2, _MOST), surprises[n].place
        if _is_nearer_after(n, measured, fused):
            start = max(_run_start(sighted, n), n - _FLAGGED, changes[-1].end if changes else 0)
            changes.append(Change(n, start, n, strength, place))
        else:
            end = min(_end_of(rated, frames, n, jumps), _run_end(sighted, n))
            changes.append(Change(n, n, end, strength, place))
    return [change for change in changes if change.end > change.start]


def flashes_of(
    surprises: Mapping[int, Surprise], runs: Sequence[FrameRange], strength: float
) -> list[Change]:
    """Runs too short to be flagged for what they look like that came suddenly and went as suddenly.

    Args:
        surprises: by frame.
        runs: of measured frames, each by itself unlike the sheet.
        strength: of a change that is as much as is flagged.
    """
    return [
        Change(run.start, run.start, run.end, strength, surprises[run.start].place, is_over=True)
        for run in runs
        if all(n in surprises and _times_usual(surprises, n) >= _ENDS for n in (run.start, run.end))
    ]


def doubt_of(changes: Sequence[Change], frames: Sequence[int]) -> Rows:
    """How much a frame is in doubt by sudden changes alone: 1 is what is flagged, [frame]."""
    doubt = np.zeros(len(frames), dtype=np.float32)
    for index, change in enumerate(changes):
        until = changes[index + 1].at if index + 1 < len(changes) else None
        for row, n in enumerate(frames):
            if change.start <= n < change.end:
                doubt[row] = max(float(doubt[row]), change.strength)
            elif (
                change.start == change.at and not change.is_over and n >= change.end and n < (until or n + 1)
            ):
                faded = _BELOW * float(np.exp(-(n - change.end) / _DOUBT))
                doubt[row] = max(float(doubt[row]), faded)
    return doubt


def _root_of_squares(difference: Lab) -> Rows:
    return np.asarray(np.sqrt(np.einsum("ijk,ijk->ij", difference, difference)), dtype=np.float32)


def _place(off: Rows, near: Mask) -> tuple[float, float]:
    """Middle of what surprises most, 0–1 in the box around the character."""
    rows, columns = np.nonzero(near)
    if not len(rows):
        return 0.5, 0.5
    here = off[rows, columns]
    most = here >= np.partition(here, int(len(here) * (1 - _SHARE)))[int(len(here) * (1 - _SHARE))]
    x = (columns[most].mean() - columns.min()) / max(int(np.ptp(columns)), 1)
    y = (rows[most].mean() - rows.min()) / max(int(np.ptp(rows)), 1)
    return float(x), float(y)


def _times_usual(surprises: Mapping[int, Surprise], n: int) -> float:
    near = [m for m in range(n - _AROUND, n + _AROUND + 1) if m != n and m in surprises]
    if len(near) < _FEWEST:
        return 0.0
    inside = surprises[n].inside / (_usual([surprises[m].inside for m in near]) + _UNSEEN_LAB)
    around = surprises[n].around / (_usual([surprises[m].around for m in near]) + _UNSEEN_LAB)
    return inside if inside >= _OURS * around else 0.0


def _usual(values: Sequence[float]) -> float:
    return sorted(values)[-1 - min(_LEFT_OUT, len(values) - 1)]


def _is_peak(rated: Mapping[int, float], n: int) -> bool:
    return all(rated.get(m, 0.0) < rated[n] or (m > n and rated[m] == rated[n]) for m in (n - 1, n + 1))


def _is_nearer_after(n: int, measured: Sequence[int], fused: Rows) -> bool:
    """True where the character is clearly more like its sheet after a change than before it."""
    before = [float(off) for at, off in zip(measured, fused, strict=True) if n - _AROUND <= at < n]
    after = [float(off) for at, off in zip(measured, fused, strict=True) if n <= at < n + _AROUND]
    if not before or not after:
        return False
    return float(np.median(before)) - float(np.median(after)) > 0.25  # noqa: PLR2004 (a quarter of a deviation)


def _run_start(sighted: set[int], n: int) -> int:
    while n - 1 in sighted:
        n -= 1
    return n


def _run_end(sighted: set[int], n: int) -> int:
    while n in sighted:
        n += 1
    return n


def _end_of(rated: Mapping[int, float], frames: Sequence[int], n: int, jumps: Sequence[int]) -> int:
    """Where a change ends: with the next, with what may be the way back, or where nobody can say."""
    last = frames[-1] + 1
    for m in range(n + 2, min(n + _FLAGGED, last)):
        if m in jumps or (rated.get(m, 0.0) >= _ENDS and _is_peak(rated, m)):
            return m
    following = [m for m in jumps if m > n]
    return following[0] if following else min(n + _FLAGGED, last)
