"""Whether a look can be judged at all, and why not: too dark, an outline, too little of the character."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np

from circletake.checks.consistency._look import CELLS, MARGIN, Look
from circletake.checks.consistency._pixels import small
from circletake.checks.consistency.scorers.protocol import View
from circletake.checks.protocol import Rgb, SheetRef
from circletake.domain.time import ranges_of

NOT_FOUND = "it was not found"
TOO_DARK = "it is too dark"
OUTLINE = "only its outline is lit"
COVERED = "something even is in front of it"
TOO_LITTLE = "too little of it is in the picture"
LOST = "what was followed could not be told to be it"
ALIKE = "it cannot be told from somebody alike"

TOO_FEW = "shows too few usable views; adopt one with three at least."
STRANGERS = "shows pictures with too little in common to be of one character; box the same one in each."

# L by which light dims a character before too little is left of it to be judged; of a dark one a half.
_DIMS, _DIMS_SHARE = 30.0, 0.5
# L of what is around it up to which the scene is dark; above it a dark character is an outline or adrift.
_DARK_AROUND = 50.0
# Spread in Lab below which a look is even, as a share of the evenest view's; L that is black, and the share
# of black from which a look is an outline, beyond the blackest view's.
_EVEN, _BLACK_L, _BLACK = 0.35, 8.0, 0.4
# Share of the area it lately had whole. Of a drawing, cut by the picture's edge, little may be missing, as
# its views are whole; of frames of a film, that show it cut as well, more. Uncut, something is before it.
_CUT, _CUT_FILM, _COVERED = 0.85, 0.5, 0.6
# Frames whose largest is the area it lately had: a second.
_LATELY = 24
# Looks that follow each other closer than this are of hardly more frames.
_DENSEST = 3
# Looks of which one may be wrong.
_ONE_OFF = 2
# How much of the crop a figure spans if the crop was made around its mask; less, and the whole is known.
_SPANS = 0.95 / MARGIN
_GREY, _DARK = 10, 40
# Shares of a picture from which all of it counts as grey, as dark.
_NEARLY_ALL, _MOST = 0.99, 0.95
TINY_PX = 64
"""Long side of a picture that says whether there is colour or light in it."""


class Fitness:
    """Says of one look after the other why it cannot be judged, if it cannot.

    Args:
        views: the bank.
        drawings: True where they show the character whole.
        every: one look in so many frames.
    """

    def __init__(self, views: Sequence[View], *, drawings: bool, every: int = 3) -> None:
        own = [_upper(view.look) for view in views]
        self._dimmest = min(own)
        self._evenest = min(_spread(view.look) for view in views)
        self._blackest = max(_black(view.look) for view in views)
        self._least = _CUT if drawings else _CUT_FILM
        self._drawings = drawings
        self._areas: deque[float] = deque(maxlen=max(_LATELY // max(every, _DENSEST), 1))

    def anew(self) -> None:
        """Forget how much of it there was: a cut, or found again."""
        self._areas.clear()

    def why_not(self, look: Look) -> str | None:
        """Why the next look cannot be judged; None where it can."""
        if (light := self._light(look)) is not None:
            return light
        if is_cut(look):
            is_little = not self._areas and self._drawings
            if self._areas:
                is_little = look.area_share < self._least * self._lately()
            return TOO_LITTLE if is_little else None
        if self._areas and look.area_share < _COVERED * self._lately():
            return TOO_LITTLE
        self._areas.append(look.area_share)
        return None

    def _lately(self) -> float:
        """The area it had; in film the largest but one: a mask there may hold what is beside it."""
        is_some = len(self._areas) > _ONE_OFF and not self._drawings
        return sorted(self._areas)[-2 if is_some else -1]

    def _light(self, look: Look) -> str | None:
        """What of its inside cannot be seen, although it is there."""
        dims = self._dimmest - _upper(look) > min(_DIMS, _DIMS_SHARE * self._dimmest)
        is_even = _spread(look) < _EVEN * self._evenest
        if (dims and is_even) or _black(look) > self._blackest + _BLACK:
            return TOO_DARK if look.around_l < _DARK_AROUND else OUTLINE
        if dims and look.around_l < _DARK_AROUND:
            return TOO_DARK
        return COVERED if is_even else None


def is_cut(look: Look) -> bool:
    """True where the figure reaches the picture's edge and nobody knows how much of it is beyond."""
    rows, columns = np.divmod(look.cells, CELLS)
    spans = max(np.ptp(rows), np.ptp(columns)) + 1
    if spans < _SPANS * CELLS - 1:
        return False  # the crop was made for the whole of it
    plane = np.zeros((CELLS, CELLS), dtype=bool)
    plane[rows, columns] = True
    # the crop's own border is no edge of the picture
    inside = np.pad(look.inside, 1, mode="edge")
    at_edge = ~(inside[:-2, 1:-1] & inside[2:, 1:-1] & inside[1:-1, :-2] & inside[1:-1, 2:])
    return int((plane & at_edge).sum()) > 1


def is_colourless(rgb: Rgb) -> bool:
    """True where a picture has no colour: monochrome film, or nothing but grey."""
    red, green, blue = cv2.split(small(rgb, TINY_PX))
    spread = cv2.max(cv2.max(red, green), blue) - cv2.min(cv2.min(red, green), blue)
    return float((spread < _GREY).mean()) > _NEARLY_ALL


def is_grey(sheet: SheetRef) -> bool:
    """True where no picture of a sheet has colour."""
    return all(is_colourless(picture) for picture in sheet.images)


def is_dark(rgb: Rgb) -> bool:
    """True where hardly anything can be seen in a picture."""
    return float((cv2.cvtColor(small(rgb, TINY_PX), cv2.COLOR_RGB2GRAY) < _DARK).mean()) > _MOST


def without_colour(rgb: Rgb) -> Rgb:
    """The same picture in greys, uint8 height×width×3."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), dtype=np.uint8)


def sheet_in_greys(sheet: SheetRef) -> SheetRef:
    """A sheet and what was circled, in greys; what others differ by in colour is no measure of them."""
    approved = [
        replace(shot, images=[without_colour(picture) for picture in shot.images]) for shot in sheet.approved
    ]
    images = [without_colour(picture) for picture in sheet.images]
    return replace(sheet, images=images, approved=approved, pooled=())


def say_why(reasons: Mapping[int, str]) -> str:
    """Frames that were not judged and why, in words; empty where there are none.

    >>> say_why({4: TOO_DARK, 5: TOO_DARK, 9: NOT_FOUND})
    'it is too dark (frames 4–5); it was not found (frame 9)'
    """
    told = []
    for reason in sorted(set(reasons.values()), key=lambda one: (-list(reasons.values()).count(one), one)):
        ranges = ranges_of(sorted(n for n, why in reasons.items() if why == reason))
        longest = max(ranges, key=lambda one: one.frames)
        last = longest.end - 1
        where = f"frame {last}" if longest.frames == 1 else f"frames {longest.start}–{last}"
        more = f" and {len(ranges) - 1} more" if len(ranges) > 1 else ""
        told.append(f"{reason} ({where}{more})")
    return "; ".join(told)


def _upper(look: Look) -> float:
    return float(np.quantile(look.pixels[:, 0], 0.75))


def _black(look: Look) -> float:
    return float((look.pixels[:, 0] < _BLACK_L).mean())


def _spread(look: Look) -> float:
    return float(np.sqrt(look.pixels.var(axis=0).sum()))
