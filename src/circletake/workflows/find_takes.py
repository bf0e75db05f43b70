"""Find a take for a gap among everything that a person may see in the studio; take one for it.

What is taken becomes a take of the gap's own shot, of the same bytes: it is judged for this place, and
nothing that was said of it elsewhere counts here.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from circletake.checks.nearness import Colours, colours_of, nearness, thumb_at
from circletake.checks.stack import read_signature
from circletake.cut.gaps import Gap, gap_at
from circletake.domain.cut import CutVersion
from circletake.domain.people import MAY, Role, actor_of
from circletake.domain.policy import Policy
from circletake.domain.production import Production
from circletake.domain.take import Take
from circletake.domain.time import format_rate
from circletake.errors import CircletakeError, HandlesShort, NotFound, PolicyHolds, RateMismatch, RoleMissing
from circletake.gates.agreements import is_over
from circletake.ledger import reads, remarks
from circletake.ledger.accounts import Session
from circletake.ledger.book import utc_now
from circletake.ledger.roles import productions_of
from circletake.media.recipes import POSTER, SIGNATURE
from circletake.media.store import ContentStore
from circletake.workflows.cut_book import get_cut
from circletake.workflows.find_views import FoundTakeView, FoundView
from circletake.workflows.floor import seen_floor, veil_of
from circletake.workflows.house import House, require
from circletake.workflows.make_take import shipping_task
from circletake.workflows.receive_take import Attempt, adopted_sheets, record_take
from circletake.workflows.show_task import take_state

MOST = 24
"""How many a page shows."""
_KEPT = 2048  # takes whose colours are remembered
_AT_ONCE = 500  # tasks in one question; SQLite takes a thousand bound values in old builds


@dataclass(frozen=True, slots=True)
class _Place:
    """Where takes may come from.

    Args:
        roles: of the person there.
        consents: what was agreed to there.
        is_here: it is the production of the gap.
    """

    production: Production
    roles: frozenset[Role]
    consents: list[remarks.ConsentRow]
    is_here: bool


@dataclass(frozen=True, slots=True)
class _Candidate:
    place: _Place
    row: reads.TaskRow
    take: Take
    state: str
    words: str


def find_takes(
    house: House, who: Session, production: str, *, slot: str, words: str = "", most: int = MOST
) -> FoundView:
    """Takes of other shots that could fill a slot: from this production, and from others of this person.

    Args:
        slot: slot id or shot code.
        words: all of them stand in a shot's code or title, a take's label, or a note on it; in any order.
        most: how many are shown.

    Raises:
        NotFound: no such slot, or its shot has no task that ships.
    """
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "add_take")
        cut = get_cut(conn, found.id)
        gap = gap_at(cut, slot)
        own = shipping_task(conn, house.policy(conn, found.policy), found, gap.shot)
        has = {take.content for take in reads.takes_of(conn, own.task.id)}
        wanted = [_plain(word) for word in words.split()]
        held = {
            one.take.content: one
            for place in _places(conn, who, found)
            for one in _candidates(house, conn, who, place, with_notes=bool(wanted))
            if one.take.content not in has and all(word in one.words for word in wanted)
        }
        beside = _beside(conn, gap)
    made = house.queue.derived_among({*held, *(content for content, _ in beside)})
    edges = [
        colours[thumb]
        for content, thumb in beside
        if (colours := _colours_in(house, made, content)) is not None
    ]
    views = [_view(house, cut, gap, one, edges, made) for one in held.values()]
    views.sort(key=lambda view: (view.production != found.code, view.shot, -view.number))
    views.sort(
        key=lambda view: (
            bool(view.refused),
            view.spare_frames < 2 * gap.handles,
            -(view.near_percent or 0),
        )
    )
    return FoundView(
        slot=gap.slot, shot=gap.shot, frames=gap.frames, words=words, count=len(views), found=views[:most]
    )


def take_find(
    house: House, who: Session, production: str, *, slot: str, take: str, cut_seen: str | None = None
) -> str:
    """Make a take that was made for another place one of a slot's own shot.

    Args:
        take: id of the take that was found.

    Returns:
        The new take's id.

    Raises:
        NotFound: no such slot, or no such take that this person may see.
        RoleMissing: they may see it and not take it from there.
        RateMismatch: it runs at another rate.
        HandlesShort: it is too short.
        PolicyHolds: it is a still, or something that it needed was agreed to no longer.
        AlreadyThere: the shot has exactly these bytes already.
        WorldMoved: the cut changed since it was seen.
    """
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "add_take")
        cut = get_cut(tx.conn, found.id, seen=cut_seen)
        gap = gap_at(cut, slot)
        own = shipping_task(tx.conn, house.policy(tx.conn, found.policy), found, gap.shot)
        offer = reads.find_take(tx.conn, take)
        row = reads.find_task(tx.conn, offer.task) if offer else None
        place = next(
            (one for one in _places(tx.conn, who, found) if offer and one.production.id == offer.production),
            None,
        )
        if offer is None or row is None or place is None or not _ships(house, tx.conn, place, row):
            raise NotFound(f"There is no take {take} of a shot that you may see; search again.")
        refused = _refusal(cut, gap, place, row, offer)
        if refused is not None:
            raise refused
        named = f"{row.entity.code} take {offer.number}"
        return record_take(
            house,
            tx,
            who.actor,
            session=who.pseudonym,
            task=own,
            attempt=Attempt(
                content=offer.content,
                makers=(*(actor_of(one) for one in offer.makers), *who.makers),
                # what it is does not change by where it stands: a generated take stays one
                origin=offer.origin,
                n_frames=offer.n_frames,
                rate=offer.rate,
                width_px=offer.width_px,
                height_px=offer.height_px,
                label=f"found: {named}" if place.is_here else f"found: {place.production.title}, {named}",
                parent=offer.id,
                change="new",
                leans=adopted_sheets(tx.conn, found.id),
                made_by=(("importer", who.person),),
            ),
        )


def _places(conn: reads.Connection, who: Session, here: Production) -> Iterator[_Place]:
    """This production first, then every other in which the person holds a role."""
    roles = productions_of(conn, str(who.person))
    for one in sorted(reads.productions(conn), key=lambda one: (one.id != here.id, one.code)):
        if roles.get(one.id, frozenset()) & MAY["see"]:
            yield _Place(one, roles[one.id], remarks.consents_in(conn, one.id), one.id == here.id)


def _candidates(
    house: House, conn: reads.Connection, who: Session, place: _Place, *, with_notes: bool
) -> Iterator[_Candidate]:
    """Every moving take at the stages of a production's shots that go into its cut."""
    production = place.production
    policy = house.policy(conn, production.policy)
    rows = {row.task.id: row for row in reads.tasks(conn, production.id) if _is_ground(policy, row)}
    veil = veil_of(house, conn, who, production.id)
    floor = seen_floor(house, conn, who, production.id, veil=veil, tasks=rows)
    noted: dict[tuple[str, str], str] = {}
    for note in _notes(conn, list(rows)) if with_notes else []:
        if note.text and (note.person == str(who.person) or not veil.hides(note.task, note.content)):
            pair = (note.task, note.content)
            noted[pair] = f"{noted.get(pair, '')} {note.text}"
    for task, row in rows.items():
        stage = policy.stage(row.task.stage)
        for take in floor.takes.get(task, []):
            said = (row.entity.code, row.entity.title, take.label, noted.get((task, take.content), ""))
            state = take_state(floor, stage, take) if stage else ""
            yield _Candidate(place, row, take, state, _plain(" ".join(said)))


