"""Fusion: all scores of a view in one number."""

import numpy as np

from circletake.checks.consistency._look import Rows


def fuse(deviations: Rows, worth: Rows) -> Rows:
    """Mean of the scores' deviations, each by its worth.

    The mean, not the largest: of a dozen scores some one is always high, and a drift moves several.

    Args:
        deviations: [view score], in the approved views' own.
        worth: of each score, [score].

    Returns:
        One number a view, float32 [view].
    """
    return np.asarray(deviations @ (worth / worth.sum()), dtype=np.float32)
