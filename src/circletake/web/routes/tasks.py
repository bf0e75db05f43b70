"""Tasks with everything a judge needs, their evidence in full, and parking them."""

from fastapi import APIRouter

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Id, SentHold, Sha, Shots
from circletake.workflows.context import ContextView
from circletake.workflows.show_provenance import ProvenanceView
from circletake.workflows.views import EvidenceDetailView, TaskView

router = APIRouter(tags=["tasks"])


@router.get("/api/tasks/{task_id}")
def task(task_id: Id, studio: StudioHere, session: SignedIn) -> TaskView:
    """A task, its takes, their gates, verdicts and evidence."""
    return studio.task(session, task_id)


@router.get("/api/tasks/{task_id}/takes/{sha}/context")
def context(task_id: Id, sha: Sha, studio: StudioHere, session: SignedIn, shots: Shots = 1) -> ContextView:
    """A take between its neighbours in the cut."""
    return studio.context(session, task_id, content=sha, shots=shots)


@router.get("/api/tasks/{task_id}/takes/{sha}/provenance")
def provenance(task_id: Id, sha: Sha, studio: StudioHere, session: SignedIn) -> ProvenanceView:
    """Where a take came from, each fact with how far it can be trusted and where it was read."""
    return studio.provenance(session, task_id, content=sha)


@router.post("/api/tasks/{task_id}/hold")
def hold(task_id: Id, sent: SentHold, studio: StudioHere, session: SignedIn) -> TaskView:
    """Park a task, with a reason."""
    return studio.hold(session, task_id, sent.reason)


@router.delete("/api/tasks/{task_id}/hold")
def release(task_id: Id, studio: StudioHere, session: SignedIn) -> TaskView:
    """Take a task up again."""
    return studio.release(session, task_id)


@router.get("/api/evidence/{evidence_id}")
def evidence(evidence_id: Id, studio: StudioHere, session: SignedIn) -> EvidenceDetailView:
    """What a check measured, frame by frame."""
    return studio.evidence(session, evidence_id)
