"""Palette: which colours there are and how they lie on the wheel, whatever they are the colours of."""

import numpy as np

from circletake.checks.style._descriptor import Descriptor, Vector, View, times

# Where a distribution is read: beyond these are a few pixels.
_QUANTILES = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98)
_N, _LOW, _HIGH = len(_QUANTILES), 1, 5
_DIAGONAL = float(np.sqrt(0.5))
_DIRECTIONS = np.array(
    [[1.0, 0.0], [0.0, 1.0], [_DIAGONAL, _DIAGONAL], [_DIAGONAL, -_DIAGONAL]], dtype=np.float32
)
# Chroma of a tinted grey: a picture of less has no hues that could lie together or apart.
_COLOURED = 4.0
# Hues that all become one weigh like a turn by so many a*b* units.
_HARMONY_UNITS = 20.0
# A spread of less than that is a grey picture's noise.
_LEAST_SPREAD = 2.0


def _describe(view: View) -> Vector:
    """Quantiles of a*b* along four directions, and how far hues gather about one and about two opposites.

    The mean difference of quantiles is a sliced Wasserstein distance in a*b* units.

    Source:
        Rabin et al., SSVM 2011 (sliced Wasserstein); Cohen-Or et al., Color Harmonization, 2006 (templates
        on the hue wheel), of which these are the first two moments.
    """
    ab = view.lab[:, 1:]
    along = np.quantile(ab @ _DIRECTIONS.T, _QUANTILES, axis=0).T.ravel()
    chroma, hue = np.hypot(ab[:, 0], ab[:, 1]), np.arctan2(ab[:, 1], ab[:, 0])
    total = float(chroma.sum()) + _COLOURED * len(ab)
    gathered = [
        _HARMONY_UNITS * float(np.abs((chroma * np.exp(1j * order * hue)).sum())) / total for order in (1, 2)
    ]
    return np.concatenate([along, gathered]).astype(np.float32)


def _say(seen: Vector, usual: Vector) -> str:
    strong, was = (
        float(np.hypot(*(one[at + _HIGH] - one[at + _LOW] for at in (0, _N)))) for one in (seen, usual)
    )
    ratio = max(strong, _LEAST_SPREAD) / max(was, _LEAST_SPREAD)
    # Colours that only grow paler draw their mean towards grey; that is no tint.
    red, yellow = (float(seen[at : at + _N].mean() - ratio * usual[at : at + _N].mean()) for at in (0, _N))
    tint, stronger = float(np.hypot(red, yellow)), abs(strong - was) / 2
    said = []
    if tint >= stronger / 2:
        if abs(yellow) >= abs(red):
            said.append(f"{'warmer' if yellow > 0 else 'cooler'} by {tint:.0f} a*b* units")
        else:
            said.append(f"{'redder' if red > 0 else 'greener'} by {tint:.0f} a*b* units")
    if stronger >= tint / 2:
        said.append(f"colours {times(ratio)} {'stronger' if ratio > 1 else 'paler'}")
    return ", ".join(said)


PALETTE = Descriptor("palette", "a*b*", 12.0, _describe, _say)
