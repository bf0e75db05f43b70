"""Dissolve: the neighbours mixed into each other over the gap, each going on into its handles."""

from collections.abc import Iterator

import numpy as np

from circletake.cut.makers.protocol import Edge, Made, Rgb, Wish
from circletake.cut.picture import fitted
from circletake.domain.time import FrameRange


class Dissolve:
    """A mix of both sides."""

    version = 1
    summary = "Both neighbours mixed into each other; what their handles do not have is held."
    most_frames = None
    needs: tuple[str, ...] = ("edges",)

    def make(self, wish: Wish) -> Made:
        """Mix them.

        Raises:
            MakerRefused: one neighbour is missing.
        """
        before, after = wish.edges()
        n = wish.frames

        def frames() -> Iterator[Rgb]:
            sides = _running(wish, before, before.frame + 1), _running(wish, after, after.frame - n)
            for k, (out, into) in enumerate(zip(*sides, strict=True), start=1):
                yield mixed(out, into, k, n + 1)

        held = max(before.frame + n - before.source.n_frames + 1, 0) + max(n - after.frame, 0)
        words = f", {held} frames held" if held else ""
        return Made(frames(), f"dissolve {before.shot} to {after.shot}{words}")


def mixed(one: Rgb, other: Rgb, share: int, of: int) -> Rgb:
    """`share` parts in `of` of the other picture and the rest of the one, in whole numbers, rounded.

    Args:
        one: uint8 [height, width, 3], sRGB as coded, which is how every NLE mixes by default.
        other: of the same size.
    """
    sum_of = one.astype(np.uint32) * (of - share) + other.astype(np.uint32) * share
    return ((sum_of + of // 2) // of).astype(np.uint8)


def _running(wish: Wish, edge: Edge, first: int) -> Iterator[Rgb]:
    """Frames of a take from `first` on, as many as are wanted; outside of it the nearest stands."""
    last = edge.source.n_frames - 1
    places = [min(max(first + k, 0), last) for k in range(wish.frames)]
    shown = edge.source.frames(FrameRange(places[0], places[-1] + 1))
    at, held = places[0], fitted(next(shown), width_px=wish.width_px, height_px=wish.height_px)
    for place in places:
        if place > at:
            at, held = place, fitted(next(shown), width_px=wish.width_px, height_px=wish.height_px)
        yield held


maker = Dissolve()
