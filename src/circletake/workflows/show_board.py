"""The board: shots × stages, each cell's status derived from what the gates last said."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import msgspec

from circletake.domain.facts import PASSES
from circletake.domain.people import Role
from circletake.domain.policy import Policy, Stage
from circletake.domain.production import Production
from circletake.domain.status import Status, TakeState, status_of
from circletake.domain.take import Take
from circletake.gates.policy import POLICY_STAGE
from circletake.ledger import cells, lineage, reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import utc_now
from circletake.ledger.transaction import read_head
from circletake.workflows.bind import Gatekeeper, gatekeeper, said_of
from circletake.workflows.cut_book import find_cut
from circletake.workflows.house import House, person_ids, require
from circletake.workflows.show import Names, production_view, stage_view, status_looks
from circletake.workflows.veil import Veil
from circletake.workflows.views import BoardView, CellView, RowView

_VETO = -2
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


@dataclass(frozen=True, slots=True)
class Floor:
    """Everything statuses of a production are derived from, read once."""

    takes: dict[str, list[Take]]
    bound: dict[tuple[str, str, str], reads.BoundRow]
    values: dict[tuple[str, str], list[tuple[int, int]]]
    flagged: dict[str, int]
    making: frozenset[str]
    judged: dict[str, list[cells.Word]]
    noted: dict[str, list[cells.Word]]
    moved: dict[tuple[str, str], tuple[str, ...]]

    @classmethod
    def read(cls, conn: reads.Connection, production: str, tasks: Collection[str] | None = None) -> "Floor":
        """Read the floor of a production, or of some of its tasks."""
        return cls(
            takes=reads.takes_at(conn, production, tasks),
            bound=reads.bound_in(conn, production, tasks),
            values=reads.last_values(conn, production, tasks),
            flagged=reads.flagged_counts(conn, production, tasks),
            making=reads.being_made(conn),
            judged=cells.verdicts_said(conn, production, tasks),
            noted=cells.notes_said(conn, production, tasks),
            moved=cells.slots_moved(conn, production, tasks),
        )

    def veiled(self, veil: Veil, keeper: Gatekeeper) -> "Floor":
        """The floor as somebody may see it: what is hidden from them derives nothing."""
        bound = {key: row for key, row in self.bound.items() if key[:2] not in veil.gates}
        values = {pair: given for pair, given in self.values.items() if pair not in veil.gates}
        for pair, facts in keeper.facts(veil.gates).items():
            seen = veil.facts(facts)
            for result in keeper.judge(seen):
                said = "unsatisfied" if veil.silences(seen, result.gate) else said_of(result)
                bound[*pair, result.gate] = reads.BoundRow(result=said, ever_satisfied=False)
            values[pair] = [
                (verdict.seq, verdict.value) for verdict in seen.verdicts if verdict.content == pair[1]
            ]
        tasks = {task for task, _ in veil.gates}
        flagged = {task: many for task, many in self.flagged.items() if task not in tasks}
        judged = {
            task: [word for word in said if word.seq not in veil.verdicts]
            for task, said in self.judged.items()
        }
        noted = {
            task: [word for word in said if word.person == veil.person or not veil.hides(task, word.content)]
            for task, said in self.noted.items()
        }
        return replace(self, bound=bound, values=values, flagged=flagged, judged=judged, noted=noted)

    def take_state(self, stage: Stage, take: Take) -> TakeState:
        """What a task's status needs to know of one take."""
        said = [self.bound.get((take.task, take.content, gate.key)) for gate in stage.gates]
        values = self.values.get((take.task, take.content), [])
        return TakeState(
            passes=bool(said) and all(row is not None and row.result in PASSES for row in said),
            was_circled=bool(said) and all(row is not None and row.ever_satisfied for row in said),
            only_stale=all(row is not None and row.result in PASSES | {"stale"} for row in said),
            vetoed=any(value == _VETO for _, value in values),
            last_value=values[-1][1] if values else None,
        )

    def status(self, row: reads.TaskRow, stage: Stage) -> Status:
        """A task's status."""
        return status_of(
            [self.take_state(stage, take) for take in self.takes.get(row.task.id, [])],
            making=row.task.id in self.making,
            held=row.hold_reason is not None,
            omitted=row.omitted,
        )

    def shown(self, row: reads.TaskRow, stage: Stage) -> Take | None:
        """The take that stands for a task: not vetoed, through the most gates, the newest of those."""
        takes = self.takes.get(row.task.id, [])
        states = {take.id: self.take_state(stage, take) for take in takes}
        return max(
            takes,
            key=lambda take: (not states[take.id].vetoed, self._gates_passed(stage, take), take.number),
            default=None,
        )

    def _gates_passed(self, stage: Stage, take: Take) -> int:
        """How many gates hold before the first that does not."""
        for passed, gate in enumerate(stage.gates):
            said = self.bound.get((take.task, take.content, gate.key))
            if said is None or said.result not in PASSES:
                return passed
        return len(stage.gates)

    def waits_for(self, row: reads.TaskRow, stage: Stage) -> str:
        """Key of the first gate that does not pass on the take that stands for the task; empty if none."""
        take = self.shown(row, stage)
        passed = self._gates_passed(stage, take) if take else len(stage.gates)
        return stage.gates[passed].key if passed < len(stage.gates) else ""


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
    conn: reads.Connection, production: Production, policy: Policy, roles: frozenset[Role], kept: "Board"
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


