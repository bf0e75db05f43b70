"""Splice a take into its slot: a job that repairs it by a stored recipe into a new take to be judged."""

from collections.abc import Sequence
from typing import Any

from circletake.checks.seam.certificate import VERSION
from circletake.cut.repair.recipe import STEPS, Footage, Recipe, read_recipe, recipe_bytes, steps_named
from circletake.domain.cut import NORMAL, Slot
from circletake.domain.lineage import seam_slot
from circletake.domain.people import PersonId, actor_of
from circletake.domain.take import Take
from circletake.errors import AlreadyThere, CutUnreadable, HandlesShort, NotFound, PolicyHolds
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction
from circletake.work.job import job_key
from circletake.workflows.cut_book import get_cut
from circletake.workflows.house import STUDIO, House, Operation, require
from circletake.workflows.receive_take import Attempt, record_take
from circletake.workflows.seam_plates import JOINS, Joins, Plates, keep_seam, plates_of, told


def order_splice(
    house: House,
    who: Session,
    production: str,
    *,
    slot: str,
    take: str,
    source_in: int = 0,
    joins: str = "both",
    steps: Sequence[str] | None = None,
    cut_seen: str | None = None,
) -> str:
    """Order that a take is made like what stands on either side of a slot.

    Args:
        take: id of a take of the slot's shot.
        source_in: its first frame to use.
        joins: the ends at which the action goes on.
        steps: repairs to do; None is all of them.

    Returns:
        The job's key.

    Raises:
        NotFound: no such slot, or no such take of its shot.
        PolicyHolds: there is no plate on either side.
        HandlesShort: the take is too short.
        CutUnreadable: there is no such repair or join.
        WorldMoved: the cut changed since it was seen.
    """
    ends = _joins(joins)
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "edit_cut")
        cut = get_cut(tx.conn, found.id, seen=cut_seen)
        hole = cut.slot(slot)
        offer = _offered(tx.conn, found.id, hole, take)
        left = offer.n_frames - source_in
        if source_in < 0 or left < hole.frames:
            raise HandlesShort(
                f"{hole.shot} needs {hole.frames} frames; the take has {max(left, 0)} from frame {source_in} "
                f"on. Start earlier in it or bring a longer one.",
                slot=hole.id,
                take=offer.content,
                needed=hole.frames,
                available=max(left, 0),
            )
        plates = plates_of(tx.conn, cut, hole, ends)
        if plates.before is None and plates.after is None:
            raise PolicyHolds(
                f"Nothing stands on either side of {hole.shot} that a splice could be made like: fill the "
                f"slots beside it first."
            )
        recipe = Recipe(
            frames=hole.frames,
            source=Footage(offer.content, source_in, left),
            before=plates.before,
            after=plates.after,
            steps=steps_named(tuple(STEPS if steps is None else steps)),
        )
        stored = house.store.put_bytes(recipe_bytes(recipe))
        keep_seam(tx, who, cut, hole, ends, plates)
        return _enqueue(tx, who, found.id, hole, recipe=stored, take=offer, joins=ends, plates=plates)


def order_seam(house: House, who: Session, production: str, *, slot: str, joins: str = "both") -> str:
    """Order the certificate of what stands in a slot, as it stands there.

    Returns:
        The job's key.

    Raises:
        NotFound: no such slot, or nothing in it.
        PolicyHolds: there is no plate on either side, or it does not run at its own speed.
    """
    ends = _joins(joins)
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "measure")
        cut = get_cut(tx.conn, found.id)
        hole = cut.slot(slot)
        if hole.take is None:
            raise NotFound(f"{hole.shot} is a gap; fill it, then its seams can be measured.")
        if hole.speed != NORMAL:
            raise PolicyHolds(f"{hole.shot} is retimed; make the retimed shot a take, then measure that.")
        plates = plates_of(tx.conn, cut, hole, ends)
        if plates.before is None and plates.after is None:
            raise PolicyHolds(f"Nothing stands beside {hole.shot} that its seams could be held to.")
        recipe = Recipe(
            frames=hole.frames,
            source=Footage(hole.take, hole.source_in, hole.frames),
            before=plates.before,
            after=plates.after,
            steps=(),
        )
        stored = house.store.put_bytes(recipe_bytes(recipe))
        return _enqueue(tx, who, found.id, hole, recipe=stored, take=None, joins=ends, plates=plates)


def _joins(text: str) -> Joins:
    for ends in JOINS:
        if text == ends:
            return ends
    raise CutUnreadable(f"A seam joins at {', '.join(JOINS)}, not “{text}”; the other end is a cut.")


def _enqueue(
    tx: Transaction,
    who: Session,
    production: str,
    hole: Slot,
    *,
    recipe: str,
    take: Take | None,
    joins: Joins,
    plates: Plates,
) -> str:
    bound = {"joins": joins, "slot": hole.id, "take": take.id if take else None}
    key = job_key(
        SPLICE.name,
        version=SPLICE.version,
        params={**bound, "check": VERSION, "production": production},
        inputs=[recipe],
    )
    tx.enqueue(
        op=SPLICE.name,
        args={
            **bound,
            "after": told(plates.after),
            "before": told(plates.before),
            "name": hole.shot,
            "person": str(who.person),
            "plates": plates.hash,
            "production": production,
            "recipe": recipe,
        },
        lane=SPLICE.lane,
        prio=SPLICE.prio,
        key=key,
    )
    return key


def _offered(conn: reads.Connection, production: str, hole: Slot, take: str) -> Take:
    offer = reads.find_take(conn, take)
    row = reads.find_task(conn, offer.task) if offer else None
    if offer is None or row is None or offer.production != production or row.entity.code != hole.shot:
        raise NotFound(f"{take} is no take of {hole.shot}; `circletake take list {hole.shot}` lists them.")
    return offer


def record(house: House, tx: Transaction, args: dict[str, Any], result: dict[str, Any]) -> None:
    """Append the splice as a take made from the one that was offered, and what its seams measured.

    It leans on what stands beside it as it was when it was ordered: where that moved meanwhile, it is stale
    from the start, and says by what.
    """
    production = str(args["production"])
    if args["take"] is not None:
        _record_splice(house, tx, args, result)
    for one in result["evidence"]:
        tx.append("evidence", actor=STUDIO, production=production, body={**one, "job": args["job"]})


def _record_splice(house: House, tx: Transaction, args: dict[str, Any], result: dict[str, Any]) -> None:
    person = PersonId(args["person"])
    parent = reads.find_take(tx.conn, args["take"])
    row = reads.find_task(tx.conn, parent.task) if parent else None
    if parent is None or row is None:
        return
    name = seam_slot(str(args["slot"]), str(args["joins"]))
    steps = ", ".join(step.name for step in read_recipe(house.store.read(args["recipe"])).steps)
    try:
        record_take(
            house,
            tx,
            STUDIO,
            task=row,
            attempt=Attempt(
                content=result["content"],
                makers=(*(actor_of(one) for one in parent.makers), STUDIO, person),
                made_by=(("author", STUDIO), ("editor", person)),
                origin="splice",
                n_frames=result["n_frames"],
                rate=parent.rate,
                width_px=result["width_px"],
                height_px=result["height_px"],
                label=f"spliced: {steps or 'as it is'}",
                parent=parent.id,
                change="rework",
                leans=(*sorted(parent.leans.items()), (name, args["plates"])),
            ),
        )
    except AlreadyThere:
        return  # the same recipe made the same bytes again


SPLICE = operation = Operation(
    name="splice",
    version=1,
    call="circletake.workflows.calls.splice:run",
    label="Splice {name}",
    record=record,
    prio=60,
)
