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


class Peaks:
    """The highest sample of each bin: `BINS_PER_FRAME` bytes for each frame, 0 silence, 255 full scale."""

    def __init__(self) -> None:
        self._edges = np.zeros(1, np.int64)
        self._peaks = np.zeros(0, np.float32)
        self._heard = 0

    def start(self, source: Source) -> None:
        """Begin at the first sample of a source."""
        bins = source.n_frames * BINS_PER_FRAME
        rate = (source.rate or Fraction(1)) * BINS_PER_FRAME
        self._edges = np.array([sample_of(n, rate, RATE_HZ) for n in range(bins + 1)], np.int64)
        self._peaks = np.zeros(bins, np.float32)

    def hear(self, samples: Samples) -> None:
        """Take the next samples: float32 [n, 2]."""
        if not len(samples):
            return
        loud = np.abs(samples).max(axis=1)
        at = np.searchsorted(self._edges, np.arange(self._heard, self._heard + len(loud)), side="right") - 1
        self._heard += len(loud)
        inside = at < len(self._peaks)
        np.maximum.at(self._peaks, at[inside], loud[inside])

    def to_bytes(self) -> bytes:
        """What was heard so far."""
        return np.clip(np.ceil(self._peaks * _FULL), 0, _FULL).astype(np.uint8).tobytes()


def peaks_of(source: Source) -> bytes:
    """How loud a source is, its pictures unseen; nothing of one without sound or without time."""
    if not source.has_sound or source.rate is None or not source.n_frames:
        return b""
    peaks = Peaks()
    peaks.start(source)
    for samples in source.sound():
        peaks.hear(samples)
    return peaks.to_bytes()


class PeaksWriter:
    """A listener that puts peaks into a store; `content` is their hash once the pass is over.

    Args:
        store: where they are put.
    """

    def __init__(self, store: ContentStore) -> None:
        self.content = ""
        self._store = store
        self._peaks = Peaks()

    def start(self, source: Source) -> None:
        """See `Listener.start`."""
        self._peaks.start(source)

    def frame(self, frame: Frame) -> None:
        """See `Listener.frame`."""

    def sound(self, samples: Samples, rate_hz: int) -> None:  # noqa: ARG002 (always RATE_HZ)
        """See `Listener.sound`."""
        self._peaks.hear(samples)

    def finish(self) -> None:
        """See `Listener.finish`."""
        self.content = self._store.put_bytes(self._peaks.to_bytes())
