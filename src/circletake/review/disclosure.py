"""The disclosure sheet on paper: what is made how, the whole film first, then slot by slot."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from circletake.review.letters import lines, runs, width_of

_WIDE, _HIGH = landscape(A4)
_EDGE = 36.0
_SIZE, _SMALL, _TITLE = 8.0, 7.0, 14.0
_LINE = 1.35
_GAP = 8.0
_INK, _DIM, _RULE = (0.0, 0.0, 0.0), (0.35, 0.35, 0.35), (0.75, 0.75, 0.75)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: its heading, and what share of the page it takes."""

    name: str
    share: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is set.

    Args:
        facts: label and text, above the table.
        rows: a text for each column.
        small: what is said at the end, in small letters.
        foot: at the foot of every page.
    """

    title: str
    facts: Sequence[tuple[str, str]]
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    small: Sequence[str]
    foot: str


def disclosure_pdf(sheet: Sheet) -> bytes:
    """Set a disclosure sheet on A4 across; the same for the same sheet."""
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=(_WIDE, _HIGH), invariant=1, pageCompression=1)
    canvas.setTitle(sheet.title)
    paper = _Paper(canvas, sheet)
    paper.turn()
    paper.say(sheet.title, _TITLE)
    paper.left -= 4
    for label, text in sheet.facts:
        paper.row([label, text], [0.2, 0.8])
    paper.left -= _GAP
    paper.heading()
    for row in sheet.rows:
        paper.row(row, [column.share for column in sheet.columns], ruled=True)
    paper.left -= _GAP
    for text in sheet.small:
        for line in lines(text, _SMALL, _WIDE - 2 * _EDGE):
            paper.say(line, _SMALL, colour=_DIM)
    canvas.save()
    return made.getvalue()


class _Paper:
    """A page that is being set; `left` is how much of it is still free, from its lower edge."""

    def __init__(self, canvas: Canvas, sheet: Sheet) -> None:
        self.canvas, self.sheet = canvas, sheet
        self.left = 0.0
        self.number = 0
        self._in_table = False

    def turn(self) -> None:
        """Begin the next page."""
        if self.number:
            self.canvas.showPage()
        self.number += 1
        self.left = _HIGH - _EDGE
        self._text(f"{self.sheet.foot} · page {self.number}", _EDGE, _EDGE / 2, _SMALL, _DIM)
        if self._in_table:
            self.heading()

    def say(self, line: str, size: float, *, colour: tuple[float, float, float] = _INK) -> None:
        """Set a line of its own."""
        if self.left - size * _LINE < _EDGE:
            self.turn()
        self.left -= size * _LINE
        self._text(line, _EDGE, self.left, size, colour)

    def heading(self) -> None:
        """Set the names of the columns."""
        self._in_table = True
        shares = [column.share for column in self.sheet.columns]
        self.row([column.name for column in self.sheet.columns], shares, ruled=True, colour=_DIM)

    def row(
        self,
        texts: Sequence[str],
        shares: Sequence[float],
        *,
        ruled: bool = False,
        colour: tuple[float, float, float] = _INK,
    ) -> None:
        """Set a row, each text in the width of its column; a row is never torn between pages."""
        wide = _WIDE - 2 * _EDGE
        cells = [
            list(lines(text, _SIZE, wide * share - _GAP)) for text, share in zip(texts, shares, strict=True)
        ]
        high = max(map(len, cells)) * _SIZE * _LINE + (3 if ruled else 0)
        if self.left - high < _EDGE:
            self.turn()
        x = _EDGE
        for cell, share in zip(cells, shares, strict=True):
            for nth, line in enumerate(cell, start=1):
                self._text(line, x, self.left - nth * _SIZE * _LINE, _SIZE, colour)
            x += wide * share
        self.left -= high
        if ruled:
            self.canvas.setStrokeColorRGB(*_RULE)
            self.canvas.setLineWidth(0.5)
            self.canvas.line(_EDGE, self.left, _WIDE - _EDGE, self.left)

    def _text(self, text: str, x: float, y: float, size: float, colour: tuple[float, float, float]) -> None:
        self.canvas.setFillColorRGB(*colour)
        for run in runs(text):
            self.canvas.setFont(run.font, size)
            self.canvas.drawString(x, y, run.text)
            x += width_of(run.text, size)
