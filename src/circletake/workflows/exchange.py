"""Exchange the cut with editors: out in a form they read, in as the next version; no approval comes back."""

import tempfile
from dataclasses import replace
from pathlib import Path, PurePath

from circletake.cut.conform import KnownTake, Proposal
from circletake.cut.document import cut_hash
from circletake.cut.form import Leaving, Written
from circletake.cut.known_again import known_again
from circletake.cut.subtitles import fit_subtitles
from circletake.cut.timelines import form_of, forms, read_timeline, write_timeline
from circletake.domain.cut import CutVersion
from circletake.domain.people import MAY
from circletake.domain.production import Production
from circletake.errors import DiskFull, NotFound
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.media.manifest import Clip, read_manifest
from circletake.workflows.cut_book import find_cut, get_cut, record_cut
from circletake.workflows.house import House, require
from circletake.workflows.show_cut import show_cut
from circletake.workflows.views import TimelineFormsView, TimelineFormView, TimelineView

_FILM_KIND = "film"
_SHOT_KIND = "shot"
_BY_NAME = "Media is named and not found by its path: link it to the files on the editor's machine."


def timeline_forms(house: House, who: Session, production: str) -> TimelineFormsView:
    """Every form of timeline, and which way it goes."""
    with house.book.reading() as conn:
        _, roles = require(conn, who, production, "see")
    listed = [
        TimelineFormView(
            name=name,
            label=form.label,
            ending=form.endings[0],
            reads=form.read is not None,
            writes=form.write is not None,
        )
        for name, form in forms().items()
    ]
    return TimelineFormsView(listed, may_import=bool(roles & MAY["edit_cut"]))


def _known(house: House, conn: reads.Connection, production: Production) -> list[KnownTake]:
    policy = house.policy(conn, production.policy)
    known: list[KnownTake] = []
    for row in reads.tasks(conn, production.id):
        stage = policy.stage(row.task.stage)
        if row.entity.kind == _FILM_KIND or stage is None or not stage.ships:
            continue
        for take in reads.takes_of(conn, row.task.id):
            manifest = read_manifest(house.store, take.content)
            media = manifest.media if isinstance(manifest, Clip) else take.content
            known.append(
                KnownTake(
                    content=take.content,
                    shot=row.entity.code,
                    name=f"{row.entity.code}_t{take.number:02d}",
                    n_frames=take.n_frames,
                    path=str(house.store.path(media)) if house.store.has(media) else None,
                    is_seen=row.entity.kind == _SHOT_KIND,
                )
            )
    return known


def write_cut(
    house: House,
    who: Session,
    production: str,
    name: str,
    *,
    form: str | None = None,
    is_here: bool = True,
) -> Written:
    """Write the cut in the form that a file's name says.

    Args:
        name: of the file; its ending says the form.
        form: name of the form, where the ending does not say it.
        is_here: it is read on this machine, where the paths of its media mean something.

    Raises:
        CutUnreadable: no such form, one that is only read, or a rate that it does not know.
    """
    view = show_cut(house, who, production)
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "see")
        cut = get_cut(conn, found.id)
        known = _known(house, conn, found)
    takes = {take.content: take if is_here else replace(take, path=None) for take in known}
    leaving = Leaving(
        cut=cut, takes=takes, statuses={slot.id: slot.state for slot in view.slots}, title=found.title
    )
    return write_timeline(leaving, name, named=form)


def export_cut(
    house: House, who: Session, production: str, path: Path, *, form: str | None = None
) -> list[str]:
    """Write the cut into a file for an editor.

    Args:
        path: its ending says the form.
        form: name of the form, where the ending does not say it.

    Returns:
        What the form cannot carry, a sentence each.

    Raises:
        CutUnreadable: no such form, one that is only read, or a rate that it does not know.
        DiskFull: the file cannot be written there.
    """
    written = write_cut(house, who, production, path.name, form=form)
    try:
        path.write_bytes(written.data)
    except OSError as refused:
        raise DiskFull(f"{path} cannot be written: {refused.strerror}; choose another place.") from refused
    return list(written.lost)


