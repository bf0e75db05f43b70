"""What statuses are derived from: everything the gates and people said, read once, as somebody may see it."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from circletake.domain.facts import PASSES
from circletake.domain.policy import Stage
from circletake.domain.status import Status, TakeState, status_of
from circletake.domain.take import Take
from circletake.ledger import cells, reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import utc_now
from circletake.workflows.bind import Gatekeeper, gatekeeper, said_of
from circletake.workflows.house import House
from circletake.workflows.veil import Veil

_VETO = -2
_PASSES_OR_STALE = PASSES | {"stale"}


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
        found = [self.bound.get((take.task, take.content, gate.key)) for gate in stage.gates]
        said = [row for row in found if row is not None]
        results = {row.result for row in said}
        is_whole = len(said) == len(found)
        values = self.values.get((take.task, take.content), [])
        return TakeState(
            passes=bool(said) and is_whole and results <= PASSES,
            was_circled=bool(said) and is_whole and all(row.ever_satisfied for row in said),
            only_stale=is_whole and results <= _PASSES_OR_STALE,
            vetoed=any(value == _VETO for _, value in values),
            last_value=values[-1][1] if values else None,
        )

    def status(self, row: reads.TaskRow, stage: Stage) -> Status:
        """A task's status."""
        return self.standing(row, stage).status

    def standing(self, row: reads.TaskRow, stage: Stage) -> "Standing":
        """A task's status, and the take that stands for it."""
        takes = self.takes.get(row.task.id, [])
        states = [self.take_state(stage, take) for take in takes]
        status = status_of(
            states,
            making=row.task.id in self.making,
            held=row.hold_reason is not None,
            omitted=row.omitted,
        )
        best: tuple[tuple[bool, int, int], Take] | None = None
        for take, state in zip(takes, states, strict=True):
            passed = len(stage.gates) if state.passes else self._gates_passed(stage, take)
            place = (not state.vetoed, passed, take.number)
            if best is None or place > best[0]:
                best = place, take
        if best is None:
            return Standing(status, None, "")
        (_, passed, _), shown = best
        return Standing(status, shown, stage.gates[passed].key if passed < len(stage.gates) else "")

    def _gates_passed(self, stage: Stage, take: Take) -> int:
        """How many gates hold before the first that does not."""
        for passed, gate in enumerate(stage.gates):
            said = self.bound.get((take.task, take.content, gate.key))
            if said is None or said.result not in PASSES:
                return passed
        return len(stage.gates)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a task stands.

    Args:
        status: of the task.
        take: the one that stands for it: not vetoed, through the most gates, the newest of those.
        waits_for: key of the first gate that does not pass on that take; empty if none.
    """

    status: Status
    take: Take | None
    waits_for: str


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
