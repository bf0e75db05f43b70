"""A book and a queue on real files, and calls that worker processes can import."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from circletake.db.connect import reading
from circletake.db.tables import outbox
from circletake.domain.people import MachineId
from circletake.ledger.book import Book
from circletake.work.executors.local import LocalExecutor
from circletake.work.job import Job, job_key
from circletake.work.queue import JobQueue
from circletake.work.relay import Relay
from circletake.work.runner import Record, Runner

Database = Any  # of the conftest above, which cannot be imported
STUDIO = MachineId("m_studio")


@dataclass
class Desk:
    """What orders work and gets outcomes: the part of a studio that these tests need."""

    book: Book
    book_engine: Engine
    queue: JobQueue

    def order(self, function: str, **args: object) -> str:
        key = job_key(function, version=1, params=args, inputs=[])
        with self.book.transact() as transaction:
            transaction.enqueue(op=function, args=args, key=key)
        return key

    def record(self, job: Job, result: dict[str, object]) -> None:
        with self.book.transact() as transaction:
            body = {"job": job.key, "op": job.op, "result": str(sorted(result.items()))}
            transaction.append("done", actor=STUDIO, body=body)

    def recorded(self) -> Counter[str]:
        """Key → how many entries say that it is done."""
        return Counter(str(entry.body["job"]) for entry in self.book.entries() if entry.kind == "done")

    def open_orders(self) -> set[str]:
        with reading(self.book_engine) as conn:
            return set(conn.scalars(select(outbox.c.key)))


@pytest.fixture
def jobs_engine(database: Database) -> Engine:
    """The jobs' database, on SQLite and on PostgreSQL."""
    engine: Engine = database.jobs()
    return engine


@pytest.fixture
def desk(database: Database, jobs_engine: Engine) -> Desk:
    engine = database.book()
    book = Book(engine)
    with book.transact() as transaction:
        transaction.append("machine", actor=STUDIO, body={"machine": str(STUDIO), "label": "Studio"})
    return Desk(book, engine, JobQueue(jobs_engine))


@pytest.fixture
def work_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker processes get our search path, and with it the module `work_calls` beside this one."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


RunnerMaker = Callable[..., Runner]


@pytest.fixture
def make_runner(desk: Desk, work_calls: None) -> Iterator[RunnerMaker]:  # noqa: ARG001 - used for what it does
    made: list[Runner] = []
    functions = ("double", "refuse", "stumble", "doze", "die", "made")

    def make(*, record: Record = desk.record, lease_ttl_s: float = 30, workers: int = 2) -> Runner:
        runner = Runner(
            desk.queue,
            LocalExecutor(workers=workers),
            Relay(desk.book_engine, desk.queue),
            record,
            calls={function: f"work_calls:{function}" for function in functions},
            places={"place": "here"},
            lease_ttl_s=lease_ttl_s,
        )
        made.append(runner)
        return runner

    yield make
    for runner in made:
        runner.stop()