def _notes(conn: reads.Connection, tasks: list[str]) -> Iterator[remarks.NoteRow]:
    for start in range(0, len(tasks), _AT_ONCE):
        yield from remarks.notes_of(conn, *tasks[start : start + _AT_ONCE])


def _is_ground(policy: Policy, row: reads.TaskRow) -> bool:
    stage = policy.stage(row.task.stage)
    return row.entity.kind == "shot" and stage is not None and stage.ships


def _ships(house: House, conn: reads.Connection, place: _Place, row: reads.TaskRow) -> bool:
    return _is_ground(house.policy(conn, place.production.policy), row)


def _refusal(
    cut: CutVersion, gap: Gap, place: _Place, row: reads.TaskRow, take: Take
) -> CircletakeError | None:
    """Why a take cannot come here, as the error it would be; None where it can."""
    if not place.roles & MAY["add_take"]:
        return RoleMissing(
            f"You may see {place.production.title} and not take from it: that needs one of these roles "
            f"there: {', '.join(sorted(MAY['add_take']))}."
        )
    ended = [one for one in _agreed(place, row, take) if _is_ended(one)]
    if ended:
        return PolicyHolds(
            f"What somebody agreed to for {ended[0].code} has ended ({ended[0].kind} {ended[0].id}); "
            f"have that renewed first."
        )
    if take.rate is None:
        return PolicyHolds("It is a still; bring it in as a panel, and make a move over it.")
    if take.rate != cut.rate:
        return RateMismatch(
            f"It runs at {format_rate(take.rate)} frames a second and the cut at {format_rate(cut.rate)}; "
            f"conform it first."
        )
    if take.n_frames < gap.frames:
        return HandlesShort(
            f"It has {take.n_frames} frames and {gap.shot} needs {gap.frames}; it could be retimed.",
            slot=gap.slot,
            take=take.content,
            needed=gap.frames,
            available=take.n_frames,
        )
    return None


