"""Add, change, remove and find rows by equal columns, with statements that are built once."""

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


def add(conn: Connection, table: Table, **values: object) -> None:
    """Add a row."""
    conn.execute(_insert(table), values)


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
