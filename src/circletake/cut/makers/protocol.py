"""What a maker is told, and what it makes; each is a member of `circletake.cut.makers`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from circletake.cut.picture import fitted
from circletake.errors import MakerRefused, NotFound
from circletake.media.source import Source
from circletake.plugins import find_members

FAMILY = "circletake.cut.makers"
Rgb = NDArray[np.uint8]
Box = tuple[int, int, int, int]
WHOLE = 65_536
"""A picture's width and height in the units of a `Box`."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a take touches the gap.

    Args:
        shot: its code.
        source: the take.
        frame: of it, that touches the gap.
    """

    shot: str
    source: Source
    frame: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a maker.

    Args:
        shot: code of the shot that is missing.
        frames: how many are to be made, at least 1.
        width_px: of the cut.
        height_px: of the cut.
        before: what the cut comes from; None where that is a gap, or nothing.
        after: what it goes to; likewise.
        source: the take or still to make it from, where one was named.
        source_shot: code of the shot that it is a take of.
        source_in: first frame of it.
        source_out: first frame of it that is not used any more; None is its end.
        side: which edge a hold holds.
        start: x, y, width and height of what a move begins on, in 1/65,536 of the picture.
        end: of what it ends on.
        ease: `smooth` starts and ends slowly, `in` starts slowly, `out` ends slowly, `linear` does neither.
        hold: frames for which a move rests at its end.
    """

    shot: str
    frames: int
    width_px: int
    height_px: int
    before: Edge | None = None
    after: Edge | None = None
    source: Source | None = None
    source_shot: str = ""
    source_in: int = 0
    source_out: int | None = None
    side: str = "before"
    start: Box = (0, 0, WHOLE, WHOLE)
    end: Box = (0, 0, WHOLE, WHOLE)
    ease: str = "smooth"
    hold: int = 0

    def edges(self) -> tuple[Edge, Edge]:
        """Both edges.

        Raises:
            MakerRefused: one of them is a gap too, or the end of the cut.
        """
        if self.before is None or self.after is None:
            side = "before" if self.before is None else "after"
            raise MakerRefused(
                f"There is no take {side} {self.shot} in the cut to make it from; fill that slot first, or "
                f"hold the other side."
            )
        return self.before, self.after

    def named(self) -> Source:
        """The take that was named.

        Raises:
            MakerRefused: none was.
        """
        if self.source is None:
            raise MakerRefused("Name the take to make it from, as SH010:3.")
        return self.source

    def picture(self, source: Source, frame: int) -> Rgb:
        """A frame of a take in the cut's size."""
        return fitted(source.frame(frame), width_px=self.width_px, height_px=self.height_px)


@dataclass(frozen=True, slots=True)
class Made:
    """What a maker makes.

    Args:
        frames: uint8 [height, width, 3], sRGB, in the cut's size; made as they are asked for, once.
        method: what was done, in a few words, for the take's label.
    """

    frames: Iterator[Rgb]
    method: str


class Maker(Protocol):
    """Whoever fills a gap with arithmetic.

    Args:
        version: of its method; with the same version, the same wish gives the same pictures.
        summary: what it does, in a sentence.
        most_frames: more are refused; None is any number.
        needs: `edge` for one neighbour, `edges` for both, `take` for a take that is named.
    """

    version: int
    summary: str
    most_frames: int | None
    needs: tuple[str, ...]

    def make(self, wish: Wish) -> Made:
        """Make the frames that are wanted.

        Raises:
            MakerRefused: it cannot, with the reason.
        """
        ...


def makers() -> dict[str, Maker]:
    """Every maker by its name."""
    return find_members(FAMILY, "maker")  # type: ignore[return-value]  # the family's test holds members to it


def get_maker(name: str) -> Maker:
    """A maker by name.

    Raises:
        NotFound: there is none of this name.
    """
    known = makers()
    if name not in known:
        raise NotFound(f"There is no maker “{name}”; there are {', '.join(known)}.")
    return known[name]
