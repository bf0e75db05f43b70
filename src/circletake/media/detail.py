"""How fine a picture's detail is: its grain on flat ground, and its sharpness."""

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.media.picture import Rgb

Plane = NDArray[np.float32]
"""One number a pixel: [height, width]."""
Field = NDArray[np.float32]
"""Several numbers a pixel: [height, width, n]."""

_LOOKED_AT_PX = 1280  # grain says as much in a part of a large picture as in all of it
_FLAT_SHARE = 0.3
_MAD = 1.4826  # a normal distribution's standard deviation over its median absolute deviation
_PATCH_PX = 8


def luma(rgb: Rgb | Field) -> Plane:
    """Grey of a picture in 8-bit code values, not rounded; its middle where it is very large.

    Cut out and not made smaller, which would take the grain away.
    """
    height, width = rgb.shape[:2]
    top, left = (max((side - _LOOKED_AT_PX) // 2, 0) for side in (height, width))
    part = rgb[top : top + _LOOKED_AT_PX, left : left + _LOOKED_AT_PX]
    return np.asarray(cv2.cvtColor(part.astype(np.float32), cv2.COLOR_RGB2GRAY), np.float32)


def blurred(field: Plane, sigma: float) -> Plane:
    """A picture or plane without what is finer than `sigma` pixels."""
    return np.asarray(cv2.GaussianBlur(field, (0, 0), sigma), np.float32)


def fineness_of(plane: Plane) -> tuple[float, float]:
    """Grain and sharpness of one picture, in less time than each by itself."""
    near, far = blurred(plane, 2.0), blurred(plane, 8.0)
    return _grain_of(plane, near, far), _sharpness_of(plane, near, far)


def grain_of(plane: Plane) -> float:
    """Standard deviation of the finest detail where the picture itself has the least.

    Source:
        Rousseeuw and Croux 1993: the median absolute deviation as a robust scale.
    """
    return _grain_of(plane, blurred(plane, 2.0), blurred(plane, 8.0))


def sharpness_of(plane: Plane) -> float:
    """Fine detail over coarse detail, a bare ratio; 0 where there is neither."""
    return _sharpness_of(plane, blurred(plane, 2.0), blurred(plane, 8.0))


def _grain_of(plane: Plane, near: Plane, far: Plane) -> float:
    fine = plane - blurred(plane, 1.2)
    height, width = (side - side % _PATCH_PX for side in plane.shape)
    if not height or not width:
        return float(_MAD * np.median(np.abs(fine)))
    rows, columns = height // _PATCH_PX, width // _PATCH_PX
    coarse = np.abs(near - far)[:height, :width]
    busy = np.asarray(cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_AREA))
    tiles = fine[:height, :width].reshape(rows, _PATCH_PX, columns, _PATCH_PX).swapaxes(1, 2)
    return float(_MAD * np.median(np.abs(tiles[busy <= np.quantile(busy, _FLAT_SHARE)])))


def _sharpness_of(plane: Plane, near: Plane, far: Plane) -> float:
    coarse = float(np.std(near - far))
    return float(np.std(plane - near)) / coarse if coarse > 0 else 0.0
