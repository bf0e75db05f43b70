"""Verdicts: the reasons there are, recording one, taking one back."""

from fastapi import APIRouter

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import SentVerdict, SentWithdrawal, Seq
from circletake.workflows.views import ReasonFamilyView, TaskView

router = APIRouter(tags=["verdicts"])


@router.get("/api/reasons")
def reasons(studio: StudioHere, _session: SignedIn) -> list[ReasonFamilyView]:
    """Every reason code with its two keystrokes."""
    return studio.reasons()


@router.post("/api/verdicts")
def record(sent: SentVerdict, studio: StudioHere, session: SignedIn) -> TaskView:
    """Record the signed-in person's verdict on exact content at a gate."""
    return studio.record_verdict(
        session,
        task=sent.task,
        content=sent.content,
        gate=sent.gate,
        value=sent.value,
        reasons=sent.reasons,
        disposition=sent.disposition,
        note=sent.note,
        ranges=[(one.start, one.end) for one in sent.ranges],
        answers=sent.answers,
        gate_hash=sent.gate_hash,
        upstream=sent.upstream,
        key=sent.key,
    )


@router.post("/api/verdicts/{seq}/withdraw")
def withdraw(seq: Seq, sent: SentWithdrawal, studio: StudioHere, session: SignedIn) -> TaskView:
    """Take one's own verdict back; the book keeps both."""
    return studio.withdraw(session, verdict_seq=seq, key=sent.key)
