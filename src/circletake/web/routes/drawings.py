"""Drawings: what people drew on pictures, operation by operation."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from circletake.domain.drawing import MOST_POINTS, MOST_TEXT, WHOLE, Act, DrawingOp, Mark, Shape
from circletake.domain.time import FrameRange
from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Id, SentRange, Sha
from circletake.workflows.drawing_views import DrawingView

router = APIRouter(tags=["drawings"])

_OpId = Annotated[str, Field(min_length=36, max_length=36, description="UUIDv7")]
_Share = Annotated[int, Field(ge=0, le=WHOLE)]


class SentMark(BaseModel):
    """What is drawn: points are [x, y] in 1/65,536 of the picture, `width` in 1/65,536 of its height."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    frames: SentRange
    shape: Shape
    points: Annotated[
        list[Annotated[list[_Share], Field(min_length=2, max_length=2)]],
        Field(min_length=1, max_length=MOST_POINTS),
    ]
    width: Annotated[int, Field(ge=1, le=WHOLE)]
    colour: Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]
    text: Annotated[str, Field(max_length=MOST_TEXT)] = ""


class SentDrawing(BaseModel):
    """An operation on a drawing; the same `op` sent again changes nothing."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    op: _OpId
    act: Act
    drawing: _OpId
    task: Annotated[str, Field(min_length=1, max_length=100)]
    content: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    mark: SentMark | None = None


@router.get("/api/tasks/{task_id}/takes/{sha}/drawings")
def drawings(task_id: Id, sha: Sha, studio: StudioHere, session: SignedIn) -> list[DrawingView]:
    """Drawings that stand on a take, oldest first."""
    return studio.drawings(session, task=task_id, content=sha)


@router.post("/api/drawings")
def draw(sent: SentDrawing, studio: StudioHere, session: SignedIn) -> list[DrawingView]:
    """Draw, or alter, delete or take back what one drew; the book keeps all of it."""
    done = DrawingOp(sent.op, sent.act, sent.drawing, _mark(sent.mark) if sent.mark else None)
    return studio.draw(session, task=sent.task, content=sent.content, done=done)


def _mark(sent: SentMark) -> Mark:
    return Mark(
        frames=FrameRange(sent.frames.start, sent.frames.end),
        shape=sent.shape,
        points=tuple((x, y) for x, y in sent.points),
        width=sent.width,
        colour=sent.colour,
        text=sent.text,
    )
