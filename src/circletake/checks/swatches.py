"""A character's palette in a few swatches: which colours it has, and how much of each."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

MOST = 8
_ROUNDS = 12
# ΔE*ab below which two swatches beside each other are one colour to most people.
_APART = 6.0
# Share under which a colour is an outline's mixture, not a part of the character.
_LEAST_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Swatch:
    """One colour.

    Args:
        lab: CIELAB, D65: L* 0 to 100, a* and b*.
        hex: the same in sRGB, `#rrggbb`.
        share: of the character's pixels, 0 to 1.
    """

    lab: tuple[float, float, float]
    hex: str
    share: float


def swatches_of(pixels: NDArray[np.float32], *, most: int = MOST) -> list[Swatch]:
    """Sum colours up, the largest first; the same pixels give the same swatches.

    Args:
        pixels: CIELAB of the character, [pixel 3].
        most: at most so many.

    Source:
        Lloyd 1982, least squares quantization; begun at the colour that is furthest from those before it
        (Gonzalez 1985), so that no chance is in it.

    >>> [swatch.hex for swatch in swatches_of(np.array([[0, 0, 0]] * 3 + [[100, 0, 0]], np.float32))]
    ['#000000', '#ffffff']
    """
    if not len(pixels):
        return []
    steps, counts = np.unique(np.round(pixels).astype(np.int16), axis=0, return_counts=True)
    colours, weights = steps.astype(np.float64), counts.astype(np.float64)
    middles = colours[[int(weights.argmax())]]
    while len(middles) < most:
        away = _apart(colours, middles).min(axis=1)
        # What is far and frequent begins a swatch; a single odd pixel does not.
        worth = np.minimum(away, 40.0) * np.sqrt(weights)
        if away[worth.argmax()] < _APART:
            break
        middles = np.vstack([middles, colours[worth.argmax()]])
    for _ in range(_ROUNDS):
        nearest = _apart(colours, middles).argmin(axis=1)
        kept = [
            np.average(colours[nearest == i], axis=0, weights=weights[nearest == i])
            for i in range(len(middles))
            if (nearest == i).any()
        ]
        middles = np.stack(kept)
    middles, shares = _merged(colours, weights, middles)
    order = sorted(range(len(middles)), key=lambda i: (-shares[i], tuple(middles[i])))
    return [_swatch(middles[i], float(shares[i])) for i in order if shares[i] >= _LEAST_SHARE]


def _merged(
    colours: NDArray[np.float64], weights: NDArray[np.float64], middles: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Swatches that look alike taken together, and the share of each."""
    nearest = _apart(colours, middles).argmin(axis=1)
    shares = np.bincount(nearest, weights=weights, minlength=len(middles)) / weights.sum()
    while len(middles) > 1:
        between = _apart(middles, middles)
        np.fill_diagonal(between, np.inf)
        one, other = divmod(int(between.argmin()), len(middles))
        if between[one, other] >= _APART:
            break
        both = shares[one] + shares[other]
        middles[one] = (middles[one] * shares[one] + middles[other] * shares[other]) / max(both, 1e-12)
        shares[one] = both
        middles, shares = np.delete(middles, other, axis=0), np.delete(shares, other)
    return middles, shares


def _apart(some: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """ΔE*ab of 1976 between each and each, [some others]."""
    return np.asarray(np.sqrt(((some[:, None] - others[None]) ** 2).sum(axis=2)), dtype=np.float64)


def _swatch(lab: NDArray[np.float64], share: float) -> Swatch:
    pixel = lab.astype(np.float32).reshape(1, 1, 3)
    rgb = np.clip(np.asarray(cv2.cvtColor(pixel, cv2.COLOR_LAB2RGB)), 0, 1).reshape(3)
    red, green, blue = (round(float(value) * 255) for value in rgb)
    lightness, a, b = (round(float(value), 1) + 0.0 for value in lab)
    return Swatch((lightness, a, b), f"#{red:02x}{green:02x}{blue:02x}", round(share, 4))
