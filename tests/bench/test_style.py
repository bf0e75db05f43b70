"""The check of style on real film: untouched, changed, on shots it does not know, and what it costs."""

import sys
import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from circletake.checks.protocol import CheckContext, Rgb, SheetRef
from circletake.checks.style._bible import Bible, Sided
from circletake.checks.style._look import DESCRIPTORS, look_of
from circletake.checks.style.bible import KIND, check
from circletake.domain.evidence import Evidence
from circletake.domain.time import FrameRange
from circletake.media.shots import detect_shots
from circletake.media.source import open_file

pytestmark = [pytest.mark.bench, pytest.mark.footage]

_SMALL = (480, 270)  # what the check asks for
_APART = 60  # frames between two pictures of the bible: every two and a half seconds
_FIRST = 40
_LOOKS_APART = 12
_SHOTS_OF = 90  # frames at least; shorter ones are a fade
_ALPHA = 0.1


def tinted(rgb: Rgb, *, red: float = 0, yellow: float = 0, strong: float = 1, light: float = 1) -> Rgb:
    lab = np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
    lab[..., 0] = np.clip((lab[..., 0] - 50) * light + 50, 0, 100)
    lab[..., 1:] = lab[..., 1:] * strong + np.array([red, yellow], np.float32)
    return (np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1) * 255).round().astype(np.uint8)


def darker(rgb: Rgb) -> Rgb:
    lab = np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
    lab[..., 0] = np.clip(lab[..., 0] - 12, 0, 100)
    return (np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1) * 255).round().astype(np.uint8)


def grainy(rgb: Rgb) -> Rgb:
    noise = np.random.default_rng(5).normal(0, 8, rgb.shape)
    return np.clip(rgb + noise, 0, 255).astype(np.uint8)


_DISC = np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3)), np.uint8)
CHANGES: dict[str, tuple[str, Callable[[Rgb], Rgb]]] = {
    "warmed by 9": ("palette", lambda rgb: tinted(rgb, red=4, yellow=8)),
    "cooled by 9": ("palette", lambda rgb: tinted(rgb, red=-4, yellow=-8)),
    "warmed by 4": ("palette", lambda rgb: tinted(rgb, red=2, yellow=3.5)),
    "paler, 0.6": ("palette", lambda rgb: tinted(rgb, strong=0.6)),
    "contrast, 1.3": ("tone", lambda rgb: tinted(rgb, light=1.3)),
    "darker by 12": ("tone", darker),
    "blurred by 1.5 px": ("line", lambda rgb: np.asarray(cv2.GaussianBlur(rgb, (0, 0), 1.5), np.uint8)),
    "eroded by a pixel": ("line", lambda rgb: np.asarray(cv2.erode(rgb, _DISC), np.uint8)),
    "noise of 8": ("grain", grainy),
}


def small(rgb: Rgb) -> Rgb:
    return np.asarray(cv2.resize(rgb, _SMALL, interpolation=cv2.INTER_AREA), np.uint8)


def auroc(high: Sequence[float], low: Sequence[float]) -> float:
    above, below = np.asarray(high)[:, None], np.asarray(low)[None]
    return float((above > below).mean() + (above == below).mean() / 2)


def measured(frames: Sequence[Rgb], pictures: Sequence[Rgb]) -> Evidence:
    bible = SheetRef("bible", "b" * 64, list(pictures), [(0, 0, *_SMALL)] * len(pictures), kind=KIND)
    context = CheckContext("0" * 64, len(frames), Fraction(24), 640, 360, references=[bible])
    measure = check.begin(context)
    for n, rgb in enumerate(frames):
        measure.frame(n, rgb)
    return measure.finish()


def worst(judged: tuple[Sided, ...] | None) -> float:
    return max(side.spreads for side in judged) if judged else 0.0


def flagged_of(evidence: Evidence) -> int:
    return len({n for flag in evidence.flags for n in range(flag.frames.start, flag.frames.end)})


