"""Light that jumps and comes back within a frame."""

from collections.abc import Sequence

import numpy as np

from circletake.checks.technical._picture import Run, runs_of

# Of the picture's own brightness, and at least so many code values.
_LEAST_SHARE, _LEAST_CODES = 0.02, 1.5
# The frames on both sides agree with each other at least twice as well as with the one between.
_BACK = 0.5
# Of the picture gets brighter, or darker, when its light changes; what moves in it does both.
_WHOLE = 0.6
# Jumps so close to each other are one flicker.
_JOINED = 6


def flicker_runs(mean_luma: Sequence[float], agreement: Sequence[float]) -> list[Run]:
    """Runs of frames whose light jumps there and back.

    A second difference: a fade or a turned-on lamp moves luma and stays, flicker comes back.

    Args:
        mean_luma: of each frame, 0–255.
        agreement: share of each frame that is brighter than in the one before, less the share that is darker.
    """
    luma = np.asarray(mean_luma, dtype=np.float64)
    jumps = [False] * len(luma)
    for n in range(1, len(luma) - 1):
        there, back = luma[n] - luma[n - 1], luma[n + 1] - luma[n]
        least = max(_LEAST_SHARE * (luma[n - 1] + luma[n + 1]) / 2, _LEAST_CODES)
        jumps[n] = bool(
            there * back < 0
            and min(abs(there), abs(back)) >= least
            and abs(luma[n + 1] - luma[n - 1]) <= _BACK * min(abs(there), abs(back))
            and agreement[n] * np.sign(there) >= _WHOLE
            and agreement[n + 1] * np.sign(back) >= _WHOLE
        )
    joined: list[Run] = []
    for run in runs_of(jumps):
        if joined and run.start - joined[-1].end < _JOINED:
            joined[-1] = Run(joined[-1].start, run.end)
        else:
            joined.append(run)
    return joined
