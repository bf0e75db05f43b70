"""Passkeys: making one while signed in, signing in by one, taking one away."""

from fastapi import APIRouter, Request, Response

from circletake.web.auth import SignInLimit, Sitting, StudioHere, enter, label_of
from circletake.web.passkeys import begin_register, begin_sign_in, finish_register, finish_sign_in, party_of
from circletake.web.requests import PasskeyId, SentPasskey
from circletake.workflows.views import AccountView, CeremonyView, MeView

router = APIRouter(tags=["passkeys"])


@router.post("/api/account/passkeys/begin")
def begin(request: Request, studio: StudioHere, session: Sitting) -> CeremonyView:
    """What the browser is to ask an authenticator, to make a passkey."""
    return CeremonyView(options=begin_register(studio.sign_ins, party_of(request), session))


@router.post("/api/account/passkeys")
def add(request: Request, sent: SentPasskey, studio: StudioHere, session: Sitting) -> AccountView:
    """Keep the passkey that the authenticator made."""
    finish_register(
        studio.sign_ins,
        party_of(request),
        session,
        sent.credential,
        label=sent.label or f"passkey of {label_of(request)}",
    )
    return studio.account(session)


@router.delete("/api/account/passkeys/{passkey}")
def remove(passkey: PasskeyId, studio: StudioHere, session: Sitting) -> AccountView:
    """Take a passkey away; sessions it opened go on."""
    studio.sign_ins.remove_passkey(session, passkey)
    return studio.account(session)


@router.post("/api/sign-in/passkey/begin")
def begin_to_sign_in(request: Request, studio: StudioHere) -> CeremonyView:
    """What the browser is to ask an authenticator, to sign in."""
    return CeremonyView(options=begin_sign_in(studio.sign_ins, party_of(request)))


@router.post("/api/sign-in/passkey")
def sign_in_by_passkey(request: Request, response: Response, sent: SentPasskey, studio: StudioHere) -> MeView:
    """Sign in by what the authenticator signed; the session comes back as a cookie."""
    limit: SignInLimit = request.app.state.sign_in_limit
    with limit.attempt(name="", address=request.client.host if request.client else ""):
        person = finish_sign_in(studio.sign_ins, party_of(request), sent.credential)
    token = studio.open_session(person, label=label_of(request))
    enter(request, response, token)
    return studio.me(studio.session_of(token))
