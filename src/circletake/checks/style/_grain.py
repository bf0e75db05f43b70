"""Grain: what flickers between neighbouring pixels where nothing is drawn."""

from itertools import pairwise

import cv2
import numpy as np

from circletake.checks.style._descriptor import Descriptor, Vector, View, times

# Octaves of size: sides of the means between which a grain lies, in pixels of the small picture.
_MEANS_PX = (3, 5, 9)
# Grain is read on the calmest part of the picture; elsewhere it is drawing.
_CALM = 0.1
# Of code values: a picture without grain has the rounding of its codes.
_ROUNDING = 0.1


def _describe(view: View) -> Vector:
    """Median size of what lies between neighbouring means on calm ground, fine to coarse; in octaves.

    Source:
        Burt and Adelson, The Laplacian Pyramid, 1983.
    """
    luma = view.luma.astype(np.float32)
    meant = [luma, *(np.asarray(cv2.blur(luma, (side, side)), dtype=np.float32) for side in _MEANS_PX)]
    slope = np.asarray(
        cv2.magnitude(cv2.Sobel(meant[-1], cv2.CV_32F, 1, 0), cv2.Sobel(meant[-1], cv2.CV_32F, 0, 1))
    )[::2, ::2]
    calm = slope <= np.quantile(slope[::2, ::2], _CALM)
    bands = [
        float(np.median(np.abs(fine[::2, ::2] - coarse[::2, ::2])[calm])) for fine, coarse in pairwise(meant)
    ]
    return np.log2(np.asarray(bands) + _ROUNDING).astype(np.float32)


def _say(seen: Vector, usual: Vector) -> str:
    stronger = float((seen - usual).mean())
    finer = float((seen - usual)[0] - (seen - usual)[-1])
    said = [
        (abs(stronger), f"grain {times(2.0**stronger)} {'stronger' if stronger > 0 else 'weaker'}"),
        (abs(finer) / 2, "grain finer" if finer > 0 else "grain coarser"),
    ]
    said.sort(reverse=True)
    return ", ".join(words for size, words in said if size >= said[0][0] / 2)


GRAIN = Descriptor("grain", "octaves", 2.0, _describe, _say)
