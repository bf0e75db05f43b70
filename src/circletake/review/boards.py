"""The board on paper: panels in a grid with their words, or one a line with room for notes."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from circletake.review.letters import lines, runs

Layout = Literal["one", "two", "six", "nine", "column"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)
# columns and rows on a page, and whether the page lies
_GRIDS: dict[Layout, tuple[int, int, bool]] = {
    "one": (1, 1, True),
    "two": (2, 1, True),
    "six": (3, 2, True),
    "nine": (3, 3, True),
    "column": (1, 4, False),
}
_EDGE, _GAP, _FOOT = 30.0, 12.0, 18.0
_HEAD, _SIZE, _SMALL = 9.0, 8.0, 7.0
_LINE = 1.3
_SHARE = 0.66  # of a place's height that the picture may take
_BESIDE = 0.5  # of its width, where the words stand beside it
_DIM, _INK, _HATCH = (0.35, 0.35, 0.35), (0.0, 0.0, 0.0), (0.75, 0.75, 0.75)


@dataclass(frozen=True, slots=True)
class Printed:
    """A panel on paper.

    Args:
        head: its name, shot and length.
        words: paragraphs, each behind what it is.
        picture: asked for when it is set: JPEG, or None where there is none.
        expected: what stands in place of a picture.
    """

    head: str
    words: Sequence[tuple[str, str]]
    picture: Callable[[], bytes | None]
    expected: str = ""


def board_pdf(title: str, panels: Sequence[Printed], *, layout: Layout) -> bytes:
    """Set panels on A4; words that find no room end with “…”.

    Returns:
        The file; the same for the same panels.
    """
    columns, rows, lies = _GRIDS[layout]
    width, height = landscape(A4) if lies else A4
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=(width, height), invariant=1, pageCompression=1)
    canvas.setTitle(title)
    on_page = columns * rows
    pages = -(-len(panels) // on_page)
    wide = (width - 2 * _EDGE - (columns - 1) * _GAP) / columns
    high = (height - 2 * _EDGE - _FOOT - (rows - 1) * _GAP) / rows
    for page in range(pages):
        for place, panel in enumerate(panels[page * on_page : (page + 1) * on_page]):
            row, column = divmod(place, columns)
            left = _EDGE + column * (wide + _GAP)
            top = height - _EDGE - row * (high + _GAP)
            _Place(canvas, left, top, wide, high).set(panel, is_beside=layout == "column")
        canvas.setFillColorRGB(*_DIM)
        _write(canvas, f"{title} · page {page + 1} of {pages}", _EDGE, _EDGE / 2, _SMALL)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where on a page a panel is set; `top` is its upper edge."""

    canvas: Canvas
    left: float
    top: float
    wide: float
    high: float

    def set(self, panel: Printed, *, is_beside: bool) -> None:
        """Set a panel: its name, its picture, its words."""
        self.canvas.setFillColorRGB(*_INK)
        head = list(lines(panel.head, _HEAD, self.wide))
        _write(self.canvas, head[0] if head else "", self.left, self.top - _HEAD, _HEAD)
        top = self.top - _HEAD * _LINE - 4
        room_wide = self.wide * _BESIDE if is_beside else self.wide
        room_high = self.high - (self.top - top) if is_beside else self.high * _SHARE
        wide, high = self._picture(panel, top, room_wide, room_high)
        if is_beside:
            self._words(panel, self.left + wide + _GAP, top, self.wide - wide - _GAP)
        else:
            self._words(panel, self.left, top - high - 2, self.wide)

    def _picture(self, panel: Printed, top: float, room_wide: float, room_high: float) -> tuple[float, float]:
        data = panel.picture()
        if data is None:
            wide, high = room_wide, min(room_high, room_wide * 9 / 16)
            self.canvas.setStrokeColorRGB(*_HATCH)
            self.canvas.rect(self.left, top - high, wide, high)
            self.canvas.line(self.left, top - high, self.left + wide, top)
            self.canvas.line(self.left, top, self.left + wide, top - high)
            self.canvas.setFillColorRGB(*_DIM)
            _write(self.canvas, panel.expected or "no picture yet", self.left + 6, top - high + 6, _SMALL)
            return wide, high
        image = ImageReader(io.BytesIO(data))
        width_px, height_px = image.getSize()
        wide = min(room_wide, room_high * width_px / height_px)
        high = wide * height_px / width_px
        self.canvas.drawImage(image, self.left, top - high, wide, high)
        return wide, high

    def _words(self, panel: Printed, left: float, top: float, wide: float) -> None:
        bottom = self.top - self.high
        at = top
        told = [line for what, text in panel.words for line in _said(what, text, wide)]
        self.canvas.setFillColorRGB(*_INK)
        for n, line in enumerate(told):
            at -= _SIZE * _LINE
            is_last = at - _SIZE * _LINE < bottom
            cut = f"{line[:-1]}…" if is_last and n + 1 < len(told) else line
            if at >= bottom:
                _write(self.canvas, cut, left, at, _SIZE)
            if is_last:
                return


def _said(what: str, text: str, wide: float) -> list[str]:
    return [line for part in f"{what}: {text}".split("\n") for line in lines(part, _SIZE, wide)]


def _write(canvas: Canvas, text: str, x: float, y: float, size: float) -> None:
    written = canvas.beginText(x, y)
    for run in runs(text):
        written.setFont(run.font, size)
        written.textOut(run.text)
    canvas.drawText(written)
