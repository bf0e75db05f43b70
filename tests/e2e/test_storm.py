"""kill -9 among verdicts, on SQLite and on PostgreSQL: nothing acknowledged is lost, nothing is doubled.

What is killed are processes that have the real studio open and give verdicts through the real recipe, two
at a time: while they open it, while they wait for the book's end, between append and commit, between
commit and acknowledgement. On PostgreSQL its own processes are killed as well: some ended by the server
(`pg_terminate_backend`), some with kill -9, upon which the server recovers from its log.

`CIRCLETAKE_STORM` says how many kills there are: 12 without it; 1000 (200 on PostgreSQL) for the long run.
"""

import os
import random
import selectors
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from circletake.config import Config, read_config
from circletake.ledger import reads
from circletake.ledger.entries import Entry
from circletake.studio import Studio
from circletake.workflows.receive_take import Attempt, adopted_sheets, record_take, task_of

from .storm_writer import AWAY

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(7200)]

Server = Any  # of the conftest above, which cannot be imported
HERE = Path(__file__).parent
KILLS = int(os.environ.get("CIRCLETAKE_STORM", "12"))
JUDGES = ("lea", "leo", "dora")
AT_ONCE = 2
CODES = [f"SH{number:03d}" for number in range(10, 10 + (60 if KILLS > 100 else 6))]
AMONG_VERDICTS = 0.7
"""Share of kills that wait for a verdict first; the others also hit judges who open the studio."""
TERMINATED, CRASHED = 0.2, 0.05
"""Share of kills that hit the database's own processes."""


def found(folder: Path, config: Config) -> None:
    """A studio with judges, and shots with a take each; what the takes show does not matter here."""
    with Studio.create(folder, config=config) as studio:
        for name in ("ana", *JUDGES):
            studio.add_person(name)
        ana = studio.session_of(studio.sign_in_by_link(studio.make_link("ana")))
        studio.new_production(ana, code="storm", title="Storm", rate=Fraction(24), width_px=96, height_px=64)
        for name in JUDGES:
            studio.set_role(ana, "storm", person=name, role="director" if name == "dora" else "lead")
        for code in CODES:
            studio.add_shot(ana, "storm", code=code, title=code, frames=24, source_class="drawn")
            content = studio.house.store.put_bytes(code.encode())
            with studio.house.book.transact() as tx:
                production = reads.find_production(tx.conn, "storm")
                assert production is not None
                record_take(
                    studio.house,
                    tx,
                    ana.person,
                    task=task_of(tx.conn, production, code, "animation"),
                    attempt=Attempt(
                        content=content,
                        makers=(ana.person,),
                        origin="drawn",
                        n_frames=24,
                        rate=Fraction(24),
                        width_px=96,
                        height_px=64,
                        label=code,
                        leans=adopted_sheets(tx.conn, production.id),
                    ),
                )


def production_of(folder: Path) -> str:
    with Studio.open(folder) as studio, studio.house.book.reading() as conn:
        production = reads.find_production(conn, "storm")
    assert production is not None
    return production.id


@dataclass
class Storm:
    """The program that forks judges, and what they said."""

    folder: Path
    dice: random.Random
    living: dict[int, float] = field(default_factory=dict)  # process → when it began
    gave: dict[str, tuple[int, int]] = field(default_factory=dict)  # key → entry, value
    ordered: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    began: int = 0
    _rest: bytes = b""

    def __post_init__(self) -> None:
        production = production_of(self.folder)
        self.program = subprocess.Popen(
            [sys.executable, str(HERE / "storm_writer.py"), str(self.folder), production, *CODES],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert self.program.stdout is not None
        assert self.program.stdin is not None
        self._said = self.program.stdout.fileno()
        self._told = self.program.stdin.fileno()
        os.set_blocking(self._said, False)
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._said, selectors.EVENT_READ)

    def begin(self) -> None:
        """Have another judge begin."""
        self.sent += 1
        os.write(self._told, f"{self.dice.choice(JUDGES)} {self.sent}\n".encode())
        until = time.monotonic() + 60
        before = self.began
        while self.began == before:
            assert time.monotonic() < until, "no judge began"
            self.listen(0.01)

    def listen(self, for_s: float) -> None:
        """Take in what is said for a while."""
        until = time.monotonic() + for_s
        while (left := until - time.monotonic()) > 0:
            if not self._ready.select(left):
                return
            more = os.read(self._said, 1 << 16)
            assert more, "the judges' program ended"
            *lines, self._rest = (self._rest + more).split(b"\n")
            for line in lines:
                self._heard(line.decode().split())

    def _heard(self, words: list[str]) -> None:
        what, *rest = words
        if what == "began":
            self.living[int(rest[0])] = time.monotonic()
            self.began += 1
        elif what == "gave":
            assert rest[0] not in self.gave
            self.gave[rest[0]] = (int(rest[1]), int(rest[2]))
        elif what == "ordered":
            self.ordered.add(rest[0])
        elif what == "ended":
            self.living.pop(int(rest[0]), None)
            self.statuses[int(rest[1])] += 1

    def wait_for_a_verdict(self) -> None:
        """Listen until somebody's verdict is acknowledged, or nobody is left who could give one."""
        before, until = len(self.gave), time.monotonic() + 60
        while len(self.gave) == before and self.living:
            assert time.monotonic() < until, "nobody gave a verdict"
            self.listen(0.02)

    def kill(self) -> None:
        """kill -9 a judge, and wait until it is gone."""
        victim = self.dice.choice(sorted(self.living))
        os.kill(victim, signal.SIGKILL)
        self.killed["judges"] += 1
        until = time.monotonic() + 30
        while victim in self.living:
            assert time.monotonic() < until, "a killed process did not end"
            self.listen(0.01)

    def stop(self) -> None:
        """End everything."""
        for pid in list(self.living):
            os.kill(pid, signal.SIGKILL)
        until = time.monotonic() + 30
        while self.living and time.monotonic() < until:
            self.listen(0.01)
        self.program.kill()
        self.program.wait()
        self._ready.close()
        for pipe in (self.program.stdin, self.program.stdout):
            if pipe is not None:
                pipe.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def config(request: pytest.FixtureRequest) -> Iterator[Config]:
    if request.param == "sqlite":
        yield Config(workers=1)
        return
    server = request.getfixturevalue("durable_postgresql")
    name = server.create(template="template0")
    yield Config(workers=1, database=server.address(name))
    server.drop(name)


