"""Moves a book to another database: every entry through that one's own guards, then compared row by row.

Entries are copied byte for byte and projected again, as a replay does it. Names, notes, accounts and
open orders are copied. What arrived must verify as a whole, end where the old book ends, and give the
same rows in every table; otherwise nothing is kept.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, Table, func, insert, select

from circletake.db import tables
from circletake.db.connect import dialect_of, lock_book, writing
from circletake.errors import AlreadyThere, BookBroken, CircletakeError
from circletake.ledger import rows
from circletake.ledger.entries import read_body
from circletake.ledger.projections import project
from circletake.ledger.replay import table_hash
from circletake.ledger.transaction import read_head
from circletake.ledger.verify import entry_of, verify

_BATCH = 500
_CLOSED = """
    CREATE TRIGGER IF NOT EXISTS entry_has_moved BEFORE INSERT ON entry
    BEGIN SELECT RAISE(ABORT, 'this book has moved to another database'); END
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move did.

    Args:
        entries: how many there are.
        head: the chain's hash at the last one, in hex; the same on both sides.
        tables: how many tables were compared.
        sentence: all this, for a person.
    """

    entries: int
    head: str
    tables: int
    sentence: str


def move_book(source: Engine, target: Engine) -> Moved:
    """Copy a book and everything beside it into an empty one; the old one takes no entry after that.

    Nobody writes the old book meanwhile. A move that broke off after its commit is taken up again.

    Args:
        source: a SQLite book, migrated.
        target: migrated.

    Raises:
        AlreadyThere: the target holds another book.
        BookBroken: the old book does not hold, or what arrived is not what left.
    """
    with writing(source) as old:
        lock_book(old)
        found = verify(old)
        if not found.holds:
            raise BookBroken(found.sentence, seq=found.broken_at)
        head = read_head(old)
        with writing(target) as new:
            lock_book(new)
            if head.seq == 0 or read_head(new) != head:
                _copy(old, new)
            compared = _compare(old, new)
        if dialect_of(source).name == "sqlite":
            old.exec_driver_sql(_CLOSED)
    return Moved(
        entries=head.seq,
        head=head.chain.hex(),
        tables=compared,
        sentence=f"All {head.seq} entries arrived and hold; {compared} tables are the same on both sides.",
    )


def beside_the_book() -> list[Table]:
    """Tables that no replay rebuilds: names, notes, accounts, open orders; in the order of their keys."""
    rebuilt = {table.name for table in tables.projections} | {tables.entry.name, tables.head.name}
    return [table for table in tables.book_metadata.sorted_tables if table.name not in rebuilt]


def _copy(old: Connection, new: Connection) -> None:
    for table in (tables.entry, *beside_the_book()):
        if new.execute(select(func.count()).select_from(table)).scalar_one():
            raise AlreadyThere(
                "There is another book in that database; name an empty one, or empty it first."
            )
    for batch in _ordered(old, tables.entry).partitions():
        for row in batch:
            columns = {column.name: getattr(row, column.name) for column in tables.entry.columns}
            rows.add(new, tables.entry, **columns)
            entry = entry_of(row)
            try:
                project(new, entry, read_body(entry.kind, entry.body))
            except CircletakeError as refused:
                raise BookBroken(
                    f"Entry {entry.seq} ({entry.kind}) cannot be moved: {refused.message}", seq=entry.seq
                ) from refused
    head = read_head(old)
    rows.put(new, tables.head, {"id": 1}, seq=head.seq, chain=head.chain)
    for table in beside_the_book():
        for some in _ordered(old, table).mappings().partitions():
            new.execute(insert(table), [dict(row) for row in some])


def _ordered(conn: Connection, table: Table) -> CursorResult[Any]:
    """A table's rows in the order of their keys, some at a time."""
    return conn.execute(
        select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_BATCH)
    )


def _compare(old: Connection, new: Connection) -> int:
    """How many tables were compared."""
    arrived = verify(new)
    if not arrived.holds or read_head(new) != read_head(old):
        raise BookBroken(f"What arrived is not what left, and is not kept: {arrived.sentence}")
    compared = [*tables.projections, *beside_the_book()]
    differing = [table.name for table in compared if table_hash(old, table) != table_hash(new, table)]
    if differing:
        raise BookBroken(
            f"These tables are not the same on both sides, and nothing is kept: {', '.join(differing)}; run "
            f"`circletake book replay`, then move again."
        )
    return len(compared)
