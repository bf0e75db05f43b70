"""False contours: a gradient that comes in steps which can be seen."""

import cv2
import numpy as np
from numpy.typing import NDArray

# Levels are read two codes at a time, which forgives the last bit's noise. An honest 8-bit gradient then
# steps by two (one code of limited range is 1.16 of full range); six bits step by four, five by eight.
# Larger steps are drawn.
_READ = 2
_LEAST_STEP, _LARGEST_STEP = 3, 12
# Bands one after the other, all lighter or all darker than the last: two tones of a drawing are one step.
_STEPS_IN_A_ROW = 3
# Of the picture's width: narrower bands are a gradient as steep as any edge.
_BAND_SHARE = 1 / 80
_NARROWEST_BAND = 4
# Between two bands coding smears over so many pixels of the small picture, and what noise there was makes
# their border ragged; both are less than half a band, or it is a slope.
_SMEARED = 5
_RAGGED = 0.5
# Every so many lines are read: bands are wide.
_LINES = 4
# A mean, since a median of dither is the very steps that the dither hides.
_MEAN_PX = (3, 3)


def banded_share(luma: NDArray[np.uint8]) -> float:
    """Share of the picture that lies in staircases of flat bands, along rows or columns.

    Noise and dither break a band's flatness; a flat fill has no second step; an honest 8-bit gradient has
    no step that is large enough.

    Args:
        luma: 0–255, height×width, made smaller rather than of full size.

    Source:
        The idea of CAMBI (Tandon et al., PCS 2021): flat pixels beside equally flat ones a few codes away,
        on a picture made smaller. Light: along lines, and by staircases in place of a contrast model.
    """
    if min(luma.shape) < 2 * _NARROWEST_BAND:
        return 0.0
    calm = np.asarray(cv2.blur(luma, _MEAN_PX), dtype=np.uint8)
    band_px = max(round(luma.shape[1] * _BAND_SHARE), _NARROWEST_BAND)
    shares = [0.0]
    for lines in (calm[::_LINES], calm[:, ::_LINES].T):
        # Pairs of codes may be cut either way; a band that lies across one cut lies within the other.
        shares.extend(_stair_share(lines, phase, band_px) for phase in range(_READ))
    return max(shares)


def _stair_share(lines: NDArray[np.uint8], phase: int, band_px: int) -> float:
    """Share of pixels in bands of staircases along lines: uint8 [line, place]."""
    length = lines.shape[1]
    values = ((np.ascontiguousarray(lines).astype(np.int16) + phase) // _READ).ravel()
    changes = values[1:] != values[:-1]
    changes[length - 1 :: length] = True  # a line ends where the next begins
    starts = np.concatenate([[0], np.flatnonzero(changes) + 1])
    ends = np.append(starts[1:], values.size)
    wide = ends - starts >= band_px
    starts, ends = starts[wide], ends[wide]
    if len(starts) <= _STEPS_IN_A_ROW:
        return 0.0
    step = np.diff(values[starts]) * _READ
    bands, borders = ends - starts, starts[1:] - ends[:-1]
    narrow = borders <= np.maximum(_SMEARED, _RAGGED * np.minimum(bands[1:], bands[:-1]))
    beside = narrow & (starts[1:] // length == starts[:-1] // length)
    seen = beside & (np.abs(step) >= _LEAST_STEP) & (np.abs(step) <= _LARGEST_STEP)
    direction = np.where(seen, np.sign(step), 0)
    # Neighbouring steps of one direction make a staircase; zero belongs to none.
    turns = np.flatnonzero(direction[1:] != direction[:-1]) + 1
    first, last = np.concatenate([[0], turns]), np.append(turns, len(direction))
    stairs = (direction[first] != 0) & (last - first >= _STEPS_IN_A_ROW)
    pixels = np.concatenate([[0], np.cumsum(bands)])
    # Steps a up to but not including b lie between bands a and b, both included.
    return float((pixels[last[stairs] + 1] - pixels[first[stairs]]).sum() / values.size)
