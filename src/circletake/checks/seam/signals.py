"""What is measured of a run of frames: each frame by itself, and each against the one before it."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.checks.protocol import Rgb

VERSION = 1
"""Of the measurement; a higher one means that earlier certificates are no longer fresh."""

_PAIR_WIDTH_PX = 480  # motion of a frame is as well seen at this size, at a tenth of the cost
_GRAIN_WIDTH_PX = 1280  # grain is finer than that only where nobody sees it
_BLUR = 4.0  # colour is compared where grain and edges that are a pixel off no longer count
_FLAT_SHARE = 0.3  # grain is read where the picture itself has the least detail
_MAD = 1.4826  # of a normal distribution: its standard deviation by its median absolute deviation
_PATCH_PX = 8

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Signals:
    """A run of n frames in numbers.

    Args:
        grain: standard deviation of the finest detail on flat ground, in 8-bit code values; [n].
        sharp: fine over coarse detail, a bare ratio; [n].
        lab: mean CIE Lab; [n, 3].
        colour: median Lab distance of a frame to the one before it, motion taken away; [n − 1].
        flow: median length of motion, in thousandths of the picture's width; [n − 1].
        change: mean difference of a frame to the one before it, in 8-bit code values; [n − 1].
    """

    grain: NDArray[np.float64]
    sharp: NDArray[np.float64]
    lab: NDArray[np.float64]
    colour: NDArray[np.float64]
    flow: NDArray[np.float64]
    change: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.grain)


def measure_signals(frames: Iterable[Rgb]) -> Signals:
    """Measure a run of frames.

    Args:
        frames: sRGB, uint8 [height, width, 3], in order; all of one size.
    """
    grain: list[float] = []
    sharp: list[float] = []
    lab: list[NDArray[np.float64]] = []
    pairs: list[tuple[float, float, float]] = []
    before: tuple[NDArray[np.uint8], Plane] | None = None
    for rgb in frames:
        luma = _luma(rgb)
        grain.append(grain_of(luma))
        sharp.append(sharpness_of(luma))
        here = _pair_look(rgb)
        lab.append(here[1].mean(axis=(0, 1), dtype=np.float64))
        if before is not None:
            pairs.append(_compare(before, here))
        before = here
    colour, flow, change = np.array(pairs, np.float64).reshape(-1, 3).T
    return Signals(
        grain=np.array(grain),
        sharp=np.array(sharp),
        lab=np.array(lab).reshape(-1, 3),
        colour=colour,
        flow=flow,
        change=change,
    )


def grain_of(luma: Plane) -> float:
    """Standard deviation of the finest detail on the flattest ground, in the units given.

    Source:
        Rousseeuw and Croux 1993, the median absolute deviation as a robust scale.
    """
    fine = luma - cv2.GaussianBlur(luma, (0, 0), 1.2)
    height, width = (side - side % _PATCH_PX for side in luma.shape)
    if not height or not width:
        return float(_MAD * np.median(np.abs(fine)))
    coarse = cv2.GaussianBlur(luma, (0, 0), 2.0) - cv2.GaussianBlur(luma, (0, 0), 8.0)
    busy = cv2.resize(
        np.abs(coarse[:height, :width]),
        (width // _PATCH_PX, height // _PATCH_PX),
        interpolation=cv2.INTER_AREA,
    )
    flat = busy <= np.quantile(busy, _FLAT_SHARE)
    tiles = fine[:height, :width].reshape(height // _PATCH_PX, _PATCH_PX, width // _PATCH_PX, _PATCH_PX)
    return float(_MAD * np.median(np.abs(tiles.swapaxes(1, 2)[flat])))


def sharpness_of(luma: Plane) -> float:
    """Fine detail over coarse detail; 0 where there is neither."""
    near, far = cv2.GaussianBlur(luma, (0, 0), 2.0), cv2.GaussianBlur(luma, (0, 0), 8.0)
    coarse = float(np.std(near - far))
    return float(np.std(luma - near)) / coarse if coarse > 0 else 0.0


def _luma(rgb: Rgb) -> Plane:
    if rgb.shape[1] > _GRAIN_WIDTH_PX:
        # Cut out and not made smaller, which would take the grain away.
        left = (rgb.shape[1] - _GRAIN_WIDTH_PX) // 2
        top = max((rgb.shape[0] - _GRAIN_WIDTH_PX) // 2, 0)
        rgb = rgb[top : top + _GRAIN_WIDTH_PX, left : left + _GRAIN_WIDTH_PX]
    return cv2.cvtColor(rgb.astype(np.float32), cv2.COLOR_RGB2GRAY)


def _pair_look(rgb: Rgb) -> tuple[NDArray[np.uint8], Plane]:
    """Grey for motion and blurred Lab for colour, in the small size."""
    height, width = rgb.shape[:2]
    if width > _PAIR_WIDTH_PX:
        size = (_PAIR_WIDTH_PX, max(round(height * _PAIR_WIDTH_PX / width), 1))
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8), cv2.GaussianBlur(lab, (0, 0), _BLUR)


def motion(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> Plane:
    """Where each pixel of a grey picture went in the next: float32 [height, width, 2], in pixels."""
    return np.asarray(
        cv2.calcOpticalFlowFarneback(
            before,
            after,
            None,  # type: ignore[call-overload]  # the stubs know no optional flow
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


def warped(picture: Plane, flow: Plane) -> Plane:
    """A picture fetched along a motion: what stands at x + flow(x) comes to x."""
    height, width = flow.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return np.asarray(
        cv2.remap(picture, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.float32,
    )


def _compare(
    before: tuple[NDArray[np.uint8], Plane], after: tuple[NDArray[np.uint8], Plane]
) -> tuple[float, float, float]:
    flow = motion(before[0], after[0])
    apart = np.linalg.norm(warped(after[1], flow) - before[1], axis=2)
    length = np.linalg.norm(flow, axis=2) * (1000 / flow.shape[1])
    change = cv2.absdiff(before[0], after[0])
    return float(np.median(apart)), float(np.mean(length)), float(np.mean(change))
