"""Delivering: sealing a master with its decision record, and what was delivered."""

from fastapi import APIRouter
from starlette.responses import Response

from circletake.web.answers import shown
from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Code
from circletake.workflows.views import DeliveryView

router = APIRouter(tags=["deliver"])


@router.post("/api/productions/{code}/deliver", response_model=DeliveryView)
def deliver(code: Code, studio: StudioHere, session: SignedIn) -> Response:
    """Seal the cut's master if every gate holds; otherwise say what is missing."""
    return shown(studio.deliver(session, code))


@router.get("/api/productions/{code}/deliveries", response_model=list[DeliveryView])
def deliveries(code: Code, studio: StudioHere, session: SignedIn) -> Response:
    """What was sealed so far."""
    return shown(studio.deliveries(session, code))
