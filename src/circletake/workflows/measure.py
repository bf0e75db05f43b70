"""Measure: order every analysis that the gates ask for and nobody has recorded yet."""

from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.workflows.analyse import order_analysis
from circletake.workflows.house import House, require


def order_all(house: House, who: Session, production: str, *, code: str | None) -> list[str]:
    """Order analyses for a whole production, or for one shot.

    Returns:
        Keys of the jobs that are owed by it.
    """
    keys: list[str] = []
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "measure")
        for row in reads.tasks(tx.conn, found.id):
            if code is None or row.entity.code == code:
                for take in reads.takes_of(tx.conn, row.task.id):
                    key = order_analysis(house, tx, task=row, content=take.content)
                    if key is not None and key not in keys:
                        keys.append(key)
    return keys
