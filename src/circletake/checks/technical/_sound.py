"""Silence, clipping and loudness of the sound."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from circletake.checks.protocol import Samples
from circletake.media.loudness import Loudness, LoudnessMeter

_BLOCK_S = 0.01
_SILENCE = 10 ** (-50 / 20)
_FULL_SCALE = 0.9999
# Fewer samples at full scale in a row are a peak that touches, not a wave that is cut off.
_CLIP_RUN = 4


@dataclass(frozen=True, slots=True)
class Heard:
    """What the sound is.

    Args:
        rate_hz: of the samples.
        samples: how many there were.
        silences: sample ranges under −50 dBFS.
        clips: sample ranges of a wave cut off at full scale.
        loudness: by EBU R 128.
        peak: highest |sample|, full scale 1.
    """

    rate_hz: int
    samples: int
    silences: tuple[tuple[int, int], ...]
    clips: tuple[tuple[int, int], ...]
    loudness: Loudness
    peak: float


class SoundMeter:
    """Hears every sample once."""

    def __init__(self, *, rate_hz: int, channels: int) -> None:
        self._rate_hz = rate_hz
        self._meter = LoudnessMeter(rate_hz=rate_hz, channels=channels)
        self._block = max(int(rate_hz * _BLOCK_S), 1)
        self._rest = np.zeros(0, dtype=np.float32)
        self._quiet: list[NDArray[np.bool_]] = []
        self._clips: list[tuple[int, int]] = []
        self._heard = 0
        self._clip_open = 0
        self._peak = 0.0

    def sound(self, samples: Samples) -> None:
        """Hear the next samples, float32 [n, channels]."""
        if not len(samples):
            return
        self._meter.feed(samples)
        loudest = np.abs(samples).max(axis=1)
        self._peak = max(self._peak, float(loudest.max()))
        self._find_clips(loudest >= _FULL_SCALE)
        self._heard += len(samples)
        held = np.concatenate([self._rest, loudest])
        whole = len(held) // self._block * self._block
        blocks = held[:whole].reshape(-1, self._block)
        self._quiet.append(blocks.max(axis=1, initial=0.0) < _SILENCE)
        self._rest = held[whole:]

    def finish(self) -> Heard:
        """Close the measurement."""
        if self._clip_open >= _CLIP_RUN:
            self._clips.append((self._heard - self._clip_open, self._heard))
        if len(self._rest):
            self._quiet.append(np.array([float(self._rest.max()) < _SILENCE]))
        quiet = np.concatenate(self._quiet) if self._quiet else np.zeros(0, dtype=bool)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
        silences = tuple(
            (int(a) * self._block, min(int(b) * self._block, self._heard))
            for a, b in zip(edges[::2], edges[1::2], strict=True)
        )
        return Heard(
            rate_hz=self._rate_hz,
            samples=self._heard,
            silences=silences,
            clips=tuple(self._clips),
            loudness=self._meter.finish(),
            peak=self._peak,
        )

    def _find_clips(self, full: NDArray[np.bool_]) -> None:
        held = np.concatenate([np.ones(self._clip_open, dtype=bool), full])
        offset = self._heard - self._clip_open
        edges = np.flatnonzero(np.diff(np.concatenate([[False], held, [False]]).astype(np.int8)))
        self._clip_open = 0
        for a, b in zip(edges[::2], edges[1::2], strict=True):
            if int(b) == len(held):
                self._clip_open = int(b - a)
            elif b - a >= _CLIP_RUN:
                self._clips.append((offset + int(a), offset + int(b)))
