"""Watermarks: words burnt into a picture, over all of it, readable on bright and on dark, and seen through.

The letters are those that OpenCV carries: Latin, Greek, Cyrillic, Hebrew, Chinese, Japanese and Korean. A
letter that it cannot draw as it is written is spelled by its name in Unicode: what stands in the picture
may be clumsy, and is never a box or a question mark.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.media.picture import Rgb

_FONT, _WEIGHT = "sans", 500
_LETTERS = 0.036  # of the picture's height: read at a glance, and small beside a face
_LEAST_PX = 12
_TURN_DEG = 24.0
_LINES_APART, _WORDS_APART = 6.4, 3.0  # in heights of a letter
_HELD = 16  # some 90 MB at 1280 × 720: a few guests at once
_COVER = 76  # of 255: three tenths; the picture can be judged through it, and it survives being filmed
# Joined letters: drawn one by one they would be another word, or none.
_JOINED = ("ARABIC ", "SYRIAC ", "MONGOLIAN ", "NKO ", "THAANA ")


@dataclass(frozen=True, slots=True)
class Mark:
    """A watermark for pictures of one size.

    Args:
        keeps: uint8 [height, width, 3], how much of the picture is kept, in 255ths.
        adds: uint8 [height, width, 3], what is added to that, in code values.
    """

    keeps: NDArray[np.uint8]
    adds: NDArray[np.uint8]

    def burn(self, rgb: Rgb) -> Rgb:
        """A picture with the mark in it: uint8 [height, width, 3], of the size it was made for."""
        kept = cv2.multiply(rgb, self.keeps, scale=1 / 255)
        return np.asarray(cv2.add(kept, self.adds), dtype=np.uint8)


@lru_cache(maxsize=_HELD)
def make_mark(words: str, width_px: int, height_px: int) -> Mark:
    """Draw words over and over, aslant, each with a dark edge."""
    drawn = drawable(words)
    letters_px = max(round(height_px * _LETTERS), _LEAST_PX)
    side = int(np.hypot(width_px, height_px)) + 2 * letters_px
    sheet = np.zeros((side, side, 3), np.uint8)
    # a small picture has lines enough too: each third of it holds one
    step_y = round(min(letters_px * _LINES_APART, max(height_px * 0.3, letters_px * 1.4)))
    step_x = max(_width(drawn, letters_px) + round(letters_px * _WORDS_APART), 1)
    for line, y in enumerate(range(letters_px, side + step_y, step_y)):
        for x in range(-(line % 2) * step_x // 2, side, step_x):
            _put(sheet, drawn, x, y, letters_px)
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), _TURN_DEG, 1.0)
    turned = cv2.warpAffine(sheet[:, :, 0], turn, (side, side), flags=cv2.INTER_LINEAR)
    top, left = (side - height_px) // 2, (side - width_px) // 2
    light = turned[top : top + height_px, left : left + width_px]
    edge_px = 2 * max(letters_px // 12, 1) + 1
    dark = cv2.dilate(light, np.ones((edge_px, edge_px), np.uint8))
    keeps, adds = (np.repeat(part[:, :, None], 3, axis=2) for part in (255 - _cover(dark), _cover(light)))
    for part in (keeps, adds):
        part.setflags(write=False)
    return Mark(keeps, adds)


def _cover(ink: NDArray[Any]) -> NDArray[np.uint8]:
    return (ink.astype(np.uint16) * _COVER // 255).astype(np.uint8)


def _put(sheet: NDArray[np.uint8], text: str, x: int, y: int, letters_px: int) -> None:
    cv2.putText(sheet, text, (x, y), (255, 255, 255), cv2.FontFace(_FONT), letters_px, _WEIGHT)


def _width(text: str, letters_px: int) -> int:
    box = cv2.getTextSize((1 << 14, letters_px * 2), text, (0, 0), cv2.FontFace(_FONT), letters_px, _WEIGHT)
    return int(box[2])


def drawable(words: str) -> str:
    """Words as they can be drawn: what runs from right to left turned round, other letters by their names.

    >>> drawable("Ana Žižek · 田中")
    'Ana Žižek · 田中'
    >>> drawable("नम")
    'na ma'
    """
    composed = unicodedata.normalize("NFC", words)
    told: list[str] = []
    for is_drawn, letters in groupby(composed, key=_is_drawn):
        run = "".join(letters)
        told.append(run if is_drawn else f" {' '.join(filter(None, map(_spelled, run)))} ")
    return " ".join(_turned("".join(told)).split())


def _turned(text: str) -> str:
    """Letters that run from right to left, each run of them the other way round."""
    runs = [(way, list(letters)) for way, letters in groupby(text, key=_is_leftward)]
    return "".join("".join(reversed(run) if way else run) for way, run in runs)


def _is_leftward(letter: str) -> bool:
    return unicodedata.bidirectional(letter) == "R"


def _spelled(letter: str) -> str:
    name = unicodedata.name(letter, "")
    if unicodedata.category(letter) in {"Mn", "Cf"} and " SIGN " not in f"{name} ":
        return ""
    for word in (" LETTER ", " VOWEL SIGN ", " SIGN ", " CHARACTER ", " DIGIT "):
        name = name.rpartition(word)[2]
    return name.lower()


@lru_cache(maxsize=4096)
def _is_drawn(letter: str) -> bool:
    if letter.isspace() or (letter.isascii() and letter.isprintable()):
        return True
    if unicodedata.name(letter, "").startswith(_JOINED) or unicodedata.category(letter) in {"Mn", "Cf"}:
        return False
    return not np.array_equal(_glyph(letter), _glyph("?"))


def _glyph(letter: str) -> NDArray[np.uint8]:
    sheet = np.zeros((64, 96, 3), np.uint8)
    _put(sheet, letter, 24, 44, 32)
    return sheet
