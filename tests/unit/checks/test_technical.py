"""The technical check finds planted faults to the frame and nothing on a clean take."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
import pytest

from circletake.checks.protocol import CheckContext, Rgb
from circletake.checks.technical.signal import check
from circletake.domain.evidence import Evidence
from circletake.domain.time import FrameRange
from circletake.generate.film import SHOTS, render_take
from circletake.media.levels import Levels

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


def test_ordinals_are_spelt_as_people_say_them() -> None:
    order = [n - n // 21 for n in range(110)]
    said = measured([gliding(n, by=3.0) for n in order]).flags[0].sentence
    assert said.startswith("Every 21st frame")


# banding


def sky(n: int, *, bits: int = 8, noise: float = 0.0, low: float = 60, high: float = 130) -> Rgb:
    """A sky that drifts a little: a slanted gradient, quantised after its noise."""
    down, across = np.mgrid[0:180, 0:320]
    light = low + (high - low) * (across * 0.8 + down * 0.6 + n) / 380
    light = light + np.random.default_rng(n).normal(0, 1, light.shape) * noise
    step = 2 ** (8 - bits)
    return np.repeat(np.clip(np.round(light / step) * step, 0, 255).astype(np.uint8)[..., None], 3, 2)


def flat_fills(n: int) -> Rgb:
    """A drawing of flat fills: neighbours four codes apart that go up and down."""
    rgb = np.zeros((180, 320, 3), np.uint8)
    for place, code in enumerate((90, 96, 90, 102, 94, 90, 98, 90)):
        rgb[:, place * 40 : place * 40 + 40] = code
    rgb[60:100, 3 * n : 3 * n + 40] = 200
    return rgb


@pytest.mark.parametrize("bits", [5, 6])
def test_a_gradient_of_few_bits_is_banded(bits: int) -> None:
    evidence = measured([sky(n, bits=bits) for n in range(13)])
    assert ("banding", FrameRange(0, 13)) in labels(evidence)
    assert "breaks into bands" in evidence.sentence


@pytest.mark.parametrize(
    "picture",
    [
        sky,
        lambda n: sky(n, low=20, high=40),
        lambda n: sky(n, bits=6, noise=2.5),  # dithered: noise before the bits were cut
        lambda n: sky(n, noise=1.0),
        flat_fills,
    ],
    ids=["8 bits", "slow and dark", "dithered", "grain", "flat fills"],
)
def test_honest_gradients_dither_grain_and_flat_fills_are_not_banded(picture: Callable[[int], Rgb]) -> None:
    assert "banding" not in [label for label, _ in labels(measured([picture(n) for n in range(13)]))]


# levels and range


@dataclass
class Coded:
    """What a decoder knows of a frame, given."""

    signal: Levels | None
    is_corrupt: bool = False

    def levels(self) -> Levels | None:
        return self.signal

    def alpha_at(self, width_px: int, height_px: int) -> None:
        """It has none."""


def signal(luma: np.ndarray, *, is_full: bool = False) -> Coded:
    grey = luma.astype(np.float32).ravel()
    return Coded(Levels(grey, np.tile(grey, (3, 1)), is_full=is_full, is_tagged=True))


def decoded(pictures: Sequence[tuple[Rgb, Coded | None]], **params: str) -> Evidence:
    measure = check.begin(CheckContext("0" * 64, len(pictures), Fraction(24), 64, 36, params=params))
    for n, (rgb, frame) in enumerate(pictures):
        measure.frame(n, rgb, frame)
    return measure.finish()


def spread(low: float, high: float, *, of: float = 0.02) -> np.ndarray:
    """Mid-grey, with a share at each of two levels."""
    luma = np.full(1000, 0.5)
    luma[: int(of * 1000)], luma[-int(of * 1000) :] = low, high
    return luma


def test_a_signal_beyond_the_tolerance_on_more_than_a_hundredth_of_the_picture_is_found() -> None:
    inside, outside = signal(spread(-0.04, 1.04)), signal(spread(0.0, 1.08))
    shot = [(moving(n), outside if 12 <= n < 24 else inside) for n in range(36)]
    evidence = decoded(shot)
    assert labels(evidence) == [("levels", FrameRange(12, 19))]  # looked at in frames 12 and 18
    assert "-5…105 %" in evidence.sentence
    old = decoded([(moving(n), inside) for n in range(12)], luma_low_pct="-1", luma_high_pct="103")
    assert [label for label, _ in labels(old)] == ["levels"], "as the first version of EBU R 103 had it"
    few = [(moving(n), signal(spread(-0.2, 1.2, of=0.004))) for n in range(36)]
    assert decoded(few).flags == ()
    assert labels(decoded(few, level_area_pct="0.5")) == [("levels", FrameRange(0, 31))]


def test_colours_count_although_luma_is_inside() -> None:
    loud = Coded(
        Levels(
            np.full(100, 0.5, np.float32),
            np.repeat(np.array([[1.2], [0.4], [0.2]], np.float32), 100, 1),
            is_full=False,
            is_tagged=True,
        )
    )
    assert [label for label, _ in labels(decoded([(moving(n), loud) for n in range(12)]))] == ["levels"]


def test_levels_of_what_was_clipped_before_are_not_known_rather_than_fine() -> None:
    assert decoded([(moving(n), None) for n in range(12)]).summary["levels"] is False
    assert decoded([(moving(n), Coded(None)) for n in range(12)]).summary["levels"] is False
    assert decoded([(moving(n), signal(spread(0, 1))) for n in range(12)]).summary["levels"] is True


def test_full_range_read_as_limited_is_told_once_and_not_as_levels() -> None:
    burnt = signal(spread(-16 / 219, 239 / 219))
    evidence = decoded([(moving(n), burnt) for n in range(12)])
    assert labels(evidence) == [("range", FrameRange(0, 12))]
    assert "blacks are crushed" in evidence.sentence


def scene(n: int, low: int, high: int) -> Rgb:
    """A picture with some black and some white, which lie at given codes."""
    share = np.random.default_rng(n).random((36, 64, 1))
    share[:3], share[-1:] = 0, 1
    return np.repeat((low + (high - low) * share).round().astype(np.uint8), 3, 2)


def test_limited_range_read_as_full_is_doubted_and_a_soft_grade_is_not() -> None:
    washed = measured([scene(n, 16, 235) for n in range(12)])
    assert labels(washed) == [("range", FrameRange(0, 12))]
    assert "dark grey" in washed.sentence
    for low, high in ((0, 255), (30, 220), (16, 210), (8, 245), (0, 235)):
        told = labels(measured([scene(n, low, high) for n in range(12)]))
        assert "range" not in [label for label, _ in told]


# bars


def barred(n: int, top: int = 0, left: int = 0) -> Rgb:
    rgb = np.random.default_rng(n).integers(90, 200, (180, 320, 3), dtype=np.uint8)
    if top:
        rgb[:top] = rgb[-top:] = 3
    if left:
        rgb[:, :left] = rgb[:, -left:] = 3
    return rgb


def test_bars_that_come_in_are_found_and_bars_all_through_are_not() -> None:
    mixed = [barred(n, top=23 if 24 <= n < 48 else 0) for n in range(96)]
    evidence = measured(mixed)
    found = [flag for flag in evidence.flags if flag.label == "bars"]
    assert [flag.frames for flag in found] == [FrameRange(24, 43)]
    assert "64×27 here and 64×36" in found[0].sentence
    assert measured([barred(n, top=23) for n in range(48)]).flags == ()
    assert measured([barred(n, left=40) for n in range(48)]).flags == ()


def test_the_dark_and_a_title_on_black_have_no_bars() -> None:
    title = np.zeros((180, 320, 3), np.uint8)
    title[80:100, 60:260:4] = 230
    # lit from the ground, and dark above: no straight edge, and nothing alike below
    ground = [barred(n) for n in range(24)]
    for rgb in ground:
        rgb[:60] = 5
    shot = [barred(n) for n in range(48)] + [title] * 11 + ground
    assert "bars" not in [label for label, _ in labels(measured(shot))]


# sound apart from the picture


def offset(starts_s: str | None, ends_s: str | None, **params: str) -> Evidence:
    given = [None if text is None else Fraction(text) for text in (starts_s, ends_s)]
    context = CheckContext(
        "0" * 64, 48, Fraction(24), 64, 36, params, sound_starts_s=given[0], sound_ends_s=given[1]
    )
    measure = check.begin(context)
    for n in range(48):
        measure.frame(n, moving(n))
    return measure.finish()


@pytest.mark.parametrize(
    ("starts_s", "ends_s", "found"),
    [
        ("0", "0", []),
        (None, None, []),
        ("0.055", "-0.18", []),
        ("-0.041", "0.18", []),  # within a frame
        ("0.5", "0", [("offset", FrameRange(0, 13))]),
        ("-0.05", "0", [("offset", FrameRange(0, 1))]),
        ("0", "-0.5", [("length", FrameRange(35, 48))]),
        ("0", "0.5", [("length", FrameRange(47, 48))]),
    ],
)
def test_sound_that_starts_or_ends_apart_is_told_by_the_container(
    starts_s: str | None, ends_s: str | None, found: list[tuple[str, FrameRange]]
) -> None:
    assert labels(offset(starts_s, ends_s)) == found


def test_that_streams_start_apart_is_never_called_out_of_step() -> None:
    assert "is not measured here" in offset("0.5", "0").sentence
    assert offset("0.5", "0", sound_late_ms="600").flags == ()


# what is drawn


def test_the_demos_clean_takes_have_no_findings_of_the_signal() -> None:
    for shot in (SHOTS[0], SHOTS[-1]):
        plan = next(plan for plan in shot.takes if plan.drift is None)
        frames = [
            cv2.resize(rgb, (640, 360), interpolation=cv2.INTER_AREA)
            for n, rgb in enumerate(render_take(shot, plan))
            if n < 24
        ]
        found = {label for label, _ in labels(measured([np.asarray(rgb, np.uint8) for rgb in frames]))}
        assert not found & {"banding", "levels", "range", "bars", "doubled", "dropped", "flicker"}
