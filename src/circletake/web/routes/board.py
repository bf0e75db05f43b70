"""The board, shots × stages, and the queue: what waits for whom."""

from fastapi import APIRouter
from starlette.responses import Response

from circletake.web.answers import shown
from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Code
from circletake.workflows.views import BoardView, QueueItemView

router = APIRouter(tags=["board"])


@router.get("/api/productions/{code}/board", response_model=BoardView)
def board(code: Code, studio: StudioHere, session: SignedIn) -> Response:
    """Every shot at every stage."""
    return shown(studio.board(session, code))


@router.get("/api/queue", response_model=list[QueueItemView])
def queue(studio: StudioHere, session: SignedIn) -> Response:
    """What waits for the signed-in person's verdict."""
    return shown(studio.queue(session))
