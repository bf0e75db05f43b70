"""Where the rabbit is in the shared film: boxes drawn by hand, and a mask grown from them by GrabCut."""

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]

# Frame of the film → x, y, width, height in pixels of 640×360.
BOXES: dict[int, tuple[int, int, int, int]] = {
    1085: (205, 98, 275, 262),
    1138: (212, 0, 248, 360),
    1152: (66, 118, 206, 164),
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
SHIFTED_SHOT_FRAME = 1240
"""A frame of the shot in which the rabbit is shifted."""

SHEET_TOML = "".join(
    f'[[image]]\nfile = "FILM"\nframe = {frame}\nbox = {list(box)}\n\n' for frame, box in BOXES.items()
)


@cache
def box_at(frame: int) -> tuple[int, int, int, int]:
    """The rabbit's box between two that were drawn."""
    frames = sorted(BOXES)
    sides = [np.interp(frame, frames, [BOXES[n][side] for n in frames]) for side in range(4)]
    x_px, y_px, width_px, height_px = (round(float(side)) for side in sides)
    return x_px, y_px, width_px, height_px


def is_rabbit(rgb: Rgb, frame: int) -> NDArray[np.bool_]:
    """Pixels of the rabbit in a frame of the film: [height, width].

    Nothing of the checks is used here, so that a check is not measured by itself.

    Source:
        Rother, Kolmogorov, Blake, “GrabCut”, 2004.
    """
    whole_height_px, whole_width_px = rgb.shape[:2]
    # at half its size, which is a quarter of the time
    rgb = cv2.resize(rgb, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.uint8)
    height_px, width_px = rgb.shape[:2]
    x_px, y_px, box_width_px, box_height_px = (side // 2 for side in box_at(frame))
    left, top = max(x_px, 1), max(y_px, 1)
    right, bottom = min(x_px + box_width_px, width_px - 1), min(y_px + box_height_px, height_px - 1)
    mask: NDArray[Any] = np.zeros((height_px, width_px), np.uint8)
    cv2.setRNGSeed(0)
    cv2.grabCut(
        cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR),
        mask,
        (left, top, right - left, bottom - top),
        np.zeros((1, 65)),
        np.zeros((1, 65)),
        3,
        cv2.GC_INIT_WITH_RECT,
    )
    found = np.asarray((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD), np.uint8)
    return cv2.resize(found, (whole_width_px, whole_height_px), interpolation=cv2.INTER_NEAREST) > 0
