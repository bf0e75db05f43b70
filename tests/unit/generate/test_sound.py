"""Every take sounds as long as it looks, at a broadcast level, in step with the picture."""

import numpy as np
import pytest

from circletake.generate.acting import pose_at
from circletake.generate.drawing.strings import SAMPLE_RATE_HZ, loudness_lufs
from circletake.generate.film import SHOTS, Shot, get_shot, sound_take


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.code)
def test_its_length_level_and_peaks_are_right(shot: Shot) -> None:
    for plan in shot.takes[:2]:
        samples = sound_take(shot, plan)

        assert samples.shape == (shot.frames * 2000, 2)
        assert samples.dtype == np.float32
        assert np.abs(samples).max() < 10 ** (-3 / 20)
        assert loudness_lufs(samples) == pytest.approx(-23, abs=0.5)
        assert np.abs(samples[[0, -1]]).max() < 0.01


def test_the_same_plan_sounds_the_same_and_another_does_not() -> None:
    shot = get_shot("SH020")
    first, second = shot.takes[:2]

    assert sound_take(shot, first).tobytes() == sound_take(shot, first).tobytes()
    assert sound_take(shot, first).tobytes() != sound_take(shot, second).tobytes()


def test_the_bark_is_heard_where_the_mouth_opens() -> None:
    shot = get_shot("SH060")
    plan = shot.get_take(2)
    opens = next(n for n in range(1, shot.frames) if pose_at(shot, plan, n).mouth_open >= 0.5)
    level = np.abs(sound_take(shot, plan)).max(1)
    per_frame = level.reshape(shot.frames, -1).max(1)

    assert abs(int(per_frame.argmax()) - opens) <= 2


def test_loudness_of_a_known_tone() -> None:
    """A 997 Hz sine in both channels at −23 dBFS measures −23 LUFS (EBU Tech 3341, case 1, at 997 Hz)."""
    t = np.arange(3 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    tone = 10 ** (-23 / 20) * np.sin(2 * np.pi * 997 * t)

    assert loudness_lufs(np.stack([tone, tone], axis=1)) == pytest.approx(-23, abs=0.1)


def test_silence_has_no_loudness() -> None:
    assert loudness_lufs(np.zeros((SAMPLE_RATE_HZ, 2))) == -np.inf
