"""One transaction on the book: what may be appended, ordered and kept in it."""

import hashlib
import json
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from circletake.db import tables
from circletake.domain.people import Actor, PersonId
from circletake.errors import Bug, EntryInvalid, NotAPerson, RoleMissing
from circletake.ledger import rows
from circletake.ledger.canonical import canonical
from circletake.ledger.chain import ROOT, Head, chain_hash, leaf_hash
from circletake.ledger.entries import (
    FORMAT,
    GUESTS_KINDS,
    PERSONS_KINDS,
    SITTING_KINDS,
    Body,
    Entry,
    plain,
    read_body,
)
from circletake.ledger.projections import project, project_all


@dataclass(frozen=True, slots=True)
class Order:
    """A job that is to be ordered."""

    op: str
    args: Mapping[str, Any]
    key: str
    lane: str = "cpu"
    prio: int = 100


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
            RoleMissing: a guest does more than look and note.
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
        written = plain(read)
        entry = self._made(kind, actor, written, production, session)
        seq, raw, leaf = entry.seq, entry.raw, entry.leaf
        if kind in PERSONS_KINDS:
            _check_known(self.conn, kind, actor)
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

    def append_all(
        self,
        kind: str,
        *,
        actor: Actor,
        bodies: Sequence[Mapping[str, Any]],
        production: str | None = None,
    ) -> None:
        """Append many entries of one kind that follow by rule: chained one by one, written all at once.

        Raises:
            NotAPerson: this kind takes a person.
            EntryInvalid: a body is not one of this kind, or has no canonical spelling.
            NotFound: one names something that is not there.
            AlreadyThere: what one adds is there already.
        """
        if self._failed:
            raise Bug("This transaction failed before; nothing can be appended to it.")
        if kind in PERSONS_KINDS:
            raise NotAPerson(f"A “{kind}” is given one by one, by a person who is signed in.")
        if not bodies:
            return
        self._failed = True
        made: list[tuple[Entry, Body]] = []
        for body in bodies:
            read = read_body(kind, body)
            entry = self._made(kind, actor, plain(read), production, None)
            self._head = Head(seq=entry.seq, chain=entry.chain)
            made.append((entry, read))
        rows.add_all(
            self.conn,
            tables.entry,
            [
                {
                    "seq": entry.seq,
                    "at": entry.at,
                    "kind": kind,
                    "actor": entry.actor,
                    "production": production,
                    "body": entry.raw,
                    "leaf": entry.leaf,
                    "chain": entry.chain,
                }
                for entry, _ in made
            ],
        )
        project_all(self.conn, made)
        self._failed = False

    def _made(
        self, kind: str, actor: Actor, written: dict[str, Any], production: str | None, session: str | None
    ) -> Entry:
        """The entry that comes next."""
        seq = self._head.seq + 1
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
        if _NUL in raw and _has_nul(written):
            raise EntryInvalid(
                "A text here holds the character U+0000, which no database of ours keeps; leave it out."
            )
        leaf = leaf_hash(raw)
        return Entry(
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

    def enqueue_all(self, orders: Sequence[Order]) -> list[str]:
        """Order many jobs beside the book.

        Returns:
            Keys of those that are not recorded yet, whether they were ordered before or now.
        """
        keys = sorted({order.key for order in orders})
        recorded = rows.among(self.conn, tables.recorded, "job_key", keys)
        owed = rows.among(self.conn, tables.outbox, "key", keys)
        new = {order.key: order for order in orders if order.key not in recorded and order.key not in owed}
        rows.add_all(
            self.conn,
            tables.outbox,
            [
                {
                    "key": key,
                    "op": order.op,
                    "args": json.dumps(order.args, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
                    "lane": order.lane,
                    "prio": order.prio,
                    "seq": self.seq,
                }
                for key, order in new.items()
            ],
        )
        return [key for key in keys if key not in recorded]

    def enqueue(
        self, *, op: str, args: Mapping[str, Any], key: str, lane: str = "cpu", prio: int = 100
    ) -> bool:
        """Order a job beside the book; it is owed until its outcome is recorded.

        Returns:
            Whether it was ordered; False where it is owed or recorded already.
        """
        if self.is_ordered(key):
            return False
        spelled = json.dumps(args, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        rows.add(self.conn, tables.outbox, key=key, op=op, args=spelled, lane=lane, prio=prio, seq=self.seq)
        return True

    def is_ordered(self, key: str) -> bool:
        """Whether a job is owed, or its outcome recorded."""
        return (
            rows.find(self.conn, tables.recorded, "job_key", job_key=key) is not None
            or rows.find(self.conn, tables.outbox, "key", key=key) is not None
        )

    def keep_text(self, text: str) -> str:
        """Keep a name or note beside the book, where it can be erased.

        Returns:
            The commitment that an entry may hold: hex of SHA-256(32 random bytes ‖ UTF-8).

        Raises:
            EntryInvalid: it holds half a character, or U+0000.
        """
        kept = unicodedata.normalize("NFC", text)
        if "\0" in kept:
            raise EntryInvalid("This text holds the character U+0000; write it again without.")
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


_LAST = select(tables.entry.c.seq, tables.entry.c.chain).order_by(tables.entry.c.seq.desc()).limit(1)


def read_head(conn: Connection) -> Head:
    """Where the book ends, as this connection sees it."""
    row = conn.execute(_LAST).first()
    return Head(seq=row.seq, chain=row.chain) if row else Head(seq=0, chain=ROOT)


_NUL = rb"\u0000"  # as JSON spells it; the same letters may also be a text's own


def _has_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_has_nul(one) for one in value.values())
    return isinstance(value, list | tuple) and any(_has_nul(one) for one in value)


def _check_actor(kind: str, actor: Actor, session: str | None) -> None:
    if kind in PERSONS_KINDS and not isinstance(actor, PersonId):
        raise NotAPerson(f"{actor} is a machine; a “{kind}” is given by a person who is signed in.")
    if kind in SITTING_KINDS and session is None:
        raise NotAPerson(f"A “{kind}” is given by a person who is signed in; sign in first.")


def _check_known(conn: Connection, kind: str, actor: Actor) -> None:
    if rows.find(conn, tables.person, "id", id=str(actor)) is None:
        raise NotAPerson(f"The book knows no person {actor}; only people it knows may do this.")
    is_guests = kind in GUESTS_KINDS
    if not is_guests and rows.find(conn, tables.guest, "link", person=str(actor)) is not None:
        raise RoleMissing(
            f"{actor} is a guest, who looks and notes; a “{kind}” takes somebody who signed in."
        )
