"""The book: reading it, and proving that it is whole."""

from fastapi import APIRouter
from starlette.responses import Response

from circletake.web.answers import shown
from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import After, Limit
from circletake.workflows.views import BookCheckView, BookEntryView

router = APIRouter(tags=["book"])


@router.get("/api/book", response_model=list[BookEntryView])
def entries(studio: StudioHere, session: SignedIn, after: After = 0, limit: Limit = 100) -> Response:
    """Entries in the book's order."""
    return shown(studio.book_entries(session, after, limit))


@router.get("/api/book/check", response_model=BookCheckView)
def check(studio: StudioHere, _session: SignedIn) -> Response:
    """Verify the whole chain and say what was found."""
    return shown(studio.book_verify())
