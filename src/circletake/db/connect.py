"""Opens the book's and the jobs' database, brought to the newest schema, so that a commit means what it says.

Writers begin `IMMEDIATE`, so that two of them queue instead of one failing half-way; readers begin
deferred and are `query_only`. The driver's own transaction handling is off: it starts none for
reads and would split schema changes from what goes with them.
"""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from circletake.db.triggers import TRIGGERS
from circletake.errors import BookBroken, CircletakeError, ConfigInvalid, DatabaseBusy, DiskFull

NEWEST = {"book": "0002_people", "jobs": "0001"}
"""The newest schema of each history; a test holds it to the migrations."""
BUSY_TIMEOUT_MS = 30_000
_POOL_SIZE = 8
_POOL_OVERFLOW = 56  # an open event stream holds no connection, a request holds one
_READING = "circletake_reading"
# SQLite's primary result codes; the upper bytes of an extended code say more and are masked off.
# Source: https://www.sqlite.org/rescode.html
_PRIMARY_MASK = 0xFF
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN}
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def open_book(path_or_url: str | Path) -> Engine:
    """Open the database of the book and its projections; every commit is on the disk when it returns.

    Raises:
        ConfigInvalid: not a path or an address of a database that is spoken here.
    """
    return _open(path_or_url, synchronous="FULL")


def open_jobs(path_or_url: str | Path) -> Engine:
    """Open the jobs' database; a power cut may take its last commits, never the file.

    Raises:
        ConfigInvalid: not a path or an address of a database that is spoken here.
    """
    return _open(path_or_url, synchronous="NORMAL")


def migrate_book(engine: Engine) -> None:
    """Bring the book's file to the newest schema, in one transaction.

    Raises:
        ConfigInvalid: the file was written by a newer circletake.
    """
    _upgrade(engine, "book")


def migrate_jobs(engine: Engine) -> None:
    """Bring the jobs' file to the newest schema, in one transaction.

    Raises:
        ConfigInvalid: the file was written by a newer circletake.
    """
    _upgrade(engine, "jobs")


def assert_triggers(engine: Engine) -> None:
    """Make sure that what keeps the book append-only is in the database.

    Raises:
        BookBroken: names the triggers that are missing or were changed.
    """
    with reading(engine) as conn:
        rows = conn.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = {row.name: _flat(row.sql) for row in rows}
    broken = [name for name, sql in TRIGGERS.items() if found.get(name) != _flat(sql)]
    if broken:
        raise BookBroken(
            f"The book is not protected: {', '.join(broken)} is missing or was changed; "
            f"restore the database from a backup.",
            triggers=broken,
        )


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment of the database and cannot write."""
    with translated(), engine.connect() as conn:
        driver = conn.connection.driver_connection
        if not isinstance(driver, sqlite3.Connection):
            raise ConfigInvalid("Only SQLite databases are spoken here; give the path of a file.")
        driver.execute("PRAGMA query_only=ON")
        try:
            yield conn.execution_options(**{_READING: True})
        finally:
            conn.rollback()
            driver.execute("PRAGMA query_only=OFF")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection that holds the one write lock from its first statement to its commit.

    Raises:
        DatabaseBusy: another writer held the lock for half a minute.
        DiskFull: there is no room; nothing was written.
    """
    with translated(), engine.begin() as conn:
        yield conn


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors into ours; what is not the world's fault passes through."""
    try:
        yield
    except PoolTimeout as busy:
        raise DatabaseBusy("Every database connection is in use; try again in a moment.") from busy
    except DBAPIError as failed:
        known = _ours(failed)
        if known is None:
            raise
        raise known from failed


def _ours(failed: DBAPIError) -> CircletakeError | None:
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


def _open(path_or_url: str | Path, *, synchronous: str) -> Engine:
    url = _url(path_or_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        raise ConfigInvalid(
            f"“{url.render_as_string(hide_password=True)}” is not a SQLite file; give the path of one, "
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

    def prepare(driver: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
        driver.isolation_level = None
        # first, because switching to WAL has to wait for others as well
        driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        driver.execute("PRAGMA journal_mode=WAL")
        driver.execute(f"PRAGMA synchronous={synchronous}")
        driver.execute("PRAGMA foreign_keys=ON")
        if sys.platform == "darwin":
            # there fsync alone leaves bytes in the drive's cache
            driver.execute("PRAGMA fullfsync=ON")
            driver.execute("PRAGMA checkpoint_fullfsync=ON")

    def begin(conn: Connection) -> None:
        deferred = conn.get_execution_options().get(_READING, False)
        conn.exec_driver_sql("BEGIN DEFERRED" if deferred else "BEGIN IMMEDIATE")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def _url(path_or_url: str | Path) -> URL:
    if isinstance(path_or_url, Path) or "://" not in path_or_url:
        return URL.create("sqlite", database=str(path_or_url))
    try:
        return make_url(path_or_url)
    except ArgumentError:
        raise ConfigInvalid(f"“{path_or_url}” is not a database's address; give a path.") from None


def _flat(sql: str) -> str:
    return " ".join(sql.split()).rstrip(";")


def _revision(conn: Connection, history: str) -> str | None:
    table = f"{history}_version"
    if not inspect(conn).has_table(table):
        return None
    return conn.exec_driver_sql(f"SELECT version_num FROM {table}").scalar()  # noqa: S608 (one of two names)


def _upgrade(engine: Engine, history: str) -> None:
    with reading(engine) as conn:
        if _revision(conn, history) == NEWEST[history]:
            return
    from circletake.db.migrate import upgrade  # noqa: PLC0415 (a quarter of a second, seldom needed)

    with writing(engine) as conn:
        upgrade(conn, history, now=_revision(conn, history))  # again: another process may have been first
