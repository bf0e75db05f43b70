"""Boxes from a real terminal: drawn, listed, measured, withdrawn; refused in one sentence."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from circletake.generate.film import get_shot, model_sheet, render_frame
from circletake.media.encode import write_movie
from circletake.media.sheet import write_png

from .terminal import Terminal

pytestmark = pytest.mark.e2e

_FRAMES, _SIZE = 8, (320, 180)


@pytest.fixture
def floor(tmp_path: Path) -> Terminal:
    """A studio of one person in which a dog's sheet is adopted and a measured take shows him."""
    terminal = Terminal(studio=tmp_path / "studio", home=tmp_path, env={"CIRCLETAKE_PRODUCTION": "spring"})
    terminal.run(
        "new", str(terminal.studio), "--person", "Ola", "--password-stdin", "-p", "spring",
        "--size", "320x180", "--policy", "solo", stdin="a dry stone wall\n",
    )  # fmt: skip
    terminal.run("person", "role", "Ola", "director")
    listed = []
    for index, (rgb, box) in enumerate(model_sheet()):
        write_png(tmp_path / f"{index}.png", rgb)
        listed.append(f'[[image]]\nfile = "{index}.png"\nbox = {list(box)}\n')
    (tmp_path / "queso.toml").write_text("".join(listed), "utf-8")
    terminal.run("sheet", "add", "queso", "--from", str(tmp_path / "queso.toml"))
    terminal.run("verdict", "queso", "circled", "--stage", "design")
    terminal.run("sheet", "adopt", "queso")
    shot = get_shot("SH010")
    plan = next(plan for plan in shot.takes if plan.number == 1)
    frames = [
        np.asarray(cv2.resize(render_frame(shot, plan, n), _SIZE, interpolation=cv2.INTER_AREA), np.uint8)
        for n in range(_FRAMES)
    ]
    write_movie(tmp_path / "film.mp4", frames, rate=Fraction(24), width_px=_SIZE[0], height_px=_SIZE[1])
    terminal.run("shot", "add", "SH010", "--frames", str(_FRAMES))
    terminal.run("take", "add", "SH010", str(tmp_path / "film.mp4"))
    return terminal


def test_in_a_terminal_a_box_is_drawn_listed_measured_and_withdrawn(floor: Terminal) -> None:
    assert "Nobody drew a box here" in floor.run("character", "boxes", "SH010")
    said = floor.run("character", "box", "SH010", "queso", "4@3000,3000,4000,6000")
    assert "queso is boxed in frame 4 of SH010 take 1" in said
    said = floor.run("character", "box", "SH010", "queso", "6", "--gone")
    assert "queso is not in frame 6" in said
    here, gone = floor.json("character", "boxes", "SH010")
    assert (here["frame"], here["where"], gone["where"]) == (4, [3000, 3000, 4000, 6000], None)
    floor.run("check")
    evidence = floor.json("take", "list", "SH010")["takes"][0]["evidence"]
    (measured,) = [one for one in evidence if one["check"] == "consistency"]
    assert measured["summary"]["boxed"] == 1
    assert measured["summary"]["gone"] == 1
    assert f"{gone['id']} is withdrawn" in floor.run("character", "unbox", gone["id"])
    listed = floor.run("character", "boxes", "SH010")
    assert "withdrawn by Ola" in listed
    assert "not in it" in listed
    assert floor.run("book", "verify")


def test_in_a_terminal_a_box_that_cannot_be_is_refused_in_one_sentence(floor: Terminal) -> None:
    assert "outside the take" in floor.run("character", "box", "SH010", "queso", "8@0,0,10,10", code=2)
    assert "is no region" in floor.run("character", "box", "SH010", "queso", "8", code=2)
    assert "name the frame alone" in floor.run(
        "character", "box", "SH010", "queso", "2@0,0,1,1", "--gone", code=2
    )
    said = floor.run("character", "box", "SH010", "pico", "2@0,0,10,10", code=3)
    assert "followed are queso" in said
    assert floor.run("character", "unbox", "x_none", code=3).count("\n") <= 2
