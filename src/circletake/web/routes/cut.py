"""The cut: its slots, filling and emptying them, and rendering it."""

from typing import Annotated

from fastapi import APIRouter, Query

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.make_requests import SentMake
from circletake.web.requests import Code, SentBack, SentClear, SentFill
from circletake.workflows.cut_version_views import CutDiffView, CutVersionsView
from circletake.workflows.gap_views import GapsView
from circletake.workflows.views import CutView, JobView

router = APIRouter(prefix="/api/productions/{code}/cut", tags=["cut"])
Number = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


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


@router.get("/gaps")
def gaps(code: Code, studio: StudioHere, session: SignedIn) -> GapsView:
    """Every gap, with its neighbours, its board panel and what could be made of it."""
    return studio.cut_gaps(session, code)


@router.post("/make")
def make(code: Code, sent: SentMake, studio: StudioHere, session: SignedIn) -> JobView:
    """Order a take for a slot out of what stands in the cut: hold, dissolve, move and the like."""
    return studio.cut_make(
        session, code, slot=sent.slot, maker=sent.maker, wish=sent.wish(), cut_hash=sent.cut_hash
    )


@router.get("/versions")
def versions(code: Code, studio: StudioHere, session: SignedIn, before: Number = None) -> CutVersionsView:
    """Versions of the cut, the newest first, fifty at a time."""
    return studio.cut_versions(session, code, before=before)


@router.get("/diff")
def diff(
    code: Code, studio: StudioHere, session: SignedIn, old: Number = None, new: Number = None
) -> CutDiffView:
    """What was done between two versions; left out, the last two."""
    return studio.cut_diff(session, code, old=old, new=new)


@router.post("/back")
def back(code: Code, sent: SentBack, studio: StudioHere, session: SignedIn) -> CutView:
    """Make the cut what it was in an older version: a new one that says the same."""
    return studio.cut_back(session, code, number=sent.number, cut_hash=sent.cut_hash)


@router.post("/render")
def render(code: Code, studio: StudioHere, session: SignedIn) -> JobView | None:
    """Render exactly this version into a master; nothing comes back where that has been done already."""
    return studio.cut_render(session, code)
