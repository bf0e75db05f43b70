"""The book: append, read, wait. Everything else in the database follows from it.

One transaction appends entries, chains them, projects them and writes the jobs that follow beside
them; either all of it is on the disk or none of it happened. Writers queue: in this process at a
lock, between processes at the database.
"""

import hashlib
import json
import secrets
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from circletake.db import tables
from circletake.db.connect import BUSY_TIMEOUT_MS, assert_triggers, reading, writing
from circletake.domain.people import Actor, PersonId
from circletake.errors import BookBroken, Bug, DatabaseBusy, EntryInvalid, NotAPerson
from circletake.ledger import rows
from circletake.ledger.canonical import canonical
from circletake.ledger.chain import ROOT, chain_hash, leaf_hash
from circletake.ledger.entries import FORMAT, PERSONS_KINDS, SITTING_KINDS, Entry, plain, read_body
from circletake.ledger.projections import project
from circletake.ledger.replay import Replayed, replay
from circletake.ledger.verify import Verification, entry_of, verify

_POLL_S = 0.25  # how late another process's entry may be noticed
_TAIL = 512  # entries checked whenever a book is opened


@dataclass(frozen=True, slots=True)
class Head:
    """Where the book ends: number of its last entry (0 if none) and the chain's hash there."""

    seq: int
    chain: bytes


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
    def transact(self) -> Iterator["Transaction"]:
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
                transaction = Transaction(conn, now=self._now(), head=_head(conn))
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
            return _head(conn)

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

    def replay(self) -> Replayed:
        """Rebuild every projection from the book, in one transaction, and compare with what was there.

        Raises:
            BookBroken: the book does not verify, so that nothing may be built on it.
        """
        found = self.verify()
        if not found.holds:
            raise BookBroken(found.sentence, seq=found.broken_at)
        with writing(self._engine) as conn:
            return replay(conn)


class Transaction:
    """What may be done to the book at once; made by `Book.transact`.

    Args:
        conn: holds the write lock; reads through it see what was appended.
        now: the time that its entries bear.
    """

    def __init__(self, conn: Connection, *, now: str, head: Head) -> None:
        self.conn = conn
        self.now = now
        self._began = head
        self._head = head
        self._failed = False

    @property
    def seq(self) -> int:
        """Number of the last entry, appended ones included."""
        return self._head.seq

    def append(
        self,
        kind: str,
        *,
        actor: Actor,
        body: Mapping[str, Any],
        production: str | None = None,
        session: str | None = None,
    ) -> Entry:
        """Append an entry: written, chained and projected.

        Args:
            kind: one of `entries.BODIES`.
            actor: who does this.
            body: members of that kind; left-out ones are written with their default.
            production: where it belongs; None for the studio as a whole.
            session: pseudonym of the sitting, where somebody is signed in.

        Raises:
            NotAPerson: a machine, or somebody not signed in, does what takes a person.
            EntryInvalid: the body is not one of this kind, or has no canonical spelling.
            NotFound: it names something that is not there.
            AlreadyThere: what it adds is there already.
            Conflict: the outcome of this job is recorded already.
        """
        if self._failed:
            raise Bug("This transaction failed before; nothing can be appended to it.")
        _check_actor(kind, actor, session)
        # until it is through: what was written half must never be committed
        self._failed = True
        read = read_body(kind, body)
        seq = self._head.seq + 1
        written = plain(read)
        members = {
            "actor": str(actor),
            "at": self.now,
            "body": written,
            "kind": kind,
            "production": production,
            "seq": seq,
            "session": session,
            "v": FORMAT,
        }
        raw = canonical(members)
        leaf = leaf_hash(raw)
        entry = Entry(
            seq=seq,
            at=self.now,
            kind=kind,
            actor=str(actor),
            session=session,
            production=production,
            body=written,
            raw=raw,
            leaf=leaf,
            chain=chain_hash(self._head.chain, leaf),
        )
        if kind in PERSONS_KINDS:
            _check_known(self.conn, actor)
        rows.add(
            self.conn,
            tables.entry,
            seq=seq,
            at=entry.at,
            kind=kind,
            actor=entry.actor,
            production=production,
            body=raw,
            leaf=leaf,
            chain=entry.chain,
        )
        project(self.conn, entry, read)
        if kind == "done":
            rows.remove(self.conn, tables.outbox, key=written["job"])
        self._head = Head(seq=seq, chain=entry.chain)
        self._failed = False
        return entry

    def enqueue(
        self, *, op: str, args: Mapping[str, Any], key: str, lane: str = "cpu", prio: int = 100
    ) -> bool:
        """Order a job beside the book; it is owed until its outcome is recorded.

        Returns:
            Whether it was ordered; False where it is owed or recorded already.
        """
        is_recorded = rows.find(self.conn, tables.recorded, "job_key", job_key=key) is not None
        if is_recorded or rows.find(self.conn, tables.outbox, "key", key=key) is not None:
            return False
        spelled = json.dumps(args, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        rows.add(self.conn, tables.outbox, key=key, op=op, args=spelled, lane=lane, prio=prio, seq=self.seq)
        return True

    def keep_text(self, text: str) -> str:
        """Keep a name or note beside the book, where it can be erased.

        Returns:
            The commitment that an entry may hold: hex of SHA-256(32 random bytes ‖ UTF-8).

        Raises:
            EntryInvalid: it holds half a character.
        """
        kept = unicodedata.normalize("NFC", text)
        try:
            spelled = kept.encode()
        except UnicodeEncodeError:
            raise EntryInvalid(
                "This text holds half a character (a lone surrogate); write it again."
            ) from None
        salt = secrets.token_bytes(32)
        commitment = hashlib.sha256(salt + spelled).hexdigest()
        rows.add(self.conn, tables.private_text, commitment=commitment, salt=salt, text=kept)
        return commitment

    def close(self) -> None:
        """Note where the book now ends; the commit follows.

        Raises:
            Bug: an append failed and whoever called it went on.
        """
        if self._failed:
            raise Bug("An append failed inside this transaction; none of it can be kept.")
        if self._head == self._began:
            return
        rows.put(self.conn, tables.head, {"id": 1}, seq=self._head.seq, chain=self._head.chain)


def utc_now() -> str:
    """The wall clock, as entries bear it; nothing is ordered by it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


_LAST = select(tables.entry.c.seq, tables.entry.c.chain).order_by(tables.entry.c.seq.desc()).limit(1)


def _head(conn: Connection) -> Head:
    row = conn.execute(_LAST).first()
    return Head(seq=row.seq, chain=row.chain) if row else Head(seq=0, chain=ROOT)


def _check_actor(kind: str, actor: Actor, session: str | None) -> None:
    if kind in PERSONS_KINDS and not isinstance(actor, PersonId):
        raise NotAPerson(f"{actor} is a machine; a “{kind}” is given by a person who is signed in.")
    if kind in SITTING_KINDS and session is None:
        raise NotAPerson(f"A “{kind}” is given by a person who is signed in; sign in first.")


def _check_known(conn: Connection, actor: Actor) -> None:
    if rows.find(conn, tables.person, "id", id=str(actor)) is None:
        raise NotAPerson(f"The book knows no person {actor}; only people it knows may do this.")
