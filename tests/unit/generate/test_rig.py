"""The rig draws every part where it says it does."""

from dataclasses import replace

import numpy as np
import pytest

from circletake.generate.character import LORD_QUESO
from circletake.generate.drawing.body import advance_per_cycle
from circletake.generate.drawing.paint import blank
from circletake.generate.drawing.shapes import Picture
from circletake.generate.pose import Pose
from circletake.generate.rig import Placed, draw_dog, place_dog
from circletake.generate.stills import sheet_poses

PAPER = (20, 200, 20)
SITTING = Pose(x=300, y=470, scale=1.4, head_yaw_deg=0)
STANDING = Pose(x=300, y=470, scale=1.2, stance="stand", head_yaw_deg=58)


def drawn(pose: Pose) -> tuple[Picture, Placed]:
    picture = blank(600, 540, PAPER)
    return picture, draw_dog(picture, pose, LORD_QUESO)


def colour_at(picture: Picture, place: tuple[float, float] | None) -> tuple[int, ...]:
    assert place is not None
    return tuple(int(value) for value in picture[int(place[1]), int(place[0])])


@pytest.mark.parametrize(
    ("part", "colour"),
    [
        ("ear_l", LORD_QUESO.palette.ear_shade),
        ("ear_r", LORD_QUESO.palette.ear_shade),
        ("nose", LORD_QUESO.palette.nose),
        ("spot:side", LORD_QUESO.palette.spot),
        ("spot:rump", LORD_QUESO.palette.spot),
    ],
)
def test_a_sitting_figure_shows_each_part_in_its_own_colour(part: str, colour: tuple[int, int, int]) -> None:
    picture, figure = drawn(SITTING)

    assert colour_at(picture, figure.centre(part)) == colour


def test_the_collar_and_its_tag_are_red_and_gold() -> None:
    picture, figure = drawn(STANDING)
    tag = figure.centre("tag")
    assert tag is not None

    shown = {tuple(int(v) for v in pixel) for pixel in picture.reshape(-1, 3)}

    assert LORD_QUESO.palette.collar in shown
    assert LORD_QUESO.palette.tag in shown
    assert colour_at(picture, tag) in {LORD_QUESO.palette.tag, (255, 240, 190)}


def test_a_standing_figure_has_four_paws_a_tail_and_its_spots() -> None:
    _, figure = drawn(STANDING)
    fills = [
        shape
        for shape in figure.shapes
        if shape.part == "paw" and shape.fill not in {None, LORD_QUESO.palette.line}
    ]

    assert len(fills) == 4
    for part in ("tail", "muzzle", "spot:eye", "spot:side", "spot:rump", "mouth", "lid", "pupil"):
        assert figure.find_part(part) is not None, part


def test_an_eye_that_has_turned_away_is_not_drawn() -> None:
    _, figure = drawn(replace(STANDING, head_yaw_deg=88))

    assert figure.find_part("eye_l") is not None
    assert figure.find_part("eye_r") is None


@pytest.mark.parametrize("pose", sheet_poses())
def test_everything_drawn_lies_inside_the_box_and_fills_it(pose: Pose) -> None:
    picture, figure = drawn(replace(pose, x=300, y=470, scale=1.2))
    rows, columns = np.nonzero((picture != PAPER).any(2))
    x, y, width, height = figure.box

    assert x - 1 <= columns.min() <= x + 6
    assert y - 1 <= rows.min() <= y + 6
    assert x + width - 6 <= columns.max() + 1 <= x + width + 1
    assert y + height - 6 <= rows.max() + 1 <= y + height + 1


def test_facing_left_is_the_mirror_of_facing_right() -> None:
    right, _ = drawn(STANDING)
    left, _ = drawn(replace(STANDING, facing=-1))

    difference = np.abs(right.astype(int) - left[:, ::-1].astype(int)).max(2)

    # Sub-pixel rounding is not symmetric at edges; areas are.
    assert np.mean(difference > 40) < 0.004


def test_a_squash_keeps_the_figure_on_the_ground() -> None:
    size_px = (600, 540)
    for stretch in (0.8, 1.0, 1.2):
        _, y, _, height = place_dog(replace(SITTING, stretch=stretch), LORD_QUESO, size_px=size_px).box
        # Paws and their outline reach a few units below the ground line, and stretch with the rest.
        assert 470 <= y + height <= 481


def test_a_paw_on_the_ground_stays_where_it_is_while_the_body_walks_over_it() -> None:
    camera = np.array([[1.0, 0, 300], [0, 1, 470]])
    places = []
    for step in (0.05, 0.2, 0.4, 0.55):
        pose = Pose(x=step * advance_per_cycle(LORD_QUESO), stance="stand", step=step, stride=1.0)
        paws = [
            shape.points.mean(0)
            for shape in place_dog(pose, LORD_QUESO, size_px=(600, 540), camera=camera).shapes
            if shape.part == "paw" and shape.fill == LORD_QUESO.palette.muzzle
        ]
        places.append(min(paw[0] for paw in paws))

    assert max(places) - min(places) < 1.0


def test_another_character_is_only_other_data() -> None:
    palette = replace(LORD_QUESO.palette, ear=(40, 40, 160), ear_shade=(20, 20, 120))
    cousin = replace(
        LORD_QUESO,
        code="COUSIN",
        palette=palette,
        build=replace(LORD_QUESO.build, ear=1.3, leg=0.8),
        spots=(),
    )
    picture = blank(600, 540, PAPER)

    figure = draw_dog(picture, SITTING, cousin)

    assert colour_at(picture, figure.centre("ear_l")) == (20, 20, 120)
    assert figure.find_part("spot:side") is None
    assert figure.box != place_dog(SITTING, LORD_QUESO, size_px=(600, 540)).box
