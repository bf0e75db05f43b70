"""Level: what is left between the two touching frames and the plate's, as sharpening and grain made it.

A curve of colours closes what is the same all over the picture and is carried along the clip. What is left
differs from place to place; a soft picture of it is added at the seam and fades out.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from circletake.cut.repair.colours import (
    Numbers,
    Touching,
    bend,
    fit_bend,
    lab,
    paired,
    pictured,
    rgb_of,
)
from circletake.cut.repair.recipe import Step
from circletake.media.detail import Field, blurred

_SHARE = 0.8
# The curve follows most of the picture; its mean is closed this far, as light and colour both are read.
_MEAN_SHARE = 0.6
_SOFT = 5.0  # pixels of the small size: no edge of the plate is carried into the clip


@dataclass(frozen=True, slots=True)
class LevelFit:
    """A small bend of colours: [10, 3], and how far it may take any of them."""

    curve: Numbers
    most_lab: int

    def between(self, other: "LevelFit", along: float) -> "LevelFit":
        """What lies so far along from this one to another, 0–1."""
        return LevelFit((1 - along) * self.curve + along * other.curve, self.most_lab)

    def apply(self, picture: Field) -> Field:
        """A picture at this level, in 8-bit code values, not rounded."""
        colours = lab(np.clip(picture, 0, 255))
        bent = np.clip(bend(colours) @ self.curve, -self.most_lab, self.most_lab)
        return rgb_of((colours + bent).astype(np.float32))


def fit_level(picture: Field, to: Touching, step: Step) -> LevelFit:
    """Fit a finished frame that touches a plate to it."""
    most = step.whole("most_lab")
    here, there = paired(picture, to, share=_SHARE)
    curve = fit_bend(here, there)
    left, wanted = paired(LevelFit(curve, most).apply(picture), to, share=1.0)
    curve[0] += _MEAN_SHARE * (wanted - left).mean(axis=0)
    return LevelFit(curve, most)


def fit_remains(picture: Field, to: Touching, step: Step) -> Field:
    """What a frame that touches a plate still lacks, place by place: soft, small, in Lab."""
    most = step.whole("most_lab")
    here, there = pictured(picture, to)
    return np.clip(blurred(np.clip(there - here, -most, most), _SOFT), -most, most)


def with_remains(picture: Field, remains: Field) -> Field:
    """A picture with what it lacked: 8-bit code values, not rounded."""
    height, width = picture.shape[:2]
    wide = cv2.resize(remains, (width, height), interpolation=cv2.INTER_LINEAR)
    return rgb_of(lab(picture) + np.asarray(wide, np.float32))
