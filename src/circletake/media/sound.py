"""Sound on the picture's clock: sample k of a content is at k/rate_hz from its first frame, never later."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import gcd

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

Samples = NDArray[np.float32]

_PREROLL_S = Fraction(1, 2)  # what a decoder needs before its output is right; Opus asks 80 ms, AAC one frame
_GAP_S = Fraction(1, 50)  # stamps that stray less are a container's rounding, not a hole in the sound


class SoundFeed:
    """Hands out sound in pieces of the length asked for; silence once it is spent."""

    def __init__(self, sound: Samples | Iterable[Samples]) -> None:
        self._blocks: Iterator[Samples] = iter([sound] if isinstance(sound, np.ndarray) else sound)
        self._held: Samples = np.zeros((0, 2), np.float32)

    def take(self, count: int) -> Samples:
        """The next samples: float32 [count, 2]."""
        while len(self._held) < count:
            block = next(self._blocks, None)
            if block is None:
                block = np.zeros((count - len(self._held), 2), np.float32)
            self._held = np.concatenate([self._held, block]) if len(self._held) else block
        taken, self._held = self._held[:count], self._held[count:]
        return taken


def blocks_of(
    container: InputContainer,
    stream: AudioStream,
    *,
    start_s: Fraction,
    first: int,
    count: int | None,
    rate_hz: int,
) -> Iterator[Samples]:
    """Decode a range of samples as stereo.

    Args:
        start_s: the container's time of sample 0, that of the film's first frame.
        first: first sample wanted, at `rate_hz`.
        count: how many; silence fills what the file lacks. None is up to the end of the sound.
        rate_hz: to resample to.

    Yields:
        float32 [n, 2], full scale ±1, one after the other without a gap.
    """
    native_hz = stream.rate
    # Resampling starts where both clocks tick together, so that a range sounds as it does in the whole.
    beat = native_hz // gcd(native_hz, rate_hz)
    preroll = max(int(first * Fraction(native_hz, rate_hz) - _PREROLL_S * native_hz) // beat, 0) * beat
    if preroll:
        seek_s = start_s + Fraction(preroll, native_hz) - _PREROLL_S
        container.seek(max(int(seek_s / tick_s_of(stream)), 0), stream=stream, backward=True)
    at = preroll * rate_hz // native_hz
    end = None if count is None else first + count
    for block in _resampled(_native(container, stream, start_s, preroll), native_hz, rate_hz):
        low, high = max(first - at, 0), len(block) if end is None else min(end - at, len(block))
        at += len(block)
        if high > low:
            yield block[low:high]
        if end is not None and at >= end:
            return
    if end is not None:
        missing = end - max(at, first)
        while missing > 0:
            length = min(missing, rate_hz)
            missing -= length
            yield np.zeros((length, 2), np.float32)


def tick_s_of(stream: AudioStream) -> Fraction:
    """Length of a tick of the stream's clock."""
    base = stream.time_base
    return Fraction(base.numerator, base.denominator) if base else Fraction(1, stream.rate)


class _Stereo:
    """Decoded frames as float32 [n, 2]; one channel plays on both sides at its own level."""

    def __init__(self) -> None:
        self._resampler: av.AudioResampler | None = None
        self._form = ""

    def __call__(self, frame: AudioFrame) -> Samples:
        is_mono = len(frame.layout.channels) == 1
        form = f"{frame.format.name} {frame.layout.name} {frame.sample_rate}"
        if self._resampler is None or form != self._form:
            layout = "mono" if is_mono else "stereo"
            self._resampler = av.AudioResampler(format="fltp", layout=layout, rate=frame.sample_rate)
            self._form = form
        frame.pts = None
        parts = [part.to_ndarray() for part in self._resampler.resample(frame)]
        samples = np.concatenate(parts, axis=1).T if parts else np.zeros((0, 2), np.float32)
        return np.ascontiguousarray(np.broadcast_to(samples, (len(samples), 2)), dtype=np.float32)


def _native(
    container: InputContainer, stream: AudioStream, start_s: Fraction, first: int
) -> Iterator[Samples]:
    """Decoded samples from `first` on, at the stream's own rate, holes filled and overlaps dropped."""
    at = first
    is_placed = False
    tick_s = tick_s_of(stream)
    slack = int(_GAP_S * stream.rate)
    as_stereo = _Stereo()
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue
        for frame in frames:
            stamp = at if frame.pts is None else round((frame.pts * tick_s - start_s) * stream.rate)
            samples = as_stereo(frame)
            if is_placed and abs(stamp - at) <= slack:
                stamp = at
            while stamp > at:
                length = min(stamp - at, stream.rate)
                at += length
                yield np.zeros((length, 2), np.float32)
            samples = samples[at - stamp :]
            if len(samples):
                is_placed = True
                at += len(samples)
                yield samples


def _resampled(blocks: Iterator[Samples], native_hz: int, rate_hz: int) -> Iterator[Samples]:
    if native_hz == rate_hz:
        yield from blocks
        return
    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=rate_hz)
    at = 0
    for block in blocks:
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(block.T), format="fltp", layout="stereo")
        frame.sample_rate = native_hz
        frame.pts = at
        frame.time_base = Fraction(1, native_hz)
        at += len(block)
        for part in resampler.resample(frame):
            yield np.ascontiguousarray(part.to_ndarray().T)
    for part in resampler.resample(None):
        yield np.ascontiguousarray(part.to_ndarray().T)
