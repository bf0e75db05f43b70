"""Two servers on one PostgreSQL database, and a second on SQLite, which is still refused."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx2
import pytest

from circletake.config import read_config
from circletake.domain.verdict import VALUES
from circletake.ledger.accounts import Session
from circletake.studio import Studio
from circletake.web.auth import COOKIE

from .conftest import TRUST, draw_film, wait_until
from .terminal import PROGRAM

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

Server = Any  # of the conftest above, which cannot be imported
JOBS = 4


@dataclass
class Program:
    """`circletake serve` in a process."""

    process: "subprocess.Popen[str]"
    url: str

    def client(self, token: str) -> httpx2.Client:
        return httpx2.Client(
            base_url=self.url, cookies={COOKIE: token}, timeout=60, trust_env=False, verify=TRUST
        )


@contextmanager
def serving(folder: Path) -> Iterator[Program]:
    with subprocess.Popen(
        [str(PROGRAM), "serve", str(folder), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "CIRCLETAKE_WORKERS": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, process.stderr.read() if process.stderr else ""
            yield Program(process, line.split()[-1])
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture
def folder(tmp_path: Path, postgresql: Server) -> Iterator[Path]:
    """A studio whose book is on the server, with people and takes that wait for their jobs."""
    name = postgresql.create(template="template0")
    config = read_config(tmp_path, environ={}, flags={"database": postgresql.address(name), "workers": 1})
    with Studio.create(tmp_path / "studio", config=config) as studio:
        for person in ("ana", "leo"):
            studio.add_person(person)
        ana = studio.session_of(studio.sign_in_by_link(studio.make_link("ana")))
        found(studio, ana, tmp_path)
    yield tmp_path / "studio"
    postgresql.drop(name)


def found(studio: Studio, ana: Session, folder: Path) -> None:
    studio.new_production(ana, code="duet", title="Duet", rate=Fraction(24), width_px=96, height_px=64)
    studio.set_role(ana, "duet", person="leo", role="lead")
    draw_film(folder / "film.mp4")
    for number in range(JOBS):
        code = f"SH{number}0"
        studio.add_shot(ana, "duet", code=code, title=code, frames=12, source_class="drawn")
        film = folder / f"film{number}.mp4"
        # other bytes, the same film: a box that players skip
        box = b"free" + bytes([number])
        film.write_bytes((folder / "film.mp4").read_bytes() + (len(box) + 4).to_bytes(4, "big") + box)
        studio.add_take(ana, "duet", shot=code, stage="animation", path=film)


def token_of(folder: Path, name: str) -> str:
    with Studio.open(folder) as studio:
        return studio.sign_in_by_link(studio.make_link(name))


def test_two_servers_of_one_database_share_work_verdicts_and_news(folder: Path) -> None:
    leo = token_of(folder, "leo")
    with serving(folder) as one, serving(folder) as other:
        heard: list[int] = []
        listening = threading.Event()

        def listen() -> None:
            with other.client(leo) as client, client.stream("GET", "/api/events?after=0") as answer:
                listening.set()
                for line in answer.iter_lines():
                    if line.startswith("id: "):
                        heard.append(int(line[4:]))
                    if stop.is_set():
                        return

        stop = threading.Event()
        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        assert listening.wait(30)
        given = [verdict(one, leo, folder, 0, "first"), verdict(other, leo, folder, 1, "second")]
        assert [answer.status_code for answer in given] == [200, 200]
        again = verdict(other, leo, folder, 0, "first")
        assert again.status_code == 200, "the same call, sent to the other server, is the same verdict"
        with Studio.open(folder) as studio:
            wait_until(lambda: len(kinds(studio)["done"]) == JOBS, timeout_s=240)
            last = studio.book_seq()
            wait_until(lambda: bool(heard) and heard[-1] >= last, timeout_s=30)
            stop.set()
            assert sorted(set(heard)) == heard, "in order, each once"
            jobs = studio.house.queue.jobs(limit=100)
            assert {job.state for job in jobs} == {"done"}
            assert Counter(kinds(studio)["verdict"]) == {"key-first": 1, "key-second": 1}
            assert all(count == 1 for count in Counter(kinds(studio)["done"]).values())
            assert studio.book_verify().holds
            assert studio.book_replay().holds


def test_work_of_a_server_that_was_killed_is_done_by_the_other(folder: Path) -> None:
    (folder / "studio.toml").write_text(
        (folder / "studio.toml").read_text("utf-8") + "lease_ttl_s = 3\n", "utf-8"
    )
    with Studio.open(folder) as studio, serving(folder) as one:
        wait_until(lambda: any(job.state == "run" for job in studio.house.queue.jobs()), timeout_s=120)
        one.process.kill()
        assert len(kinds(studio)["done"]) < JOBS, "there was work left"
        with serving(folder):
            wait_until(lambda: len(kinds(studio)["done"]) == JOBS, timeout_s=240)
        assert all(count == 1 for count in Counter(kinds(studio)["done"]).values())
        assert studio.book_verify().holds


def kinds(studio: Studio) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"done": [], "verdict": []}
    for entry in studio.house.book.entries(limit=10_000):
        if entry.kind in found:
            found[entry.kind].append(str(entry.body["job" if entry.kind == "done" else "key"]))
    return found


def verdict(server: Program, token: str, folder: Path, number: int, key: str) -> httpx2.Response:
    with Studio.open(folder) as studio:
        session = studio.session_of(token)
        task = studio.task(session, studio.find_task(session, "duet", f"SH{number}0", "animation"))
    body = {
        "task": task.id,
        "content": task.takes[0].content,
        "gate": "lead",
        "value": VALUES["fine"],
        "key": f"key-{key}",
        "gate_hash": task.takes[0].gates[0].hash,
    }
    with server.client(token) as client:
        return client.post("/api/verdicts", json=body)


def circletake(*words: str, stdin: str = "", **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(PROGRAM), *words],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environ},
    )


def test_a_studio_is_made_and_used_on_a_server_from_the_command_line(
    tmp_path: Path, postgresql: Server
) -> None:
    name = postgresql.create(template="template0")
    address = postgresql.address(name).replace("postgres@", "postgres:a-secret@")
    home = {"XDG_CONFIG_HOME": str(tmp_path / "home")}
    folder = tmp_path / "studio"
    new = ("new", str(folder), "--person", "Bo", "--password-stdin", "-p", "spot", "--database", address)
    made = circletake(*new, stdin="a red bicycle\n", **home)
    assert made.returncode == 0, made.stderr
    assert "a-secret" not in (folder / "studio.toml").read_text("utf-8")
    secret = folder / "secrets" / "database_password"
    assert (secret.read_text("utf-8").strip(), secret.stat().st_mode & 0o077) == ("a-secret", 0)
    assert not list(folder.glob("*.sqlite"))
    here = ("--studio", str(folder))
    said = [circletake(*verb, *here, **home) for verb in (("config",), ("book", "verify"))]
    assert [one.returncode for one in said] == [0, 0], [one.stderr for one in said]
    assert "a-secret" not in "".join(one.stdout + one.stderr for one in said)
    again = circletake("new", str(tmp_path / "second"), *new[2:], stdin="a red bicycle\n", **home)
    assert again.returncode == 1
    assert "holds a studio already" in again.stderr
    assert "a-secret" not in again.stderr
    postgresql.drop(name)
    gone = circletake("book", "verify", *here, **home)
    assert gone.returncode == 75
    assert "a-secret" not in gone.stderr


def test_a_studio_moves_to_a_server_and_goes_on_there(tmp_path: Path, postgresql: Server) -> None:
    home = {"XDG_CONFIG_HOME": str(tmp_path / "home")}
    folder = tmp_path / "studio"
    new = ("new", str(folder), "--person", "Bo", "--password-stdin", "-p", "spot")
    assert circletake(*new, stdin="a red bicycle\n", **home).returncode == 0
    with Studio.open(folder) as studio:
        before = studio.book_verify()
    name = postgresql.create(template="template0")
    here = ("--studio", str(folder))
    moved = circletake("move", "--to", postgresql.address(name), "--json", *here, **home)
    assert moved.returncode == 0, moved.stderr
    assert json.loads(moved.stdout)["head"] == before.head
    assert sorted(path.name for path in folder.glob("*.sqlite*")) == [
        "book.sqlite.moved",
        "jobs.sqlite.moved",
    ]
    replayed = circletake("book", "replay", *here, **home)
    assert re.search("nothing had changed", replayed.stdout)
    twice = circletake("move", "--to", postgresql.address(name), *here, **home)
    assert (twice.returncode, "already" in twice.stderr) == (1, True)
    postgresql.drop(name)
