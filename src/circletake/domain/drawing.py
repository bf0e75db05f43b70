"""Drawings on a picture: marks over frames, and what a history of operations on them leaves standing.

A point is x, y in 1/65,536 of the picture, y down, so that no size is needed and no decimals are kept. A
width is in 1/65,536 of the picture's height, so that a line is as thick along x as along y.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from circletake.domain.time import FrameRange
from circletake.errors import DrawingInvalid

WHOLE = 65_536
Point = tuple[int, int]
Shape = Literal["pen", "line", "arrow", "rect", "ellipse", "text"]
SHAPES: tuple[Shape, ...] = get_args(Shape)
Act = Literal["add", "update", "delete", "restore"]
ACTS: tuple[Act, ...] = get_args(Act)

MOST_POINTS = 4_000
MOST_TEXT = 500
_WIDEST = WHOLE // 4
_COLOUR = re.compile(r"#[0-9a-f]{6}")
# RFC 9562, 5.7: the time in front, so that ids that a browser makes sort as they were made.
_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
# How many points a shape has; a pen's line as many as it takes.
_POINTS: Mapping[Shape, int] = {"line": 2, "arrow": 2, "rect": 2, "ellipse": 2, "text": 1}


@dataclass(frozen=True, slots=True)
class Mark:
    """What is drawn.

    Args:
        frames: on which it stands, 0-based in the content.
        points: along the pen; from and to of a line or arrow; two corners of a box, or of the box that an
            ellipse fills; the upper left corner of a text.
        width: of the line; of a text, the height of its letters.
        colour: `#rrggbb`.
        text: of a text, else empty; None once erased.
    """

    frames: FrameRange
    shape: Shape
    points: tuple[Point, ...]
    width: int
    colour: str
    text: str | None = ""


@dataclass(frozen=True, slots=True)
class DrawingOp:
    """One thing done to a drawing; `mark` is what it is from then on, None where that stays."""

    id: str
    act: Act
    drawing: str
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing as it stands; deleted, it can still be taken back."""

    id: str
    mark: Mark
    deleted: bool = False


def is_uuid7(text: str) -> bool:
    """Whether a text is an id as drawings and operations have them.

    >>> is_uuid7("01940b6c-3f4e-7c1d-9a6e-0123456789ab"), is_uuid7("01940b6c")
    (True, False)
    """
    return _UUID7.fullmatch(text) is not None


def check_operation(done: DrawingOp, *, n_frames: int) -> None:
    """Refuse what cannot be drawn on a content.

    Args:
        n_frames: of the content.

    Raises:
        DrawingInvalid: says what is the matter.
    """
    if not is_uuid7(done.id) or not is_uuid7(done.drawing):
        raise DrawingInvalid("A drawing and what is done to it have ids of the form UUIDv7; make one anew.")
    if done.act not in ACTS:
        raise DrawingInvalid(f"“{done.act}” cannot be done to a drawing; it is one of {', '.join(ACTS)}.")
    if (done.mark is None) != (done.act in {"delete", "restore"}):
        raise DrawingInvalid("To add or update says what is drawn; to delete or restore says nothing of it.")
    if done.mark is not None:
        _check_mark(done.mark, n_frames)


def _check_mark(mark: Mark, n_frames: int) -> None:
    if mark.shape not in SHAPES:
        raise DrawingInvalid(f"“{mark.shape}” is no shape; it is one of {', '.join(SHAPES)}.")
    last = max(n_frames, 1)
    if mark.frames.start < 0 or mark.frames.end > last or mark.frames.frames == 0:
        raise DrawingInvalid(
            f"Frames {mark.frames.start}–{mark.frames.end} are outside the take, which has {last}; "
            f"name some that it has."
        )
    wanted = _POINTS.get(mark.shape)
    if not 1 <= len(mark.points) <= MOST_POINTS or wanted not in {None, len(mark.points)}:
        raise DrawingInvalid(
            f"A {mark.shape} cannot have {len(mark.points)} points; lift the pen and draw it again."
        )
    if not all(0 <= value <= WHOLE for point in mark.points for value in point):
        raise DrawingInvalid(
            f"A point lies outside the picture; points are 0 to {WHOLE} in 1/{WHOLE} of the picture."
        )
    if not 1 <= mark.width <= _WIDEST or not _COLOUR.fullmatch(mark.colour):
        raise DrawingInvalid(
            f"A line is 1 to {_WIDEST} wide, in 1/{WHOLE} of the picture's height, and its colour is #rrggbb."
        )
    words = mark.text or ""
    if (mark.shape == "text") != bool(words.strip()) or len(words) > MOST_TEXT:
        raise DrawingInvalid(f"A text, and only a text, says something, in at most {MOST_TEXT} characters.")


def standing(history: Iterable[DrawingOp]) -> dict[str, Drawing]:
    """What a history of operations leaves, deleted drawings among them.

    The same operation twice counts once. What is done to a drawing that nobody added is left out, as is a
    second beginning of the same one; the book refuses both.

    >>> one = Mark(FrameRange(0, 1), "line", ((0, 0), (9, 9)), 100, "#ffffff")
    >>> found = standing([DrawingOp("a", "add", "d", one), DrawingOp("b", "delete", "d")])
    >>> found["d"].deleted
    True
    """
    drawings: dict[str, Drawing] = {}
    seen: set[str] = set()
    for done in history:
        if done.id in seen:
            continue
        seen.add(done.id)
        known = drawings.get(done.drawing)
        if done.act == "add" and known is None and done.mark is not None:
            drawings[done.drawing] = Drawing(done.drawing, done.mark)
        elif known is not None and done.act == "update" and done.mark is not None:
            drawings[done.drawing] = replace(known, mark=done.mark)
        elif known is not None and done.act in {"delete", "restore"}:
            drawings[done.drawing] = replace(known, deleted=done.act == "delete")
    return drawings


def frames_label(frames: FrameRange, *, start_frame: int = 0) -> str:
    """Frames as people name them: the label of a frame is the first label of the take, and how far it is in.

    >>> frames_label(FrameRange(12, 13)), frames_label(FrameRange(0, 24), start_frame=1001)
    ('12', '1001–1024')
    """
    first, last = start_frame + frames.start, start_frame + frames.end - 1
    return str(first) if first == last else f"{first}–{last}"
