"""The cut: its slots, filling and emptying them, and rendering it."""

from fastapi import APIRouter
from starlette.responses import Response

from circletake.web.answers import shown
from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Code, SentClear, SentFill
from circletake.workflows.views import CutView, JobView

router = APIRouter(prefix="/api/productions/{code}/cut", tags=["cut"])


@router.get("", response_model=CutView)
def cut(code: Code, studio: StudioHere, session: SignedIn) -> Response:
    """The cut as it stands, with what is missing."""
    return shown(studio.cut(session, code))


@router.post("/fill", response_model=CutView)
def fill(code: Code, sent: SentFill, studio: StudioHere, session: SignedIn) -> Response:
    """Put a take into a slot: a new version of the cut."""
    return shown(
        studio.cut_fill(
            session,
            code,
            slot=sent.slot,
            take=sent.take,
            source_in=sent.source_in,
            cut_hash=sent.cut_hash,
        )
    )


@router.post("/clear", response_model=CutView)
def clear(code: Code, sent: SentClear, studio: StudioHere, session: SignedIn) -> Response:
    """Empty a slot: a new version of the cut."""
    return shown(studio.cut_clear(session, code, slot=sent.slot, cut_hash=sent.cut_hash))


@router.post("/render", response_model=JobView)
def render(code: Code, studio: StudioHere, session: SignedIn) -> Response:
    """Render exactly this version into a master."""
    return shown(studio.cut_render(session, code))
