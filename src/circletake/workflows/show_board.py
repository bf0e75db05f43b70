"""The board: shots × stages, each cell's status derived from what the gates last said."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from circletake.domain.facts import PASSES
from circletake.domain.policy import Stage
from circletake.domain.status import Status, TakeState, status_of
from circletake.domain.take import Take
from circletake.gates.policy import POLICY_STAGE
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import utc_now
from circletake.workflows.bind import Gatekeeper, gatekeeper, said_of
from circletake.workflows.house import House, require
from circletake.workflows.show import production_view, stage_view, status_looks
from circletake.workflows.veil import Veil
from circletake.workflows.views import BoardView, CellView, RowView

_VETO = -2
_KIND_ORDER = {"shot": 0, "character": 1, "prop": 2, "location": 3, "sequence": 4, "film": 5, "policy": 6}


@dataclass(frozen=True, slots=True)
class Floor:
    """Everything statuses of a production are derived from, read once."""

    takes: dict[str, list[Take]]
    bound: dict[tuple[str, str, str], reads.BoundRow]
    values: dict[tuple[str, str], list[tuple[int, int]]]
    flagged: dict[str, int]
    making: frozenset[str]

    @classmethod
    def read(cls, conn: reads.Connection, production: str) -> "Floor":
        """Read a production's floor."""
        takes: dict[str, list[Take]] = defaultdict(list)
        for take in reads.takes_in(conn, production):
            takes[take.task].append(take)
        orders = reads.open_orders(conn)
        return cls(
            takes=dict(takes),
            bound=reads.bound_in(conn, production),
            values=reads.last_values(conn, production),
            flagged=reads.flagged_counts(conn, production),
            making=frozenset(
                str(order["task"])
                for op in ("draw", "render")
                for order in orders.get(op, [])
                if "task" in order
            ),
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
        return replace(self, bound=bound, values=values, flagged=flagged)

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
        floor = seen_floor(house, conn, who, found.id)
        rows: dict[str, list[reads.TaskRow]] = defaultdict(list)
        for task in reads.tasks(conn, found.id):
            rows[task.entity.id].append(task)
        seq = house.book.head().seq
    # how a policy is changed shows on the board once somebody proposed a change
    stages = [
        stage
        for stage in policy.stages
        if stage.key != POLICY_STAGE
        or any(task.task.stage == stage.key for row in rows.values() for task in row)
    ]
    ordered = sorted(
        rows.values(), key=lambda tasks: (_KIND_ORDER[tasks[0].entity.kind], tasks[0].entity.position)
    )
    return BoardView(
        production=production_view(found, roles),
        stages=[stage_view(stage) for stage in stages],
        rows=[_row(tasks, stages, floor) for tasks in ordered],
        statuses=status_looks(),
        book_seq=seq,
    )


def seen_floor(house: House, conn: reads.Connection, who: Session, production: str) -> Floor:
    """A production's floor as this person may see it."""
    floor = Floor.read(conn, production)
    veil = veil_of(house, conn, who, production)
    return floor.veiled(veil, gatekeeper(house, conn, production, now=utc_now())) if veil else floor


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
    shown = floor.shown(row, stage)
    return CellView(
        task=row.task.id,
        stage=stage.key,
        status=floor.status(row, stage),
        waits_for=floor.waits_for(row, stage),
        takes=len(floor.takes.get(row.task.id, [])),
        flagged=floor.flagged.get(row.task.id, 0),
        content=shown.content if shown else None,
    )
