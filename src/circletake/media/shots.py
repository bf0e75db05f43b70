"""Where a film cuts: a frame that differs from the one before it far more than its neighbours do."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.domain.time import FrameRange
from circletake.media.listen import listen
from circletake.media.picture import Frame
from circletake.media.sound import Samples
from circletake.media.source import Source, open_file
from circletake.media.thumb import THUMB_SIZE_PX

_REACH = 12  # frames looked at on either side: half a second of film
_TIMES = 4  # how far over the median of those; a pan moves evenly, a cut does not
_LEAST = 8.0  # code values under which nothing is a cut, however still its neighbours


class ShotFinder:
    """A listener that tells a film's shots; `shots` is there once the pass is over."""

    def __init__(self) -> None:
        self.shots: list[FrameRange] = []
        self._steps: list[float] = []
        self._last: NDArray[np.int16] | None = None

    def start(self, source: Source) -> None:
        """See `Listener.start`."""

    def frame(self, frame: Frame) -> None:
        """See `Listener.frame`."""
        thumb = cv2.cvtColor(frame.rgb_at(*THUMB_SIZE_PX), cv2.COLOR_RGB2YUV).astype(np.int16)
        self._steps.append(0.0 if self._last is None else float(np.abs(thumb - self._last).mean()))
        self._last = thumb

    def sound(self, samples: Samples, rate_hz: int) -> None:
        """See `Listener.sound`."""

    def finish(self) -> None:
        """See `Listener.finish`."""
        self.shots = shots_of(self._steps)


def shots_of(steps: Sequence[float]) -> list[FrameRange]:
    """Split frames where they jump.

    Args:
        steps: mean difference of each frame to the one before it, in code values; the first is not read.

    Returns:
        Ranges that cover every frame, in order.

    >>> shots_of([0, 1, 1, 60, 1, 1])
    [FrameRange(start=0, end=3), FrameRange(start=3, end=6)]
    """
    values = np.asarray(steps, dtype=np.float64)
    starts = [0]
    for at in range(1, len(values)):
        around = np.concatenate([values[max(at - _REACH, 1) : at], values[at + 1 : at + 1 + _REACH]])
        usual = float(np.median(around)) if len(around) else 0.0
        if values[at] > max(_TIMES * usual, _LEAST):
            starts.append(at)
    ends = [*starts[1:], len(values)]
    return [FrameRange(start, end) for start, end in zip(starts, ends, strict=True) if end > start]


def detect_shots(film: Source | Path) -> list[FrameRange]:
    """Split a film into shots at its hard cuts; dissolves and fades stay within a shot.

    Raises:
        MediaUnreadable: it cannot be decoded.
    """
    finder = ShotFinder()
    listen(open_file(film) if isinstance(film, Path) else film, [finder])
    return finder.shots
