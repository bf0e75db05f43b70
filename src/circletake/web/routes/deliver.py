"""Delivering: sealing and signing a master with its record, what was delivered, what of it is made how."""

from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Code
from circletake.workflows.disclosure_views import DeliveryCheckView, DisclosureView
from circletake.workflows.views import DeliveryView

router = APIRouter(tags=["deliver"])


@router.post("/api/productions/{code}/deliver")
def deliver(code: Code, studio: StudioHere, session: SignedIn) -> DeliveryView:
    """Seal and sign the cut's master if every gate holds; otherwise say what is missing."""
    return studio.deliver(session, code)


@router.get("/api/productions/{code}/deliveries")
def deliveries(code: Code, studio: StudioHere, session: SignedIn) -> list[DeliveryView]:
    """What was sealed so far."""
    return studio.deliveries(session, code)


@router.get("/api/productions/{code}/deliveries/{seq}/check")
def check(code: Code, seq: int, studio: StudioHere, session: SignedIn) -> DeliveryCheckView:
    """What holds of a deliverable as it lies in its folder now."""
    return studio.check_delivery(session, code, seq=seq)


@router.get("/api/productions/{code}/disclosure")
def disclosure(code: Code, studio: StudioHere, session: SignedIn) -> DisclosureView:
    """What of the cut as it stands is made how."""
    return studio.disclosure_view(session, code)


# A file, as media are: the description tells of answers that programs read.
@router.get("/api/productions/{code}/disclosure.{ending}", include_in_schema=False)
def sheet(
    code: Code, ending: str, studio: StudioHere, session: SignedIn, seal: int | None = None
) -> Response:
    """The disclosure sheet as JSON, CSV or PDF; with `seal`, as it was sealed."""
    file = studio.disclosure(session, code, ending, seal=seal)
    named = f"attachment; filename*=UTF-8''{quote(f'{code}-{file.name}')}"
    return Response(file.data, media_type=file.media_type, headers={"Content-Disposition": named})
