"""The check of style: a take in the bible's style is left alone, and one that leaves it is told how."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from circletake.checks.codec import evidence_bytes
from circletake.checks.protocol import CheckContext, Rgb, SheetRef
from circletake.checks.style._bible import Bible, needed_for
from circletake.checks.style._descriptor import Vector
from circletake.checks.style._look import DESCRIPTORS, Look, likeness, look_of
from circletake.checks.style.bible import KIND, check
from circletake.domain.evidence import Evidence
from circletake.domain.time import FrameRange
from circletake.errors import SheetInvalid
from circletake.generate.film import SHOTS, render_frame

_SIZE = (480, 270)
_LENGTH = 36


@cache
def drawn(shot: int, take: int, n: int) -> Rgb:
    """A frame of the demo, made small."""
    picture = render_frame(SHOTS[shot], SHOTS[shot].takes[take], n)
    return np.asarray(cv2.resize(picture, _SIZE, interpolation=cv2.INTER_AREA), np.uint8)


def bible(pictures: Sequence[Rgb], *, kind: str = KIND) -> SheetRef:
    boxes = [(0, 0, rgb.shape[1], rgb.shape[0]) for rgb in pictures]
    return SheetRef("bible", "b" * 64, list(pictures), boxes, kind=kind)


@cache
def pictures() -> tuple[Rgb, ...]:
    """Four pictures of every shot, from takes that no test measures."""
    return tuple(drawn(shot, 1, n) for shot in range(len(SHOTS)) for n in (0, 12, 24, 36))


def clip(shot: int, change: Callable[[Rgb], Rgb] = lambda rgb: rgb) -> list[Rgb]:
    """Every third frame of a clean take, each held for three."""
    return [change(drawn(shot, 0, n - n % 3)) for n in range(_LENGTH)]


def measured(frames: Sequence[Rgb], *references: SheetRef, **params: str) -> Evidence:
    context = CheckContext("0" * 64, len(frames), Fraction(24), 960, 540, params, list(references))
    measure = check.begin(context)
    for n, rgb in enumerate(frames):
        measure.frame(n, rgb)
    return measure.finish()


def tinted(rgb: Rgb, *, red: float = 0, yellow: float = 0, strong: float = 1, light: float = 0) -> Rgb:
    lab = np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
    lab[..., 0] += light
    lab[..., 1:] = lab[..., 1:] * strong + (red, yellow)
    return (np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1) * 255).round().astype(np.uint8)


def grainy(rgb: Rgb) -> Rgb:
    noise = np.random.default_rng(5).normal(0, 9, rgb.shape)
    return np.clip(rgb + noise, 0, 255).astype(np.uint8)


def heavier(rgb: Rgb) -> Rgb:
    return np.asarray(cv2.erode(rgb, np.ones((3, 3), np.uint8)), np.uint8)


@pytest.mark.parametrize("shot", range(len(SHOTS)))
def test_a_take_in_the_style_is_left_alone(shot: int) -> None:
    evidence = measured(clip(shot), bible(pictures()))
    assert evidence.flags == ()
    assert evidence.abstained == ()
    assert evidence.references == ("b" * 64,)


@pytest.mark.parametrize(
    ("change", "label", "words"),
    [
        (lambda rgb: tinted(rgb, red=4, yellow=9), "palette", "Warmer by 1"),
        (lambda rgb: tinted(rgb, red=-4, yellow=-9), "palette", "Cooler by "),
        (lambda rgb: tinted(rgb, strong=0.5), "palette", "× paler"),
        (lambda rgb: tinted(rgb, light=-15), "tone", "Darker by 1"),
        (lambda rgb: cv2.GaussianBlur(rgb, (0, 0), 1.5), "line", "softer"),
        (heavier, "line", "heavier"),
        (grainy, "grain", "stronger"),
    ],
    ids=["warmed", "cooled", "paled", "darkened", "blurred", "thickened", "grained"],
)
def test_a_take_that_leaves_the_style_is_told_how_and_by_how_much(
    change: Callable[[Rgb], Rgb], label: str, words: str
) -> None:
    evidence = measured(clip(0, change), bible(pictures()))
    told = {flag.label: flag for flag in evidence.flags}
    assert words in told[label].sentence
    assert told[label].frames == FrameRange(0, _LENGTH)
    assert evidence.worst_frame == 0
    assert evidence.sentence.startswith("Leaves the style in 36 of 36 frames")


def test_a_change_within_a_take_is_flagged_from_where_it_was_seen() -> None:
    frames = clip(0)[:24] + clip(0, lambda rgb: tinted(rgb, yellow=12))[:24]
    told = [flag for flag in measured(frames, bible(pictures())).flags if flag.label == "palette"]
    assert [flag.frames for flag in told] == [FrameRange(24, 48)]


def test_one_look_out_of_its_place_is_no_style() -> None:
    frames = clip(0)
    frames[12] = tinted(frames[12], yellow=15)
    assert measured(frames, bible(pictures())).flags == ()


def test_the_first_frame_after_a_cut_is_looked_at() -> None:
    evidence = measured(clip(0)[:7] + clip(4)[:20], bible(pictures()))
    looked = [n for n, value in enumerate(evidence.series[0].values) if value is not None]
    assert looked == [0, 7, 19]


# what cannot be told


def test_without_a_bible_nothing_is_judged() -> None:
    for references in ([], [bible(pictures(), kind="character")]):
        evidence = measured(clip(0)[:5], *references)
        assert "no adopted style bible" in evidence.sentence
        assert evidence.abstained == (FrameRange(0, 5),)
        assert evidence.references == ()


def test_a_small_bible_abstains_and_says_how_many_it_needs() -> None:
    warm = clip(0, lambda rgb: tinted(rgb, yellow=20))
    evidence = measured(warm, bible(pictures()[:4]))
    assert evidence.flags == ()
    assert evidence.abstained == (FrameRange(0, _LENGTH),)
    assert evidence.summary["calibration"] == "uncalibrated"
    assert "it needs 9" in evidence.sentence
    assert measured(warm, bible(pictures()[:4]), alpha="0.2").flags


def test_black_has_no_style() -> None:
    evidence = measured([np.zeros((270, 480, 3), np.uint8)] * 12, bible(pictures()))
    assert evidence.abstained == (FrameRange(0, 12),)
    assert evidence.flags == ()


def test_a_setup_that_the_bible_does_not_show_is_not_held_to_the_spread_within_setups() -> None:
    known = [rgb for place, rgb in enumerate(pictures()) if place // 4 < 4]  # the last two are one setup
    other = measured(clip(4), bible(known))
    assert other.summary["calibration"] == "setups"
    assert other.abstained == (FrameRange(0, _LENGTH),)


def test_a_box_outside_its_picture_is_refused() -> None:
    with pytest.raises(SheetInvalid, match="not inside a picture"):
        measured([], SheetRef("bible", "b" * 64, [pictures()[0]], [(0, 0, 9999, 9)], kind=KIND))


def test_the_same_frames_give_the_same_bytes() -> None:
    first, second = (evidence_bytes(measured(clip(2), bible(pictures()))) for _ in range(2))
    assert first == second


# the arithmetic


def looks(values: Sequence[float] | NDArray[np.float64], setups: int) -> list[Look]:
    """Looks of one number each, in setups that have nothing in common."""
    corners = np.eye(setups, dtype=np.float32)
    return [
        Look(tuple(np.full(3, value, np.float32) for _ in DESCRIPTORS), corners[place % setups])
        for place, value in enumerate(values)
    ]


def test_the_level_asked_for_needs_so_many_units() -> None:
    assert [needed_for(alpha) for alpha in (0.5, 0.2, 0.1, 0.05, 0.01)] == [1, 4, 9, 19, 99]


def test_p_values_of_exchangeable_pictures_are_uniform() -> None:
    """Among pictures that are all alike in kind, a new one is called rare as often as the level says."""
    random, alpha, called = np.random.default_rng(8), 0.1, 0
    trials = 600
    for _ in range(trials):
        values = random.normal(size=25)
        book = Bible(looks(values[:-1], setups=24), alpha=alpha)
        # A setup of its own: compared with all of it.
        stranger = Look(looks(values[-1:], 1)[0].sides, np.zeros(24, np.float32))
        judged = book.judge(stranger)
        assert judged is not None
        called += judged[0].p <= alpha
    assert called / trials <= alpha + 2 * np.sqrt(alpha * (1 - alpha) / trials)
    assert called


def test_many_pictures_of_one_setup_count_once() -> None:
    crowded = looks([0.0] * 30, setups=1) + looks([1, 2, 3], setups=1)
    assert Bible(crowded, alpha=0.1).calibration == "setups"
    with_own = [*looks(range(12), setups=12)]
    assert Bible(with_own, alpha=0.1).calibration == "any"


def test_adding_a_picture_never_makes_that_very_picture_stranger() -> None:
    random = np.random.default_rng(2)
    base = looks(random.normal(size=20), setups=20)
    for _ in range(50):
        corner = np.zeros(20, np.float32)
        fresh = Look(looks(random.normal(size=1) * 3, 1)[0].sides, corner)
        before = Bible(base, alpha=0.1).judge(fresh)
        after = Bible([*base, fresh], alpha=0.1).judge(fresh)
        assert before is not None
        assert after is not None
        assert after[0].distance == 0 <= before[0].distance
        assert after[0].p >= before[0].p


def test_a_setup_is_known_whatever_its_grade_line_and_grain() -> None:
    own, other = look_of(drawn(0, 1, 0)), look_of(drawn(4, 1, 0))
    for change in (lambda rgb: tinted(rgb, yellow=15, light=-10), heavier, grainy):
        assert likeness(own, look_of(change(drawn(0, 1, 0)))) > 0.85
    assert likeness(own, other) < 0.7


def test_descriptors_say_what_was_done_with_its_amount() -> None:
    base = drawn(0, 1, 0)

    def said(name: str, changed: Rgb) -> str:
        place = [side.name for side in DESCRIPTORS].index(name)
        seen, usual = (look_of(rgb).sides[place] for rgb in (changed, base))
        return DESCRIPTORS[place].say(seen, usual)

    assert said("palette", tinted(base, yellow=9)) == "warmer by 9 a*b* units"
    assert said("palette", tinted(base, red=-9)) == "greener by 9 a*b* units"
    assert said("palette", tinted(base, strong=0.5)) == "colours 2.0× paler"
    assert said("tone", tinted(base, light=-12)) == "darker by 12 L*"
    assert said("line", heavier(base)).startswith("lines 1.")
    assert "grain" in said("grain", grainy(base))


def test_every_descriptor_has_one_unit_and_no_distance_to_itself() -> None:
    for height, width in ((1, 1), (3, 700), (270, 480)):
        rgb = np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)
        sides: tuple[Vector, ...] = look_of(rgb).sides
        assert len(sides) == len(DESCRIPTORS)
        assert all(np.isfinite(side).all() for side in sides)
