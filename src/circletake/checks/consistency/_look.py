"""What the character looks like in one picture: patches, palette and silhouette of its crop."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.checks.consistency._pixels import Lab, Mask, lab_of
from circletake.checks.protocol import Box, Rgb

CELLS = 28
_STRIDE_PX = 6
CROP_PX = CELLS * _STRIDE_PX
# Margin around the character, so that the cells at its outline see what is next to it.
MARGIN = 1.12
_COVER = 0.5
_PALETTE_BINS = (10, 14, 14)
_PROFILE = 32
_PIXELS = 1200
_ORIENTATIONS = 8
_OFFSETS_PX = (-10, 0, 10)
Rows = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Look:
    """One view of the character.

    Args:
        box: of the square crop in the picture, x, y, width, height in its pixels; may reach outside.
        cells: row-major indices of the 28×28 cells that lie on the character.
        places: their x, y in the crop, −0.5 to 0.5, [cell 2].
        colours: Lab mean in a 9 and a 21 pixel window, [cell 6].
        textures: root of the deviation of L, a and b in both windows, [cell 6].
        edges: 8 orientations of gradient in 3×3 places around the cell, [cell 72].
        pixels: Lab of some hundred pixels spread over the character, [pixel 3].
        inside: which of the 28×28 cells lie in the picture at all.
        across: share of each of 32 rows of the crop that the silhouette covers.
        down: share of each of 32 columns.
        fine: log ratios of detail in L at 1 to 2 pixels of the crop and at 2 to 4.
        mean_lab: of the character.
        area_share: of the picture that the character covers.
        around_l: L of what is next to it, bright rather than dark (the upper quartile); its own where
            nothing is.
    """

    box: Box
    cells: NDArray[np.intp]
    places: Rows
    colours: Rows
    textures: Rows
    edges: NDArray[np.float16]
    pixels: Rows
    inside: NDArray[np.bool_]
    across: Rows
    down: Rows
    fine: Rows
    mean_lab: Rows
    area_share: float
    around_l: float


def look_at(rgb: Rgb, mask: Mask, *, box: Box | None = None) -> Look | None:
    """Describe the character that `mask` (any size) marks in `rgb`; None where there is too little of it.

    Args:
        rgb: the picture.
        mask: True on the character.
        box: square in which the whole character would be, where that is known (part of it may be out of
            the picture); the square around the mask if left out.
    """
    height, width = rgb.shape[:2]
    box = box or crop_box(mask, width, height)
    if box is None:
        return None
    lab, inside = _crop(rgb, mask, box)
    weight = inside.astype(np.float32)
    cover = cv2.blur(weight, (_STRIDE_PX, _STRIDE_PX))
    at = np.arange(CELLS) * _STRIDE_PX + _STRIDE_PX // 2
    cells = np.flatnonzero(cover[np.ix_(at, at)].ravel() >= _COVER)
    if len(cells) < CELLS:
        return None
    grid = np.ix_(at, at)
    near, near_texture = _window(lab, weight, 9, grid)
    wide, wide_texture = _window(lab, weight, 21, grid)
    rows, columns = np.divmod(cells, CELLS)
    # At the outline colours are mixed with what is behind.
    well_inside = cv2.erode(weight, np.ones((5, 5), np.uint8)) > 0
    pixels = lab[well_inside if float(well_inside.sum()) > _PIXELS else inside]
    across_rows, down_columns = _profiles(inside)
    x, y, side, _ = box
    middles = (np.arange(CELLS) + 0.5) / CELLS * side
    across = (middles + x >= 0) & (middles + x < width)
    down = (middles + y >= 0) & (middles + y < height)
    return Look(
        box=box,
        cells=cells,
        places=np.asarray(np.stack([columns, rows], axis=1) / CELLS - 0.5, dtype=np.float32),
        colours=np.concatenate([near, wide], axis=1)[cells],
        textures=np.concatenate([near_texture, wide_texture], axis=1)[cells],
        edges=_edges(lab, weight, at)[cells].astype(np.float16),
        pixels=pixels[:: max(len(pixels) // _PIXELS, 1)],
        inside=down[:, None] & across[None],
        across=across_rows,
        down=down_columns,
        fine=_fine(lab, inside),
        mean_lab=np.asarray(lab[inside].mean(axis=0), dtype=np.float32),
        area_share=float(mask.mean()),
        around_l=_around_l(lab, inside, (down, across)),
    )


def crop_box(mask: Mask, width: int, height: int) -> Box | None:
    """Square around the mask, in pixels of a width×height picture; None for an empty mask."""
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    if not len(rows):
        return None
    scale_x, scale_y = width / mask.shape[1], height / mask.shape[0]
    left, right = columns[0] * scale_x, (columns[-1] + 1) * scale_x
    top, bottom = rows[0] * scale_y, (rows[-1] + 1) * scale_y
    side = max(right - left, bottom - top) * MARGIN
    return (
        round((left + right - side) / 2),
        round((top + bottom - side) / 2),
        max(round(side), 1),
        max(round(side), 1),
    )


def _crop(rgb: Rgb, mask: Mask, box: Box) -> tuple[Lab, Mask]:
    height, width = rgb.shape[:2]
    x, y, side, _ = box
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + side, width), min(y + side, height)
    scale = CROP_PX / side
    # Where the character fills the frame the crop reaches over its edge; nothing is there.
    picture = np.zeros((CROP_PX, CROP_PX, 3), dtype=np.uint8)
    inside = np.zeros((CROP_PX, CROP_PX), dtype=np.float32)
    x0, y0 = round((left - x) * scale), round((top - y) * scale)
    x1, y1 = min(round((right - x) * scale), CROP_PX), min(round((bottom - y) * scale), CROP_PX)
    if x1 <= x0 or y1 <= y0:
        return lab_of(picture), inside > 1
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    picture[y0:y1, x0:x1] = cv2.resize(rgb[top:bottom, left:right], (x1 - x0, y1 - y0), interpolation=how)
    whole = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    inside[y0:y1, x0:x1] = cv2.resize(whole[top:bottom, left:right], (x1 - x0, y1 - y0), interpolation=how)
    return lab_of(picture), inside > 0.5  # noqa: PLR2004 (half covered)


def _window(lab: Lab, weight: Rows, size: int, grid: tuple[NDArray[np.intp], ...]) -> tuple[Rows, Rows]:
    total = np.maximum(cv2.blur(weight, (size, size))[grid], 1e-4)[..., None]
    on_it = lab * weight[..., None]
    mean = cv2.blur(on_it, (size, size))[grid] / total
    square = cv2.blur(lab * on_it, (size, size))[grid] / total
    # Deviations span decades; their root spreads them like the colours.
    deviation = np.sqrt(np.sqrt(np.maximum(square - mean**2, 0)))
    return (
        np.asarray(mean.reshape(-1, 3), dtype=np.float32),
        np.asarray(deviation.reshape(-1, 3), dtype=np.float32),
    )


def _edges(lab: Lab, weight: Rows, at: NDArray[np.intp]) -> Rows:
    luma = np.ascontiguousarray(lab[..., 0])
    across, down = cv2.Sobel(luma, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(luma, cv2.CV_32F, 0, 1) / 8
    strength = np.sqrt(across * across + down * down)
    # Unsigned: a line is a line whichever side is dark. The outline itself is the silhouette's business.
    bins = np.floor(np.arctan2(down, across) / np.pi * _ORIENTATIONS).astype(np.int32) % _ORIENTATIONS
    well_inside = cv2.erode(weight, np.ones((3, 3), np.uint8))
    energy = np.zeros((CROP_PX, CROP_PX, _ORIENTATIONS), dtype=np.float32)
    side = np.arange(CROP_PX)
    energy[side[:, None], side[None], bins] = strength * well_inside
    calm = cv2.blur(energy, (9, 9))
    places = [np.clip(at + offset, 0, CROP_PX - 1) for offset in _OFFSETS_PX]
    parts = [calm[np.ix_(rows_at, columns_at)] for rows_at in places for columns_at in places]
    stacked = np.concatenate(parts, axis=2).reshape(CELLS * CELLS, -1)
    # Two code values of gradient is noise; below it a flat cell stays near zero instead of being blown up.
    norm = np.sqrt((stacked**2).sum(axis=1, keepdims=True)) + 2.0
    return np.asarray(stacked / norm, dtype=np.float32)


def palette_of(pixels: Rows) -> Rows:
    """Smoothed Lab histogram of pixels, sums to 1."""
    low, span = np.array([0, -56, -56], np.float32), np.array([100, 112, 112], np.float32)
    bins = np.array(_PALETTE_BINS)
    at = np.clip(((pixels - low) / span * bins).astype(np.intp), 0, bins - 1)
    flat = (at[:, 0] * bins[1] + at[:, 1]) * bins[2] + at[:, 2]
    counted = np.bincount(flat, minlength=int(bins.prod())).astype(np.float32)
    counts: Rows = counted.reshape(_PALETTE_BINS)
    for axis in range(3):
        padded = np.pad(counts, [(1, 1) if a == axis else (0, 0) for a in range(3)], mode="edge")
        size = counts.shape[axis]
        before, after = padded.take(range(size), axis), padded.take(range(2, size + 2), axis)
        counts = np.asarray((before + 2 * counts + after) / 4, dtype=np.float32)
    return np.asarray((counts / counts.sum()).ravel(), dtype=np.float32)


def _around_l(lab: Lab, inside: Mask, shown: tuple[NDArray[np.bool_], NDArray[np.bool_]]) -> float:
    down, across = (np.repeat(part, _STRIDE_PX) for part in shown)
    around = down[:, None] & across[None] & ~inside
    return float(np.quantile(lab[..., 0][around if around.any() else inside], 0.75))


def _fine(lab: Lab, inside: Mask) -> Rows:
    luma = np.ascontiguousarray(lab[..., 0])
    blurred = [luma, *(cv2.GaussianBlur(luma, (0, 0), sigma) for sigma in (1.0, 2.0, 4.0))]
    energy = [float(np.abs(a - b)[inside].mean()) + 0.05 for a, b in pairwise(blurred)]
    return np.array([np.log(a / b) for a, b in pairwise(energy)], dtype=np.float32)


def _profiles(inside: Mask) -> tuple[Rows, Rows]:
    weight = inside.astype(np.float32)
    across = cv2.resize(weight.mean(axis=1, keepdims=True), (1, _PROFILE), interpolation=cv2.INTER_AREA)
    down = cv2.resize(weight.mean(axis=0, keepdims=True), (_PROFILE, 1), interpolation=cv2.INTER_AREA)
    return np.asarray(across.ravel(), dtype=np.float32), np.asarray(down.ravel(), dtype=np.float32)
