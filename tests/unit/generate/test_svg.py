import xml.etree.ElementTree as ET
from functools import cache

import numpy as np

from circletake.generate.drawing.shapes import Shape, rectangle
from circletake.generate.frontispiece import lord_queso
from circletake.generate.svg import path_data, shape_element, shapes_group

NS = "{http://www.w3.org/2000/svg}"
MOST_BYTES = 150_000

picture = cache(lord_queso)  # drawn once for all that look at it


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 (written by the code under test, not by a stranger)


def test_an_outline_comes_back_to_within_a_twentieth_of_a_pixel() -> None:
    given = np.random.default_rng(7).uniform(-400, 1300, (200, 2))
    first, steps = path_data(given, closed=False).removeprefix("M").split("l")
    moved = np.array([first.split(), *np.array(steps.split()).reshape(-1, 2)], dtype=float).cumsum(axis=0)
    assert np.abs(moved - given).max() <= 0.05 + 1e-9


def test_points_that_round_to_one_place_are_written_once() -> None:
    twice = np.array([[1.0, 1.0], [1.01, 1.02], [3.0, 1.0]])
    assert path_data(twice, closed=True) == "M1 1l2 0z"


def test_a_shape_keeps_its_colours_its_line_and_its_veil() -> None:
    shape = Shape(rectangle(0, 0, 4, 2), (255, 0, 16), (1, 2, 3), width_px=2.5, alpha=0.3)
    element = parsed(shape_element(shape))
    assert element.attrib == {
        "d": "M0 0l4 0 0 2 -4 0z",
        "fill": "#ff0010",
        "stroke": "#010203",
        "stroke-width": "2.5",
        "opacity": "0.30",
    }


def test_an_open_line_is_not_filled() -> None:
    element = parsed(shape_element(Shape(rectangle(0, 0, 4, 2), line=(0, 0, 0), width_px=1, closed=False)))
    assert element.get("fill") == "none"
    assert not str(element.get("d")).endswith("z")


def test_what_the_camera_does_not_see_is_left_out() -> None:
    inside, outside = Shape(rectangle(10, 10, 5, 5), (9, 9, 9)), Shape(rectangle(120, 10, 5, 5), (9, 9, 9))
    group = parsed(shapes_group([inside, outside], name="place", size_px=(100, 100)))
    assert group.get("id") == "place"
    assert len(group) == 1


def test_the_picture_is_well_formed_and_small_enough_for_a_page() -> None:
    written = picture()
    assert parsed(written).tag == f"{NS}svg"
    assert len(written.encode()) < MOST_BYTES


def test_the_picture_is_the_same_text_every_time() -> None:
    assert lord_queso() == picture()


def test_everything_the_picture_uses_is_in_it() -> None:
    root = parsed(picture())
    named = {element.get("id") for element in root.iter() if element.get("id")}
    used = {str(element.get("href")).removeprefix("#") for element in root.iter(f"{NS}use")}
    assert used
    assert used <= named


def test_the_picture_says_in_words_what_it_shows_and_asks_for_nothing_from_elsewhere() -> None:
    written = picture()
    root = parsed(written)
    said = " ".join(element.text or "" for element in root.iter(f"{NS}text"))
    assert all(word in said for word in ("Task", "Take", "Evidence", "Verdict", "Cut", "Deliverable"))
    assert str(root.findtext(f"{NS}title")).startswith("circletake")
    assert "Lord Queso" in str(root.findtext(f"{NS}desc"))
    assert "url(http" not in written
    assert all(not str(element.get("href", "#")).startswith("http") for element in root.iter())
