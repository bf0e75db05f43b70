"""The databases open with the settings that make a commit mean what it says."""

import sqlite3
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, insert
from sqlalchemy.exc import DBAPIError

from circletake.db import connect, tables
from circletake.db.connect import migrate_book, migrate_jobs, open_book, open_jobs, reading, writing
from circletake.errors import BookBroken, ConfigInvalid, DatabaseBusy, DiskFull


@pytest.fixture
def book(tmp_path: Path) -> Engine:
    engine = open_book(tmp_path / "book.sqlite")
    migrate_book(engine)
    return engine


def pragma(engine: Engine, name: str) -> object:
    with engine.connect() as conn:
        return conn.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_the_book_syncs_every_commit_and_checks_foreign_keys(book: Engine) -> None:
    assert pragma(book, "journal_mode") == "wal"
    assert pragma(book, "synchronous") == 2
    assert pragma(book, "foreign_keys") == 1
    assert pragma(book, "busy_timeout") == 30_000


def test_the_jobs_sync_at_checkpoints_only(tmp_path: Path) -> None:
    engine = open_jobs(f"sqlite:///{tmp_path / 'jobs.sqlite'}")
    migrate_jobs(engine)
    assert pragma(engine, "synchronous") == 1


def write(conn: Connection, *, value: str = "") -> None:
    conn.execute(insert(tables.studio_fact).values(key="a", value=value))


def test_a_reader_cannot_write_and_its_connection_can_afterwards(book: Engine) -> None:
    with reading(book) as conn, pytest.raises(DBAPIError, match="readonly"):
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
            conn.execute(insert(tables.studio_fact).values(key="first", value=""))
            holds.set()
            time.sleep(0.2)
            order.append("first")

    thread = threading.Thread(target=hold)
    thread.start()
    assert holds.wait(10)
    with writing(book):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_a_lock_held_too_long_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "BUSY_TIMEOUT_MS", 50)
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


@pytest.mark.parametrize("address", ["postgresql://localhost/x", "sqlite://", "sqlite:///:memory:", "://"])
def test_only_a_sqlite_file_is_taken(address: str) -> None:
    with pytest.raises(ConfigInvalid):
        open_book(address)
