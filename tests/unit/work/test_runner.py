"""The runner: what is owed gets done, recorded once, and handed back when it has to stop."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from circletake.db.tables import job as table
from circletake.errors import Conflict, DatabaseBusy, PolicyHolds, WorldMoved
from circletake.work.job import Job
from circletake.work.queue import JobQueue

if TYPE_CHECKING:
    from tests.unit.work.conftest import Desk, RunnerMaker


def wait_for(claim: Callable[[], bool], within_s: float = 15) -> None:
    until_s = time.monotonic() + within_s
    while not claim():
        assert time.monotonic() < until_s, "it did not happen"
        time.sleep(0.02)


def test_every_order_is_done_and_recorded_once(desk: "Desk", make_runner: "RunnerMaker") -> None:
    keys = [desk.order("double", n=n) for n in range(12)]
    jobs = make_runner().run_until(keys)
    assert {job.state for job in jobs} == {"done"}
    assert desk.recorded() == dict.fromkeys(keys, 1)
    assert desk.open_orders() == set()
    results = [str(entry.body["result"]) for entry in desk.book.entries() if entry.kind == "done"]
    assert any("('twice', 22)" in result for result in results)


def test_a_call_on_a_content_is_told_what_was_made_of_it(desk: "Desk", make_runner: "RunnerMaker") -> None:
    desk.queue.put_derived("a" * 64, "proxy-1", "b" * 64)
    keys = [desk.order("made", content=letter * 64) for letter in "ac"]
    make_runner().run_until(keys)
    results = {
        str(entry.body["job"]): str(entry.body["result"])
        for entry in desk.book.entries()
        if entry.kind == "done"
    }
    assert "b" * 64 in results[keys[0]]
    assert "None" in results[keys[1]]


def test_without_keys_everything_that_is_owed_is_done(desk: "Desk", make_runner: "RunnerMaker") -> None:
    keys = {desk.order("double", n=n) for n in range(3)}
    assert {job.key for job in make_runner().run_until()} == keys
    assert make_runner().run_until() == []


def test_a_key_nobody_owes_is_passed_over(make_runner: "RunnerMaker") -> None:
    assert make_runner().run_until(["nothing"]) == []


def test_what_is_refused_fails_at_once_with_its_sentence(desk: "Desk", make_runner: "RunnerMaker") -> None:
    key = desk.order("refuse")
    [job] = make_runner().run_until([key])
    assert (job.state, job.tries) == ("failed", 1)
    assert job.error == "This file holds no picture; choose another."
    assert desk.open_orders() == {key}
    assert not desk.recorded()


def test_what_stumbles_is_tried_again_and_then_fails(desk: "Desk", make_runner: "RunnerMaker") -> None:
    desk.queue = JobQueue(desk.queue.engine, max_tries=2, jitter=lambda: 1.0)
    key = desk.order("stumble")
    runner = make_runner()
    runner._queue = desk.queue
    [job] = runner.run_until([key])
    assert (job.state, job.tries) == ("failed", 2)
    assert job.error is not None
    assert job.error.startswith("stumble did not finish: ZeroDivisionError: nothing by nothing (log ")


def test_work_nobody_here_knows_fails_with_a_way_out(desk: "Desk", make_runner: "RunnerMaker") -> None:
    [job] = make_runner().run_until([desk.order("juggle")])
    assert job.state == "failed"
    assert "update this circletake" in str(job.error)


def test_an_outcome_that_is_recorded_already_counts_as_done(desk: "Desk", make_runner: "RunnerMaker") -> None:
    key = desk.order("double", n=1)

    def record_and_be_told_twice(job: Job, result: dict[str, object]) -> None:
        desk.record(job, result)
        desk.record(job, result)  # as after a crash between the book and the queue

    [job] = make_runner(record=record_and_be_told_twice).run_until([key])
    assert job.state == "done"
    assert desk.recorded() == {key: 1}


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Conflict("It is recorded."), "done"),
        (PolicyHolds("The policy does not allow it."), "failed"),
        (DatabaseBusy("Try again."), "ready"),
        (WorldMoved("The cut has moved."), "ready"),
        (OSError("what is this"), "ready"),
    ],
)
def test_the_book_s_answer_decides_what_becomes_of_a_job(
    desk: "Desk", make_runner: "RunnerMaker", error: Exception, state: str
) -> None:
    key = desk.order("double", n=1)

    def refuse(_job: Job, _result: dict[str, object]) -> None:
        raise error

    runner = make_runner(record=refuse)
    runner.start()
    wait_for(lambda: (job := desk.queue.find(key)) is not None and job.fence == 1 and job.state != "run")
    job = desk.queue.get(key)
    assert job.state == state
    assert not desk.recorded()


def test_progress_is_told_while_a_job_runs(desk: "Desk", make_runner: "RunnerMaker") -> None:
    key = desk.order("doze", s=2.0)
    told: list[tuple[str, int]] = []
    make_runner().run_until([key], lambda jobs: told.extend((job.state, job.done_frames) for job in jobs))
    steps = [frames for state, frames in told if state == "run" and frames]
    assert steps == sorted(set(steps))
    assert len(steps) >= 2
    assert told[-1] == ("done", 200)


def test_a_running_job_is_cancelled_and_nothing_is_recorded(desk: "Desk", make_runner: "RunnerMaker") -> None:
    key = desk.order("doze", s=60.0)
    runner = make_runner()
    runner.start()
    wait_for(lambda: (job := desk.queue.find(key)) is not None and job.done_frames > 0)
    desk.queue.cancel(key)
    [job] = runner.run_until([key])
    assert job.state == "cancelled"
    assert not desk.recorded()


def test_stopping_hands_back_what_runs_and_burns_no_try(desk: "Desk", make_runner: "RunnerMaker") -> None:
    key = desk.order("doze", s=60.0)
    runner = make_runner()
    runner.start()
    wait_for(lambda: (job := desk.queue.find(key)) is not None and job.done_frames > 0)
    began_s = time.monotonic()
    runner.stop()
    assert time.monotonic() - began_s < 3
    job = desk.queue.get(key)
    assert (job.state, job.tries, job.owner) == ("ready", 0, None)


def test_an_interrupted_foreground_hands_back_too(desk: "Desk", make_runner: "RunnerMaker") -> None:
    key = desk.order("doze", s=60.0)

    def interrupt(jobs: list[Job]) -> None:
        if jobs[0].done_frames:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_runner().run_until([key], interrupt)
    assert (desk.queue.get(key).state, desk.queue.get(key).tries) == ("ready", 0)


def test_a_started_runner_is_watched_and_not_doubled(desk: "Desk", make_runner: "RunnerMaker") -> None:
    runner = make_runner()
    runner.start()
    keys = [desk.order("double", n=n) for n in range(4)]
    assert {job.state for job in runner.run_until(keys)} == {"done"}
    assert desk.recorded() == dict.fromkeys(keys, 1)


def test_two_runners_on_the_same_files_share_the_work(desk: "Desk", make_runner: "RunnerMaker") -> None:
    keys = [desk.order("doze", s=0.2, n=n) for n in range(8)]
    first, second = make_runner(workers=1), make_runner(workers=1)
    owners: set[str | None] = set()
    first.start()
    second.start()
    first.run_until(keys, lambda jobs: owners.update(job.owner for job in jobs))
    assert desk.recorded() == dict.fromkeys(keys, 1)
    assert owners >= {first.owner, second.owner}


def test_a_lost_lease_stops_the_run_and_leaves_the_job_to_its_new_owner(
    desk: "Desk", make_runner: "RunnerMaker"
) -> None:
    key = desk.order("doze", s=3.0)
    runner = make_runner(lease_ttl_s=0.9)
    runner.start()
    wait_for(lambda: (job := desk.queue.find(key)) is not None and job.done_frames > 0)
    with desk.queue.engine.begin() as conn:
        stolen = update(table).values(owner="thief", fence=7, lease_until_ms=2**60)
        conn.execute(stolen.where(table.c.key == key))
    wait_for(lambda: not runner._held)
    time.sleep(0.5)
    job = desk.queue.get(key)
    assert (job.owner, job.fence, job.state) == ("thief", 7, "run")
    assert not desk.recorded()


def test_the_lease_of_a_long_job_is_kept(desk: "Desk", make_runner: "RunnerMaker") -> None:
    key = desk.order("doze", s=2.5)
    runner, other = make_runner(lease_ttl_s=0.9), make_runner(lease_ttl_s=0.9)
    runner.start()
    other.start()
    [job] = runner.run_until([key])
    assert (job.state, job.fence, job.tries) == ("done", 1, 1)


def test_a_job_that_kills_its_worker_fails_after_its_tries(
    desk: "Desk", make_runner: "RunnerMaker", tmp_path: object
) -> None:
    desk.queue = JobQueue(desk.queue.engine, max_tries=1)
    killer, good = desk.order("die", lives=f"{tmp_path}/lives"), desk.order("doze", s=0.3)
    runner = make_runner()
    runner._queue = desk.queue
    jobs = {job.key: job for job in runner.run_until([killer, good])}
    assert jobs[killer].state == "failed"
    assert "signal 9" in str(jobs[killer].error)
    assert (jobs[good].state, jobs[good].tries) == ("done", 1)
