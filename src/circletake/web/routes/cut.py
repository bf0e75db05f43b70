"""The cut: its slots, filling and emptying them, and rendering it."""

from fastapi import APIRouter

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Code, SentClear, SentFill
from circletake.workflows.views import CutView, JobView

router = APIRouter(prefix="/api/productions/{code}/cut", tags=["cut"])


@router.get("")
def cut(code: Code, studio: StudioHere, session: SignedIn) -> CutView:
    """The cut as it stands, with what is missing."""
    return studio.cut(session, code)


@router.post("/fill")
def fill(code: Code, sent: SentFill, studio: StudioHere, session: SignedIn) -> CutView:
    """Put a take into a slot: a new version of the cut."""
    return studio.cut_fill(
        session,
        code,
        slot=sent.slot,
        take=sent.take,
        source_in=sent.source_in,
        cut_hash=sent.cut_hash,
    )


@router.post("/clear")
def clear(code: Code, sent: SentClear, studio: StudioHere, session: SignedIn) -> CutView:
    """Empty a slot: a new version of the cut."""
    return studio.cut_clear(session, code, slot=sent.slot, cut_hash=sent.cut_hash)


@router.post("/render")
def render(code: Code, studio: StudioHere, session: SignedIn) -> JobView | None:
    """Render exactly this version into a master; nothing comes back where that has been done already."""
    return studio.cut_render(session, code)
