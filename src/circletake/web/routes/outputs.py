"""Versions of the film for a purpose: which there are, making one, taking its file away."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.media import answer, type_of
from circletake.web.requests import Code
from circletake.workflows.output_views import OutputsView
from circletake.workflows.views import JobView

router = APIRouter(prefix="/api/productions/{code}/cut/outputs", tags=["cut"])

_HEAD_BYTES = 4096


@router.get("")
def outputs(code: Code, studio: StudioHere, session: SignedIn) -> OutputsView:
    """What the cut as it stands can be made into, and what of it is made."""
    return studio.cut_outputs(session, code)


@router.post("/{preset}")
def make_output(code: Code, preset: str, studio: StudioHere, session: SignedIn) -> JobView | None:
    """Make a version of the film; nothing comes back where exactly this is made already."""
    return studio.cut_output(session, code, preset)


@router.get("/{preset}/file", response_class=Response)
def output_file(request: Request, code: Code, preset: str, studio: StudioHere, session: SignedIn) -> Response:
    """The file of a version that is made of the cut as it stands."""
    path, name = studio.cut_output_file(session, code, preset)
    with path.open("rb") as made:
        kind = type_of(made.read(_HEAD_BYTES))
    response = answer(request, path, etag=path.name, kind=kind, cache="private, no-cache")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
