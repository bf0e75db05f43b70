"""The migrations make exactly the tables that the code speaks of, and what guards the book."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, insert, inspect
from sqlalchemy.exc import DBAPIError

from circletake.db import tables
from circletake.db.connect import (
    NEWEST,
    assert_triggers,
    dialect_of,
    migrate_book,
    open_book,
    reading,
    writing,
)
from circletake.db.migrate import scripts_of, upgrade
from circletake.db.triggers import PERSONS_KINDS
from circletake.errors import BookBroken, ConfigInvalid
from circletake.ledger import entries

Database = Any  # of the conftest above, which cannot be imported
Server = Any

METADATA = {"book": tables.book_metadata, "jobs": tables.jobs_metadata}
ROW = {"at": "2026-01-01T00:00:00Z", "kind": "x", "actor": "m_x", "body": b"", "leaf": b"", "chain": b""}


@pytest.fixture
def book(database: Database) -> Engine:
    engine: Engine = database.book()
    return engine


def differences(engine: Engine, metadata: MetaData, version: str) -> list[object]:
    def is_ours(name: str | None, kind: str, _parents: object) -> bool:
        # on PostgreSQL book and jobs share a database
        return kind != "table" or name in metadata.tables

    opts = {"compare_type": True, "version_table": version, "include_name": is_ours}
    with engine.connect() as conn:
        return list(compare_metadata(MigrationContext.configure(conn, opts=opts), metadata))


def tables_of(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def test_the_migrated_book_is_the_book_in_tables(book: Engine) -> None:
    assert differences(book, tables.book_metadata, "book_version") == []


def test_the_migrated_jobs_are_the_jobs_in_tables(database: Database) -> None:
    engine = database.jobs()
    assert differences(engine, tables.jobs_metadata, "jobs_version") == []


def test_there_are_no_other_tables(database: Database) -> None:
    named = set(tables.book_metadata.tables) | {"book_version"}
    jobs = set(tables.jobs_metadata.tables) | {"jobs_version"}
    book, queue = database.book(), database.jobs()
    if database.kind == "sqlite":
        assert (tables_of(book), tables_of(queue)) == (named, jobs)
    else:
        assert tables_of(book) == named | jobs


def test_the_book_has_no_sequence_whose_numbers_could_have_gaps(postgresql: Server) -> None:
    name = postgresql.create()
    engine = open_book(postgresql.address(name))
    assert inspect(engine).get_sequence_names() == ["job_id_seq"]
    engine.dispose()
    postgresql.drop(name)


def test_what_only_a_person_may_do_is_the_same_in_the_database_and_in_the_ledger() -> None:
    assert set(PERSONS_KINDS) == entries.PERSONS_KINDS


@pytest.mark.parametrize("history", ["book", "jobs"])
def test_the_newest_schema_is_the_last_migration(history: str) -> None:
    assert scripts_of(history).get_current_head() == NEWEST[history]


def shape_of(engine: Engine, names: set[str]) -> dict[str, object]:
    """Everything that is reflected of some tables."""
    seen = inspect(engine)
    return {
        name: (
            sorted(str(sorted(map(str, column.items()))) for column in seen.get_columns(name)),
            seen.get_pk_constraint(name),
            sorted(map(str, seen.get_foreign_keys(name))),
            sorted(map(str, seen.get_unique_constraints(name))),
            sorted(map(str, seen.get_indexes(name))),
        )
        for name in sorted(names)
    }


@pytest.mark.parametrize("history", ["book", "jobs"])
def test_all_the_migrations_make_what_an_empty_database_gets_at_once(
    request: pytest.FixtureRequest, database: Database, tmp_path: Path, history: str
) -> None:
    if database.kind == "sqlite":
        walked = open_book(tmp_path / "walked.sqlite")
    else:
        server = request.getfixturevalue("postgresql")
        walked = open_book(server.address(server.create(template="template0")))
    with writing(walked) as conn:
        upgrade(conn, history, now=None)
    names = tables_of(walked)
    at_once = database.book() if history == "book" else database.jobs()
    assert names == {*METADATA[history].tables, f"{history}_version"}
    assert shape_of(walked, names) == shape_of(at_once, names)
    walked.dispose()


def test_the_migrated_book_has_exactly_the_triggers_that_are_asked_for(book: Engine) -> None:
    listed = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with book.connect() as conn:
        found = conn.exec_driver_sql(listed[book.dialect.name]).scalars()
        assert set(found) == set(dialect_of(book).guards)
    assert_triggers(book)


def test_both_databases_guard_the_same_things() -> None:
    here, there = open_book("book.sqlite"), open_book("postgresql://ana@host/book")
    assert set(dialect_of(there).guards) == {*dialect_of(here).guards, "entry_is_never_truncated"}


def test_migrating_again_changes_nothing(book: Engine) -> None:
    before = sorted(inspect(book).get_table_names())
    migrate_book(book)
    assert sorted(inspect(book).get_table_names()) == before
    assert_triggers(book)


def failures_of_four(start: Callable[[], None]) -> list[BaseException]:
    """What four threads that do the same at once end with, but for those that end well."""
    ready, failures = threading.Barrier(4), []

    def run() -> None:
        ready.wait()
        try:
            start()
        except BaseException as failed:  # noqa: BLE001 (whatever it is, the test must see it)
            failures.append(failed)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def test_two_that_start_at_once_migrate_once(database: Database) -> None:
    if database.kind == "postgresql":
        with writing(database.open_book()) as conn:
            conn.exec_driver_sql("DROP SCHEMA public CASCADE")
            conn.exec_driver_sql("CREATE SCHEMA public")
    assert failures_of_four(lambda: migrate_book(database.open_book())) == []
    assert_triggers(database.open_book())


def test_a_file_of_a_newer_circletake_is_left_alone(book: Engine) -> None:
    with writing(book) as conn:
        conn.exec_driver_sql("UPDATE book_version SET version_num = '9999'")
    with pytest.raises(ConfigInvalid, match="9999"):
        migrate_book(book)


REFUSED = {
    "sqlite": [
        "UPDATE entry SET kind = 'y'",
        "DELETE FROM entry",
        "INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE seq = 1",
        "REPLACE INTO entry SELECT * FROM entry WHERE seq = 1",
        "INSERT OR IGNORE INTO entry SELECT 7, at, kind, actor, production, body, leaf, chain FROM entry",
        "INSERT INTO entry SELECT NULL, at, kind, actor, production, body, leaf, chain FROM entry",
        "UPDATE OR REPLACE entry SET seq = 2",
    ],
    "postgresql": [
        "UPDATE entry SET kind = 'y'",
        "UPDATE ONLY entry SET seq = 2",
        "DELETE FROM entry",
        "DELETE FROM entry USING head",
        "TRUNCATE entry",
        "TRUNCATE head, entry CASCADE",
        "INSERT INTO entry SELECT * FROM entry ON CONFLICT (seq) DO UPDATE SET kind = 'y'",
        (
            "INSERT INTO entry SELECT 7, at, kind, actor, production, body, leaf, chain FROM entry "
            "ON CONFLICT DO NOTHING"
        ),
        "INSERT INTO entry SELECT NULL, at, kind, actor, production, body, leaf, chain FROM entry",
        (
            "INSERT INTO entry SELECT n, at, kind, actor, production, body, leaf, chain "
            "FROM entry, generate_series(2, 4) n WHERE n <> 3"
        ),
        "MERGE INTO entry USING head ON true WHEN MATCHED THEN UPDATE SET kind = 'y'",
        "MERGE INTO entry USING head ON true WHEN MATCHED THEN DELETE",
        "WITH gone AS (DELETE FROM entry RETURNING seq) SELECT * FROM gone",
        "SET LOCAL session_replication_role = replica; DELETE FROM entry",
        "CREATE TEMPORARY TABLE entry (seq bigint); DELETE FROM public.entry",
        (
            "CREATE TEMPORARY TABLE entry (seq bigint); "
            "INSERT INTO public.entry "
            "SELECT 1, at, kind, actor, production, body, leaf, chain FROM public.entry"
        ),
    ],
}


@pytest.mark.parametrize("number", range(max(map(len, REFUSED.values()))))
def test_the_database_itself_refuses_to_change_an_entry(book: Engine, number: int) -> None:
    refused = REFUSED[book.dialect.name]
    sql = refused[number % len(refused)]
    with writing(book) as conn:
        conn.execute(insert(tables.entry).values(seq=1, **ROW))
        conn.execute(insert(tables.head).values(id=1, seq=1, chain=b""))
    with pytest.raises(DBAPIError, match=r"append-only|next number"), writing(book) as conn:
        conn.exec_driver_sql(sql)
    with reading(book) as conn:
        assert conn.execute(tables.entry.select()).one().kind == "x"


def test_a_missing_trigger_is_named(book: Engine) -> None:
    on = "" if book.dialect.name == "sqlite" else " ON entry"
    with writing(book) as conn:
        conn.exec_driver_sql(f"DROP TRIGGER entry_is_never_deleted{on}")
    with pytest.raises(BookBroken, match="entry_is_never_deleted"):
        assert_triggers(book)


_AGAIN = "CREATE OR REPLACE TRIGGER entry_comes_next {} ON entry FOR EACH ROW {} EXECUTE FUNCTION {}()"
_ALWAYS = "ALTER TABLE entry ENABLE ALWAYS TRIGGER entry_comes_next"
TOOTHLESS: dict[str, list[tuple[str, ...]]] = {
    "sqlite": [
        (
            "DROP TRIGGER entry_comes_next",
            "CREATE TRIGGER entry_comes_next BEFORE INSERT ON entry WHEN 0 BEGIN SELECT 1; END",
        ),
    ],
    "postgresql": [
        ("ALTER TABLE entry DISABLE TRIGGER entry_comes_next",),
        ("ALTER TABLE entry ENABLE TRIGGER entry_comes_next",),
        ("ALTER TABLE entry ENABLE REPLICA TRIGGER entry_comes_next",),
        (
            (
                "CREATE OR REPLACE FUNCTION entry_comes_next() RETURNS trigger LANGUAGE plpgsql "
                "SET search_path = public, pg_temp AS 'BEGIN RETURN NEW; END'"
            ),
        ),
        ("ALTER FUNCTION entry_comes_next() RESET search_path",),
        (
            "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            _AGAIN.format("BEFORE INSERT", "", "nothing"),
            _ALWAYS,
        ),
        (_AGAIN.format("BEFORE INSERT", "WHEN (false)", "entry_comes_next"), _ALWAYS),
        (_AGAIN.format("AFTER INSERT", "", "entry_comes_next"), _ALWAYS),
    ],
}


@pytest.mark.parametrize("number", range(max(map(len, TOOTHLESS.values()))))
def test_a_trigger_that_was_made_toothless_is_named(book: Engine, number: int) -> None:
    ways = TOOTHLESS[book.dialect.name]
    with writing(book) as conn:
        for sql in ways[number % len(ways)]:
            conn.exec_driver_sql(sql)
    with pytest.raises(BookBroken, match="entry_comes_next"):
        assert_triggers(book)


def test_the_end_of_an_upgrade_puts_the_guards_back(book: Engine) -> None:
    on = "" if book.dialect.name == "sqlite" else " ON entry"
    with writing(book) as conn:
        conn.exec_driver_sql(f"DROP TRIGGER entry_is_never_deleted{on}")
        dialect_of(book).put_guards(conn)
    assert_triggers(book)


def test_a_machine_cannot_be_made_a_person(book: Engine) -> None:
    with pytest.raises(DBAPIError, match="a person is"), writing(book) as conn:
        conn.execute(insert(tables.person).values(id="m_render"))
    with writing(book) as conn:
        conn.execute(insert(tables.person).values(id="p_ann"))
    with pytest.raises(DBAPIError, match="stays who they are"), writing(book) as conn:
        conn.exec_driver_sql("UPDATE person SET id = 'm_render'")


@pytest.mark.parametrize("_time", range(20))
def test_however_many_open_a_new_file_at_once_all_wait(tmp_path: Path, _time: int) -> None:
    engines = [open_book(tmp_path / "book.sqlite") for _ in range(4)]
    waiting = iter(engines)
    failures = failures_of_four(lambda: migrate_book(next(waiting)))
    for engine in engines:
        engine.dispose()
    assert failures == []
