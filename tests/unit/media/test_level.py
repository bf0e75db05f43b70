"""Sound brought to a loudness: measured again, it is there, and no true peak passes the ceiling."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from circletake.media.level import TARGETS, levelled
from circletake.media.loudness import measure_loudness

RATE_HZ = 48_000
Samples = NDArray[np.float32]


def tone(level: float, *, seconds: float = 6, bursts: float = 0.0) -> Samples:
    """A hum, and on it short loud bursts."""
    times = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    wave = level * np.sin(2 * np.pi * 440 * times)
    wave[(times % 1.0) < 0.004] += bursts
    return np.stack([wave, wave], axis=1).astype(np.float32)


def brought(sound: Samples, name: str) -> Samples:
    def make() -> Iterator[Samples]:
        yield from np.array_split(sound, 7)

    return np.concatenate(list(levelled(make, TARGETS[name], rate_hz=RATE_HZ)))


@pytest.mark.parametrize("name", sorted(TARGETS))
@pytest.mark.parametrize(("level", "bursts"), [(0.02, 0.0), (0.5, 0.0), (0.05, 0.4)])
def test_every_target_is_met(name: str, level: float, bursts: float) -> None:
    sound = tone(level, bursts=bursts)
    made = brought(sound, name)
    assert made.shape == sound.shape
    heard = measure_loudness(made, rate_hz=RATE_HZ)
    assert heard.integrated_lufs == pytest.approx(TARGETS[name].lufs / 100, abs=0.3)
    assert heard.true_peak_dbtp is not None
    assert heard.true_peak_dbtp <= TARGETS[name].ceiling_dbtp / 100 + 0.05


def test_where_nothing_stands_out_it_is_one_gain_and_nothing_else() -> None:
    sound = tone(0.05)
    made = brought(sound, "r128")
    factors = made[np.abs(sound) > 0.01] / sound[np.abs(sound) > 0.01]
    assert float(np.ptp(factors)) < 1e-5


def test_a_limited_sound_stays_in_its_place() -> None:
    noise = np.random.default_rng(1).normal(0, 0.02, (6 * RATE_HZ, 2)).astype(np.float32)
    sound = noise + tone(0, bursts=0.4)
    made = brought(sound, "web")
    quiet = slice(RATE_HZ // 2, RATE_HZ // 2 + 12_000)  # away from every burst
    there = np.correlate(made[quiet, 0], sound[quiet, 0][2000:-2000], "valid")
    assert int(np.argmax(there)) == 2000


def test_silence_stays_silence() -> None:
    assert not brought(np.zeros((RATE_HZ, 2), np.float32), "r128").any()
