"""A book moves whole or not at all, is the same on the other side, and goes on there alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import DBAPIError

from circletake.db import tables
from circletake.db.connect import open_book, writing
from circletake.domain.people import MachineId
from circletake.errors import AlreadyThere, BookBroken, DatabaseBusy, NotFound
from circletake.ledger import move
from circletake.ledger.book import Book
from circletake.ledger.move import beside_the_book, move_book
from circletake.ledger.projections import project

Floor = Any  # of the conftest beside this file, which cannot be imported
Server = Any

pytestmark = pytest.mark.sqlite  # from there it moves


@pytest.fixture
def target(postgresql: Server) -> Iterator[Engine]:
    name = postgresql.create()
    engine = open_book(postgresql.address(name))
    yield engine
    engine.dispose()
    postgresql.drop(name)


def fill(floor: Floor) -> None:
    content = floor.take("a")
    floor.verdict("p_lea", content, "lead", 2)
    floor.verdict("p_dana", content, "director", -2)
    with floor.book.transact() as tx:
        tx.keep_text("a note")
        tx.enqueue(op="look", args={"n": 1}, key="key")
        tx.conn.execute(insert(tables.account).values(person="p_lea", name="Lea"))


def test_everything_arrives_and_the_old_book_takes_no_more(floor: Floor, target: Engine) -> None:
    fill(floor)
    before = floor.book.head()
    moved = move_book(floor.engine, target)
    there = Book(target)
    assert (moved.entries, moved.head) == (before.seq, before.chain.hex())
    assert there.head() == before
    assert there.verify().holds
    assert there.replay().equal
    with there.reading() as conn:
        assert conn.scalar(select(tables.account.c.name)) == "Lea"
        assert conn.scalar(select(tables.outbox.c.key)) == "key"
    with pytest.raises(DBAPIError, match="has moved"):
        floor.take("b")
    assert floor.book.verify().holds, "it can still be read"
    with there.transact() as tx:
        tx.append("machine", actor=floor.machine, body={"machine": "m_render", "label": "on"})


def test_a_move_that_broke_off_after_its_commit_is_taken_up_again(floor: Floor, target: Engine) -> None:
    fill(floor)
    first = move_book(floor.engine, target)
    assert move_book(floor.engine, target) == first


def test_another_book_is_never_overwritten(floor: Floor, target: Engine) -> None:
    with Book(target).transact() as tx:
        tx.append("machine", actor=floor.machine, body={"machine": "m_render", "label": "other"})
    with pytest.raises(AlreadyThere):
        move_book(floor.engine, target)
    assert Book(target).head().seq == 1
    floor.take("a")


def test_people_of_another_studio_are_never_mixed_in(floor: Floor, target: Engine) -> None:
    with writing(target) as conn:
        conn.execute(insert(tables.account).values(person="p_x", name="X"))
    with pytest.raises(AlreadyThere):
        move_book(floor.engine, target)


def test_tables_that_do_not_follow_from_the_book_are_not_moved(floor: Floor, target: Engine) -> None:
    fill(floor)
    with writing(floor.engine) as conn:
        conn.exec_driver_sql("UPDATE verdict SET live = 0")
    with pytest.raises(BookBroken, match="verdict"):
        move_book(floor.engine, target)
    assert Book(target).head().seq == 0
    floor.take("b")


def test_a_book_that_does_not_hold_is_not_moved(floor: Floor, target: Engine) -> None:
    with writing(floor.engine) as conn:
        conn.exec_driver_sql("UPDATE head SET seq = 1")
    with pytest.raises(BookBroken):
        move_book(floor.engine, target)


def test_from_one_server_to_another_both_hold_it(postgresql: Server, target: Engine) -> None:
    name = postgresql.create()
    source = open_book(postgresql.address(name))
    with Book(source).transact() as tx:
        tx.append("machine", actor=MachineId("m_x"), body={"machine": "m_x", "label": "one"})
    assert move_book(source, target).entries == 1
    assert Book(source).head() == Book(target).head()
    source.dispose()
    postgresql.drop(name)


def test_an_entry_that_is_refused_on_the_other_side_is_named(
    floor: Floor, target: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(floor)
    really = project

    def refuse(conn: Any, entry: Any, body: Any) -> None:  # noqa: ANN401 - as `project`
        if entry.kind == "verdict":
            raise NotFound("There is no such take.")
        really(conn, entry, body)

    with monkeypatch.context() as patch:
        patch.setattr(move, "project", refuse)
        with pytest.raises(BookBroken, match=r"\(verdict\) cannot be moved: There is no such take"):
            move_book(floor.engine, target)
    assert Book(target).head().seq == 0


def test_what_did_not_arrive_whole_is_not_kept(
    floor: Floor, target: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(floor)
    with monkeypatch.context() as patch:
        patch.setattr(move, "_copy", lambda _old, _new: None)
        with pytest.raises(BookBroken, match="is not what left"):
            move_book(floor.engine, target)
    floor.take("b")


def test_a_server_that_goes_away_leaves_everything_as_it_was(
    floor: Floor, target: Engine, postgresql: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(floor)
    really = move._compare

    def cut(old: Any, new: Any) -> int:  # noqa: ANN401 - connections
        pid = new.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        postgresql.run(f"SELECT pg_terminate_backend({pid})")
        return really(old, new)

    with monkeypatch.context() as patch:
        patch.setattr(move, "_compare", cut)
        with pytest.raises(DatabaseBusy):
            move_book(floor.engine, target)
    assert Book(target).head().seq == 0
    floor.take("b")
    assert move_book(floor.engine, target).entries == floor.book.head().seq


def test_every_table_is_either_rebuilt_or_copied() -> None:
    told = {table.name for table in (*tables.projections, *beside_the_book(), tables.entry, tables.head)}
    assert told == set(tables.book_metadata.tables)
