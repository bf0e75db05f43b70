"""Loudness as EBU R 128 measures it."""

import numpy as np
import pytest

from circletake.media.loudness import measure_loudness

_RATE_HZ = 48000


def tone(seconds: float, channels: int) -> np.ndarray:
    at = np.arange(int(seconds * _RATE_HZ)) / _RATE_HZ
    wave = (10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 * at)).astype(np.float32)
    return np.stack([wave] * channels, axis=1)


@pytest.mark.parametrize("channels", [1, 2])
def test_one_kilohertz_at_minus_23_reads_minus_23(channels: int) -> None:
    """EBU Tech 3341, case 1; one channel plays on two loudspeakers."""
    reading = measure_loudness(tone(3, channels), rate_hz=_RATE_HZ)
    assert reading.integrated_lufs == pytest.approx(-23.0, abs=0.1)
    assert reading.true_peak_dbtp == pytest.approx(-23.0, abs=0.1)


def test_too_short_and_silent_sound_have_no_reading() -> None:
    assert measure_loudness(tone(0.3, 2), rate_hz=_RATE_HZ).integrated_lufs is None
    silent = measure_loudness(np.zeros((_RATE_HZ, 2), np.float32), rate_hz=_RATE_HZ)
    assert silent.integrated_lufs is None
    assert silent.true_peak_dbtp is None
