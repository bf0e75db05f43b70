"""Checks the book byte by byte, and names the first entry that is not what was chained."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from circletake.db import tables
from circletake.db.bytes_of import bytes_of
from circletake.errors import BookBroken, EntryInvalid
from circletake.ledger.canonical import read_canonical
from circletake.ledger.chain import ROOT, chain_hash, leaf_hash
from circletake.ledger.entries import FORMAT, Entry

_MEMBERS = {"actor", "at", "body", "kind", "production", "seq", "session", "v"}
_BATCH = 1000


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
    try:
        members = read_canonical(row.body)
    except EntryInvalid as broken:
        raise BookBroken(f"Entry {row.seq} cannot be read: {broken.message}", seq=row.seq) from None
    if members.keys() != _MEMBERS or members["v"] != FORMAT or not isinstance(members["body"], dict):
        raise BookBroken(f"Entry {row.seq} does not have the shape of an entry.", seq=row.seq)
    return Entry(
        seq=members["seq"],
        at=members["at"],
        kind=members["kind"],
        actor=members["actor"],
        session=members["session"],
        production=members["production"],
        body=members["body"],
        raw=row.body,
        leaf=row.leaf,
        chain=row.chain,
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
    chain = ROOT
    if first > 1:
        before = select(bytes_of(tables.entry.c.chain)).where(tables.entry.c.seq == first - 1)
        chain = _bytes(conn.execute(before).scalar())
    expected = first
    rows = _ROWS if first == 1 else _ROWS.where(tables.entry.c.seq >= first)
    found = conn.execute(rows.execution_options(yield_per=_BATCH))
    for row in found:
        wrong = _check(row, expected, chain)
        if wrong is not None:
            found.close()
            at, matter = wrong
            return _broken(entries, chain, at, f"entry {at} {matter}")
        chain = _bytes(row.chain)
        expected += 1
    head = conn.execute(select(tables.head.c.seq, bytes_of(tables.head.c.chain).label("chain"))).first()
    ends = (head.seq, _bytes(head.chain)) if head else (0, ROOT)
    if ends[0] > last:
        return _broken(entries, chain, last + 1, f"entries from {last + 1} on are gone; there were {ends[0]}")
    if ends != (last, chain):
        at = min(ends[0] + 1, max(last, 1))
        return _broken(entries, chain, at, f"it should end at entry {ends[0]} and does not")
    checked = "every byte of it holds" if first == 1 else f"the last {last - first + 1} hold"
    return Verification(
        holds=True,
        entries=entries,
        head=chain.hex(),
        broken_at=None,
        sentence=f"The book has {entries} entries and {checked}.",
    )


# As bytes: a damaged text column may not be text any more.
_ROWS = select(
    tables.entry.c.seq,
    *(
        bytes_of(tables.entry.c[name]).label(name)
        for name in ("at", "kind", "actor", "production", "body", "leaf", "chain")
    ),
).order_by(tables.entry.c.seq)


def _check(row: Row[Any], expected: int, chain: bytes) -> tuple[int, str] | None:
    """The number of the entry that does not hold and what is the matter, or None."""
    leaf = leaf_hash(_bytes(row.body))
    is_itself = leaf == row.leaf
    try:
        entry = entry_of(row)
    except BookBroken:
        return expected, "cannot be read"
    if row.seq != expected:
        # its own bytes say which it is; if they are whole, its number was changed, else one is missing
        moved = is_itself and entry.seq != row.seq
        return (entry.seq, "bears another number") if moved else (expected, "is missing")
    if not is_itself:
        return expected, "was changed (its hash is not that of its bytes)"
    if chain_hash(chain, leaf) != row.chain:
        return expected, "is not the one that was chained"
    columns = (row.seq, row.at, row.kind, row.actor, row.production)
    told = (entry.seq, *(_spelled(text) for text in (entry.at, entry.kind, entry.actor, entry.production)))
    return None if columns == told else (expected, "has a column that is not what its bytes say")


def _spelled(text: str | None) -> bytes | None:
    return text.encode() if isinstance(text, str) else None


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""


def _broken(entries: int, chain: bytes, at: int, matter: str) -> Verification:
    return Verification(
        holds=False,
        entries=entries,
        head=chain.hex(),
        broken_at=at,
        sentence=f"The book does not hold: {matter}; restore it from a backup.",
    )
