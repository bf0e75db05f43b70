"""Sound at another speed: as long as it has to be, at its own pitch, and where it belongs."""

from fractions import Fraction

import numpy as np
import pytest

from circletake.media.sound import Samples
from circletake.media.tempo import is_stretched, stretched

RATE_HZ = 48_000
SPEEDS = ["1/2", "24/25", "1001/1000", "5/4", "3/2", "2"]


def played(samples: Samples, speed: Fraction, count: int) -> Samples:
    blocks = [samples[at : at + 5000] for at in range(0, len(samples), 5000)]
    return np.concatenate(list(stretched(blocks, speed, count=count, rate_hz=RATE_HZ)))


@pytest.mark.parametrize("speed", SPEEDS)
def test_a_tone_keeps_its_pitch_and_its_level(speed: str) -> None:
    times = np.arange(3 * RATE_HZ) / RATE_HZ
    tone = np.repeat((0.5 * np.sin(2 * np.pi * 440 * times)).astype(np.float32)[:, None], 2, axis=1)
    count = int(2 * RATE_HZ / Fraction(speed))
    heard = played(tone, Fraction(speed), count)
    assert heard.shape == (count, 2)
    middle = heard[4800:-4800, 0]
    peak = np.argmax(np.abs(np.fft.rfft(middle * np.hanning(len(middle)))))
    assert peak * RATE_HZ / len(middle) == pytest.approx(440, abs=1)
    assert np.sqrt(2 * np.mean(middle**2)) == pytest.approx(0.5, rel=0.02)


@pytest.mark.parametrize("speed", SPEEDS)
def test_what_is_heard_comes_at_its_time(speed: str) -> None:
    random = np.random.default_rng(2)
    sound = np.zeros((3 * RATE_HZ, 2), np.float32)
    sound[RATE_HZ : RATE_HZ + 9600] = random.normal(0, 0.2, (9600, 1))
    heard = played(sound, Fraction(speed), int(2 * RATE_HZ / Fraction(speed)))
    loud = np.flatnonzero(np.abs(heard[:, 0]) > 0.05)
    for found, at in ((loud[0], RATE_HZ), (loud[-1], RATE_HZ + 9600)):
        assert abs(found - at / Fraction(speed)) < RATE_HZ / 24  # one of its windows


def test_silence_fills_what_is_lacking_and_nothing_is_too_long() -> None:
    ones = np.ones((4800, 2), np.float32)
    assert played(ones, Fraction(2), 10_000).shape == (10_000, 2)
    assert not played(ones, Fraction(2), 10_000)[4000:].any()
    assert played(ones, Fraction(1, 2), 77).shape == (77, 2)
    assert played(ones[:0], Fraction(2), 50).shape == (50, 2)


def test_speeds_at_which_nothing_could_be_made_out_are_not_heard() -> None:
    assert [is_stretched(Fraction(speed)) for speed in ("0", "49/100", "1/2", "2", "201/100")] == [
        False, False, True, True, False,
    ]  # fmt: skip
