"""The queue: leases run out, fences do not, and nobody late changes anything."""

import datetime as dt
import os
import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy import Engine

from circletake.db.connect import open_jobs
from circletake.errors import NotFound, RequestInvalid
from circletake.work.clock import BootClock, Moment, boot_id
from circletake.work.job import Job, Offer, job_key
from circletake.work.queue import JobQueue


class HandClock:
    """Moves when the test says so."""

    def __init__(self) -> None:
        self.moment = Moment("first-start", 1_000)

    def now(self) -> Moment:
        return self.moment

    def go(self, s: float) -> None:
        self.moment = Moment(self.moment.boot, self.moment.ms + round(s * 1000))

    def restart(self, ms: int = 0) -> None:
        self.moment = Moment(self.moment.boot + "-next", ms)


def an_offer(n: int, **other: object) -> Offer:
    key = job_key("double", version=1, params={"n": n}, inputs=[])
    return Offer(key, "double", {"n": n}, **other)  # type: ignore[arg-type]  # the test names real fields


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def queue(jobs_engine: Engine, clock: HandClock) -> JobQueue:
    return JobQueue(jobs_engine, clock=clock, jitter=lambda: 0.0)


@pytest.fixture
def claimed(queue: JobQueue) -> Job:
    queue.offer([an_offer(0)])
    [job] = queue.claim("a", limit=1)
    return job


def test_work_offered_twice_is_owed_once(queue: JobQueue) -> None:
    assert queue.offer([an_offer(1), an_offer(2)]) == 2
    assert queue.offer([an_offer(2), an_offer(3)]) == 1
    assert [job.args["n"] for job in reversed(queue.jobs())] == [1, 2, 3]


def test_a_job_says_everything_it_was_offered_with(queue: JobQueue) -> None:
    queue.offer([Offer("k" * 64, "render", {"ä": [1, None, {"b": "c"}]}, lane="io", prio=7)])
    job = queue.get("k" * 64)
    assert (job.op, job.args, job.lane, job.prio) == ("render", {"ä": [1, None, {"b": "c"}]}, "io", 7)
    assert (job.state, job.fence, job.tries, job.is_open) == ("ready", 0, 0, True)


def test_arguments_that_are_not_json_are_refused(queue: JobQueue) -> None:
    with pytest.raises(RequestInvalid):
        queue.offer([Offer("k", "op", {"n": object()})])
    assert queue.jobs() == []


def test_the_most_urgent_and_then_the_oldest_are_claimed_first(queue: JobQueue) -> None:
    queue.offer([an_offer(1), an_offer(2, prio=5), an_offer(3), an_offer(4, prio=5)])
    assert [job.args["n"] for job in queue.claim("a", limit=3)] == [2, 4, 1]
    assert [job.args["n"] for job in queue.claim("b", limit=3)] == [3]
    assert queue.claim("c", limit=3) == []


def test_no_claim_takes_more_than_thirty_two(queue: JobQueue) -> None:
    queue.offer(an_offer(n) for n in range(40))
    assert len(queue.claim("a", limit=100)) == 32
    assert queue.claim("a", limit=0) == []


def test_only_lanes_the_owner_has_are_claimed(queue: JobQueue) -> None:
    queue.offer([an_offer(1, lane="gpu"), an_offer(2, lane="paid"), an_offer(3, lane="cpu")])
    assert [job.args["n"] for job in queue.claim("a", limit=9, lanes=["cpu"])] == [3]
    assert [job.args["n"] for job in queue.claim("a", limit=9, lanes=["paid", "gpu"])] == [1, 2]


def test_a_lease_with_heartbeats_does_not_run_out(queue: JobQueue, clock: HandClock, claimed: Job) -> None:
    for _ in range(10):
        clock.go(20)
        assert queue.heartbeat([claimed.lease]) == set()
        assert queue.reap() == 0
    assert queue.finish([claimed]) == set()
    assert queue.get(claimed.key).state == "done"


def test_a_lease_without_heartbeats_is_taken_back_and_claimed_under_the_next_fence(
    queue: JobQueue, clock: HandClock, claimed: Job
) -> None:
    clock.go(29.9)
    assert queue.reap() == 0
    clock.go(0.1)
    assert queue.reap() == 1
    assert queue.claim("b", limit=1) == [], "it waits two seconds first"
    clock.go(2)
    [again] = queue.claim("b", limit=1)
    assert (again.id, again.fence, again.tries) == (claimed.id, claimed.fence + 1, 2)
    assert queue.heartbeat([claimed.lease, again.lease]) == {claimed.lease}


