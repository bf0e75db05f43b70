"""What flow carries from one frame to the next: pictures, masks, and what then still differs."""

from functools import lru_cache

import cv2
import numpy as np

from circletake.checks.consistency._find import Held
from circletake.checks.consistency._look import Rows
from circletake.checks.consistency._pixels import Lab, Mask

# Correlation of luma, whole pictures as thumbs and carried pictures under the mask. Shots stay above .8,
# cuts below .3; a change of hue leaves luma alone.
_SAME_SHOT = 0.6
_PARTS = 3


@lru_cache(maxsize=8)
def _places(height: int, width: int) -> Rows:
    rows, columns = np.indices((height, width), dtype=np.float32)
    return np.ascontiguousarray(np.stack([columns, rows], axis=2))


def grid(flow: Rows) -> Rows:
    return np.asarray(flow + _places(*flow.shape[:2]), dtype=np.float32)


def moved_by(mask: Mask, flow: Rows) -> Mask:
    height, width = mask.shape
    if mask.shape != flow.shape[:2]:
        larger = np.array([width / flow.shape[1], height / flow.shape[0]], dtype=np.float32)
        flow = np.asarray(cv2.resize(flow, (width, height)), dtype=np.float32) * larger
    return np.asarray(remap(mask.astype(np.float32), grid(flow)) > 0.5)  # noqa: PLR2004 (half covered)


def remap(plane: Rows, grid: Rows) -> Rows:
    moved = cv2.remap(plane, grid, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]  # x and y in one map need no second
    return np.asarray(moved, dtype=np.float32)


def is_next(before: Held, after: Held) -> bool:
    return before.gray.shape == after.gray.shape and _alike(before.thumb, after.thumb) >= _SAME_SHOT


def is_same(here: Rows, there: Rows, mask: Mask) -> bool:
    if mask.sum() < 64:  # noqa: PLR2004 (too few pixels to correlate)
        return False
    near = cv2.dilate(mask.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    return _alike(here[near], there[near]) >= _SAME_SHOT


def _alike(a: Rows, b: Rows) -> float:
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    # Two even pictures are alike.
    return float((a * b).sum()) / scale if scale > 1e-6 else 1.0  # noqa: PLR2004 (even)


def change_in(difference: Lab, mask: Mask) -> Rows | None:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    top, left = int(rows[0]), int(columns[0])
    height, width = int(rows[-1]) + 1 - top, int(columns[-1]) + 1 - left
    parts = np.zeros((_PARTS * _PARTS, 3), dtype=np.float32)
    for part in range(_PARTS * _PARTS):
        row, column = divmod(part, _PARTS)
        ys = slice(top + height * row // _PARTS, top + height * (row + 1) // _PARTS)
        xs = slice(left + width * column // _PARTS, left + width * (column + 1) // _PARTS)
        here = difference[ys, xs][mask[ys, xs]]
        if len(here) >= 12:  # noqa: PLR2004 (fewer are outline)
            parts[part] = np.partition(here, len(here) // 2, axis=0)[len(here) // 2]
    return parts
