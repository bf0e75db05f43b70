"""Where the rabbit of the shared film is: boxes drawn by eye, and its pixels cut out without any check."""

from functools import cache
from itertools import pairwise
from typing import Any

import cv2
import numpy as np

Rgb = np.ndarray[Any, Any]
Mask = np.ndarray[Any, Any]
Box = tuple[int, int, int, int]

SHIFTED_SHOT_FRAME = 1240
"""A frame of the shot in which the rabbit steps out of its burrow (1145 to 1345)."""

BOXES: dict[int, Box] = {
    1085: (205, 98, 275, 262),
    1138: (212, 0, 248, 360),
    1152: (66, 118, 206, 160),
    1175: (74, 78, 258, 226),
    1195: (98, 4, 212, 308),
    1220: (74, 32, 240, 280),
    1250: (140, 18, 168, 294),
    1275: (136, 42, 190, 272),
    1310: (200, 30, 172, 308),
    1340: (374, 32, 222, 328),
    1405: (116, 114, 408, 246),
    1425: (174, 108, 348, 252),
}
"""Frame of the film → x, y, width, height in its 640×360 pixels."""

SHEET_TOML = "".join(
    f'[[image]]\nfile = "FILM"\nframe = {frame}\nbox = {list(box)}\n\n' for frame, box in BOXES.items()
)
"""A model sheet of twelve frames; FILM stands for the film's path."""


def box_at(n: int) -> Box:
    """The rabbit's box in a frame of the film, in between the drawn ones in proportion."""
    frames = sorted(BOXES)
    for before, after in pairwise(frames):
        if before <= n <= after:
            share = (n - before) / (after - before)
            x, y, w, h = (
                round(a + (b - a) * share) for a, b in zip(BOXES[before], BOXES[after], strict=True)
            )
            return x, y, w, h
    return BOXES[frames[0] if n < frames[0] else frames[-1]]


def is_rabbit(rgb: Rgb, n: int) -> Mask:
    """Which pixels of frame `n` are the rabbit: what is grey or lavender in its box, by GrabCut."""
    return _cut(rgb.tobytes(), rgb.shape[0], rgb.shape[1], n)


@cache
def _cut(pixels: bytes, height: int, width: int, n: int) -> Mask:
    rgb = np.frombuffer(pixels, dtype=np.uint8).reshape(height, width, 3)
    half = cv2.resize(rgb, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    scale = width / 2 / 640
    x, y, w, h = (round(value * scale) for value in box_at(n))
    margin = 6
    hints = np.full(half.shape[:2], cv2.GC_BGD, dtype=np.uint8)
    inside = (slice(max(y - margin, 0), y + h + margin), slice(max(x - margin, 0), x + w + margin))
    lab = cv2.cvtColor(half.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    greyish = (np.hypot(lab[..., 1], lab[..., 2]) < 18) & (lab[..., 0] > 30)
    hints[inside] = np.where(greyish[inside], cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    cv2.setRNGSeed(7)
    cv2.grabCut(half, hints, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK)
    mask = ((hints == cv2.GC_FGD) | (hints == cv2.GC_PR_FGD)).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count > 1:
        mask = (labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())).astype(np.uint8)
    return np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST) > 0)
