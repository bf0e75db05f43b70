"""The disclosure sheet: what of a cut was made how, by whom it was judged, and what was agreed to."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from circletake.cut.deliverable import ShippedTake
from circletake.cut.disclosure import (
    MADE_WORDS,
    SHARES,
    disclosure_csv,
    disclosure_document,
    disclosure_rows,
    percent_of,
    seconds_of,
)
from circletake.cut.document import cut_hash
from circletake.cut.seal.read import Credential, read_credential
from circletake.domain.cut import CutVersion, Slot, SoundClip
from circletake.domain.disclosure import DisclosedSlot, Disclosure, Made, made_how
from circletake.domain.entity import SourceClass
from circletake.domain.production import Production
from circletake.domain.take import Take
from circletake.errors import RequestInvalid
from circletake.ledger import reads, remarks
from circletake.media.manifest import Clip, read_manifest
from circletake.review.disclosure import Column, Sheet, disclosure_pdf
from circletake.workflows.export_notes import Exported
from circletake.workflows.house import STUDIO, House

Form = Literal["json", "csv", "pdf"]
FORMS: tuple[Form, ...] = get_args(Form)
_MEDIA_TYPES: dict[Form, str] = {"json": "application/json", "csv": "text/csv", "pdf": "application/pdf"}
_BETWEEN = "in-between of "  # as the maker of in-betweens calls its method
_MOST_PARENTS = 50  # a take is made from few; more is a knot in the records
_COLUMNS = (
    ("shot", "Shot", 0.09),
    ("from", "From", 0.09),
    ("seconds", "Seconds", 0.07),
    ("take", "Take", 0.05),
    ("made", "Made", 0.09),
    ("made_by_a_model", "By a model", 0.13),
    ("tool", "Tool", 0.15),
    ("consents", "Consents and permits", 0.17),
    ("people", "People", 0.16),
)
_SMALL = (
    (
        "Where pictures come from is as the studio recorded it, and as the Content Credentials say that a "
        "take brought with it; the greater share counts. Where records leave it open whether a model had a "
        "part, this says that one had. What was not recorded is called so, and does not mean that none had."
    ),
    "Sheets, policies and the law differ in what has to be said where: this sheet is data, not advice.",
)


def media_of(house: House, content: str) -> Path:
    """The file that a take's frames lie in."""
    manifest = read_manifest(house.store, content)
    return house.store.path(manifest.media if isinstance(manifest, Clip) else content)


def disclose(
    house: House,
    conn: reads.Connection,
    production: Production,
    cut: CutVersion,
    *,
    takes: Mapping[str, Take],
    shipped: Mapping[str, ShippedTake],
) -> Disclosure:
    """What of a cut is made how. Slots without a take are left out.

    Args:
        takes: slot → the take that fills it.
        shipped: slot → how that was judged, as far as it was.
    """
    agreed = [one for one in remarks.consents_in(conn, production.id) if one.granted]

    def disclosed(part: Slot | SoundClip, start: int) -> DisclosedSlot:
        take = takes[part.id]
        entity = reads.find_entity(conn, production.id, part.shot)
        own = credential_of(media_of(house, take.content))
        concerned = {part.shot, *(lean.partition(":")[2] for lean in take.leans)}
        return DisclosedSlot(
            slot=part.id,
            shot=part.shot,
            start=start,
            frames=part.frames,
            take=take.content,
            number=take.number,
            made=_made(conn, take, entity.source_class if entity else None),
            own_terms=own.terms if own else (),
            tool=own.generator if own else _method(take),
            consents=tuple(_agreement(one) for one in agreed if one.code in concerned),
            acts=_acts(shipped.get(part.id)),
        )

    ranges = cut.record_ranges()
    return Disclosure(
        title=production.title,
        cut=cut_hash(cut),
        rate=cut.rate,
        slots=[disclosed(slot, ranges[slot.id].start) for slot in cut.slots if slot.id in takes],
        sound=[disclosed(clip, clip.record_in) for clip in cut.sound if clip.id in takes],
    )


