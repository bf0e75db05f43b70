"""The queue: what waits for the signed-in person, the gate they vote at first."""

from circletake.domain.policy import Gate
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.workflows.give_verdict import vote_range
from circletake.workflows.house import House
from circletake.workflows.show import poster_of
from circletake.workflows.show_board import seen_floor
from circletake.workflows.views import QueueItemView

_CIRCLED = 2
_WAITING = {"review", "stale"}


def show_queue(house: House, who: Session) -> list[QueueItemView]:
    """Every task that waits at a gate this person may circle at, in board order."""
    items: list[QueueItemView] = []
    with house.book.reading() as conn:
        for production in reads.productions(conn):
            roles = reads.roles_of(conn, production.id, str(who.person))
            if not roles:
                continue
            policy = house.policy(conn, production.policy)
            floor = seen_floor(house, conn, who, production.id)
            for row in reads.tasks(conn, production.id):
                stage = policy.stage(row.task.stage)
                if stage is None:
                    continue
                status = floor.status(row, stage)
                gate = policy.gate(stage.key, floor.waits_for(row, stage)) if status in _WAITING else None
                if gate is None or not _may_circle(gate, vote_range(gate, roles)):
                    continue
                shown = floor.shown(row, stage)
                items.append(
                    QueueItemView(
                        task=row.task.id,
                        production=production.code,
                        code=row.entity.code,
                        title=row.entity.title,
                        stage_label=stage.label,
                        gate=gate.key,
                        gate_label=gate.label,
                        takes=len(floor.takes.get(row.task.id, [])),
                        flagged=floor.flagged.get(row.task.id, 0),
                        status=status,
                        poster=poster_of(house, shown.content if shown else None),
                    )
                )
    return items


def _may_circle(gate: Gate, votes: tuple[int, int] | None) -> bool:
    return bool(gate.rules) and votes is not None and votes[1] >= _CIRCLED
