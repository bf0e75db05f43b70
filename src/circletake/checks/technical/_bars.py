"""Black bars around the picture that are not there all through."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from circletake.checks.technical._picture import Run

# Black as coding leaves it, limited range shown as full included; and what is surely picture.
_BLACK_CODE, _PICTURE_CODE = 24, 40
# Of the line beside a bar so much is picture: a bar's edge is straight, a dark scene's is not.
_STRAIGHT = 0.5
# Portrait in landscape leaves a third on both sides; more is a title on black.
_WIDEST = 0.36
# Coding and scaling move an edge by a pixel or two of the small picture.
_SAME_PX = 2
# So many looks in a row make a stretch; at one look in six frames about half a second.
_STRETCH_LOOKS = 3

Bars = tuple[int, int, int, int]
NO_BARS: Bars = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Change:
    """Frames whose bars are not those of most of the take: top, bottom, left, right in pixels."""

    run: Run
    bars: Bars
    usual: Bars


def bars_of(luma: NDArray[np.uint8]) -> Bars | None:
    """Measure the black bars of one frame, or say that it cannot be told.

    Args:
        luma: 0–255, height×width.

    Returns:
        Top, bottom, left and right in pixels; None in the dark, where no edge is straight.
    """
    top, bottom = _ends(luma.max(axis=1))
    inside = luma[top : luma.shape[0] - bottom]
    if not len(inside):
        return None
    left, right = _ends(inside.max(axis=0))
    picture = inside[:, left : inside.shape[1] - right]
    edges = (
        (top, luma.shape[0], picture[_beside(picture.shape[0])]),
        (bottom, luma.shape[0], picture[-1 - _beside(picture.shape[0])]),
        (left, luma.shape[1], picture[:, _beside(picture.shape[1])]),
        (right, luma.shape[1], picture[:, -1 - _beside(picture.shape[1])]),
    )
    for bar, side, line in edges:
        if bar > _SAME_PX and (bar > _WIDEST * side or (line > _PICTURE_CODE).mean() < _STRAIGHT):
            return None
    is_even = abs(top - bottom) <= _SAME_PX and abs(left - right) <= _SAME_PX
    return (top, bottom, left, right) if is_even else None


def bar_changes(looks: Sequence[tuple[int, Bars | None]]) -> list[Change]:
    """Find stretches with other bars than most of the take has.

    Args:
        looks: frame and its bars, in order; frames that cannot tell are passed over.
    """
    stretches: list[tuple[list[int], Bars]] = []
    for n, bars in looks:
        if bars is None:
            continue
        if stretches and _are_same(stretches[-1][1], bars):
            stretches[-1][0].append(n)
        else:
            stretches.append(([n], bars))
    steady = [(frames, bars) for frames, bars in stretches if len(frames) >= _STRETCH_LOOKS]
    if not steady:
        return []
    usual = max(
        (bars for _, bars in steady),
        key=lambda one: sum(len(frames) for frames, bars in steady if _are_same(one, bars)),
    )
    return [
        Change(Run(frames[0], frames[-1] + 1), bars, usual)
        for frames, bars in steady
        if not _are_same(bars, usual)
    ]


def _ends(brightest: NDArray[np.uint8]) -> tuple[int, int]:
    lit = np.flatnonzero(brightest > _BLACK_CODE)
    return (int(lit[0]), len(brightest) - 1 - int(lit[-1])) if len(lit) else (len(brightest), 0)


def _beside(lines: int) -> int:
    """Place of the line that is surely inside the picture: past what coding smears."""
    return min(_SAME_PX, lines - 1)


def _are_same(one: Bars, other: Bars) -> bool:
    return all(abs(a - b) <= _SAME_PX for a, b in zip(one, other, strict=True))
