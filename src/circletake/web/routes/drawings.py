"""Drawings: what people drew on pictures, operation by operation."""

from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from circletake.domain.drawing import DrawingOp, Mark
from circletake.domain.time import FrameRange
from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Id, SentDrawing, SentMark, Sha
from circletake.workflows.drawing_views import DrawingView
from circletake.workflows.export_notes import Exported

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


# Files, as media are: the description tells of answers that programs read.
@router.get("/api/tasks/{task_id}/takes/{sha}/notes.otio", include_in_schema=False)
def notes_for_rv(task_id: Id, sha: Sha, studio: StudioHere, session: SignedIn) -> Response:
    """Notes and drawings of a take as a timeline for OpenRV, with its annotation schemas."""
    return _handed(studio.export_notes(session, task=task_id, content=sha, form="otio"))


@router.get("/api/tasks/{task_id}/takes/{sha}/notes.pdf", include_in_schema=False)
def notes_on_paper(task_id: Id, sha: Sha, studio: StudioHere, session: SignedIn) -> Response:
    """Notes and drawings of a take on paper, a page for each frame."""
    return _handed(studio.export_notes(session, task=task_id, content=sha, form="pdf"))


def _handed(file: Exported) -> Response:
    named = f"attachment; filename*=UTF-8''{quote(file.name)}"
    return Response(file.data, media_type=file.media_type, headers={"Content-Disposition": named})


def _mark(sent: SentMark) -> Mark:
    return Mark(
        frames=FrameRange(sent.frames.start, sent.frames.end),
        shape=sent.shape,
        points=tuple((x, y) for x, y in sent.points),
        width=sent.width,
        colour=sent.colour,
        text=sent.text,
    )
