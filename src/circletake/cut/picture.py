"""Pictures of the cut's size: a take's frames fitted in, and slates where a take is missing."""

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.media.picture import Frame

Rgb = NDArray[np.uint8]

FIT = "letterbox-1"
"""The rule by which pictures of another size get into the cut; part of every segment's key.

The whole picture, scaled without distortion until it touches two sides, in the middle, on black.
"""

SLATE = "slate-1"
_GREY = 72  # 18 % grey in sRGB is 118; darker, so that a slate is never taken for a picture
_CROSS = 136


def fitted(frame: Frame, *, width_px: int, height_px: int) -> Rgb:
    """A frame in the cut's size: uint8 [height, width, 3], sRGB."""
    inner_width, inner_height = fitted_size(frame.width_px, frame.height_px, width_px, height_px)
    inner = frame.rgb_at(inner_width, inner_height)
    if (inner_width, inner_height) == (width_px, height_px):
        return inner
    canvas = np.zeros((height_px, width_px, 3), np.uint8)
    top, left = (height_px - inner_height) // 2, (width_px - inner_width) // 2
    canvas[top : top + inner_height, left : left + inner_width] = inner
    return canvas


def fitted_size(width_px: int, height_px: int, into_width_px: int, into_height_px: int) -> tuple[int, int]:
    """The largest size of the same shape inside another.

    >>> fitted_size(1920, 800, 1280, 720)
    (1280, 533)
    >>> fitted_size(640, 480, 1280, 720)
    (960, 720)
    """
    if width_px * into_height_px >= height_px * into_width_px:
        return into_width_px, max(1, round(height_px * into_width_px / width_px))
    return max(1, round(width_px * into_height_px / height_px)), into_height_px


def slate(text: str, *, width_px: int, height_px: int) -> Rgb:
    """A grey card with a cross and a few words, for a shot that is missing: uint8 [height, width, 3]."""
    card = np.full((height_px, width_px, 3), _GREY, np.uint8)
    thickness = max(1, height_px // 180)
    for start, end in (((0, 0), (width_px, height_px)), ((width_px, 0), (0, height_px))):
        cv2.line(card, start, end, (_CROSS,) * 3, thickness)
    letters = text.encode("ascii", "replace").decode()  # the drawn face has no others
    scale = height_px / 360
    (wide, high), _ = cv2.getTextSize(letters, cv2.FONT_HERSHEY_SIMPLEX, scale, thickness)
    at = ((width_px - wide) // 2, (height_px + high) // 2)
    cv2.putText(card, letters, at, cv2.FONT_HERSHEY_SIMPLEX, scale, (235, 235, 235), thickness)
    return card
