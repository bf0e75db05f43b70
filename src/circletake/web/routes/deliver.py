"""Delivering: sealing a master with its decision record, and what was delivered."""

from fastapi import APIRouter

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Code
from circletake.workflows.views import DeliveryView

router = APIRouter(tags=["deliver"])


@router.post("/api/productions/{code}/deliver")
def deliver(code: Code, studio: StudioHere, session: SignedIn) -> DeliveryView:
    """Seal the cut's master if every gate holds; otherwise say what is missing."""
    return studio.deliver(session, code)


@router.get("/api/productions/{code}/deliveries")
def deliveries(code: Code, studio: StudioHere, session: SignedIn) -> list[DeliveryView]:
    """What was sealed so far."""
    return studio.deliveries(session, code)
