"""The databases open with the settings that make a commit mean what it says."""

import sqlite3
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import DBAPIError

from circletake.db import sqlite, tables
from circletake.db.connect import (
    lock_book,
    migrate_book,
    migrate_jobs,
    open_book,
    open_jobs,
    reading,
    version_of,
    writing,
)
from circletake.errors import BookBroken, ConfigInvalid, DatabaseBusy, DiskFull

Database = Any  # of the conftest above, which cannot be imported
Server = Any


@pytest.fixture
def book(database: Database) -> Engine:
    engine: Engine = database.book()
    return engine


def pragma(engine: Engine, name: str) -> object:
    with engine.connect() as conn:
        return conn.exec_driver_sql(f"PRAGMA {name}").scalar()


@pytest.mark.sqlite
def test_the_book_syncs_every_commit_and_checks_foreign_keys(book: Engine) -> None:
    assert pragma(book, "journal_mode") == "wal"
    assert pragma(book, "synchronous") == 2
    assert pragma(book, "foreign_keys") == 1
    assert pragma(book, "busy_timeout") == 30_000


def test_the_jobs_sync_at_checkpoints_only(tmp_path: Path) -> None:
    engine = open_jobs(f"sqlite:///{tmp_path / 'jobs.sqlite'}")
    migrate_jobs(engine)
    assert pragma(engine, "synchronous") == 1


def setting(engine: Engine, name: str) -> object:
    with engine.connect() as conn:
        return conn.exec_driver_sql(f"SHOW {name}").scalar()


def test_on_postgresql_too_the_book_waits_for_the_disk_and_the_jobs_do_not(postgresql: Server) -> None:
    book, jobs = open_book(postgresql.uri), open_jobs(postgresql.uri)
    assert (setting(book, "synchronous_commit"), setting(jobs, "synchronous_commit")) == ("on", "off")
    assert setting(book, "lock_timeout") == "30s"
    assert setting(book, "idle_in_transaction_session_timeout") == "1min"
    assert setting(book, "transaction_isolation") == "read committed"
    with reading(book) as conn:
        assert conn.exec_driver_sql("SHOW transaction_isolation").scalar() == "repeatable read"
        assert conn.exec_driver_sql("SHOW transaction_read_only").scalar() == "on"
    book.dispose()
    jobs.dispose()


def write(conn: Connection, *, value: str = "") -> None:
    conn.execute(insert(tables.studio_fact).values(key="a", value=value))


def test_a_reader_cannot_write_and_its_connection_can_afterwards(book: Engine) -> None:
    with reading(book) as conn, pytest.raises(DBAPIError, match=r"read-?only"):
        write(conn)
    with writing(book) as conn:
        write(conn)


def test_a_reader_sees_one_moment(book: Engine) -> None:
    with reading(book) as conn:
        before = conn.execute(tables.studio_fact.select()).all()
        with writing(book) as other:
            other.execute(insert(tables.studio_fact).values(key="a", value="b"))
        assert conn.execute(tables.studio_fact.select()).all() == before


def test_a_writer_waits_for_the_one_before(book: Engine) -> None:
    order: list[str] = []
    holds = threading.Event()

    def hold() -> None:
        with writing(book) as conn:
            lock_book(conn)
            conn.execute(insert(tables.studio_fact).values(key="first", value=""))
            holds.set()
            time.sleep(0.2)
            order.append("first")

    thread = threading.Thread(target=hold)
    thread.start()
    assert holds.wait(10)
    with writing(book) as conn:
        lock_book(conn)
        assert conn.execute(select(tables.studio_fact.c.key)).scalars().all() == ["first"]
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_a_lock_held_too_long_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 50)
    engine = open_book(tmp_path / "book.sqlite")
    migrate_book(engine)
    other = sqlite3.connect(tmp_path / "book.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy), writing(engine):
        pass
    other.execute("ROLLBACK")
    other.close()
    with writing(engine):
        pass


@pytest.mark.sqlite
def test_a_full_disk_is_named_and_nothing_is_written(book: Engine) -> None:
    def fill() -> None:
        with writing(book) as conn:
            pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
            conn.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")
            write(conn, value="x" * 100_000)

    with pytest.raises(DiskFull):
        fill()
    with reading(book) as conn:
        assert conn.execute(tables.studio_fact.select()).all() == []


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "book.sqlite").write_bytes(b"this is a text file, not a database" * 100)
    with pytest.raises(BookBroken):
        migrate_book(open_book(tmp_path / "book.sqlite"))


