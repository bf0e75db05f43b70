"""Add, change, remove and find rows by equal columns.

Each statement is built by SQLAlchemy once and kept as the text its dialect speaks; from then on it goes
to the driver straight away, inside the connection's own transaction. A replay is millions of them, and
what SQLAlchemy does around each costs ten times what the database does.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    Boolean,
    Connection,
    Delete,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPICursor, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

_WHERE = "where_"
_SET = "set_"
_MAX_IN = 500  # values in one IN list; SQLite takes a thousand bound values in old builds

_Statement = Insert | Update | Delete | Select[Any]
_Run = Callable[[Connection, Sequence[object]], DBAPICursor]
# By dialect, what is done, table and columns; as many as the source has calls.
_kept: dict[tuple[object, ...], _Run] = {}
# Both speak ON CONFLICT alike; SQLAlchemy has it in their own inserts alone.
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def add(conn: Connection, table: Table, **values: object) -> None:
    """Add a row."""
    key = (conn.dialect.name, "add", table, *values)
    run = _kept.get(key) or _keep(conn, key, insert(table), values, columns=list(values))
    run(conn, [*values.values()]).close()


def add_all(conn: Connection, table: Table, values: Sequence[dict[str, Any]]) -> None:
    """Add many rows that all have the same columns."""
    if values:
        conn.execute(insert(table), values)


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
        set_: dict[str, Any] = {name: bindparam(_SET + name) for name in told}
        conn.execute(update(table).where(*_equal(table, where)).values(set_), bound)


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
    key = (conn.dialect.name, "change", table, *where, "", *values)
    run = _kept.get(key)
    if run is None:
        set_: dict[str, Any] = {name: bindparam(_SET + name) for name in values}
        names = [*(_WHERE + name for name in where), *(_SET + name for name in values)]
        run = _keep(conn, key, update(table).where(*_equal(table, where)).values(set_), names)
    cursor = run(conn, [*where.values(), *values.values()])
    count = cursor.rowcount  # a closed cursor does not know any more
    cursor.close()
    return count


def put(conn: Connection, table: Table, where: dict[str, Any], **values: object) -> None:
    """Change the row whose columns equal `where`, or add it."""
    if change(conn, table, where, **values) == 0:
        add(conn, table, **where, **values)


def add_once(conn: Connection, table: Table, where: dict[str, Any], **values: object) -> None:
    """Add a row, unless there is one with this primary key already: then that one stands."""
    key = (conn.dialect.name, "add once", table, *where, *values)
    given = {**where, **values}
    run = _kept.get(key)
    if run is None:
        adding = _INSERTS[conn.dialect.name](table).on_conflict_do_nothing(index_elements=list(where))
        run = _keep(conn, key, adding, given, columns=list(given))
    run(conn, [*given.values()]).close()


def put_lasting(
    conn: Connection, table: Table, where: dict[str, Any], lasting: str, **values: object
) -> None:
    """Put a row by its primary key; a column of yes and no that was yes once stays yes.

    Args:
        lasting: that column; `values` has it too.
    """
    key = (conn.dialect.name, "put lasting", table, lasting, *where, *values)
    given = {**where, **values}
    run = _kept.get(key)
    if run is None:
        adding = _INSERTS[conn.dialect.name](table)
        set_: dict[str, Any] = {name: adding.excluded[name] for name in values}
        set_[lasting] = or_(table.c[lasting], adding.excluded[lasting])
        putting = adding.on_conflict_do_update(index_elements=list(where), set_=set_)
        run = _keep(conn, key, putting, given, columns=list(given))
    run(conn, [*given.values()]).close()


def remove(conn: Connection, table: Table, **where: object) -> None:
    """Remove the rows whose columns equal `where`."""
    key = (conn.dialect.name, "remove", table, *where)
    run = _kept.get(key) or _keep(conn, key, delete(table).where(*_equal(table, where)), _prefixed(where))
    run(conn, [*where.values()]).close()


def find(conn: Connection, table: Table, column: str, **where: object) -> object:
    """One column of the first row whose columns equal `where`, or None."""
    key = (conn.dialect.name, "find", table, column, *where)
    run = _kept.get(key)
    if run is None:
        query = select(table.c[column]).where(*_equal(table, where)).limit(1)
        run = _keep(conn, key, query, _prefixed(where))
    cursor = run(conn, [*where.values()])
    row = cursor.fetchone()
    cursor.close()
    if not row:
        return None
    return bool(row[0]) if isinstance(table.c[column].type, Boolean) else row[0]


def fetch(conn: Connection, query: Select[Any], **bound: object) -> list[tuple[Any, ...]]:
    """Every row of a query, as the driver gives it.

    Args:
        query: kept as it is; make it once, at the top of a module.
        bound: value for each of its parameters.
    """
    key = (conn.dialect.name, "fetch", query, *bound)
    run = _kept.get(key) or _keep(conn, key, query, bound)
    cursor = run(conn, [*bound.values()])
    rows = cursor.fetchall()
    cursor.close()
    return cast("list[tuple[Any, ...]]", rows)


@cache
def _held(table: Table, column: str) -> Select[Any]:
    return select(table.c[column]).where(table.c[column].in_(bindparam("values", expanding=True)))


def _equal(table: Table, names: Iterable[str]) -> list[Any]:
    return [table.c[name] == bindparam(_WHERE + name) for name in names]


def _prefixed(names: Iterable[str]) -> list[str]:
    return [_WHERE + name for name in names]


def _keep(
    conn: Connection,
    key: tuple[object, ...],
    statement: _Statement,
    names: Iterable[str],
    *,
    columns: list[str] | None = None,
) -> _Run:
    """Compile a statement and keep how to run it.

    Args:
        names: parameters, in the order in which their values will come.
        columns: those an insert fills.
    """
    dialect = conn.dialect
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    text = str(compiled)
    arrange = _arranged(compiled, list(names))
    spell = _spelling(compiled, dialect, list(names))

    def run(conn: Connection, values: Sequence[object]) -> DBAPICursor:
        if not conn.in_transaction():
            conn.begin()
        if spell:
            values = list(values)
            for at, write in spell:
                values[at] = write(values[at])
        cursor = conn.connection.cursor()
        try:
            cursor.execute(text, arrange(values))
        except dialect.loaded_dbapi.Error as failed:
            cursor.close()
            error = dialect.loaded_dbapi.Error
            raise DBAPIError.instance(text, None, failed, error, dialect=dialect) from failed
        return cursor

    _kept[key] = run
    return run


def _arranged(compiled: SQLCompiler, names: list[str]) -> Callable[[Sequence[object]], Any]:
    """What puts values in the order, or under the names, that the statement's text has them."""
    fixed = {name: bound.value for bound, name in compiled.bind_names.items() if not bound.required}
    if compiled.positiontup is None:
        return lambda values: {**fixed, **dict(zip(names, values, strict=True))}
    tail = list(fixed.values())
    known = [*names, *fixed]
    places = [known.index(name) for name in compiled.positiontup]
    if places == list(range(len(names))):
        return lambda values: values
    return lambda values: [[*values, *tail][at] for at in places] if tail else [values[at] for at in places]


def _spelling(
    compiled: SQLCompiler, dialect: Dialect, names: list[str]
) -> list[tuple[int, Callable[[Any], Any]]]:
    """Place of a value, and what turns it into the driver's own, for those that need it."""
    found = [
        (names.index(name), bound.type.dialect_impl(dialect).bind_processor(dialect))
        for bound, name in compiled.bind_names.items()
        if name in names
    ]
    return [(at, write) for at, write in found if write is not None]
