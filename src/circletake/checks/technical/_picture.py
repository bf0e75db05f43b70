"""Black, frozen and broken frames, and how much of each is clipped."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.checks.protocol import Rgb

# ITU-R BT.709 luma.
_RED, _GREEN, _BLUE = 0.2126, 0.7152, 0.0722
_WHITE = 255
_BLACK_LUMA = int(0.10 * _WHITE)
_BLACK_SHARE = 0.98
# −60 dB of full scale.
STILL = _WHITE * 10 ** (-60 / 20)


def luma_of(rgb: Rgb) -> NDArray[np.uint8]:
    """BT.709 luma of an sRGB picture, 0–255, uint8 height×width, within one code."""
    # Two sums of whole planes: OpenCV's matrix on interleaved colours takes more than twice as long.
    red, green, blue = cv2.split(rgb)
    rest = _RED + _BLUE
    others = cv2.addWeighted(red, _RED / rest, blue, _BLUE / rest, 0)
    return np.asarray(cv2.addWeighted(others, rest, green, _GREEN, 0), dtype=np.uint8)


def _clipped_share(rgb: Rgb) -> float:
    """Share of pixels with a component at either end of the scale."""
    within = cv2.countNonZero(cv2.inRange(rgb, (1, 1, 1), (254, 254, 254)))
    return 1 - within / float(rgb.shape[0] * rgb.shape[1])


@dataclass(frozen=True, slots=True)
class Run:
    """Frames `start` up to but not including `end` that have something in common."""

    start: int
    end: int

    @property
    def frames(self) -> int:
        """How many."""
        return self.end - self.start


def runs_of(holds: list[bool]) -> list[Run]:
    """Join neighbouring True into runs.

    >>> runs_of([False, True, True, False, True])
    [Run(start=1, end=3), Run(start=4, end=5)]
    """
    runs: list[Run] = []
    start: int | None = None
    for n, hold in enumerate([*holds, False]):
        if hold and start is None:
            start = n
        elif not hold and start is not None:
            runs.append(Run(start, n))
            start = None
    return runs


class PictureMeter:
    """Sees every frame once and keeps a few numbers of each.

    Source:
        FFmpeg's blackdetect (pixel threshold 0.10, picture share 0.98) and freezedetect (noise −60 dB):
        their definitions, computed on the pictures every check sees.
    """

    def __init__(self) -> None:
        self.mean_luma: list[float] = []
        self.difference: list[float] = []
        self.agreement: list[float] = []  # share that got brighter, less the share that got darker
        self.clipped_share: list[float] = []
        self.is_black: list[bool] = []
        self.is_corrupt: list[bool] = []
        self._before: NDArray[np.uint8] | None = None

    def frame(self, rgb: Rgb, luma: NDArray[np.uint8], *, is_corrupt: bool) -> None:
        """See the next frame."""
        size = luma.size
        self.mean_luma.append(float(cv2.mean(luma)[0]))
        lit = int(np.count_nonzero(luma > _BLACK_LUMA))
        self.is_black.append(1 - lit / size >= _BLACK_SHARE)
        self.is_corrupt.append(is_corrupt)
        self.clipped_share.append(_clipped_share(rgb))
        before = self._before
        if before is None or before.shape != luma.shape:
            self.difference.append(float(_WHITE))
            self.agreement.append(0.0)
        else:
            self.difference.append(cv2.norm(luma, before, cv2.NORM_L1) / size)
            brighter = cv2.countNonZero(cv2.compare(luma, before, cv2.CMP_GT))
            darker = cv2.countNonZero(cv2.compare(luma, before, cv2.CMP_LT))
            self.agreement.append((brighter - darker) / size)
        self._before = luma

    def black_runs(self) -> list[Run]:
        """Runs of black frames, of any length."""
        return runs_of(self.is_black)

    def frozen_runs(self) -> list[Run]:
        """Runs of two or more frames that each look like the one before, black ones left out."""
        still = [
            difference <= STILL and not black
            for difference, black in zip(self.difference, self.is_black, strict=True)
        ]
        # The frame before a still one is the first of the frozen picture.
        return [Run(max(run.start - 1, 0), run.end) for run in runs_of(still)]

    def corrupt_runs(self) -> list[Run]:
        """Runs of frames whose damage the decoder concealed."""
        return runs_of(self.is_corrupt)
