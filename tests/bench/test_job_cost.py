"""What a job costs beside its work: processor time of the runner's process, and of waiting."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from circletake.db.connect import migrate_book, migrate_jobs, open_book, open_jobs
from circletake.domain.people import MachineId
from circletake.ledger.book import Book
from circletake.work.executors.local import LocalExecutor
from circletake.work.job import Job, Offer, job_key
from circletake.work.queue import JobQueue
from circletake.work.relay import Relay
from circletake.work.runner import Runner

pytestmark = pytest.mark.bench

HERE = Path(__file__).parent
STUDIO = MachineId("m_studio")
JOBS = 400


class Place:
    """A book, a queue and a runner of two workers."""

    def __init__(self, folder: Path) -> None:
        self._book_engine, self._jobs_engine = (
            open_book(folder / "book.sqlite"),
            open_jobs(folder / "jobs.sqlite"),
        )
        migrate_book(self._book_engine)
        migrate_jobs(self._jobs_engine)
        self.book, self.queue = Book(self._book_engine), JobQueue(self._jobs_engine)
        with self.book.transact() as transaction:
            transaction.append("machine", actor=STUDIO, body={"machine": str(STUDIO), "label": "Studio"})
        self.runner = Runner(
            self.queue,
            LocalExecutor(workers=2),
            Relay(self._book_engine, self.queue),
            self._record,
            calls={"nothing": "cost_calls:nothing"},
        )

    def _record(self, job: Job, _result: dict[str, object]) -> None:
        with self.book.transact() as transaction:
            transaction.append("done", actor=STUDIO, body={"job": job.key, "op": job.op})

    def close(self) -> None:
        self.runner.stop()
        self._book_engine.dispose()
        self._jobs_engine.dispose()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.syspath_prepend(str(HERE))
    made = Place(tmp_path)
    yield made
    made.close()


def say(what: str, spent_s: float, count: int) -> None:
    sys.stdout.write(f"{what}: {spent_s / count * 1000:.3f} ms CPU each\n")


@pytest.mark.parametrize("batch", [1, 2, 32])
def test_the_queue_alone(place: Place, batch: int) -> None:
    offers = [
        Offer(job_key("nothing", version=1, params={"n": n}, inputs=[]), "nothing", {}) for n in range(JOBS)
    ]
    began_s = time.process_time()
    place.queue.offer(offers)
    say("offer", time.process_time() - began_s, JOBS)
    began_s, done = time.process_time(), 0
    while jobs := place.queue.claim("bench", limit=batch):
        assert not place.queue.finish(jobs)
        done += len(jobs)
    say(f"claim and finish, {batch} at a time", time.process_time() - began_s, done)
    assert done == JOBS


def test_a_whole_job_from_order_to_record(place: Place) -> None:
    with place.book.transact() as transaction:
        for n in range(JOBS):
            key = job_key("nothing", version=1, params={"n": n}, inputs=[])
            transaction.enqueue(op="nothing", args={"n": n}, key=key)
    began_s, wall_s = time.process_time(), time.monotonic()
    jobs = place.runner.run_until()
    say("order, claim, call, record, finish", time.process_time() - began_s, JOBS)
    sys.stdout.write(f"{JOBS / (time.monotonic() - wall_s):.0f} jobs a second\n")
    assert [job.state for job in jobs] == ["done"] * JOBS


def test_waiting_costs_next_to_nothing(place: Place) -> None:
    place.runner.start()
    time.sleep(1)
    began_s = time.process_time()
    time.sleep(5)
    share = (time.process_time() - began_s) / 5
    sys.stdout.write(f"waiting: {share * 100:.2f} % of one processor\n")
    assert share < 0.02
