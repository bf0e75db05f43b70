"""Boards are pencil, the sheet is the whole figure on plain paper."""

from itertools import combinations

import numpy as np
import pytest

from circletake.errors import NotFound
from circletake.generate.character import LORD_QUESO
from circletake.generate.film import SHOTS, STORYBOARD_VARIANTS, Shot, model_sheet, storyboard_panel


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.code)
def test_a_board_is_grey_repeatable_and_different_in_each_variant(shot: Shot) -> None:
    panels = [storyboard_panel(shot, variant) for variant in range(STORYBOARD_VARIANTS)]

    assert len(panels) >= 2
    for panel in panels:
        assert panel.shape == (540, 960, 3)
        assert panel.dtype == np.uint8
        spread = panel.astype(int).max(2) - panel.astype(int).min(2)
        assert spread.max() < 40
        assert panel.mean() > 140
        assert panel.min() < 110
    assert panels[0].tobytes() == storyboard_panel(shot, 0).tobytes()
    for one, other in combinations(panels, 2):
        assert np.mean(np.abs(one.astype(int) - other.astype(int)) > 30) > 0.01


def test_a_variant_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFound, match="panels 0 to"):
        storyboard_panel(SHOTS[0], STORYBOARD_VARIANTS)


def test_the_model_sheet_has_twelve_different_drawings_whole_inside_their_boxes() -> None:
    sheet = model_sheet()

    assert len(sheet) == 12
    assert len({picture.tobytes() for picture, _ in sheet}) == 12
    for picture, (x, y, width, height) in sheet:
        paper = picture[0, 0]
        rows, columns = np.nonzero((picture != paper).any(2))
        assert x - 1 <= columns.min()
        assert columns.max() <= x + width
        assert y - 1 <= rows.min()
        assert rows.max() <= y + height
        assert min(x, y) > 3
        assert x + width < picture.shape[1] - 3
        assert y + height < picture.shape[0] - 3


def test_every_drawing_of_the_sheet_shows_the_colours_of_the_palette() -> None:
    for picture, _ in model_sheet():
        shown = set(np.unique(picture.astype(int) @ (65536, 256, 1)).tolist())
        for part in ("fur", "ear", "ear_shade", "spot", "collar", "nose", "muzzle", "line"):
            red, green, blue = getattr(LORD_QUESO.palette, part)
            assert red * 65536 + green * 256 + blue in shown, part
