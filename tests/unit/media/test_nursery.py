"""Files looked at one after another, each in a child of its own: what a hostile one does stays with it."""

import os
import signal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from circletake.errors import MediaKindRefused, MediaUnreadable
from circletake.media.encode import write_movie
from circletake.media.nursery import Nursery
from circletake.media.sandbox import probe_safely

if TYPE_CHECKING:
    from tests.conftest import Drawing


@pytest.fixture
def movie(tmp_path: Path, drawing: "Drawing") -> Path:
    path = tmp_path / "film.mp4"
    write_movie(path, drawing.frames(6), rate=Fraction(24), width_px=192, height_px=96)
    return path


def test_it_says_what_a_child_by_itself_says(movie: Path, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    with Nursery() as nursery:
        assert nursery.probe(movie) == probe_safely(movie)
        with pytest.raises(MediaKindRefused, match="a document"):
            nursery.probe(tmp_path / "a.pdf")
        with pytest.raises(MediaUnreadable, match="no file"):
            nursery.probe(tmp_path / "b\nc.mp4")
        assert nursery.probe(movie).n_frames == 6


def test_a_file_that_takes_too_long_is_stopped_and_the_next_one_is_not(movie: Path) -> None:
    with Nursery(timeout_s=0.0) as nursery, pytest.raises(MediaUnreadable, match="took over 0 s"):
        nursery.probe(movie)
    with Nursery(timeout_s=30.0) as nursery:
        assert nursery.probe(movie).n_frames == 6


def test_one_that_was_killed_is_begun_anew(movie: Path) -> None:
    with Nursery() as nursery:
        assert nursery.probe(movie).n_frames == 6
        assert nursery._nurse is not None
        os.kill(nursery._nurse.pid, signal.SIGKILL)
        nursery._nurse.wait()
        assert nursery.probe(movie).n_frames == 6
        assert nursery.probe(movie).n_frames == 6
