"""Where pixels go from one picture to the next, and pictures fetched along it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.media.detail import Field
from circletake.media.picture import Rgb

Grey = NDArray[np.uint8]

MOTION_WIDTH_PX = 480
"""Motion is as well seen at this width, at a tenth of the cost."""


def small(rgb: Rgb) -> Rgb:
    """A picture at the size that motion is looked at; smaller ones stay as they are."""
    height, width = rgb.shape[:2]
    if width <= MOTION_WIDTH_PX:
        return rgb
    size = (MOTION_WIDTH_PX, max(round(height * MOTION_WIDTH_PX / width), 1))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def grey(rgb: Rgb) -> Grey:
    """A picture without its colour: uint8 [height, width]."""
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)


def motion(before: Grey, after: Grey) -> Field:
    """Where each pixel went: float32 [height, width, 2], across and down in pixels.

    Source:
        Farnebäck 2003, two-frame motion estimation based on polynomial expansion.
    """
    start = np.zeros((*before.shape, 2), np.float32)
    return np.asarray(
        cv2.calcOpticalFlowFarneback(
            before,
            after,
            start,
            pyr_scale=0.5,
            levels=4,
            winsize=21,
            iterations=2,
            poly_n=5,
            poly_sigma=1.1,
            flags=0,
        ),
        np.float32,
    )


def fetched(picture: Field, flow: Field) -> Field:
    """A picture fetched along a motion: what stands at x + flow(x) comes to x."""
    height, width = flow.shape[:2]
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    return np.asarray(
        cv2.remap(
            picture,
            across + flow[..., 0],
            down + flow[..., 1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.float32,
    )
