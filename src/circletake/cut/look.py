"""How a version of the film is framed and what is written into its pictures; the master itself is plain."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import cv2
import numpy as np

from circletake.cut.picture import Rgb, fitted
from circletake.domain.cut import CutVersion, Slot
from circletake.domain.time import format_timecode
from circletake.errors import TimeInvalid
from circletake.media.picture import Frame

Burn = Literal["timecode", "shot", "take", "notice", "safe"]
BURNS: tuple[Burn, ...] = ("timecode", "shot", "take", "notice", "safe")

RULE = "look-1"
NOTICE = "NOT FOR RELEASE"
_LETTERS_PER_HEIGHT = 700.0  # OpenCV's scale 1 is some 22 pixels high
_SAFE = 0.9  # of width and height: EBU R 95, graphics safe area
_BAR = 0.45  # of the picture's light that stays under words


@dataclass(frozen=True, slots=True)
class Look:
    """How pictures are framed and what is burnt into them.

    Args:
        fills: the picture covers the frame and is cropped; else all of it is seen.
        burns: what is written.
        names: content → what its take is called, where takes are written.
    """

    fills: bool = False
    burns: tuple[Burn, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """Nothing is cropped or written."""
        return not self.fills and not self.burns

    def told(self, cut: CutVersion, slot: Slot, record: int) -> dict[str, object]:
        """What of it decides a slot's pictures from a frame of the cut on; empty where it is plain."""
        if self.is_plain:
            return {}
        written = {"words": self._words(cut, slot, record), "drop": cut.drop} if self.burns else {}
        return {"look": [RULE, self.fills, list(self.burns)], **written}

    def framed(self, picture: Frame | Rgb, *, width_px: int, height_px: int) -> Rgb:
        """A picture in the cut's size: uint8 [height, width, 3], sRGB."""
        if not isinstance(picture, Frame):
            return picture
        if not self.fills:
            return fitted(picture, width_px=width_px, height_px=height_px)
        scale = max(width_px / picture.width_px, height_px / picture.height_px)
        wide = max(width_px, round(picture.width_px * scale))
        high = max(height_px, round(picture.height_px * scale))
        whole = picture.rgb_at(wide, high)
        left, top = (wide - width_px) // 2, (high - height_px) // 2
        return np.ascontiguousarray(whole[top : top + height_px, left : left + width_px])

    def written(self, rgb: Rgb, cut: CutVersion, slot: Slot, record: int) -> Rgb:
        """A picture with what is to be read on it.

        Args:
            record: the frame's number in the cut.
        """
        if not self.burns:
            return rgb
        made = rgb.copy()
        height, width = made.shape[:2]
        if "safe" in self.burns:
            inset = [round(side * (1 - _SAFE) / 2) for side in (width, height)]
            corner = (width - inset[0] - 1, height - inset[1] - 1)
            cv2.rectangle(made, (inset[0], inset[1]), corner, (200, 200, 200), max(1, height // 540))
        if "notice" in self.burns:
            _write(made, NOTICE, 0.02)
        words = self._words(cut, slot, record)
        if words:
            _write(made, "   ".join(words), 0.92)
        return made

    def _words(self, cut: CutVersion, slot: Slot, record: int) -> list[str]:
        said: list[str] = []
        if "timecode" in self.burns:
            try:
                said.append(format_timecode(cut.start + record, cut.rate, drop=cut.drop))
            except TimeInvalid:  # there is no timecode at this rate
                said.append(str(cut.start + record))
        if "shot" in self.burns:
            said.append(slot.shot)
        if "take" in self.burns and slot.take:
            said.append(self.names.get(slot.take, slot.take[:8]))
        return said


def _write(rgb: Rgb, words: str, top: float) -> None:
    """White letters on a darkened bar, across the picture."""
    height, width = rgb.shape[:2]
    letters = words.encode("ascii", "replace").decode()  # the drawn face has no others
    thickness = max(1, height // 400)
    scale = height / _LETTERS_PER_HEIGHT
    (wide, high), _ = cv2.getTextSize(letters, cv2.FONT_HERSHEY_SIMPLEX, scale, thickness)
    if wide > width:
        scale *= width / wide
        (wide, high), _ = cv2.getTextSize(letters, cv2.FONT_HERSHEY_SIMPLEX, scale, thickness)
    first = round(height * top)
    bar = rgb[first : first + 2 * high]
    bar[:] = (bar * _BAR).astype(np.uint8)
    at = ((width - wide) // 2, first + high + high // 2)
    cv2.putText(rgb, letters, at, cv2.FONT_HERSHEY_SIMPLEX, scale, (255, 255, 255), thickness)
