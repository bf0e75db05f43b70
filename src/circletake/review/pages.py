"""Notes and drawings on paper: a page for each frame that somebody noted or drew on."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from circletake.domain.drawing import WHOLE, Mark
from circletake.domain.reviewed import BASELINE, LEADING, Noted, Reviewed
from circletake.domain.time import FrameRange, format_timecode
from circletake.review.letters import lines, runs, spelled

_EDGE = 36.0
_WIDE = A4[0] - 2 * _EDGE
_TALLEST_PICTURE = 360.0
_SIZE, _SMALL, _TITLE = 10.0, 8.0, 13.0
_LINE = 1.35
_DIM = (0.35, 0.35, 0.35)
_INK = (0.0, 0.0, 0.0)
_INDENT = 14.0
_ROUND_CAP = 1

Pictures = Callable[[int], bytes | None]


@dataclass(frozen=True, slots=True)
class _Text:
    """Something to say in the column of text."""

    text: str
    size: float = _SIZE
    colour: tuple[float, float, float] = _INK
    indent: float = 0.0
    above: float = 0.0


@dataclass
class _Paper:
    """A page that is being set; `left` is how much of it is still free, from its lower edge."""

    canvas: Canvas
    take: Reviewed
    left: float = 0.0
    number: int = field(default=0)

    def turn(self, heading: str) -> None:
        """Begin the next page."""
        if self.number:
            self.canvas.showPage()
        self.number += 1
        self.left = A4[1] - _EDGE
        self.say(_Text(heading, _TITLE))
        self.canvas.setFillColorRGB(*_DIM)
        self.line(f"{self.take.content[:12]} · page {self.number}", _EDGE, _EDGE / 2, _SMALL)

    def say(self, what: _Text, again: str = "") -> None:
        """Set a text, on the next page where this one is full; `again` heads that one."""
        self.left -= what.above
        for line in lines(what.text, what.size, _WIDE - what.indent):
            if self.left - what.size * _LINE < _EDGE and again:
                self.turn(f"{again} (continued)")
            self.left -= what.size * _LINE
            self.canvas.setFillColorRGB(*what.colour)
            self.line(line, _EDGE + what.indent, self.left, what.size)

    def line(self, text: str, x: float, y: float, size: float) -> None:
        """Set one line of spelled text."""
        written = self.canvas.beginText(x, y)
        for run in runs(text):
            written.setFont(run.font, size)
            written.textOut(run.text)
        self.canvas.drawText(written)

    def picture(self, data: bytes, marks: list[Mark]) -> None:
        """Set the picture of a frame with what is drawn on it."""
        image = ImageReader(io.BytesIO(data))
        width_px, height_px = image.getSize()
        wide = min(_WIDE, _TALLEST_PICTURE * width_px / height_px)
        high = wide * height_px / width_px
        x, y = _EDGE, self.left - 8 - high
        self.canvas.drawImage(image, x, y, wide, high)
        self.canvas.saveState()
        clip = self.canvas.beginPath()
        clip.rect(x, y, wide, high)
        self.canvas.clipPath(clip, stroke=0)
        for mark in marks:
            self._draw(mark, x, y, wide, high)
        self.canvas.restoreState()
        self.left = y - 6

    def _draw(self, mark: Mark, left: float, below: float, wide: float, high: float) -> None:
        canvas = self.canvas
        thick = high * mark.width / WHOLE
        colour = [int(mark.colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        points = [(left + wide * x / WHOLE, below + high * (WHOLE - y) / WHOLE) for x, y in mark.points]
        canvas.setStrokeColorRGB(*colour)
        canvas.setFillColorRGB(*colour)
        canvas.setLineWidth(thick)
        canvas.setLineCap(_ROUND_CAP)
        canvas.setLineJoin(_ROUND_CAP)
        (x0, y0), (x1, y1) = points[0], points[-1]
        match mark.shape:
            case "rect":
                canvas.rect(min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0))
            case "ellipse":
                canvas.ellipse(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
            case "text":
                for nth, line in enumerate(spelled(mark.text or "").split("\n")):
                    self.line(line, x0, y0 - float(BASELINE + nth * LEADING) * thick, thick)
            case _:
                self._along(points)
                if mark.shape == "arrow":
                    self._along(arrow_head(points[0], points[-1], thick, high))

    def _along(self, points: list[tuple[float, float]]) -> None:
        path = self.canvas.beginPath()
        path.moveTo(*points[0])
        for point in points[1:] or points:  # a dot: a line of no length with round ends
            path.lineTo(*point)
        self.canvas.drawPath(path)


def arrow_head(
    start: tuple[float, float], tip: tuple[float, float], thick: float, high: float
) -> list[tuple[float, float]]:
    """The two strokes at the tip of an arrow, as the desk draws them."""
    shaft = complex(*start) - complex(*tip)
    if shaft == 0:
        return [tip]
    size = min(abs(shaft) / 2, max(6 * thick, high / 50))
    wings = [complex(*tip) + size * shaft / abs(shaft) * turn for turn in (_TURN, _TURN.conjugate())]
    return [(wings[0].real, wings[0].imag), tip, (wings[1].real, wings[1].imag)]


_TURN = complex(0.8775825618903728, 0.479425538604203)  # half a radian


def to_pdf(take: Reviewed, picture_of: Pictures) -> bytes:
    """Set a take's notes and drawings on A4.

    Args:
        picture_of: the stored picture of a frame as JPEG, None where there is none.

    Returns:
        The file; the same for the same notes.
    """
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle(take.title)
    paper = _Paper(canvas, take)
    frames = take.frames()
    for frame in frames:
        heading = f"{take.title} · frame {take.label(frame)} · {format_timecode(frame, take.rate)}"
        paper.turn(heading)
        marks = [one.mark for one in take.drawings if frame in one.mark.frames]
        data = picture_of(frame)
        if data is not None:
            paper.picture(data, marks)
        else:
            paper.say(_Text("The picture of this frame is not stored yet; analyse the take.", colour=_DIM))
        notes = [note for note in take.notes if any(span.start == frame for span in take.where(note))]
        _write(paper, notes, heading)
        drew = sorted({one.person for one in take.drawings if frame in one.mark.frames})
        if drew:
            paper.say(_Text(f"Drawn by {', '.join(drew)}.", _SMALL, _DIM, above=6), heading)
    rest = [note for note in take.notes if not take.where(note)]
    if rest or not frames:
        paper.turn(take.title)
        _write(paper, rest, take.title)
        if not rest:
            paper.say(_Text("Nobody noted or drew anything.", colour=_DIM))
    canvas.save()
    return made.getvalue()


def _write(paper: _Paper, notes: list[Noted], heading: str) -> None:
    for note in notes:
        for text in _note(paper.take, note):
            paper.say(text, heading)


def _note(take: Reviewed, note: Noted) -> Iterator[_Text]:
    where = ", ".join(_span(take, frames) for frames in take.where(note))
    yield _Text(f"{note.severity.upper()} · {note.state}{' · ' + where if where else ''}", _SMALL, above=10)
    yield _Text(note.text)
    yield _Text(f"{note.person}, {_when(note.at)}", _SMALL, _DIM)
    for reply in note.replies:
        yield _Text(reply.text, indent=_INDENT, above=4)
        yield _Text(f"{reply.person}, {_when(reply.at)}", _SMALL, _DIM, _INDENT)


def _when(at: str) -> str:
    """A time of the book, to the minute.

    >>> _when("2026-11-23T13:19:25.652822Z")
    '2026-11-23 13:19 UTC'
    """
    return f"{at[:10]} {at[11:16]} UTC"


def _span(take: Reviewed, frames: FrameRange) -> str:
    first, last = take.label(frames.start), take.label(frames.end - 1)
    return f"frame {first}" if first == last else f"frames {first}–{last}"
