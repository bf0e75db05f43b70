"""A frame made much smaller looks as it does when it is coloured first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from circletake.media.picture import FilmLook, Screen
from circletake.media.source import open_file

if TYPE_CHECKING:
    from tests.conftest import Coder, Drawing


@pytest.mark.parametrize("matrix", [1, 5])
@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le"])
@pytest.mark.parametrize("size", [(320, 180), (160, 90), (80, 45)])
def test_it_is_the_mean_of_the_colours(
    matrix: int, pix_fmt: str, size: tuple[int, int], coder: Coder, drawing: Drawing
) -> None:
    drawing.width_px, drawing.height_px = 640, 360
    path = coder("c.mp4", drawing.frames(2), pix_fmt=pix_fmt, matrix=matrix, options={"crf": "6"})
    frame = open_file(path).frame(1)
    mean = cv2.resize(frame.rgb(), size, interpolation=cv2.INTER_AREA).astype(np.float32)
    off = frame.small_at(*size) - mean
    # Flat fields agree; across an edge chroma of half the places is another filter.
    assert np.abs(np.median(off, axis=(0, 1))).max() <= 1
    assert np.abs(off).mean() <= 2
    assert frame.small_at(*size) is frame.small_at(*size)


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv422p", "yuv444p"])
@pytest.mark.parametrize("times", [3, 5, 6])
def test_thirds_fifths_and_sixths_are_near_the_mean(
    pix_fmt: str, times: int, coder: Coder, drawing: Drawing
) -> None:
    drawing.width_px, drawing.height_px = 960, 540
    path = coder("c.mp4", drawing.frames(2), pix_fmt=pix_fmt, options={"crf": "6"})
    frame = open_file(path).frame(1)
    size = (960 // times, 540 // times)
    mean = cv2.resize(frame.rgb(), size, interpolation=cv2.INTER_AREA).astype(np.float32)
    off = frame.small_at(*size) - mean
    assert not np.array_equal(frame.small_at(*size), frame.rgb_at(*size))
    assert np.abs(np.median(off, axis=(0, 1))).max() <= 1
    assert np.abs(off).mean() <= 2


@pytest.mark.parametrize("size", [(480, 270), (320, 90), (960, 540)])
def test_what_halving_does_not_reach_is_left_to_the_exact_way(
    size: tuple[int, int], coder: Coder, drawing: Drawing
) -> None:
    drawing.width_px, drawing.height_px = 640, 360
    frame = open_file(coder("c.mp4", drawing.frames(2), pix_fmt="yuv420p")).frame(1)
    assert np.array_equal(frame.small_at(*size), frame.rgb_at(*size))


def test_a_turned_frame_stays_upright(coder: Coder, drawing: Drawing) -> None:
    drawing.width_px, drawing.height_px = 640, 360
    frame = open_file(coder("c.mp4", drawing.frames(2), pix_fmt="yuv420p")).frame(1)
    upright = frame.small_at(160, 90)
    assert isinstance(frame._look, FilmLook)
    look = FilmLook(frame._look._frame, Screen(rotation_deg=90))
    turned = look.small_at(90, 160)
    assert turned is not None
    assert np.array_equal(turned, np.rot90(upright))
