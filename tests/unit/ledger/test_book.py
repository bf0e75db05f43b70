"""The book keeps what it is given, in order, whole or not at all, and takes no verdict of a machine."""

import hashlib
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Table, insert, select
from sqlalchemy.exc import DBAPIError

from circletake.db import tables
from circletake.db.connect import dialect_of, writing
from circletake.domain.people import MachineId, PersonId
from circletake.errors import (
    BookBroken,
    Bug,
    Conflict,
    DatabaseBusy,
    DiskFull,
    EntryInvalid,
    NotAPerson,
    NotFound,
    RoleMissing,
)
from circletake.ledger import book as book_module
from circletake.ledger.book import Book
from circletake.ledger.chain import ROOT

Database = Any  # of the conftest above, which cannot be imported
Floor = Any  # of the conftest beside this file, which cannot be imported

STUDIO = MachineId("m_studio")


def label(book: Book, text: str) -> int:
    """Append the smallest entry there is."""
    with book.transact() as tx:
        return tx.append("machine", actor=STUDIO, body={"machine": "m_studio", "label": text}).seq


def rows(book: Book, table: Table) -> list[Any]:
    with book.reading() as conn:
        return list(conn.execute(select(table)))


def test_an_empty_book_ends_before_its_first_entry(book: Book) -> None:
    assert (book.head().seq, book.head().chain) == (0, ROOT)
    assert book.entries() == []
    assert book.verify().holds


def test_entries_are_numbered_without_gaps_and_read_back(book: Book) -> None:
    assert [label(book, text) for text in "abc"] == [1, 2, 3]
    assert [(entry.seq, entry.body["label"]) for entry in book.entries(after=1)] == [(2, "b"), (3, "c")]
    assert [entry.seq for entry in book.entries(limit=1)] == [1]
    entry = book.entries()[0]
    assert entry.raw.startswith(b'{"actor":"m_studio","at":')
    assert (entry.session, entry.production) == (None, None)


def test_a_transaction_that_raises_leaves_nothing_behind(book: Book) -> None:
    def fail() -> None:
        with book.transact() as tx:
            tx.append("machine", actor=STUDIO, body={"machine": "m_a", "label": "a"})
            tx.enqueue(op="op", args={}, key="key")
            tx.keep_text("a note")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert book.head().seq == 0
    assert rows(book, tables.machine) == rows(book, tables.outbox) == rows(book, tables.private_text) == []
    assert label(book, "after") == 1


def test_an_append_that_failed_and_was_swallowed_spoils_the_whole_transaction(book: Book) -> None:
    def swallow() -> None:
        with book.transact() as tx:
            tx.append("machine", actor=STUDIO, body={"machine": "m_a", "label": "a"})
            with pytest.raises(NotFound):
                tx.append(
                    "task",
                    actor=STUDIO,
                    production="pr_x",
                    body={"task": "t_x", "entity": "e_x", "stage": "animation"},
                )

    with pytest.raises(Bug):
        swallow()
    assert book.head().seq == 0


def test_a_transaction_within_a_transaction_is_refused_at_once(book: Book) -> None:
    with book.transact(), pytest.raises(Bug), book.transact():
        pass
    assert label(book, "after") == 1


@pytest.mark.parametrize("kind", ["verdict", "withdraw", "slot", "hold", "omit"])
def test_a_machine_cannot_do_what_only_a_person_may(floor: Floor, kind: str) -> None:
    before = floor.book.head()
    with pytest.raises(NotAPerson):
        floor.append(kind, "m_render")
    assert floor.book.head() == before


def test_a_verdict_needs_a_sitting(floor: Floor) -> None:
    with pytest.raises(NotAPerson, match="sign"), floor.book.transact() as tx:
        tx.append("verdict", actor=PersonId("p_dana"), production="pr_1", body={})


def test_somebody_the_book_does_not_know_gives_no_verdict(floor: Floor) -> None:
    content = floor.take("a")
    with pytest.raises(NotAPerson):
        floor.verdict("p_nobody", content, "lead", 2)


