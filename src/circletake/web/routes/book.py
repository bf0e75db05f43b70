"""The book: reading it, and proving that it is whole."""

from fastapi import APIRouter

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import After, Limit
from circletake.workflows.views import BookCheckView, BookEntryView, CheckpointView

router = APIRouter(tags=["book"])


@router.get("/api/book")
def entries(
    studio: StudioHere, session: SignedIn, after: After = 0, limit: Limit = 100
) -> list[BookEntryView]:
    """Entries in the book's order."""
    return studio.book_entries(session, after, limit)


@router.get("/api/book/check")
def check(studio: StudioHere, _session: SignedIn) -> BookCheckView:
    """Verify the whole chain and say what was found."""
    return studio.book_verify()


@router.get("/api/book/checkpoints")
def checkpoints(studio: StudioHere, session: SignedIn) -> list[CheckpointView]:
    """What was signed of the book, newest first, with what witnesses said."""
    return studio.checkpoints(session)
