"""The verbs for gaps and versions of the cut, as typed: made, packed, taken back in, compared, gone back."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from circletake.media.encode import write_movie

from .terminal import Terminal

pytestmark = pytest.mark.e2e

PASSWORD = "a red bicycle\n"  # noqa: S105 (of somebody who lives for one test)


def film(path: Path, frames: int) -> str:
    pictures = [np.full((64, 96, 3), 40 + 3 * n, np.uint8) for n in range(frames)]
    write_movie(path, pictures, rate=Fraction(24), width_px=96, height_px=64)
    return str(path)


def test_a_gap_is_filled_by_what_stands_there_or_elsewhere_and_the_cut_goes_back(tmp_path: Path) -> None:
    ana = Terminal(studio=tmp_path / "studio", home=tmp_path / "home")
    told = ("--person", "Ana", "--password-stdin", "-p", "spring", "--size", "96x64")
    ana.run("new", str(ana.studio), *told, stdin=PASSWORD)
    for code in ("SH010", "SH020"):
        ana.run("shot", "add", code, "--frames", "12")
    ana.run("take", "add", "SH010", film(tmp_path / "one.mp4", 20))
    ana.run("cut", "assemble")
    ana.run("cut", "fill", "SH010", "--take", "1")

    said = ana.run("cut", "gaps")
    assert "from SH010 take 1, frame 11" in said
    assert "could be made: hold, move, retime, slate" in said
    assert "at most 3" in ana.run("cut", "make", "SH020", "--with", "inbetween", code=1)
    assert "names no take" in ana.run("cut", "make", "SH020", "--with", "move", "--take", "x", code=2)
    assert "take 1: hold of SH010 frame 11. It is in the slot now." in ana.run(
        "cut", "make", "SH020", "--with", "hold", "--fill"
    )
    move = ana.json("cut", "make", "SH020", "--with", "move", "--take", "SH010:1", "--to", "25,25,50,50")
    assert move["label"] == "move over SH010 frame 0, smooth"

    pack = tmp_path / "pack.zip"
    ana.run("cut", "pack", "SH020", str(pack))
    assert "is there already" in ana.run("cut", "pack", "SH020", str(pack), code=1)
    made = film(tmp_path / "made.mp4", 14)
    came = ana.json("cut", "receive", str(pack), made, "--label", "elsewhere", "--fill", "--in", "1")
    assert came["said"] == []

    assert "SH020 has take 3 in place of take 1." in ana.run("cut", "diff")
    assert [change["sort"] for change in ana.json("cut", "diff", "1")["changes"]] == ["filled", "filled"]
    assert "this is cut 5" in ana.run("cut", "back", "2")
    assert "nothing was added" in ana.run("cut", "back", "2")
    listed = ana.json("cut", "versions")["versions"]
    assert [(one["number"], one["is_now"]) for one in listed] == [
        (5, True),
        (4, False),
        (3, False),
        (2, True),
        (1, False),
    ]
    assert "no version 9" in ana.run("cut", "diff", "9", code=3)