def test_the_database_refuses_a_machines_verdict_by_itself(floor: Floor) -> None:
    content = floor.take("a")
    seq = floor.book.head().seq
    row = {"at": "", "kind": "verdict", "actor": "m_render", "body": b"", "leaf": b"", "chain": b""}
    with pytest.raises(DBAPIError, match="only a person"), writing(floor.engine) as conn:
        conn.execute(insert(tables.entry).values(seq=seq + 1, **row))
    given = {
        "seq": seq, "production": "pr_1", "at": "", "person": "p_dana", "task": "t_1", "content": content,
        "gate": "director", "value": 2, "body": "{}", "live": True, "key": "k",
    }  # fmt: skip
    with pytest.raises(DBAPIError, match="is an entry of the person"), writing(floor.engine) as conn:
        conn.execute(insert(tables.verdict).values(given))


def test_a_verdict_row_cannot_be_turned_round(floor: Floor) -> None:
    floor.verdict("p_dana", floor.take("a"), "director", -2)
    for sql in ("SET value = 2", "SET person = 'p_lea'", "SET content = 'x'"):
        with pytest.raises(DBAPIError, match="never altered"), writing(floor.engine) as conn:
            conn.exec_driver_sql(f"UPDATE verdict {sql}")


def test_a_newer_verdict_ends_the_older_one(floor: Floor) -> None:
    content = floor.take("a")
    first = floor.verdict("p_dana", content, "director", 2)
    other_gate = floor.verdict("p_dana", content, "lead", 1)
    second = floor.verdict("p_dana", content, "director", -2)
    found = {row.seq: (row.live, row.ended_by) for row in rows(floor.book, tables.verdict)}
    assert found == {first.seq: (False, second.seq), other_gate.seq: (True, None), second.seq: (True, None)}


def test_only_its_giver_withdraws_a_verdict_and_only_once(floor: Floor) -> None:
    given = floor.verdict("p_dana", floor.take("a"), "director", -2)
    with pytest.raises(RoleMissing):
        floor.append("withdraw", "p_lea", verdict=given.seq, key="w")
    floor.append("withdraw", "p_dana", verdict=given.seq, key="w")
    with pytest.raises(Conflict):
        floor.append("withdraw", "p_dana", verdict=given.seq, key="w2")


def test_a_verdict_on_something_that_is_no_take_of_the_task_is_refused(floor: Floor) -> None:
    sheet = floor.take("sheet", task="t_2")
    with pytest.raises(NotFound):
        floor.verdict("p_dana", sheet, "director", 2)


def test_a_key_is_used_once(floor: Floor) -> None:
    content = floor.take("a")
    floor.verdict("p_dana", content, "director", 1, key="same")
    with pytest.raises(Conflict):
        floor.verdict("p_lea", content, "lead", 1, key="same")


@pytest.mark.parametrize(
    "body",
    [
        {"machine": "m_a"},
        {"machine": "m_a", "label": 1},
        {"machine": "m_a", "label": "a", "more": 1},
        {"machine": "p_a", "label": "a"},
        {"machine": "m_a", "label": "e\u0301"},
    ],
)
def test_a_body_of_another_shape_is_refused(book: Book, body: dict[str, object]) -> None:
    with pytest.raises(EntryInvalid), book.transact() as tx:
        tx.append("machine", actor=STUDIO, body=body)
    with pytest.raises(EntryInvalid), book.transact() as tx:
        tx.append("rumour", actor=STUDIO, body={})


def test_a_policy_is_known_by_its_own_hash(book: Book) -> None:
    with pytest.raises(EntryInvalid, match="hashes to"), book.transact() as tx:
        tx.append("policy", actor=STUDIO, body={"hash": "0" * 64, "policy": {}})


def test_an_outcome_is_recorded_once_and_settles_the_order(book: Book) -> None:
    def order() -> bool:
        with book.transact() as tx:
            return tx.enqueue(op="check", args={"b": 1, "a": [2]}, key="key", lane="cpu", prio=5)

    def record() -> None:
        with book.transact() as tx:
            tx.append("done", actor=STUDIO, body={"job": "key", "op": "check", "result": "x"})

    assert order()
    assert not order()
    assert [(row.key, row.args, row.seq) for row in rows(book, tables.outbox)] == [
        ("key", '{"a":[2],"b":1}', 0)
    ]
    record()
    assert rows(book, tables.outbox) == []
    with pytest.raises(Conflict):
        record()
    assert not order()


def test_a_kept_text_opens_its_commitment_and_two_of_the_same_do_not_look_alike(book: Book) -> None:
    with book.transact() as tx:
        first, second = tx.keep_text("Zoe\u0308"), tx.keep_text("Zoe\u0308")
    assert first != second
    row = next(row for row in rows(book, tables.private_text) if row.commitment == first)
    assert hashlib.sha256(row.salt + row.text.encode()).hexdigest() == first
    assert row.text == "Zo\u00eb"


