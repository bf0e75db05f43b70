"""The port: what asks for a take, and what comes back; whoever can make one is a member of `providers`."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np
import numpy.typing as npt

from circletake.errors import NotFound
from circletake.plugins import find_members

FAMILY = "circletake.generate.providers"


@dataclass(frozen=True, slots=True)
class Order:
    """One take, asked for.

    Args:
        production: code of the film.
        shot: code of the shot.
        take: which of the planned takes, from 1.
    """

    production: str
    shot: str
    take: int


@dataclass(frozen=True, slots=True)
class Made:
    """One take, made.

    Args:
        frames: sRGB uint8, height×width×3, in order; made as they are asked for, once.
        samples: n×2 float32 at `rate_hz`, as long as the picture.
        rate: frames a second.
        rate_hz: samples a second.
        width_px: of every frame.
        height_px: of every frame.
        n_frames: how many frames there will be.
        prompt: what was asked of the maker, in words.
        label: a few words for the take.
    """

    frames: Iterator[npt.NDArray[np.uint8]]
    samples: npt.NDArray[np.float32]
    rate: Fraction
    rate_hz: int
    width_px: int
    height_px: int
    n_frames: int
    prompt: str
    label: str


class Provider(Protocol):
    """Whoever can make a take.

    Args:
        name: stable, lower case.
        version: of its method; with the same version, the same order gives the same bytes.
    """

    name: str
    version: int

    def orders(self) -> tuple[Order, ...]:
        """Return every order it can fill without being told more."""
        ...

    def make(self, order: Order) -> Made:
        """Make a take.

        Raises:
            NotFound: it has no such production, shot or take.
        """
        ...


def get_provider(name: str) -> Provider:
    """Return a provider by name.

    Raises:
        NotFound: no such provider is installed.
    """
    members = find_members(FAMILY, "provider")
    if name not in members:
        raise NotFound(f"There is no provider “{name}”; installed are {', '.join(members) or 'none'}.")
    return members[name]  # type: ignore[return-value]  # the family's contract test holds members to it
