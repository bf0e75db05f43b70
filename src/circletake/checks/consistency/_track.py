"""Following the character through a take: looked for every few frames, carried on between them."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.checks.consistency._find import (
    BACKWARD,
    Found,
    Held,
    find_character,
    fitted,
    hold,
    touches_edge,
)
from circletake.checks.consistency._look import Look, Rows, look_at
from circletake.checks.consistency._match import Scores
from circletake.checks.consistency._pixels import Lab, Mask
from circletake.checks.consistency._segment import tidy
from circletake.checks.consistency._sheet import CharacterModel
from circletake.checks.protocol import Box, Rgb

# Looked for on every sixth frame: a quarter of a second; flow carries the mask well for that long.
# Where it moves fast (pixels of the small picture a frame) and is known by its drawing, every second.
KEY_FRAMES, _FAST_KEY_FRAMES, _FAST_PX = 6, 2, 1.0
# How far back a first sighting is carried; longer and the mask is a guess.
_CARRY_BACK = 24
# Correlation of luma, whole pictures as thumbs and carried pictures under the mask. Shots stay above .8,
# cuts below .3; a change of hue leaves luma alone.
_SAME_SHOT = 0.6
# Frames that a mask is carried on without being confirmed by colour or by form: two seconds.
_UNCONFIRMED = 48
_SHRUNK = 0.3
_PARTS = 3


@dataclass(frozen=True, slots=True)
class Sighting:
    """The character in one frame.

    Args:
        n: frame.
        look: what it looks like there.
        scores: against the sheet, where they were needed to find it.
        is_seen: found in this frame by itself, not carried on from a neighbour.
        change: mean Lab change since the frame before in 3×3 parts, [part 3]; None where that is not known.
    """

    n: int
    look: Look
    scores: Scores | None
    is_seen: bool
    change: Rows | None


class Tracker:
    """Follows one character through the frames of a take."""

    def __init__(self, model: CharacterModel) -> None:
        self._model = model
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        self._before: Held | None = None
        self._mask: Mask | None = None
        self._box: Box | None = None
        self._is_fast = False
        self._is_drawn = False
        self._seen_area = 0.0
        self._confirmed_at = 0
        self._pending: list[Held] = []
        self.sightings: list[Sighting] = []

    def frame(self, n: int, rgb: Rgb) -> None:
        """See the next frame."""
        held = hold(n, rgb)
        was_there = self._mask is not None
        mask, change = self._carried(held)
        is_key = n % (_FAST_KEY_FRAMES if self._is_fast else KEY_FRAMES) == 0
        found: Found | None = None
        if is_key or (was_there and mask is None):
            found = find_character(self._model, held, mask)
        if found is not None:
            self._carry_back(held, found)
            self._pending.clear()
            self._seen_area, self._confirmed_at = float(found.mask.mean()), n
            self._is_drawn = found.is_drawn
            self._mask, self._box = found.mask, found.box or (self._box if touches_edge(found.mask) else None)
            self.sightings.append(Sighting(n, found.look, found.scores, is_seen=True, change=change))
        else:
            if mask is not None and is_key:
                mask = fitted(held.little, mask)
            self._mask = self._carry_on(held, mask, change, is_key=is_key)
            if self._mask is None:
                self._box = None
                self._pending = [*self._pending[1 - _CARRY_BACK :], held]
        self._before = held

    def _carry_on(self, held: Held, mask: Mask | None, change: Rows | None, *, is_key: bool) -> Mask | None:
        if mask is None or float(mask.mean()) < self._seen_area * _SHRUNK:
            return None
        mask = tidy(self._model.pixels.without_leaks(held.lab, mask), near=mask)
        look = look_at(held.rgb, mask, box=self._box)
        if look is None:
            return None
        scores = self._model.bank.scores(look) if is_key else None
        if scores is not None and self._model.has_its_form(scores):
            self._confirmed_at = held.n
        if held.n - self._confirmed_at > _UNCONFIRMED:
            return None
        self.sightings.append(Sighting(held.n, look, scores, is_seen=False, change=change))
        return mask

    def _carried(self, held: Held) -> tuple[Mask | None, Rows | None]:
        before = self._before
        if before is None or self._mask is None or not _is_next(before, held):
            return None, None
        flow = self._pulled(held, before)
        grid = _grid(flow)
        mask = _remap(self._mask.astype(np.float32), grid) > 0.5  # noqa: PLR2004 (half covered)
        if not _is_same(held.gray, _remap(before.gray.astype(np.float32), grid), mask):
            return None, None
        self._is_fast = self._is_drawn and float(np.abs(flow[mask]).max(axis=1).mean()) > _FAST_PX
        if self._box is not None:
            moved = flow[mask].mean(axis=0) * (held.rgb.shape[1] / held.gray.shape[1])
            x, y, side, _ = self._box
            self._box = (round(x - float(moved[0])), round(y - float(moved[1])), side, side)
        return mask, _change(held.lab - _remap(before.lab, grid), mask)

    def _carry_back(self, held: Held, found: Found) -> None:
        after, mask, filled = held, found.mask, []
        for earlier in reversed(self._pending):
            if earlier.n != after.n - 1 or not _is_next(earlier, after):
                break
            grid = _grid(self._pulled(earlier, after))
            mask = _remap(mask.astype(np.float32), grid) > 0.5  # noqa: PLR2004 (half covered)
            if not _is_same(earlier.gray, _remap(after.gray.astype(np.float32), grid), mask):
                break
            look = look_at(earlier.rgb, mask, box=found.box)
            if look is None:
                break
            scores = self._model.bank.scores(look)
            if self._model.otherness(scores) > BACKWARD and not self._model.has_its_form(scores):
                break
            filled.append(Sighting(earlier.n, look, scores, is_seen=False, change=None))
            after = earlier
        self.sightings.extend(reversed(filled))

    def _pulled(self, here: Held, there: Held) -> Rows:
        empty = np.zeros((*here.gray.shape, 2), dtype=np.float32)
        return np.asarray(self._flow.calc(here.gray, there.gray, empty), dtype=np.float32)


def _grid(flow: Rows) -> Rows:
    rows, columns = np.indices(flow.shape[:2], dtype=np.float32)
    return np.stack([columns + flow[..., 0], rows + flow[..., 1]], axis=2).astype(np.float32)


def _remap(plane: Rows, grid: Rows) -> Rows:
    moved = cv2.remap(plane, grid[..., 0], grid[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, dtype=np.float32)


def _is_next(before: Held, after: Held) -> bool:
    return before.gray.shape == after.gray.shape and _alike(before.thumb, after.thumb) >= _SAME_SHOT


def _is_same(here: NDArray[np.uint8], there: Rows, mask: Mask) -> bool:
    if mask.sum() < 64:  # noqa: PLR2004 (too few pixels to correlate)
        return False
    around = cv2.dilate(mask.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    return _alike(here[around].astype(np.float32), there[around]) >= _SAME_SHOT


def _alike(a: Rows, b: Rows) -> float:
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    # Two even pictures are alike.
    return float((a * b).sum()) / scale if scale > 1e-6 else 1.0  # noqa: PLR2004 (even)


def _change(difference: Lab, mask: Mask) -> Rows | None:
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
            parts[part] = np.median(here, axis=0)
    return parts
