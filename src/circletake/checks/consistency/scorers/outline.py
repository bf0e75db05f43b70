"""The outline: how wide the character is at each height, how tall at each width."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from circletake.checks.consistency._look import Look, Rows
from circletake.checks.consistency.scorers.protocol import View, others

names = ("widths", "heights")
least_spread = (0.01, 0.01)
# Proportions are seen by nothing else.
worth = (1.5, 1.5)


class LearnedOutline:
    """The bank's silhouettes."""

    def __init__(self, views: Sequence[View]) -> None:
        self._views = list(views)
        self._across = np.stack([view.look.across for view in views])
        self._down = np.stack([view.look.down for view in views])

    def measure(self, look: Look, *, without: int | None = None, light: Rows | None = None) -> Rows:  # noqa: ARG002 (an outline has no colour)
        """See `Learned.measure`: mean difference of the 32 widths, and of the 32 heights."""
        known = others(self._views, without)
        # What lies outside the picture cannot be told; nothing of it counts.
        rows = _seen(np.asarray(look.inside.any(axis=1)), len(look.across))
        columns = _seen(np.asarray(look.inside.any(axis=0)), len(look.down))
        across = np.abs(self._across[known] - look.across)[:, rows].mean(axis=1)
        down = np.abs(self._down[known] - look.down)[:, columns].mean(axis=1)
        return np.array([across.min(), down.min()], dtype=np.float32)


def learn(views: Sequence[View]) -> LearnedOutline:
    """See `Scorer.learn`."""
    return LearnedOutline(views)


def _seen(inside: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    at = np.minimum((np.arange(count) + 0.5) / count * len(inside), len(inside) - 1).astype(int)
    seen = np.asarray(inside[at])
    return seen if seen.any() else np.ones(count, dtype=bool)
