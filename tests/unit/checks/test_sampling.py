"""Not every frame is measured: which are, what is said of the others, and that no fault slips between."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache

import cv2
import numpy as np
import pytest

from circletake.checks.codec import evidence_bytes, read_evidence
from circletake.checks.consistency.drift import check
from circletake.checks.protocol import CheckContext, Rgb, SheetRef
from circletake.domain.evidence import Evidence
from circletake.domain.time import FrameRange
from circletake.generate.drifts import Drift, DriftKind
from circletake.generate.film import (
    HEIGHT_PX,
    WIDTH_PX,
    character_box,
    get_shot,
    model_sheet,
    render_frame,
    render_take,
)

SHOT = get_shot("SH010")
SHEET_TAKE, TAKE = SHOT.get_take(2), SHOT.get_take(1)


def half(picture: Rgb) -> Rgb:
    return np.asarray(cv2.resize(picture, (480, 270), interpolation=cv2.INTER_AREA), dtype=np.uint8)


@cache
def clean() -> tuple[Rgb, ...]:
    return tuple(half(picture) for picture in render_take(SHOT, TAKE))


@cache
def film_sheet() -> SheetRef:
    """Boxed frames of another take, as of a film: nothing stands on even paper."""
    wanted = range(0, SHOT.frames, 4)
    boxes = [character_box(SHOT, SHEET_TAKE, n) for n in wanted]
    pictures = [half(render_frame(SHOT, SHEET_TAKE, n)) for n in wanted]
    x, y = 480 / WIDTH_PX, 270 / HEIGHT_PX
    return SheetRef(
        "queso",
        "c" * 64,
        pictures,
        [(int(a * x), int(b * y), int(c * x), int(d * y)) for a, b, c, d in boxes],
    )


def drawn_sheet() -> SheetRef:
    drawn = model_sheet()
    return SheetRef("queso", "b" * 64, [picture for picture, _ in drawn], [box for _, box in drawn])


def measured(frames: Sequence[Rgb], sheet: SheetRef) -> Evidence:
    context = CheckContext("0" * 64, len(frames), Fraction(24), WIDTH_PX, HEIGHT_PX, references=[sheet])
    measure = check.begin(context)
    for n, picture in enumerate(frames):
        measure.frame(n, picture)
    return measure.finish()


def interpolated(evidence: Evidence) -> set[int]:
    return {n for frames in evidence.interpolated for n in range(frames.start, frames.end)}


def with_one(kind: DriftKind, n: int) -> list[Rgb]:
    """The clean take with a fault in one frame."""
    faulty = replace(TAKE, drift=Drift(kind, FrameRange(n, n + 1)))
    return [half(render_frame(SHOT, faulty, n)) if at == n else one for at, one in enumerate(clean())]


def test_what_was_not_measured_is_named_and_has_the_figures_of_the_nearer() -> None:
    evidence = measured(clean(), film_sheet())
    between = interpolated(evidence)
    assert evidence.summary["measured"] == SHOT.frames - len(between)
    assert len(between) >= SHOT.frames // 2
    drift = evidence.series[0].values
    p = evidence.series[1].values
    for n in between:
        near = [m for m in range(SHOT.frames) if m not in between and abs(m - n) <= 6]
        assert p[n] in {p[m] for m in near}
        assert drift[n] is not None
    assert read_evidence(evidence_bytes(evidence)) == evidence


@pytest.mark.parametrize("make_sheet", [film_sheet, drawn_sheet])
def test_a_short_take_is_measured_throughout_and_its_evidence_names_no_frames(
    make_sheet: Callable[[], SheetRef],
) -> None:
    evidence = measured(clean()[:16], make_sheet())
    assert evidence.interpolated == ()
    assert evidence.summary["measured"] == 16
    assert b"interpolated" not in evidence_bytes(evidence)


@pytest.mark.parametrize("n", [25, 26, 33])
@pytest.mark.parametrize("kind", ["flicker", "ear_colour"])
def test_a_fault_of_one_frame_is_measured_in_its_frame_and_flagged_there(kind: DriftKind, n: int) -> None:
    evidence = measured(with_one(kind, n), film_sheet())
    assert interpolated(evidence).isdisjoint({n - 1, n, n + 1})
    assert any(n in flag.frames for flag in evidence.flags)


def test_a_clean_take_in_film_is_left_alone() -> None:
    assert measured(clean(), film_sheet()).flags == ()
