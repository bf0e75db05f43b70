"""The style bible: its pictures' looks, how far they are from each other, and what is as far as that."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from circletake.checks.protocol import Box, Encoder, SheetRef
from circletake.checks.style._descriptor import Descriptor
from circletake.checks.style._look import DESCRIPTORS, Look, likeness, look_of
from circletake.errors import SheetInvalid

# Rank correlation from which two pictures are of one setup. On real film those within a few seconds of each
# other are at 0.8 and more, those of different shots at 0.4 and less; grade, line and grain change neither.
_SAME_SETUP = 0.7


@dataclass(frozen=True, slots=True)
class Sided:
    """How one side of a picture's style stands to the bible.

    Args:
        distance: to the nearest picture it was compared with, in the descriptor's unit.
        p: how often the bible's own pictures are as far from the rest of it, at least.
        spreads: how far beyond their median that is, in their own spread.
        nearest: which picture of the bible.
    """

    distance: float
    p: float
    spreads: float
    nearest: int


@dataclass(frozen=True, slots=True)
class _Usual:
    """What distances the bible's own pictures have: for each descriptor a row, and what each counts."""

    rows: NDArray[np.float32]
    weights: NDArray[np.float32]
    units: int

    def p_of(self, side: int, value: float) -> float:
        """Conformal p-value over exchangeable units that each count one."""
        as_far = float(self.weights[self.rows[side] >= value].sum())
        return (1 + as_far) / (self.units + 1)

    def spreads_of(self, side: int, value: float) -> float:
        """Distance beyond the median, in median absolute deviations of a normal spread."""
        median = float(np.median(self.rows[side]))
        spread = _MAD_SIGMA * float(np.median(np.abs(self.rows[side] - median)))
        # A bible whose pictures are equally far apart has no spread; a tenth of the distance stands for it.
        return (value - median) / max(spread, median / 10, 1e-6)


_MAD_SIGMA = 1.4826


class Bible:
    """Pictures of a style, and what is usual among them.

    A frame of a setup that the bible shows is compared with those pictures, and measured by how far pictures
    of one setup are from each other. Any other is compared with all of it, and measured by how far pictures
    are from those of all other setups; a setup counts once, however many pictures it has.

    Source:
        Vovk, Gammerman, Shafer, Algorithmic Learning in a Random World, 2005: p = (1 + #{s_i ≥ s})/(n + 1)
        by leave-one-out. Lee, Barber, Willett 2023 (arXiv:2306.06342): groups are exchangeable, not pictures.
    """

    def __init__(
        self, looks: Sequence[Look], *, alpha: float, descriptors: Sequence[Descriptor] = DESCRIPTORS
    ) -> None:
        self.looks = looks
        self._descriptors = descriptors
        self._alpha = alpha
        setups = np.stack([one.setup for one in looks])
        alike = setups @ setups.T
        columns = zip(*(one.sides for one in looks), strict=True)
        apart = np.stack(
            [
                np.stack([side.apart(one, column) for one in column])
                for side, column in zip(descriptors, (np.stack(column) for column in columns), strict=True)
            ]
        )
        self.setups = _groups(alike >= _SAME_SETUP)
        near = (alike >= _SAME_SETUP) & ~np.eye(len(looks), dtype=bool)
        self._within = _usual(apart, near, list(range(len(looks))))
        self._across = _usual(apart, np.not_equal.outer(self.setups, self.setups), self.setups)

    @property
    def needed(self) -> int:
        """How many pictures can reach the level that is asked for."""
        return needed_for(self._alpha)

    @property
    def calibration(self) -> str:
        """What is usual is known: of its `setups`, of `any` picture, or of neither."""
        known = [
            name for name, usual in (("setups", self._within), ("any", self._across)) if self._tells(usual)
        ]
        return " and ".join(known) or "uncalibrated"

    def judge(self, look: Look) -> tuple[Sided, ...] | None:
        """Compare a picture's look, side by side; None where the bible is too small to tell."""
        same = [n for n, one in enumerate(self.looks) if likeness(one, look) >= _SAME_SETUP]
        if same and self._tells(self._within):
            among, usual = same, self._within
        elif self._tells(self._across):
            among, usual = list(range(len(self.looks))), self._across
        else:
            return None
        judged = []
        for side, (descriptor, seen) in enumerate(zip(self._descriptors, look.sides, strict=True)):
            far = descriptor.apart(seen, np.stack([self.looks[n].sides[side] for n in among])).tolist()
            least = min(far)
            nearest = among[far.index(least)]
            judged.append(Sided(least, usual.p_of(side, least), usual.spreads_of(side, least), nearest))
        return tuple(judged)

    def _tells(self, usual: _Usual) -> bool:
        return usual.units >= self.needed


def needed_for(alpha: float) -> int:
    """Least number of exchangeable units among which the farthest of all reaches a level.

    >>> needed_for(0.1), needed_for(0.05)
    (9, 19)
    """
    # A hair below: 1/0.1 is ten, whatever binary fractions make of it.
    return max(math.ceil(1 / alpha - 1e-9) - 1, 1)


def bible_of(
    sheets: Sequence[SheetRef],
    *,
    alpha: float,
    descriptors: Sequence[Descriptor] = DESCRIPTORS,
    encoder: Encoder | None = None,
) -> Bible | None:
    """Read every adopted bible into one; None where no picture is in them.

    Raises:
        SheetInvalid: a box is not inside its picture.
    """
    looks = []
    for sheet in sheets:
        for image, box in zip(sheet.images, sheet.boxes, strict=True):
            looks.append(look_of(_inside(image, box, sheet), descriptors, encoder=encoder))
    return Bible(looks, alpha=alpha, descriptors=descriptors) if looks else None


def _inside(image: NDArray[np.uint8], box: Box, sheet: SheetRef) -> NDArray[np.uint8]:
    x, y, width, height = box
    part = image[y : y + height, x : x + width]
    if min(x, y) < 0 or part.shape[:2] != (height, width) or not part.size:
        raise SheetInvalid(
            f"The box {list(box)} is not inside a picture of {sheet.character}; give one that is."
        )
    return part


def _groups(alike: NDArray[np.bool_]) -> list[int]:
    """Number of each picture's setup: pictures that are alike, over others as well."""
    group = list(range(len(alike)))
    for one, other in zip(*np.nonzero(np.triu(alike)), strict=True):
        if group[one] != group[other]:
            old, new = max(group[one], group[other]), min(group[one], group[other])
            group = [new if held == old else held for held in group]
    return group


def _usual(apart: NDArray[np.float32], compared: NDArray[np.bool_], units: Sequence[int]) -> _Usual:
    """Leave-one-out distances: of each picture to the nearest it may be compared with."""
    able = [n for n in range(len(units)) if compared[n].any()]
    rows = np.array([[float(side[n][compared[n]].min()) for n in able] for side in apart], dtype=np.float32)
    counted = [units[n] for n in able]
    weights = np.array([1 / counted.count(unit) for unit in counted], dtype=np.float32)
    return _Usual(rows.reshape(len(apart), len(able)), weights, len(set(counted)))
