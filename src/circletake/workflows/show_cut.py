"""The cut page: slots in order, their state, what could fill them and what stands before delivery."""

from circletake.cut.document import cut_hash
from circletake.cut.sound import unheard
from circletake.domain.cut import CutVersion, Slot
from circletake.domain.policy import Policy
from circletake.domain.production import Production
from circletake.domain.take import Take
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import utc_now
from circletake.workflows.cut_book import get_cut
from circletake.workflows.deliver import missing_for_delivery, shipping_take
from circletake.workflows.floor import Floor, seen_floor, veil_of
from circletake.workflows.found_production import FILM
from circletake.workflows.house import House, require
from circletake.workflows.render_cut import MASTER, find_master, is_over
from circletake.workflows.show import poster_of, production_view
from circletake.workflows.show_task import take_state
from circletake.workflows.views import CutSlotView, CutView, OfferView, RangeView


def show_cut(house: House, who: Session, production: str) -> CutView:
    """The newest version of a production's cut."""
    with house.book.reading() as conn:
        found, roles = require(conn, who, production, "see")
        policy = house.policy(conn, found.policy)
        cut = get_cut(conn, found.id)
        floor = seen_floor(house, conn, who, found.id)
        master = find_master(conn, found.id, cut)
        film = reads.find_entity(conn, found.id, FILM)
        master_task = reads.find_task_of(conn, film.id, MASTER) if film else None
        return CutView(
            production=production_view(found, roles),
            hash=cut_hash(cut),
            number=cut.number,
            rate=[cut.rate.numerator, cut.rate.denominator],
            n_frames=cut.n_frames,
            slots=_slots(house, conn, found, policy, cut, floor),
            master=master.content if master else None,
            master_task=master_task.task.id if master_task else None,
            rendering=bool(master_task and master_task.task.id in floor.making and not is_over(house, cut)),
            missing=missing_for_delivery(
                house, conn, found, cut, now=utc_now(), veil=veil_of(house, conn, who, found.id)
            ),
            unheard=unheard(cut),
            book_seq=house.book.head().seq,
        )


def _slots(
    house: House,
    conn: reads.Connection,
    production: Production,
    policy: Policy,
    cut: CutVersion,
    floor: Floor,
) -> list[CutSlotView]:
    ranges = cut.record_ranges()
    rows = {
        row.entity.code: row
        for row in reads.tasks(conn, production.id)
        if row.entity.kind == "shot" and (stage := policy.stage(row.task.stage)) and stage.ships
    }
    views: list[CutSlotView] = []
    for slot in cut.slots:
        row = rows.get(slot.shot)
        shipped = shipping_take(conn, production, policy, slot) if slot.take else None
        take = shipped[1] if shipped else None
        views.append(
            CutSlotView(
                id=slot.id,
                shot=slot.shot,
                title=row.entity.title if row else "",
                task=row.task.id if row else None,
                record=RangeView(start=ranges[slot.id].start, end=ranges[slot.id].end),
                frames=slot.frames,
                take=slot.take,
                take_number=take.number if take else None,
                source_in=slot.source_in,
                state=_state(policy, row, take, floor, slot),
                poster=poster_of(house, slot.take),
                offers=_offers(policy, row, floor, cut.source_range_of(slot).frames),
            )
        )
    return views


def _state(policy: Policy, row: reads.TaskRow | None, take: Take | None, floor: Floor, slot: Slot) -> str:
    if slot.take is None:
        return "gap"
    stage = policy.stage(row.task.stage) if row else None
    state = take_state(floor, stage, take) if stage and take else ""
    return state if state in {"circled", "stale"} else "offered"


def _offers(policy: Policy, row: reads.TaskRow | None, floor: Floor, needed: int) -> list[OfferView]:
    stage = policy.stage(row.task.stage) if row else None
    if row is None or stage is None:
        return []
    offers = [
        OfferView(
            take=take.id,
            number=take.number,
            content=take.content,
            state=take_state(floor, stage, take),
            n_frames=take.n_frames,
            label=take.label,
        )
        for take in floor.takes.get(row.task.id, [])
        if take.n_frames >= needed
    ]
    return sorted(offers, key=lambda offer: (offer.state != "circled", offer.number))
