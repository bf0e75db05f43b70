"""The queue: what waits for the signed-in person, the gate they vote at first."""

from collections.abc import Iterator
from dataclasses import replace

from circletake.domain.people import Role
from circletake.domain.policy import Gate, Policy
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.workflows.give_verdict import vote_range
from circletake.workflows.house import House
from circletake.workflows.show import posters_of
from circletake.workflows.show_board import seen_board
from circletake.workflows.views import QueueItemView, RowView

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
            for row in seen_board(house, conn, who, production.id, policy).rows:
                items += _waiting(production.code, policy, roles, row.view)
    posters = posters_of(house, {one.poster for one in items if one.poster})
    return [replace(one, poster=posters.get(one.poster or "")) for one in items]


def _waiting(
    production: str, policy: Policy, roles: frozenset[Role], row: RowView
) -> Iterator[QueueItemView]:
    """What of a row waits at a gate at which these roles may circle; its posters are contents yet."""
    for cell in row.cells:
        stage = policy.stage(cell.stage) if cell else None
        if cell is None or stage is None or cell.status not in _WAITING:
            continue
        gate = policy.gate(stage.key, cell.waits_for)
        if gate is None or not may_circle(gate, vote_range(gate, roles)):
            continue
        yield QueueItemView(
            task=cell.task,
            production=production,
            code=row.code,
            title=row.title,
            stage_label=stage.label,
            gate=gate.key,
            gate_label=gate.label,
            takes=cell.takes,
            flagged=cell.flagged,
            status=cell.status,
            poster=cell.content,
        )


def may_circle(gate: Gate, votes: tuple[int, int] | None) -> bool:
    """Whether a gate asks for anything, and somebody with these votes may circle at it."""
    return bool(gate.rules) and votes is not None and votes[1] >= _CIRCLED
