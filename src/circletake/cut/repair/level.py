"""Level: what sharpening and grain did to the colours of the two touching frames is taken back."""

from dataclasses import dataclass

import numpy as np

from circletake.cut.repair.colours import Numbers, Touching, bend, fit_bend, lab, paired, rgb_of
from circletake.cut.repair.recipe import Step
from circletake.media.detail import Field

_SHARE = 0.8
# The curve follows most of the picture; its mean is closed this far, as light and colour both are read.
_MEAN_SHARE = 0.6


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
