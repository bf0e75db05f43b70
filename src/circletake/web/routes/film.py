"""The whole film as it stands today."""

from fastapi import APIRouter

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Code
from circletake.workflows.film import FilmView

router = APIRouter(tags=["cut"])


@router.get("/api/productions/{code}/film")
def film(code: Code, studio: StudioHere, session: SignedIn) -> FilmView:
    """Every place of the cut in order, with the best take or board panel that stands there today."""
    return studio.film(session, code)
