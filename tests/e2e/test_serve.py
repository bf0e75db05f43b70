"""Serving as a program: it names its address, refuses a second of its kind, and ends when it is told to."""

import gc
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import httpx2
import pytest

from circletake.config import Config
from circletake.studio import Studio
from circletake.web.auth import COOKIE

from .conftest import TRUST, serving, wait_until

pytestmark = pytest.mark.e2e

PROGRAM = """
import sys
from pathlib import Path
from circletake.config import Config
from circletake.studio import Studio
from circletake.web.serve import run
with Studio.open(Path(sys.argv[1]), config=Config(workers=1, host=sys.argv[2])) as studio:
    run(studio, port=0, announce=lambda line: print(line, flush=True))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Studio.create(tmp_path / "studio", config=Config(workers=1)) as studio:
        studio.add_person("ana")
    return tmp_path / "studio"


@contextmanager
def program(folder: Path, host: str = "127.0.0.1") -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the server; its first line."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder), host],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as started:
        try:
            assert started.stdout is not None
            yield started, started.stdout.readline().strip()
        finally:
            started.kill()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_names_its_address_and_ends_when_told_though_a_stream_is_open(
    folder: Path, how: signal.Signals
) -> None:
    with Studio.open(folder, config=Config(workers=1)) as studio:
        token = studio.sign_in_by_link(studio.make_link("ana"))
    with program(folder) as (started, line):
        sentence, _, url = line.rpartition(" ")
        assert sentence == "circletake is open at"
        assert url.startswith("http://127.0.0.1:")
        with (
            httpx2.Client(
                base_url=url, cookies={COOKIE: token}, trust_env=False, timeout=30, verify=TRUST
            ) as client,
            client.stream("GET", "/api/events") as answer,
        ):
            assert next(answer.iter_lines()).startswith("retry")
            started.send_signal(how)
            assert started.wait(timeout=30) in {0, -signal.SIGTERM}


def test_a_second_server_of_one_folder_is_refused_in_one_sentence(folder: Path) -> None:
    with program(folder) as (first, line), program(folder) as (second, none):
        assert (line[:10], none) == ("circletake", "")
        assert second.wait(timeout=60) != 0
        assert second.stderr is not None
        assert "StudioBusy: Another server has" in second.stderr.read()
        assert first.poll() is None


def test_an_address_that_others_reach_is_said_to_be_readable(folder: Path) -> None:
    with program(folder, "0.0.0.0") as (started, line):  # noqa: S104 (what is warned of is the test)
        assert "http://127.0.0.1:" in line
        assert started.stdout is not None
        assert "put a proxy with TLS in front" in started.stdout.readline()


def test_garbage_is_looked_for_again_once_the_boards_stand(folder: Path) -> None:
    gc.disable()  # as `run` does before anything is made
    try:
        with Studio.open(folder, config=Config(workers=1)) as studio, serving(studio):
            wait_until(gc.isenabled, timeout_s=30)
    finally:
        gc.enable()
        gc.unfreeze()


def test_a_server_that_ends_writes_its_boards_down(folder: Path) -> None:
    with Studio.open(folder, config=Config(workers=1)) as studio:
        ana = studio.session_of(studio.sign_in_by_link(studio.make_link("ana")))
        studio.new_production(
            ana, code="spring", title="Spring", rate=Fraction(24), width_px=96, height_px=64
        )
    with program(folder) as (started, line):
        httpx2.get(line.rpartition(" ")[2], trust_env=False, timeout=30, verify=TRUST)
        started.send_signal(signal.SIGINT)
        started.wait(timeout=30)
    (kept,) = (folder / "cache" / "boards").iterdir()
    assert kept.suffix == ".msgpack"
