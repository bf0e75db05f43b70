"""Productions, and the model sheets they adopt."""

from fastapi import APIRouter
from starlette.responses import Response

from circletake.web.answers import shown
from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Code
from circletake.workflows.views import ProductionView, TaskView

router = APIRouter(tags=["productions"])


@router.get("/api/productions", response_model=list[ProductionView])
def productions(studio: StudioHere, session: SignedIn) -> Response:
    """The productions the signed-in person works on."""
    return shown(studio.productions(session))


@router.post("/api/productions/{code}/sheets/{character}/adopt", response_model=TaskView)
def adopt_sheet(code: Code, character: Code, studio: StudioHere, session: SignedIn) -> Response:
    """Make a character's circled model sheet the one that takes lean on from now on."""
    return shown(studio.sheet_adopt(session, code, character=character))
