"""Signing in by the team's identity provider: there, and back again."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from circletake.errors import CircletakeError, NotFound, SignInFailed
from circletake.web.auth import Sitting, StudioHere, enter, is_secure, label_of, own_origin
from circletake.web.oidc import Provider, domains_of, provider_of
from circletake.web.requests import SentIdentity
from circletake.workflows.views import AccountView, AwayView

router = APIRouter(tags=["oidc"])
_STATE = "circletake_oidc"
_STATE_S = 600
Word = Annotated[str, Query(max_length=4096)]


def _provider(request: Request) -> Provider:
    """The studio's provider, kept while the server runs so that its keys are not asked for each time."""
    state = request.app.state
    if not hasattr(state, "oidc"):
        state.oidc = provider_of(state.studio)
    provider: Provider = state.oidc
    return provider


@router.get("/oidc/start", include_in_schema=False)
def start(request: Request, studio: StudioHere, invite: Word | None = None) -> Response:
    """Go to the provider; an invitation's token comes along, for somebody who is new."""
    url, state = _provider(request).set_out(
        studio, origin=own_origin(request), invitation=invite, person=None
    )
    return _with_state(request, RedirectResponse(url, status_code=303), state)


@router.post("/api/account/identities/begin")
def connect(request: Request, response: Response, studio: StudioHere, session: Sitting) -> AwayView:
    """Where to go so that one's account can be entered by the provider from now on."""
    url, state = _provider(request).set_out(
        studio, origin=own_origin(request), invitation=None, person=session.person
    )
    _with_state(request, response, state)
    return AwayView(url=url)


@router.post("/api/account/identities/remove")
def disconnect(sent: SentIdentity, studio: StudioHere, session: Sitting) -> AccountView:
    """Sign in by a provider no more."""
    studio.sign_ins.remove_identity(session, sent.issuer)
    return studio.account(session)


@router.get("/oidc/callback", include_in_schema=False)
def callback(
    request: Request,
    studio: StudioHere,
    state: Word = "",
    code: Word = "",
    error: Word = "",
) -> Response:
    """Come back from the provider, signed in or told why not."""
    provider = _provider(request)
    try:
        if not state or state != request.cookies.get(_STATE):
            raise SignInFailed("This way back was not begun in this browser; sign in again.")
        if error or not code:
            raise SignInFailed(f"The identity provider let nobody in ({error or 'no code'}); try again.")
        returned = provider.come_back(studio, origin=own_origin(request), state=state, code=code)
        vouched = returned.vouched
        person = studio.sign_ins.enter_by_identity(
            issuer=vouched.issuer,
            subject=vouched.subject,
            name=vouched.name,
            is_of_our_domain=bool(vouched.domain) and vouched.domain in domains_of(studio.config),
            invitation=returned.invitation,
            person=returned.person,
        )
    except NotFound:
        raise
    except CircletakeError as failed:
        response = RedirectResponse(f"/sign-in?problem={quote(failed.message)}", status_code=303)
    else:
        response = RedirectResponse("/account" if returned.person else "/", status_code=303)
        enter(request, response, studio.open_session(person, label=label_of(request)))
    response.headers["Cache-Control"] = "no-store"
    response.delete_cookie(_STATE, path="/oidc")
    return response


def _with_state(request: Request, response: Response, state: str) -> Response:
    """Bind the way back to this browser: nobody else's return can be slipped into it."""
    response.set_cookie(
        _STATE,
        state,
        max_age=_STATE_S,
        path="/oidc",
        secure=is_secure(request, request.app.state.studio.config),
        httponly=True,
        samesite="lax",
    )
    response.headers["Cache-Control"] = "no-store"
    return response
