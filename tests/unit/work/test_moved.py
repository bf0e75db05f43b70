"""The queue moves with the book: nothing that was paid for is made again."""

from typing import Any

import pytest
from sqlalchemy import Engine

from circletake.db.connect import open_jobs
from circletake.work.job import Offer
from circletake.work.move import move_jobs
from circletake.work.queue import JobQueue

Server = Any  # of the conftest above, which cannot be imported

pytestmark = pytest.mark.sqlite  # from there it moves


def test_jobs_and_what_was_derived_arrive_and_work_goes_on(jobs_engine: Engine, postgresql: Server) -> None:
    old = JobQueue(jobs_engine)
    old.offer([Offer("a", "look", {}), Offer("b", "buy", {}, lane="paid"), Offer("c", "look", {})])
    [paid] = old.claim("x", limit=1, lanes=["paid"])
    old.fail(paid, "nobody saw its end", retry=True)
    [running] = old.claim("x", limit=1)
    old.put_derived("aa", "proxy-1", "bb")
    name = postgresql.create()
    target = open_jobs(postgresql.address(name))
    assert move_jobs(jobs_engine, target) == 3
    new = JobQueue(target, jitter=lambda: 1.0)
    assert {job.key: job.state for job in new.jobs()} == {"a": "run", "b": "unknown", "c": "ready"}
    assert [job.key for job in reversed(new.jobs())] == ["a", "b", "c"]
    assert new.find_derived("aa", "proxy-1") == "bb"
    assert new.reap() == 1, "a lease of the old machine means nothing here"
    assert new.get(running.key).fence == running.fence
    assert new.offer([Offer("d", "look", {})]) == 1
    assert move_jobs(jobs_engine, target) == 0, "once"
    target.dispose()
    postgresql.drop(name)
