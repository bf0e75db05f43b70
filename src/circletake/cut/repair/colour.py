"""Colour: fitted to the touching frame of the plate at both ends, and carried over along the clip.

What is fitted at one end alone drifts off at the other.
"""

from dataclasses import dataclass

import numpy as np

from circletake.cut.repair.colours import Numbers, Touching, bend, fit_bend, lab, paired, rgb_of
from circletake.cut.repair.recipe import Step
from circletake.media.detail import Field

_SHARE = 0.7
_MOST_BEND_LAB = 12.0  # a curve that does more is no match of colour
_ROUNDS = 2  # motion is found better between pictures whose colours agree


@dataclass(frozen=True, slots=True)
class ColourFit:
    """Lab → matrix · Lab + offset, then bent.

    Args:
        matrix: [3, 3].
        offset: [3].
        curve: [10, 3], see `bend`.
    """

    matrix: Numbers
    offset: Numbers
    curve: Numbers

    def between(self, other: "ColourFit", along: float) -> "ColourFit":
        """What lies so far along from this one to another, 0–1."""
        return ColourFit(
            (1 - along) * self.matrix + along * other.matrix,
            (1 - along) * self.offset + along * other.offset,
            (1 - along) * self.curve + along * other.curve,
        )

    def apply(self, picture: Field) -> Field:
        """A picture in these colours, in 8-bit code values, not rounded."""
        colours = lab(picture) @ self.matrix.T + self.offset
        bent = np.clip(bend(colours) @ self.curve, -_MOST_BEND_LAB, _MOST_BEND_LAB)
        return rgb_of((colours + bent).astype(np.float32))


def fit_colour(picture: Field, to: Touching, step: Step) -> ColourFit:
    """Fit the frame of a clip that touches a plate to it.

    Source:
        Pitié and Kokaram 2007, the linear Monge-Kantorovitch colour mapping.
    """
    fit = ColourFit(np.eye(3), np.zeros(3), np.zeros((10, 3)))
    middle = lab(picture).mean(axis=(0, 1), dtype=np.float64)
    for _ in range(_ROUNDS):
        matrix, offset = _linear(*paired(fit.apply(picture), to, share=_SHARE), step)
        whole = _bounded(matrix @ fit.matrix, step)
        # Whatever the bounds took from the spread, the middle goes where it was to go.
        goes = matrix @ (fit.matrix @ middle + fit.offset) + offset
        fit = ColourFit(whole, goes - whole @ middle, np.zeros((10, 3)))
    here, there = paired(fit.apply(picture), to, share=_SHARE)
    return ColourFit(fit.matrix, fit.offset, fit_bend(here, there))


def _linear(here: Numbers, there: Numbers, step: Step) -> tuple[Numbers, Numbers]:
    """Matrix and offset that take the mean and spread of colours to those of others."""
    ridge = step.whole("ridge") * np.eye(3)
    from_middle, to_middle = here.mean(axis=0), there.mean(axis=0)
    spread = np.cov((here - from_middle).T) + ridge
    wanted = np.cov((there - to_middle).T) + ridge
    root, inverse = _power(spread, 0.5), _power(spread, -0.5)
    matrix = inverse @ _power(root @ wanted @ root, 0.5) @ inverse
    return matrix, to_middle - matrix @ from_middle


def _bounded(matrix: Numbers, step: Step) -> Numbers:
    left, gains, right = np.linalg.svd(matrix)
    least, most = step.whole("least_percent") / 100, step.whole("most_percent") / 100
    return np.asarray((left * np.clip(gains, least, most)) @ right, np.float64)


def _power(symmetric: Numbers, exponent: float) -> Numbers:
    values, vectors = np.linalg.eigh(symmetric)
    return np.asarray((vectors * np.maximum(values, 1e-9) ** exponent) @ vectors.T, np.float64)
