"""Edit the cut: fill a slot with a take, clear it, assemble a first cut."""

from circletake.cut.document import cut_hash
from circletake.cut.splice import clear, splice
from circletake.domain.cut import CutVersion, Slot
from circletake.errors import AlreadyThere, NotFound
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.workflows.cut_book import find_cut, get_cut, record_cut
from circletake.workflows.found_production import fresh_id
from circletake.workflows.house import House, require


def fill_gap(
    house: House,
    who: Session,
    production: str,
    *,
    slot: str,
    take: str,
    source_in: int = 0,
    cut_seen: str | None = None,
) -> str:
    """Put a take of the slot's shot into the slot; its verdicts are asked for at delivery, not here.

    Args:
        take: id of the take.

    Returns:
        The hash of the next version of the cut.

    Raises:
        NotFound: no such slot, or no such take of that shot.
        WorldMoved: the cut changed since it was seen.
        HandlesShort: the take is too short.
    """
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "edit_cut")
        cut = get_cut(tx.conn, found.id, seen=cut_seen)
        offer = reads.find_take(tx.conn, take)
        row = reads.find_task(tx.conn, offer.task) if offer else None
        shot = cut.slot(slot).shot
        if offer is None or row is None or offer.production != found.id or row.entity.code != shot:
            raise NotFound(f"{take} is no take of {shot}; `circletake take list {shot}` lists them.")
        changed = splice(
            cut, slot, content=offer.content, source_in=source_in, n_frames=offer.n_frames, rate=offer.rate
        )
        if changed.slots == cut.slots:
            return cut_hash(cut)
        return record_cut(house, tx, who.actor, changed, session=who.pseudonym)


def clear_slot(house: House, who: Session, production: str, *, slot: str, cut_seen: str | None = None) -> str:
    """Take a slot's take out again; the slot stays as a gap of the same length."""
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "edit_cut")
        cut = get_cut(tx.conn, found.id, seen=cut_seen)
        if cut.slot(slot).take is None:
            return cut_hash(cut)
        return record_cut(house, tx, who.actor, clear(cut, slot), session=who.pseudonym)


def assemble(house: House, who: Session, production: str) -> str:
    """Make the first cut: one gap for every shot, in order, as long as the shot is wanted.

    Raises:
        AlreadyThere: there is a cut.
        NotFound: there is no shot with a length.
    """
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "edit_cut")
        if find_cut(tx.conn, found.id) is not None:
            raise AlreadyThere("There is a cut already; fill its gaps with `circletake cut fill`.")
        shots = [
            entity for entity in reads.entities(tx.conn, found.id) if entity.kind == "shot" and entity.frames
        ]
        if not shots:
            raise NotFound("There is no shot with a length to put in a cut; add shots or import a film.")
        cut = CutVersion(
            production=found.id,
            number=1,
            rate=found.rate,
            width_px=found.width_px,
            height_px=found.height_px,
            slots=tuple(Slot(id=fresh_id("s"), shot=shot.code, frames=shot.frames) for shot in shots),
        )
        return record_cut(house, tx, who.actor, cut, session=who.pseudonym)
