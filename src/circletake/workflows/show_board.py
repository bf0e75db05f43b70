"""The board: shots × stages, each cell's status derived from what the gates last said."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import msgspec

from circletake.domain.people import Role
from circletake.domain.policy import Policy, Stage
from circletake.domain.production import Production
from circletake.gates.policy import POLICY_STAGE
from circletake.ledger import cells, lineage, reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import utc_now
from circletake.ledger.transaction import read_head
from circletake.workflows.bind import gatekeeper
from circletake.workflows.cut_book import find_cut
from circletake.workflows.floor import Floor, veil_of
from circletake.workflows.house import House, person_ids, require
from circletake.workflows.kept_board import Board, find_kept_board, joined, keep_board, row_of
from circletake.workflows.show import Names, production_view, stage_view, status_looks
from circletake.workflows.views import BoardView, CellView, RowView

_KIND_ORDER = {
    "shot": 0,
    "character": 1,
    "prop": 2,
    "location": 3,
    "style": 4,
    "sequence": 5,
    "film": 6,
    "policy": 7,
}


def show_board(house: House, who: Session, production: str) -> BoardView:
    """A production's board."""
    with house.book.reading() as conn:
        found, roles = require(conn, who, production, "see")
        policy = house.policy(conn, found.policy)
        kept = seen_board(house, conn, who, found.id, policy)
        head = _head(conn, found, policy, roles, kept)
    return BoardView(rows=[row.view for row in kept.rows], **head)


def board_json(house: House, who: Session, production: str) -> bytes:
    """A production's board as JSON: the same, without making each cell anew for everybody who asks."""
    with house.book.reading() as conn:
        found, roles = require(conn, who, production, "see")
        policy = house.policy(conn, found.policy)
        kept = seen_board(house, conn, who, found.id, policy)
        head = _head(conn, found, policy, roles, kept)
    return msgspec.json.encode(head)[:-1] + b',"rows":[' + kept.joined + b"]}"


def _head(
    conn: reads.Connection, production: Production, policy: Policy, roles: frozenset[Role], kept: Board
) -> dict[str, Any]:
    """What stands over the rows of a board."""
    names, cut = Names.read(conn), find_cut(conn, production.id)
    people = frozenset[str]().union(*(row.people for row in kept.rows))
    return {
        "production": production_view(production, roles),
        "stages": [stage_view(stage) for stage in kept.stages],
        "statuses": status_looks(),
        "book_seq": kept.seq,
        "start_frame": policy.start_frame,
        "people": sorted((names.person(one) for one in people), key=lambda one: (one.name, one.id)),
        "cut": [slot.shot for slot in cut.slots] if cut else [],
    }


def seen_board(house: House, conn: reads.Connection, who: Session, production: str, policy: Policy) -> Board:
    """The board as this person may see it; one who is blind somewhere has it worked out for them alone."""
    veil = veil_of(house, conn, who, production)
    if not veil:
        return in_step(house, conn, production, policy)
    floor = Floor.read(conn, production).veiled(veil, gatekeeper(house, conn, production, now=utc_now()))
    begun = _begun(conn, production, policy)
    return _followed(begun, reads.tasks(conn, production), floor)


def work_out_all(house: House) -> None:
    """Work out the board of every production, to be followed from there."""
    with house.book.reading() as conn:
        found = reads.productions(conn)
    for production in found:
        with house.book.reading() as conn:
            in_step(house, conn, production.id, house.policy(conn, production.policy))
    keep_all(house)


def keep_all(house: House) -> None:
    """Write down every board as it was last worked out, for the next start."""
    for production, board in list(house.boards.items()):
        keep_board(house, production, cast("Board", board))


# What an entry can change on a board: the member of its body that says where; empty for nothing. After an
# entry of a kind that is not here, everything is worked out anew.
_CHANGES = {
    "take": "task",
    "note": "task",
    "resolve": "note",
    "slot": "slot",
    "verdict": "task",
    "bound": "task",
    "hold": "task",
    "task": "task",
    "evidence": "content",
    "entity": "entity",
    "omit": "entity",
    "withdraw": "verdict",
} | dict.fromkeys(
    # what these change at a gate comes as `bound`
    (
        "answered", "board", "box", "carry", "consent", "cut", "delivered", "done", "drawing", "erased",
        "essence", "flag_call", "grant", "group", "group_grant", "guest", "guest_end", "guest_link", "lapsed",
        "member", "override", "playlist", "proposed", "recalled", "sealed", "unbox",
    ),
    "",
)  # fmt: skip
_MOST_NEWS = 5_000  # beyond, working all out is quicker than following


def in_step(house: House, conn: reads.Connection, production: str, policy: Policy) -> Board:
    """The board as this connection sees the book: the one that is kept, with what came since worked out.

    Two threads may follow it at once: both are right, and whichever is kept is followed from there. Working
    all of it out is left to one: whoever else asks by then waits for that.
    """
    if production not in house.boards:
        with house.first_board:
            return _in_step(house, conn, production, policy)
    return _in_step(house, conn, production, policy)