def test_whoever_is_late_changes_nothing(queue: JobQueue, clock: HandClock, claimed: Job) -> None:
    clock.go(40)
    queue.reap()
    clock.go(2)
    [again] = queue.claim("b", limit=1)
    before = queue.get(claimed.key)
    assert queue.finish([claimed]) == {claimed.lease}
    assert queue.fail(claimed, "late", retry=False) is None
    queue.hand_back([claimed])
    queue.cancelled(claimed)
    queue.progress({claimed.lease: (5, 9)})
    assert queue.get(claimed.key) == before == again


def test_a_job_fails_after_three_tries_and_waits_longer_each_time(
    queue: JobQueue, clock: HandClock, claimed: Job
) -> None:
    job = claimed
    for wait_s in (2, 4):
        assert queue.fail(job, "it stumbled", retry=True) == "ready"
        clock.go(wait_s - 0.01)
        assert queue.claim("a", limit=1) == []
        clock.go(0.01)
        [job] = queue.claim("a", limit=1)
    assert queue.fail(job, "it stumbled", retry=True) == "failed"
    ended = queue.get(job.key)
    assert (ended.tries, ended.error, ended.is_open) == (3, "it stumbled", False)


def test_no_wait_is_longer_than_five_minutes(jobs_engine: Engine, clock: HandClock) -> None:
    queue = JobQueue(jobs_engine, clock=clock, max_tries=20, jitter=lambda: 0.0)
    queue.offer([an_offer(0)])
    for _ in range(15):
        [job] = queue.claim("a", limit=1)
        queue.fail(job, "again", retry=True)
        clock.go(300)
    assert len(queue.claim("a", limit=1)) == 1


def test_what_is_refused_fails_at_once(queue: JobQueue, claimed: Job) -> None:
    assert queue.fail(claimed, "This file holds no picture.", retry=False) == "failed"


def test_a_failed_job_offered_again_stays_failed_until_somebody_retries_it(
    queue: JobQueue, claimed: Job
) -> None:
    queue.fail(claimed, "no", retry=False)
    assert queue.offer([an_offer(0)]) == 0
    assert queue.get(claimed.key).state == "failed"
    again = queue.retry(claimed.key)
    assert (again.state, again.tries, again.error) == ("ready", 0, None)
    assert again.fence == claimed.fence, "the fence never goes back"


@pytest.mark.parametrize("state", ["ready", "run", "done"])
def test_retrying_what_did_not_fail_changes_nothing(queue: JobQueue, state: str) -> None:
    queue.offer([an_offer(0)])
    if state != "ready":
        [job] = queue.claim("a", limit=1)
        if state == "done":
            queue.finish([job])
    before = queue.get(an_offer(0).key)
    assert queue.retry(before.key) == before


def test_handing_back_costs_no_try_and_no_time(queue: JobQueue, claimed: Job) -> None:
    queue.hand_back([claimed])
    [again] = queue.claim("b", limit=1)
    assert (again.tries, again.fence) == (1, claimed.fence + 1)


def test_a_waiting_job_is_cancelled_at_once(queue: JobQueue) -> None:
    queue.offer([an_offer(0)])
    assert queue.cancel(an_offer(0).key).state == "cancelled"
    assert queue.claim("a", limit=1) == []
    assert queue.retry(an_offer(0).key).state == "ready"
    assert len(queue.claim("a", limit=1)) == 1


def test_a_running_job_is_asked_to_stop(queue: JobQueue, claimed: Job) -> None:
    assert queue.to_cancel([claimed.lease]) == set()
    assert queue.cancel(claimed.key).state == "run"
    assert queue.to_cancel([claimed.lease]) == {claimed.lease}
    queue.cancelled(claimed)
    assert queue.get(claimed.key).state == "cancelled"


def test_a_cancelled_job_whose_runner_is_gone_does_not_run_again(
    queue: JobQueue, clock: HandClock, claimed: Job
) -> None:
    queue.cancel(claimed.key)
    clock.go(31)
    assert queue.reap() == 1
    assert queue.get(claimed.key).state == "cancelled"


def test_paid_work_that_was_lost_is_unknown_and_not_run_again(queue: JobQueue, clock: HandClock) -> None:
    queue.offer([an_offer(0, lane="paid")])
    [job] = queue.claim("a", limit=1, lanes=["paid"])
    clock.go(31)
    assert queue.reap() == 1
    assert queue.get(job.key).state == "unknown"
    clock.go(1_000)
    assert queue.claim("a", limit=1, lanes=["paid"]) == []


def test_a_lease_of_another_start_of_the_machine_has_run_out(
    queue: JobQueue, clock: HandClock, claimed: Job
) -> None:
    clock.restart(ms=0)  # the clock begins again, long before the lease's end
    assert queue.reap() == 1
    assert queue.get(claimed.key).state == "ready"


