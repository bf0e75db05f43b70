"""Add, change, remove and find rows by equal columns, with statements that are built once."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Delete,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    insert,
    select,
    update,
)

_WHERE = "where_"
_SET = "set_"
_MAX_IN = 500  # values in one IN list; SQLite takes a thousand bound values in old builds


def add(conn: Connection, table: Table, **values: object) -> None:
    """Add a row."""
    conn.execute(_insert(table), values)


def add_all(conn: Connection, table: Table, values: Sequence[dict[str, Any]]) -> None:
    """Add many rows that all have the same columns."""
    if values:
        conn.execute(_insert(table), values)


def change_all(
    conn: Connection, table: Table, where: Sequence[str], values: Sequence[dict[str, Any]]
) -> None:
    """Change many rows: in each, the columns of `where` say which, the others how."""
    if values:
        told = tuple(name for name in values[0] if name not in where)
        bound = [
            {(_WHERE if name in where else _SET) + name: value for name, value in row.items()}
            for row in values
        ]
        conn.execute(_update(table, tuple(where), told), bound)


def among(conn: Connection, table: Table, column: str, values: Sequence[str]) -> set[str]:
    """Which of these values a column holds."""
    found: set[str] = set()
    for start in range(0, len(values), _MAX_IN):
        found |= set(
            conn.execute(_held(table, column), {"values": values[start : start + _MAX_IN]}).scalars()
        )
    return found


def change(conn: Connection, table: Table, where: dict[str, Any], **values: object) -> int:
    """Change the rows whose columns equal `where`.

    Returns:
        How many there were.
    """
    bound = {_WHERE + name: value for name, value in where.items()}
    bound |= {_SET + name: value for name, value in values.items()}
    return conn.execute(_update(table, tuple(where), tuple(values)), bound).rowcount


def put(conn: Connection, table: Table, where: dict[str, Any], **values: object) -> None:
    """Change the row whose columns equal `where`, or add it."""
    if change(conn, table, where, **values) == 0:
        add(conn, table, **where, **values)


def remove(conn: Connection, table: Table, **where: object) -> None:
    """Remove the rows whose columns equal `where`."""
    conn.execute(_delete(table, tuple(where)), {_WHERE + name: value for name, value in where.items()})


def find(conn: Connection, table: Table, column: str, **where: object) -> object:
    """One column of the first row whose columns equal `where`, or None."""
    bound = {_WHERE + name: value for name, value in where.items()}
    return conn.execute(_select(table, column, tuple(where)), bound).scalar()


@cache
def _insert(table: Table) -> Insert:
    return insert(table)


@cache
def _held(table: Table, column: str) -> Select[Any]:
    return select(table.c[column]).where(table.c[column].in_(bindparam("values", expanding=True)))


@cache
def _update(table: Table, where: tuple[str, ...], values: tuple[str, ...]) -> Update:
    chosen = (table.c[name] == bindparam(_WHERE + name) for name in where)
    return update(table).where(*chosen).values({name: bindparam(_SET + name) for name in values})


@cache
def _delete(table: Table, where: tuple[str, ...]) -> Delete:
    return delete(table).where(*(table.c[name] == bindparam(_WHERE + name) for name in where))


@cache
def _select(table: Table, column: str, where: tuple[str, ...]) -> Select[Any]:
    chosen = (table.c[name] == bindparam(_WHERE + name) for name in where)
    return select(table.c[column]).where(*chosen).limit(1)
