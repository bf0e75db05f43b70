"""Opens the book's and the jobs' database, brought to the newest schema, so that a commit means what it says.

Which database it is shows in the address and nowhere else: a path is a SQLite file, `postgresql://` a
server. What differs between them is the dialects' (`sqlite`, `postgresql`).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Engine, MetaData, PrimaryKeyConstraint, String, Table, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.schema import CreateIndex, CreateTable

from circletake.db.dialect import BUSY_TIMEOUT_MS, Breach, Dialect, Version
from circletake.db.postgresql import PostgreSQL
from circletake.db.sqlite import SQLite
from circletake.db.tables import book_metadata, jobs_metadata
from circletake.errors import BookBroken, ConfigInvalid, DatabaseBusy

__all__ = [
    "BUSY_TIMEOUT_MS",
    "NEWEST",
    "assert_triggers",
    "breach_of",
    "dialect_of",
    "has_book",
    "insert_into",
    "lock_book",
    "migrate_book",
    "migrate_jobs",
    "open_book",
    "open_jobs",
    "reading",
    "roomy",
    "scrub",
    "translated",
    "version_of",
    "writing",
    "zeroing",
]

_METADATA = {"book": book_metadata, "jobs": jobs_metadata}
NEWEST = {"book": "0017_boards", "jobs": "0018_provenance"}
"""The newest schema of each history; a test holds it to the migrations."""
# In words of a database: to work them out takes longer than to run them.
_statements: dict[tuple[Any, ...], list[str]] = {}
_DIALECTS: dict[str, Dialect] = {"sqlite": SQLite(), "postgresql": PostgreSQL(), "postgres": PostgreSQL()}


def dialect_of(where: Engine | Connection) -> Dialect:
    """What is particular to the database behind an engine or a connection."""
    return _DIALECTS[where.dialect.name]


def open_book(path_or_url: str | Path | URL, *, password: str | None = None) -> Engine:
    """Open the database of the book and its projections; every commit is on the disk when it returns.

    Args:
        path_or_url: of a SQLite file, or `postgresql://USER@HOST/NAME`.
        password: of the user, where the address holds none.

    Raises:
        ConfigInvalid: not a path or an address of a database that is spoken here.
    """
    return _open(path_or_url, password, durable=True)


def open_jobs(path_or_url: str | Path | URL, *, password: str | None = None) -> Engine:
    """Open the jobs' database; a power cut may take its last commits, never the rest.

    Args:
        path_or_url: of a SQLite file, or `postgresql://USER@HOST/NAME`: the book's own.
        password: of the user, where the address holds none.

    Raises:
        ConfigInvalid: not a path or an address of a database that is spoken here.
    """
    return _open(path_or_url, password, durable=False)


def migrate_book(engine: Engine) -> None:
    """Bring the book's tables to the newest schema, in one transaction, and put its guards there.

    Raises:
        ConfigInvalid: a newer circletake wrote the database.
    """
    _upgrade(engine, "book")


def migrate_jobs(engine: Engine) -> None:
    """Bring the jobs' tables to the newest schema, in one transaction.

    Raises:
        ConfigInvalid: a newer circletake wrote the database.
    """
    _upgrade(engine, "jobs")


def has_book(engine: Engine) -> bool:
    """Whether a studio was ever made in this database."""
    with reading(engine) as conn:
        return _revision(conn, "book") is not None


def assert_triggers(engine: Engine) -> None:
    """Make sure that what keeps the book append-only is in the database.

    Raises:
        BookBroken: names the triggers that are missing or were changed.
    """
    with reading(engine) as conn:
        broken = dialect_of(engine).broken_guards(conn)
    if broken:
        raise BookBroken(
            f"The book is not protected: {', '.join(broken)} is missing or was changed; "
            f"restore the database from a backup.",
            triggers=broken,
        )


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment of the database and cannot write."""
    with translated(engine), dialect_of(engine).reading(engine) as conn:
        yield conn


def roomy(conn: Connection) -> None:
    """Let a connection that will touch everything keep more of the database in memory; until it is closed."""
    dialect_of(conn).roomy(conn)


def zeroing(conn: Connection) -> None:
    """Let a connection write zeroes over what it deletes, where that is not done later by itself."""
    dialect_of(conn).zeroing(conn)


