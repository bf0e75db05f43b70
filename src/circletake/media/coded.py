"""Film in which every frame says its own number, so that a player can be asked which frame it shows.

Twelve squares stand in a row from the top left corner, each as high as an eighteenth of the picture:
square *i* is white where bit *i* of the frame number is 1. Behind them moves a texture, so that frames
weigh what frames of a film weigh.
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from circletake.errors import MediaUnreadable
from circletake.media.encode import Coding, MovieWriter
from circletake.media.picture import Rgb
from circletake.media.source import RATE_HZ

BITS = 12
SQUARES_PER_HEIGHT = 18
_WHITE, _BLACK, _GREY = 255, 0, 128
_GRAINS_PX = (160, 40, 10, 3)  # from clouds down to grain
_STEP_PX = 4  # how far the texture moves a frame
_CODING = Coding(options={"crf": "16", "preset": "ultrafast"}, gop=24, bframes=0)


def coded_frame(n: int, width_px: int, height_px: int) -> Rgb:
    """Draw frame `n`: uint8 [height, width, 3].

    Raises:
        MediaUnreadable: the number needs more than twelve bits.

    >>> read_code(coded_frame(1043, 640, 360))
    1043
    """
    if not 0 <= n < 1 << BITS:
        raise MediaUnreadable(f"Frame {n} cannot be said in {BITS} squares; the last is {(1 << BITS) - 1}.")
    rgb = np.roll(_texture(width_px, height_px), -_STEP_PX * n, axis=1)
    side = round(height_px / SQUARES_PER_HEIGHT)
    for bit in range(BITS):
        rgb[:side, bit * side : (bit + 1) * side] = _WHITE if n >> bit & 1 else _BLACK
    return rgb


def read_code(rgb: Rgb) -> int:
    """The frame number that a picture says, in the middle of each square.

    Args:
        rgb: uint8 [height, width, 3], at any size.
    """
    side = round(rgb.shape[0] / SQUARES_PER_HEIGHT)
    middles = rgb[side // 2, [bit * side + side // 2 for bit in range(BITS)]]
    return sum(int(middle.mean() >= _GREY) << bit for bit, middle in enumerate(middles))


def write_coded(
    path: Path, *, rate: Fraction, n_frames: int, width_px: int, height_px: int, first: int = 0
) -> None:
    """Write a coded film with silence beside it.

    Args:
        first: number that the first frame says; another film of the same length is told apart by it.

    Raises:
        MediaUnreadable: a number needs more than twelve bits.
        DiskFull: no room; no file is left.
    """
    with MovieWriter(
        path, rate=rate, width_px=width_px, height_px=height_px, coding=_CODING, rate_hz=RATE_HZ
    ) as movie:
        for n in range(first, first + n_frames):
            movie.add(coded_frame(n, width_px, height_px))
        movie.add_sound(np.zeros((int(n_frames * RATE_HZ / rate), 2), np.float32))


@lru_cache(maxsize=2)
def _texture(width_px: int, height_px: int) -> Rgb:
    layers = np.sum(list(_layers(width_px, height_px)), axis=0) + _GREY
    return np.asarray(np.clip(layers, 0, 255), np.uint8)


def _layers(width_px: int, height_px: int) -> Iterator[np.ndarray]:
    random = np.random.default_rng(12)
    for grain_px in _GRAINS_PX:
        size = (height_px // grain_px + 2, width_px // grain_px + 2, 3)
        cells = random.normal(0, 20 if grain_px > _GRAINS_PX[-1] else 2, size).astype(np.float32)
        yield cv2.resize(cells, (width_px, height_px), interpolation=cv2.INTER_CUBIC)