def test_a_clock_that_steps_back_breaks_nothing(engine: Engine) -> None:
    times = iter(["2026-03-01T00:00:00Z", "2026-02-01T00:00:00Z", "1970-01-01T00:00:00Z"])
    book = Book(engine, now=lambda: next(times))
    assert [label(book, text) for text in "abc"] == [1, 2, 3]
    assert [entry.body["label"] for entry in book.entries()] == ["a", "b", "c"]
    assert book.verify().holds
    assert book.replay().equal


@pytest.mark.sqlite
def test_a_full_disk_is_said_and_nothing_is_recorded(book: Book) -> None:
    label(book, "before")

    def fill() -> None:
        with book.transact() as tx:
            pages = tx.conn.exec_driver_sql("PRAGMA page_count").scalar_one()
            tx.conn.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            for number in range(1000):
                tx.append("machine", actor=STUDIO, body={"machine": f"m_{number}", "label": "x" * 60})

    with pytest.raises(DiskFull):
        fill()
    assert book.head().seq == 1
    assert book.verify().holds


def test_many_threads_append_without_a_gap_or_a_double(book: Book) -> None:
    seen: list[int] = []

    def work(name: str) -> None:
        seen.extend(label(book, f"{name}{number}") for number in range(20))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == list(range(1, 81))
    assert book.verify().holds


def test_whoever_reads_sees_every_entry_before_the_next(database: Database, engine: Engine) -> None:
    """Each writer has its own connections and its own lock, as another process has."""
    books = [Book(engine), *(Book(database.open_book()) for _ in range(2))]
    reader = Book(database.open_book())
    begin, over = threading.Barrier(len(books)), threading.Event()
    seen: list[list[int]] = []

    def read() -> None:
        while not over.is_set():
            with reader.reading() as conn:
                numbers = list(conn.scalars(select(tables.entry.c.seq).order_by(tables.entry.c.seq)))
                ends = conn.scalar(select(tables.head.c.seq)) or 0
            seen.append([*numbers, ends])

    def write(book: Book) -> None:
        begin.wait(30)
        for number in range(15):
            label(book, str(number))

    watching = threading.Thread(target=read)
    watching.start()
    threads = [threading.Thread(target=write, args=(book,)) for book in books]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    over.set()
    watching.join()
    for *numbers, ends in seen:
        assert numbers == list(range(1, ends + 1))
    assert reader.head().seq == 45
    assert reader.verify().holds


_CHILD = """
import sys
from circletake.db.connect import open_book
from circletake.domain.people import MachineId
from circletake.ledger.book import Book
book = Book(open_book(sys.argv[1]))
for number in range(int(sys.argv[2])):
    with book.transact() as tx:
        tx.append("machine", actor=MachineId("m_x"), body={"machine": f"m_{number}", "label": "x"})
        seq = tx.seq
    print(seq, flush=True)
"""


def child(path: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD, path, str(count)], stdout=subprocess.PIPE, text=True, bufsize=1
    )


def test_several_processes_append_without_a_gap_or_a_double(engine: Engine, book: Book) -> None:
    children = [child(engine.url.render_as_string(hide_password=False), 15) for _ in range(3)]
    seen = [int(line) for process in children for line in process.communicate(timeout=120)[0].split()]
    assert sorted(seen) == list(range(1, 46))
    assert book.verify().holds
    assert book.replay().equal


def test_what_was_acknowledged_survives_a_kill(engine: Engine, database: Database) -> None:
    for round_ in range(3):
        process = child(engine.url.render_as_string(hide_password=False), 10_000)
        assert process.stdout is not None
        acknowledged = [int(process.stdout.readline()) for _ in range(3 + 4 * round_)]
        process.kill()
        acknowledged += [int(line) for line in process.communicate(timeout=60)[0].split("\n")[:-1]]
        again = Book(database.open_book())
        assert again.verify().holds
        assert again.head().seq >= acknowledged[-1]
        assert acknowledged == list(range(acknowledged[0], acknowledged[-1] + 1))
        assert again.replay().equal


