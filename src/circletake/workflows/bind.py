"""Ask the gates again and record where an answer changed.

`bound` entries are a cache that makes the board fast and the history readable; sealing never trusts
them and asks the gates itself.
"""

from collections.abc import Iterable

from circletake.checks.run import current_versions
from circletake.domain.facts import GateResult
from circletake.domain.policy import Policy
from circletake.domain.take import Take
from circletake.errors import NotFound
from circletake.gates.engine import evaluate
from circletake.ledger import reads
from circletake.ledger.book import Transaction
from circletake.ledger.facts import facts_for
from circletake.ledger.roles import tasks_judged_by
from circletake.workflows.house import STUDIO, House


def ask_gates(
    house: House, conn: reads.Connection, *, task: str, content: str, now: str
) -> tuple[GateResult, ...]:
    """What every gate of the task's stage says of one content, now.

    Raises:
        NotFound: there is no such task.
    """
    facts = facts_for(
        conn,
        task=task,
        content=content,
        policy=policy_of_task(house, conn, task),
        current_versions=current_versions(),
        now=now,
    )
    return evaluate(facts)


def policy_of_task(house: House, conn: reads.Connection, task: str) -> Policy:
    """The policy in force where this task is.

    Raises:
        NotFound: there is no such task.
    """
    row = reads.find_task(conn, task)
    production = reads.find_production(conn, row.task.production) if row else None
    if production is None:
        raise NotFound(f"There is no task {task} here; the board lists them.")
    return house.policy(conn, production.policy)


def bind_content(house: House, tx: Transaction, *, task: str, content: str) -> tuple[GateResult, ...]:
    """Ask the gates about one content and append `bound` where an answer changed."""
    known = reads.bound_of(tx.conn, task)
    results = ask_gates(house, tx.conn, task=task, content=content, now=tx.now)
    row = reads.find_task(tx.conn, task)
    production = row.task.production if row else None
    for result in results:
        said = "stale" if result.only_stale else result.result
        before = known.get((content, result.gate))
        if before is None or before.result != said:
            tx.append(
                "bound",
                actor=STUDIO,
                production=production,
                body={"content": content, "gate": result.gate, "result": said, "task": task},
            )
    return results


def bind_takes(house: House, tx: Transaction, takes: Iterable[Take]) -> None:
    """Ask the gates again about every one of these takes."""
    for take in takes:
        bind_content(house, tx, task=take.task, content=take.content)


def bind_family(house: House, tx: Transaction, *, task: str, content: str) -> None:
    """Ask the gates again about a content and about what was cut from it, whose veto it shares."""
    bind_content(house, tx, task=task, content=content)
    family = {take.id for take in reads.takes_of(tx.conn, task) if take.content == content}
    bind_takes(
        house,
        tx,
        [
            take
            for take in reads.takes_of(tx.conn, task)
            if take.parent in family and take.change in {"subrange", "upstream_only"}
        ],
    )


def bind_people(house: House, tx: Transaction, production: str, persons: set[str]) -> None:
    """Ask the gates again about what these people judged: a vote counts while its giver holds the role."""
    for task, content in tasks_judged_by(tx.conn, production, persons):
        bind_content(house, tx, task=task, content=content)
