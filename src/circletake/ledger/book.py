"""The book: append, read, wait. Everything else in the database follows from it.

One transaction appends entries, chains them, projects them and writes the jobs that follow beside
them; either all of it is on the disk or none of it happened. Writers queue: in this process at a
lock, between processes at the database.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, select

from circletake.db import tables
from circletake.db.connect import BUSY_TIMEOUT_MS, assert_triggers, lock_book, reading, scrub, writing
from circletake.errors import BookBroken, Bug, DatabaseBusy
from circletake.ledger.chain import Head
from circletake.ledger.entries import Entry
from circletake.ledger.replay import Replayed, replay
from circletake.ledger.transaction import Transaction, read_head
from circletake.ledger.verify import Verification, entry_of, verify

__all__ = ["Book", "Head", "Transaction", "utc_now"]

_POLL_S = 0.25  # how late another process's entry may be noticed
_TAIL = 512  # entries checked whenever a book is opened


class Book:
    """The book of one studio.

    Opening it asserts that the database guards it and that its last entries hold. A book that does not
    hold can be read and is never written again.

    Args:
        engine: from `open_book`, migrated.
        now: the wall clock as UTC, ISO 8601; it may step back.
        tail: how many of the last entries to verify now; None for all of them.

    Raises:
        BookBroken: a trigger that guards the book is missing or was changed.
    """

    def __init__(
        self, engine: Engine, *, now: Callable[[], str] | None = None, tail: int | None = _TAIL
    ) -> None:
        assert_triggers(engine)
        self._engine = engine
        self._now = now or utc_now
        self._writer = threading.Lock()
        self._writing = threading.local()
        self._news = threading.Condition()
        self._tail = tail
        self.found = self._verify(tail=tail)

    def _verify(self, *, tail: int | None) -> Verification:
        with reading(self._engine) as conn:
            return verify(conn, tail=tail)

    @contextmanager
    def transact(self) -> Iterator[Transaction]:
        """Append, project and order jobs in one transaction; nothing of it happened if it raises.

        Raises:
            BookBroken: the book does not verify; it is read-only.
            DatabaseBusy: others wrote for half a minute on end.
            DiskFull: there is no room.
        """
        if not self.found.holds:
            raise BookBroken(
                f"{self.found.sentence} It can be read and no longer be written.", seq=self.found.broken_at
            )
        if getattr(self._writing, "now", False):
            raise Bug("A transaction on the book was begun inside another on the same thread.")
        if not self._writer.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            raise DatabaseBusy("The book is being written all the time; try again in a moment.")
        self._writing.now = True
        try:
            with writing(self._engine) as conn:
                lock_book(conn)
                transaction = Transaction(conn, now=self._now(), head=read_head(conn))
                yield transaction
                transaction.close()
        finally:
            self._writing.now = False
            self._writer.release()
        with self._news:
            self._news.notify_all()

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection that sees one moment of the book and its projections, and cannot write."""
        return reading(self._engine)

    def head(self) -> Head:
        """Where the book ends now."""
        with self.reading() as conn:
            return read_head(conn)

    def entries(self, after: int = 0, limit: int = 1000) -> list[Entry]:
        """Entries after a number, in order.

        Raises:
            BookBroken: one of them cannot be read; names it.
        """
        table = tables.entry
        query = select(table).where(table.c.seq > after).order_by(table.c.seq).limit(limit)
        with self.reading() as conn:
            return [entry_of(row) for row in conn.execute(query)]

    def wait(self, after: int, timeout_s: float) -> int:
        """Wait until the book goes past an entry, or until the time is up.

        Returns:
            The number of the last entry then.
        """
        until = time.monotonic() + timeout_s
        while True:
            with self._news:
                seq = self.head().seq
                left_s = until - time.monotonic()
                if seq > after or left_s <= 0:
                    return seq
                self._news.wait(min(_POLL_S, left_s))

    def verify(self) -> Verification:
        """Check every byte of the book; one that does not hold is read-only from here on."""
        self.found = self._verify(tail=None)
        return self.found

    def scrub(self) -> None:
        """Leave nothing of what was deleted beside the book in its file."""
        beside = [tables.private_text, tables.account, tables.session, tables.sign_in_link]
        scrub(self._engine, beside)

    def replay(self) -> Replayed:
        """Rebuild every projection from the book, in one transaction, and compare with what was there.

        Raises:
            BookBroken: the book does not verify, so that nothing may be built on it; nothing was.
        """
        with writing(self._engine) as conn:
            lock_book(conn)
            return replay(conn)


def utc_now() -> str:
    """The wall clock, as entries bear it; nothing is ordered by it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
