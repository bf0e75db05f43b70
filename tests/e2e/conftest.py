"""A real studio behind a real server on loopback, with a short film's worth of people and one take."""

import fcntl
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import httpx2
import numpy as np
import pytest
from fastapi import FastAPI

from circletake.config import Config
from circletake.media.encode import write_movie
from circletake.studio import Studio
from circletake.web.auth import COOKIE, SignInLimit
from circletake.web.serve import DeskServer, address_of, listen, make_server
from circletake.workflows.views import TakeView, TaskView

from .browser import browser
from .terminal import Terminal

__all__ = ["browser"]  # a fixture for whatever module asks for it

PASSWORD = "a red bicycle"  # noqa: S105 (of somebody who lives for one test)
N_FRAMES, WIDTH_PX, HEIGHT_PX = 12, 96, 64
# Every client reads all the certificates there are, unless it is given what was read once.
TRUST = ssl.create_default_context()


# Modules that take minutes, longest first: begun last, one of them would keep the other workers waiting.
LONG = [
    "test_real_footage",
    "test_desk",
    "test_kill_studio",
    "test_two_servers",
    "test_demo",
    "test_desk_self_test",  # waits more than it works: beside the others it costs little
    "test_desk_drawings",
    "test_desk_guests",
    "test_desk_together",
    "test_rooms_across",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, whatever the order of the rest."""
    places = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.stem, len(LONG)))


@contextmanager
def serving(studio: Studio) -> Iterator[tuple[DeskServer, str]]:
    """Run a studio's server in a thread; its address."""
    with listen("127.0.0.1", 0) as bound:
        server = make_server(studio)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            until = time.monotonic() + 60
            while not server.started:
                assert thread.is_alive(), "the server ended before it began"
                assert time.monotonic() < until, "the server did not begin"
                time.sleep(0.01)
            yield server, address_of(bound)
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive(), "the server did not end"


@dataclass
class Served:
    """A studio that is being served, and who is in it."""

    studio: Studio
    server: DeskServer
    url: str
    tokens: dict[str, str]

    @property
    def app(self) -> FastAPI:
        app = self.server.config.app
        assert isinstance(app, FastAPI)
        return app

    def client(self, who: str | None = None) -> httpx2.Client:
        """A client that is signed in as somebody, or as nobody."""
        cookies = {COOKIE: self.tokens[who]} if who else {}
        return httpx2.Client(base_url=self.url, cookies=cookies, timeout=30, trust_env=False, verify=TRUST)

    def task(self, who: str = "leo") -> TaskView:
        """The task that has a take."""
        session = self.studio.session_of(self.tokens[who])
        return self.studio.task(session, self.studio.find_task(session, "spring", "SH010", "animation"))

    def take(self, who: str = "leo") -> TakeView:
        """The take."""
        return self.task(who).takes[0]


def draw_film(path: Path) -> None:
    """A square that moves one pixel a frame, with a tone."""
    frames = []
    for n in range(N_FRAMES):
        frame = np.full((HEIGHT_PX, WIDTH_PX, 3), 90, np.uint8)
        frame[20:40, 10 + n : 30 + n] = (200, 60, 40)
        frames.append(frame)
    tone = 0.2 * np.sin(np.arange(48_000 // 2) * 2 * np.pi * 440 / 48_000)
    write_movie(
        path,
        frames,
        rate=Fraction(24),
        width_px=WIDTH_PX,
        height_px=HEIGHT_PX,
        samples=np.stack([tone, tone], axis=1).astype(np.float32),
    )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept_in(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Where a studio's book is kept: None is its folder, else the address of an empty database."""
    if request.param == "sqlite":
        yield None
        return
    server = request.getfixturevalue("postgresql")
    name = server.create(template="template0")
    yield server.address(name)
    server.drop(name)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, kept_in: str | None) -> Iterator[Served]:
    """One served studio for the tests of a module, on SQLite and on PostgreSQL.

    ana produces, dora directs, leo leads, arti draws, olaf is part of nothing.
    """
    folder = tmp_path_factory.mktemp("served")
    film = folder / "square.mp4"
    draw_film(film)
    with Studio.create(folder / "studio", config=Config(workers=1, database=kept_in)) as studio:
        studio.add_person("ana", password=PASSWORD)
        for name in ("dora", "leo", "arti", "olaf"):
            studio.add_person(name)
        names = ("ana", "dora", "leo", "arti", "olaf")
        tokens = {name: studio.sign_in_by_link(studio.make_link(name)) for name in names}
        ana = studio.session_of(tokens["ana"])
        studio.new_production(
            ana, code="spring", title="Spring", rate=Fraction(24), width_px=WIDTH_PX, height_px=HEIGHT_PX
        )
        for name, role in (("dora", "director"), ("leo", "lead"), ("arti", "artist")):
            studio.set_role(ana, "spring", person=name, role=role)
        studio.add_shot(ana, "spring", code="SH010", title="A square", frames=N_FRAMES, source_class="drawn")
        studio.add_shot(ana, "spring", code="SH020", title="Nothing", frames=24, source_class="drawn")
        arti = studio.session_of(tokens["arti"])
        studio.add_take(arti, "spring", shot="SH010", stage="animation", path=film)
        studio.cut_assemble(ana, "spring")
        with serving(studio) as (server, url):
            yield Served(studio, server, url, tokens)


@pytest.fixture(autouse=True)
def _fresh_limit(request: pytest.FixtureRequest) -> None:
    """Let no test's wrong passwords be another's; only where a server is asked for."""
    if "served" in request.fixturenames:
        served: Served = request.getfixturevalue("served")
        served.app.state.sign_in_limit = SignInLimit()


@pytest.fixture(scope="module")
def analysed(served: Served) -> Served:
    """The same, once the server's own runner has made what the desk plays."""
    wait_until(
        lambda: all((served.take().media.frames, served.take().media.proxy, served.take().media.poster))
    )
    return served


def wait_until(holds: Callable[[], bool], *, timeout_s: float = 120) -> None:
    """Wait for something that another thread or process brings about."""
    until = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < until, "it did not come about in time"
        time.sleep(0.05)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Terminal:
    """The demo production, made once for all workers; copy it before changing it."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    home = shared / "demo-home"
    home.mkdir(exist_ok=True)
    terminal = Terminal(studio=home / "studio", home=home)
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "made").exists():
            terminal.run("demo", str(terminal.studio), timeout_s=1200)
            (home / "made").touch()
    return terminal
