"""Lines and surface: how sharp and how fine the drawing is, whatever it shows."""

from collections.abc import Sequence

import numpy as np

from circletake.checks.consistency._look import Look, Rows
from circletake.checks.consistency.scorers.protocol import View, others

names = ("sharpness", "line weight")
least_spread = (0.02, 0.02)


class LearnedLines:
    """How fine the bank's views are."""

    def __init__(self, views: Sequence[View]) -> None:
        self._views = list(views)
        self._fine = np.stack([view.look.fine for view in views])

    def measure(self, look: Look, *, without: int | None = None, light: Rows | None = None) -> Rows:  # noqa: ARG002 (light makes no line finer)
        """See `Learned.measure`: log ratio of detail at 1 to 2 and at 2 to 4 pixels of the crop.

        Source:
            Burt & Adelson 1983, Laplacian pyramid; the ratio leaves contrast out.
        """
        apart = np.abs(self._fine[others(self._views, without)] - look.fine)
        return np.asarray(apart.min(axis=0), dtype=np.float32)


def learn(views: Sequence[View]) -> LearnedLines:
    """See `Scorer.learn`."""
    return LearnedLines(views)
