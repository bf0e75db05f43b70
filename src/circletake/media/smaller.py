"""A frame made much smaller, for what only measures it: its planes shrink first and are coloured then."""

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from circletake.media.levels import WEIGHTS, samples_of

Rgb = NDArray[np.uint8]

# Planar, eight bits, no alpha: what films are mostly coded as. The rest is left to swscale.
_FORMATS = frozenset({f"yuv{full}{chroma}p" for full in ("", "j") for chroma in ("420", "422", "444")})
# Codes that a mean of four is too high on the mean, since halves are rounded up.
_TOO_BRIGHT = 1 / 8


def smaller(frame: VideoFrame, width_px: int, height_px: int, *, matrix: int, is_full: bool) -> Rgb | None:
    """A frame at a half, a third, a quarter and on, uint8 [height, width, 3]; None at other sizes and planes.

    Every pixel is the mean of the code values that it stands for, chroma sited in the middle, and is then
    turned into full-range RGB: a code or two from what swscale makes of it, at hard edges a dozen. Halving by
    whole pixels is what processors do best, so it takes a third of the time. Where that does not end at
    the size wanted, the rest of the way, less than a half, is between neighbours.

    Args:
        frame: as decoded.
        width_px: wanted.
        height_px: wanted.
        matrix: matrix coefficients to read it by (ITU-T H.273).
        is_full: whether its code values use the whole range.

    Source:
        ITU-R BT.709-6 §3 and ITU-T H.273 §8.3, as `levels_of` reads them.
    """
    is_read = frame.format.name in _FORMATS and matrix in WEIGHTS
    # At other sizes swscale is nearer to the mean.
    times = frame.width // width_px
    if not is_read or times < 2 or (width_px * times, height_px * times) != (frame.width, frame.height):  # noqa: PLR2004 (a half)
        return None
    shrunk = [_shrunk(samples_of(plane, 8), width_px, height_px) for plane in frame.planes]
    to_rgb = _to_rgb(matrix, is_full=is_full)
    to_rgb[:, 3] -= to_rgb[:, :3] @ np.array([_TOO_BRIGHT * halved for _, halved in shrunk], dtype=np.float32)
    return np.asarray(cv2.transform(cv2.merge([plane for plane, _ in shrunk]), to_rgb), dtype=np.uint8)


def _shrunk(plane: NDArray[np.uint8], width_px: int, height_px: int) -> tuple[NDArray[np.uint8], int]:
    """A plane in another size, and how often it was halved on the way."""
    halved = 0
    while plane.shape[0] >= 2 * height_px and plane.shape[1] >= 2 * width_px:
        size = (plane.shape[1] // 2, plane.shape[0] // 2)
        plane, halved = (
            np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.uint8),
            halved + 1,
        )
    if plane.shape == (height_px, width_px):
        return plane, halved
    # Chroma of half the places across only has rows left to halve.
    is_between = plane.shape[0] < 2 * height_px
    how = cv2.INTER_LINEAR if is_between else cv2.INTER_AREA
    return np.asarray(cv2.resize(plane, (width_px, height_px), interpolation=how), dtype=np.uint8), halved


def _to_rgb(matrix: int, *, is_full: bool) -> NDArray[np.float32]:
    """Y'CbCr codes to R'G'B' codes of full range: [R'G'B', Y'CbCr and one]."""
    k_red, k_blue = WEIGHTS[matrix]
    k_green = 1 - k_red - k_blue
    of_luma, of_chroma = (1.0, 1.0) if is_full else (255 / 219, 255 / 224)
    red, blue = 2 * (1 - k_red) * of_chroma, 2 * (1 - k_blue) * of_chroma
    mixed = np.array(
        [
            [of_luma, 0, red],
            [of_luma, -blue * k_blue / k_green, -red * k_red / k_green],
            [of_luma, blue, 0],
        ]
    )
    nothing = mixed @ np.array([0 if is_full else 16, 128, 128])
    return np.asarray(np.column_stack([mixed, -nothing]), dtype=np.float32)
