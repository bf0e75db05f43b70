"""Layers move at their own depth, stay put when the camera does, and never tear."""

import numpy as np
import pytest

from circletake.errors import NotFound
from circletake.generate.acting import camera_at
from circletake.generate.backgrounds import (
    GARDEN,
    PARLOUR,
    Background,
    Camera,
    get_background,
    render_before,
    render_behind,
)
from circletake.generate.film import SHOTS


@pytest.mark.parametrize("place", [PARLOUR, GARDEN], ids=lambda place: place.name)
def test_a_drawing_over_the_background_does_not_reach_the_next_one(place: Background) -> None:
    first = render_behind(place, Camera())
    untouched = first.copy()
    first[:] = 0

    assert (render_behind(place, Camera()) == untouched).all()


def test_the_near_moves_farther_than_the_far() -> None:
    point = np.array([480.0, 270.0, 1.0])
    shifts = [float((Camera(580).matrix(depth) @ point)[0]) for depth in (0.12, 1.0, 1.4)]

    assert shifts == pytest.approx([468, 380, 340])


def test_no_camera_of_the_film_sees_past_the_scenery() -> None:
    for shot in SHOTS:
        place = get_background(shot.background)
        for n in (0, shot.frames // 2, shot.frames - 1):
            picture = render_behind(place, camera_at(shot, n))
            # Unpainted canvas is pure black; no colour of either place is.
            assert (picture.max(2) > 0).all(), shot.code


def test_a_pan_and_the_zoom_beside_it_show_nearly_the_same_picture() -> None:
    still = render_behind(PARLOUR, Camera()).astype(int)
    zoomed = render_behind(PARLOUR, Camera(zoom=1.0005)).astype(int)

    assert np.abs(still - zoomed).mean() < 3


def test_leaves_stand_in_front() -> None:
    picture = np.full((540, 960, 3), 255, dtype=np.uint8)

    render_before(picture, PARLOUR, Camera())

    assert (picture[500:, :60] < 255).any()
    assert (picture[:200] == 255).all()


def test_a_place_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFound, match="parlour, garden"):
        get_background("moon")
