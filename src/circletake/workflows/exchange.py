"""Exchange the cut with editors: out as OTIO or EDL, in as the next version. No approval travels back."""

from pathlib import Path

from circletake.cut.conform import KnownTake
from circletake.cut.document import cut_hash
from circletake.cut.known_again import known_again
from circletake.cut.timeline import from_edl, from_otio, to_edl, to_otio
from circletake.domain.cut import CutVersion
from circletake.domain.production import Production
from circletake.errors import CutUnreadable, DiskFull, NotFound
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.media.manifest import Clip, read_manifest
from circletake.workflows.cut_book import find_cut, get_cut, record_cut
from circletake.workflows.house import House, require
from circletake.workflows.show_cut import show_cut


def _known(house: House, conn: reads.Connection, production: Production) -> list[KnownTake]:
    policy = house.policy(conn, production.policy)
    known: list[KnownTake] = []
    for row in reads.tasks(conn, production.id):
        stage = policy.stage(row.task.stage)
        if row.entity.kind != "shot" or stage is None or not stage.ships:
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
                )
            )
    return known


def export_cut(house: House, who: Session, production: str, path: Path) -> list[str]:
    """Write the cut for an editor.

    Args:
        path: its ending says the form: `.otio` or `.edl`.

    Returns:
        What the form cannot carry, a sentence each.

    Raises:
        CutUnreadable: another ending, or a rate that the form does not know.
    """
    view = show_cut(house, who, production)
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "see")
        cut = get_cut(conn, found.id)
        takes = {take.content: take for take in _known(house, conn, found)}
    lost: tuple[str, ...] = ()
    match path.suffix.lower():
        case ".otio":
            text = to_otio(
                cut, takes=takes, statuses={slot.id: slot.state for slot in view.slots}, title=found.title
            )
        case ".edl":
            text, lost = to_edl(cut, takes=takes, title=found.title)
        case other:
            raise CutUnreadable(f"“{other}” is no form of timeline here; name the file .otio or .edl.")
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as refused:
        raise DiskFull(f"{path} cannot be written: {refused.strerror}; choose another place.") from refused
    return list(lost)


def import_cut(house: House, who: Session, production: str, path: Path) -> list[str]:
    """Bring an editor's timeline in as the next version of the cut.

    Returns:
        What could not be carried, a sentence each.

    Raises:
        CutUnreadable: it is no timeline; nothing was recorded.
        NotFound: there is no such file.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as refused:
        raise NotFound(f"{path} cannot be read: {refused.strerror}.") from refused
    except UnicodeDecodeError:
        raise CutUnreadable(f"{path.name} is not a text file; export a timeline as .otio or .edl.") from None
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "edit_cut")
        known = _known(house, tx.conn, found)
        read = from_edl if path.suffix.lower() == ".edl" else from_otio
        proposal = read(text, rate=found.rate, known=known)
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
            ),
            session=who.pseudonym,
        )
    return list(proposal.sentences)
