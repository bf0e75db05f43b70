"""Flashes that can harm: opposing changes of luminance over a large part of the picture."""

from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.checks.technical._picture import Run, runs_of

_GRID = (32, 18)
_STEP_CD_M2 = 20.0
_DARKER_BELOW_CD_M2 = 160.0
_AREA_SHARE = 0.25
_PER_SECOND = 3
# ITU-R BT.1702-2, annex: screen luminance in cd/m² of an 8-bit code value on a 200 cd/m² display.
_LUMINANCE = (413.435 * (0.002745 * np.arange(256) + 0.0189623) ** 2.2).astype(np.float32)


class FlashMeter:
    """Counts opposing luminance changes per cell of a 32×18 grid.

    A change is a monotone rise or fall of at least 20 cd/m² whose darker end is below 160. A frame
    completes a change of the picture when a quarter of its cells complete one in the same direction; two
    opposing ones are a flash. Not a Harding certificate.

    Source:
        ITU-R BT.1702-3, guideline for general flashes.
    """

    def __init__(self) -> None:
        self._extreme: NDArray[np.float32] | None = None
        self._now: NDArray[np.float32] | None = None
        self._direction: NDArray[np.int8] | None = None
        self._counted: NDArray[np.bool_] | None = None
        self._last = 0
        self.changes: list[int] = []

    def frame(self, luma: NDArray[np.uint8]) -> None:
        """See the next frame's luma, 0–255."""
        cells = np.asarray(cv2.resize(luma, _GRID, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        now = _LUMINANCE[cells]
        self.changes.append(self._change(now))
        self._now = now

    def runs(self, rate: Fraction | None) -> list[Run]:
        """Runs of frames within a second that holds more than three flashes."""
        if rate is None:
            return []
        window = max(int(rate), 1)
        at = [n for n, change in enumerate(self.changes) if change]
        marked = [False] * len(self.changes)
        needed = 2 * (_PER_SECOND + 1)
        for first, last in zip(at, at[needed - 1 :], strict=False):
            if last - first < window:
                marked[first : last + 1] = [True] * (last + 1 - first)
        return runs_of(marked)

    def _change(self, now: NDArray[np.float32]) -> int:
        before = self._now
        if before is None or self._extreme is None or self._direction is None or self._counted is None:
            self._extreme = now.copy()
            self._direction = np.zeros(now.shape, dtype=np.int8)
            self._counted = np.zeros(now.shape, dtype=bool)
            return 0
        step = np.sign(now - before).astype(np.int8)
        turned = (step != 0) & (step != self._direction)
        self._extreme = np.where(turned, before, self._extreme)
        self._counted &= ~turned
        self._direction = np.where(turned, step, self._direction).astype(np.int8)
        wide = np.abs(now - self._extreme) >= _STEP_CD_M2
        dark = np.minimum(now, self._extreme) < _DARKER_BELOW_CD_M2
        completes = wide & dark & ~self._counted
        self._counted |= completes
        for direction in (1, -1):
            share = float((completes & (self._direction == direction)).mean())
            if share > _AREA_SHARE and direction != self._last:
                self._last = direction
                return direction
        return 0
