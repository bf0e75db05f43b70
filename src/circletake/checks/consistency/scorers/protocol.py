"""What a scorer is: it learns a bank of approved views, then says how far a view is from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from circletake.checks.consistency._look import Look, Rows


@dataclass(frozen=True, slots=True)
class View:
    """A view in the bank.

    Args:
        look: what it looks like.
        group: what it came with: a picture of the sheet, or an approved shot. Views of one group are left
            out together when one of them is measured.
        picture: number of the sheet's picture; None for a view of an approved shot.
        mirrored: a drawing turned over; matched against, never measured.
        frame: of the approved shot, where that is known.
        changed: as `Course.changed`, where that is known.
    """

    look: Look
    group: int
    picture: int | None = None
    mirrored: bool = False
    frame: int | None = None
    changed: float | None = None


class Learned(Protocol):
    """A scorer that knows a bank."""

    def measure(self, look: Look, *, without: int | None = None, light: Rows | None = None) -> Rows:
        """Measure a view: one distance for each of the scorer's `names`, higher is further, float32.

        Args:
            look: the view.
            without: group to leave out.
            light: Lab difference that the light makes here, taken off first.
        """
        ...


class Scorer(Protocol):
    """A member of the family: a module's `names`, `least_spread`, `worth` and `learn`.

    Args:
        names: of its scores.
        least_spread: of each, what encoding, masks and scaling alone make of one and the same drawing.
        worth: of each, beside the other scores, where all are fused.
    """

    names: tuple[str, ...]
    least_spread: tuple[float, ...]
    worth: tuple[float, ...]

    def learn(self, views: Sequence[View]) -> Learned:
        """Learn the bank; at least three views of different groups."""
        ...


def others(views: Sequence[View], without: int | None) -> NDArray[np.intp]:
    """Indices of the views that may be compared with."""
    return np.asarray([i for i, view in enumerate(views) if view.group != without], dtype=np.intp)


def top(values: Rows, share: float) -> float:
    """Mean of the highest share of values, of one at least; 0 for none."""
    if not len(values):
        return 0.0
    count = max(round(len(values) * share), 1)
    return float(np.partition(values, len(values) - count)[-count:].mean())


def unlit(colours: Rows, luma: Rows, middle: float, light: Rows) -> Rows:
    """Take a light's difference off Lab colours; light multiplies, so what is dark changes less."""
    return np.asarray(colours - np.clip(luma / max(middle, 1.0), 0, 1.3)[:, None] * light, dtype=np.float32)
