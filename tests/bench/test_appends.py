"""Durable appends: how many a second, and how long one takes, on both databases."""

import statistics
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from circletake.db.connect import migrate_book, open_book
from circletake.domain.people import MachineId
from circletake.ledger.book import Book

pytestmark = pytest.mark.bench

Server = Any  # of the conftest above, which cannot be imported
STUDIO = MachineId("m_studio")
APPENDS = 1000
BATCH = 100


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Engine]:  # noqa: ANN401 - a path
    if request.param == "sqlite":
        made = open_book(tmp_path / "book.sqlite")
        migrate_book(made)
        yield made
        made.dispose()
        return
    server: Server = request.getfixturevalue("durable_postgresql")
    name = server.create()
    made = open_book(server.address(name))
    yield made
    made.dispose()
    server.drop(name)


def say(engine: Engine, what: str, spent_s: float, count: int, each_s: list[float]) -> None:
    each_s.sort()
    p50, p99 = statistics.median(each_s) * 1000, each_s[len(each_s) * 99 // 100] * 1000
    sys.stdout.write(
        f"{engine.dialect.name}, {what}: {count / spent_s:.0f} a second, p50 {p50:.2f} ms, p99 {p99:.2f} ms\n"
    )


def append(book: Book, count: int) -> None:
    with book.transact() as tx:
        for _ in range(count):
            tx.append("machine", actor=STUDIO, body={"machine": "m_studio", "label": "x"})


def timed(book: Book, times: int, count: int) -> list[float]:
    each_s: list[float] = []
    for _ in range(times):
        began_s = time.monotonic()
        append(book, count)
        each_s.append(time.monotonic() - began_s)
    return each_s


def test_one_entry_a_transaction(engine: Engine) -> None:
    book = Book(engine)
    timed(book, 20, 1)
    began_s, cpu_s = time.monotonic(), time.process_time()
    each_s = timed(book, APPENDS, 1)
    say(engine, "one entry a transaction", time.monotonic() - began_s, APPENDS, each_s)
    sys.stdout.write(f"  {(time.process_time() - cpu_s) / APPENDS * 1000:.3f} ms CPU here each\n")


def test_a_hundred_entries_a_transaction(engine: Engine) -> None:
    book = Book(engine)
    timed(book, 2, BATCH)
    began_s = time.monotonic()
    each_s = timed(book, APPENDS * 5 // BATCH, BATCH)
    say(engine, "a hundred entries a transaction", time.monotonic() - began_s, APPENDS * 5, each_s)


def test_eight_at_once(engine: Engine) -> None:
    book = Book(engine)
    timed(book, 20, 1)
    all_s: list[float] = []
    threads = [threading.Thread(target=lambda: all_s.extend(timed(book, APPENDS // 8, 1))) for _ in range(8)]
    began_s = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    say(engine, "eight threads, one entry a transaction", time.monotonic() - began_s, len(all_s), all_s)


def test_verify_and_replay(engine: Engine) -> None:
    book = Book(engine)
    for _ in range(100):
        append(book, BATCH)
    for what, function in (("verify", book.verify), ("replay", book.replay)):
        began_s = time.monotonic()
        function()
        sys.stdout.write(
            f"{engine.dialect.name}, {what}: {100 * BATCH / (time.monotonic() - began_s):.0f}/s\n"
        )
