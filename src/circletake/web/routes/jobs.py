"""Jobs: what the machines are busy with."""

from fastapi import APIRouter

from circletake.web.auth import SignedIn, StudioHere
from circletake.workflows.views import JobView

router = APIRouter(tags=["jobs"])


@router.get("/api/jobs")
def jobs(studio: StudioHere, session: SignedIn) -> list[JobView]:
    """Jobs with their progress in frames."""
    return studio.jobs(session)
