"""Peaks: how loud a content is where, one byte a quarter of a frame, for the waveform under a timeline."""

from fractions import Fraction

import numpy as np

from circletake.domain.time import sample_of
from circletake.media.picture import Frame
from circletake.media.sound import Samples
from circletake.media.source import RATE_HZ, Source
from circletake.media.store import ContentStore

BINS_PER_FRAME = 4
_FULL = 255


class PeaksWriter:
    """A listener that keeps the highest sample of each bin; `content` is its hash once the pass is over.

    The file has `BINS_PER_FRAME` bytes for each frame and nothing else: 0 is silence, 255 full scale.

    Args:
        store: where it is put.
    """

    def __init__(self, store: ContentStore) -> None:
        self.content = ""
        self._store = store
        self._edges = np.zeros(1, np.int64)
        self._peaks = np.zeros(0, np.float32)
        self._heard = 0

    def start(self, source: Source) -> None:
        """See `Listener.start`."""
        bins = source.n_frames * BINS_PER_FRAME
        rate = (source.rate or Fraction(1)) * BINS_PER_FRAME
        self._edges = np.array([sample_of(n, rate, RATE_HZ) for n in range(bins + 1)], np.int64)
        self._peaks = np.zeros(bins, np.float32)

    def frame(self, frame: Frame) -> None:
        """See `Listener.frame`."""

    def sound(self, samples: Samples, rate_hz: int) -> None:  # noqa: ARG002 (always RATE_HZ)
        """See `Listener.sound`."""
        if not len(samples):
            return
        loud = np.abs(samples).max(axis=1)
        at = np.searchsorted(self._edges, np.arange(self._heard, self._heard + len(loud)), side="right") - 1
        self._heard += len(loud)
        inside = at < len(self._peaks)
        np.maximum.at(self._peaks, at[inside], loud[inside])

    def finish(self) -> None:
        """See `Listener.finish`."""
        scaled = np.clip(np.ceil(self._peaks * _FULL), 0, _FULL).astype(np.uint8)
        self.content = self._store.put_bytes(scaled.tobytes())
