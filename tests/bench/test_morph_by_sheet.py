"""A character that turns into another one little by little: how much of the morph passes before the alarm."""

from fractions import Fraction

import cv2
import numpy as np
import pytest

from circletake.checks.consistency.drift import check
from circletake.checks.protocol import CheckContext, Rgb, SheetRef
from circletake.generate.characters import Character, Drift, background, composite, shot_poses

from .figures import tell
from .procedural import HEIGHT_PX, WIDTH_PX, _sheet

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

_COUNT, _FIRST_SEED = 6, 9100
_LEAD, _MORPH, _REST = 24, 48, 12
_DRAWN_PX = 200
_BAR = 0.25


def sheet(character: Character) -> SheetRef:
    pictures, boxes = [], []
    for rgb, mask in _sheet(character):
        rows, columns = np.nonzero(mask)
        pictures.append(rgb)
        boxes.append((int(columns.min()), int(rows.min()), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1))
    return SheetRef("c", "c" * 64, pictures, boxes)


def dissolved(character: Character, seed: int) -> list[Rgb]:
    """A shot in which the character dissolves into another one of the same pose and place."""
    other = Drift("identity", seed + 1)
    behind = background(seed, WIDTH_PX, HEIGHT_PX)
    frames = []
    for n, pose in enumerate(shot_poses(seed, _LEAD + _MORPH + _REST, turn_deg=10)):
        share = float(np.clip((n - _LEAD + 1) / _MORPH, 0, 1))
        at = (280 + n * 0.5, 185)
        here = composite(character.draw(pose, _DRAWN_PX), behind, place_px=at).rgb
        if share > 0:
            there = composite(character.draw(pose, _DRAWN_PX, other), behind, place_px=at).rgb
            here = np.asarray(cv2.addWeighted(here, 1 - share, there, share, 0), np.uint8)
        frames.append(here)
    return frames


def grown(character: Character, seed: int, kind: str) -> list[Rgb]:
    """A shot in which a hue or a proportion grows from nothing."""
    behind = background(seed, WIDTH_PX, HEIGHT_PX)
    frames = []
    for n, pose in enumerate(shot_poses(seed, _LEAD + _MORPH + _REST, turn_deg=10)):
        share = float(np.clip((n - _LEAD + 1) / _MORPH, 0, 1))
        drift = Drift("hue" if kind == "hue" else "proportion", seed, share) if share > 0 else None
        drawn = character.draw(pose, _DRAWN_PX, drift)
        frames.append(composite(drawn, behind, place_px=(280 + n * 0.5, 185)).rgb)
    return frames


def alarm(frames: list[Rgb], reference: SheetRef) -> tuple[float | None, int]:
    """Share of the morph that has passed at the first flag in it (None without), and flags before it."""
    context = CheckContext("0" * 64, len(frames), Fraction(24), WIDTH_PX, HEIGHT_PX, references=[reference])
    measure = check.begin(context)
    for n, rgb in enumerate(frames):
        measure.frame(n, rgb)
    flagged = {n for flag in measure.finish().flags for n in range(flag.frames.start, flag.frames.end)}
    first = min((n for n in flagged if n >= _LEAD), default=None)
    return None if first is None else (first - _LEAD) / _MORPH, len({n for n in flagged if n < _LEAD})


def test_the_alarm_comes_early_in_a_morph() -> None:
    rows = [
        "| morph | alarms | median delay, of its length | within a quarter | early flags |",
        "|---|---|---|---|---|",
    ]
    delays: dict[str, list[float | None]] = {}
    for kind in ("identity", "hue", "proportion"):
        found = []
        for seed in range(_FIRST_SEED, _FIRST_SEED + _COUNT):
            character = Character.from_seed(seed)
            frames = dissolved(character, seed) if kind == "identity" else grown(character, seed, kind)
            found.append(alarm(frames, sheet(character)))
        delays[kind] = [delay for delay, _ in found]
        known = [1.0 if delay is None else delay for delay in delays[kind]]
        alarms = sum(delay is not None for delay in delays[kind])
        early, late = sum(early for _, early in found), sum(delay <= _BAR for delay in known)
        rows.append(f"| {kind} | {alarms} of {_COUNT} | {np.median(known):.2f} | {late} | {early} frames |")
    rows += [
        "",
        (
            f"{_COUNT} drawn characters, seeds {_FIRST_SEED} to {_FIRST_SEED + _COUNT - 1}, their sheets "
            f"alone; {_LEAD} frames as they are, then a morph over {_MORPH}. The bar is a quarter of that."
        ),
    ]
    tell("morph-by-sheet", "How late a gradual morph is flagged", rows)
    assert sum(delay is not None for delay in delays["identity"]) > _COUNT // 2
    assert all(delay is None or delay <= 1.3 for found in delays.values() for delay in found)
