"""Characters: what was learnt of each out of its sheet and of the takes that people circled."""

from fastapi import APIRouter

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Code
from circletake.workflows.views import CharacterLineView, CharacterView

router = APIRouter(tags=["characters"])


@router.get("/api/productions/{code}/characters")
def characters(code: Code, studio: StudioHere, session: SignedIn) -> list[CharacterLineView]:
    """Every character: which sheet is adopted, how many circled shots show it."""
    return studio.characters(session, code)


@router.get("/api/productions/{code}/characters/{character}")
def character(code: Code, character: Code, studio: StudioHere, session: SignedIn) -> CharacterView:
    """What was learnt of a character, and what to add so that more is."""
    return studio.character(session, code, character)
