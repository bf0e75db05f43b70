"""Letters for paper: each in the first font at hand that has it, and named by number where none has it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

# TrueType fonts that systems come with, the plainest first; reportlab brings the last, which has Latin.
_FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
    "/usr/share/fonts/TTF/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/fonts-japanese-gothic.ttf",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "/Library/Fonts/Arial Unicode.ttf",
    "C:/Windows/Fonts/arial.ttf",
    "C:/Windows/Fonts/msgothic.ttc",
    "C:/Windows/Fonts/malgun.ttf",
    "Vera.ttf",
)


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of one font."""

    font: str
    text: str


@cache
def fonts() -> tuple[TTFont, ...]:
    """Fonts at hand, at least one."""
    found = []
    for nth, path in enumerate(_FONTS):
        if Path(path).exists() or path == _FONTS[-1]:
            try:
                font = TTFont(f"circletake-{nth}", path)
            except TTFError:  # of another kind than its name says
                continue
            pdfmetrics.registerFont(font)
            found.append(font)
    return tuple(found)


def spelled(text: str) -> str:
    """A text as it can be set: a letter that no font has stands as its number, `[U+4E2D]`."""
    return "".join(
        letter if _font_of(letter) is not None or letter == "\n" else f"[U+{ord(letter):04X}]"
        for letter in text.expandtabs(4)
    )


def runs(text: str) -> Iterator[Run]:
    """A spelled text, font by font."""
    for font, letters in groupby(text, key=lambda letter: _font_of(letter) or fonts()[0].fontName):
        yield Run(font, "".join(letters))


def width_of(text: str, size: float) -> float:
    """How wide a spelled text is, in the unit of its size."""
    return sum(float(pdfmetrics.stringWidth(run.text, run.font, size)) for run in runs(text))


def lines(text: str, size: float, wide: float) -> Iterator[str]:
    """A text in lines of at most a width; a word that is wider is broken where it must be."""
    for paragraph in spelled(text).split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if width_of(longer, size) <= wide:
                line = longer
                continue
            if line:
                yield line
            line = word
            while width_of(line, size) > wide and len(line) > 1:
                fits = next(
                    many
                    for many in range(len(line) - 1, 0, -1)
                    if many == 1 or width_of(line[:many], size) <= wide
                )
                yield line[:fits]
                line = line[fits:]
        yield line


@cache
def _font_of(letter: str) -> str | None:
    for font in fonts():
        if ord(letter) in font.face.charToGlyph:
            return str(font.fontName)
    return None
