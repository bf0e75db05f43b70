"""A program to be killed: works a book's orders until none is open, or kills itself at a given point.

python kill_runner.py FOLDER [CRASH_POINT]
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from circletake.db.connect import migrate_book, migrate_jobs, open_book, open_jobs
from circletake.domain.people import MachineId
from circletake.ledger.book import Book
from circletake.work.executors.local import LocalExecutor
from circletake.work.job import Job
from circletake.work.queue import JobQueue
from circletake.work.relay import Relay
from circletake.work.runner import Runner

STUDIO = MachineId("m_studio")
TTL_S = 1.0


def die(*_: object) -> None:
    """End as if the plug had been pulled: no clean-up, no exception."""
    os.kill(os.getpid(), signal.SIGKILL)


def dying_after(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, and death once it did something; what it lost, which is nothing, counts as well."""

    def wrapped(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - wraps whatever it is given
        did = function(*args, **options)
        if did or isinstance(did, set):
            die()
        return did

    return wrapped


def open_desk(folder: Path) -> tuple[Book, JobQueue, Relay]:
    """The book, the queue and the relay of a folder."""
    book_engine, jobs_engine = open_book(folder / "book.sqlite"), open_jobs(folder / "jobs.sqlite")
    migrate_book(book_engine)
    migrate_jobs(jobs_engine)
    # A thousand tries, because here it is never the work that is at fault.
    queue = JobQueue(jobs_engine, max_tries=1000, max_wait_s=0.5)
    return Book(book_engine), queue, Relay(book_engine, queue)


def run(folder: Path, crash_point: str = "") -> None:
    """Work until no order is open."""
    book, queue, relay = open_desk(folder)

    def record(job: Job, result: dict[str, object]) -> None:
        if crash_point == "before-record":
            die()
        with book.transact() as transaction:
            body = {"job": job.key, "op": job.op, "result": str(result["content"])}
            transaction.append("done", actor=STUDIO, body=body)
            if crash_point == "within-record":
                die()
        if crash_point == "after-record":
            die()

    if crash_point in {"after-copy", "after-claim", "after-finish"}:
        place: Any = relay if crash_point == "after-copy" else queue
        name = crash_point.removeprefix("after-")
        setattr(place, name, dying_after(getattr(place, name)))
    runner = Runner(
        queue,
        LocalExecutor(workers=2),
        relay,
        record,
        calls={"make": "kill_calls:make"},
        places={"store": str(folder / "content")},
        lease_ttl_s=TTL_S,
    )
    runner.run_until()
    runner.stop()


if __name__ == "__main__":
    run(Path(sys.argv[1]), *sys.argv[2:])
