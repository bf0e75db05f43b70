"""What the small encoder learns from: the scripts are outside the package, so they are opened by path."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from circletake.generate.characters import DRIFT_KINDS

FOLDER = Path(__file__).parents[3] / "training" / "encoder"


@pytest.fixture(scope="module")
def drawings() -> Iterator[ModuleType]:
    told = importlib.util.spec_from_file_location("drawings", FOLDER / "drawings.py")
    assert told is not None
    assert told.loader is not None
    module = importlib.util.module_from_spec(told)
    sys.modules["drawings"] = module  # dataclasses look themselves up
    told.loader.exec_module(module)
    yield module
    del sys.modules["drawings"]


@pytest.fixture(scope="module")
def examples(drawings: ModuleType) -> list[Any]:
    studio = drawings.Studio()
    return [studio.example(seed) for seed in range(24)]


def test_an_identity_is_the_same_from_the_same_seed(drawings: ModuleType, examples: list[Any]) -> None:
    again = drawings.Studio().example(7)
    assert np.array_equal(again.pictures, examples[7].pictures)
    assert np.array_equal(again.changed, examples[7].changed)
    assert not np.array_equal(examples[7].pictures, examples[8].pictures)


def test_figures_lie_in_the_middle_on_blank_grey(drawings: ModuleType, examples: list[Any]) -> None:
    for example in examples:
        assert example.pictures.shape == (5, drawings.SIDE_PX, drawings.SIDE_PX, 3)
        assert (example.pictures[:, :8] == 128).all()
        for picture in example.pictures:
            rows, columns = np.nonzero((picture != 128).any(2))
            long = max(np.ptp(rows), np.ptp(columns)) + 1
            assert 180 <= long <= 206
            assert abs(rows.max() + rows.min() - 223) < 12
            assert abs(columns.max() + columns.min() - 223) < 12


def test_cells_on_model_are_ones_and_changed_cells_naughts(drawings: ModuleType, examples: list[Any]) -> None:
    adrift = 0
    for example in examples:
        target, weight = drawings.targets(example)
        assert set(np.unique(target)) <= {0, 1}
        assert (weight[0] == target[0]).all()
        assert not weight[0][example.covered[3] < 0.4].any()
        assert not weight[1][example.covered[4] < 0.4].any()
        counted = weight[1] > 0
        assert (example.changed[counted & (target[1] == 0)] >= 0.25).all()
        assert (example.changed[counted & (target[1] == 1)] <= 0.01).all()
        adrift += int((counted & (target[1] == 0)).any())
    assert adrift >= 0.7 * len(examples)  # a tuft or a tail may have left no cell of the figure


def test_every_drift_is_drawn(examples: list[Any]) -> None:
    assert {DRIFT_KINDS[example.drift] for example in examples} >= set(DRIFT_KINDS) - {"identity"}


def test_a_crop_keeps_proportions_and_blanks_what_is_beyond_the_mask(drawings: ModuleType) -> None:
    picture = np.full((90, 120, 3), 20, np.uint8)
    mask = np.zeros((90, 120), np.uint8)
    mask[10:60, 80:105] = 255
    cut, cover = drawings.crop(picture, mask)
    rows, columns = np.nonzero(cover > 127)
    assert abs(np.ptp(rows) + 1 - 200) <= 2
    assert abs(np.ptp(columns) + 1 - 100) <= 2
    assert (cut[cover > 128] == 20).all()
    assert (cut[cover <= 128] == 128).all()
    nothing, none = drawings.crop(picture, np.zeros_like(mask))
    assert (nothing == 128).all()
    assert not none.any()


def test_a_cells_share_is_the_mean_of_its_pixels(drawings: ModuleType) -> None:
    plane = np.zeros((drawings.SIDE_PX, drawings.SIDE_PX), np.uint8)
    plane[:8, 8:12] = 255
    share = drawings.cells(plane)
    assert share.shape == (drawings.GRID**2,)
    assert share[1] == pytest.approx(0.5, abs=0.01)
    assert share[[0, 2, drawings.GRID]].max() == 0