def test_waiting_ends_as_soon_as_the_book_goes_on(book: Book) -> None:
    label(book, "a")
    assert book.wait(0, 10) == 1
    started = time.monotonic()
    assert book.wait(1, 0.05) == 1
    assert time.monotonic() - started < 5
    thread = threading.Timer(0.05, label, (book, "b"))
    thread.start()
    assert book.wait(1, 30) == 2
    thread.join()


def test_waiting_notices_what_another_process_appends(book: Book, database: Database) -> None:
    other = Book(database.open_book())
    thread = threading.Timer(0.05, label, (other, "b"))
    thread.start()
    assert book.wait(0, 30) == 1
    thread.join()


def test_a_book_written_all_the_time_is_busy(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book_module, "BUSY_TIMEOUT_MS", 20)
    holds, release = threading.Event(), threading.Event()

    def hold() -> None:
        with book.transact():
            holds.set()
            release.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    assert holds.wait(10)
    with pytest.raises(DatabaseBusy), book.transact():
        pass
    release.set()
    thread.join()


def tamper(engine: Engine, *sql: str) -> None:
    """Change entries as somebody with a grudge would: take the triggers off, put them back."""
    with writing(engine) as conn:
        for name in dialect_of(engine).guards:
            if name.startswith("entry_"):
                conn.exec_driver_sql(drop_of(engine, name))
        for one in sql:
            conn.exec_driver_sql(one)
        dialect_of(engine).put_guards(conn)


def drop_of(engine: Engine, name: str) -> str:
    return f"DROP TRIGGER {name}" + ("" if engine.dialect.name == "sqlite" else " ON entry")


def test_a_broken_book_is_read_and_no_longer_written(engine: Engine, book: Book) -> None:
    for text in "abcde":
        label(book, text)
    tamper(engine, "UPDATE entry SET actor = 'p_eve' WHERE seq = 3")
    opened = Book(engine)
    assert (opened.found.holds, opened.found.broken_at) == (False, 3)
    with pytest.raises(BookBroken) as refused, opened.transact():
        pass
    assert refused.value.detail["seq"] == 3
    assert [entry.seq for entry in opened.entries()] == [1, 2, 3, 4, 5]
    with pytest.raises(BookBroken, match="entry 3"):
        opened.replay()


def test_a_tail_that_was_cut_off_is_noticed(engine: Engine, book: Book) -> None:
    for text in "abcde":
        label(book, text)
    tamper(engine, "DELETE FROM entry WHERE seq > 3")
    found = book.verify()
    assert (found.holds, found.broken_at) == (False, 4)
    assert "gone" in found.sentence


def test_a_book_with_an_entry_pasted_in_from_a_recomputed_chain_is_noticed_by_its_end(
    engine: Engine, book: Book
) -> None:
    label(book, "a")
    tamper(engine, "UPDATE head SET seq = 0")
    assert book.verify().broken_at == 1


def test_an_old_break_is_found_by_a_whole_check_and_a_new_one_at_once(engine: Engine, book: Book) -> None:
    with book.transact() as tx:
        for number in range(600):
            tx.append("machine", actor=STUDIO, body={"machine": "m_a", "label": str(number)})
    tamper(engine, "UPDATE entry SET at = 'never' WHERE seq = 10")
    assert Book(engine).found.holds
    assert Book(engine, tail=None).found.broken_at == 10
    tamper(engine, "UPDATE entry SET at = 'never' WHERE seq = 599")
    assert Book(engine).found.broken_at == 599


def test_a_missing_trigger_is_named_when_the_book_is_opened(engine: Engine) -> None:
    with writing(engine) as conn:
        conn.exec_driver_sql(drop_of(engine, "entry_is_never_updated"))
    with pytest.raises(BookBroken, match="entry_is_never_updated"):
        Book(engine)


def test_replay_puts_right_what_was_changed_behind_the_books_back(floor: Floor) -> None:
    floor.verdict("p_dana", floor.take("a"), "director", -2)
    assert floor.book.replay().equal
    with writing(floor.engine) as conn:
        conn.exec_driver_sql("UPDATE verdict SET live = false")
        conn.exec_driver_sql("INSERT INTO role VALUES ('pr_1', 'p_art', 'director', 1)")
    found = floor.book.replay()
    assert (found.equal, found.differing) == (False, ("role", "verdict"))
    assert floor.book.replay().equal


@pytest.mark.sqlite
def test_the_file_is_where_it_was_put(tmp_path: Path, engine: Engine) -> None:
    label(Book(engine), "a")
    assert (tmp_path / "book.sqlite").stat().st_size > 0