def test_changed_takes_against_untouched_ones(footage: Path) -> None:
    path = footage / "bbb.mp4"
    film = [frame.rgb() for frame in open_file(path).frames()]
    shots = [shot for shot in detect_shots(path) if shot.frames >= _SHOTS_OF]
    at = list(range(_FIRST, len(film), _APART))
    pictures = [small(film[n]) for n in at]
    looks = {n: look_of(small(film[n])) for n in range(36, len(film), _LOOKS_APART) if n not in at}
    bible = Bible([look_of(rgb) for rgb in pictures], alpha=_ALPHA)
    own = {n: bible.judge(look) for n, look in looks.items()}
    whole = measured([small(rgb) for rgb in film], pictures)
    sys.stdout.write(
        f"\n{len(pictures)} pictures over the film, {len(set(bible.setups))} setups, {bible.calibration}; "
        f"untouched: {flagged_of(whole)} of {len(film)} frames flagged: "
        + "; ".join(f"{flag.frames.start}–{flag.frames.end - 1} {flag.label}" for flag in whole.flags)
        + "\nby look: AUROC of its own side, of the worst side; by shot: flagged with its side's label\n"
    )
    alone: dict[str, float] = {}
    for name, (label, change) in CHANGES.items():
        side = [one.name for one in DESCRIPTORS].index(label)
        changed = {n: bible.judge(look_of(small(change(film[n])))) for n in looks}
        alone[name] = auroc(
            [judged[side].spreads for judged in changed.values() if judged],
            [judged[side].spreads for judged in own.values() if judged],
        )
        any_side = auroc(
            [worst(judged) for judged in changed.values()], [worst(judged) for judged in own.values()]
        )
        hits = 0
        for shot in shots:
            frames = [small(change(rgb)) for rgb in film[shot.start : shot.start + _SHOTS_OF]]
            hits += label in {flag.label for flag in measured(frames, pictures).flags}
        sys.stdout.write(
            f"{name}: {label} {alone[name]:.2f}, any {any_side:.2f}; {hits} of {len(shots)} shots\n"
        )
    assert flagged_of(whole) < 0.1 * len(film)
    assert all(found >= 0.9 for name, found in alone.items() if name != "warmed by 4")


def test_shots_that_the_bible_does_not_show(footage: Path) -> None:
    """The honest hard case: no picture of the bible is from the take's shot."""
    path = footage / "bbb.mp4"
    film = [small(frame.rgb()) for frame in open_file(path).frames()]
    abstained = flagged = total = 0
    clean: list[float] = []
    changed: dict[str, list[float]] = {name: [] for name in CHANGES}
    for shot in detect_shots(path):
        if shot.frames < _SHOTS_OF:
            continue
        pictures = [film[n] for n in range(_FIRST, len(film), _APART) if not shot.start <= n < shot.end]
        evidence = measured(film[shot.start : shot.end], pictures)
        total += shot.frames
        abstained += sum(frames.frames for frames in evidence.abstained)
        flagged += flagged_of(evidence)
        bible = Bible([look_of(rgb) for rgb in pictures], alpha=_ALPHA)
        for n in range(shot.start, shot.end, 2 * _LOOKS_APART):
            judged = bible.judge(look_of(film[n]))
            if judged is None:
                continue
            clean.append(worst(judged))
            for name, (_, change) in CHANGES.items():
                changed[name].append(worst(bible.judge(look_of(change(film[n])))))
    told = ", ".join(f"{name} {auroc(high, clean):.2f}" for name, high in changed.items())
    sys.stdout.write(
        f"\nof {total} untouched frames {abstained} abstained, {flagged} flagged; AUROC of the worst side"
        f" among {len(clean)} looks that were judged: {told}\n"
    )


def test_what_a_frame_of_full_hd_costs(footage: Path) -> None:
    film = [frame.rgb_at(*_SMALL) for frame in open_file(footage / "bbb.mp4").frames(FrameRange(600, 744))]
    pictures: list[NDArray[np.uint8]] = film[::12]
    bible = SheetRef("bible", "b" * 64, pictures, [(0, 0, *_SMALL)] * len(pictures), kind=KIND)
    began_s = time.thread_time()
    measure = check.begin(CheckContext("0" * 64, len(film), Fraction(24), 1920, 1080, references=[bible]))
    learnt_s = time.thread_time() - began_s
    began_s = time.thread_time()
    for n, rgb in enumerate(film):
        measure.frame(n, rgb)
    measure.finish()
    spent_s = time.thread_time() - began_s
    sys.stdout.write(
        f"\n{1000 * spent_s / len(film):.2f} ms a frame, its small picture given; "
        f"{1000 * learnt_s:.0f} ms to learn a bible of {len(pictures)} once a take\n"
    )
    assert spent_s / len(film) < 0.002
