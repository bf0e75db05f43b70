"""Guest links, for those who make them: made, listed, revoked."""

from fastapi import APIRouter, Request

from circletake.web.auth import Sitting, StudioHere, own_origin
from circletake.web.requests import Code, Id, SentGuestLink
from circletake.workflows.guest_links import Showing
from circletake.workflows.guest_views import GuestLinkView, MadeGuestLinkView

router = APIRouter(tags=["guest_links"])


@router.get("/api/productions/{code}/guest-links")
def guest_links(code: Code, studio: StudioHere, session: Sitting) -> list[GuestLinkView]:
    """Guest links, open and ended, and who came by them; never what opens them."""
    return studio.guests.links(session, code)


@router.post("/api/productions/{code}/guest-links")
def make(
    request: Request, code: Code, sent: SentGuestLink, studio: StudioHere, session: Sitting
) -> MadeGuestLinkView:
    """Make a link that shows guests exact takes; its address is told this once."""
    showing = Showing(
        label=sent.label,
        contents=[(one.task, one.content) for one in sent.contents],
        rights=sent.rights,
        hours=sent.hours,
        passphrase=sent.passphrase,
        is_marked=sent.watermark,
    )
    made, token = studio.guests.make_link(session, code, showing)
    return MadeGuestLinkView(id=made, link=f"{own_origin(request)}/g/{token}")


@router.delete("/api/productions/{code}/guest-links/{link}")
def revoke(code: Code, link: Id, studio: StudioHere, session: Sitting) -> list[GuestLinkView]:
    """End a link at once: whoever came by it sees nothing more."""
    studio.guests.revoke(session, code, link)
    return studio.guests.links(session, code)
