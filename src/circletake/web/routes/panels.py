"""The board of panels: brought in, shown, edited, played, printed, conformed."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import FileResponse

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.panel_requests import SentAnswers, SentPanel, SentPart
from circletake.web.requests import Code
from circletake.workflows.animatic import Selection
from circletake.workflows.panel_views import BoardPlanView, CoverageView, PanelsView, ProposalsView
from circletake.workflows.views import JobView

router = APIRouter(prefix="/api/productions/{code}/panels", tags=["panels"])

Uid = Annotated[str, Path(pattern=r"^[0-9A-Z]{5}$")]
Name = Annotated[str, Path(min_length=1, max_length=255)]
_FILE = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


async def sent_file(request: Request) -> bytes:
    """The body as it came: a file, and no record of ours."""
    return await request.body()


def chosen(
    scene: Annotated[list[str] | None, Query(max_length=1000)] = None,
    shot: Annotated[list[str] | None, Query(max_length=1000)] = None,
) -> Selection:
    """Which part of the board; all of it where nothing is named."""
    return Selection(scene or (), shot or ())


Sent = Annotated[bytes, Depends(sent_file)]
Part = Annotated[Selection, Depends(chosen)]


@router.get("")
def panels(
    code: Code,
    studio: StudioHere,
    session: SignedIn,
    number: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> PanelsView:
    """The board of panels as it stands, or a version of it."""
    return studio.panels.show(session, code, number=number)


@router.get("/coverage")
def coverage(code: Code, studio: StudioHere, session: SignedIn) -> CoverageView:
    """What there is of every shot: an approved take, candidates, a panel, nothing, or no need of it."""
    return studio.panels.coverage(session, code)


@router.post("/import/{name}", openapi_extra={"requestBody": {**_FILE, "required": True}})
def bring(
    code: Code,
    name: Name,
    data: Sent,
    studio: StudioHere,
    session: SignedIn,
    take: Annotated[bool, Query()] = False,  # noqa: FBT002 (a query has no keywords)
) -> BoardPlanView:
    """Say what a script would change, or take it in; projects and folders come by the command line."""
    return studio.panels.bring_sent(session, code, name, data, take=take)


@router.post("/animatic")
def animatic(code: Code, sent: SentPart, studio: StudioHere, session: SignedIn) -> JobView | None:
    """Make a film of the board; nothing comes back where exactly this is made already."""
    key = studio.panels.order_animatic(session, code, Selection(sent.scenes, sent.shots))
    return studio.job_of(key) if key else None


@router.get("/animatic.mp4", include_in_schema=False)
def film(
    code: Code,
    studio: StudioHere,
    session: SignedIn,
    part: Part,
) -> FileResponse:
    """The film of the board, once it is made."""
    path, name = studio.panels.animatic_file(session, code, part)
    return FileResponse(path, media_type="video/mp4", filename=name, content_disposition_type="inline")


@router.get("/board.pdf", include_in_schema=False)
def paper(
    code: Code,
    studio: StudioHere,
    session: SignedIn,
    part: Part,
    layout: Annotated[str, Query(max_length=20)] = "six",
) -> Response:
    """The board on paper."""
    data = studio.panels.printed(session, code, layout=layout, part=part)
    return Response(data, media_type="application/pdf", headers=_attached(f"{code}-board.pdf"))


@router.get("/timeline/{name}", include_in_schema=False)
def timeline(
    code: Code,
    name: Name,
    studio: StudioHere,
    session: SignedIn,
    part: Part,
) -> Response:
    """The board as a timeline; the ending of the name says its form."""
    data, _ = studio.panels.timeline(session, code, name, part)
    return Response(data, media_type="application/octet-stream", headers=_attached(name))


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}


@router.post("/conform/{name}", openapi_extra={"requestBody": {**_FILE, "required": True}})
def conform(
    code: Code,
    name: Name,
    data: Sent,
    studio: StudioHere,
    session: SignedIn,
    part: Part,
) -> ProposalsView:
    """Read an edited timeline and keep what it would change of the board."""
    return studio.panels.conform_sent(session, code, name, data, part)


@router.get("/proposals")
def proposals(code: Code, studio: StudioHere, session: SignedIn) -> ProposalsView:
    """What the newest timeline proposed, and how each was answered."""
    return studio.panels.proposals(session, code)


@router.post("/proposals")
def answer(code: Code, sent: SentAnswers, studio: StudioHere, session: SignedIn) -> ProposalsView:
    """Take proposals into a new version of the board, or refuse them."""
    return studio.panels.answer(
        session, code, sent.proposals, taken=sent.taken, reason=sent.reason, seen=sent.board_hash
    )


@router.post("/edit/{uid}")
def edit(code: Code, uid: Uid, sent: SentPanel, studio: StudioHere, session: SignedIn) -> PanelsView:
    """Change a panel by hand."""
    return studio.panels.edit(session, code, uid, sent.edit(), seen=sent.board_hash)
