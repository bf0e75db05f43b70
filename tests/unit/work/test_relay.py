"""The relay: an order in the book becomes a job, and stays owed until the book has its outcome."""

from typing import TYPE_CHECKING

from circletake.work import statements
from circletake.work.relay import Relay

if TYPE_CHECKING:
    from tests.unit.work.conftest import Desk


def test_an_order_becomes_a_job_once(desk: "Desk") -> None:
    key = desk.order("double", n=1)
    relay = Relay(desk.book_engine, desk.queue)
    assert relay.copy() == 1
    assert relay.copy() == 0
    assert Relay(desk.book_engine, desk.queue).copy() == 0
    job = desk.queue.get(key)
    assert (job.op, job.args, job.state) == ("double", {"n": 1}, "ready")
    assert desk.open_orders() == {key}, "only the outcome takes an order out of the book"


def test_orders_without_an_entry_between_them_are_all_copied(desk: "Desk") -> None:
    relay = Relay(desk.book_engine, desk.queue)
    for n in range(3):
        desk.order("double", n=n)
        assert relay.copy() == 1
    assert len(desk.queue.jobs()) == 3


def test_orders_after_an_outcome_are_copied(desk: "Desk") -> None:
    relay = Relay(desk.book_engine, desk.queue)
    desk.order("double", n=0)
    assert relay.copy() == 1
    [job] = desk.queue.claim("a", limit=1)
    desk.record(job, {})
    desk.queue.finish([job])
    desk.order("double", n=1)
    assert relay.copy() == 1


def test_a_lost_jobs_file_is_filled_again_from_the_book(desk: "Desk") -> None:
    keys = {desk.order("double", n=n) for n in range(3)}
    relay = Relay(desk.book_engine, desk.queue)
    relay.start()
    with desk.queue.engine.begin() as conn:
        conn.exec_driver_sql("DELETE FROM job")
    assert relay.copy() == 0
    assert relay.start() == 3
    assert {job.key for job in desk.queue.jobs()} == keys


def test_a_done_job_that_a_restored_book_does_not_know_runs_again(desk: "Desk") -> None:
    key, other = desk.order("double", n=1), desk.order("double", n=2)
    relay = Relay(desk.book_engine, desk.queue)
    relay.start()
    jobs = desk.queue.claim("a", limit=2)
    desk.record(next(job for job in jobs if job.key == other), {})
    desk.queue.finish(jobs)
    assert relay.start() == 1
    assert desk.queue.get(key).state == "ready"
    assert desk.queue.get(other).state == "done"


def test_a_failed_job_stays_failed_when_its_order_is_offered_again(desk: "Desk") -> None:
    key = desk.order("double", n=1)
    relay = Relay(desk.book_engine, desk.queue)
    relay.start()
    [job] = desk.queue.claim("a", limit=1)
    desk.queue.fail(job, "no", retry=False)
    assert relay.start() == 0
    assert desk.queue.get(key).state == "failed"
    assert desk.queue.retry(key).state == "ready"


def test_a_job_that_failed_only_because_its_runners_vanished_runs_again(desk: "Desk") -> None:
    key = desk.order("double", n=1)
    relay = Relay(desk.book_engine, desk.queue)
    relay.start()
    [job] = desk.queue.claim("a", limit=1)
    desk.queue.fail(job, statements.SILENT, retry=False)
    assert relay.start() == 1
    assert (desk.queue.get(key).state, desk.queue.get(key).tries) == ("ready", 0)
