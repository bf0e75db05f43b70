"""Drifts planted in the middle of shots of real film; the rabbit learnt from a dozen boxed frames."""

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.e2e.rabbit import BOXES, is_rabbit

from circletake.checks.consistency.drift import check
from circletake.checks.protocol import CheckContext, Rgb, SheetRef
from circletake.domain.evidence import Evidence
from circletake.domain.time import FrameRange
from circletake.media.source import open_file

from .figures import auroc, tell

pytestmark = [pytest.mark.bench, pytest.mark.footage, pytest.mark.timeout(1800)]

Mask = NDArray[np.bool_]
DAYLIGHT, BURROW = FrameRange(1145, 1346), FrameRange(1060, 1145)
BIRD, LANDSCAPE = FrameRange(286, 378), FrameRange(553, 640)


@cache
def film(footage: Path) -> dict[int, Rgb]:
    return {
        frame.n: frame.rgb()
        for frame in open_file(footage / "bbb.mp4").frames(FrameRange(0, max(BOXES) + 1))
        if frame.n >= BIRD.start
    }


def hue(rgb: Rgb, mask: Mask, _: int) -> Rgb:
    hsv = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV)
    hsv[..., 0][mask] = (hsv[..., 0][mask].astype(int) + 25) % 180
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), np.uint8)


def proportion(rgb: Rgb, mask: Mask, _: int) -> Rgb:
    """The upper half of the rabbit a quarter wider."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    middle, cut = float(columns.mean()), int(rows.mean())
    x = np.arange(rgb.shape[1], dtype=np.float32)
    wide = np.broadcast_to((x - middle) / 1.25 + middle, rgb.shape[:2]).astype(np.float32)
    y = np.repeat(np.arange(rgb.shape[0], dtype=np.float32)[:, None], rgb.shape[1], axis=1)
    drawn = cv2.remap(rgb, wide, y, cv2.INTER_LINEAR)
    over = cv2.remap(mask.astype(np.float32), wide, y, cv2.INTER_LINEAR) > 0.5
    over[cut:] = False
    return np.asarray(np.where(over[..., None], drawn, rgb), np.uint8)


def missing_ear(rgb: Rgb, mask: Mask, _: int) -> Rgb:
    rows = np.flatnonzero(mask.any(axis=1))
    gone = mask.copy()
    gone[rows[0] + (rows[-1] - rows[0]) // 4 :] = False
    columns = np.flatnonzero(gone.any(axis=0))
    gone[:, int(columns.mean()) :] = False
    wider = np.asarray(cv2.dilate(gone.astype(np.uint8), np.ones((7, 7), np.uint8)), np.uint8)
    return np.asarray(cv2.inpaint(rgb, wider, 5, cv2.INPAINT_TELEA), np.uint8)


def texture(rgb: Rgb, mask: Mask, _: int) -> Rgb:
    random = np.random.default_rng(3)
    grain = cv2.GaussianBlur(random.normal(0, 1, rgb.shape[:2]).astype(np.float32), (0, 0), 1.2)
    planted = np.asarray(grain / grain.std() * 22)[..., None] * mask[..., None]
    return np.asarray(np.clip(rgb + planted, 0, 255), np.uint8)


def flicker(rgb: Rgb, mask: Mask, n: int) -> Rgb:
    gain = 1.12 if n % 2 else 0.9
    return np.asarray(np.where(mask[..., None], np.clip(rgb * gain, 0, 255), rgb), np.uint8)


DRIFTS: dict[str, Callable[[Rgb, Mask, int], Rgb]] = {
    "hue": hue,
    "proportion": proportion,
    "missing ear": missing_ear,
    "texture": texture,
    "flicker": flicker,
}


def measured(frames: list[Rgb], sheet: SheetRef) -> Evidence:
    measure = check.begin(CheckContext("0" * 64, len(frames), Fraction(24), 640, 360, references=[sheet]))
    for n, rgb in enumerate(frames):
        measure.frame(n, rgb)
    return measure.finish()


def worst_of(evidence: Evidence) -> list[float | None]:
    """Drift or flicker of each frame, whichever is nearer its threshold or further beyond it."""
    drift, jumps = evidence.series[0].values, evidence.series[2].values
    return [None if a is None else max(a, (b or 0) / 3) for a, b in zip(drift, jumps, strict=True)]


def flagged(evidence: Evidence) -> set[int]:
    return {n for flag in evidence.flags for n in range(flag.frames.start, flag.frames.end)}


def abstained(evidence: Evidence) -> int:
    return sum(frames.frames for frames in evidence.abstained)


def planted_in(footage: Path, boxed: list[int], where: FrameRange) -> tuple[list[str], list[float]]:
    frames = film(footage)
    sheet = SheetRef("rabbit", "r" * 64, [frames[n] for n in boxed], [BOXES[n] for n in boxed])
    shot = list(range(where.start, where.end))
    inside = set(shot[len(shot) // 3 : 2 * len(shot) // 3])
    masks = {n: is_rabbit(frames[n], n) for n in inside}
    rows, areas = [], []
    for kind, planted in DRIFTS.items():
        evidence = measured(
            [planted(frames[n], masks[n], n) if n in inside else frames[n] for n in shot], sheet
        )
        values = dict(zip(shot, worst_of(evidence), strict=True))
        drifted = [value for n, value in values.items() if value is not None and n in inside]
        clean = [value for n, value in values.items() if value is not None and n not in inside]
        areas.append(auroc(drifted, clean))
        found = {shot[n] for n in flagged(evidence)}
        rows.append(
            f"| {kind} | {areas[-1]:.3f} | {len(found & inside)} of {len(inside)} | "
            f"{len(found - inside)} of {len(shot) - len(inside)} | {abstained(evidence)} |"
        )
    return rows, areas


def test_drifts_planted_in_film(footage: Path) -> None:
    rows = []
    spread, daylight = sorted(BOXES), [n for n in sorted(BOXES) if n in DAYLIGHT]
    found: dict[str, dict[str, float]] = {}
    for title, boxed, where in (
        ("boxes over three shots, measured in daylight", spread, DAYLIGHT),
        ("boxes over three shots, measured in the burrow", spread, BURROW),
        ("boxes of the daylight shot alone, measured in the burrow", daylight, BURROW),
    ):
        told, areas = planted_in(footage, boxed, where)
        found[title] = dict(zip(DRIFTS, areas, strict=True))
        rows += [f"{len(boxed)} {title}:", "", "| drift | AUROC | found | false | abstained |"]
        rows += ["|---|---|---|---|---|", *told, "", f"Mean AUROC {np.mean(areas):.3f}.", ""]
    frames = film(footage)
    sheet = SheetRef("rabbit", "r" * 64, [frames[n] for n in daylight], [BOXES[n] for n in daylight])
    for name, where in (("bird", BIRD), ("landscape", LANDSCAPE)):
        evidence = measured([frames[n] for n in range(where.start, where.end)], sheet)
        rows.append(
            f"The {name} alone: {abstained(evidence)} of {where.frames} frames abstained, "
            f"{len(flagged(evidence))} flagged."
        )
        assert not flagged(evidence)
        assert abstained(evidence) >= 0.9 * where.frames
    tell("rabbit", "Drifts planted in real film, rabbit learnt from boxed frames", rows)
    for title in (
        "boxes over three shots, measured in daylight",
        "boxes over three shots, measured in the burrow",
    ):
        known = list(found[title].values())
        assert np.mean(known) >= 0.9
        assert min(known) >= 0.85
