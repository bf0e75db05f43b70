"""The coded signal is read as it is in the file, beyond black and white too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame

from circletake.media.levels import levels_of
from circletake.media.source import open_file

if TYPE_CHECKING:
    from tests.conftest import Coder, Drawing, FilmMaker

_BT709, _YCGCO = 1, 8


def coded(y: int, cb: int, cr: int, pix_fmt: str = "yuv420p") -> VideoFrame:
    """A frame of one colour, by its code values."""
    frame = VideoFrame(32, 18, pix_fmt)
    kind = np.uint8 if frame.format.components[0].bits == 8 else np.uint16
    for plane, value in zip(frame.planes, (y, cb, cr), strict=True):
        plane.update(np.full(plane.buffer_size // np.dtype(kind).itemsize, value, kind).tobytes())
    return frame


@pytest.mark.parametrize(
    ("codes", "pix_fmt", "luma"),
    [
        ((16, 128, 128), "yuv420p", 0.0),
        ((235, 128, 128), "yuv420p", 1.0),
        ((1, 128, 128), "yuv444p", -15 / 219),
        ((254, 128, 128), "yuv422p", 238 / 219),
        ((64, 512, 512), "yuv422p10le", 0.0),
        ((1019, 512, 512), "yuv420p10le", (1019 - 64) / 876),
    ],
)
def test_limited_range_goes_below_black_and_above_white(
    codes: tuple[int, int, int], pix_fmt: str, luma: float
) -> None:
    read = levels_of(coded(*codes, pix_fmt), matrix=_BT709, is_full=False)
    assert read is not None
    assert np.allclose(read.luma, luma, atol=1e-6)
    assert np.allclose(read.rgb, luma, atol=1e-6)  # without colour all three are luma


def test_full_range_ends_where_its_codes_do() -> None:
    for code, luma in ((0, 0.0), (255, 1.0)):
        read = levels_of(coded(code, 128, 128), matrix=_BT709, is_full=True)
        assert read is not None
        assert np.allclose(read.luma, luma)


def test_colour_that_no_screen_can_show_is_outside_in_rgb_alone() -> None:
    """Full red difference on white: R' is 1 + 1.5748 · 112/224."""
    read = levels_of(coded(235, 128, 240), matrix=_BT709, is_full=False)
    assert read is not None
    assert np.allclose(read.luma, 1.0)
    assert np.allclose(read.rgb[0], 1 + 1.5748 * 0.5)


def test_it_is_the_picture_that_is_shown(film: FilmMaker, drawing: Drawing) -> None:
    frame = open_file(film(3)).frame(2)
    levels = frame.levels()
    assert levels is not None
    shown = frame.rgb_at(drawing.width_px // 2, drawing.height_px // 2).reshape(-1, 3)
    assert np.abs(np.clip(levels.rgb.T, 0, 1) * 255 - shown).mean() < 1.5


def test_what_is_not_planar_colour_difference_is_not_read(coder: Coder, drawing: Drawing) -> None:
    assert levels_of(coded(16, 128, 128), matrix=_YCGCO, is_full=False) is None
    rgb = av.VideoFrame.from_ndarray(drawing.frame(0), format="rgb24")
    assert levels_of(rgb, matrix=_BT709, is_full=True) is None
    still = coder("still.png", [drawing.frame(0)], codec="png", pix_fmt="rgb24")
    assert open_file(still).frame(0).levels() is None


def test_an_odd_side_and_a_single_pixel_are_read() -> None:
    for size in ((1, 1), (33, 17), (2, 3)):
        frame = VideoFrame(*size, "yuv420p")
        for plane in frame.planes:
            plane.update(np.full(plane.buffer_size, 128, np.uint8).tobytes())
        read = levels_of(frame, matrix=_BT709, is_full=False)
        assert read is None or np.allclose(read.luma, (128 - 16) / 219)
