"""Checks the book byte by byte, and names the first entry that is not what was chained."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from sqlalchemy import Connection, Integer, Row, bindparam, func, select

from circletake.db import tables
from circletake.db.bytes_of import bytes_of
from circletake.errors import BookBroken, EntryInvalid
from circletake.ledger import rows
from circletake.ledger.canonical import Whole, decoder_of, read_as
from circletake.ledger.chain import ROOT, Head, chain_hash, leaf_hash
from circletake.ledger.entries import FORMAT, Entry
from circletake.ledger.merkle import Frontier

_BATCH = 1000
_LOWEST = -(2**62)


class _Written(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """An entry as its bytes have it."""

    actor: str
    at: str
    body: dict[str, Any]
    kind: str
    production: str | None
    seq: Whole
    session: str | None
    v: Whole


_decode = decoder_of(_Written)


@dataclass(frozen=True, slots=True)
class Verification:
    """What checking the book found.

    Args:
        holds: every byte checked is what was chained.
        entries: how many entries there are.
        head: chain's hash at the last entry that holds, in hex.
        broken_at: number of the first entry that does not hold, or None.
        sentence: all this, for a person.
    """

    holds: bool
    entries: int
    head: str
    broken_at: int | None
    sentence: str


def entry_of(row: Row[Any]) -> Entry:
    """Read an entry from its row; its `body` column alone is believed.

    Raises:
        BookBroken: its bytes are not an entry; names it.
    """
    return _entry(row.seq, row.body, row.leaf, row.chain)


def _entry(seq: int, body: bytes, leaf: bytes, chain: bytes) -> Entry:
    try:
        written = read_as(body, _decode)
    except EntryInvalid as broken:
        raise BookBroken(f"Entry {seq} cannot be read: {broken.message}", seq=seq) from None
    if written.v != FORMAT:
        raise BookBroken(f"Entry {seq} does not have the shape of an entry.", seq=seq)
    return Entry(
        written.seq,
        written.at,
        written.kind,
        written.actor,
        written.session,
        written.production,
        written.body,
        body,
        leaf,
        chain,
    )


def verify(conn: Connection, *, tail: int | None = None) -> Verification:
    """Check every column of the book's entries, that none is missing, and that it ends where it ended.

    Args:
        conn: sees one moment of the book.
        tail: check only so many of the last entries, trusting the chain before them; None for all.
    """
    entries, last = conn.execute(
        select(func.count(), func.coalesce(func.max(tables.entry.c.seq), 0)).select_from(tables.entry)
    ).one()
    first = 1 if tail is None else max(1, last - tail + 1)
    chain = _chain_before(conn, first)
    signed = _Signed(conn) if first == 1 else None
    try:
        for entry in walk(conn, first=first, chain=chain):
            if signed is not None:
                signed.check(entry)
            chain = entry.chain
        check_end(conn, Head(seq=last, chain=chain))
    except BookBroken as broken:
        return Verification(
            holds=False,
            entries=entries,
            head=chain.hex(),
            broken_at=cast("int", broken.detail["seq"]),
            sentence=broken.message,
        )
    checked = "every byte of it holds" if first == 1 else f"the last {last - first + 1} hold"
    return Verification(
        holds=True,
        entries=entries,
        head=chain.hex(),
        broken_at=None,
        sentence=f"The book has {entries} entries and {checked}.",
    )


class _Signed:
    """Holds what was signed of the book against its entries, as they go by."""

    def __init__(self, conn: Connection) -> None:
        table = tables.checkpoint
        self._marks = [
            (row.size, row.root)
            for row in conn.execute(select(table.c.size, table.c.root).order_by(table.c.size.desc()))
        ]
        self._edge = Frontier()

    def check(self, entry: Entry) -> None:
        """Take the next entry in.

        Raises:
            BookBroken: what was signed up to here is another book.
        """
        if not self._marks:
            return
        self._edge.append(entry.leaf)
        while self._marks and self._marks[-1][0] == self._edge.size:
            _, root = self._marks.pop()
            if root != self._edge.root():
                raise BookBroken(
                    f"The book does not hold: its first {entry.seq} entries are not those of the checkpoint; "
                    f"restore it from a backup.",
                    seq=entry.seq,
                )


def _chain_before(conn: Connection, first: int) -> bytes:
    if first == 1:
        return ROOT
    before = select(bytes_of(tables.entry.c.chain)).where(tables.entry.c.seq == first - 1)
    return _bytes(conn.execute(before).scalar())


def walk(conn: Connection, *, first: int = 1, chain: bytes = ROOT) -> Iterator[Entry]:
    """Read entries in order, each checked in every column before it is handed on.

    Args:
        conn: sees one moment of the book.
        first: number of the entry to begin with.
        chain: the chain's hash before it.

    Raises:
        BookBroken: an entry is not what was chained; names it.
    """
    expected = first
    begin = first if first > 1 else _LOWEST  # what was put before the first entry is seen as well
    while found := rows.fetch(conn, _ROWS, first=begin, most=_BATCH):
        for row in found:
            seq, at, kind, actor, production, body, leaf, after = row
            entry = _whole(seq, body, leaf, after, chain) if seq == expected else None
            if entry is None or (
                (at, kind, actor, production)
                != (entry.at.encode(), entry.kind.encode(), entry.actor.encode(), _spelled(entry.production))
            ):
                number, matter = _matter(row, expected, chain)
                raise BookBroken(f"The book does not hold: {matter}; restore it from a backup.", seq=number)
            yield entry
            chain = after
            expected += 1
        begin = expected


def _whole(seq: int, body: bytes, leaf: bytes, chain: bytes, before: bytes) -> Entry | None:
    """The entry, if its bytes are what was hashed and chained as this number."""
    if type(body) is not bytes or leaf_hash(body) != leaf or chain_hash(before, leaf) != chain:
        return None
    try:
        entry = _entry(seq, body, leaf, chain)
    except BookBroken:
        return None
    return entry if entry.seq == seq else None


def check_end(conn: Connection, end: Head) -> None:
    """Hold where the book ends against where it is known to have ended.

    Raises:
        BookBroken: entries were cut off, or added behind its back.
    """
    row = conn.execute(select(tables.head.c.seq, bytes_of(tables.head.c.chain).label("chain"))).first()
    told = Head(seq=row.seq, chain=_bytes(row.chain)) if row else Head(seq=0, chain=ROOT)
    if told == end:
        return
    if told.seq > end.seq:
        at, matter = end.seq + 1, f"entries from {end.seq + 1} on are gone; there were {told.seq}"
    else:
        at, matter = min(told.seq + 1, max(end.seq, 1)), f"it should end at entry {told.seq} and does not"
    raise BookBroken(f"The book does not hold: {matter}; restore it from a backup.", seq=at)


# As bytes: a damaged text column may not be text any more.
_ROWS = (
    select(
        tables.entry.c.seq,
        *(
            bytes_of(tables.entry.c[name]).label(name)
            for name in ("at", "kind", "actor", "production", "body", "leaf", "chain")
        ),
    )
    .where(tables.entry.c.seq >= bindparam("first"))
    .order_by(tables.entry.c.seq)
    .limit(bindparam("most", type_=Integer))
)


def _matter(row: tuple[Any, ...], expected: int, chain: bytes) -> tuple[int, str]:
    """The number of the entry that does not hold, and what is the matter with it."""
    seq, _, _, _, _, body, kept, after = row
    leaf = leaf_hash(_bytes(body))
    try:
        entry = _entry(seq, _bytes(body), leaf, chain)
    except BookBroken:
        return expected, f"entry {expected} cannot be read"
    if seq != expected:
        # its own bytes say which it is; if they are whole, its number was changed, else one is missing
        moved = leaf == kept and entry.seq != seq
        at, matter = (entry.seq, "bears another number") if moved else (expected, "is missing")
    elif leaf != kept:
        at, matter = expected, "was changed (its hash is not that of its bytes)"
    elif chain_hash(chain, leaf) != after:
        at, matter = expected, "is not the one that was chained"
    else:
        at, matter = expected, "has a column that is not what its bytes say"
    return at, f"entry {at} {matter}"


def _spelled(text: str | None) -> bytes | None:
    return None if text is None else text.encode()


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
