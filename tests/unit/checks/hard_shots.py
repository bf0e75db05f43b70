"""Shots that are hard to judge, drawn of characters whose truth is known to the pixel."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache

import cv2
import numpy as np

from circletake.checks.consistency.drift import check
from circletake.checks.protocol import Box, CheckContext, Rgb, SheetRef
from circletake.domain.evidence import Evidence
from circletake.generate.characters import (
    Character,
    Drift,
    Frame,
    background,
    composite,
    sheet_poses,
    shot_poses,
)

WIDTH_PX, HEIGHT_PX = 640, 360
FRAMES = 24
_PAPER = 245
_DRAWN_PX, _SHEET_PX = 200, 192
Place = Callable[[int], tuple[float, float]]


@cache
def sheet(seed: int, drift: Drift | None = None) -> SheetRef:
    """The model sheet of a character, or of its twin that differs by a drift."""
    character = Character.from_seed(seed)
    pictures: list[Rgb] = []
    boxes: list[Box] = []
    for pose in sheet_poses():
        drawn = character.draw(pose, _SHEET_PX, drift)
        share = drawn.alpha[..., None] / 255
        pictures.append((drawn.rgb * share + _PAPER * (1 - share)).astype(np.uint8))
        boxes.append(box_of(drawn.alpha))
    name, content = ("twin", "c" * 64) if drift else (f"c{seed}", "b" * 64)
    return SheetRef(name, content, pictures, boxes)


def box_of(mask: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Box:
    """The box around what is not 0."""
    rows, columns = np.nonzero(mask)
    return int(columns.min()), int(rows.min()), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


def stands(_: int) -> tuple[float, float]:
    """In the middle of the picture."""
    return 320, 190


def shot(
    seed: int,
    *,
    place: Place = stands,
    scale: float = 1.0,
    frames: int = FRAMES,
    drift: Drift | None = None,
    behind_seed: int = 22,
) -> list[Frame]:
    """A shot of a character that faces us; every frame comes with its mask."""
    character, behind = Character.from_seed(seed), background(behind_seed, WIDTH_PX, HEIGHT_PX)
    return [
        composite(character.draw(pose, _DRAWN_PX, drift), behind, place_px=place(n), scale=scale)
        for n, pose in enumerate(shot_poses(3, frames, turn_deg=15))
    ]


def seen(frames: Sequence[Rgb], *sheets: SheetRef) -> Evidence:
    """What the check says of frames."""
    context = CheckContext("0" * 64, len(frames), Fraction(24), WIDTH_PX, HEIGHT_PX, references=list(sheets))
    measure = check.begin(context)
    for n, frame in enumerate(frames):
        measure.frame(n, frame)
    return measure.finish()


def flagged(evidence: Evidence) -> set[int]:
    """Frames that are flagged."""
    return {n for flag in evidence.flags for n in range(flag.frames.start, flag.frames.end)}


def judged(evidence: Evidence) -> set[int]:
    """Frames that are judged."""
    out = {n for span in evidence.abstained for n in range(span.start, span.end)}
    return set(range(int(evidence.summary["frames"]))) - out


def behind_a_pillar(frames: Sequence[Frame], *, left: int, right: int) -> list[Rgb]:
    """Every frame with something in front of it."""
    grain = np.random.default_rng(4).integers(0, 24, (HEIGHT_PX, right - left, 3))
    covered = [frame.rgb.copy() for frame in frames]
    for rgb in covered:
        rgb[:, left:right] = np.add((90, 70, 60), grain)
    return covered


def graded(frames: Sequence[Frame], factors: tuple[float, float, float]) -> list[Rgb]:
    """Every frame with its channels multiplied."""
    return [(frame.rgb * np.array(factors)).astype(np.uint8) for frame in frames]


def in_greys(rgb: Rgb) -> Rgb:
    """A picture without its colours."""
    return np.asarray(np.repeat(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)[..., None], 3, 2))


def against_the_sky(frame: Frame) -> Rgb:
    """Black before a bright sky."""
    sky = np.linspace((190, 215, 250), (235, 240, 250), HEIGHT_PX)[:, None].repeat(WIDTH_PX, 1)
    return np.where(frame.mask[..., None] > 0, np.uint8(8), sky.astype(np.uint8))
