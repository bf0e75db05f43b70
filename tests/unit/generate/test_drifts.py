"""A planted drift changes its own part on its own frames, and nothing else at all."""

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

from circletake.domain.time import FrameRange
from circletake.generate.character import LORD_QUESO
from circletake.generate.drifts import DRIFT_KINDS, Drift, altered, drift_at
from circletake.generate.film import SHOTS, Shot, TakePlan, get_shot, place_character, render_frame

PLANTED = [(shot, plan) for shot in SHOTS for plan in shot.takes if plan.drift is not None]
NAMES = [f"{shot.code}-{plan.number}" for shot, plan in PLANTED]
EDGE_PX = 3  # antialiasing and outline beyond a part's own points


def changed(shot: Shot, plan: TakePlan, n: int) -> np.ndarray:
    clean = render_frame(shot, replace(plan, drift=None), n)
    return np.asarray((render_frame(shot, plan, n) != clean).any(2))


def near(shot: Shot, plan: TakePlan, n: int, parts: tuple[str, ...]) -> np.ndarray:
    mask = np.zeros((540, 960), dtype=np.uint8)
    for shape in place_character(shot, plan, n).shapes:
        if shape.part in parts:
            corners = np.rint(shape.points).astype(np.int32)
            cv2.fillPoly(mask, [corners], 255)
            cv2.polylines(mask, [corners], shape.closed, 255, round(shape.width_px) + 2 * EDGE_PX)
    return mask > 0


@pytest.mark.parametrize(("shot", "plan"), PLANTED, ids=NAMES)
def test_it_starts_and_ends_on_its_exact_frames(shot: Shot, plan: TakePlan) -> None:
    assert plan.drift is not None
    start, end = plan.drift.frames.start, plan.drift.frames.end

    assert 0 <= start < end <= shot.frames
    for n in (start - 1, end):
        if 0 <= n < shot.frames:
            assert not changed(shot, plan, n).any()
    for n in (start, end - 1):
        assert changed(shot, plan, n).sum() > 100


@pytest.mark.parametrize(("shot", "plan"), PLANTED, ids=NAMES)
def test_every_frame_inside_is_off_and_none_outside(shot: Shot, plan: TakePlan) -> None:
    for n in range(shot.frames):
        drifted = drift_at(plan.drift, n)
        assert (drifted is not None) == (plan.drift is not None and n in plan.drift.frames)


@pytest.mark.parametrize(("shot", "plan"), PLANTED, ids=NAMES)
def test_it_changes_nothing_away_from_its_part(shot: Shot, plan: TakePlan) -> None:
    assert plan.drift is not None
    clean = replace(plan, drift=None)
    for n in (plan.drift.frames.start, (plan.drift.frames.start + plan.drift.frames.end) // 2):
        where = changed(shot, plan, n)
        match plan.drift.kind:
            case "ear_colour":
                allowed = near(shot, plan, n, ("ear_l", "ear_r"))
            case "missing_spot":
                allowed = near(shot, clean, n, ("spot:side",))
            case _:
                allowed = np.zeros_like(where)
                for version in (plan, clean):
                    x, y, width, height = place_character(shot, version, n).box
                    allowed[
                        max(0, y - EDGE_PX) : y + height + EDGE_PX, max(0, x - EDGE_PX) : x + width + EDGE_PX
                    ] = True
        assert where.any()
        assert not (where & ~allowed).any()


def test_the_ear_changes_colour_in_its_frames_and_in_no_other() -> None:
    shot = get_shot("SH010")
    plan = shot.get_take(3)
    wrong = altered(LORD_QUESO, drift_at(plan.drift, 20)).palette.ear_shade
    for n in (0, 12, 19, 20, 27, 35, 36, 47):
        # The ear drawn last is the one nothing covers.
        ear = [shape for shape in place_character(shot, plan, n).shapes if shape.part.startswith("ear_")][-1]
        x, y = ear.points.mean(0)
        shown = tuple(int(value) for value in render_frame(shot, plan, n)[int(y), int(x)])
        assert shown == (wrong if 20 <= n < 36 else LORD_QUESO.palette.ear_shade), n


def test_a_flicker_is_never_the_model_colour() -> None:
    drift = Drift("flicker", FrameRange(4, 12))
    lumas = [sum(altered(LORD_QUESO, drift_at(drift, n)).palette.ear) for n in range(4, 12)]

    assert all(luma != sum(LORD_QUESO.palette.ear) for luma in lumas)
    assert all(a != b for a, b in pairwise(lumas))


def test_the_horror_grows_and_shows_from_its_first_frame() -> None:
    drift = Drift("horror_face", FrameRange(10, 30))
    amounts = [drifted.amount for n in range(10, 30) if (drifted := drift_at(drift, n))]

    assert amounts[0] > 0.3
    assert amounts == sorted(amounts)
    assert amounts[-1] == 1.0


def test_every_kind_of_drift_is_planted_somewhere() -> None:
    assert {plan.drift.kind for _, plan in PLANTED if plan.drift is not None} == set(DRIFT_KINDS)
