"""The character's mask as the take itself brings it along: what its alpha covers."""

import numpy as np

from circletake.checks.consistency._pixels import Mask
from circletake.checks.protocol import Alpha

_COVERED = 128
# Shares of a picture between which what is covered is a figure: less is dust, more is a picture whose alpha
# only rounds its corners, or one that is opaque.
_LEAST, _MOST = 0.002, 0.9


def mask_of_alpha(alpha: Alpha | None) -> Mask | None:
    """What a picture's alpha covers at least by half, where that can be a figure; None elsewhere."""
    if alpha is None:
        return None
    mask = np.asarray(alpha >= _COVERED)
    return mask if _LEAST <= float(mask.mean()) <= _MOST else None
