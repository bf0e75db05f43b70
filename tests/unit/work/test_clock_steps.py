"""Clocks that step an hour forwards or back: nothing waits for ever, nothing is in the book twice.

On SQLite leases do not look at wall time at all. On PostgreSQL they look at the server's, which is
stepped here as a server's is: its `clock_timestamp()` jumps.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from circletake.db.connect import open_jobs, reading, writing
from circletake.domain.people import MachineId
from circletake.ledger.book import Book
from circletake.work.clock import BootClock, DatabaseClock, clock_of
from circletake.work.job import Offer
from circletake.work.queue import LONGEST_LEASE_S, MAX_WAIT_S, TTL_S, JobQueue

Database = Any  # of the conftest above, which cannot be imported
Server = Any
HOUR_S = 3600
STUDIO = MachineId("m_studio")


@pytest.mark.parametrize("step_s", [HOUR_S, -HOUR_S])
def test_entries_keep_their_order_when_the_wall_clock_steps(database: Database, step_s: int) -> None:
    moment = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
    times = iter([moment, moment + dt.timedelta(seconds=step_s), moment + dt.timedelta(seconds=1)])
    book = Book(database.book(), now=lambda: next(times).strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    for label in "abc":
        with book.transact() as tx:
            tx.append("machine", actor=STUDIO, body={"machine": "m_studio", "label": label})
    assert [(entry.seq, entry.body["label"]) for entry in book.entries()] == [(1, "a"), (2, "b"), (3, "c")]
    assert book.verify().holds
    assert book.replay().equal


def test_each_database_has_the_clock_that_all_its_users_share(database: Database) -> None:
    kinds = {"sqlite": BootClock, "postgresql": DatabaseClock}
    assert isinstance(clock_of(database.open_jobs()), kinds[database.kind])


class Stepped:
    """A database on whose server the clock can be stepped.

    Args:
        server: where it is.
    """

    def __init__(self, server: Server) -> None:
        self.name = server.create()
        address = server.address(self.name)
        before = open_jobs(address)
        with writing(before) as conn:
            conn.exec_driver_sql("CREATE SCHEMA stepped")
            conn.exec_driver_sql(f"ALTER DATABASE {self.name} SET search_path = stepped, pg_catalog, public")
        before.dispose()
        self.engine: Engine = open_jobs(address)

    def step(self, s: int) -> None:
        with writing(self.engine) as conn:
            conn.exec_driver_sql(
                "CREATE OR REPLACE FUNCTION stepped.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS "
                f"$$ SELECT pg_catalog.clock_timestamp() + make_interval(secs => {s}) $$"
            )


@pytest.fixture
def stepped(postgresql: Server) -> Iterator[Stepped]:
    made = Stepped(postgresql)
    yield made
    made.engine.dispose()
    postgresql.drop(made.name)


def test_the_servers_clock_is_the_one_that_is_read(stepped: Stepped) -> None:
    clock = DatabaseClock(stepped.engine)
    before = clock.now()
    stepped.step(-HOUR_S)
    assert -HOUR_S * 1000 <= clock.now().ms - before.ms < -HOUR_S * 1000 + 60_000
    with reading(stepped.engine) as conn:
        assert conn.exec_driver_sql("SELECT clock_timestamp() < now()").scalar() is True


def test_an_hour_forwards_leases_end_early_and_whoever_is_late_changes_nothing(stepped: Stepped) -> None:
    queue = JobQueue(stepped.engine, jitter=lambda: 1.0)
    queue.offer([Offer("a", "look", {})])
    [first] = queue.claim("x", limit=1)
    stepped.step(HOUR_S)
    assert queue.reap() == 1
    stepped.step(2 * HOUR_S)  # the wait between two tries is over as well
    [again] = queue.claim("y", limit=1)
    assert queue.finish([first]) == {first.lease}
    assert queue.finish([again]) == set()


def test_an_hour_back_a_living_runner_keeps_its_job(stepped: Stepped) -> None:
    queue = JobQueue(stepped.engine)
    queue.offer([Offer("a", "look", {})])
    [job] = queue.claim("x", limit=1)
    stepped.step(-HOUR_S)
    assert queue.reap() == 0
    assert queue.heartbeat([job.lease]) == set()
    assert queue.finish([job]) == set()


def test_an_hour_back_the_job_of_a_dead_runner_does_not_wait_for_an_hour(stepped: Stepped) -> None:
    queue = JobQueue(stepped.engine)
    queue.offer([Offer("a", "look", {})])
    queue.claim("x", limit=1)
    stepped.step(-HOUR_S)
    assert queue.reap() == 0, "it may be alive: first its lease is made as long as any"
    stepped.step(-HOUR_S + round(TTL_S) + 1)
    assert queue.reap() == 1


def test_an_hour_back_a_job_that_waits_for_its_next_try_is_not_forgotten(stepped: Stepped) -> None:
    queue = JobQueue(stepped.engine)
    queue.offer([Offer("a", "look", {})])
    [job] = queue.claim("x", limit=1)
    assert queue.fail(job, "again, please", retry=True) == "ready"
    assert queue.claim("x", limit=1) == []
    stepped.step(-HOUR_S)
    assert len(queue.claim("x", limit=1)) == 1
    assert LONGEST_LEASE_S < HOUR_S > MAX_WAIT_S
