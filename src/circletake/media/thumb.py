"""Small pictures: a poster for lists, and thumbs from which cuts and look-alikes are told."""

import numpy as np
from numpy.typing import NDArray

from circletake.errors import NoFrames
from circletake.media.frames import fitted, jpeg
from circletake.media.picture import Frame
from circletake.media.sound import Samples
from circletake.media.source import Source
from circletake.media.store import ContentStore

RECIPE = "poster-1"
POSTER_WIDTH_PX = 320
THUMB_SIZE_PX = (64, 36)
_QUALITY = 85
_BLACK = 24  # mean code value under which a frame makes no poster (studio black is 0, dusk about 30)
_TRIES = 8


class PosterWriter:
    """A listener that keeps one frame as a JPEG: the middle one, or one nearby that is not black.

    Args:
        store: where it is put; `content` is its hash once the pass is over.
    """

    def __init__(self, store: ContentStore, *, width_px: int = POSTER_WIDTH_PX) -> None:
        self.content = ""
        self._store = store
        self._width_px = width_px
        self._size = (0, 0)
        self._wanted: frozenset[int] = frozenset()
        self._middle = 0
        self._best: tuple[bool, int, int] | None = None
        self._jpeg = b""

    def start(self, source: Source) -> None:
        """See `Listener.start`."""
        self._size = fitted(source.width_px, source.height_px, self._width_px)
        self._middle = source.n_frames // 2
        self._wanted = frozenset(source.n_frames * part // _TRIES for part in range(_TRIES)) | {self._middle}

    def frame(self, frame: Frame) -> None:
        """See `Listener.frame`."""
        if frame.n not in self._wanted:
            return
        rgb = frame.rgb_at(*self._size)
        rank = (bool(rgb.mean() < _BLACK), abs(frame.n - self._middle), frame.n)
        if self._best is None or rank < self._best:
            self._best = rank
            self._jpeg = jpeg(rgb, quality=_QUALITY)

    def sound(self, samples: Samples, rate_hz: int) -> None:
        """See `Listener.sound`."""

    def finish(self) -> None:
        """See `Listener.finish`."""
        if not self._jpeg:
            raise NoFrames("A poster needs a frame; there is none in this content.")
        self.content = self._store.put_bytes(self._jpeg)


class ThumbTaker:
    """A listener that keeps small frames, evenly spread, for telling look-alikes.

    Args:
        most: at most so many are kept, so that an hour takes no more than a minute.
    """

    def __init__(self, *, most: int = 64) -> None:
        self._most = most
        self._numbers: frozenset[int] = frozenset()
        self._kept: list[NDArray[np.uint8]] = []

    @property
    def thumbs(self) -> NDArray[np.uint8]:
        """uint8 [n, 36, 64, 3], sRGB, in order."""
        width, height = THUMB_SIZE_PX
        return np.stack(self._kept) if self._kept else np.zeros((0, height, width, 3), np.uint8)

    def start(self, source: Source) -> None:
        """See `Listener.start`."""
        count = min(self._most, source.n_frames)
        self._numbers = frozenset(source.n_frames * part // count for part in range(count))

    def frame(self, frame: Frame) -> None:
        """See `Listener.frame`."""
        if frame.n in self._numbers:
            self._kept.append(frame.rgb_at(*THUMB_SIZE_PX))

    def sound(self, samples: Samples, rate_hz: int) -> None:
        """See `Listener.sound`."""

    def finish(self) -> None:
        """See `Listener.finish`."""