@lru_cache(maxsize=4096)
def credential_of(path: Path) -> Credential | None:
    """The credentials that a stored file brought along; a content never changes, so they are read once."""
    return read_credential(path)


def _made(conn: reads.Connection, take: Take, shot: SourceClass | None, depth: int = 0) -> Made:
    parent = reads.find_take(conn, take.parent) if take.parent and depth < _MOST_PARENTS else None
    before = [_made(conn, parent, None, depth + 1)] if parent is not None else []
    return made_how(take.origin, shot, parents=before, is_between=_method(take).startswith(_BETWEEN))


def _method(take: Take) -> str:
    """How a maker of this house made a take; empty where people brought it."""
    return take.label if take.origin == "splice" and ("author", str(STUDIO)) in take.made_by else ""


def _agreement(one: remarks.ConsentRow) -> str:
    """What was agreed to; never by whom, for a sheet that left cannot be erased."""
    until = f", until {one.until}" if one.until else ""
    return f"{one.kind} for {one.code}: {', '.join(one.uses)}{until}"


def _acts(shipped: ShippedTake | None) -> tuple[str, ...]:
    return tuple(
        f"{gate.gate}: let through by override"
        if gate.override is not None
        else f"{gate.gate}: circled by {len(gate.verdicts)}"
        for gate in (shipped.gates if shipped else ())
        if gate.override is not None or gate.verdicts
    )


def write_disclosure(film: Disclosure, form: str) -> Exported:
    """A disclosure as a file.

    Args:
        form: json, csv or pdf.

    Raises:
        RequestInvalid: there is no such form.
    """
    if form not in FORMS:
        raise RequestInvalid(f"“{form}” is no form of a disclosure sheet; say one of {', '.join(FORMS)}.")
    data = {"json": _json, "csv": disclosure_csv, "pdf": _pdf}[form](film)
    return Exported(f"disclosure.{form}", _MEDIA_TYPES[form], data)


def _json(film: Disclosure) -> bytes:
    whole = disclosure_document(film)
    shares = {
        name: {
            "frames": frames,
            "seconds": seconds_of(frames, film.rate),
            "share": percent_of(frames, film.n_frames),
        }
        for name, frames in film.frames_by_a_model().items()
    }
    rows = {row["slot"]: row for row in disclosure_rows(film)}
    for slot in whole["slots"]:
        row = rows[slot["slot"]]
        slot |= {name: row[name] for name in ("from", "to", "seconds", "made_by_a_model")}
    whole |= {"seconds": seconds_of(film.n_frames, film.rate), "by_a_model": shares}
    return json.dumps(whole, ensure_ascii=False, indent=2).encode() + b"\n"


def _pdf(film: Disclosure) -> bytes:
    def said(frames: int) -> str:
        return f"{seconds_of(frames, film.rate)} s, {percent_of(frames, film.n_frames)} ({frames} frames)"

    facts = [("Length", f"{seconds_of(film.n_frames, film.rate)} s, {film.n_frames} frames")]
    facts += [
        (SHARES[share].capitalize(), said(frames))
        for share, frames in film.frames_by_a_model().items()
        if frames
    ]
    facts += [
        (f"Recorded as {MADE_WORDS[made]}", said(frames)) for made, frames in film.frames_made().items()
    ]
    facts += [("Digital source type", film.term), ("Cut", film.cut)]
    return disclosure_pdf(
        Sheet(
            title=f"{film.title} · disclosure sheet",
            facts=facts,
            columns=[Column(name, share) for _, name, share in _COLUMNS],
            rows=[[row[key] for key, _, _ in _COLUMNS] for row in disclosure_rows(film)],
            small=_SMALL,
            foot=f"{film.title} · cut {film.cut[:12]}",
        )
    )