def scrub(engine: Engine, tables: Sequence[Table]) -> None:
    """Write tables anew, so that nothing that was deleted from them is left between pages.

    Raises:
        DatabaseBusy: somebody reads or writes all the time.
    """
    with translated(engine):
        dialect_of(engine).scrub(engine, tables)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that commits at the end, or leaves nothing.

    On SQLite it holds the one write lock. On PostgreSQL others write beside it; whoever writes the book
    locks its end first.

    Raises:
        DatabaseBusy: the database is away, or another writer held the lock for half a minute.
        DiskFull: there is no room; nothing was written.
    """
    with translated(engine), dialect_of(engine).writing(engine) as conn:
        yield conn


def lock_book(conn: Connection) -> None:
    """Wait for the end of the book, and hold it until the commit."""
    dialect_of(conn).lock_book(conn)


def breach_of(conn: Connection, refused: IntegrityError) -> Breach:
    """Which promise of the schema a statement would have broken."""
    return dialect_of(conn).breach_of(refused)


def insert_into(engine: Engine, table: Table) -> Any:  # noqa: ANN401 - each dialect's own class
    """An insert that can say what happens on a conflict."""
    return dialect_of(engine).insert(table)


def version_of(engine: Engine) -> Version:
    """A cheap way to tell whether anybody has committed."""
    return dialect_of(engine).version(engine)


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Turn the driver's errors into ours; what is not the world's fault passes through."""
    try:
        yield
    except PoolTimeout as busy:
        raise DatabaseBusy("Every database connection is in use; try again in a moment.") from busy
    except DBAPIError as failed:
        known = dialect_of(engine).error_of(failed)
        if known is None:
            raise
        raise known from failed


def _open(path_or_url: str | Path | URL, password: str | None, *, durable: bool) -> Engine:
    url = _url(path_or_url)
    if password is not None:
        url = url.set(password=password)
    dialect = _DIALECTS.get(url.get_backend_name())
    if dialect is None:
        raise ConfigInvalid(
            f"“{url.render_as_string(hide_password=True)}” is no database that is spoken here; give the "
            f"path of a file, or postgresql://USER@HOST/NAME."
        )
    return dialect.open(url, durable=durable)


def _url(path_or_url: str | Path | URL) -> URL:
    if isinstance(path_or_url, URL):
        return path_or_url
    if isinstance(path_or_url, Path) or "://" not in path_or_url:
        return URL.create("sqlite", database=str(path_or_url))
    try:
        return make_url(path_or_url)
    except (ArgumentError, ValueError):
        # not shown: there may be a password in it
        raise ConfigInvalid(
            "The database's address cannot be read; give a path, or postgresql://USER@HOST/NAME."
        ) from None


def _revision(conn: Connection, history: str) -> str | None:
    table = f"{history}_version"
    if not inspect(conn).has_table(table):
        return None
    return conn.exec_driver_sql(f"SELECT version_num FROM {table}").scalar()  # noqa: S608 (one of two names)


def _upgrade(engine: Engine, history: str) -> None:
    with reading(engine) as conn:
        if _revision(conn, history) == NEWEST[history]:
            return
    dialect = dialect_of(engine)
    with writing(engine) as conn:
        dialect.lock_schema(conn)
        now = _revision(conn, history)  # again: another process may have been first
        if now == NEWEST[history]:
            return
        if now is None:
            _make(conn, history)
        else:
            from circletake.db.migrate import upgrade  # noqa: PLC0415 (a quarter of a second, seldom needed)

            upgrade(conn, history, now=now)
        if history == "book":
            dialect.put_guards(conn)


def _make(conn: Connection, history: str) -> None:
    """Put the newest tables into an empty database at once.

    Source:
        Alembic's cookbook, “Building an Up to Date Database from Scratch”; its migrations lead to the
        same tables, which a test holds them to.
    """
    dialect = conn.dialect
    spoken = (dialect.name, dialect.server_version_info, history)
    if spoken not in _statements:
        _statements[spoken] = [str(one.compile(dialect=dialect)) for one in _newest(history)]
    for statement in _statements[spoken]:
        conn.exec_driver_sql(statement)
    conn.exec_driver_sql(f"INSERT INTO {history}_version VALUES ('{NEWEST[history]}')")  # noqa: S608 (ours)


def _newest(history: str) -> Iterator[CreateTable | CreateIndex]:
    version = Table(
        f"{history}_version",
        MetaData(),
        Column("version_num", String(32), nullable=False),
        PrimaryKeyConstraint("version_num", name=f"{history}_version_pkc"),  # as Alembic makes it
    )
    for table in (*_METADATA[history].sorted_tables, version):
        yield CreateTable(table)
        yield from (CreateIndex(index) for index in sorted(table.indexes, key=lambda index: str(index.name)))
