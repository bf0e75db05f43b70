"""The cut: its slots, filling and emptying them, and rendering it."""

from typing import Annotated

from fastapi import APIRouter, Query

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Code, Id, SentBack, SentClear, SentFill, SentSeam, SentSplice
from circletake.workflows.cut_version_views import CutDiffView, CutVersionsView
from circletake.workflows.seam_views import SeamsView
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


@router.post("/splice")
def splice(code: Code, sent: SentSplice, studio: StudioHere, session: SignedIn) -> JobView:
    """Make a take like what stands beside a slot: a new take, measured at its seams."""
    return studio.cut_splice(
        session,
        code,
        slot=sent.slot,
        take=sent.take,
        source_in=sent.source_in,
        joins=sent.joins,
        steps=sent.steps,
        cut_hash=sent.cut_hash,
    )


@router.get("/seams/{slot}")
def seams(code: Code, slot: Id, studio: StudioHere, session: SignedIn) -> SeamsView:
    """What was measured of the seams of a slot."""
    return studio.cut_seams(session, code, slot=slot)


@router.post("/seams")
def measure_seams(code: Code, sent: SentSeam, studio: StudioHere, session: SignedIn) -> JobView:
    """Measure the seams of what stands in a slot."""
    return studio.cut_seam(session, code, slot=sent.slot, joins=sent.joins)


@router.post("/render")
def render(code: Code, studio: StudioHere, session: SignedIn) -> JobView | None:
    """Render exactly this version into a master; nothing comes back where that has been done already."""
    return studio.cut_render(session, code)
