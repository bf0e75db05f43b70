"""Holes in real film: filled with the true frames, with degraded ones, and with those repaired."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from circletake.checks.protocol import Rgb
from circletake.checks.seam.certificate import MOST_PLATE, Certificate, certify, certify_signals
from circletake.checks.seam.learnt import LIMITS
from circletake.checks.seam.signals import Signals, measure_signals
from circletake.cut.repair.head import is_repeated
from circletake.cut.repair.recipe import Footage, Recipe, steps_named
from circletake.cut.repair.run import repaired
from circletake.domain.time import FrameRange
from circletake.media.source import open_file

from .figures import tell

pytestmark = [pytest.mark.bench, pytest.mark.footage, pytest.mark.timeout(3600)]

Hole = tuple[FrameRange, FrameRange]

# Shots of bbb.mp4 by its hard cuts: learnt from the first four, tried on the others.
LEARNT = (FrameRange(1, 285), FrameRange(286, 378), FrameRange(378, 553), FrameRange(553, 640))
TRIED = (FrameRange(640, 1145), FrameRange(1145, 1346), FrameRange(1346, 1440))
_LENGTHS = (12, 18, 24, 36)
_PLATE = 24


def film(footage: Path, grain: float, shot: FrameRange) -> dict[int, Rgb]:
    """A shot of a minute of film, as it is or with grain like that of a fast stock."""
    return {
        frame.n: grainy(frame.rgb(), np.random.default_rng(frame.n), grain) if grain else frame.rgb()
        for frame in open_file(footage / "bbb.mp4").frames(shot)
    }


def grainy(rgb: Rgb, chance: np.random.Generator, strength: float) -> Rgb:
    """Grain of softness .7 px, strongest in the middle tones, a quarter of it coloured."""
    common = cv2.GaussianBlur(chance.standard_normal(rgb.shape[:2]).astype(np.float32), (0, 0), 0.7)
    tone = rgb.astype(np.float32).mean(axis=2) / 255
    amount = strength * (0.5 + 2 * tone * (1 - tone))
    own = 0.25 * chance.standard_normal(rgb.shape).astype(np.float32)
    noise = (common / common.std())[..., None] + own
    return np.asarray(np.clip(np.rint(rgb + noise * amount[..., None]), 0, 255), np.uint8)


def holes(shots: tuple[FrameRange, ...], *, step: int) -> Iterator[Hole]:
    count = 0
    for shot in shots:
        start = shot.start + _PLATE
        while (end := start + _LENGTHS[count % len(_LENGTHS)]) + _PLATE <= shot.end:
            yield shot, FrameRange(start, end)
            count += 1
            start += step


def plates(shot: FrameRange, hole: FrameRange) -> tuple[FrameRange, FrameRange]:
    return (
        FrameRange(max(shot.start, hole.start - MOST_PLATE), hole.start),
        FrameRange(hole.end, min(shot.end, hole.end + MOST_PLATE)),
    )


def untouched(signals: Signals, shot: FrameRange, hole: FrameRange) -> Certificate:
    before, after = plates(shot, hole)
    here = signals.part(before.start - shot.start, after.end - shot.start)
    return certify_signals(here, hole.shifted(-before.start))


def degraded(true: list[Rgb], chance: np.random.Generator, *, head: Rgb) -> list[Rgb]:
    """As generators give a shot back: the plate's frame first, soft, without grain, off in colour."""
    sigma = chance.uniform(0.9, 1.5)
    gains = 1 + chance.choice([-1, 1], 3) * chance.uniform(0.03, 0.09, 3)
    gamma, colourful = chance.uniform(0.92, 1.08), chance.uniform(0.8, 1.2)
    drift = chance.uniform(-0.03, 0.03, 3)
    frames = []
    for number, rgb in enumerate([head, *true]):
        clean = cv2.bilateralFilter(cv2.fastNlMeansDenoisingColored(rgb, None, 4, 4, 3, 9), 5, 12, 3)
        soft = cv2.GaussianBlur(clean.astype(np.float32) / 255, (0, 0), sigma)
        shift = (gains + drift * number / (len(true) + 1)).astype(np.float32)
        light = np.clip(soft * shift, 0, 1) ** gamma
        grey = light.mean(axis=2, keepdims=True)
        frames.append(np.asarray(np.rint(np.clip(grey + (light - grey) * colourful, 0, 1) * 255), np.uint8))
    return frames


