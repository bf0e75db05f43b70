"""Jobs: what the machines are busy with."""

from fastapi import APIRouter
from starlette.responses import Response

from circletake.web.answers import shown
from circletake.web.auth import SignedIn, StudioHere
from circletake.workflows.views import JobView

router = APIRouter(tags=["jobs"])


@router.get("/api/jobs", response_model=list[JobView])
def jobs(studio: StudioHere, session: SignedIn) -> Response:
    """Jobs with their progress in frames."""
    return shown(studio.jobs(session))
