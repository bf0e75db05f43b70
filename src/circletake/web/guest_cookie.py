"""Guests at the door: a cookie of their own, which opens nothing but what a guest's routes show."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from circletake.errors import SignInNeeded
from circletake.ledger.accounts import Session
from circletake.web.auth import is_secure, signed_in, studio_of
from circletake.workflows.guest_door import GuestSession

GUEST_COOKIE = "circletake_guest"
HOST_GUEST_COOKIE = "__Host-circletake_guest"


def guest_cookie_name(*, secure: bool) -> str:
    """The name of a guest's cookie, apart from that of whoever signed in."""
    return HOST_GUEST_COOKIE if secure else GUEST_COOKIE


def guest_token(request: Request) -> str | None:
    """The token that a guest's browser sent, or None."""
    return request.cookies.get(guest_cookie_name(secure=is_secure(request, studio_of(request).config)))


def let_in(request: Request, response: Response, token: str) -> None:
    """Hand a guest's session to the browser; it ends with the browser, or with the link."""
    secure = is_secure(request, studio_of(request).config)
    response.set_cookie(
        guest_cookie_name(secure=secure), token, path="/", secure=secure, httponly=True, samesite="lax"
    )


def guest_here(request: Request) -> GuestSession:
    """The guest who asks.

    Raises:
        GuestNeeded: nobody came in here by a link.
        GuestLinkEnded: the link has expired or was revoked.
    """
    return studio_of(request).guests.session_of(guest_token(request))


def signed_in_too(request: Request) -> Session | None:
    """Whoever is signed in with the same browser, if anybody."""
    try:
        return signed_in(request)
    except SignInNeeded:
        return None


GuestHere = Annotated[GuestSession, Depends(guest_here)]
