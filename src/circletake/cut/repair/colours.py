"""Colours as they are fitted: CIE Lab without what is finer than two pixels, motion taken away."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.media.detail import Field, blurred
from circletake.media.motion import fetched, grey, motion, small
from circletake.media.picture import Rgb

Numbers = NDArray[np.float64]

_BLUR = 2.0
_EDGE_PX = 4  # what motion says there is made up
_TREND_FRAMES = 5


@dataclass(frozen=True, slots=True)
class Touching:
    """The frame of a plate that a splice touches.

    Args:
        rgb: as it is.
        trend: Lab by which the plate changed from frame to frame up to it: a fade goes on through a seam.
    """

    rgb: Rgb
    trend: Numbers


def touching(plate: list[Rgb]) -> Touching:
    """The last frame of a plate that is given towards the splice."""
    means = [lab(small(rgb)).mean(axis=(0, 1), dtype=np.float64) for rgb in plate[-_TREND_FRAMES:]]
    trend = np.median(np.diff(np.array(means), axis=0), axis=0) if len(means) > 1 else np.zeros(3)
    return Touching(plate[-1], trend)


def lab(rgb: Rgb | Field) -> Field:
    """CIE Lab of sRGB in 8-bit code values, rounded or not; linear light lies between."""
    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def rgb_of(colours: Field) -> Field:
    """SRGB in 8-bit code values, not rounded, cut off at what a screen shows."""
    seen = cv2.cvtColor(colours.astype(np.float32), cv2.COLOR_LAB2RGB)
    return np.clip(np.asarray(seen, np.float32), 0, 1) * np.float32(255)


def rounded(picture: Field) -> Rgb:
    """A picture in whole code values."""
    return np.asarray(np.rint(np.clip(picture, 0, 255)), np.uint8)


def pictured(picture: Field, to: Touching) -> tuple[Field, Field]:
    """A picture and what stands there in the plate, both small and soft: Lab."""
    mine, plate = small(rounded(picture)), small(to.rgb)
    here = blurred(lab(mine), _BLUR)
    there = blurred(lab(plate) + to.trend.astype(np.float32), _BLUR)
    return here, fetched(there, motion(grey(mine), grey(plate)))


def paired(picture: Field, to: Touching, *, share: float) -> tuple[Numbers, Numbers]:
    """Colours of a picture beside those that stand there in the plate: [n, 3] each, Lab.

    Args:
        share: of the pixels that agree best; the rest moved out of sight or was found nowhere.
    """
    here, there = pictured(picture, to)
    apart = np.linalg.norm(there - here, axis=2)
    keep = apart <= np.quantile(apart, share)
    keep[:_EDGE_PX] = keep[-_EDGE_PX:] = False
    keep[:, :_EDGE_PX] = keep[:, -_EDGE_PX:] = False
    if not keep.any():  # a picture of a few pixels is all edge
        keep[:] = True
    return here[keep].astype(np.float64), there[keep].astype(np.float64)


def bend(colours: Field | Numbers) -> Numbers:
    """What a smooth curve through colours is made of: [..., 10]."""
    tone, red, yellow = np.moveaxis((np.asarray(colours, np.float64) - (50.0, 0.0, 0.0)) / 50.0, -1, 0)
    return np.stack(
        [
            np.ones_like(tone),
            *(tone, red, yellow),
            *(tone * tone, red * red, yellow * yellow),
            *(tone * red, tone * yellow, red * yellow),
        ],
        axis=-1,
    )


def fit_bend(here: Numbers, there: Numbers) -> Numbers:
    """The smooth curve that takes colours nearest to others: [10, 3]; what lies far off counts less."""
    terms, wanted = bend(here), there - here
    # A twentieth of a per cent of the data: enough that a picture of one colour bends nothing.
    ridge = np.diag([1e-3] + [5e-4 * len(terms)] * (terms.shape[1] - 1))
    weight = np.ones(len(terms))
    curve: Numbers = np.zeros((terms.shape[1], 3))
    for _ in range(4):
        weighed = terms * weight[:, None]
        curve = np.asarray(np.linalg.solve(weighed.T @ terms + ridge, weighed.T @ wanted), np.float64)
        off = np.linalg.norm(wanted - terms @ curve, axis=1)
        weight = 1 / (1 + (off / max(float(np.median(off)), 0.2)) ** 2)
    return curve
