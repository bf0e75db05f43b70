"""The inbox: what waits for the signed-in person and why, and what happened that concerns them."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from circletake.web.auth import SignedIn, StudioHere
from circletake.workflows.inbox_views import InboxItemView, NoticesView

router = APIRouter(tags=["board"])


class SentSeen(BaseModel):
    """The newest entry of the book that somebody has been told of."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    seq: Annotated[int, Field(ge=0, le=2**53 - 1)]


@router.get("/api/inbox")
def inbox(studio: StudioHere, session: SignedIn) -> list[InboxItemView]:
    """What waits for the signed-in person, and why."""
    return studio.inbox(session)


@router.get("/api/notices")
def notices(studio: StudioHere, session: SignedIn) -> NoticesView:
    """Verdicts and notes on their takes, answers to them, and words that name them."""
    return studio.notices(session)


@router.post("/api/notices/seen")
def seen(sent: SentSeen, studio: StudioHere, session: SignedIn) -> NoticesView:
    """Say that everything up to an entry has been seen."""
    return studio.note_seen(session, sent.seq)
