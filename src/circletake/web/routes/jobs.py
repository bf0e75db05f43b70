"""Jobs: what the machines are busy with."""

from fastapi import APIRouter

from circletake.web.auth import SignedIn, StudioHere
from circletake.workflows.views import JobView

router = APIRouter(tags=["jobs"])


@router.get("/api/jobs")
def jobs(studio: StudioHere, session: SignedIn) -> list[JobView]:
    """Jobs with their progress in frames."""
    return studio.jobs(session)


@router.post("/api/jobs/{key}/stop")
def stop_render(key: str, studio: StudioHere, session: SignedIn) -> JobView:
    """Stop a render, or a version that is being made, and whatever helps it; one that is over stays."""
    return studio.stop_render(session, key)
