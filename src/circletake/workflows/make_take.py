"""Make a take for a slot out of what stands in the cut: hold, dissolve, move and the like.

What comes of it is a take like any other: it names its method, and people judge it before it ships.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from circletake.cut.document import cut_hash
from circletake.cut.gaps import Gap, Neighbour, gap_at
from circletake.cut.makers.move import check_box
from circletake.cut.makers.protocol import WHOLE, Box, Maker, get_maker
from circletake.domain.cut import CutVersion
from circletake.domain.people import PersonId
from circletake.domain.policy import Policy
from circletake.domain.production import Production
from circletake.domain.take import Origin, Take
from circletake.errors import MakerRefused, NotFound, RequestInvalid
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction
from circletake.work.job import job_key
from circletake.workflows.cut_book import get_cut
from circletake.workflows.house import STUDIO, House, Operation, require
from circletake.workflows.receive_take import Attempt, record_take
from circletake.workflows.seam_plates import Joins, keep_seam, plates_of

SIDES, EASES = ("before", "after"), ("smooth", "linear")
_ALL: Box = (0, 0, WHOLE, WHOLE)


@dataclass(frozen=True, slots=True)
class MakeWish:
    """What a person asks of a maker.

    Args:
        take: id of the take or board panel to make it from; None where the neighbours are enough.
        source_in: first frame of it to use.
        source_out: first frame of it not to use any more; None is its end.
        side: `before` or `after`: whose frame a hold holds.
        start: x, y, width and height of what a move begins on, in 1/65,536 of the picture.
        end: of what it ends on.
        ease: `smooth` or `linear`.
    """

    take: str | None = None
    source_in: int = 0
    source_out: int | None = None
    side: str = "before"
    start: Box = _ALL
    end: Box = _ALL
    ease: str = "smooth"


def order_make(
    house: House,
    who: Session,
    production: str,
    *,
    slot: str,
    maker: str,
    wish: MakeWish,
    cut_seen: str | None = None,
) -> str:
    """Order a take for a slot of the cut, exactly as long as the slot needs; ordered twice, it is made once.

    Args:
        slot: slot id or shot code.
        maker: name of a member of `circletake.cut.makers`.
        cut_seen: hash of the cut that the person looked at.

    Returns:
        The job's key.

    Raises:
        NotFound: no such slot, maker or take, or the slot's shot has no task that ships.
        MakerRefused: what it needs does not stand there.
        RequestInvalid: no such side or ease.
    """
    how = get_maker(maker)
    if wish.side not in SIDES or wish.ease not in EASES:
        raise RequestInvalid(f"A side is {' or '.join(SIDES)}, and an ease {' or '.join(EASES)}.")
    for box in (wish.start, wish.end):
        check_box(box)
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "add_take")
        cut = get_cut(tx.conn, found.id, seen=cut_seen)
        gap = gap_at(cut, slot)
        row = shipping_task(tx.conn, house.policy(tx.conn, found.policy), found, gap.shot)
        source = _named(tx.conn, found, wish)
        refused = why_not(how, gap, side=wish.side, has_source=source is not None)
        if refused:
            raise MakerRefused(refused)
        told = _told(cut, gap, wish, source)
        lean = _lean(tx, who, cut, gap, how, wish)
        inputs = [told[side]["content"] for side in ("before", "after", "source") if told[side]]
        key = job_key(
            MAKE.name,
            version=MAKE.version,
            params={"maker": maker, "version": how.version, "task": row.task.id, "wish": told},
            inputs=inputs,
        )
        tx.enqueue(
            op=MAKE.name,
            args={
                "cut": cut_hash(cut),
                "leans": [list(lean)] if lean else [],
                "maker": maker,
                "name": f"{maker} for {gap.shot}",
                "person": str(who.person),
                "production": found.id,
                "rate": [cut.rate.numerator, cut.rate.denominator],
                "task": row.task.id,
                "wish": told,
            },
            lane=MAKE.lane,
            prio=MAKE.prio,
            key=key,
        )
        return key


def _lean(
    tx: Transaction, who: Session, cut: CutVersion, gap: Gap, maker: Maker, wish: MakeWish
) -> tuple[str, str] | None:
    """What stands beside the slot, where a take is made from that: it turns stale when it moves."""
    joins: Joins
    if "edges" in maker.needs:
        joins = "both"
    elif "edge" in maker.needs and wish.take is None:
        joins = "in" if wish.side == "before" else "out"
    else:
        return None
    slot = cut.slot(gap.slot)
    plates = plates_of(tx.conn, cut, slot, joins)
    if plates.before is None and plates.after is None:
        return None  # what runs at another speed is no measure, and nothing else touches
    return keep_seam(tx, who, cut, slot, joins, plates), plates.hash


def shipping_task(conn: reads.Connection, policy: Policy, production: Production, shot: str) -> reads.TaskRow:
    """The task of a shot whose takes go into the cut.

    Raises:
        NotFound: the shot has none.
    """
    entity = reads.find_entity(conn, production.id, shot)
    for stage in policy.stages if entity else ():
        row = reads.find_task_of(conn, entity.id, stage.key) if entity and stage.ships else None
        if row is not None and entity is not None and entity.kind == "shot":
            return row
    raise NotFound(f"{shot} is no shot of this production, so nothing is made for it; add the shot first.")


def _named(conn: reads.Connection, production: Production, wish: MakeWish) -> tuple[Take, str] | None:
    if wish.take is None:
        return None
    take = reads.find_take(conn, wish.take)
    row = reads.find_task(conn, take.task) if take else None
    if take is None or row is None or take.production != production.id or row.entity.kind != "shot":
        raise NotFound(f"There is no take {wish.take} of a shot here; `circletake take list` lists them.")
    if not 0 <= wish.source_in < max(take.n_frames, 1):
        raise NotFound(
            f"{row.entity.code} take {take.number} has no frame {wish.source_in}; it has {take.n_frames}."
        )
    return take, row.entity.code


def why_not(maker: Maker, gap: Gap, *, side: str, has_source: bool) -> str:
    """Why a maker cannot fill a gap, as far as that is known before it tries; empty where it may.

    Args:
        side: whose frame a hold would hold.
        has_source: a take is named to make it from.
    """
    if maker.most_frames is not None and gap.frames > maker.most_frames:
        return (
            f"{gap.shot} lasts {gap.frames} frames, and at most {maker.most_frames} can be made so; hold or "
            f"dissolve instead, or have it drawn."
        )
    sides = {"before": gap.before, "after": gap.after}
    bare = [name for name in SIDES if (found := sides[name]) is None or found.content is None]
    if "take" in maker.needs and not has_source:
        return "It is made from a take; name one."
    if ("edges" in maker.needs and bare) or ("edge" in maker.needs and side in bare and not has_source):
        return (
            f"There is no take {bare[0]} {gap.shot} in the cut to make it from; fill that slot first, or "
            f"make it from the other side or a take."
        )
    return ""


def _told(cut: CutVersion, gap: Gap, wish: MakeWish, source: tuple[Take, str] | None) -> dict[str, Any]:
    return {
        "before": _edge(gap.before),
        "after": _edge(gap.after),
        "source": {"content": source[0].content, "shot": source[1]} if source else None,
        "source_in": wish.source_in,
        "source_out": wish.source_out,
        "side": wish.side,
        "start": list(wish.start),
        "end": list(wish.end),
        "ease": wish.ease,
        "shot": gap.shot,
        "frames": gap.frames,
        "size": [cut.width_px, cut.height_px],
    }


def _edge(neighbour: Neighbour | None) -> dict[str, Any] | None:
    if neighbour is None or neighbour.content is None:
        return None
    return {"content": neighbour.content, "frame": neighbour.frame, "shot": neighbour.shot}


def record(house: House, tx: Transaction, args: dict[str, Any], result: dict[str, Any]) -> None:
    """Append the take, made by the studio and by whoever ordered it; its label names the method."""
    row = reads.find_task(tx.conn, args["task"])
    if row is None or any(
        take.content == result["content"] for take in reads.takes_of(tx.conn, args["task"])
    ):
        return
    wish = args["wish"]
    source = wish["source"]
    parents = [
        take.id
        for take in reads.takes_of(tx.conn, row.task.id)
        if source and take.content == source["content"]
    ]
    origin: Origin = "drawn" if args["maker"] == "slate" else "splice"
    person = PersonId(args["person"])
    record_take(
        house,
        tx,
        STUDIO,
        task=row,
        attempt=Attempt(
            content=result["content"],
            makers=(STUDIO, person),
            made_by=(("author", STUDIO), ("dispatcher", person)),
            origin=origin,
            n_frames=result["n_frames"],
            rate=Fraction(*args["rate"]),
            width_px=wish["size"][0],
            height_px=wish["size"][1],
            label=result["method"],
            parent=parents[0] if parents else None,
            change="rework" if parents else "new",
            leans=tuple((slot, content) for slot, content in args.get("leans", ())),
        ),
    )


MAKE = operation = Operation(
    name="make",
    version=1,
    call="circletake.workflows.calls.make:run",
    label="Make {name}",
    record=record,
    prio=60,
)
