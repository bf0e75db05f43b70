"""Dailies: playlists of takes, kept operation by operation."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from circletake.domain.playlist import MOST_ENTRIES, MOST_LABEL, MOST_TEXT, Act, PlaylistOp
from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Code, Id
from circletake.workflows.dailies_views import DailiesView, PlaylistActView, PlaylistDetailView

router = APIRouter(tags=["dailies"])

_OpId = Annotated[str, Field(min_length=36, max_length=36, description="UUIDv7")]
_Word = Annotated[str, Field(min_length=1, max_length=100)]
_Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Screening = Annotated[str | None, Query(max_length=100, description="as it was watched then")]


class SentTakeOf(BaseModel):
    """A take, by its task and its content."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    task: _Word
    content: _Hash


class SentPlaylistOp(BaseModel):
    """Something done to a playlist; `after` is first, last, or an entry. A start names no entries."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    op: _OpId
    act: Act
    playlist: _OpId
    entries: Annotated[list[_OpId], Field(max_length=MOST_ENTRIES)] = []
    takes: Annotated[list[SentTakeOf], Field(max_length=MOST_ENTRIES)] = []
    after: Annotated[str, Field(max_length=36)] = ""
    label: Annotated[str, Field(max_length=MOST_LABEL)] = ""
    text: Annotated[str, Field(max_length=MOST_TEXT)] = ""

    def as_op(self) -> PlaylistOp:
        """What the workflows speak of."""
        return PlaylistOp(
            id=self.op,
            act=self.act,
            playlist=self.playlist,
            entries=tuple(self.entries),
            takes=tuple((one.task, one.content) for one in self.takes),
            after=self.after,
            label=self.label,
            text=self.text,
        )


@router.get("/api/productions/{code}/dailies")
def dailies(code: Code, studio: StudioHere, session: SignedIn) -> DailiesView:
    """A production's playlists, the newest first."""
    return studio.dailies.all_of(session, code)


@router.post("/api/productions/{code}/dailies")
def keep_playlist(
    code: Code, sent: SentPlaylistOp, studio: StudioHere, session: SignedIn
) -> PlaylistDetailView:
    """Make a playlist, or do something to one; the same operation sent again is done once."""
    return studio.dailies.keep(session, code, sent.as_op())


@router.get("/api/productions/{code}/dailies/{playlist}")
def playlist(
    code: Code, playlist: Id, studio: StudioHere, session: SignedIn, screening: Screening = None
) -> PlaylistDetailView:
    """A playlist as it stands, or as it was watched at a screening."""
    return studio.dailies.show(session, code, playlist, screening=screening)


@router.get("/api/productions/{code}/dailies/{playlist}/acts")
def playlist_acts(code: Code, playlist: Id, studio: StudioHere, session: SignedIn) -> list[PlaylistActView]:
    """Who did what to a playlist, the newest first."""
    return studio.dailies.acts(session, code, playlist)
