"""Measure: order every analysis that the gates ask for, and what the desk plays where it was lost."""

from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.media.recipes import FRAMES
from circletake.work.job import Offer
from circletake.workflows.analyse import order_analysis
from circletake.workflows.approved_bank import bank_of
from circletake.workflows.derive import again
from circletake.workflows.house import House, require


def order_all(house: House, who: Session, production: str, *, code: str | None) -> list[str]:
    """Order analyses for a whole production, or for one shot; one that failed is tried again.

    Returns:
        Keys of the jobs that are owed by it.
    """
    keys: list[str] = []
    lost: list[Offer] = []
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "measure")
        bank = bank_of(house, tx.conn, found.id, house.policy(tx.conn, found.policy))
        for row in reads.tasks(tx.conn, found.id):
            if (code is None or row.entity.code == code) and row.entity.kind != "policy":
                for take in reads.takes_of(tx.conn, row.task.id):
                    key = order_analysis(house, tx, task=row, content=take.content, bank=bank)
                    if key is not None and key not in keys:
                        keys.append(key)
                    elif key is None and house.queue.find_derived(take.content, FRAMES) is None:
                        lost.append(again(take.content, name=row.entity.code))
    house.queue.offer(lost)
    for job in house.queue.find_all(keys).values():
        if job.state == "failed":
            house.queue.retry(job.key)
    return keys + [offer.key for offer in lost]
