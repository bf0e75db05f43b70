"""A few circled takes by day do not call the night wrong, and hide no fault that drawings alone tell."""

from fractions import Fraction

import cv2
import numpy as np

from circletake.checks.consistency.drift import ConsistencyMeasure, check
from circletake.checks.protocol import ApprovedShot, CheckContext, SheetRef
from circletake.domain.evidence import Evidence
from circletake.generate.film import HEIGHT_PX, WIDTH_PX, get_shot, model_sheet, render_frame

_SIZE = (640, 360)


def measured(
    code: str, frames: int, approved: list[ApprovedShot], *, number: int | None = None
) -> tuple[Evidence, ConsistencyMeasure]:
    drawn = model_sheet()
    sheet = SheetRef("queso", "b" * 64, [one for one, _ in drawn], [box for _, box in drawn], approved)
    shot = get_shot(code)
    plan = next(plan for plan in shot.takes if (plan.number == number if number else plan.drift is None))
    context = CheckContext("0" * 64, frames, Fraction(24), WIDTH_PX, HEIGHT_PX, references=[sheet])
    measure = check.begin(context)
    for n in range(frames):
        picture = cv2.resize(render_frame(shot, plan, n), _SIZE, interpolation=cv2.INTER_AREA)
        measure.frame(n, np.asarray(picture, dtype=np.uint8))
    return measure.finish(), measure


def circled(code: str) -> ApprovedShot:
    _, measure = measured(code, 36, [])
    kept = measure.cutouts["queso"]
    return ApprovedShot(code, [one.rgb for one in kept], [one.mask for one in kept])


def test_two_circled_shots_in_another_light_do_not_flag_a_clean_take() -> None:
    alone, _ = measured("SH050", 24, [])
    after, _ = measured("SH050", 24, [circled("SH010"), circled("SH030")])
    assert after.summary["approved"] == 2
    assert alone.summary["relit"] is True
    assert after.summary["relit"] is True
    assert int(after.summary["flagged"]) <= int(alone.summary["flagged"]) + 2


def test_a_recoloured_ear_is_found_with_two_circled_shots_as_without() -> None:
    plan = next(plan for plan in get_shot("SH010").takes if plan.number == 3)
    assert plan.drift is not None
    inside = set(range(plan.drift.frames.start, plan.drift.frames.end))
    evidence, _ = measured("SH010", 48, [circled("SH020"), circled("SH030")], number=3)
    assert evidence.summary["approved"] == 2
    flagged = {n for flag in evidence.flags for n in range(flag.frames.start, flag.frames.end)}
    assert len(flagged & inside) >= 0.8 * len(inside)
