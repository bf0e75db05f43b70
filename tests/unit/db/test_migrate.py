"""The migrations make exactly the tables that the code speaks of, and what guards the book."""

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, insert, inspect
from sqlalchemy.exc import DBAPIError

from circletake.db import tables
from circletake.db.connect import (
    NEWEST,
    assert_triggers,
    migrate_book,
    migrate_jobs,
    open_book,
    open_jobs,
    writing,
)
from circletake.db.migrate import scripts_of
from circletake.db.triggers import TRIGGERS
from circletake.errors import BookBroken, ConfigInvalid

ROW = {"at": "2026-01-01T00:00:00Z", "kind": "x", "actor": "m_x", "body": b"", "leaf": b"", "chain": b""}


@pytest.fixture
def book(tmp_path: Path) -> Engine:
    engine = open_book(tmp_path / "book.sqlite")
    migrate_book(engine)
    return engine


def differences(engine: Engine, metadata: MetaData, version: str) -> list[object]:
    with engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True, "version_table": version})
        return list(compare_metadata(context, metadata))


def test_the_migrated_book_is_the_book_in_tables(book: Engine) -> None:
    assert differences(book, tables.book_metadata, "book_version") == []


def test_the_migrated_jobs_are_the_jobs_in_tables(tmp_path: Path) -> None:
    engine = open_jobs(tmp_path / "jobs.sqlite")
    migrate_jobs(engine)
    assert differences(engine, tables.jobs_metadata, "jobs_version") == []


@pytest.mark.parametrize("history", ["book", "jobs"])
def test_the_newest_schema_is_the_last_migration(history: str) -> None:
    assert scripts_of(history).get_current_head() == NEWEST[history]


def test_the_migrated_book_has_exactly_the_triggers_that_are_asked_for(book: Engine) -> None:
    with book.connect() as conn:
        found = conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars()
        assert set(found) == set(TRIGGERS)
    assert_triggers(book)


def test_migrating_again_changes_nothing(book: Engine) -> None:
    before = sorted(inspect(book).get_table_names())
    migrate_book(book)
    assert sorted(inspect(book).get_table_names()) == before
    assert_triggers(book)


def test_two_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    failures: list[BaseException] = []

    def start() -> None:
        try:
            migrate_book(open_book(tmp_path / "book.sqlite"))
        except BaseException as failed:  # noqa: BLE001 (whatever it is, the test must see it)
            failures.append(failed)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_file_of_a_newer_circletake_is_left_alone(book: Engine) -> None:
    with writing(book) as conn:
        conn.exec_driver_sql("UPDATE book_version SET version_num = '9999'")
    with pytest.raises(ConfigInvalid, match="9999"):
        migrate_book(book)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entry SET kind = 'y'",
        "DELETE FROM entry",
        "INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE seq = 1",
        "REPLACE INTO entry SELECT * FROM entry WHERE seq = 1",
        "INSERT OR IGNORE INTO entry SELECT 7, at, kind, actor, production, body, leaf, chain FROM entry",
        "INSERT INTO entry SELECT NULL, at, kind, actor, production, body, leaf, chain FROM entry",
        "UPDATE OR REPLACE entry SET seq = 2",
    ],
)
def test_the_database_itself_refuses_to_change_an_entry(book: Engine, sql: str) -> None:
    with writing(book) as conn:
        conn.execute(insert(tables.entry).values(seq=1, **ROW))
    with pytest.raises(DBAPIError, match=r"append-only|next number"), writing(book) as conn:
        conn.exec_driver_sql(sql)
    with writing(book) as conn:
        assert conn.execute(tables.entry.select()).one().kind == "x"


def test_a_missing_trigger_is_named(book: Engine) -> None:
    with writing(book) as conn:
        conn.exec_driver_sql("DROP TRIGGER entry_is_never_deleted")
    with pytest.raises(BookBroken, match="entry_is_never_deleted"):
        assert_triggers(book)


def test_a_trigger_that_was_made_toothless_is_named(book: Engine) -> None:
    with writing(book) as conn:
        conn.exec_driver_sql("DROP TRIGGER entry_comes_next")
        conn.exec_driver_sql(
            "CREATE TRIGGER entry_comes_next BEFORE INSERT ON entry WHEN 0 BEGIN SELECT 1; END"
        )
    with pytest.raises(BookBroken, match="entry_comes_next"):
        assert_triggers(book)


def test_a_machine_cannot_be_made_a_person(book: Engine) -> None:
    with pytest.raises(DBAPIError, match="a person is"), writing(book) as conn:
        conn.execute(insert(tables.person).values(id="m_render"))
    with writing(book) as conn:
        conn.execute(insert(tables.person).values(id="p_ann"))
    with pytest.raises(DBAPIError, match="stays who they are"), writing(book) as conn:
        conn.exec_driver_sql("UPDATE person SET id = 'm_render'")
