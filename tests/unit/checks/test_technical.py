"""The technical check finds planted faults to the frame and nothing on a clean take."""

from fractions import Fraction

import numpy as np

from circletake.checks.protocol import CheckContext, Rgb
from circletake.checks.technical.signal import check
from circletake.domain.evidence import Evidence
from circletake.domain.time import FrameRange

_RATE_HZ = 48000


def moving(n: int) -> Rgb:
    """A picture that changes a little every frame, mid-grey on the whole."""
    rgb = np.random.default_rng(n).integers(100, 140, (36, 64, 3), dtype=np.uint8)
    rgb[4:12, n % 40 : n % 40 + 12] = (200, 120, 60)
    return rgb


def measured(frames: list[Rgb], samples: np.ndarray | None = None, **params: str) -> Evidence:
    measure = check.begin(CheckContext("0" * 64, len(frames), Fraction(24), 64, 36, params=params))
    for n, rgb in enumerate(frames):
        measure.frame(n, rgb)
    if samples is not None:
        measure.sound(samples.astype(np.float32), _RATE_HZ)
    return measure.finish()


def labels(evidence: Evidence) -> list[tuple[str, FrameRange]]:
    return [(flag.label, flag.frames) for flag in evidence.flags]


def tone(seconds: float, level_dbfs: float = -23.0) -> np.ndarray:
    at = np.arange(int(seconds * _RATE_HZ)) / _RATE_HZ
    wave = 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * 1000 * at)
    return np.stack([wave, wave], axis=1)


def test_a_clean_take_has_no_flags() -> None:
    evidence = measured([moving(n) for n in range(48)], tone(2))
    assert evidence.flags == ()
    assert evidence.worst_frame is None


def test_a_single_black_frame_between_pictures_is_found_to_the_frame() -> None:
    frames = [moving(n) for n in range(30)]
    frames[12] = np.zeros_like(frames[12])
    assert labels(measured(frames)) == [("black", FrameRange(12, 13))]


def test_a_short_fade_from_black_is_not_a_fault_and_a_long_one_is() -> None:
    frames = [moving(n) for n in range(48)]
    black = np.zeros_like(frames[0])
    assert measured([black] * 5 + frames).flags == ()
    assert labels(measured([black] * 12 + frames)) == [("black", FrameRange(0, 12))]


def test_a_freeze_that_runs_into_the_last_frame_is_closed() -> None:
    frames = [moving(n) for n in range(20)] + [moving(20)] * 30
    assert labels(measured(frames)) == [("freeze", FrameRange(20, 50))]


def test_flashing_is_found_and_a_hard_cut_is_not() -> None:
    dark, bright = np.full((36, 64, 3), 20, np.uint8), np.full((36, 64, 3), 235, np.uint8)
    cut = [dark + np.uint8(n % 3) for n in range(20)] + [bright - np.uint8(n % 3) for n in range(20)]
    assert "flash" not in [label for label, _ in labels(measured(cut))]
    strobe = [bright if n % 4 < 2 else dark for n in range(48)]
    assert "flash" in [label for label, _ in labels(measured(strobe))]


def test_loudness_reads_what_the_standard_says() -> None:
    """EBU Tech 3341, case 1: 1 kHz at −23 dBFS on both channels reads −23.0 LUFS."""
    assert measured([moving(n) for n in range(48)], tone(2)).summary["loudness_lufs"] == "-23.0"


def test_silence_in_the_middle_is_found_and_silence_throughout_is_said() -> None:
    frames = [moving(n) for n in range(72)]
    sound = np.concatenate([tone(1), np.zeros((_RATE_HZ, 2)), tone(1)])
    assert labels(measured(frames, sound)) == [("silence", FrameRange(24, 48))]
    silent = measured(frames, np.zeros((3 * _RATE_HZ, 2)))
    assert silent.flags == ()
    assert silent.summary["sound"] == "silent"


def test_sound_cut_off_at_full_scale_is_found_with_its_frames() -> None:
    sound = np.concatenate([tone(1), np.clip(tone(0.25, 6), -1, 1), tone(0.75)])
    found = dict(labels(measured([moving(n) for n in range(48)], sound)))
    assert found["clipping"].start == 24
    assert "peak" in found


def test_under_four_tenths_of_a_second_there_is_no_loudness() -> None:
    evidence = measured([moving(0)] * 4, tone(0.2))
    assert evidence.summary["sound"] == "no reading"
    assert "loudness_lufs" not in evidence.summary


def test_a_policy_sets_the_thresholds() -> None:
    frames = [moving(n) for n in range(20)] + [moving(20)] * 12
    assert measured(frames).flags == ()
    assert labels(measured(frames, freeze_s="0.25")) == [("freeze", FrameRange(20, 32))]


def gliding(n: int, *, by: float = 2.0) -> Rgb:
    """A soft ramp that glides on by the same step each frame."""
    across = np.arange(64, dtype=np.float32)[None] * 6 + n * by
    return np.repeat(np.repeat((np.abs(across % 240 - 120) + 60).astype(np.uint8), 36, 0)[..., None], 3, 2)


def test_a_doubled_and_a_dropped_frame_are_found_to_the_frame() -> None:
    order = [*range(10), 9, *range(10, 24), *range(25, 40)]
    assert labels(measured([gliding(n) for n in order])) == [
        ("doubled", FrameRange(10, 11)),
        ("dropped", FrameRange(25, 26)),
    ]


def test_frames_doubled_by_rule_are_told_as_a_change_of_rate() -> None:
    order = [n - n // 5 for n in range(48)]
    evidence = measured([gliding(n) for n in order])
    assert labels(evidence) == [("doubled", FrameRange(5, 41))]
    assert "Every 5th frame" in evidence.flags[0].sentence
    assert "19.2 frames a second shown as 24" in evidence.flags[0].sentence


def test_what_is_drawn_on_twos_and_what_slows_down_to_turn_is_no_doubled_frame() -> None:
    assert measured([gliding(n // 2) for n in range(48)]).flags == ()
    swing = [gliding(1, by=30 * float(np.cos(n / 48 * 4 * np.pi))) for n in range(48)]
    assert measured(swing).flags == ()


def test_light_that_jumps_and_comes_back_is_flicker_and_a_lamp_or_a_passing_thing_is_not() -> None:
    quiet = [np.full((36, 64, 3), 120, np.uint8) + np.uint8(n % 2) for n in range(24)]
    flickering = [frame - np.uint8(6 * (n in {10, 12, 14})) for n, frame in enumerate(quiet)]
    assert ("flicker", FrameRange(10, 15)) in labels(measured(flickering))
    lamp = [frame + np.uint8(30 * (n > 10)) for n, frame in enumerate(quiet)]
    assert "flicker" not in [label for label, _ in labels(measured(lamp))]
    passing = [frame.copy() for frame in quiet]
    passing[12][:, 10:40] = 200
    assert "flicker" not in [label for label, _ in labels(measured(passing))]