def cut_file(house: House, who: Session, production: str, *, form: str) -> tuple[TimelineView, bytes]:
    """The cut as a file of a form, for somebody on another machine.

    Raises:
        CutUnreadable: no such form, one that is only read, or a rate that it does not know.
    """
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "see")
        number = get_cut(conn, found.id).number
    _, wanted = form_of("", named=form)
    name = f"{found.code}-cut-{number:03}{wanted.endings[0]}"
    written = write_cut(house, who, production, name, form=form, is_here=False)
    return TimelineView(name, [*written.lost, _BY_NAME]), written.data


def fit_subtitles_to(house: House, who: Session, production: str, path: Path, out: Path) -> list[str]:
    """Hold a file of subtitles against the cut as it stands, and write it on the cut's frames.

    Args:
        path: SubRip, WebVTT, SubStation or TTML.
        out: its ending says what is written: `.srt` or `.vtt`.

    Returns:
        What was moved, cut short or left out, a sentence each.

    Raises:
        CutUnreadable: it is no file of subtitles, or none of it lies in the film.
        NotFound: there is no such file.
        DiskFull: the file cannot be written there.
    """
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "see")
        cut = get_cut(conn, found.id)
    try:
        data, said = fit_subtitles(path, cut, out)
    except OSError as refused:
        raise NotFound(f"{path} cannot be read: {refused.strerror}.") from refused
    try:
        out.write_bytes(data)
    except OSError as refused:
        raise DiskFull(f"{out} cannot be written: {refused.strerror}; choose another place.") from refused
    return said


def import_cut(
    house: House, who: Session, production: str, path: Path, *, form: str | None = None
) -> list[str]:
    """Bring an editor's timeline in as the next version of the cut.

    Args:
        path: the file, or a bundle of FCPXML.
        form: name of the form, where the ending does not say it.

    Returns:
        What could not be carried, a sentence each.

    Raises:
        CutUnreadable: it is no timeline; nothing was recorded.
        NotFound: there is no such file.
    """
    if not path.exists():
        raise NotFound(f"{path} cannot be read: there is no such file.")
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "edit_cut")
        known = _known(house, conn, found)
    try:
        # A reader in a child takes its time: not while holding the book.
        proposal = read_timeline(path, rate=found.rate, known=known, named=form)
    except OSError as refused:
        raise NotFound(f"{path} cannot be read: {refused.strerror}.") from refused
    _adopt(house, who, production, proposal)
    return list(proposal.sentences)


def import_sent(
    house: House, who: Session, production: str, name: str, data: bytes, *, form: str | None = None
) -> list[str]:
    """Bring in a timeline that was sent as bytes.

    Args:
        name: what the file is called; its ending says the form.
        data: the file.
        form: name of the form, where the ending does not say it.

    Returns:
        What could not be carried, a sentence each.

    Raises:
        CutUnreadable: it is no timeline; nothing was recorded.
    """
    with house.book.reading() as conn:
        require(conn, who, production, "edit_cut")
    _, found = form_of(name, named=form)
    ending = found.endings[0] if form else PurePath(name).suffix.lower()
    with tempfile.TemporaryDirectory(prefix="circletake-timeline-") as folder:
        path = Path(folder) / f"timeline{ending}"
        path.write_bytes(data)
        return import_cut(house, who, production, path, form=form)


def _adopt(house: House, who: Session, production: str, proposal: Proposal) -> None:
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "edit_cut")
        before = find_cut(tx.conn, found.id)
        record_cut(
            house,
            tx,
            who.actor,
            CutVersion(
                production=found.id,
                number=before.number + 1 if before else 1,
                rate=found.rate,
                width_px=found.width_px,
                height_px=found.height_px,
                slots=known_again(proposal.slots, before) if before else proposal.slots,
                parent=cut_hash(before) if before else None,
                sound=proposal.sound,
                start=proposal.start,
                drop=proposal.drop,
            ),
            session=who.pseudonym,
        )
