"""Policies in plain words, proposed, looked at before they are in force, adopted; consents and permits."""

from fastapi import APIRouter

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Code, Id, SentConsent, SentPolicy, SentPolicyAdoption, TakeNumber
from circletake.workflows.views import ConsentView, PolicyNameView, PolicyPreviewView, PolicyView, TaskView

router = APIRouter(tags=["policies"])


@router.get("/api/policies")
def shipped(studio: StudioHere, _session: SignedIn) -> list[PolicyNameView]:
    """Every policy that comes with circletake."""
    return studio.shipped_policies()


@router.get("/api/policies/{name}")
def shipped_policy(name: Code, studio: StudioHere, _session: SignedIn) -> PolicyView:
    """A policy that comes with circletake, in plain words."""
    return studio.shipped_policy(name)


@router.post("/api/policies/check")
def check(sent: SentPolicy, studio: StudioHere, _session: SignedIn) -> PolicyView:
    """A policy that somebody wrote, in plain words; refused by line and column where it cannot be used."""
    return studio.check_policy(sent.text, file=sent.file)


@router.get("/api/productions/{code}/policy")
def policy(code: Code, studio: StudioHere, session: SignedIn) -> PolicyView:
    """The policy in force, in plain words."""
    return studio.policy(session, code)


@router.post("/api/productions/{code}/policy/propose")
def propose(code: Code, sent: SentPolicy, studio: StudioHere, session: SignedIn) -> TaskView:
    """Propose a policy; it is judged like any take."""
    return studio.policy_propose(session, code, text=sent.text, file=sent.file)


@router.get("/api/productions/{code}/policy/preview")
def preview(
    code: Code, studio: StudioHere, session: SignedIn, take: TakeNumber | None = None
) -> PolicyPreviewView:
    """What a proposed policy would change, gate by gate; nothing is recorded."""
    return studio.policy_preview(session, code, number=take)


@router.post("/api/productions/{code}/policy/preview")
def preview_text(code: Code, sent: SentPolicy, studio: StudioHere, session: SignedIn) -> PolicyPreviewView:
    """What a policy that nobody proposed yet would change; nothing is recorded."""
    return studio.policy_preview(session, code, text=sent.text, file=sent.file)


@router.post("/api/productions/{code}/policy/adopt")
def adopt(code: Code, sent: SentPolicyAdoption, studio: StudioHere, session: SignedIn) -> PolicyView:
    """Put a circled policy in force."""
    return studio.policy_adopt(session, code, number=sent.take, anyway=sent.anyway)


@router.get("/api/productions/{code}/consents")
def consents(code: Code, studio: StudioHere, session: SignedIn) -> list[ConsentView]:
    """Every consent and permit of a production."""
    return studio.consents(session, code)


@router.post("/api/productions/{code}/consents")
def add_consent(code: Code, sent: SentConsent, studio: StudioHere, session: SignedIn) -> list[ConsentView]:
    """Record that somebody agreed, or that a right was obtained; or renew one."""
    return studio.consent_add(
        session,
        code,
        kind=sent.kind,
        code=sent.code,
        subject=sent.subject,
        uses=sent.uses,
        until=sent.until,
        renews=sent.renews,
    )


@router.post("/api/productions/{code}/consents/{consent}/revoke")
def revoke_consent(code: Code, consent: Id, studio: StudioHere, session: SignedIn) -> list[ConsentView]:
    """Record that a consent or permit no longer holds."""
    return studio.consent_revoke(session, code, consent=consent)
