"""Tone: where shadows, middle and lights lie, and how far apart."""

import numpy as np

from circletake.checks.style._descriptor import Descriptor, Vector, View, times

_QUANTILES = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98)
_BLACK, _LOW, _HIGH = 0, 1, 5
# Less contrast than that is fog; ratios of it mean nothing.
_LEAST_CONTRAST = 2.0


def _describe(view: View) -> Vector:
    """Quantiles of CIELAB L*: the tone curve as it came out, in L* units."""
    return np.quantile(view.lab[:, 0], _QUANTILES).astype(np.float32)


def _say(seen: Vector, usual: Vector) -> str:
    shift = float((seen - usual).mean())
    contrast, was = (max(float(one[_HIGH] - one[_LOW]), _LEAST_CONTRAST) for one in (seen, usual))
    lifted = float(seen[_BLACK] - usual[_BLACK])
    said = []
    if abs(shift) >= abs(contrast - was) / 4:
        said.append(f"{'brighter' if shift > 0 else 'darker'} by {abs(shift):.0f} L*")
    if abs(contrast - was) / 4 >= abs(shift) / 2 or not said:
        said.append(f"contrast {times(contrast / was)} {'higher' if contrast > was else 'lower'}")
    if lifted > abs(shift) + abs(contrast - was) / 2:
        said.append(f"blacks lifted by {lifted:.0f} L*")
    return ", ".join(said)


TONE = Descriptor("tone", "L*", 15.0, _describe, _say)
