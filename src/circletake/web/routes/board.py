"""The board, shots × stages, and the queue: what waits for whom."""

from fastapi import APIRouter
from starlette.responses import Response

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Code
from circletake.workflows.views import BoardView, QueueItemView

router = APIRouter(tags=["board"])


@router.get("/api/productions/{code}/board", response_model=BoardView)
def board(code: Code, studio: StudioHere, session: SignedIn) -> Response:
    """Every shot at every stage."""
    # The largest answer of all: it is kept as JSON, and nothing is gained by reading it over again.
    return Response(studio.board_json(session, code), media_type="application/json")


@router.get("/api/queue")
def queue(studio: StudioHere, session: SignedIn) -> list[QueueItemView]:
    """What waits for the signed-in person's verdict."""
    return studio.queue(session)