def _agreed(place: _Place, row: reads.TaskRow, take: Take) -> list[remarks.ConsentRow]:
    """Consents and permits of what a take shows, where it was made."""
    concerned = {row.entity.code, *(lean.partition(":")[2] for lean in take.leans)}
    return [one for one in place.consents if one.code in concerned]


def _is_ended(one: remarks.ConsentRow) -> bool:
    return not one.granted or one.lapsed or is_over(one.until, utc_now())


def _said(cut: CutVersion, gap: Gap, one: _Candidate) -> Iterator[str]:
    """What to know before a take is taken."""
    stands = [slot.shot for slot in cut.slots if slot.take == one.take.content]
    if stands:
        yield f"It stands in this cut already, in {', '.join(stands)}."
    if one.take.n_frames - gap.frames < 2 * gap.handles:
        yield f"It has fewer than {gap.handles} frames of handles at either end."
    size, wanted = (one.take.width_px, one.take.height_px), (cut.width_px, cut.height_px)
    if size != wanted:
        yield f"It is {size[0]} × {size[1]}; the cut is {wanted[0]} × {wanted[1]}."
    if _agreed(one.place, one.row, one.take):
        where = one.row.entity.code
        yield f"What was agreed to for {where} does not count for {gap.shot}; record it there too."


def _view(
    house: House,
    cut: CutVersion,
    gap: Gap,
    one: _Candidate,
    edges: list[Colours],
    made: Mapping[str, Mapping[str, str]],
) -> FoundTakeView:
    take, production = one.take, one.place.production
    refused = _refusal(cut, gap, one.place, one.row, take)
    colours = _colours_in(house, made, take.content) if edges else None
    return FoundTakeView(
        production=production.code,
        production_title=production.title,
        shot=one.row.entity.code,
        title=one.row.entity.title,
        take=take.id,
        number=take.number,
        content=take.content,
        label=take.label,
        state=one.state,
        n_frames=take.n_frames,
        spare_frames=max(take.n_frames - gap.frames, 0),
        near_percent=round(100 * nearness(colours, edges)) if colours is not None else None,
        poster=f"/media/{take.content}/poster.jpg" if POSTER in made.get(take.content, {}) else None,
        said=[] if refused else list(_said(cut, gap, one)),
        refused=str(refused) if refused else "",
    )


def _beside(conn: reads.Connection, gap: Gap) -> list[tuple[str, int]]:
    """What stands beside a gap, and which thumb of it touches."""
    found: list[tuple[str, int]] = []
    for edge in (gap.before, gap.after):
        if edge is not None and edge.content is not None:
            lengths = [take.n_frames for take in reads.takes_with(conn, edge.content)]
            found.append((edge.content, thumb_at(edge.frame, max(lengths, default=1))))
    return found


def _colours_in(house: House, made: Mapping[str, Mapping[str, str]], content: str) -> Colours | None:
    signature = made.get(content, {}).get(SIGNATURE)
    return _colours(house.store, signature) if signature else None


@lru_cache(maxsize=_KEPT)
def _colours(store: ContentStore, signature: str) -> Colours:
    return colours_of(read_signature(store.read(signature)))


def _plain(text: str) -> str:
    """Text as it is searched: without case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