def seen_board(
    house: House, conn: reads.Connection, who: Session, production: str, policy: Policy
) -> "Board":
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


@dataclass(frozen=True, slots=True)
class Row:
    """One entity's row as it was last worked out: for programs here, and as its JSON."""

    place: tuple[int, int, str]
    view: RowView
    encoded: bytes
    people: frozenset[str]


@dataclass(frozen=True, slots=True)
class Board:
    """Every row of a production, as it was at one entry of the book; never changed, only followed.

    Args:
        seq: number of that entry.
        chain: the book's hash there, by which a book that was put back to an older one is noticed.
        policy: hash of the one in force.
        stages: its columns.
        making: tasks for which a take was owed.
        by_entity: every row.
        rows: the same in order.
        joined: their JSON, with commas between.
    """

    seq: int
    chain: bytes
    policy: str
    stages: tuple[Stage, ...]
    making: frozenset[str]
    by_entity: dict[str, Row] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    joined: bytes = b""


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
        "box", "carry", "consent", "cut", "delivered", "done", "drawing", "erased", "essence", "flag_call",
        "grant", "group", "group_grant", "guest", "guest_end", "guest_link", "lapsed", "member", "override",
        "playlist", "recalled", "sealed", "unbox",
    ),
    "",
)  # fmt: skip
_MOST_NEWS = 5_000  # beyond, working all out is quicker than following


def in_step(house: House, conn: reads.Connection, production: str, policy: Policy) -> Board:
    """The board as this connection sees the book: the one that is kept, with what came since worked out.

    Two threads may work the same out at once: both are right, and whichever is kept is followed from there.
    """
    begun = _begun(conn, production, policy)
    kept = cast("Board | None", house.boards.get(production))
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
        place = (_KIND_ORDER.get(one.kind, len(_KIND_ORDER)), one.position, one.code)
        people = frozenset(person for cell in view.cells if cell for person in cell.people)
        made[entity] = Row(place, view, msgspec.json.encode(view), people)
    rows = sorted(made.values(), key=lambda row: row.place)
    return replace(begun, by_entity=made, rows=rows, joined=b",".join(row.encoded for row in rows))


def seen_floor(
    house: House,
    conn: reads.Connection,
    who: Session,
    production: str,
    *,
    veil: Veil | None = None,
    tasks: Collection[str] | None = None,
) -> Floor:
    """A production's floor as this person may see it, or that of some of its tasks.

    Args:
        veil: what is hidden from them, where it is known already.
        tasks: only of these; None is every task.
    """
    floor = Floor.read(conn, production, tasks)
    hidden = veil_of(house, conn, who, production) if veil is None else veil
    if tasks is not None:
        hidden = replace(
            hidden, gates={pair: left for pair, left in hidden.gates.items() if pair[0] in tasks}
        )
    return floor.veiled(hidden, gatekeeper(house, conn, production, now=utc_now())) if hidden else floor


def veil_of(house: House, conn: reads.Connection, who: Session, production: str) -> Veil:
    """What this person may not see of a production before their own verdict."""
    found = reads.find_production(conn, production)
    if found is None:
        return Veil()
    return Veil.read(
        conn,
        who,
        found.id,
        policy=house.policy(conn, found.policy),
        roles=reads.roles_of(conn, found.id, str(who.person)),
    )


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
    task, status = row.task.id, floor.status(row, stage)
    shown, takes = floor.shown(row, stage), floor.takes.get(row.task.id, [])
    judged, noted = floor.judged.get(task, []), floor.noted.get(task, [])
    said = [*judged, *noted]
    people = {maker for take in takes for maker in take.makers} | {word.person for word in said}
    return CellView(
        task=task,
        stage=stage.key,
        status=status,
        waits_for=floor.waits_for(row, stage),
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
