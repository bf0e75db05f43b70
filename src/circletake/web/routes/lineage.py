"""Lineage: what leans on what, what is stale and why, what would be, and confirming what still holds."""

from typing import Annotated

from fastapi import APIRouter, Query

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Code, Id, SentAdoption, SentReaffirmation
from circletake.workflows.reaffirm import Confirmation
from circletake.workflows.views import (
    LineageView,
    ReaffirmView,
    StaleApprovalView,
    TaskView,
    WhatIfView,
)

router = APIRouter(tags=["lineage"])

Slot = Annotated[str, Query(max_length=100, description="Such as sheet:dog.")]
Content = Annotated[
    str, Query(max_length=64, description="SHA-256, its first characters, #2 for take 2, or nothing.")
]


@router.get("/api/tasks/{task_id}/lineage")
def lineage(task_id: Id, studio: StudioHere, session: SignedIn) -> LineageView:
    """What a task leans on, and what leans on it."""
    return studio.lineage(session, task_id)


@router.post("/api/tasks/{task_id}/adopt")
def adopt(task_id: Id, sent: SentAdoption, studio: StudioHere, session: SignedIn) -> TaskView:
    """Make a take that passes its gates the one that others lean on."""
    return studio.adopt(session, task_id, number=sent.take)


@router.get("/api/productions/{code}/stale")
def stale(code: Code, studio: StudioHere, session: SignedIn) -> list[StaleApprovalView]:
    """Every approval that is stale and why, largest visible change first."""
    return studio.stale(session, code)


@router.get("/api/productions/{code}/what-if")
def what_if(
    code: Code, studio: StudioHere, session: SignedIn, slot: Slot = "", content: Content = ""
) -> WhatIfView:
    """What adopting a content would change; nothing is changed."""
    return studio.what_if(session, code, supposed={slot: content or None})


@router.post("/api/productions/{code}/reaffirm")
def reaffirm(code: Code, sent: SentReaffirmation, studio: StudioHere, session: SignedIn) -> ReaffirmView:
    """Confirm stale approvals of one's own: a fresh verdict each, refused or recorded one by one."""
    return studio.reaffirm(
        session,
        code,
        [
            Confirmation(
                verdict=one.verdict,
                key=one.key,
                gate_hash=one.gate_hash,
                upstream=one.upstream,
                answers=one.answers,
            )
            for one in sent.confirmations
        ],
    )
