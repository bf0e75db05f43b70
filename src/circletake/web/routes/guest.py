"""A guest's own routes: in by a link, look at what it shows, note something. No other route knows a guest."""

import hashlib
from contextlib import AbstractContextManager

from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from circletake.domain.drawing import DrawingOp
from circletake.domain.time import FrameRange
from circletake.ledger.accounts import token_hash
from circletake.web.auth import SignInLimit, StudioHere
from circletake.web.events import HEARTBEAT_S, Pulse
from circletake.web.guest_cookie import GuestHere, guest_token, let_in, signed_in_too
from circletake.web.guest_events import stream, while_let
from circletake.web.media import answer
from circletake.web.requests import (
    FrameNumber,
    Id,
    SentDrawing,
    SentGuestEntry,
    SentGuestNote,
    SentGuestToken,
    Sha,
)
from circletake.workflows.drawing_views import DrawingView
from circletake.workflows.drawings import Stroke
from circletake.workflows.guest_views import GuestDoorView, GuestProxyView, GuestView
from circletake.workflows.remarks import Remark

# Nothing stays in the browser: what a link showed is asked for anew, and refused once it has ended.
_NOT_KEPT = "no-store"

router = APIRouter(tags=["guest"])


@router.post("/api/guest/door")
def door(request: Request, sent: SentGuestToken, studio: StudioHere) -> GuestDoorView:
    """What a link is for; whoever holds it may know."""
    with _limited(request, ""):
        return studio.guests.door(sent.token, session=guest_token(request))


@router.post("/api/guest/open")
def come_in(request: Request, response: Response, sent: SentGuestEntry, studio: StudioHere) -> GuestView:
    """Name oneself at a link, with its passphrase if it has one; the session comes back as a cookie."""
    with _limited(request, token_hash(sent.token)):
        token = studio.guests.come_in(sent.token, name=sent.name, passphrase=sent.passphrase)
    let_in(request, response, token)
    return studio.guests.show(studio.guests.session_of(token), who=signed_in_too(request))


def _limited(request: Request, name: str) -> AbstractContextManager[None]:
    limit: SignInLimit = request.app.state.sign_in_limit
    return limit.attempt(name=name, address=request.client.host if request.client else "")


@router.get("/api/guest")
def room(request: Request, studio: StudioHere, guest: GuestHere) -> GuestView:
    """Everything this guest sees."""
    return studio.guests.show(guest, who=signed_in_too(request))


@router.post("/api/guest/notes")
def note(request: Request, sent: SentGuestNote, studio: StudioHere, guest: GuestHere) -> GuestView:
    """Note something on a take that the link shows, or answer a note."""
    remark = Remark(
        task=sent.task,
        content=sent.content,
        text=sent.text,
        key=sent.key,
        ranges=[FrameRange(one.start, one.end) for one in sent.ranges],
        reply_to=sent.reply_to,
        drawings=sent.drawings,
    )
    studio.guests.note(guest, remark)
    return studio.guests.show(guest, who=signed_in_too(request))


@router.get("/api/guest/tasks/{task_id}/takes/{sha}/drawings")
def drawings(task_id: Id, sha: Sha, studio: StudioHere, guest: GuestHere) -> list[DrawingView]:
    """What guests of the same link drew on a take."""
    return studio.guests.drawings(guest, task=task_id, content=sha)


@router.post("/api/guest/drawings")
def draw(sent: SentDrawing, studio: StudioHere, guest: GuestHere) -> list[DrawingView]:
    """Draw, or alter, delete or take back what one drew."""
    done = DrawingOp(sent.op, sent.act, sent.drawing, sent.mark.as_mark() if sent.mark else None)
    return studio.guests.draw(guest, Stroke(sent.task, sent.content, done))


@router.post("/api/guest/takes/{sha}/film")
def film(sha: Sha, studio: StudioHere, guest: GuestHere) -> GuestProxyView:
    """Have the film made with this guest's name in it, and say how far it is."""
    return studio.guests.order_film(guest, sha)


@router.get(
    "/api/guest/events",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Events `changed` and `ended`; the second is the last.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    },
)
async def events(request: Request, studio: StudioHere, _guest: GuestHere) -> StreamingResponse:
    """Hear that something was answered or drawn, and that the link has ended."""
    pulse: Pulse = request.app.state.pulse
    await pulse.look()
    return StreamingResponse(
        stream(studio.guests, guest_token(request), pulse, heartbeat_s=HEARTBEAT_S),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


@router.api_route("/media/guest/{sha}/frames/{n}.jpg", methods=["GET", "HEAD"], include_in_schema=False)
def frame(request: Request, sha: Sha, n: FrameNumber, studio: StudioHere, guest: GuestHere) -> Response:
    """One frame, with this guest's name in it."""
    picture = studio.guests.frame(guest, sha, n)
    return answer(
        request, picture, etag=hashlib.sha256(picture).hexdigest(), kind="image/jpeg", cache=_NOT_KEPT
    )


@router.api_route("/media/guest/{sha}/poster.jpg", methods=["GET", "HEAD"], include_in_schema=False)
def poster(request: Request, sha: Sha, studio: StudioHere, guest: GuestHere) -> Response:
    """One small picture, with this guest's name in it."""
    picture = studio.guests.poster(guest, sha)
    return answer(
        request, picture, etag=hashlib.sha256(picture).hexdigest(), kind="image/jpeg", cache=_NOT_KEPT
    )


@router.api_route("/media/guest/{sha}/proxy.mp4", methods=["GET", "HEAD"], include_in_schema=False)
def proxy(request: Request, sha: Sha, studio: StudioHere, guest: GuestHere) -> Response:
    """The film, with this guest's name in every frame; what is under way ends when the link does."""
    path = studio.guests.film(guest, sha)
    etag = hashlib.sha256(f"{guest.person} {sha} {path.stat().st_mtime_ns}".encode()).hexdigest()
    response = answer(request, path, etag=etag, kind="video/mp4", cache=_NOT_KEPT)
    if isinstance(response, StreamingResponse):
        token = guest_token(request)
        response.body_iterator = while_let(response.body_iterator, lambda: studio.guests.session_of(token))
    return response
