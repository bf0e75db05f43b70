"""Hold: park a task with a reason, or take it up again."""

from circletake.errors import NotFound, ReasonNeeded
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.workflows.house import House, require


def hold(house: House, who: Session, task: str, *, reason: str | None) -> None:
    """Park a task for a reason, or with None take it up again.

    Raises:
        ReasonNeeded: the reason is empty.
        NotFound: there is no such task.
    """
    if reason is not None and not reason.strip():
        raise ReasonNeeded("To park a task, say why: others will read it.")
    with house.book.transact() as tx:
        row = reads.find_task(tx.conn, task)
        if row is None:
            raise NotFound(f"There is no task {task} here; the board lists them.")
        require(tx.conn, who, row.task.production, "hold")
        tx.append(
            "hold",
            actor=who.person,
            session=who.pseudonym,
            production=row.task.production,
            body={"reason": tx.keep_text(reason) if reason else None, "task": task},
        )
