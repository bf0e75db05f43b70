"""Frames that come twice and frames that never came, told by how much each differs from the one before."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from circletake.checks.technical._picture import Run, runs_of

# Coding leaves a doubled frame a trace of difference: up to a tenth of what moving frames beside it have.
_TRACE = 0.12
# Around a doubled frame everything moves for so long on both sides; longer holds are drawn, or frozen.
_BESIDE = 3
_LONGEST_DOUBLE = 2
# Beside it the movement is at least half of what it usually is there.
_ABRUPT = 0.5
# A step nearly twice its neighbours' on both sides, where those are steady; a cut is far more than three.
_JUMP, _CUT, _STEADY = 1.7, 3.0, 0.2
# Doubles this far apart, each as far as the last, are a change of rate.
_FEWEST_REGULAR = 4


@dataclass(frozen=True, slots=True)
class Cadence:
    """What is the matter with the steps between frames.

    Args:
        doubled: frames that show the one before again while all around them moves.
        dropped: frames before which one seems to be missing.
        every: doubles come this many frames apart throughout; None where they follow no rule.
    """

    doubled: list[Run]
    dropped: list[Run]
    every: int | None


def cadence_of(difference: Sequence[float], *, still: float) -> Cadence:
    """Find doubled and dropped frames.

    Pictures drawn on twos or threes are no fault: a double counts only where frames before and after
    it differ one by one.

    Args:
        difference: of each frame from the one before, mean absolute, in code values; of the first, any.
        still: difference up to which a frame stands still whatever is around it.
    """
    steps = np.asarray(difference, dtype=np.float64)
    held = _held(steps)
    moves = ~held & (steps > still)
    doubled = [
        run
        for run in runs_of([bool(one) for one in held])
        if run.frames <= _LONGEST_DOUBLE
        and run.start > _BESIDE
        and run.end + _BESIDE <= len(steps)
        and moves[run.start - _BESIDE : run.start].all()
        and moves[run.end : run.end + _BESIDE].all()
        and _is_abrupt(steps, run)
    ]
    after_double = {run.end for run in doubled}
    dropped = [
        Run(n, n + 1)
        for n in range(_BESIDE + 1, len(steps) - _BESIDE)
        if n not in after_double and _jumps(steps, moves, n)
    ]
    gaps = {after.start - before.start for before, after in pairwise(doubled)}
    is_regular = len(doubled) >= _FEWEST_REGULAR and len(gaps) == 1
    return Cadence(doubled, dropped, gaps.pop() if is_regular else None)


def _held(steps: NDArray[np.float64]) -> NDArray[np.bool_]:
    held = np.zeros(len(steps), dtype=bool)
    for n in range(1, len(steps)):
        beside = np.concatenate([steps[max(n - _BESIDE, 1) : n], steps[n + 1 : n + 1 + _BESIDE]])
        usual = float(np.median(beside)) if len(beside) else 0.0
        held[n] = usual > 0 and steps[n] <= _TRACE * usual
    return held


def _is_abrupt(steps: NDArray[np.float64], run: Run) -> bool:
    """Whether the movement stops at once and goes on at once; what slows down to turn round does not."""
    before, after = steps[run.start - _BESIDE : run.start], steps[run.end : run.end + _BESIDE]
    usual = float(np.median(np.concatenate([before, after])))
    return bool(before[-1] >= _ABRUPT * usual and after[0] >= _ABRUPT * usual)


def _jumps(steps: NDArray[np.float64], moves: NDArray[np.bool_], n: int) -> bool:
    beside = np.concatenate([steps[n - _BESIDE : n], steps[n + 1 : n + 1 + _BESIDE]])
    usual = float(np.median(beside))
    is_steady = bool((np.abs(beside - usual) <= _STEADY * usual).all())
    return (
        is_steady
        and bool(moves[n - _BESIDE : n + _BESIDE + 1].all())
        and _JUMP * usual <= steps[n] <= _CUT * usual
    )
