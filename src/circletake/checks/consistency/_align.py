"""Laying the sheet's drawings over a frame: which view, how large, where; and a mask that follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.checks.consistency._pixels import Lab, Mask, Plane, bins_of, histogram, lab_of, small
from circletake.checks.consistency._segment import tidy
from circletake.checks.protocol import Rgb

# Light dims more than it tints, so L counts half.
_WEIGHTS = np.array([0.5, 1.0, 1.0], dtype=np.float32)
# Long side of the character, in pixels, at which all views are tried, and at which the best are.
_FIRST_PX, _SECOND_PX = 24, 44
_FIRST_SCALES, _SECOND_SCALES = (0.8, 0.9, 1.0, 1.12, 1.26), (0.94, 1.0, 1.06)
_KEPT = 6
# Where the scale is known from a moment ago.
_NEAR_PX, _NEAR_SCALES = 32, (0.97, 1.03)
# What a drawing costs that is larger or smaller than the figure was, by the square of the ratio's log, and
# the share of a difference by which what it was follows. A drawing that is too small lies over the even parts
# of a figure better than the right one does in a pose that the sheet does not show; a camera is slower.
_RESIZED, _FOLLOWS = 8.0, 0.1
# Square Lab that a character's whole size away from where it should be costs.
_STRAY = 2500.0
# Height of the drawing when a whole frame is searched, and how much of the frame's height it may have.
_SEARCH_PX = 22
_SHARES = (0.13, 0.18, 0.25, 0.35, 0.5, 0.7, 0.95)
# Correlation above which a drawing is there; film without it stays below .42. Lab deviation of what is even.
_CORRELATES, _EVEN = 0.46, 3.0
# How much more it has to correlate than any drawing does elsewhere in the frame.
_MORE = 0.05
# How far around the mask it is looked for, as a share of its size.
_AROUND = 0.55
# Long side of the part in which the mask is drawn anew.
_MASK_PX = 160
_PRIOR = 1.3
# Drawings kept in the sizes they were last tried at: a frame asks for some dozens, a long film for thousands.
_TEMPLATES = 256


@dataclass(frozen=True, slots=True)
class Laid:
    """A view of the sheet laid over a frame.

    Args:
        view: its number.
        scale: pixels of the frame to one of the view.
        x: left edge in the frame.
        y: top edge in the frame.
        apart: mean square of the Lab difference under the drawing.
        usual: scale that it has had lately.
    """

    view: int
    scale: float
    x: float
    y: float
    apart: float
    usual: float


class Aligner:
    """The sheet's drawings as templates.

    Args:
        drawings: pictures and masks of the same size, mirror images left out.

    Source:
        Lewis 1995, template matching by correlation; the mask makes it a sum over the drawing alone.
    """

    def __init__(self, drawings: Sequence[tuple[Rgb, Mask]]) -> None:
        cut = [_cut(rgb, mask) for rgb, mask in drawings]
        self._labs = [lab_of(rgb) for rgb, _ in cut]
        self._masks = [mask for _, mask in cut]
        palettes = [
            histogram(bins_of(lab)[mask.ravel()]) for lab, mask in zip(self._labs, self._masks, strict=True)
        ]
        self._palette = np.asarray(np.mean(palettes, axis=0), dtype=np.float32)
        self._templates: dict[tuple[int, int], tuple[Lab, Plane]] = {}

    def lay(self, rgb: Rgb, mask: Mask, *, near: Laid | None = None, afresh: bool = False) -> Laid | None:
        """Find the view that lies over the character best.

        Args:
            rgb: the frame.
            mask: where the character is, roughly, in pixels of the frame.
            near: how a view lay a moment ago, which tells the scale; None where that is not known.
            afresh: try all scales; `near` says which is usual.
        """
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not len(rows):
            return None
        size = int(max(np.ptp(rows), np.ptp(columns))) + 1
        grow = int(size * _AROUND)
        top, left = max(int(rows[0]) - grow, 0), max(int(columns[0]) - grow, 0)
        part = rgb[top : int(rows[-1]) + grow, left : int(columns[-1]) + grow]
        area = float(mask.sum())
        usual = None if near is None else near.usual
        known = None if near is None or afresh else near.scale
        tried = [
            (view, middling * step)
            for view, own in enumerate(self._masks)
            for middling in {known or float(np.sqrt(area / own.sum())), known or usual}
            if middling is not None
            for step in (_FIRST_SCALES if known is None else _NEAR_SCALES)
        ]
        middle = (float(columns.mean()) - left, float(rows.mean()) - top)
        first = self._tried(
            part, (_FIRST_PX if known is None else _NEAR_PX) / size, tried, middle, size, usual
        )
        if not first:
            return None
        if known is not None:
            best = first[0]
            return replace(best, x=best.x + left, y=best.y + top)
        tried = [(laid.view, laid.scale * step) for laid in first[:_KEPT] for step in _SECOND_SCALES]
        best = (self._tried(part, _SECOND_PX / size, tried, middle, size, usual) or first)[0]
        return replace(best, x=best.x + left, y=best.y + top)

    def search(self, rgb: Rgb) -> Laid | None:
        """Look for any of the drawings in a whole frame, at any scale; None where none correlates.

        Source:
            Lewis 1995, normalised cross-correlation, here over the drawing alone and all of Lab.
        """
        peaks: list[tuple[float, Laid]] = []
        height, width = rgb.shape[:2]
        for share in _SHARES:
            zoom = _SEARCH_PX / (share * height)
            size = (int(width * zoom), int(height * zoom))
            how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
            here = lab_of(np.asarray(cv2.resize(rgb, size, interpolation=how), dtype=np.uint8)) * _WEIGHTS
            planes = [np.ascontiguousarray(here[..., channel]) for channel in range(3)]
            squares = np.ascontiguousarray((here * here).sum(axis=2))
            for view, own in enumerate(self._masks):
                scale = _SEARCH_PX / own.shape[0]
                drawing, weight = self._template(view, scale)
                if drawing.shape[0] >= size[1] or drawing.shape[1] >= size[0]:
                    continue
                alike = _correlation(planes, squares, drawing, weight)
                y, x = np.unravel_index(int(alike.argmax()), alike.shape)
                peak = float(alike[y, x])
                whole = scale / zoom
                peaks.append((peak, Laid(view, whole, float(x) / zoom, float(y) / zoom, 1 - peak, whole)))
        peaks.sort(key=lambda one: -one[0])
        if not peaks or peaks[0][0] < _CORRELATES:
            return None
        # Simple shapes correlate with much: the whole more than its parts, if only nearly as well, and what
        # is there more than anything elsewhere.
        over = [(peak, laid) for peak, laid in peaks if self._meet(peaks[0][1], laid)]
        elsewhere = max((peak for peak, laid in peaks if not self._meet(peaks[0][1], laid)), default=-1.0)
        if peaks[0][0] - elsewhere < _MORE:
            return None
        near = [laid for peak, laid in over if peak >= peaks[0][0] - _MORE]
        return max(near, key=lambda laid: (self._box(laid)[3], -laid.apart))

    def _box(self, laid: Laid) -> tuple[float, float, float, float]:
        height, width = self._masks[laid.view].shape
        return laid.x, laid.y, width * laid.scale, height * laid.scale

    def _meet(self, a: Laid, b: Laid) -> bool:
        (ax, ay, aw, ah), (bx, by, bw, bh) = self._box(a), self._box(b)
        return bool(ax < bx + bw and bx < ax + aw and ay < by + bh and by < ay + ah)

    def silhouette(self, laid: Laid, shape: tuple[int, int]) -> Plane:
        """How much of each pixel of a frame the laid drawing covers: 0–1."""
        move = np.array([[laid.scale, 0, laid.x], [0, laid.scale, laid.y]])
        own = self._masks[laid.view].astype(np.float32)
        return np.asarray(cv2.warpAffine(own, move, (shape[1], shape[0])), dtype=np.float32)

    def mask(self, rgb: Rgb, mask: Mask, laid: Laid) -> Mask:
        """Draw the character's mask anew from a laid drawing, the palette and what is around it.

        Source:
            Rother, Kolmogorov, Blake 2004, for colour against what is around; the drawing is the prior.
        """
        drawn = self.silhouette(laid, (rgb.shape[0], rgb.shape[1]))
        both = mask | (drawn > 0.5)  # noqa: PLR2004 (half covered)
        rows, columns = np.flatnonzero(both.any(axis=1)), np.flatnonzero(both.any(axis=0))
        size = int(max(np.ptp(rows), np.ptp(columns))) + 1
        grow = int(size * 0.3)
        part = (
            slice(max(int(rows[0]) - grow, 0), int(rows[-1]) + grow),
            slice(max(int(columns[0]) - grow, 0), int(columns[-1]) + grow),
        )
        whole = rgb[part].shape
        scale = min(_MASK_PX / size, 1.0)
        to = (max(int(whole[1] * scale), 8), max(int(whole[0] * scale), 8))
        shape = np.asarray(cv2.resize(drawn[part], to, interpolation=cv2.INTER_AREA), dtype=np.float32)
        before = cv2.resize(mask[part].astype(np.float32), to, interpolation=cv2.INTER_AREA) > 0.5  # noqa: PLR2004 (half covered)
        lab = lab_of(np.asarray(cv2.resize(rgb[part], to, interpolation=cv2.INTER_AREA), dtype=np.uint8))
        again = self._drawn(lab, shape, np.asarray(before))
        found = np.zeros(mask.shape, dtype=bool)
        found[part] = cv2.resize(again.astype(np.float32), (whole[1], whole[0])) > 0.5  # noqa: PLR2004 (half covered)
        return found

    def _drawn(self, lab: Lab, shape: Plane, before: Mask) -> Mask:
        bins, solid = bins_of(lab), shape > 0.5  # noqa: PLR2004 (half covered)
        core = _eroded(solid, 7) | (_eroded(before, 5) & solid)
        far = ~_dilated(solid | before, 15)
        if far.sum() < 64:  # noqa: PLR2004 (too few to know what is around)
            far = ~_dilated(solid | before, 5)
        if core.sum() < 64:  # noqa: PLR2004 (a thin figure has no core)
            core = solid
        own = 0.5 * histogram(bins[core.ravel()]) + 0.5 * self._palette
        around = histogram(bins[far.ravel()])
        likely = ((own[bins] + 3e-5) / (own[bins] + around[bins] + 6e-5)).reshape(solid.shape)
        likely = cv2.GaussianBlur(likely.astype(np.float32), (0, 0), 1.0)
        near = cv2.GaussianBlur(shape, (0, 0), 4.0)
        odds = _log_odds(np.asarray(likely, np.float32), 0.02)
        odds += _PRIOR * _log_odds(np.asarray(near, np.float32), 0.08)
        return tidy((odds > 0) & _dilated(solid | before, 13), near=solid) | _eroded(solid, 5)

    def _tried(
        self,
        part: Rgb,
        zoom: float,
        tried: Sequence[tuple[int, float]],
        middle: tuple[float, float],
        character_px: int,
        usual: float | None,
    ) -> list[Laid]:
        size = (max(int(part.shape[1] * zoom), 8), max(int(part.shape[0] * zoom), 8))
        how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
        here = lab_of(np.asarray(cv2.resize(part, size, interpolation=how), dtype=np.uint8)) * _WEIGHTS
        planes = [np.ascontiguousarray(here[..., channel]) for channel in range(3)]
        squares = np.ascontiguousarray((here * here).sum(axis=2))
        back = part.shape[1] / size[0]
        laid = []
        for view, scale in tried:
            drawing, weight = self._template(view, scale / back)
            if drawing.shape[0] >= size[1] or drawing.shape[1] >= size[0]:
                continue
            apart: Plane = np.asarray(cv2.matchTemplate(squares, weight, cv2.TM_CCORR), dtype=np.float32)
            for channel, plane in enumerate(planes):
                alike = cv2.matchTemplate(plane, drawing[..., channel] * weight, cv2.TM_CCORR)
                apart = apart - 2 * np.asarray(alike, dtype=np.float32)
            apart = apart + np.float32((drawing * drawing * weight[..., None]).sum())
            resized = float(np.log(scale / usual)) if usual else 0.0
            apart = apart * np.float32((1 + _RESIZED * resized**2) / weight.sum())
            across = (np.arange(apart.shape[1]) + drawing.shape[1] / 2) * back - middle[0]
            down = (np.arange(apart.shape[0]) + drawing.shape[0] / 2) * back - middle[1]
            off = (across[None] ** 2 + down[:, None] ** 2) / character_px**2
            y, x = np.unravel_index(int((apart + _STRAY * off).argmin()), apart.shape)
            least = float(apart[y, x] + _STRAY * off[y, x])
            follows = usual * float(np.exp(_FOLLOWS * resized)) if usual else scale
            laid.append(Laid(view, scale, float(x) * back, float(y) * back, least, follows))
        return sorted(laid, key=lambda one: (one.apart, one.view, one.scale))

    def _template(self, view: int, scale: float) -> tuple[Lab, Plane]:
        own = self._masks[view]
        size = max(round(own.shape[1] * scale), 4), max(round(own.shape[0] * scale), 4)
        key = (view, size[0] * 4096 + size[1])
        if key in self._templates:
            # taken out and put back, so that what was asked for last goes last
            self._templates[key] = self._templates.pop(key)
        else:
            while len(self._templates) >= _TEMPLATES:
                self._templates.pop(next(iter(self._templates)))
            drawing = cv2.resize(self._labs[view], size, interpolation=cv2.INTER_AREA) * _WEIGHTS
            weight = cv2.resize(own.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5  # noqa: PLR2004 (half covered)
            self._templates[key] = (drawing.astype(np.float32), np.maximum(weight, 1e-3).astype(np.float32))
        return self._templates[key]


def _correlation(planes: Sequence[Plane], squares: Plane, drawing: Lab, weight: Plane) -> Plane:
    area = float(weight.sum())
    middle = (drawing * weight[..., None]).sum(axis=(0, 1)) / area
    centred = (drawing - middle) * weight[..., None]
    spread = float((centred * (drawing - middle)).sum())
    here = np.asarray(cv2.matchTemplate(squares, weight, cv2.TM_CCORR), dtype=np.float32)
    both = np.zeros_like(here)
    for channel, plane in enumerate(planes):
        total = np.asarray(cv2.matchTemplate(plane, weight, cv2.TM_CCORR), dtype=np.float32)
        here = here - total * total / np.float32(area)
        part = cv2.matchTemplate(plane, np.ascontiguousarray(centred[..., channel]), cv2.TM_CCORR)
        both = both + np.asarray(part, dtype=np.float32)
    # what is nearly even correlates with nothing
    return np.asarray(both / np.sqrt(np.maximum(here, area * _EVEN**2) * spread), dtype=np.float32)


def _cut(rgb: Rgb, mask: Mask) -> tuple[Rgb, Mask]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    part = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    # larger than it is ever tried at costs time alone
    picture = small(rgb[part], 2 * _MASK_PX)
    size = (picture.shape[1], picture.shape[0])
    return picture, np.asarray(
        cv2.resize(mask[part].astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    )


def _eroded(mask: NDArray[np.bool_], size: int) -> Mask:
    return np.asarray(cv2.erode(mask.astype(np.uint8), np.ones((size, size), np.uint8)) > 0)


def _dilated(mask: NDArray[np.bool_], size: int) -> Mask:
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((size, size), np.uint8)) > 0)


def _log_odds(share: Plane, least: float) -> Plane:
    held = np.clip(share, least, 1 - least)
    return np.asarray(np.log(held / (1 - held)), dtype=np.float32)
