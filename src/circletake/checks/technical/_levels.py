"""Whether a signal keeps within its range, and whether the range it is read by is the right one."""

from collections.abc import Sequence
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.media.levels import Levels

Doubt = Literal["burnt", "washed"]

_CODES = 256
# A film of limited range that was coded in full range goes far out at both ends, not at one and not in a
# few places: half a per cent of it all is fifty times the ringing of a strongly compressed clean film.
_BOTH_ENDS = 0.005
_FAR_BELOW, _FAR_ABOVE = -0.05, 1.05
# Limited range shown as full: black piles up at 16 and white at 235, and nothing is beyond.
_BLACK, _WHITE, _AROUND = 16, 235, 2
_BEYOND = 0.0002
_PILED_BLACK, _PILED_WHITE = 0.003, 0.0005


class LevelMeter:
    """Sees some frames' signal and luma, and keeps what lies outside.

    Args:
        rgb: lowest and highest R'G'B' that are inside, in parts of nominal range; 0 is black.
        luma: lowest and highest luma.

    Source:
        EBU R 103 v3: luma and R'G'B' within −5…105 % (8-bit codes 5–246), as v2 made them equal; outside
        on more than 1 % of the picture is a violation.
    """

    def __init__(self, *, rgb: tuple[float, float], luma: tuple[float, float]) -> None:
        self._rgb, self._luma = rgb, luma
        self._below: list[float] = []
        self._above: list[float] = []
        self._is_full = False
        self._codes = np.zeros(_CODES, dtype=np.float64)

    def outside(self, levels: Levels) -> float:
        """Share of a frame's places whose luma or any of R'G'B' is outside."""
        below = (levels.rgb.min(axis=0) < self._rgb[0]) | (levels.luma < self._luma[0])
        above = (levels.rgb.max(axis=0) > self._rgb[1]) | (levels.luma > self._luma[1])
        self._is_full = levels.is_full
        self._below.append(float((levels.luma < _FAR_BELOW).mean()))
        self._above.append(float((levels.luma > _FAR_ABOVE).mean()))
        return float((below | above).mean())

    def shown(self, luma: NDArray[np.uint8]) -> None:
        """See luma as it is shown, 0–255."""
        self._codes += cv2.calcHist([luma], [0], None, [_CODES], [0, _CODES]).ravel()

    def doubt(self) -> Doubt | None:
        """What seems wrong with the range all through; None where nothing does.

        `burnt` is full range read as limited, `washed` limited range read as full. An 8-bit picture of
        low contrast tells neither, and then neither is said.
        """
        if self._below and not self._is_full:
            ends = min(float(np.mean(self._below)), float(np.mean(self._above)))
            if ends >= _BOTH_ENDS:
                return "burnt"
        total = self._codes.sum()
        if not total:
            return None
        share = self._codes / total
        beyond = share[: _BLACK - _AROUND].sum() + share[_WHITE + _AROUND + 1 :].sum()
        black, white = (share[code - _AROUND : code + _AROUND + 1].sum() for code in (_BLACK, _WHITE))
        is_washed = beyond <= _BEYOND and black >= _PILED_BLACK and white >= _PILED_WHITE
        return "washed" if is_washed else None


def worst_of(values: Sequence[float | None], start: int, end: int) -> float:
    """Largest value that was measured in frames `start` up to `end`."""
    return max(value for value in values[start:end] if value is not None)
