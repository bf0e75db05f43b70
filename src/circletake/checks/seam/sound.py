"""What is measured of the sound of a run of frames: how loud, how quiet, and what a join sounds like."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from circletake.checks.protocol import Samples
from circletake.domain.time import FrameRange
from circletake.media.source import RATE_HZ, Source

Numbers = NDArray[np.float64]

_HUSH = RATE_HZ // 100  # samples; between two words there is as much as this of the room alone
_AROUND = (
    RATE_HZ // 50
)  # samples on either side of a join: a period of the lowest tone that clicks are heard in
_JOIN = 2  # samples beside a join in which its step shows
_SILENT = 1e-4  # −80 dB of full scale: a step that nobody hears


@dataclass(frozen=True, slots=True)
class Heard:
    """The sound of n frames.

    Args:
        samples: float32 [m, 2], full scale ±1, at `RATE_HZ`.
        bounds: first sample of each frame, and of the one after the last: n + 1 of them, from 0.
    """

    samples: Samples
    bounds: Sequence[int]


def heard(source: Source, frames: FrameRange) -> Heard | None:
    """The sound of some frames of a source; None where it has none."""
    if not source.has_sound:
        return None
    start = source.sample_at(frames.start)
    bounds = [source.sample_at(frame) - start for frame in range(frames.start, frames.end + 1)]
    return Heard(source.samples(frames=frames), bounds)


def loudness_of(sound: Heard) -> tuple[Numbers, Numbers]:
    """How loud each frame is, and its quietest hundredth of a second.

    Returns:
        Mean square of each frame, weighted as ears hear, both channels summed; and the least mean square of
        its parts, not weighted: room tone is low. Both of full scale 1; [n] each.

    Source:
        ITU-R BS.1770-5, annex 1.
    """
    loud, hush = [], []
    for start, end in zip(sound.bounds[:-1], sound.bounds[1:], strict=True):
        part = sound.samples[start:end].astype(np.float64)
        window = np.hanning(len(part) + 2)[1:-1, None]
        power = np.abs(np.fft.rfft(part * window, axis=0)) ** 2
        power[1 : (len(part) + 1) // 2] *= 2  # the negative frequencies, which are left out, say the same
        loud.append(float(np.sum(power * _weights(len(part))[:, None]) / len(part) / np.sum(window**2)))
        whole = part[: len(part) // _HUSH * _HUSH].reshape(-1, _HUSH, part.shape[1])
        hush.append(float((whole**2).sum(axis=2).mean(axis=1).min(initial=np.inf)))
    return np.array(loud), np.array(hush)


def clicks_of(sound: Heard) -> Numbers:
    """How much the sound breaks between each two frames, over how rough it is around: [n − 1]."""
    return np.array([click(sound.samples[:at], sound.samples[at:]) for at in sound.bounds[1:-1]])


def click(before: Samples, after: Samples) -> float:
    """How much sound breaks where one piece ends and the next begins, over how rough both are: a bare ratio.

    Args:
        before: float32 [m, 2]; its end is looked at, `ends_of` is enough of it.
        after: its beginning is.
    """
    near = np.concatenate([before[-_AROUND:], after[:_AROUND]]).astype(np.float64)
    at = min(len(before), _AROUND)
    rough = np.abs(np.diff(near, n=2, axis=0)).max(axis=1, initial=0.0)
    join = slice(max(at - 1 - _JOIN, 0), at - 1 + _JOIN)
    if not len(rough[join]):
        return float("nan")
    usual = np.median(np.delete(rough, join)) if len(rough) > len(rough[join]) else 0.0
    return float((rough[join].max() + _SILENT) / (usual + _SILENT))


def ends_of(sound: Heard) -> tuple[Samples, Samples]:
    """As much of a sound's beginning and end as a join is told by."""
    return sound.samples[:_AROUND], sound.samples[-_AROUND:]


@cache
def _weights(n: int) -> Numbers:
    """By how much each frequency of n samples counts: the two filters of ITU-R BS.1770-5, table 1 and 2."""
    late = np.exp(-2j * np.pi * np.arange(n // 2 + 1) / n)
    shelf = (1.53512485958697 - 2.69169618940638 * late + 1.19839281085285 * late**2) / (
        1 - 1.69065929318241 * late + 0.73248077421585 * late**2
    )
    high = (1 - late) ** 2 / (1 - 1.99004745483398 * late + 0.99007225036621 * late**2)
    return np.asarray(np.abs(shelf * high) ** 2, np.float64)
