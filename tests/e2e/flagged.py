"""A production with one take that is black, and so flagged."""

from fractions import Fraction
from pathlib import Path

import numpy as np

from circletake.media.encode import write_movie

from .terminal import Terminal

PASSWORD = "a red bicycle\n"  # noqa: S105 (of somebody who lives for one test)


def flagged_floor(folder: Path) -> Terminal:
    """SH010 has a black take by Nia; Ana produces."""
    made = Terminal(studio=folder / "studio", home=folder / "home")
    told = ("--person", "Ana", "--password-stdin", "-p", "spring", "--size", "96x64")
    made.run("new", str(made.studio), *told, stdin=PASSWORD)
    link = made.json("person", "invite", "--role", "artist", "--as", "Ana")["link"]
    made.run("person", "accept", link, "Nia", "--password-stdin", stdin=PASSWORD)
    made.run("shot", "add", "SH010", "--frames", "24", "--as", "Ana")
    film = folder / "black.mp4"
    black = [np.zeros((64, 96, 3), np.uint8)] * 24
    write_movie(film, black, rate=Fraction(24), width_px=96, height_px=64)
    made.run("take", "add", "SH010", str(film), "--as", "Nia")
    return made
