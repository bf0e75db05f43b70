"""Black, frozen and broken frames, and how much of each is clipped."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from circletake.checks.protocol import Rgb

# ITU-R BT.709 luma.
_LUMA = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)
_WHITE = 255
_BLACK_LUMA = 0.10 * _WHITE
_BLACK_SHARE = 0.98
# Half a code value is rounding.
_NOTICED = 0.5
# −60 dB of full scale.
STILL = _WHITE * 10 ** (-60 / 20)


def luma_of(rgb: Rgb) -> NDArray[np.float32]:
    """BT.709 luma of an sRGB picture, 0–255, float32 height×width."""
    return rgb.astype(np.float32) @ _LUMA


def _clipped_share(rgb: Rgb) -> float:
    """Share of pixels with a component at either end of the scale."""
    # one more than 255 is 0: both ends are below 2; numpy reduces an axis of three many times slower
    ends = np.add(rgb, 1, dtype=np.uint8) < 2  # noqa: PLR2004 (see above)
    return float((ends[..., 0] | ends[..., 1] | ends[..., 2]).mean())


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
        self._before: NDArray[np.float32] | None = None

    def frame(self, rgb: Rgb, luma: NDArray[np.float32], *, is_corrupt: bool) -> None:
        """See the next frame."""
        self.mean_luma.append(float(luma.mean()))
        self.is_black.append(float((luma <= _BLACK_LUMA).mean()) >= _BLACK_SHARE)
        self.is_corrupt.append(is_corrupt)
        self.clipped_share.append(_clipped_share(rgb))
        if self._before is None or self._before.shape != luma.shape:
            self.difference.append(float(_WHITE))
            self.agreement.append(0.0)
        else:
            change = luma - self._before
            self.difference.append(float(np.abs(change).mean()))
            self.agreement.append(float((change > _NOTICED).mean() - (change < -_NOTICED).mean()))
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
