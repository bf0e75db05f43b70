"""What lasts and costs more to see, looked at in one frame of six: bands, levels, range, bars."""

import numpy as np
from numpy.typing import NDArray

from circletake.checks.protocol import Picture
from circletake.checks.technical._banding import banded_share
from circletake.checks.technical._bars import Bars, bars_of
from circletake.checks.technical._levels import LevelMeter
from circletake.checks.technical._picture import Run

EVERY = 6
"""A quarter of a second at 24 frames a second: none of these comes and goes faster unnoticed by a person."""


class Looks:
    """Looks at every sixth frame, from the first on.

    Args:
        levels: where the signal may be.
    """

    def __init__(self, levels: LevelMeter) -> None:
        self.levels = levels
        self.banded: list[float | None] = []
        self.outside: list[float | None] = []
        self.bars: list[tuple[int, Bars | None]] = []
        self.size_px = (0, 0)

    def frame(self, luma: NDArray[np.uint8], frame: Picture | None) -> None:
        """See the next frame: its luma as shown, 0–255, and what the decoder knows of it."""
        n = len(self.banded)
        if n % EVERY:
            self.banded.append(None)
            self.outside.append(None)
            return
        self.banded.append(banded_share(luma))
        self.levels.shown(luma)
        self.bars.append((n, bars_of(luma)))
        self.size_px = (luma.shape[1], luma.shape[0])
        coded = frame.levels() if frame is not None else None
        self.outside.append(None if coded is None else self.levels.outside(coded))


def runs_over(values: list[float | None], least: float) -> list[Run]:
    """Join looks at or over a value into runs, from the first look's frame to the last one's.

    >>> runs_over([0.5, None, None, None, None, None, 0.6, None], 0.4)
    [Run(start=0, end=7)]
    """
    runs: list[Run] = []
    for n in (n for n, value in enumerate(values) if value is not None and value >= least):
        if runs and n - runs[-1].end < EVERY:
            runs[-1] = Run(runs[-1].start, n + 1)
        else:
            runs.append(Run(n, n + 1))
    return runs
