"""The relay: what the book ordered is offered to the queue, in the other file.

An order is an outbox row, written in the transaction that needs it and removed in the transaction that
records its outcome; never here. So a copy may be lost or made twice, and nothing is owed wrongly.
"""

import json
import threading

from sqlalchemy import Engine, Row, bindparam, select

from circletake.db.connect import reading
from circletake.db.tables import outbox
from circletake.work.job import Offer
from circletake.work.queue import JobQueue

_SINCE = select(outbox.c.key, outbox.c.seq).where(outbox.c.seq >= bindparam("since"))
_ORDERS = select(outbox).where(outbox.c.key.in_(bindparam("these", expanding=True)))
_AT_ONCE = 500  # well under SQLite's limit of variables in a statement
_KEYS = select(outbox.c.key)


class Relay:
    """Copies orders from the book's outbox to the queue.

    Args:
        book: engine of the book's database.
        queue: gets the orders.
    """

    def __init__(self, book: Engine, queue: JobQueue) -> None:
        self.book = book
        self._queue = queue
        self._lock = threading.Lock()
        self._since = 0
        self._copied: set[str] = set()  # keys of orders at `_since`, where more may still come

    def start(self) -> int:
        """Offer every order again, and have done again what the book does not know of.

        The queue's file may be older or newer than the book's: after a power cut, or beside a book
        that was restored from a backup.

        Returns:
            How many jobs are owed that were not.
        """
        with self._lock:
            self._since, self._copied = 0, set()
        new = self.copy()
        over = [job.key for job in self._queue.find_all(self._open_keys()).values() if not job.is_open]
        # Read again after the jobs: an outcome is recorded before its job is done, so an order that is
        # still open now has none, however the other runners of this studio hurry.
        return new + (self._queue.reopen(self._open_keys() & set(over)) if over else 0)

    def copy(self) -> int:
        """Offer the orders that came since the last time.

        Returns:
            How many were new to the queue.
        """
        with self._lock:
            with reading(self.book) as conn:
                found = {row.key: row.seq for row in conn.execute(_SINCE, {"since": self._since})}
                fresh = list(found.keys() - self._copied)
                slices = (fresh[start : start + _AT_ONCE] for start in range(0, len(fresh), _AT_ONCE))
                orders = [row for some in slices for row in conn.execute(_ORDERS, {"these": some})]
            orders.sort(key=lambda row: (row.seq, row.key))
            new = self._queue.offer(_offer(row) for row in orders)
            if found:
                # A transaction without an entry orders at the number of the last one, so rows may
                # still join those at the end; none joins before it.
                self._since = max(found.values())
                self._copied = {key for key, seq in found.items() if seq == self._since}
            return new

    def _open_keys(self) -> set[str]:
        with reading(self.book) as conn:
            return set(conn.scalars(_KEYS))


def _offer(row: Row[tuple[object, ...]]) -> Offer:
    return Offer(row.key, row.op, json.loads(row.args), lane=row.lane, prio=row.prio)
