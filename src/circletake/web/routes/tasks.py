"""Tasks with everything a judge needs, their evidence in full, and parking them."""

from fastapi import APIRouter
from starlette.responses import Response

from circletake.web.answers import shown
from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Id, SentHold
from circletake.workflows.views import EvidenceDetailView, TaskView

router = APIRouter(tags=["tasks"])


@router.get("/api/tasks/{task_id}", response_model=TaskView)
def task(task_id: Id, studio: StudioHere, session: SignedIn) -> Response:
    """A task, its takes, their gates, verdicts and evidence."""
    return shown(studio.task(session, task_id))


@router.post("/api/tasks/{task_id}/hold", response_model=TaskView)
def hold(task_id: Id, sent: SentHold, studio: StudioHere, session: SignedIn) -> Response:
    """Park a task, with a reason."""
    return shown(studio.hold(session, task_id, sent.reason))


@router.delete("/api/tasks/{task_id}/hold", response_model=TaskView)
def release(task_id: Id, studio: StudioHere, session: SignedIn) -> Response:
    """Take a task up again."""
    return shown(studio.release(session, task_id))


@router.get("/api/evidence/{evidence_id}", response_model=EvidenceDetailView)
def evidence(evidence_id: Id, studio: StudioHere, session: SignedIn) -> Response:
    """What a check measured, frame by frame."""
    return shown(studio.evidence(session, evidence_id))
