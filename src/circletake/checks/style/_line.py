"""Line: how heavy dark lines are, and how sharp edges."""

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.checks.style._descriptor import Descriptor, Vector, View, times

# Sides of the closings, in pixels of the small picture: each fills dark lines narrower than itself. The
# last also fills small dark shapes, which are style and no lines.
_CLOSINGS_PX = (3, 5, 7, 11)
_OF_LINES = 3
_MEAN_WIDTHS_PX = (1.0, 3.0, 5.0)
# Less than that below what lies on both sides is texture and coding.
_DARKER = 6
# Of code values: keeps the logarithm of a picture without lines finite and calm.
_NONE = 0.05
# Edges are the steepest twentieth of a picture.
_EDGES = 0.95
_SPANS_PX = (1, 2, 4)


def _describe(view: View) -> Vector:
    """How much dark line each closing fills, then how edges rise from one span to the next; in octaves.

    Source:
        Serra, Image Analysis and Mathematical Morphology, 1982: granulometry by closings.
    """
    drawn = [np.log2(_filled(view.luma, side) + _NONE) for side in _CLOSINGS_PX]
    luma = view.luma.astype(np.float32)
    steep = [
        _steepest(np.asarray(cv2.blur(luma, (span, span)), dtype=np.float32), span) for span in _SPANS_PX
    ]
    rises = np.diff(np.log2(np.asarray(steep) + 0.5))
    return np.asarray([*drawn, *rises], dtype=np.float32)


def _filled(luma: NDArray[np.uint8], side_px: int) -> float:
    """Mean depth of what a closing fills, in code values."""
    filled = cv2.morphologyEx(luma, cv2.MORPH_BLACKHAT, np.ones((side_px, side_px), np.uint8))
    return float(np.maximum(filled, _DARKER).mean()) - _DARKER


def _steepest(luma: NDArray[np.float32], span_px: int) -> float:
    if luma.shape[1] <= span_px:
        return 0.0
    return float(np.quantile(np.abs(luma[::4, span_px:] - luma[::4, :-span_px]), _EDGES))


def _weight(line: Vector) -> float:
    """Mean width of dark lines in pixels of the small picture; 0 where there are none."""
    depth = np.exp2(line[:_OF_LINES]) - _NONE
    more = np.maximum(np.diff(depth, prepend=0.0), 0.0)
    return float(more @ _MEAN_WIDTHS_PX / more.sum()) if more.sum() > _NONE else 0.0


def _say(seen: Vector, usual: Vector) -> str:
    weight, was = _weight(seen), _weight(usual)
    said: list[tuple[float, str]] = []
    if weight and was:
        ratio = weight / was
        words = f"lines {times(ratio)} {'heavier' if ratio > 1 else 'thinner'}"
        said.append((abs(float(np.log2(ratio))), words))
    # The rise from a span to twice it: an octave for a soft edge, none for a sharp one.
    softer = float((seen - usual)[len(_CLOSINGS_PX) :].sum())
    said.append((abs(softer), f"edges {times(2.0**softer)} {'softer' if softer > 0 else 'sharper'}"))
    amount = float((seen - usual)[_OF_LINES - 1])
    said.append(
        (abs(amount) / 2, f"dark detail {times(2.0**amount)} {'stronger' if amount > 0 else 'fainter'}")
    )
    said.sort(reverse=True)
    return ", ".join(words for size, words in said if size >= said[0][0] / 2)


LINE = Descriptor("line", "octaves", 2.0, _describe, _say)
