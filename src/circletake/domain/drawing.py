"""Drawings on a picture: marks over frames, and what may be done to them.

A point is x, y in 1/65,536 of the picture, y down, so that no size is needed and no decimals are kept. A
width is in 1/65,536 of the picture's height, so that a line is as thick along x as along y.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
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
