"""Rebuilds every projection from the book, and says whether anything had been otherwise."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, Table, delete, select

from circletake.db import tables
from circletake.db.connect import roomy
from circletake.errors import BookBroken, CircletakeError
from circletake.ledger.chain import ROOT, Head
from circletake.ledger.entries import read_body
from circletake.ledger.projections import project
from circletake.ledger.verify import check_end, walk

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay found.

    Args:
        equal: every table was byte for byte what the book says.
        entries: how many were replayed.
        differing: tables that were otherwise and have been rebuilt.
        sentence: all this, for a person.
        head: chain's hash at the last entry, in hex.
    """

    equal: bool
    entries: int
    differing: tuple[str, ...]
    sentence: str
    head: str = ""


def replay(conn: Connection) -> Replayed:
    """Empty every projection, fill it again from the book, and compare.

    Args:
        conn: holds the write lock; nothing is seen by others before its commit.

    Raises:
        BookBroken: an entry is not what was chained, or cannot be projected; names it.
    """
    roomy(conn)
    before = {table.name: table_hash(conn, table) for table in tables.projections}
    for table in reversed(tables.projections):
        conn.execute(delete(table))
    end = Head(seq=0, chain=ROOT)
    for entry in walk(conn):
        try:
            project(conn, entry, read_body(entry.kind, entry.body))
        except CircletakeError as refused:
            raise BookBroken(
                f"Entry {entry.seq} ({entry.kind}) cannot be replayed: {refused.message}", seq=entry.seq
            ) from refused
        end = Head(seq=entry.seq, chain=entry.chain)
    check_end(conn, end)
    differing = tuple(
        table.name for table in tables.projections if table_hash(conn, table) != before[table.name]
    )
    said = (
        f"these tables were otherwise and were rebuilt: {', '.join(differing)}"
        if differing
        else "nothing had changed"
    )
    return Replayed(
        equal=not differing,
        entries=end.seq,
        differing=differing,
        sentence=f"All {end.seq} entries were replayed; {said}.",
        head=end.chain.hex(),
    )


def table_hash(conn: Connection, table: Table) -> str:
    """Hash every value of every row, in whatever order the database has them.

    The sum of the rows' hashes is the same in any order, so that nothing has to be sorted.
    """
    total = 0
    for batch in conn.execute(select(table).execution_options(yield_per=_BATCH)).partitions():
        for row in batch:
            total += int.from_bytes(hashlib.sha256(repr(tuple(row)).encode()).digest(), "big")
    return f"{total % 2**256:064x}"