def _in_step(house: House, conn: reads.Connection, production: str, policy: Policy) -> Board:
    begun = _begun(conn, production, policy)
    kept = cast("Board | None", house.boards.get(production))
    if kept is None:
        kept = find_kept_board(house, production, begun.stages)
    touched: set[str] | None = None
    if kept is not None and _can_follow(kept, begun):
        touched = _touched(conn, production, kept, begun.making)
    if kept is None or touched is None:
        made = _followed(begun, reads.tasks(conn, production), Floor.read(conn, production))
    else:
        begun = replace(begun, by_entity=kept.by_entity, rows=kept.rows, joined=kept.joined)
        tasks = reads.tasks_of_entities(conn, production, touched) if touched else []
        floor = Floor.read(conn, production, {row.task.id for row in tasks}) if tasks else None
        made = _followed(begun, tasks, floor) if floor else begun
    if kept is None or made.seq >= kept.seq:
        house.boards[production] = made
    return made


def _begun(conn: reads.Connection, production: str, policy: Policy) -> Board:
    """A board without its rows yet, as this connection sees the book."""
    head = read_head(conn)
    # how a policy is changed shows on the board once somebody proposed a change
    proposed = reads.has_tasks_at(conn, production, POLICY_STAGE)
    return Board(
        seq=head.seq,
        chain=head.chain,
        policy=policy.hash,
        stages=tuple(stage for stage in policy.stages if proposed or stage.key != POLICY_STAGE),
        making=reads.being_made(conn),
    )


def _can_follow(kept: Board, begun: Board) -> bool:
    return (kept.policy, len(kept.stages)) == (begun.policy, len(begun.stages)) and kept.seq <= begun.seq


def _touched(conn: reads.Connection, production: str, kept: Board, making: frozenset[str]) -> set[str] | None:
    """Entities whose rows may be otherwise since; None where all of them may."""
    if kept.seq and reads.chain_at(conn, kept.seq) != kept.chain:
        return None
    news = reads.news_of(conn, production, after=kept.seq, most=_MOST_NEWS + 1)
    if len(news) > _MOST_NEWS:
        return None
    found: dict[str, set[Any]] = defaultdict(set)
    found["task"] |= kept.making ^ making
    for kind, body in news:
        member = _CHANGES.get(kind)
        if member is None:
            return None
        if member:
            found[member].add(body[member])
    entities: set[str] = found["entity"]
    leaning = lineage.pairs_leaning_on(conn, production, found["slot"]) if found["slot"] else set()
    tasks = (
        found["task"]
        | reads.tasks_of_verdicts(conn, found["verdict"])
        | cells.tasks_of_notes(conn, found["note"])
        | {task for task, _ in leaning}
    )
    return (
        entities
        | reads.entities_of_tasks(conn, tasks)
        | reads.entities_with(conn, production, found["content"])
    )


def _followed(begun: Board, tasks: list[reads.TaskRow], floor: Floor) -> Board:
    """Work out the rows of these tasks' entities, and put them beside those that stay."""
    by_entity: dict[str, list[reads.TaskRow]] = defaultdict(list)
    for task in tasks:
        by_entity[task.entity.id].append(task)
    made = dict(begun.by_entity)
    for entity, of in by_entity.items():
        view = _row(of, begun.stages, floor)
        one = of[0].entity
        made[entity] = row_of((_KIND_ORDER.get(one.kind, len(_KIND_ORDER)), one.position, one.code), view)
    rows = sorted(made.values(), key=lambda row: row.place)
    return replace(begun, by_entity=made, rows=rows, joined=joined(rows))


def _row(tasks: list[reads.TaskRow], stages: Sequence[Stage], floor: Floor) -> RowView:
    entity = tasks[0].entity
    by_stage = {row.task.stage: row for row in tasks}
    return RowView(
        entity=entity.id,
        kind=entity.kind,
        code=entity.code,
        title=entity.title,
        frames=entity.frames,
        source_class=entity.source_class,
        cells=[
            _cell(by_stage[stage.key], stage, floor) if stage.key in by_stage else None for stage in stages
        ],
    )


def _cell(row: reads.TaskRow, stage: Stage, floor: Floor) -> CellView:
    task, standing = row.task.id, floor.standing(row, stage)
    status, shown, takes = standing.status, standing.take, floor.takes.get(row.task.id, [])
    judged, noted = floor.judged.get(task, []), floor.noted.get(task, [])
    said = [*judged, *noted]
    people = {maker for take in takes for maker in take.makers} | {word.person for word in said}
    return CellView(
        task=task,
        stage=stage.key,
        status=status,
        waits_for=standing.waits_for,
        takes=len(takes),
        flagged=floor.flagged.get(task, 0),
        content=shown.content if shown else None,
        number=shown.number if shown else 0,
        frames=shown.n_frames if shown else 0,
        notes=sum(word.live for word in noted),
        people=sorted(person_ids(people)),
        causes=list(floor.moved.get((task, shown.content), ())) if shown and status == "stale" else [],
        changed=max([take.seq for take in takes] + [word.seq for word in said], default=0),
    )
