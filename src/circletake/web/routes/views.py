"""Saved views of boards."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Code, Id
from circletake.workflows.board_views import SavedBoardView

router = APIRouter(tags=["board"])


class SentView(BaseModel):
    """A name, and what stands behind `?` in the board's address."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1, max_length=80)]
    query: Annotated[str, Field(max_length=2000)] = ""


@router.get("/api/productions/{code}/views")
def saved_views(code: Code, studio: StudioHere, session: SignedIn) -> list[SavedBoardView]:
    """The signed-in person's own views of a board, by name."""
    return studio.saved_views(session, code)


@router.post("/api/productions/{code}/views")
def save_view(code: Code, sent: SentView, studio: StudioHere, session: SignedIn) -> list[SavedBoardView]:
    """Keep a view; the same name again means the newer one."""
    return studio.save_view(session, code, name=sent.name, query=sent.query)


@router.delete("/api/productions/{code}/views/{view}")
def delete_view(code: Code, view: Id, studio: StudioHere, session: SignedIn) -> list[SavedBoardView]:
    """Forget a view."""
    return studio.delete_view(session, code, view=view)
