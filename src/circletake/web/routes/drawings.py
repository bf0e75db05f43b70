"""Drawings: what people drew on pictures, operation by operation."""

from fastapi import APIRouter

from circletake.domain.drawing import DrawingOp, Mark
from circletake.domain.time import FrameRange
from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Id, SentDrawing, SentMark, Sha
from circletake.workflows.drawing_views import DrawingView

router = APIRouter(tags=["drawings"])


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
