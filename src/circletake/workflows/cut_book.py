"""The cut in the book: read the newest version, record the next one."""

from circletake.cut.document import cut_document, cut_hash, edit_hash, read_cut
from circletake.domain.cut import CutVersion
from circletake.domain.lineage import CUT_SLOT
from circletake.domain.people import Actor
from circletake.domain.time import FrameRange
from circletake.errors import NotFound, WorldMoved
from circletake.ledger import reads
from circletake.ledger.book import Transaction
from circletake.workflows.bind import bind_takes
from circletake.workflows.house import House
from circletake.workflows.seam_plates import rebind_seams


def find_cut(conn: reads.Connection, production: str) -> CutVersion | None:
    """The newest version of a production's cut, or None before there is one."""
    row = reads.find_cut(conn, production)
    return read_cut(row.body.encode()) if row else None


def frames_in_cut(conn: reads.Connection, production: str) -> dict[str, FrameRange]:
    """Content → frames of it that the cut uses; from the first to the last where several slots hold it."""
    used: dict[str, FrameRange] = {}
    cut = find_cut(conn, production)
    if cut is None:
        return used
    shown = [(slot.take, slot.source_range(tail=tail)) for slot, _, tail in cut.placed()]
    for take, here in (*shown, *((clip.take, clip.source_range) for clip in cut.sound)):
        if take is not None:
            before = used.get(take, here)
            used[take] = FrameRange(min(before.start, here.start), max(before.end, here.end))
    return used


def get_cut(conn: reads.Connection, production: str, *, seen: str | None = None) -> CutVersion:
    """The newest version of a production's cut.

    Args:
        seen: hash of the version the person looked at; None where they were shown none.

    Raises:
        NotFound: there is no cut yet.
        WorldMoved: it is no longer the version that was seen.
    """
    cut = find_cut(conn, production)
    if cut is None:
        raise NotFound("There is no cut yet; import a film, or add shots and assemble them: `cut assemble`.")
    if seen is not None and seen != cut_hash(cut):
        raise WorldMoved("The cut was changed since you opened this page; look again, then decide.")
    return cut


def record_cut(
    house: House, tx: Transaction, actor: Actor, cut: CutVersion, *, session: str | None = None
) -> str:
    """Append a version of the cut; a master made of an earlier one turns stale by it.

    Returns:
        The version's hash.
    """
    name = cut_hash(cut)
    tx.append(
        "cut",
        actor=actor,
        session=session,
        production=cut.production,
        body={"cut": cut_document(cut), "hash": name},
    )
    adopt(tx, actor, production=cut.production, slot=CUT_SLOT, content=edit_hash(cut), session=session)
    moved = {CUT_SLOT} | rebind_seams(tx, actor, cut, session=session)
    bind_takes(
        house, tx, [take for take in reads.takes_in(tx.conn, cut.production) if moved & set(take.leans)]
    )
    return name


def adopt(
    tx: Transaction, actor: Actor, *, production: str, slot: str, content: str, session: str | None = None
) -> None:
    """Append that a slot holds another content from now on."""
    tx.append(
        "slot", actor=actor, session=session, production=production, body={"content": content, "slot": slot}
    )
