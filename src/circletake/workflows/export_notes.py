"""Notes and drawings of a take as a file: for OpenRV, or on paper. Whoever exports gets what they may see."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, cast, get_args

from circletake.cut.annotations import to_rv
from circletake.domain.drawing import Mark, Shape
from circletake.domain.reviewed import Drawn, Noted, Reply, Reviewed
from circletake.domain.time import FrameRange
from circletake.errors import ContentMissing, NotFound, VerdictInvalid
from circletake.ledger.accounts import Session
from circletake.media.frames import RECIPE, read_frame
from circletake.media.manifest import Clip, read_manifest
from circletake.review.pages import to_pdf
from circletake.workflows.drawings import list_drawings
from circletake.workflows.house import House
from circletake.workflows.show_task import show_task
from circletake.workflows.views import NoteView, TakeView

Form = Literal["otio", "pdf"]
FORMS: tuple[Form, ...] = get_args(Form)
_MEDIA_TYPES: dict[Form, str] = {"otio": "application/json", "pdf": "application/pdf"}
_SETTLED = {"waive": "waived: the intent", "best_possible": "the best possible", "not_a_fault": "not a fault"}


@dataclass(frozen=True, slots=True)
class Exported:
    """A file to hand out."""

    name: str
    media_type: str
    data: bytes


def export_notes(
    house: House, who: Session, task: str, *, content: str, form: str, names_path: bool = False
) -> Exported:
    """Write what was noted and drawn on a take.

    Args:
        form: otio or pdf.
        names_path: whether the OTIO file names the film by its path in this studio's folder; else by a name
            beside the file, for whoever has no reach into that folder.

    Raises:
        NotFound: there is no such task or take in a production of theirs.
        VerdictInvalid: there is no such form.
    """
    if form not in FORMS:
        raise VerdictInvalid(f"“{form}” is no form of notes; say one of {', '.join(FORMS)}.")
    shown = show_task(house, who, task)
    take = next((one for one in shown.takes if one.content == content), None)
    if take is None:
        raise NotFound(f"There is no take of content {content[:12]} at this task; reload its page.")
    found = Reviewed(
        name=f"{shown.code}_{shown.stage}_t{take.number:02d}",
        title=f"{shown.production.title} · {shown.code} {shown.stage_label} · take {take.number}",
        content=content,
        n_frames=max(take.n_frames, 1),
        rate=Fraction(*(take.rate or shown.production.rate)),
        width_px=take.width_px or shown.production.width_px,
        height_px=take.height_px or shown.production.height_px,
        start_frame=shown.start_frame,
        notes=_noted(take),
        drawings=tuple(
            Drawn(
                one.id,
                one.person.name or one.person.id,
                Mark(
                    frames=FrameRange(one.frames.start, one.frames.end),
                    shape=cast("Shape", one.shape),
                    points=tuple((x, y) for x, y in one.points),
                    width=one.width,
                    colour=one.colour,
                    text=one.text,
                ),
            )
            for one in list_drawings(house, who, task, content=content)
            if one.text is not None  # erased
        ),
    )
    if form == "pdf":
        data = to_pdf(found, lambda frame: _picture(house, content, frame))
    else:
        media, before = _film(house, found, names_path=names_path)
        data = to_rv(found, media=media, before=before).encode()
    return Exported(f"{found.name}.{'rv.otio' if form == 'otio' else form}", _MEDIA_TYPES[form], data)


def _noted(take: TakeView) -> tuple[Noted, ...]:
    by_id = {note.id: note for note in take.notes}

    def root(note: NoteView) -> NoteView:
        above = by_id.get(note.reply_to or "")
        return root(above) if above else note

    replies: dict[str, list[Reply]] = {}
    for note in take.notes:
        if root(note) is not note:
            person = note.person.name or note.person.id
            replies.setdefault(root(note).id, []).append(Reply(person, note.at, note.text or "(erased)"))
    return tuple(
        Noted(
            id=note.id,
            person=note.person.name or note.person.id,
            at=note.at,
            severity=note.severity,
            text=note.text or "(erased)",
            state=_state(note),
            ranges=tuple(FrameRange(one.start, one.end) for one in note.ranges),
            drawings=tuple(note.drawings),
            replies=tuple(replies.get(note.id, ())),
        )
        for note in take.notes
        if root(note) is note
    )


def _state(note: NoteView) -> str:
    if note.disposition is None:
        return "open"
    by = f" by {note.resolved_by.name or note.resolved_by.id}" if note.resolved_by else ""
    return f"settled{by}: {_SETTLED.get(note.disposition, note.disposition)}"


def _picture(house: House, content: str, frame: int) -> bytes | None:
    pack = house.queue.find_derived(content, RECIPE)
    if pack is None:
        return None
    try:
        return read_frame(house.store, pack, frame)
    except ContentMissing:
        return None


def _film(house: House, take: Reviewed, *, names_path: bool) -> tuple[str, int]:
    """Which file holds the take, and how many of its frames come before."""
    if not names_path:
        return f"{take.name}.mov", 0
    manifest = read_manifest(house.store, take.content)
    clip = manifest if isinstance(manifest, Clip) else None
    media = clip.media if clip else take.content
    path = str(house.store.path(media)) if house.store.has(media) else f"{take.name}.mov"
    return path, clip.frames.start if clip else 0
