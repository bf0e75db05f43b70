"""Verdicts: the reasons there are, recording one, taking one back."""

from fastapi import APIRouter
from starlette.responses import Response

from circletake.web.answers import shown
from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import SentVerdict, SentWithdrawal, Seq
from circletake.workflows.views import ReasonFamilyView, TaskView

router = APIRouter(tags=["verdicts"])


@router.get("/api/reasons", response_model=list[ReasonFamilyView])
def reasons(studio: StudioHere, _session: SignedIn) -> Response:
    """Every reason code with its two keystrokes."""
    return shown(studio.reasons())


@router.post("/api/verdicts", response_model=TaskView)
def record(sent: SentVerdict, studio: StudioHere, session: SignedIn) -> Response:
    """Record the signed-in person's verdict on exact content at a gate."""
    return shown(
        studio.record_verdict(
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
    )


@router.post("/api/verdicts/{seq}/withdraw", response_model=TaskView)
def withdraw(seq: Seq, sent: SentWithdrawal, studio: StudioHere, session: SignedIn) -> Response:
    """Take one's own verdict back; the book keeps both."""
    return shown(studio.withdraw(session, verdict_seq=seq, key=sent.key))