def test_a_wait_of_another_start_of_the_machine_is_over(
    queue: JobQueue, clock: HandClock, claimed: Job
) -> None:
    queue.fail(claimed, "again", retry=True)
    clock.restart(ms=0)
    assert len(queue.claim("a", limit=1)) == 1


def test_wall_time_is_never_asked(
    queue: JobQueue, jobs_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody_asks(*_: object) -> float:
        raise AssertionError("the wall clock was asked")

    class NoDates(dt.datetime):
        now = utcnow = today = nobody_asks  # type: ignore[assignment]  # any use is the failure

    monkeypatch.setattr(time, "time", nobody_asks)
    monkeypatch.setattr(time, "time_ns", nobody_asks)
    monkeypatch.setattr(dt, "datetime", NoDates)
    queue = JobQueue(jobs_engine)
    queue.offer([an_offer(0), an_offer(1)])
    first, second = queue.claim("a", limit=2)
    queue.heartbeat([first.lease])
    queue.reap()
    queue.finish([first])
    assert queue.fail(second, "again", retry=True) == "ready"


def test_every_process_of_the_machine_reads_the_same_clock() -> None:
    before = BootClock().now()
    ask = "from circletake.work.clock import BootClock; now = BootClock().now(); print(now.boot, now.ms)"
    path = os.pathsep.join(sys.path)
    said = subprocess.run(
        [sys.executable, "-c", ask], env={"PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    boot, ms = said.stdout.split()
    after = BootClock().now()
    assert before.boot == boot == after.boot == boot_id() != ""
    assert before.ms <= int(ms) <= after.ms


def test_a_job_that_is_done_runs_again_only_when_the_book_says_so(queue: JobQueue, claimed: Job) -> None:
    assert queue.reopen([claimed.key]) == 0
    queue.finish([claimed])
    assert queue.reopen([claimed.key, "unknown"]) == 1
    [again] = queue.claim("a", limit=1)
    assert again.fence == claimed.fence + 1


def test_progress_is_shown_and_a_done_job_is_complete(queue: JobQueue, claimed: Job) -> None:
    queue.progress({claimed.lease: (12, 48)})
    assert (queue.get(claimed.key).done_frames, queue.get(claimed.key).total_frames) == (12, 48)
    queue.finish([claimed])
    assert queue.get(claimed.key).done_frames == 48


def test_jobs_are_listed_newest_first_and_by_state(queue: JobQueue) -> None:
    queue.offer(an_offer(n) for n in range(5))
    queue.finish(queue.claim("a", limit=2))
    assert [job.args["n"] for job in queue.jobs(limit=2)] == [4, 3]
    assert [job.args["n"] for job in queue.jobs(states=["done"])] == [1, 0]


def test_a_key_nobody_offered_is_not_found(queue: JobQueue) -> None:
    assert queue.find("nothing") is None
    for ask in (queue.get, queue.cancel, queue.retry):
        with pytest.raises(NotFound, match="circletake check"):
            ask("nothing")


def test_many_keys_are_found_at_once(queue: JobQueue) -> None:
    offers = [an_offer(n) for n in range(1_200)]
    queue.offer(offers)
    assert len(queue.find_all(offer.key for offer in offers)) == 1_200


def test_what_was_made_of_content_is_found_by_recipe(queue: JobQueue) -> None:
    assert queue.find_derived("aa", "proxy-1") is None
    queue.put_derived("aa", "proxy-1", "bb")
    queue.put_derived("aa", "poster-1", "cc")
    queue.put_derived("aa", "proxy-1", "dd")
    assert queue.find_derived("aa", "proxy-1") == "dd"
    assert queue.find_derived("aa", "poster-1") == "cc"


def test_several_owners_at_once_share_the_jobs_without_one_twice(
    queue: JobQueue, jobs_engine: Engine
) -> None:
    queue.offer(an_offer(n) for n in range(200))
    taken: dict[str, list[int]] = {}

    def take(owner: str) -> None:
        engine = open_jobs(jobs_engine.url)
        mine = JobQueue(engine)
        taken[owner] = []
        while jobs := mine.claim(owner, limit=3):
            taken[owner] += [job.id for job in jobs]
            assert mine.finish(jobs) == set()
        engine.dispose()

    threads = [threading.Thread(target=take, args=(f"owner-{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = [one for some in taken.values() for one in some]
    assert len(everything) == len(set(everything)) == 200
    assert {job.state for job in queue.jobs(limit=500)} == {"done"}
