"""Boxes: where people say that a character is in a frame of a take."""

from fastapi import APIRouter

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Id, SentBox, SentWithdrawal, Sha
from circletake.workflows.views import BoxView

router = APIRouter(tags=["characters"])


@router.get("/api/tasks/{task_id}/takes/{sha}/boxes")
def boxes(task_id: Id, sha: Sha, studio: StudioHere, session: SignedIn) -> list[BoxView]:
    """Every box on a take, oldest first, withdrawn ones among them."""
    return studio.boxes(session, task=task_id, content=sha)


@router.post("/api/boxes")
def draw(sent: SentBox, studio: StudioHere, session: SignedIn) -> list[BoxView]:
    """Say where a character is in a frame, or that it is not in it; the take is measured anew by it."""
    return studio.box_draw(
        session,
        task=sent.task,
        content=sent.content,
        character=sent.character,
        frame=sent.frame,
        where=sent.where,
        key=sent.key,
    )


@router.post("/api/boxes/{box}/withdraw")
def withdraw(box: Id, sent: SentWithdrawal, studio: StudioHere, session: SignedIn) -> list[BoxView]:
    """Take a box back; the book keeps both."""
    return studio.box_withdraw(session, box=box, key=sent.key)
