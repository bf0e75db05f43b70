"""Flags: whether they were right, as people say, and how far each check is to be trusted by that."""

from fastapi import APIRouter

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Code, Id, SentFlagCall
from circletake.workflows.flag_views import TrustView
from circletake.workflows.views import EvidenceDetailView

router = APIRouter(tags=["flags"])


@router.post("/api/evidence/{evidence_id}/flag-calls")
def call_flag(
    evidence_id: Id, sent: SentFlagCall, studio: StudioHere, session: SignedIn
) -> EvidenceDetailView:
    """Say whether a flag was right. Evidence and gates stay as they are."""
    return studio.call_flag(
        session,
        evidence_id,
        label=sent.label,
        frames=(sent.frames.start, sent.frames.end),
        call=sent.call,
        key=sent.key,
        note=sent.note,
    )


@router.get("/api/productions/{code}/trust")
def trust(code: Code, studio: StudioHere, session: SignedIn) -> list[TrustView]:
    """How often flags of each check were right here, those that are wrong most often first."""
    return studio.trust(session, code)
