"""Productions, and the model sheets they adopt."""

from fastapi import APIRouter

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Code
from circletake.workflows.views import ProductionView, TaskView

router = APIRouter(tags=["productions"])


@router.get("/api/productions")
def productions(studio: StudioHere, session: SignedIn) -> list[ProductionView]:
    """The productions the signed-in person works on."""
    return studio.productions(session)


@router.post("/api/productions/{code}/sheets/{character}/adopt")
def adopt_sheet(code: Code, character: Code, studio: StudioHere, session: SignedIn) -> TaskView:
    """Make a character's circled model sheet the one that takes lean on from now on."""
    return studio.sheet_adopt(session, code, character=character)
