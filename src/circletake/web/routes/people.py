"""Who is here: signing in and out, sign-in links, people."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from circletake.errors import PasskeyAway
from circletake.web.auth import (
    SignedIn,
    SignInLimit,
    Sitting,
    StudioHere,
    clear_cookie,
    enter,
    is_secure,
    label_of,
    token_of,
)
from circletake.web.passkeys import party_of
from circletake.web.requests import Id, SignIn
from circletake.workflows.person_view import PersonView
from circletake.workflows.views import DoorView, MeView

router = APIRouter(tags=["people"])


@router.get("/api/me")
def me(studio: StudioHere, session: SignedIn) -> MeView:
    """Who is signed in, and where they may do what."""
    return studio.me(session)


@router.post("/api/sign-in")
def sign_in(request: Request, response: Response, sent: SignIn, studio: StudioHere) -> MeView:
    """Sign in by name and password; the session comes back as a cookie."""
    limit: SignInLimit = request.app.state.sign_in_limit
    with limit.attempt(name=sent.name, address=request.client.host if request.client else ""):
        token = studio.sign_in(sent.name, sent.password, label=label_of(request))
    enter(request, response, token)
    return studio.me(studio.session_of(token))


@router.post("/api/sign-out", status_code=204, response_class=Response)
def sign_out(request: Request, studio: StudioHere, _session: Sitting) -> Response:
    """End the session, here and in the studio."""
    studio.sign_out(token_of(request))
    response = Response(status_code=204)
    clear_cookie(response, secure=is_secure(request, studio.config))
    return response


@router.get("/link/{token}", include_in_schema=False)
def sign_in_by_link(request: Request, token: Id, studio: StudioHere) -> Response:
    """Sign in by a link, which works once, and go to the desk."""
    limit: SignInLimit = request.app.state.sign_in_limit
    with limit.attempt(name="", address=request.client.host if request.client else ""):
        session_token = studio.sign_in_by_link(token, label=label_of(request))
    response = RedirectResponse("/", status_code=303, headers={"Cache-Control": "no-store"})
    enter(request, response, session_token)
    return response


@router.get("/api/people")
def people(studio: StudioHere, session: SignedIn) -> list[PersonView]:
    """Everybody of this studio; somebody who only visits sees themselves."""
    return studio.people_seen(session)


@router.get("/api/door")
def door(request: Request, studio: StudioHere) -> DoorView:
    """Ways to sign in beside a password, for whoever is not signed in yet."""
    config = studio.config
    provider = (config.oidc_label or "your team's account") if config.oidc_issuer else ""
    try:
        party_of(request)
    except PasskeyAway as away:
        return DoorView(provider=provider, passkeys=away.message, passkeys_at=str(away.detail.get("at", "")))
    return DoorView(provider=provider, passkeys="", passkeys_at="")
