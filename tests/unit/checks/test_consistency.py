"""Drift of a drawn character: planted faults are flagged in their frames, clean takes are left alone."""

from fractions import Fraction
from functools import cache

import cv2
import numpy as np
import pytest

from circletake.checks.codec import evidence_bytes
from circletake.checks.consistency import _model
from circletake.checks.consistency.drift import check
from circletake.checks.protocol import CheckContext, Rgb, SheetRef
from circletake.domain.evidence import Evidence
from circletake.domain.time import FrameRange
from circletake.errors import SheetInvalid
from circletake.generate.drifts import DriftKind
from circletake.generate.film import HEIGHT_PX, WIDTH_PX, get_shot, model_sheet, render_take


@cache
def sheet() -> SheetRef:
    drawn = model_sheet()
    return SheetRef("queso", "b" * 64, [picture for picture, _ in drawn], [box for _, box in drawn])


@cache
def pictures(code: str, number: int) -> list[Rgb]:
    """A take of the demo, at half its size."""
    shot = get_shot(code)
    plan = next(plan for plan in shot.takes if plan.number == number)
    drawn = (cv2.resize(one, (480, 270), interpolation=cv2.INTER_AREA) for one in render_take(shot, plan))
    return [np.asarray(one, dtype=np.uint8) for one in drawn]


def measured(code: str, number: int, references: list[SheetRef]) -> Evidence:
    seen = pictures(code, number)
    context = CheckContext("0" * 64, len(seen), Fraction(24), WIDTH_PX, HEIGHT_PX, references=references)
    measure = check.begin(context)
    for n, picture in enumerate(seen):
        measure.frame(n, picture)
    return measure.finish()


def flagged(evidence: Evidence) -> set[int]:
    return {n for flag in evidence.flags for n in range(flag.frames.start, flag.frames.end)}


@pytest.mark.parametrize(
    ("code", "number", "kind", "share"),
    [
        ("SH010", 3, "ear_colour", 0.8),
        ("SH030", 2, "horror_face", 0.8),
        # it comes in the middle of a leap
        ("SH040", 3, "horror_face", 0.5),
        ("SH040", 5, "flicker", 0.8),
        ("SH060", 4, "flicker", 0.8),
    ],
)
def test_a_planted_drift_is_flagged_in_its_frames(
    code: str, number: int, kind: DriftKind, share: float
) -> None:
    plan = next(plan for plan in get_shot(code).takes if plan.number == number)
    assert plan.drift is not None
    assert plan.drift.kind == kind
    inside = set(range(plan.drift.frames.start, plan.drift.frames.end))
    evidence = measured(code, number, [sheet()])
    assert len(flagged(evidence) & inside) >= share * len(inside)
    assert evidence.worst_frame in flagged(evidence)
    assert evidence.heatmaps
    assert all(len(heat.cells) == heat.rows * heat.columns == 28 * 28 for heat in evidence.heatmaps)


def test_a_clean_take_is_left_alone_and_measured_the_same_twice() -> None:
    first = measured("SH010", 1, [sheet()])
    _model._learned.clear()  # or the second would only be asked what the first learned
    second = measured("SH010", 1, [sheet()])
    assert flagged(first) == set()
    assert first.abstained == ()
    assert evidence_bytes(first) == evidence_bytes(second)


def test_frames_without_the_character_abstain_and_are_not_flagged() -> None:
    measure = check.begin(CheckContext("0" * 64, 12, Fraction(24), 320, 180, references=[sheet()]))
    random = np.random.default_rng(5)
    meadow = np.full((180, 320, 3), (90, 160, 70), dtype=np.uint8)
    for n in range(12):
        grain = random.integers(0, 12, meadow.shape, dtype=np.uint8)
        measure.frame(n, meadow + grain)
    evidence = measure.finish()
    assert evidence.flags == ()
    assert evidence.abstained == (FrameRange(0, 12),)
    assert set(evidence.series[0].values) == {None}


def test_a_sheet_of_one_drawing_says_so_and_judges_nothing() -> None:
    whole = sheet()
    one = SheetRef("queso", "b" * 64, whole.images[:1], whole.boxes[:1])
    evidence = measured("SH010", 1, [one])
    assert "too few usable views" in evidence.sentence
    assert evidence.summary["judged"] == 0


def test_a_box_outside_its_picture_is_refused() -> None:
    whole = sheet()
    wrong = SheetRef("queso", "b" * 64, whole.images, [(0, 0, 9999, 10), *whole.boxes[1:]])
    with pytest.raises(SheetInvalid, match="draw it again"):
        check.begin(CheckContext("0" * 64, 1, Fraction(24), 64, 36, references=[wrong]))
