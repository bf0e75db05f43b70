"""How near takes are to each other in colour and light: for whoever looks for a shot to go beside another.

It reads the thumbs that stacks are made by and no model: it finds the same place in the same light, not the
same meaning.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.checks.stack import SIGNATURE_FRAMES

Colours = NDArray[np.float32]
"""Shares of a picture in each part of Lab: [bins]; of a take: [`SIGNATURE_FRAMES`, bins]."""

_THUMB = (18, 32, 3)
_BINS = (8, 8, 8)
_RANGES = ((0.0, 100.0), (-64.0, 64.0), (-64.0, 64.0))
_SOFT = np.array([0.25, 0.5, 0.25])  # a colour at the edge of a bin is nearly that of the next


def colours_of(signature: NDArray[np.float32]) -> Colours:
    """The colours of each thumb of a signature, however they are arranged in it."""
    return np.stack([_colours(thumb) for thumb in signature.reshape(-1, *_THUMB)])


def thumb_at(frame: int, n_frames: int) -> int:
    """Which thumb of a take's signature is nearest to a frame.

    >>> thumb_at(0, 100), thumb_at(99, 100), thumb_at(0, 1)
    (0, 7, 0)
    """
    return round(frame * (SIGNATURE_FRAMES - 1) / max(n_frames - 1, 1))


def nearness(take: Colours, edges: list[Colours]) -> float:
    """Share of the edges' pictures that stands in the same colours somewhere in a take, 0–1.

    Args:
        take: colours of its thumbs.
        edges: those of the frames that it would stand beside; at least one.

    Source:
        Swain and Ballard 1991, histogram intersection.
    """
    return float(np.mean([np.minimum(take, edge).sum(axis=1).max() for edge in edges]))


def _colours(thumb: NDArray[np.float32]) -> Colours:
    lab = np.asarray(cv2.cvtColor(thumb / np.float32(255), cv2.COLOR_RGB2LAB), np.float64).reshape(-1, 3)
    low, high = np.array(_RANGES).T
    inside = np.clip(lab, low, np.nextafter(high, low))
    counted, _ = np.histogramdd(inside, bins=_BINS, range=_RANGES)
    for axis in range(counted.ndim):
        padded = np.pad(
            counted, [(1, 1) if at == axis else (0, 0) for at in range(counted.ndim)], mode="edge"
        )
        parts = [np.take(padded, range(start, start + _BINS[axis]), axis=axis) for start in range(len(_SOFT))]
        counted = sum(share * part for share, part in zip(_SOFT, parts, strict=True))
    return np.asarray(counted.ravel() / counted.sum(), np.float32)