@pytest.fixture
def storm(tmp_path: Path, config: Config) -> Iterator[Storm]:
    folder = tmp_path / "studio"
    found(folder, config)
    made = Storm(folder, random.Random(1000))  # noqa: S311 - a test that can be repeated
    yield made
    if made.program.poll() is None:
        made.stop()


def test_nothing_acknowledged_is_lost_and_nothing_doubled(
    storm: Storm, config: Config, request: pytest.FixtureRequest
) -> None:
    server = request.getfixturevalue("durable_postgresql") if config.database else None
    kills = KILLS if server is None else max(12, KILLS // 5)
    while storm.killed.total() < kills:
        while len(storm.living) < AT_ONCE:
            storm.begin()
        if storm.dice.random() < AMONG_VERDICTS:
            storm.wait_for_a_verdict()
        storm.listen(storm.dice.uniform(0.0, 0.3))
        chance = storm.dice.random()
        if server is not None and chance < TERMINATED + CRASHED:
            kill_backend(storm, server, is_crash=chance < CRASHED)
        elif storm.living:
            storm.kill()
    storm.listen(1.0)
    storm.stop()
    told = f"{dict(storm.killed)} killed, {storm.began} judges, {len(storm.gave)} verdicts acknowledged"
    sys.stdout.write(f"\n{told}; statuses {dict(storm.statuses)}\n")
    assert set(storm.statuses) <= {-signal.SIGKILL, AWAY}, "a judge stumbled"
    assert len(storm.gave) >= kills // 2, "most kills hit nobody who was judging"
    check(storm)


def kill_backend(storm: Storm, server: Server, *, is_crash: bool) -> None:
    """End one of the server's own processes that serves a judge; kill -9 makes the server recover."""
    database = str(read_config(storm.folder).database).rpartition("/")[2].partition("?")[0]
    rows = server.run(
        f"SELECT pid FROM pg_stat_activity WHERE datname = '{database}' "  # noqa: S608 (our own name)
        "AND starts_with(application_name, 'circletake')"
    )
    if not rows:
        return
    (victim,) = storm.dice.choice(sorted(rows))
    if not is_crash:
        server.run(f"SELECT pg_terminate_backend({victim})")
        storm.killed["backends ended"] += 1
        return
    os.kill(int(victim), signal.SIGKILL)
    storm.killed["server crashed"] += 1
    until = time.monotonic() + 60
    while True:
        storm.listen(0.05)
        try:
            server.run("SELECT 1")
        except Exception:  # noqa: BLE001 - whatever it says while it recovers
            assert time.monotonic() < until, "the server did not come back"
        else:
            return


def check(storm: Storm) -> None:
    with Studio.open(storm.folder) as studio:
        assert studio.book_verify().holds
        entries = every_entry(studio)
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        given = {
            entry.body["key"]: (entry.seq, entry.body["value"])
            for entry in entries
            if entry.kind == "verdict"
        }
        assert len(given) == sum(entry.kind == "verdict" for entry in entries), "a verdict is there twice"
        lost = {key for key, told in storm.gave.items() if given.get(key) != told}
        assert lost == set()
        # what was recorded and never acknowledged: at most the one that each judge had in hand
        assert len(given) - len(storm.gave) <= sum(storm.statuses.values())
        with studio.house.book.reading() as conn:
            owed = {order["key"] for order in outbox(conn)}
        assert storm.ordered <= owed
        assert studio.book_replay().holds


def outbox(conn: reads.Connection) -> list[Any]:
    return list(conn.exec_driver_sql("SELECT key FROM outbox WHERE op = 'storm'").mappings())


def every_entry(studio: Studio) -> list[Entry]:
    entries: list[Entry] = []
    while more := studio.house.book.entries(len(entries), 1000):
        entries.extend(more)
    return entries
