"""One's own account: password, sessions, programs that act for one. No API token gets in here."""

from fastapi import APIRouter, Request, Response

from circletake.web.auth import SignInLimit, Sitting, StudioHere, enter, label_of
from circletake.web.requests import Id, SentLabel, SentPassword, SentToken
from circletake.workflows.views import AccountView, MachineView, MadeTokenView

router = APIRouter(prefix="/api/account", tags=["account"])


@router.get("")
def account(studio: StudioHere, session: Sitting) -> AccountView:
    """Ways to sign in, where one is signed in, tokens and machines."""
    return studio.account(session)


@router.post("/password")
def change_password(
    request: Request, response: Response, sent: SentPassword, studio: StudioHere, session: Sitting
) -> AccountView:
    """Change the password: every session ends, and this browser gets a new one."""
    limit: SignInLimit = request.app.state.sign_in_limit
    with limit.attempt(name=str(session.person), address=request.client.host if request.client else ""):
        token = studio.change_password(
            session, current=sent.current, password=sent.password, label=label_of(request)
        )
    enter(request, response, token)
    return studio.account(studio.session_of(token))


@router.delete("/sessions/{session_id}")
def end_session(session_id: Id, studio: StudioHere, session: Sitting) -> AccountView:
    """End one of one's sessions; of this one, sign out."""
    before = studio.account(session)
    studio.end_session(session, session_id)
    return studio.account(session) if session_id != session.pseudonym else before


@router.post("/sessions/end-others")
def end_other_sessions(studio: StudioHere, session: Sitting) -> AccountView:
    """End every session but this one."""
    studio.end_other_sessions(session)
    return studio.account(session)


@router.post("/machines")
def make_machine(sent: SentLabel, studio: StudioHere, session: Sitting) -> MachineView:
    """Make an account for a program; it acts within the rights of whoever makes it."""
    return studio.make_machine(session, sent.label)


@router.delete("/machines/{machine}")
def retire_machine(machine: Id, studio: StudioHere, session: Sitting) -> AccountView:
    """Retire a machine: its tokens end, what it brought stays."""
    studio.retire_machine(session, machine)
    return studio.account(session)


@router.post("/tokens")
def make_token(sent: SentToken, studio: StudioHere, session: Sitting) -> MadeTokenView:
    """Make an API token; the secret is shown this once."""
    return studio.make_token(
        session, label=sent.label, scopes=sent.scopes, days=sent.days, machine=sent.machine
    )


@router.delete("/tokens/{token_id}")
def revoke_token(token_id: Id, studio: StudioHere, session: Sitting) -> AccountView:
    """End an API token."""
    studio.revoke_token(session, token_id)
    return studio.account(session)
