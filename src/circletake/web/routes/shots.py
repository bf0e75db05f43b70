"""Shots, and whatever else takes are made for: each with its history."""

from fastapi import APIRouter

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Code
from circletake.workflows.shot_views import ShotView

router = APIRouter(tags=["shots"])


@router.get("/api/productions/{code}/shots/{shot}")
def shot(code: Code, shot: Code, studio: StudioHere, session: SignedIn) -> ShotView:
    """A shot's takes stage by stage, and who decided what, why, on which bytes; newest first."""
    return studio.shot(session, code, shot)
