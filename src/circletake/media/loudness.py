"""Loudness and true peak of a stream of samples, as EBU R 128 measures them."""

import math
from dataclasses import dataclass
from fractions import Fraction

import av
import av.filter
import numpy as np
from numpy.typing import NDArray

# Below this the gated blocks of 400 ms do not exist and the filter's −70 is no reading.
SHORTEST_S = Fraction(2, 5)
_FLOOR_LUFS = -69.9
_STEP = 4800


@dataclass(frozen=True, slots=True)
class Loudness:
    """What was heard.

    Args:
        integrated_lufs: gated programme loudness; None where there is no reading (under 0.4 s, or silence).
        range_lu: loudness range; None where there is no reading.
        true_peak_dbtp: highest oversampled peak; None for digital silence or no reading.
    """

    integrated_lufs: float | None
    range_lu: float | None
    true_peak_dbtp: float | None


class LoudnessMeter:
    """Measures samples as they come; at most two channels (both count fully, as left and right do).

    Source:
        EBU R 128, ITU-R BS.1770-5, through FFmpeg's ebur128 filter. Its true_peak is linear: 20·log10.
        A single channel reads 3 LU low unless told that it plays on two loudspeakers (dualmono).
    """

    def __init__(self, *, rate_hz: int, channels: int) -> None:
        self._rate_hz = rate_hz
        self._layout = "mono" if channels == 1 else "stereo"
        self._heard = 0
        self._held: list[NDArray[np.float32]] = []
        self._held_samples = 0
        self._last: dict[str, str] = {}
        self._graph = av.filter.Graph()
        source = self._graph.add_abuffer(
            format="flt", sample_rate=rate_hz, layout=self._layout, time_base=Fraction(1, rate_hz)
        )
        meter = self._graph.add(
            "ebur128", f"metadata=1:peak=true:dualmono={'true' if channels == 1 else 'false'}"
        )
        sink = self._graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        self._graph.configure()

    def feed(self, samples: NDArray[np.float32]) -> None:
        """Hear the next samples: float32 [n, channels], full scale ±1."""
        self._held.append(samples)
        self._held_samples += len(samples)
        while self._held_samples >= _STEP:
            block = np.concatenate(self._held)
            self._push(block[:_STEP])
            self._held = [block[_STEP:]]
            self._held_samples -= _STEP

    def finish(self) -> Loudness:
        """Close the measurement and read it."""
        if self._held_samples:
            self._push(np.concatenate(self._held))
        self._graph.push(None)
        self._pull()
        heard_s = Fraction(self._heard, self._rate_hz)
        if heard_s < SHORTEST_S or "lavfi.r128.I" not in self._last:
            return Loudness(None, None, None)
        integrated = float(self._last["lavfi.r128.I"])
        peak = float(self._last.get("lavfi.r128.true_peak", "0"))
        audible = integrated > _FLOOR_LUFS
        return Loudness(
            integrated_lufs=integrated if audible else None,
            range_lu=float(self._last["lavfi.r128.LRA"]) if audible else None,
            true_peak_dbtp=20 * math.log10(peak) if peak > 0 else None,
        )

    def _push(self, samples: NDArray[np.float32]) -> None:
        packed = np.ascontiguousarray(samples, dtype=np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=self._layout)
        frame.sample_rate = self._rate_hz
        frame.time_base = Fraction(1, self._rate_hz)
        frame.pts = self._heard
        self._heard += len(samples)
        self._graph.push(frame)
        self._pull()

    def _pull(self) -> None:
        while True:
            try:
                pulled = self._graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            metadata = dict(pulled.metadata)
            if metadata:
                self._last = metadata


def measure_loudness(samples: NDArray[np.float32], *, rate_hz: int) -> Loudness:
    """Measure samples that are all there: float32 [n, channels], full scale ±1."""
    meter = LoudnessMeter(rate_hz=rate_hz, channels=samples.shape[1])
    meter.feed(samples)
    return meter.finish()
