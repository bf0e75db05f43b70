"""A film's signal as it is coded, before anything is clipped: what goes below black and above white."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

# Enough places to tell one per cent of a picture to a tenth of it.
_PLACES_ACROSS = 320
_EIGHT_BITS, _MOST_BITS = 8, 16
_PLANES = 3
WEIGHTS = {
    1: (0.2126, 0.0722),
    4: (0.30, 0.11),
    5: (0.299, 0.114),
    6: (0.299, 0.114),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
}
"""Kr and Kb of the matrix coefficients that are in use (ITU-T H.273, table 4); others are not read."""


@dataclass(frozen=True, slots=True)
class Levels:
    """A frame's signal at a grid of places, in parts of nominal range: 0 is black, 1 is white.

    Args:
        luma: Y', float32 [places], as coded; below 0 and above 1 where the coding goes there.
        rgb: R'G'B', float32 [3, places], worked out of Y'CbCr and not clipped.
        is_full: read as full range, where nothing can lie outside in luma.
        is_tagged: the file says its range; otherwise limited is assumed.
    """

    luma: NDArray[np.float32]
    rgb: NDArray[np.float32]
    is_full: bool
    is_tagged: bool


def levels_of(frame: VideoFrame, *, matrix: int, is_full: bool) -> Levels | None:
    """Read the coded signal of a frame; None where it is not planar Y'CbCr of a matrix that is read.

    Luma is averaged over each chroma sample: the light filter without which edges read as errors.

    Args:
        frame: as decoded.
        matrix: matrix coefficients to read it by (ITU-T H.273).
        is_full: whether its code values use the whole range.

    Source:
        ITU-R BT.709-6 §3 and BT.2100 table 9 for the ranges, ITU-T H.273 §8.3 for the matrix.
    """
    bits = frame.format.components[0].bits
    is_read = (
        matrix in WEIGHTS
        and frame.format.name.startswith("yuv")
        and len(frame.planes) >= _PLANES
        and _EIGHT_BITS <= bits <= _MOST_BITS
        and not frame.format.is_big_endian
    )
    if not is_read:
        return None
    luma, blue, red = (samples_of(frame.planes[index], bits) for index in range(_PLANES))
    rows, columns = -(-luma.shape[0] // blue.shape[0]), -(-luma.shape[1] // blue.shape[1])
    step = max(blue.shape[1] // _PLACES_ACROSS, 1)
    # Where a side is odd the last chroma sample has no whole block of luma.
    height = min(blue.shape[0], luma.shape[0] // rows)
    width = min(blue.shape[1], luma.shape[1] // columns)
    if not height or not width:
        return None
    y_code = np.zeros((-(-height // step), -(-width // step)), dtype=np.float32)
    for down in range(rows):
        for right in range(columns):
            y_code += luma[down : height * rows : rows * step, right : width * columns : columns * step]
    one = float(1 << (bits - _EIGHT_BITS))
    if is_full:
        black, y_span, c_span = 0.0, float((1 << bits) - 1), float((1 << bits) - 1)
    else:
        black, y_span, c_span = 16 * one, 219 * one, 224 * one
    y = ((y_code / (rows * columns)) - black) / y_span
    b, r = ((plane[:height:step, :width:step] - np.float32(128 * one)) / c_span for plane in (blue, red))
    k_red, k_blue = WEIGHTS[matrix]
    green = y - (2 * (1 - k_blue) * k_blue * b + 2 * (1 - k_red) * k_red * r) / (1 - k_red - k_blue)
    rgb = np.stack([y + 2 * (1 - k_red) * r, green, y + 2 * (1 - k_blue) * b])
    return Levels(
        luma=y.ravel().astype(np.float32),
        rgb=rgb.reshape(_PLANES, -1).astype(np.float32),
        is_full=is_full,
        is_tagged=frame.color_range in {ColorRange.MPEG, ColorRange.JPEG},
    )


def samples_of(plane: VideoPlane, bits: int) -> NDArray[Any]:
    """A plane's samples without row padding: [height, width]; a view, valid while the frame is."""
    kind = np.uint8 if bits == _EIGHT_BITS else np.uint16
    rows = np.frombuffer(memoryview(plane), dtype=np.uint8)[: plane.line_size * plane.height]
    return rows.reshape(plane.height, plane.line_size).view(kind)[:, : plane.width]
