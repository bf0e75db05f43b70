"""Shortcuts of finding give what the long way gives."""

import cv2
import numpy as np
import pytest
from tests.unit.checks.hard_shots import sheet, shot

from circletake.checks.consistency._keypoints import _VOTES, _most_alike
from circletake.checks.consistency._look import look_at
from circletake.checks.consistency._model import build_model
from circletake.checks.consistency._segment import cut_near, grabcut


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum()) / float((a | b).sum())


@pytest.mark.parametrize("at", [(60, 50), (8, 100), (190, 20)])
def test_a_figure_is_cut_by_what_is_next_to_it_as_by_the_whole_picture(at: tuple[int, int]) -> None:
    random = np.random.default_rng(4)
    truth = np.zeros((112, 200), np.uint8)
    cv2.circle(truth, at, 16, 1, -1)
    figure = truth.astype(bool)
    rgb = np.where(figure[..., None], (200, 120, 40), (70, 110, 90)) + random.normal(0, 12, (112, 200, 3))
    picture = np.clip(rgb, 0, 255).astype(np.uint8)
    near = cv2.dilate(truth, np.ones((13, 13), np.uint8)) > 0
    core = cv2.erode(truth, np.ones((9, 9), np.uint8)) > 0
    hints = np.where(near, cv2.GC_PR_FGD, cv2.GC_BGD).astype(np.uint8)
    hints[core] = cv2.GC_FGD
    cut = cut_near(picture, hints, 2)
    assert not cut[~near].any()
    assert overlap(cut, figure) >= 0.95
    assert overlap(cut, grabcut(picture, hints, 2)) >= 0.95


def test_where_nothing_may_be_there_nothing_is_cut() -> None:
    picture = np.full((40, 60, 3), 90, np.uint8)
    assert not cut_near(picture, np.full((40, 60), cv2.GC_BGD, np.uint8), 1).any()


def test_the_most_alike_are_the_highest_in_order() -> None:
    likeness = np.random.default_rng(5).normal(size=(30, 200)).astype(np.float32)
    wanted = np.argsort(-likeness, axis=1)[:, :_VOTES]
    assert np.array_equal(_most_alike(likeness.copy()), wanted)


def test_what_was_asked_of_another_look_changes_nothing() -> None:
    model = build_model(sheet(5), long_side_px=640)
    assert model is not None
    looks = [look for one in shot(5, frames=3) if (look := look_at(one.rgb, one.mask > 0)) is not None]
    assert len(looks) == 3
    alone = []
    for look in looks:
        fresh = build_model(sheet(5), long_side_px=640)
        assert fresh is not None
        alone.append(fresh.see(look))
    for look, wanted in [*zip(looks, alone, strict=True), *zip(looks[::-1], alone[::-1], strict=True)]:
        seen = model.see(look)
        assert np.array_equal(seen.values, wanted.values)
        assert seen.form == wanted.form
        assert np.array_equal(seen.light, wanted.light)
