"""Power lost among verdicts, on SQLite: whatever was acknowledged is there, once, in a book that holds.

A real process gives verdicts under `strace`. Its disk is then rebuilt as it may be at random moments, with
everything unsynced dropped, torn or out of order, and opened with our own code.

`CIRCLETAKE_POWER` says how many moments: 50 without it, 1000 for the long run.
"""

import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from circletake.config import Config
from circletake.domain.people import MachineId
from circletake.ledger import reads
from circletake.studio import Studio
from circletake.workflows.receive_take import Attempt, record_take, task_of

from .disk import Disk, Step, command, steps_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(7200)]

HERE = Path(__file__).parent
MOMENTS = int(os.environ.get("CIRCLETAKE_POWER", "50"))
VERDICTS = 40 if MOMENTS <= 50 else 300  # a hundred go past a checkpoint of the log, and so does closing
FOLLOWED = ("book.sqlite", "jobs.sqlite")


def found(folder: Path) -> tuple[str, str]:
    """A studio with a take to judge; its task and content."""
    with Studio.create(folder, config=Config(workers=1)) as studio:
        for name in ("ana", "lea"):
            studio.add_person(name)
        ana = studio.session_of(studio.sign_in_by_link(studio.make_link("ana")))
        studio.new_production(ana, code="dark", title="Dark", rate=Fraction(24), width_px=96, height_px=64)
        studio.set_role(ana, "dark", person="lea", role="lead")
        studio.add_shot(ana, "dark", code="SH010", title="A", frames=24, source_class="drawn")
        content = studio.house.store.put_bytes(b"a take")
        with studio.house.book.transact() as tx:
            production = reads.find_production(tx.conn, "dark")
            assert production is not None
            task = task_of(tx.conn, production, "SH010", "animation")
            attempt = Attempt(
                content=content, makers=(ana.person,), origin="drawn", n_frames=24, rate=Fraction(24),
                width_px=96, height_px=64,
            )  # fmt: skip
            record_take(studio.house, tx, ana.person, task=task, attempt=attempt)
        return task.task.id, content


def watched(folder: Path, trace: Path, task: str, content: str) -> list[Step]:
    """Have the verdicts given, and everything told that reached the kernel."""
    if shutil.which("strace") is None:
        pytest.skip("NO STRACE: install strace to run the tests of power loss")
    program = [sys.executable, str(HERE / "power_writer.py"), str(folder), task, content, str(VERDICTS)]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(
        [*command(trace), *program], env=environ, capture_output=True, text=True, check=False
    )
    if ran.returncode and "ptrace" in ran.stderr.lower():
        pytest.skip(f"NO PTRACE: strace may not watch a program here ({ran.stderr.strip()[:200]})")
    assert ran.returncode == 0, ran.stderr[-2000:]
    return steps_of(trace, folder)


def test_what_was_acknowledged_is_there_when_the_power_is_back(tmp_path: Path) -> None:
    dice = random.Random(2026)  # noqa: S311 - a test that can be repeated
    folder, base = tmp_path / "studio", tmp_path / "base"
    task, content = found(folder)
    shutil.copytree(folder, base)
    steps = watched(folder, tmp_path / "trace", task, content)
    disk = Disk(base, FOLLOWED, called=folder)
    whole = Disk(base, FOLLOWED, called=folder)
    marks = [place for place, step in enumerate(steps) if whole.follow(step)]
    assert len(marks) > VERDICTS * 5, "the disk saw too little"
    moments = sorted(dice.choices(marks, k=MOMENTS))
    acknowledged: list[str] = []
    seen: Counter[str] = Counter()
    place = 0
    for moment in moments:
        for step in steps[place : moment + 1]:
            disk.follow(step)
            if step.what == "said" and step.data.startswith(b"gave "):
                acknowledged.append(step.data.split()[1].decode())
        place = moment + 1
        rebuilt = tmp_path / "rebuilt"
        rebuilt.mkdir()
        shutil.copyfile(base / "studio.toml", rebuilt / "studio.toml")
        for name, left in disk.after_power_loss(dice).items():
            (rebuilt / name).write_bytes(left)
        for name in FOLLOWED:
            if dice.random() < 0.5:  # whatever a log's index was when nobody synced it
                (rebuilt / f"{name}-shm").write_bytes(dice.randbytes(32768))
        seen[check(rebuilt, acknowledged)] += 1
        shutil.rmtree(rebuilt)
    sys.stdout.write(
        f"\npower lost at {len(moments)} moments of {len(marks)}; {len(acknowledged)} of {VERDICTS} verdicts "
        f"acknowledged before the last; {dict(seen)}\n"
    )
    assert len(acknowledged) > VERDICTS // 2
    assert files_at_the_end(whole) == {name: (folder / name).read_bytes() for name in FOLLOWED}


def check(folder: Path, acknowledged: list[str]) -> str:
    """Open what was left, as whoever comes back does, and look at everything; say how much more was there."""
    with Studio.open(folder, config=Config(workers=1)) as studio:
        book = studio.house.book
        entries = book.entries(limit=100_000)
        given = Counter(str(entry.body["key"]) for entry in entries if entry.kind == "verdict")
        assert set(acknowledged) <= set(given), "an acknowledged verdict is lost"
        assert set(given.values()) <= {1}, "a verdict is there twice"
        assert len(given) <= len(acknowledged) + 1
        assert studio.book_verify().holds
        assert studio.book_replay().holds
        with book.transact() as tx:  # and it goes on
            tx.append("machine", actor=MachineId("m_studio"), body={"machine": "m_studio", "label": "on"})
        assert len(book.entries(limit=100_000)) == len(entries) + 1
        assert all(job.op in {"power", "analyse"} for job in studio.house.queue.jobs(limit=10_000))
    return "one more was recorded" if len(given) > len(acknowledged) else "exactly those"


def files_at_the_end(disk: Disk) -> dict[str, bytes]:
    """What the model says of the files when nothing went wrong: it has to be what is really there."""
    everything = random.Random(0)  # noqa: S311 - any dice will do: nothing is left unsynced
    return {name: left for name, left in disk.after_power_loss(everything).items() if name in FOLLOWED}


def test_the_disk_forgets_what_was_not_synced(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    (folder / "book.sqlite").write_bytes(b"old")
    path = str(folder / "book.sqlite")
    log = f"{path}-wal"
    disk = Disk(folder, FOLLOWED)
    for step in (Step("write", path, 0, b"new"), Step("create", log), Step("write", log, 0, b"x" * 1024)):
        disk.follow(step)
    seen = [disk.after_power_loss(random.Random(seed)) for seed in range(200)]  # noqa: S311 - as above
    assert {left["book.sqlite"] for left in seen} == {b"old", b"new"}
    assert {len(left) for left in seen} == {1, 2}
    logs = {left.get(f"{'book.sqlite'}-wal") for left in seen}
    assert {None, b"", b"x" * 512, bytes(512) + b"x" * 512, b"x" * 1024} <= logs
    disk.follow(Step("sync", path))
    disk.follow(Step("sync", log))
    disk.follow(Step("sync", str(folder)))
    for seed in range(50):
        left = disk.after_power_loss(random.Random(seed))  # noqa: S311 - as above
        assert left == {"book.sqlite": b"new", "book.sqlite-wal": b"x" * 1024}
