"""Productions, and the model sheets they adopt."""

from fastapi import APIRouter

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Code, SentShot
from circletake.workflows.views import BoardView, JobView, ProductionView, TaskView

router = APIRouter(tags=["productions"])


@router.get("/api/productions")
def productions(studio: StudioHere, session: SignedIn) -> list[ProductionView]:
    """The productions the signed-in person works on."""
    return studio.productions(session)


@router.post("/api/productions/{code}/shots")
def add_shot(code: Code, sent: SentShot, studio: StudioHere, session: SignedIn) -> BoardView:
    """Record a shot that is wanted."""
    studio.add_shot(
        session,
        code,
        code=sent.code,
        title=sent.title,
        frames=sent.frames,
        source_class=sent.source_class,
    )
    return studio.board(session, code)


@router.post("/api/productions/{code}/check")
def check(code: Code, studio: StudioHere, session: SignedIn) -> list[JobView]:
    """Order every measurement that is asked for and not there yet."""
    return studio.check(session, code)


@router.post("/api/productions/{code}/sheets/{character}/adopt")
def adopt_sheet(code: Code, character: Code, studio: StudioHere, session: SignedIn) -> TaskView:
    """Make a character's circled model sheet the one that takes lean on from now on."""
    return studio.sheet_adopt(session, code, character=character)
