"""PostgreSQL as a studio speaks it: a server, many processes, the book's end as a row that is locked.

Isolation, thought through. Writers are READ COMMITTED and lock the one row of `head` before they look at
anything: whatever they read after that lock is newer than every commit before it, and nobody else has a
number until they commit. So numbers have no gaps, and entry n is seen before n+1. A snapshot taken before
the lock (REPEATABLE READ) would be as old as the wait was long. Readers are REPEATABLE READ and read-only:
one moment, however many statements.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, Connection, Engine, Table, create_engine, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.dialects.postgresql.base import PGTypeCompiler
from sqlalchemy.engine import URL
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from circletake.db import tables
from circletake.db.dialect import BUSY_TIMEOUT_MS, Breach, Version
from circletake.db.plpgsql import CATALOG, GUARDS
from circletake.errors import (
    BookBroken,
    CircletakeError,
    ConfigInvalid,
    DatabaseBusy,
    DiskFull,
    NotFound,
)

# A server with a book, a jobs' pool and a wire holds at most 44 connections; PostgreSQL gives out 100.
_POOLS = {True: (8, 22), False: (4, 8)}  # durable → kept open, opened when busy
# Somebody who holds the book's end and does not go on (a stopped machine) is cut off after this.
_IDLE_TIMEOUT_MS = 60_000
_CONNECT_TIMEOUT_S = 10
# Any two numbers that nobody else uses: "circ", "schm" in ASCII.
_SCHEMA_LOCK = (0x63697263, 0x7363686D)
# Source: PostgreSQL documentation, Appendix A, error codes; two letters name a class.
_FULL = {"53100"}
_BROKEN = {"XX001", "XX002"}
_AWAY = {
    "08": "the connection was lost",
    "53": "it has no room for more",
    "57": "it was stopped",
    "58": "its system failed it",
}
_TRY_AGAIN = {
    "25P03": "a transaction stood idle for too long",
    "40001": "others wrote the same rows",
    "40P01": "others wrote the same rows",
    "55P03": "others held the lock for half a minute",
}
_TEXT = {"22021", "22P05"}
_FOREIGN, _UNIQUE = "23503", "23505"


class PostgreSQL:
    """For more than one machine, or more than one server."""

    name = "postgresql"
    keeps_jobs_apart = False

    @property
    def guards(self) -> Mapping[str, str]:
        """Name → text of the triggers' functions."""
        return {name: guard.source for name, guard in GUARDS.items()}

    def open(self, url: URL, *, durable: bool) -> Engine:
        """Make an engine of a database on a server.

        Raises:
            ConfigInvalid: no database is named, or the driver is not installed.
        """
        if not url.database:
            raise ConfigInvalid(
                f"“{url.render_as_string(hide_password=True)}” names no database; end it with one: /NAME."
            )
        size, more = _POOLS[durable]
        try:
            engine = create_engine(
                url.set(drivername="postgresql+psycopg"),
                isolation_level="READ COMMITTED",
                pool_size=size,
                max_overflow=more,
                pool_timeout=BUSY_TIMEOUT_MS / 1000,
                pool_pre_ping=True,  # a server that was started again is found by whoever asks next
                connect_args={
                    "application_name": "circletake" if durable else "circletake jobs",
                    "connect_timeout": _CONNECT_TIMEOUT_S,
                    "client_encoding": "utf8",
                    "options": _options(
                        # as PRAGMA synchronous is: FULL for the book, and not waited for by jobs
                        synchronous_commit="on" if durable else "off",
                        lock_timeout=BUSY_TIMEOUT_MS,
                        idle_in_transaction_session_timeout=_IDLE_TIMEOUT_MS,
                    ),
                },
            )
        except ModuleNotFoundError:
            raise ConfigInvalid(
                "PostgreSQL needs a driver that is not installed; run pip install 'circletake[postgresql]'."
            ) from None
        engine.dialect.type_compiler_instance = _Types(engine.dialect)
        return engine

    @contextmanager
    def reading(self, engine: Engine) -> Iterator[Connection]:
        """A connection that sees one moment and cannot write."""
        with engine.connect() as conn:
            yield conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def writing(self, engine: Engine) -> Iterator[Connection]:
        """A connection in a transaction; whoever writes the book locks its end first."""
        with engine.begin() as conn:
            yield conn

    def lock_book(self, conn: Connection) -> None:
        """Lock the row that says where the book ends."""
        if conn.execute(_HEAD).first() is None:
            # Before the first entry there is no row: make it, or wait for whoever makes it now.
            conn.execute(_FIRST_HEAD)
            conn.execute(_HEAD)

    def lock_schema(self, conn: Connection) -> None:
        """Take the lock that every upgrade takes.

        Raises:
            ConfigInvalid: the database cannot hold every text.
        """
        conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_SCHEMA_LOCK[0]}, {_SCHEMA_LOCK[1]})")
        encoding = conn.exec_driver_sql("SHOW server_encoding").scalar()
        if encoding != "UTF8":
            raise ConfigInvalid(
                f"The database's encoding is {encoding}; create one with ENCODING 'UTF8' for the studio."
            )

    def put_guards(self, conn: Connection) -> None:
        """Drop and make every trigger with its function."""
        schema = _schema(conn)
        for name, guard in GUARDS.items():
            for sql in guard.sql(name, schema):
                conn.exec_driver_sql(sql)

    def broken_guards(self, conn: Connection) -> list[str]:
        """Triggers that are missing, switched off, or call something else."""
        path = f"search_path={_schema(conn)}, pg_temp"
        found = {
            row.name: (row.table, row.type_bits, tuple(row.columns), row.source, row.enabled)
            for row in conn.exec_driver_sql(CATALOG)
            if row.is_unconditional and row.config == path
        }
        return [name for name, guard in GUARDS.items() if found.get(name) != tuple(guard.shape)]

    def error_of(self, failed: DBAPIError) -> CircletakeError | None:
        """What PostgreSQL's code means, if it is the world's fault; a lost connection has no code."""
        code = str(getattr(failed.orig, "sqlstate", None) or "")
        said = _first_line(failed.orig)
        if code in _FULL:
            return DiskFull("The database's disk is full and nothing was recorded; free some room there.")
        if isinstance(failed, DataError) and (not code or code in _TEXT):
            # what is written was looked at before; so somebody looks for what cannot be there
            return NotFound("Nothing is called so: a name holds a character that no text here has.")
        if code in _BROKEN:
            return BookBroken(f"The database is damaged ({said}); restore it from a backup.")
        why = _TRY_AGAIN.get(code) or _AWAY.get(code[:2])
        if why is None and (failed.connection_invalidated or (not code and _is_operational(failed))):
            why = "the connection was lost"
        if why is None:
            return None
        return DatabaseBusy(
            f"The database cannot be had now: {why} ({said}). Try again: nothing is recorded by halves."
        )

    def breach_of(self, refused: IntegrityError) -> Breach:
        """By its code."""
        code = getattr(refused.orig, "sqlstate", None)
        if code == _FOREIGN:
            return Breach("foreign", _first_line(refused.orig))
        return Breach("unique" if code == _UNIQUE else "other", _first_line(refused.orig))

    def insert(self, table: Table) -> Any:  # noqa: ANN401 - as the protocol has it
        """PostgreSQL's insert with conflict clauses."""
        return insert(table)

    def roomy(self, conn: Connection) -> None:
        """Nothing to do: the server has its own buffers."""

    def zeroing(self, conn: Connection) -> None:
        """Nothing to do here: what is deleted stays in dead rows until they are written anew."""

    def scrub(self, engine: Engine, tables: Sequence[Table]) -> None:
        """Write the tables anew; archives of the WAL and backups are the operator's to let go."""
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            for table in tables:
                conn.exec_driver_sql(f'VACUUM (FULL) "{table.name}"')

    def version(self, engine: Engine) -> Version:
        """Its snapshot, which differs after every commit on the server, whoever's."""
        return _Snapshot(engine)


