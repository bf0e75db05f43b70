"""The cut: its slots, filling and emptying them, and rendering it."""

from pathlib import Path as FilePath
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import FileResponse

from circletake.web.auth import SignedIn, StudioHere
from circletake.web.make_requests import SentMake
from circletake.web.requests import Code, Id, SentBack, SentClear, SentFill, SentFind, SentSeam, SentSplice
from circletake.web.sent_film import FileName, sent_film
from circletake.workflows.cut_version_views import CutDiffView, CutVersionsView
from circletake.workflows.find_views import FoundView
from circletake.workflows.gap_views import GapsView, ReturnedView
from circletake.workflows.seam_views import SeamsView
from circletake.workflows.views import CutView, ImportedCutView, JobView, TimelineFormsView, TimelineView

router = APIRouter(prefix="/api/productions/{code}/cut", tags=["cut"])
Number = Annotated[int | None, Query(ge=1, le=2**31 - 1)]

FormName = Annotated[str, Path(min_length=1, max_length=40)]
_FILE = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


async def sent_file(request: Request) -> bytes:
    """The body as it came: a file, and no record of ours."""
    return await request.body()


@router.get("")
def cut(code: Code, studio: StudioHere, session: SignedIn) -> CutView:
    """The cut as it stands, with what is missing."""
    return studio.cut(session, code)


@router.post("/fill")
def fill(code: Code, sent: SentFill, studio: StudioHere, session: SignedIn) -> CutView:
    """Put a take into a slot: a new version of the cut."""
    return studio.cut_fill(
        session,
        code,
        slot=sent.slot,
        take=sent.take,
        source_in=sent.source_in,
        cut_hash=sent.cut_hash,
    )


@router.post("/clear")
def clear(code: Code, sent: SentClear, studio: StudioHere, session: SignedIn) -> CutView:
    """Empty a slot: a new version of the cut."""
    return studio.cut_clear(session, code, slot=sent.slot, cut_hash=sent.cut_hash)


@router.get("/gaps")
def gaps(code: Code, studio: StudioHere, session: SignedIn) -> GapsView:
    """Every gap, with its neighbours, its board panel and what could be made of it."""
    return studio.cut_gaps(session, code)


@router.get("/gaps/{slot}/pack.zip", include_in_schema=False)
def pack(code: Code, slot: Id, studio: StudioHere, session: SignedIn) -> FileResponse:
    """A gap as a pack for a generator elsewhere: frames, handles, notes and JSON."""
    path = studio.cut_pack(session, code, slot=slot)
    return FileResponse(path, media_type="application/zip", filename=f"gap-{path.stem[:8]}.zip")


@router.post("/gaps/{slot}/result/{name}", openapi_extra={"requestBody": {**_FILE, "required": True}})
def receive(
    code: Code,
    slot: Id,
    name: FileName,
    studio: StudioHere,
    session: SignedIn,
    path: Annotated[FilePath, Depends(sent_film)],
) -> ReturnedView:
    """Take in what a generator made for a gap, as a take of its shot that names the last pack."""
    came = studio.cut_receive_for(session, code, slot=slot, path=path, label=name)
    return ReturnedView(take=came.take, slot=came.slot, said=list(came.said))


@router.get("/find/{slot}")
def find(
    code: Code,
    slot: Id,
    studio: StudioHere,
    session: SignedIn,
    words: Annotated[str, Query(max_length=200)] = "",
) -> FoundView:
    """Takes made for other places that could fill a slot, the likeliest first, and why one could not."""
    return studio.cut_find(session, code, slot=slot, words=words)


@router.post("/find")
def take_find(code: Code, sent: SentFind, studio: StudioHere, session: SignedIn) -> CutView:
    """Make a take that was found one of the slot's own shot: the same bytes, to be judged for this place."""
    return studio.cut_take_find(session, code, slot=sent.slot, take=sent.take, cut_hash=sent.cut_hash)


