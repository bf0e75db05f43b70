"""The look of one picture: each descriptor's numbers, and which setup it is whatever it looks like."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.checks.protocol import Encoder, Rgb
from circletake.checks.style._descriptor import Descriptor, Vector, View
from circletake.checks.style._grain import GRAIN
from circletake.checks.style._line import LINE
from circletake.checks.style._palette import PALETTE
from circletake.checks.style._tone import TONE

DESCRIPTORS = (PALETTE, TONE, LINE, GRAIN)
"""Every side of a style that is measured without an encoder; one more is one more here."""

LONG_SIDE_PX = 480
"""Every picture is measured at this size, so that a line's weight and a grain's size mean the same."""

_PLACES = (96, 54)
_SETUP = (24, 14)


@dataclass(frozen=True, slots=True)
class Look:
    """What is measured of a picture.

    Args:
        sides: each descriptor's vector, in their order.
        setup: ranks of brightness on a coarse grid, of length 1: their product is a rank correlation, which
            grade, line and grain leave as it is.
    """

    sides: tuple[Vector, ...]
    setup: NDArray[np.float32]


def look_of(
    rgb: Rgb, descriptors: Sequence[Descriptor] = DESCRIPTORS, *, encoder: Encoder | None = None
) -> Look:
    """Measure a picture, uint8 height×width×3 of any size.

    Args:
        rgb: the picture.
        descriptors: what to measure of it.
        encoder: what those need that look through one.
    """
    height, width = rgb.shape[:2]
    longest = max(height, width)
    if longest != LONG_SIDE_PX:
        scale = LONG_SIDE_PX / longest
        size = (max(round(width * scale), 1), max(round(height * scale), 1))
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=how), dtype=np.uint8)
    places = np.asarray(cv2.resize(rgb, _PLACES, interpolation=cv2.INTER_AREA), dtype=np.float32) / 255
    lab = np.asarray(cv2.cvtColor(places, cv2.COLOR_RGB2LAB), dtype=np.float32).reshape(-1, 3)
    luma = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    view = View(lab, luma, encoder.encode(rgb) if encoder else None)
    return Look(tuple(side.describe(view) for side in descriptors), _setup_of(luma))


def likeness(one: Look, other: Look) -> float:
    """Rank correlation of where it is bright and dark, −1…1."""
    return float(one.setup @ other.setup)


def _setup_of(luma: NDArray[np.uint8]) -> NDArray[np.float32]:
    cells = np.asarray(cv2.resize(luma, _SETUP, interpolation=cv2.INTER_AREA), dtype=np.uint8).ravel()
    ranks = np.argsort(np.argsort(cells, kind="stable"), kind="stable").astype(np.float32)
    ranks -= ranks.mean()
    return np.asarray(ranks / max(float(np.linalg.norm(ranks)), 1.0), dtype=np.float32)
