"""SQLite as a studio speaks it: a file, WAL, one writer at a time.

Writers begin `IMMEDIATE`, so that two of them queue instead of one failing half-way; readers begin
deferred and are `query_only`. The driver's own transaction handling is off: it starts none for
reads and would split schema changes from what goes with them.
"""

import contextlib
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import ConnectionPoolEntry

from circletake.db.dialect import BUSY_TIMEOUT_MS, Breach, Version
from circletake.db.triggers import TRIGGERS
from circletake.errors import BookBroken, CircletakeError, ConfigInvalid, DatabaseBusy, DiskFull

_POOL_SIZE = 8
_POOL_OVERFLOW = 56  # an open event stream holds no connection, a request holds one
_READING = "circletake_reading"
# SQLite's primary result codes; the upper bytes of an extended code say more and are masked off.
# Source: https://www.sqlite.org/rescode.html
_ROOM_KIB = 256 * 1024  # a quarter of what a replay may take
_PRIMARY_MASK = 0xFF
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN}
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _write_ahead(driver: sqlite3.Connection) -> None:
    """Switch to WAL; of several that do so to a new file at once SQLite lets some not wait but fail."""
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            driver.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as busy:
            if busy.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.005)
        else:
            return


class SQLite:
    """The embedded default."""

    name = "sqlite"
    keeps_jobs_apart = True

    @property
    def guards(self) -> Mapping[str, str]:
        """Name → SQL of the triggers."""
        return TRIGGERS

    def open(self, url: URL, *, durable: bool) -> Engine:
        """Make an engine of a file.

        Raises:
            ConfigInvalid: no file is named.
        """
        if not url.database or url.database == ":memory:":
            raise ConfigInvalid(
                f"“{url.render_as_string(hide_password=True)}” names no file; give the path of one, "
                f"such as book.sqlite."
            )
        engine = create_engine(
            url,
            pool_size=_POOL_SIZE,
            max_overflow=_POOL_OVERFLOW,
            pool_timeout=BUSY_TIMEOUT_MS / 1000,
            # the pool hands a connection to one thread at a time, which is what the driver asks for
            connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
        )
        synchronous = "FULL" if durable else "NORMAL"

        def prepare(driver: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
            driver.isolation_level = None
            driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            _write_ahead(driver)
            driver.execute(f"PRAGMA synchronous={synchronous}")
            driver.execute("PRAGMA foreign_keys=ON")
            if sys.platform == "darwin":
                # there fsync alone leaves bytes in the drive's cache
                driver.execute("PRAGMA fullfsync=ON")
                driver.execute("PRAGMA checkpoint_fullfsync=ON")

        event.listen(engine, "connect", prepare)
        event.listen(engine, "begin", _begin)
        return engine

    @contextmanager
    def reading(self, engine: Engine) -> Iterator[Connection]:
        """A connection that sees one moment and cannot write."""
        with engine.connect() as conn:
            driver = _driver(conn)
            driver.execute("PRAGMA query_only=ON")
            try:
                yield conn.execution_options(**{_READING: True})
            finally:
                conn.rollback()
                driver.execute("PRAGMA query_only=OFF")

    @contextmanager
    def writing(self, engine: Engine) -> Iterator[Connection]:
        """A connection that holds the one write lock from its first statement to its commit."""
        with engine.begin() as conn:
            yield conn

    def lock_book(self, conn: Connection) -> None:
        """Nothing to do: `BEGIN IMMEDIATE` holds the whole file."""

    def lock_schema(self, conn: Connection) -> None:
        """Nothing to do: `BEGIN IMMEDIATE` holds the whole file."""

    def put_guards(self, conn: Connection) -> None:
        """Drop and make every trigger."""
        for name, sql in TRIGGERS.items():
            conn.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
            conn.exec_driver_sql(sql)

    def broken_guards(self, conn: Connection) -> list[str]:
        """Triggers that are missing, or whose text is not ours."""
        rows = conn.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = {row.name: _flat(row.sql) for row in rows}
        return [name for name, sql in TRIGGERS.items() if found.get(name) != _flat(sql)]

    def error_of(self, failed: DBAPIError) -> CircletakeError | None:
        """What SQLite's result code means, if it is the world's fault."""
        code = getattr(failed.orig, "sqlite_errorcode", None)
        if code is None:
            return None
        primary = code & _PRIMARY_MASK
        if primary == sqlite3.SQLITE_FULL:
            return DiskFull("The disk is full and nothing was recorded; free some room and try again.")
        if primary in _BUSY:
            return DatabaseBusy(f"The database cannot be had now ({failed.orig}); try again in a moment.")
        if primary in _BROKEN:
            return BookBroken(f"The database file is damaged ({failed.orig}); restore it from a backup.")
        if primary == sqlite3.SQLITE_IOERR:
            return DatabaseBusy(f"The disk does not answer ({failed.orig}); check it, then try again.")
        return None

    def breach_of(self, refused: IntegrityError) -> Breach:
        """Read it out of SQLite's words, which is where it says so."""
        said = str(refused.orig)
        if "FOREIGN KEY" in said:
            return Breach("foreign", said)
        return Breach("unique" if "UNIQUE" in said else "other", said)

    def insert(self, table: Table) -> Any:  # noqa: ANN401 - as the protocol has it
        """SQLite's insert with conflict clauses."""
        return insert(table)

    def roomy(self, conn: Connection) -> None:
        """A larger page cache."""
        conn.exec_driver_sql(f"PRAGMA cache_size=-{_ROOM_KIB}")

    def zeroing(self, conn: Connection) -> None:
        """SQLite has a word for it."""
        conn.exec_driver_sql("PRAGMA secure_delete=ON")

    def scrub(self, engine: Engine, tables: Sequence[Table]) -> None:
        """Write the whole file anew and empty its WAL; one table alone cannot be."""
        raw = engine.raw_connection()
        try:
            cursor = raw.cursor()
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as busy:
            raise DatabaseBusy(
                f"What was erased is gone from every table and zeroed in its pages; "
                f"{' and '.join(table.name for table in tables)} could not be written anew ({busy}): "
                f"run VACUUM on the file when no server runs."
            ) from busy
        finally:
            raw.close()

    def version(self, engine: Engine) -> Version:
        """Its data version, which costs microseconds."""
        return _DataVersion(engine)


class _DataVersion:
    """Counts commits of every other connection, in this process and in others.

    Source:
        SQLite documentation, PRAGMA data_version.
    """

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.raw_connection()

    def read(self) -> object:
        cursor = self._connection.cursor()
        try:
            cursor.execute("PRAGMA data_version")
            row = cursor.fetchone()
        finally:
            cursor.close()
        return int(row[0]) if row else None

    def close(self) -> None:
        with contextlib.suppress(Exception):  # it may be gone with its engine, which is as good
            self._connection.close()


def _begin(conn: Connection) -> None:
    deferred = conn.get_execution_options().get(_READING, False)
    conn.exec_driver_sql("BEGIN DEFERRED" if deferred else "BEGIN IMMEDIATE")


def _driver(conn: Connection) -> sqlite3.Connection:
    driver = conn.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise ConfigInvalid("This is no SQLite database; give the path of a file.")
    return driver


def _flat(sql: str) -> str:
    return " ".join(sql.split()).rstrip(";")
