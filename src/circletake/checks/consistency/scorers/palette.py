"""Colours: the palette as a whole, and colours that no approved view has."""

from collections.abc import Sequence

import numpy as np

from circletake.checks.consistency._look import Look, Rows, palette_of
from circletake.checks.consistency.scorers.protocol import View, top, unlit

names = ("palette", "strange colours")
least_spread = (0.02, 1.0)
worth = (1.0, 1.0)
# Pixels measured of a view: enough to meet every colour of a part.
_MEASURED = 240
_NOVEL = 0.05
# Lab step in which the bank keeps its colours; finer than a person tells apart at a glance.
_STEP = 3.0


class LearnedPalette:
    """The bank's palettes and colours."""

    def __init__(self, views: Sequence[View]) -> None:
        self._views = [view for view in views if not view.mirrored]
        self._groups = np.array([view.group for view in self._views])
        self._palettes = np.sqrt(np.stack([palette_of(view.look.pixels) for view in self._views]))
        pixels = np.concatenate([view.look.pixels for view in self._views])
        whose = np.repeat(self._groups, [len(view.look.pixels) for view in self._views])
        steps, inverse = np.unique(np.round(pixels / _STEP).astype(np.int16), axis=0, return_inverse=True)
        self._colours = (steps * _STEP).astype(np.float32)
        self._norms = (self._colours**2).sum(axis=1)
        self._numbers, at = np.unique(whose, return_inverse=True)
        self._has = np.zeros((len(steps), len(self._numbers)), dtype=bool)
        self._has[inverse.ravel(), at] = True

    def measure(self, look: Look, *, without: int | None = None, light: Rows | None = None) -> Rows:
        """See `Learned.measure`.

        Source:
            Bhattacharyya 1943 for the palettes' distance; Swain & Ballard 1991 for palettes at all.
        """
        pixels = look.pixels
        if light is not None:
            pixels = unlit(pixels, pixels[:, 0], float(np.median(look.colours[:, 3])), light)
        shared = self._palettes[self._groups != without] @ np.sqrt(palette_of(pixels))
        known = self._has[:, self._numbers != without].any(axis=1)
        here = pixels[:: max(len(pixels) // _MEASURED, 1)]
        apart = self._norms[known] - 2 * here @ self._colours[known].T
        nearest = np.sqrt(np.maximum(apart.min(axis=1) + (here * here).sum(axis=1), 0))
        return np.array(
            [np.sqrt(max(1 - float(shared.max()), 0)), top(np.asarray(nearest, np.float32), _NOVEL)],
            dtype=np.float32,
        )


def learn(views: Sequence[View]) -> LearnedPalette:
    """See `Scorer.learn`."""
    return LearnedPalette(views)