@router.post("/make")
def make(code: Code, sent: SentMake, studio: StudioHere, session: SignedIn) -> JobView:
    """Order a take for a slot out of what stands in the cut: hold, dissolve, move and the like."""
    return studio.cut_make(
        session, code, slot=sent.slot, maker=sent.maker, wish=sent.wish(), cut_hash=sent.cut_hash
    )


@router.get("/versions")
def versions(code: Code, studio: StudioHere, session: SignedIn, before: Number = None) -> CutVersionsView:
    """Versions of the cut, the newest first, fifty at a time."""
    return studio.cut_versions(session, code, before=before)


@router.get("/diff")
def diff(
    code: Code, studio: StudioHere, session: SignedIn, old: Number = None, new: Number = None
) -> CutDiffView:
    """What was done between two versions; left out, the last two."""
    return studio.cut_diff(session, code, old=old, new=new)


@router.post("/back")
def back(code: Code, sent: SentBack, studio: StudioHere, session: SignedIn) -> CutView:
    """Make the cut what it was in an older version: a new one that says the same."""
    return studio.cut_back(session, code, number=sent.number, cut_hash=sent.cut_hash)


@router.post("/splice")
def splice(code: Code, sent: SentSplice, studio: StudioHere, session: SignedIn) -> JobView:
    """Make a take like what stands beside a slot: a new take, measured at its seams."""
    return studio.cut_splice(
        session,
        code,
        slot=sent.slot,
        take=sent.take,
        source_in=sent.source_in,
        joins=sent.joins,
        steps=sent.steps,
        cut_hash=sent.cut_hash,
    )


@router.get("/seams/{slot}")
def seams(code: Code, slot: Id, studio: StudioHere, session: SignedIn) -> SeamsView:
    """What was measured of the seams of a slot."""
    return studio.cut_seams(session, code, slot=slot)


@router.post("/seams")
def measure_seams(code: Code, sent: SentSeam, studio: StudioHere, session: SignedIn) -> JobView:
    """Measure the seams of what stands in a slot."""
    return studio.cut_seam(session, code, slot=sent.slot, joins=sent.joins)


@router.post("/render")
def render(code: Code, studio: StudioHere, session: SignedIn) -> JobView | None:
    """Render exactly this version into a master; nothing comes back where that has been done already."""
    return studio.cut_render(session, code)


@router.get("/forms")
def forms(code: Code, studio: StudioHere, session: SignedIn) -> TimelineFormsView:
    """Forms of timeline in which the cut goes out, or an editor's comes in."""
    return studio.cut_forms(session, code)


@router.get("/export/{form}")
def export(code: Code, form: FormName, studio: StudioHere, session: SignedIn) -> TimelineView:
    """What the cut would be called in this form, and what the form cannot carry of it."""
    return studio.cut_file(session, code, form=form)[0]


# A file, as media are: the description tells of answers that programs read.
@router.get("/timeline/{form}", include_in_schema=False)
def timeline(code: Code, form: FormName, studio: StudioHere, session: SignedIn) -> Response:
    """The cut as a file of this form."""
    told, data = studio.cut_file(session, code, form=form)
    named = f"attachment; filename*=UTF-8''{quote(told.name)}"
    return Response(data, media_type="application/octet-stream", headers={"Content-Disposition": named})


@router.post("/import/{name}", openapi_extra={"requestBody": {**_FILE, "required": True}})
def bring(
    code: Code,
    name: Annotated[str, Path(min_length=1, max_length=255)],
    data: Annotated[bytes, Depends(sent_file)],
    studio: StudioHere,
    session: SignedIn,
    form: Annotated[str | None, Query(min_length=1, max_length=40)] = None,
) -> ImportedCutView:
    """Bring an editor's timeline in as the next version of the cut."""
    return studio.cut_import_sent(session, code, name=name, data=data, form=form)
