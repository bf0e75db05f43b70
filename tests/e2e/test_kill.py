"""Killed anywhere from claim to finish: what was owed is recorded, each job once.

`CIRCLETAKE_KILLS` says how many kills the random run makes; 12 without it, 200 for the long run.
"""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from circletake.db.connect import migrate_book, migrate_jobs, open_book, open_jobs
from circletake.domain.people import MachineId
from circletake.ledger.book import Book
from circletake.media.store import ContentStore
from circletake.work.job import job_key
from circletake.work.queue import JobQueue
from circletake.work.relay import Relay

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(sys.platform != "linux", reason="finds the processes to kill in /proc"),
]

HERE = Path(__file__).parent
KILLS = int(os.environ.get("CIRCLETAKE_KILLS", "12"))
STUDIO = MachineId("m_studio")
BUSY = 12  # orders kept open while the killing goes on
DRAIN_S = 120


class Plant:
    """A folder with orders, and the programs that work them.

    Args:
        folder: of the book and the queue.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        book_engine, jobs_engine = open_book(folder / "book.sqlite"), open_jobs(folder / "jobs.sqlite")
        migrate_book(book_engine)
        migrate_jobs(jobs_engine)
        self.book, self.queue = Book(book_engine), JobQueue(jobs_engine)
        self.relay = Relay(book_engine, self.queue)
        self.owed: dict[str, int] = {}
        self.programs: list[subprocess.Popen[bytes]] = []
        with self.book.transact() as transaction:
            transaction.append("machine", actor=STUDIO, body={"machine": str(STUDIO), "label": "Studio"})

    def order(self, count: int) -> None:
        with self.book.transact() as transaction:
            for n in range(len(self.owed), len(self.owed) + count):
                key = job_key("make", version=1, params={"n": n}, inputs=[])
                assert transaction.enqueue(op="make", args={"n": n}, key=key)
                self.owed[key] = n

    def start(self, *crash_point: str) -> "subprocess.Popen[bytes]":
        path = os.pathsep.join([str(HERE), *sys.path])
        program = subprocess.Popen(
            [sys.executable, str(HERE / "kill_runner.py"), str(self.folder), *crash_point],
            env={**os.environ, "PYTHONPATH": path},
        )
        self.programs.append(program)
        return program

    def recorded(self) -> Counter[str]:
        jobs = Counter[str]()
        after = 0
        while entries := self.book.entries(after=after):
            jobs.update(str(entry.body["job"]) for entry in entries if entry.kind == "done")
            after = entries[-1].seq
        return jobs

    def check(self) -> None:
        """What was owed is recorded once, is in the store as it should be, and nothing is left over."""
        assert self.recorded() == dict.fromkeys(self.owed, 1)
        store = ContentStore(self.folder / "content")
        for entry in self.book.entries(limit=100_000):
            if entry.kind == "done":
                number = str(self.owed[str(entry.body["job"])])
                made = hashlib.shake_256(number.encode()).digest(256 * 1024)
                assert entry.body["result"] == hashlib.sha256(made).hexdigest()
                assert store.read(str(entry.body["result"])) == made
        states = Counter(job.state for job in self.queue.jobs(limit=100_000))
        assert states == {"done": len(self.owed)}
        assert self.book.verify().holds
        assert self.relay.start() == 0, "an order was left open"


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    made = Plant(tmp_path)
    yield made
    for program in made.programs:
        program.kill()
        program.wait()
    made.queue.engine.dispose()
    made.relay.book.dispose()


def parents() -> dict[int, int]:
    """Process → its parent, for every process that lives."""
    found: dict[int, int] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = place.read_text(encoding="utf-8").rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            found[int(place.parent.name)] = int(parent)
    return found


def is_worker(pid: int) -> bool:
    try:
        return b"circletake.work.executors.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize(
    "crash_point",
    ["after-copy", "after-claim", "before-record", "within-record", "after-record", "after-finish"],
)
def test_killed_at_any_step_every_order_is_recorded_once(plant: Plant, crash_point: str) -> None:
    plant.order(4)
    assert plant.start(crash_point).wait(timeout=60) == -signal.SIGKILL
    plant.order(1)
    assert plant.start().wait(timeout=60) == 0
    plant.check()


def test_killed_at_random_every_order_is_recorded_once(plant: Plant) -> None:
    dice = random.Random(20)  # noqa: S311 - a test that can be repeated
    runners = [plant.start(), plant.start()]
    killed: Counter[str] = Counter()
    seen: set[int] = set()
    while killed.total() < KILLS:
        still_open = len(plant.owed) - plant.recorded().total()
        if still_open < BUSY:
            plant.order(BUSY - still_open)
        time.sleep(dice.uniform(0.02, 0.5))
        living = parents()
        workers = sorted(pid for pid, parent in living.items() if parent in {one.pid for one in runners})
        seen.update(workers)
        if workers and dice.random() < 0.6:
            os.kill(dice.choice(workers), signal.SIGKILL)
            killed["workers"] += 1
        elif workers:
            chosen = dice.randrange(len(runners))
            runners[chosen].kill()
            runners[chosen].wait()
            killed["runners"] += 1
        for place, one in enumerate(runners):
            if one.poll() is not None:  # killed, or out of work
                runners[place] = plant.start()
    for one in runners:
        assert one.wait(timeout=DRAIN_S) == 0
    plant.check()
    claims = sum(job.fence for job in plant.queue.jobs(limit=100_000))
    sys.stdout.write(f"killed {dict(killed)}; {len(plant.owed)} jobs recorded once after {claims} claims\n")
    assert KILLS < 12 or min(killed["workers"], killed["runners"]) > 0
    assert not [pid for pid in seen if is_worker(pid)], "a worker outlived its runner"