@pytest.mark.parametrize(
    "address", ["mysql://localhost/x", "sqlite://", "sqlite:///:memory:", "://", "postgresql://ana@host"]
)
def test_only_a_database_that_is_spoken_is_taken(address: str) -> None:
    with pytest.raises(ConfigInvalid):
        open_book(address)


@pytest.mark.parametrize("address", ["postgresql://ana:a-secret@host", "mysql://ana:a-secret@host/x"])
def test_a_password_is_in_no_sentence(address: str) -> None:
    with pytest.raises(ConfigInvalid) as refused:
        open_book(address)
    assert "a-secret" not in refused.value.message


def test_a_server_that_is_not_there_is_unavailable_and_the_password_is_not_told(tmp_path: Path) -> None:
    engine = open_book(f"postgresql://ana:a-secret@/book?host={tmp_path}")
    with pytest.raises(DatabaseBusy) as away:
        migrate_book(engine)
    assert "a-secret" not in away.value.message + repr(engine)


def test_without_the_driver_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigInvalid, match=r"circletake\[postgresql\]"):
        open_book("postgresql://ana@host/book")


def test_a_database_that_cannot_hold_every_text_is_refused(postgresql: Server) -> None:
    postgresql.run("CREATE DATABASE narrow TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
    engine = open_book(postgresql.address("narrow"))
    with pytest.raises(ConfigInvalid, match="SQL_ASCII"):
        migrate_book(engine)
    engine.dispose()
    postgresql.drop("narrow")


def test_text_of_any_length_and_numbers_of_64_bits_are_held_and_ordered_by_bytes(book: Engine) -> None:
    words = ["Z", "a", "Ä", "é", "z" * 500]
    with writing(book) as conn:
        for place, word in enumerate(words):
            conn.execute(insert(tables.machine).values(id=f"m_{place}", label=word, seq=2**40 + place))
    with reading(book) as conn:
        found = conn.execute(select(tables.machine.c.label, tables.machine.c.seq).order_by("label")).all()
    assert [row.label for row in found] == sorted(words, key=str.encode)
    assert {row.seq for row in found} == {2**40 + place for place in range(len(words))}


def test_a_commit_of_anybody_changes_the_version_and_a_rollback_of_nothing_does_not(
    book: Engine, database: Database
) -> None:
    other = database.open_book()
    versions = version_of(book)
    before = versions.read()
    with reading(other) as conn:
        conn.execute(tables.studio_fact.select()).all()
    assert versions.read() == before
    with writing(other) as conn:
        write(conn)
    assert versions.read() != before
    versions.close()


def test_a_connection_that_is_cut_is_unavailable_and_nothing_of_it_is_kept(postgresql: Server) -> None:
    name = postgresql.create()
    engine = open_book(postgresql.address(name))

    def cut() -> None:
        with writing(engine) as conn:
            write(conn, value="half")
            pid = conn.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            postgresql.run(f"SELECT pg_terminate_backend({pid})")
            write(conn, value="the other half")

    with pytest.raises(DatabaseBusy, match="nothing is recorded by halves"):
        cut()
    with reading(engine) as conn:
        assert conn.execute(tables.studio_fact.select()).all() == []
    with writing(engine) as conn:
        write(conn)
    engine.dispose()
    postgresql.drop(name)
