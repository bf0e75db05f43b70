"""Lines and surface: how sharp and how fine the drawing is, whatever it shows."""

from collections.abc import Sequence

import numpy as np

from circletake.checks.consistency._look import Look, Rows
from circletake.checks.consistency.scorers.protocol import View, others

names = ("sharpness", "line weight", "grain")
least_spread = (0.02, 0.02, 0.06)
worth = (1.5, 1.5, 0.5)
# A view shows how fine the character is at its size, and a little above.
_AS_LARGE = 0.8


class LearnedLines:
    """How fine the bank's views are."""

    def __init__(self, views: Sequence[View]) -> None:
        self._views = list(views)
        self._fine = np.stack([view.look.fine for view in views])
        self._sides = np.array([view.look.box[2] for view in views])

    def measure(self, look: Look, *, without: int | None = None, light: Rows | None = None) -> Rows:  # noqa: ARG002 (light makes no line finer)
        """See `Learned.measure`: log ratios of detail at 1 to 2 and at 2 to 4 pixels of the crop.

        Grain is what is finer than in any view: motion makes lines softer, and nothing but another surface
        makes them finer. Views that show the character smaller cannot say how fine it is.

        Source:
            Burt & Adelson 1983, Laplacian pyramid; the ratio leaves contrast out.
        """
        at = others(self._views, without)
        apart = np.abs(self._fine[at] - look.fine).min(axis=0)
        as_large = self._fine[at[self._sides[at] >= _AS_LARGE * look.box[2]]]
        finer = float((look.fine - as_large.max(axis=0)).max()) if len(as_large) else 0.0
        return np.array([*apart, max(finer, 0.0)], dtype=np.float32)


def learn(views: Sequence[View]) -> LearnedLines:
    """See `Scorer.learn`."""
    return LearnedLines(views)
