"""Paint: shapes become pixels at twice the size and are averaged down, so that edges stay clean."""

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from circletake.generate.drawing.shapes import Colour, Matrix, Picture, Points, Shape, bounds, placed

OVERSAMPLE = 2  # each picture pixel is the mean of 2×2 painted ones, themselves antialiased
_SHIFT = 4  # sub-pixel bits of OpenCV's fixed-point coordinates: sixteenths of a painted pixel
_MARGIN = 3


def _fixed(points: Points, left: int, top: int, scale: int) -> np.ndarray:
    # OpenCV puts integers at pixel centres; ours are at pixel corners.
    at = (points - (left, top)) * scale - 0.5
    return np.rint(at * (1 << _SHIFT)).astype(np.int32)


def _draw(area: np.ndarray, shape: Shape, corners: np.ndarray, scale: int) -> None:
    if shape.fill is not None:
        cv2.fillPoly(area, [corners], shape.fill, cv2.LINE_AA, _SHIFT)
    if shape.line is not None and shape.width_px > 0:
        thick = max(1, round(shape.width_px * scale))
        cv2.polylines(area, [corners], shape.closed, shape.line, thick, cv2.LINE_AA, _SHIFT)


def _veil(area: np.ndarray, shape: Shape, corners: np.ndarray, scale: int) -> None:
    """Draw a translucent shape, touching no more of the area than it covers."""
    margin = round(shape.width_px * scale) + _MARGIN
    low, high = corners.min(0) >> _SHIFT, corners.max(0) >> _SHIFT
    x0, y0 = max(0, int(low[0]) - margin), max(0, int(low[1]) - margin)
    x1, y1 = min(area.shape[1], int(high[0]) + margin), min(area.shape[0], int(high[1]) + margin)
    if x1 <= x0 or y1 <= y0:
        return
    beneath = area[y0:y1, x0:x1].copy()
    _draw(area, shape, corners, scale)
    over = area[y0:y1, x0:x1]
    over[:] = cv2.addWeighted(over, shape.alpha, beneath, 1 - shape.alpha, 0)


def _region(shapes: Sequence[Shape], width_px: int, height_px: int) -> tuple[int, int, int, int] | None:
    left, top, right, bottom = bounds(shapes)
    x0, y0 = max(0, int(left) - _MARGIN), max(0, int(top) - _MARGIN)
    x1, y1 = min(width_px, int(right) + _MARGIN + 1), min(height_px, int(bottom) + _MARGIN + 1)
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def paint(
    picture: Picture, shapes: Iterable[Shape], *, matrix: Matrix | None = None, oversample: int = OVERSAMPLE
) -> None:
    """Paint shapes over a picture, in order; pixels away from them stay as they are.

    Args:
        picture: sRGB, height×width×3, changed in place.
        shapes: in picture pixels, or in whatever `matrix` brings there.
        matrix: 2×3; None leaves the shapes where they are.
        oversample: painted pixels to a picture pixel, each way.
    """
    given = list(shapes) if matrix is None else placed(shapes, matrix)
    region = _region(given, picture.shape[1], picture.shape[0]) if given else None
    if region is None:
        return
    x0, y0, x1, y1 = region
    area: np.ndarray = picture[y0:y1, x0:x1]
    if oversample > 1:
        size = ((x1 - x0) * oversample, (y1 - y0) * oversample)
        area = cv2.resize(area, size, interpolation=cv2.INTER_NEAREST)
    else:
        area = area.copy()
    ends = np.cumsum([len(shape.points) for shape in given])
    corners = np.split(
        _fixed(np.concatenate([shape.points for shape in given]), x0, y0, oversample), ends[:-1]
    )
    for shape, at in zip(given, corners, strict=True):
        (_draw if shape.alpha >= 1 else _veil)(area, shape, at, oversample)
    if oversample > 1:
        area = cv2.resize(area, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
    picture[y0:y1, x0:x1] = area


def blank(width_px: int, height_px: int, colour: Colour) -> Picture:
    """Return a picture of one colour."""
    picture = np.empty((height_px, width_px, 3), dtype=np.uint8)
    picture[:] = colour
    return picture


def gradient(width_px: int, height_px: int, stops: Sequence[tuple[float, Colour]]) -> Picture:
    """Return a picture that changes from top to bottom.

    Args:
        width_px: of the picture.
        height_px: of the picture.
        stops: (0 at the top to 1 at the bottom, colour), in order.
    """
    at = np.linspace(0, 1, height_px)
    places = [place for place, _ in stops]
    columns = [np.interp(at, places, [colour[c] for _, colour in stops]) for c in range(3)]
    # An ordered half-step of noise hides the bands of slow gradients without randomness.
    dither = (np.indices((height_px, width_px)).sum(0) % 2 * 0.5)[..., None]
    return np.asarray(np.stack(columns, axis=1)[:, None, :] + dither, dtype=np.uint8)


def glow(picture: Picture, mask: np.ndarray, colour: Colour, strength: float) -> None:
    """Add light where `mask` (height×width, 0–1) says, as far as white allows (screen blending)."""
    light = (mask * strength)[..., None] * (np.asarray(colour, dtype=np.float32) / 255)
    picture[:] = np.rint(255 - (255 - picture.astype(np.float32)) * (1 - light)).astype(np.uint8)


def shade(picture: Picture, mask: np.ndarray, colour: Colour, strength: float) -> None:
    """Lay a colour over the picture where `mask` (height×width, 0–1) says."""
    cover = (mask * strength)[..., None].astype(np.float32)
    mixed = picture.astype(np.float32) * (1 - cover) + np.asarray(colour, dtype=np.float32) * cover
    picture[:] = np.rint(mixed).astype(np.uint8)


def soft_mask(width_px: int, height_px: int, areas: Iterable[Points], blur_px: float) -> np.ndarray:
    """Return 0–1 (height×width, float32): 1 inside the areas, fading over `blur_px`."""
    mask = np.zeros((height_px, width_px), dtype=np.uint8)
    for area in areas:
        cv2.fillPoly(mask, [_fixed(area, 0, 0, 1)], 255, cv2.LINE_AA, _SHIFT)
    if blur_px <= 0:
        return mask.astype(np.float32) / 255
    # What is this soft has no detail left: blur it small.
    less = max(1, int(blur_px / 4))
    small = cv2.resize(
        mask, (max(1, width_px // less), max(1, height_px // less)), interpolation=cv2.INTER_AREA
    )
    softened = cv2.GaussianBlur(small.astype(np.float32), (0, 0), blur_px / less)
    return np.asarray(cv2.resize(softened, (width_px, height_px)), dtype=np.float32) / 255
