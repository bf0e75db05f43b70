"""What a descriptor of style is: it turns a picture into numbers of one unit, and two of them into words."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from circletake.checks.protocol import Encoding

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class View:
    """A picture as descriptors see it.

    Args:
        lab: CIELAB of some thousand places spread over it, float32 [place, 3].
        luma: 0–255, uint8 [height, width]; of every picture at the same scale, or weights mean nothing.
        seen: by the image encoder that the studio names; None where it names none.
    """

    lab: NDArray[np.float32]
    luma: NDArray[np.uint8]
    seen: Encoding | None = None


def distance(one: Vector, others: Vector) -> Vector:
    """Mean absolute difference of a vector to each of some: every vector has one unit."""
    return np.asarray(np.abs(others - one).mean(axis=-1), np.float32)


@dataclass(frozen=True, slots=True)
class Descriptor:
    """One side of a style.

    Args:
        name: of its series and the label of its flags.
        unit: of its distances.
        full: distance that is drawn as full.
        describe: measures a picture.
        say: says how the first is unlike the second, with direction and amount.
        apart: how far one is from each of some, [n dimensions] → [n].
    """

    name: str
    unit: str
    full: float
    describe: Callable[[View], Vector]
    say: Callable[[Vector, Vector], str]
    apart: Callable[[Vector, Vector], Vector] = distance


def times(ratio: float) -> str:
    """Write a ratio that is spoken of as more or less.

    >>> times(1.62), times(0.5)
    ('1.6×', '2.0×')
    """
    return f"{max(ratio, 1 / ratio):.1f}×"