class _Snapshot:
    """Which transactions have ended: any commit takes one out of those in progress, or raises the end.

    Source:
        PostgreSQL documentation, pg_current_snapshot.
    """

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def read(self) -> object:
        return self._connection.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar()

    def close(self) -> None:
        with contextlib.suppress(Exception):  # it may be gone with its server, which is as good
            self._connection.close()


class _Types(PGTypeCompiler):
    """Types that hold what SQLite's hold, in SQLite's order.

    A length in `tables` says what is usual, and SQLite holds nobody to it; its integers have 64 bits; it
    orders text by bytes. A studio can move from one to the other only if all of that is the same here.
    """

    def visit_VARCHAR(self, type_: Any, **how: Any) -> str:  # noqa: ANN401, ARG002, N802 - SQLAlchemy's own signature
        return "VARCHAR" + _ordered_by_bytes(how)

    def visit_TEXT(self, type_: Any, **how: Any) -> str:  # noqa: ANN401, ARG002, N802 - SQLAlchemy's own signature
        return "TEXT" + _ordered_by_bytes(how)

    def visit_INTEGER(self, type_: Any, **how: Any) -> str:  # noqa: ANN401, ARG002, N802 - SQLAlchemy's own signature
        return "BIGINT" if _makes_a_column(how) else "INTEGER"


def _makes_a_column(how: dict[str, Any]) -> bool:
    return isinstance(how.get("type_expression"), Column)


def _ordered_by_bytes(how: dict[str, Any]) -> str:
    return ' COLLATE "C"' if _makes_a_column(how) else ""  # a cast takes no collation


_HEAD = select(tables.head.c.seq).where(tables.head.c.id == 1).with_for_update()
_FIRST_HEAD = insert(tables.head).values(id=1, seq=0, chain=bytes(32)).on_conflict_do_nothing()


def _options(**settings: object) -> str:
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def _schema(conn: Connection) -> str:
    return str(conn.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one())


def _is_operational(failed: DBAPIError) -> bool:
    return type(failed.orig).__name__ in {"OperationalError", "InterfaceError"}


def _first_line(error: BaseException | None) -> str:
    return (str(error).strip().splitlines() or ["no reason was given"])[0]
