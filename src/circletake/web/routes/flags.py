"""Flags: whether they were right, as people say, and how far each check is to be trusted by that."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Code, Id, SentRange
from circletake.workflows.flag_views import TrustView
from circletake.workflows.views import EvidenceDetailView

router = APIRouter(tags=["flags"])


class SentFlagCall(BaseModel):
    """Whether a flag was right; `withdrawn` takes one's own call back."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    label: Annotated[str, Field(min_length=1, max_length=100)]
    frames: SentRange
    call: Literal["right", "wrong", "withdrawn"]
    note: Annotated[str, Field(max_length=10_000)] = ""
    key: Annotated[str, Field(min_length=8, max_length=64)]


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
