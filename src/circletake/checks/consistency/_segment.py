"""Cutting the character out: GrabCut from a box on the sheet, from resemblance in a take."""

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.checks.consistency._pixels import Mask, Plane
from circletake.checks.protocol import Box, Rgb

_ITERATIONS = 3
_RAND_SEED = 20061
# A box that is nearly the whole picture: the picture is the character on its paper.
FILLS = 0.9
# No drawing fills so little, or so much, of its box.
LEAST_FILL, _MOST_FILL = 0.15, 0.98
# Paper: colour within so many code values of its median, on so much of it.
_PAPER, _EVEN = 14, 0.8


def grabcut(rgb: Rgb, hints: NDArray[np.uint8], iterations: int = _ITERATIONS) -> Mask:
    """Run GrabCut from a map of its four hints, the same every time.

    Source:
        Rother, Kolmogorov, Blake 2004; OpenCV seeds its k-means from a global generator, set here.
    """
    sure = (hints == cv2.GC_FGD) | (hints == cv2.GC_PR_FGD)
    unsure = (hints == cv2.GC_BGD) | (hints == cv2.GC_PR_BGD)
    # Its colour models need a handful of pixels on each side.
    if sure.sum() < 16 or unsure.sum() < 16:  # noqa: PLR2004 (five Gaussians of three colours)
        return np.asarray(sure)
    cv2.setRNGSeed(_RAND_SEED)
    marked = hints.copy()
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(
        np.ascontiguousarray(rgb),
        marked,
        (0, 0, 1, 1),
        background,
        foreground,
        iterations,
        cv2.GC_INIT_WITH_MASK,
    )
    return np.asarray((marked == cv2.GC_FGD) | (marked == cv2.GC_PR_FGD))


def cut_from_box(rgb: Rgb, box: Box) -> tuple[Mask, bool]:
    """Cut the character of a model sheet's picture out of its box.

    Args:
        rgb: the picture, small.
        box: x, y, width, height of the character in it, in the same pixels.

    Returns:
        True on the character, and whether it could be told apart; where not, it is the ellipse in the box.
    """
    height, width = rgb.shape[:2]
    x, y, w, h = box
    inside = np.zeros((height, width), dtype=bool)
    inside[y : y + h, x : x + w] = True
    ellipse = np.zeros((height, width), dtype=np.uint8)
    cv2.ellipse(ellipse, (x + w // 2, y + h // 2), (max(w // 2, 1), max(h // 2, 1)), 0, 0, 360, 1, -1)
    if inside.mean() > FILLS or is_drawing(rgb, box):
        around = rgb[~inside] if inside.mean() <= FILLS else _border(rgb)
        mask = _off_paper(rgb, around) & inside
    else:
        hints = np.where(inside, cv2.GC_PR_FGD, cv2.GC_BGD).astype(np.uint8)
        core = np.zeros_like(ellipse)
        cv2.ellipse(core, (x + w // 2, y + h // 2), (max(w // 6, 1), max(h // 4, 1)), 0, 0, 360, 1, -1)
        hints[inside & ~ellipse.astype(bool)] = cv2.GC_PR_BGD
        hints[inside & core.astype(bool)] = cv2.GC_PR_FGD
        mask = grabcut(rgb, hints, 5) & inside
    mask = tidy(mask)
    share = float((mask & inside).sum()) / max(float(inside.sum()), 1.0)
    if not LEAST_FILL < share < _MOST_FILL:
        return np.asarray(ellipse.astype(bool) & inside), False
    return mask, True


def mixed(resemblance: Plane, mask: Mask, *, blur_px: float) -> Plane:
    """Resemblance and a mask of it made earlier, each worth as much as the other."""
    soft = np.asarray(cv2.GaussianBlur(mask.astype(np.float32), (0, 0), blur_px), dtype=np.float32)
    return np.asarray((resemblance + soft) / 2, dtype=np.float32)


def hints_from(resemblance: Plane) -> NDArray[np.uint8]:
    """GrabCut's hints from resemblance: decided where it is beyond doubt, probable elsewhere."""
    hints = np.full(resemblance.shape, cv2.GC_PR_BGD, dtype=np.uint8)
    hints[resemblance > 0.5] = cv2.GC_PR_FGD  # noqa: PLR2004 (even odds)
    hints[resemblance > 0.92] = cv2.GC_FGD  # noqa: PLR2004 (beyond doubt)
    hints[resemblance < 0.08] = cv2.GC_BGD  # noqa: PLR2004 (beyond doubt)
    return hints


def is_drawing(rgb: Rgb, box: Box) -> bool:
    """True where the character stands on even paper."""
    x, y, w, h = box
    inside = np.zeros(rgb.shape[:2], dtype=bool)
    inside[y : y + h, x : x + w] = True
    return _is_even(rgb[~inside] if inside.mean() <= FILLS else _border(rgb))


def _border(rgb: Rgb) -> Rgb:
    return np.concatenate([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]])


def _is_even(pixels: Rgb) -> bool:
    apart = np.abs(pixels.astype(np.float32) - np.median(pixels, axis=0)).max(axis=1)
    return float((apart < _PAPER).mean()) > _EVEN


def _off_paper(rgb: Rgb, around: Rgb) -> Mask:
    if _is_even(around):
        # What is like the paper but closed in by the drawing belongs to the drawing.
        apart = np.abs(rgb.astype(np.float32) - np.median(around, axis=0)).max(axis=2)
        _, labels = cv2.connectedComponents((apart < _PAPER).astype(np.uint8), connectivity=4)
        edge = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
        return np.asarray(~np.isin(labels, edge[edge > 0]))
    hints = np.full(rgb.shape[:2], cv2.GC_PR_FGD, dtype=np.uint8)
    hints[0], hints[-1], hints[:, 0], hints[:, -1] = (cv2.GC_BGD,) * 4
    return grabcut(rgb, hints, 5)


def tidy(mask: Mask, *, near: Mask | None = None) -> Mask:
    """Keep the largest piece and those at least a tenth as large (or touching `near`); close pinholes."""
    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed)
    if count <= 1:
        return np.zeros(mask.shape, dtype=bool)
    areas = stats[1:, cv2.CC_STAT_AREA].astype(np.float64)
    if near is not None and near.any():
        overlap = np.bincount(labels[near], minlength=count)[1:].astype(np.float64)
        areas = np.where(overlap > 0, areas, 0)
        if not areas.any():
            return np.zeros(mask.shape, dtype=bool)
    keep = [n + 1 for n, area in enumerate(areas) if area >= areas.max() / 10]
    return np.asarray(np.isin(labels, keep))


def largest_blob(resemblance: Plane) -> Mask:
    """The connected region with the most resemblance in it, after a light blur."""
    calm = cv2.GaussianBlur(resemblance, (0, 0), 2.0)
    count, labels = cv2.connectedComponents((calm > 0.5).astype(np.uint8))  # noqa: PLR2004 (even odds)
    if count <= 1:
        return np.zeros(resemblance.shape, dtype=bool)
    weight = np.bincount(labels.ravel(), weights=resemblance.ravel().astype(np.float64), minlength=count)
    weight[0] = 0
    return np.asarray(labels == int(weight.argmax()))
