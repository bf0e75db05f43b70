"""Who works on a production: roles given and taken, groups, invitations."""

from contextlib import AbstractContextManager

from fastapi import APIRouter, Request, Response

from circletake.errors import SignInNeeded
from circletake.ledger.accounts import Session
from circletake.web.auth import (
    SignedIn,
    SignInLimit,
    Sitting,
    StudioHere,
    enter,
    label_of,
    own_origin,
    signed_in,
)
from circletake.web.requests import Code, Id, SentAcceptance, SentInvitation, SentLabel
from circletake.workflows.views import InvitationView, InvitedView, MadeInvitationView, MeView, TeamView

router = APIRouter(tags=["team"])


@router.get("/api/productions/{code}/people")
def team(code: Code, studio: StudioHere, session: SignedIn) -> TeamView:
    """Who holds which role, by name and by group."""
    return studio.team(session, code)


@router.put("/api/productions/{code}/people/{person}/roles/{role}")
def give_role(code: Code, person: Id, role: Id, studio: StudioHere, session: Sitting) -> TeamView:
    """Give somebody a role."""
    studio.set_role(session, code, person=person, role=role)
    return studio.team(session, code)


@router.delete("/api/productions/{code}/people/{person}/roles/{role}")
def take_role(code: Code, person: Id, role: Id, studio: StudioHere, session: Sitting) -> TeamView:
    """Take a role from somebody; what they judged by it is asked of the gates again."""
    studio.take_role(session, code, person=person, role=role)
    return studio.team(session, code)


@router.post("/api/productions/{code}/groups")
def make_group(code: Code, sent: SentLabel, studio: StudioHere, session: Sitting) -> TeamView:
    """Make a group of people who hold roles together."""
    return studio.make_group(session, code, sent.label)


@router.delete("/api/productions/{code}/groups/{group}")
def disband_group(code: Code, group: Id, studio: StudioHere, session: Sitting) -> TeamView:
    """End a group."""
    return studio.disband_group(session, code, group)


@router.put("/api/productions/{code}/groups/{group}/members/{person}")
def add_member(code: Code, group: Id, person: Id, studio: StudioHere, session: Sitting) -> TeamView:
    """Put somebody into a group."""
    return studio.set_member(session, code, group, person=person, member=True)


@router.delete("/api/productions/{code}/groups/{group}/members/{person}")
def remove_member(code: Code, group: Id, person: Id, studio: StudioHere, session: Sitting) -> TeamView:
    """Take somebody out of a group."""
    return studio.set_member(session, code, group, person=person, member=False)


@router.put("/api/productions/{code}/groups/{group}/roles/{role}")
def give_group_role(code: Code, group: Id, role: Id, studio: StudioHere, session: Sitting) -> TeamView:
    """Give every member of a group a role."""
    return studio.set_group_role(session, code, group, role=role, granted=True)


@router.delete("/api/productions/{code}/groups/{group}/roles/{role}")
def take_group_role(code: Code, group: Id, role: Id, studio: StudioHere, session: Sitting) -> TeamView:
    """Take a role from a group."""
    return studio.set_group_role(session, code, group, role=role, granted=False)


@router.get("/api/productions/{code}/invitations")
def invitations(code: Code, studio: StudioHere, session: Sitting) -> list[InvitationView]:
    """Invitations, open and ended."""
    return studio.invitations(session, code)


@router.post("/api/productions/{code}/invitations")
def invite(
    request: Request, code: Code, sent: SentInvitation, studio: StudioHere, session: Sitting
) -> MadeInvitationView:
    """Invite somebody; the link is shown this once and lets one person in."""
    made, token = studio.invite(session, code, roles=sent.roles, hours=sent.hours)
    return MadeInvitationView(id=made, link=f"{own_origin(request)}/invite/{token}")


@router.delete("/api/productions/{code}/invitations/{invitation}")
def revoke_invitation(
    code: Code, invitation: Id, studio: StudioHere, session: Sitting
) -> list[InvitationView]:
    """End an invitation that nobody has used."""
    studio.revoke_invitation(session, code, invitation)
    return studio.invitations(session, code)


@router.get("/api/invitations/{token}")
def invited(request: Request, token: Id, studio: StudioHere) -> InvitedView:
    """What an invitation is for; whoever holds the link may know."""
    with _limited(request):
        return studio.invitation(token)


@router.post("/api/invitations/{token}/accept")
def accept(
    request: Request, response: Response, token: Id, sent: SentAcceptance, studio: StudioHere
) -> MeView:
    """Accept an invitation: as whoever is signed in, or as somebody new, who is signed in by it."""
    session = _whoever(request)
    with _limited(request):
        made = studio.accept_invitation(
            token, session=session, name=sent.name, password=sent.password, label=label_of(request)
        )
    if session is None:
        enter(request, response, made or "")
        session = studio.session_of(made)
    return studio.me(session)


def _limited(request: Request) -> AbstractContextManager[None]:
    limit: SignInLimit = request.app.state.sign_in_limit
    return limit.attempt(name="", address=request.client.host if request.client else "")


def _whoever(request: Request) -> Session | None:
    try:
        return signed_in(request)
    except SignInNeeded:
        return None