def mended(fill: list[Rgb], before: list[Rgb], after: list[Rgb], n: int) -> tuple[list[Rgb], bool]:
    recipe = Recipe(
        n, Footage("a", 0, n), Footage("b", 0, len(before)), Footage("c", 0, len(after)), steps_named()
    )
    drops = is_repeated(before, fill[0], fill[1])
    clip = fill[drops : drops + n]
    frames = repaired(
        recipe,
        lambda span: iter(clip[span.start : span.end]),
        before=before[-8:],
        after=after[:8],
    )
    return list(frames), drops


@pytest.mark.parametrize("grain", [0.0, 4.0], ids=["as it is", "with grain"])
def test_a_certificate_leaves_untouched_film_alone_that_it_was_not_learnt_from(
    footage: Path, grain: float
) -> None:
    signals = {shot: measure_signals(film(footage, grain, shot).values()) for shot in (*LEARNT, *TRIED)}
    learnt = [untouched(signals[shot], shot, hole) for shot, hole in holes(LEARNT, step=5)]
    limits = {
        name: float(
            np.quantile(
                [
                    score.off
                    for one in learnt
                    for seam in one.seams
                    for score in seam.scores
                    if score.kind.name == name
                ],
                0.995,
            )
        )
        for name in LIMITS
    }
    tried = [untouched(signals[shot], shot, hole) for shot, hole in holes(TRIED, step=5)]
    alarms = sum(not one.holds for one in tried)
    own = sum(not one.holds for one in learnt)
    tell(
        f"seams-untouched-{grain:g}",
        f"False alarms of seam certificates on untouched film, grain {grain:g}",
        [
            f"Limits learnt here: {', '.join(f'{name} {limit:.1f}' for name, limit in limits.items())}.",
            f"Where learnt: {own} of {len(learnt)} holes; on other shots: {alarms} of {len(tried)}.",
        ],
    )
    assert alarms <= 0.05 * len(tried)


@pytest.mark.parametrize("grain", [0.0, 4.0], ids=["as it is", "with grain"])
def test_a_degraded_fill_is_told_and_a_repaired_one_is_not(footage: Path, grain: float) -> None:
    frames: dict[int, Rgb] = {}
    told = kept = dropped = true = 0
    left: list[str] = []
    tried = list(holes(TRIED, step=41))
    for shot, hole in tried:
        head, tail = plates(shot, hole)
        if hole.start not in frames:
            frames = film(footage, grain, shot)
        before = [frames[number] for number in range(head.start, head.end)][-_PLATE:]
        after = [frames[number] for number in range(tail.start, tail.end)][:_PLATE]
        inside = [frames[number] for number in range(hole.start, hole.end)]
        fill = degraded(inside, np.random.default_rng(hole.start), head=before[-1])
        done, drops = mended(fill, before, after, hole.frames)
        bad, good = certify(before, fill[: hole.frames], after), certify(before, done, after)
        told, kept, dropped = told + (not bad.holds), kept + good.holds, dropped + drops
        true += certify(before, inside, after).holds
        if not good.holds:
            left.append(f"- frames {hole.start}–{hole.end}: {good.sentence}")
    n = len(tried)
    tell(
        f"seams-{grain:g}",
        f"Holes in shots that nothing was learnt from, grain {grain:g}",
        [
            f"True frames pass in {true} of {n} holes, degraded ones in {n - told}, repaired in {kept}.",
            f"Repeated heads dropped: {dropped} of {n}.",
            *left,
        ],
    )
    assert told == n
    assert kept >= 0.8 * n
