"""Curves go through their points; matrices do what their names say."""

import numpy as np
import pytest

from circletake.generate.drawing.paint import blank, paint
from circletake.generate.drawing.shapes import (
    Shape,
    bounds,
    chain,
    ellipse,
    limb,
    loop,
    moved,
    path,
    placed,
    rectangle,
    shifted,
    stretched,
    turned,
)


def test_a_curve_passes_through_every_point_given() -> None:
    given = np.array([[0, 0], [10, 4], [20, -3], [7, 12]], dtype=np.float64)
    for curve in (loop(given), path(given)):
        for point in given:
            assert np.linalg.norm(curve - point, axis=1).min() < 1e-9


def test_matrices_act_in_the_order_they_are_chained() -> None:
    at = moved(np.array([[1.0, 0.0]]), chain(stretched(2, 2), turned(90), shifted(5, 0)))

    assert at[0] == pytest.approx([5, 2])


def test_placing_enlarges_outlines_with_the_shape() -> None:
    shape = Shape(rectangle(0, 0, 10, 10), (1, 2, 3), (0, 0, 0), 2.0, "box")

    (large,) = placed([shape], stretched(3, 3))

    assert large.width_px == pytest.approx(6)
    assert large.part == "box"
    assert bounds([large]) == pytest.approx((-3, -3, 33, 33))


def test_a_limb_is_as_thick_as_its_radii() -> None:
    band = limb([(0, 0), (100, 0)], (10, 10))

    assert bounds([Shape(band)]) == pytest.approx((-10, -10, 110, 10), abs=0.5)


def test_paint_covers_exactly_the_pixels_of_a_rectangle_on_the_grid() -> None:
    picture = blank(40, 30, (0, 0, 0))

    paint(picture, [Shape(rectangle(10, 8, 12, 9), (200, 100, 50))])

    inside = picture[9:16, 11:21]
    assert (inside == (200, 100, 50)).all()
    outside = picture.copy()
    outside[7:18, 9:23] = 0
    assert not outside.any()


def test_a_translucent_shape_mixes_with_what_is_beneath() -> None:
    picture = blank(40, 40, (100, 100, 100))

    paint(picture, [Shape(ellipse(20, 20, 15, 15), (200, 0, 100), alpha=0.5)])

    assert picture[20, 20] == pytest.approx([150, 50, 100], abs=1)
    assert (picture[0, 0] == 100).all()


def test_nothing_is_painted_off_the_picture() -> None:
    picture = blank(20, 20, (9, 9, 9))

    paint(picture, [Shape(rectangle(100, 100, 10, 10), (255, 255, 255))])

    assert (picture == 9).all()
