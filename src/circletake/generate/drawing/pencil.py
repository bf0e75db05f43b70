"""Pencil: the same shapes as a quick drawing, two uncertain lines, a little hatching, paper."""

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from circletake.generate.drawing.shapes import Colour, Picture, Points, Shape

_PAPER: Colour = (243, 238, 226)
_GRAPHITE = 66
_SHIFT = 4
_DARKEST = 0.42  # of the paper that the heaviest hatching covers


def _luma(colour: Colour) -> float:
    return (0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]) / 255


def _hatching(width_px: int, height_px: int, chance: np.random.Generator) -> np.ndarray:
    y, x = np.indices((height_px, width_px), dtype=np.float32)
    wander = cv2.resize(
        chance.uniform(-5, 5, (height_px // 60 + 2, width_px // 60 + 2)).astype(np.float32),
        (width_px, height_px),
        interpolation=cv2.INTER_CUBIC,
    )
    stroke = 0.5 + 0.5 * np.cos((x + y * 0.8 + wander) * (2 * np.pi / 7.0))
    return np.asarray(stroke**1.6, dtype=np.float32)


def _wobbled(points: Points, amount: float, chance: np.random.Generator) -> Points:
    """Return the outline as an unsure hand draws it: slow errors, none of them sharp."""
    count = len(points)
    errors = chance.normal(0, amount, (max(3, count // 5), 2))
    at = np.linspace(0, len(errors), count, endpoint=False)
    wrapped = np.vstack([errors, errors[:1]])
    moved = [np.interp(at, np.arange(len(wrapped)), wrapped[:, axis]) for axis in (0, 1)]
    return np.asarray(points + np.stack(moved, axis=1), dtype=np.float64)


def _line(tone: np.ndarray, shape: Shape, weight: float, chance: np.random.Generator) -> None:
    points = shape.points
    if len(points) <= 6:  # noqa: PLR2004 (straight edges need points between to wobble at)
        ring = np.vstack([points, points[:1]]) if shape.closed else points
        points = np.vstack([np.linspace(a, b, 8, endpoint=False) for a, b in pairwise(ring)] + [ring[-1:]])
    for _ in range(2):
        drawn = np.rint(_wobbled(points, 1.5, chance) * (1 << _SHIFT)).astype(np.int32)
        grey = float(_GRAPHITE + chance.uniform(0, 46) * weight)
        cv2.polylines(tone, [drawn], shape.closed, grey, 1 if weight > 1 else 2, cv2.LINE_AA, _SHIFT)


def draw_pencil(
    width_px: int, height_px: int, scenery: Sequence[Shape], figure: Sequence[Shape], seed: int
) -> Picture:
    """Return shapes drawn in pencil on paper.

    Args:
        width_px: of the sheet.
        height_px: of the sheet.
        scenery: drawn lightly.
        figure: drawn over it, firmly, on clean paper.
        seed: of the hand's accidents.
    """
    chance = np.random.default_rng(seed)
    tone = np.full((height_px, width_px), 255, dtype=np.uint8)
    hatch = _hatching(width_px, height_px, chance)
    for shapes, weight, wash in ((scenery, 1.6, 0.55), (figure, 0.6, 1.0)):
        for shape in shapes:
            if shape.alpha < 1 or len(shape.points) < 2:  # noqa: PLR2004 (a point has no line)
                continue
            if shape.fill is not None and shape.fill != shape.line:
                _fill(tone, shape, hatch, wash)
            if shape.line is not None:
                _line(tone, shape, weight, chance)
    grain = chance.normal(0, 3.2, tone.shape) + cv2.GaussianBlur(
        chance.normal(0, 10, tone.shape), (0, 0), 2.2
    )
    sheet = tone.astype(np.float64)[..., None] / 255 * np.array(_PAPER) + grain[..., None] * 0.8
    return np.asarray(np.clip(np.rint(sheet), 0, 255), dtype=np.uint8)


def _fill(tone: np.ndarray, shape: Shape, hatch: np.ndarray, wash: float) -> None:
    low = np.maximum(np.floor(shape.points.min(0)).astype(int) - 1, 0)
    high = np.minimum(np.ceil(shape.points.max(0)).astype(int) + 2, (tone.shape[1], tone.shape[0]))
    if (high <= low).any() or shape.fill is None:
        return
    area = (slice(low[1], high[1]), slice(low[0], high[0]))
    mask = np.zeros((high[1] - low[1], high[0] - low[0]), dtype=np.uint8)
    cv2.fillPoly(
        mask, [np.rint((shape.points - low) * (1 << _SHIFT)).astype(np.int32)], 255, cv2.LINE_AA, _SHIFT
    )
    dark = max(0.0, 0.86 - _luma(shape.fill)) * wash
    laid = 255 * (1 - _DARKEST * dark * (0.35 + 1.5 * hatch[area]))
    cover = mask.astype(np.float32) / 255
    tone[area] = np.rint(tone[area] * (1 - cover) + np.clip(laid, 40, 255) * cover).astype(np.uint8)
