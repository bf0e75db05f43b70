"""Verdicts, overrides and notes: the reasons there are, recording one, taking one back."""

from fastapi import APIRouter

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import (
    Id,
    SentNote,
    SentOverride,
    SentRegion,
    SentResolution,
    SentVerdict,
    SentWithdrawal,
    Seq,
)
from circletake.workflows.views import ReasonFamilyView, TaskView

router = APIRouter(tags=["verdicts"])


@router.get("/api/reasons")
def reasons(studio: StudioHere, session: SignedIn, production: str | None = None) -> list[ReasonFamilyView]:
    """Every reason code with its two keystrokes: a production's own, or those that come with circletake."""
    return studio.reasons(session, production)


def _region(one: SentRegion) -> tuple[int, int, int, int, int]:
    return one.frame, one.x, one.y, one.width, one.height


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
        severity=sent.severity,
        regions=[_region(one) for one in sent.regions],
        watched=[(one.start, one.end) for one in sent.watched],
        dwell_ms=sent.dwell_ms,
    )


@router.post("/api/overrides")
def override(sent: SentOverride, studio: StudioHere, session: SignedIn) -> TaskView:
    """Let exact content pass a gate although rules of it do not hold; it is shown for ever."""
    return studio.record_override(
        session,
        task=sent.task,
        content=sent.content,
        gate=sent.gate,
        code=sent.code,
        note=sent.note,
        role=sent.role,
        gate_hash=sent.gate_hash,
        upstream=sent.upstream,
        key=sent.key,
    )


@router.post("/api/notes")
def note(sent: SentNote, studio: StudioHere, session: SignedIn) -> TaskView:
    """Note something on exact content, or answer a note."""
    return studio.note_add(
        session,
        task=sent.task,
        content=sent.content,
        text=sent.text,
        severity=sent.severity,
        ranges=[(one.start, one.end) for one in sent.ranges],
        regions=[_region(one) for one in sent.regions],
        reply_to=sent.reply_to,
        drawings=sent.drawings,
        key=sent.key,
    )


@router.post("/api/notes/{note_id}/resolve")
def resolve(note_id: Id, sent: SentResolution, studio: StudioHere, session: SignedIn) -> TaskView:
    """Settle a note on exactly this content."""
    return studio.note_resolve(session, note=note_id, disposition=sent.disposition, key=sent.key)


@router.post("/api/verdicts/{seq}/withdraw")
def withdraw(seq: Seq, sent: SentWithdrawal, studio: StudioHere, session: SignedIn) -> TaskView:
    """Take one's own verdict back; the book keeps both."""
    return studio.withdraw(session, verdict_seq=seq, key=sent.key)
