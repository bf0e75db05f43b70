"""Figures on hand-drawn characters that nothing in the check was set on; the character found by itself."""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from circletake.checks.consistency.drift import check
from circletake.checks.protocol import Box, CheckContext, Rgb, SheetRef
from circletake.domain.evidence import Evidence

pytestmark = [pytest.mark.bench, pytest.mark.footage, pytest.mark.timeout(1800)]

_PAPER = 245


def picture(path: Path) -> Rgb:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR), dtype=np.uint8)[..., ::-1].copy()


def drawing(path: Path) -> tuple[Rgb, Box]:
    raw = np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED))
    alpha = raw[..., 3:] / 255
    rows, columns = np.nonzero(raw[..., 3])
    on_paper = (raw[..., :3] * alpha + _PAPER * (1 - alpha)).astype(np.uint8)[..., ::-1].copy()
    box = (int(columns.min()), int(rows.min()), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1)
    return on_paper, box


def auroc(drifted: list[float], clean: list[float]) -> float:
    a, b = np.array(drifted)[:, None], np.array(clean)
    return float((a > b).mean() + (a == b).mean() / 2)


Told = dict[str, Any]


def measured(folder: Path, sheet: SheetRef, shot: list[Told]) -> Evidence:
    context = CheckContext("0" * 64, len(shot), Fraction(24), 640, 360, references=[sheet])
    measure = check.begin(context)
    for n, told in enumerate(shot):
        measure.frame(n, picture(folder / told["file"]))
    return measure.finish()


def shots_of(listed: list[Told]) -> list[list[Told]]:
    shots: dict[str, list[Told]] = defaultdict(list)
    for told in sorted(listed, key=lambda told: int(told["frame"])):
        if told["file"].startswith("test"):
            shots[told["shot"]].append(told)
    return list(shots.values())


def rows_of(folder: Path, listed: list[Told]) -> Iterator[tuple[Told, float | None, bool]]:
    """What is true of each frame of a character, its drift, and whether it was flagged."""
    drawn = [drawing(folder / "sheet" / f"{n:02}.png") for n in range(12)]
    sheet = SheetRef(folder.name, folder.name, [rgb for rgb, _ in drawn], [box for _, box in drawn])
    for shot in shots_of(listed):
        evidence = measured(folder, sheet, shot)
        flagged = {n for flag in evidence.flags for n in range(flag.frames.start, flag.frames.end)}
        for n, (told, drift) in enumerate(zip(shot, evidence.series[0].values, strict=True)):
            yield told, drift, n in flagged


def test_sprites(footage: Path) -> None:
    folder = footage / "sprites"
    if not (folder / "truth.json").is_file():
        pytest.skip(f"NO SPRITES: {folder} holds no truth.json")
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    clean: list[float] = []
    drifted: dict[str, list[float]] = defaultdict(list)
    frames = abstained = alarms = 0
    for code, listed in sorted(truth.items()):
        for told, drift, is_flagged in rows_of(folder / code, listed):
            frames += 1
            if drift is None:
                abstained += 1
            elif told["drift"]:
                drifted[told["drift"]].append(drift)
            elif told["planted"] is None:
                clean.append(drift)
                alarms += is_flagged
    assert clean
    say = sys.stdout.write
    say(f"\n{frames} frames, {abstained} abstained; false alarms {alarms} of {len(clean)}\n")
    areas = {kind: auroc(values, clean) for kind, values in sorted(drifted.items())}
    for kind, area in areas.items():
        say(f"{kind:14} n {len(drifted[kind]):3}  AUROC {area:.3f}\n")
    say(f"mean AUROC {np.mean(list(areas.values())):.3f}\n")
