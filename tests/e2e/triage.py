"""Many takes of one task judged from the keyboard alone: how fast, and whether the book has all."""

import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect, sync_playwright

from circletake.config import Config
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.media.encode import write_movie
from circletake.studio import Studio
from circletake.web.auth import COOKIE
from circletake.workflows.receive_take import Attempt, record_take

from .browser import ARGUMENTS, CHROMIUM
from .terminal import PROGRAM

N_FRAMES, WIDTH_PX, HEIGHT_PX = 12, 320, 180
RATE = Fraction(24)
_SLOW_MS = 60_000
# what is pressed for each take in turn, and the value that stands for it in the book
CALLS = [(("f",), 1), (("s",), 0), (("r", "1", "f"), -1), (("v", "1", "f"), -2)]


@dataclass
class Pile:
    """A task with many takes, measured and made ready to be played."""

    folder: Path
    task: str
    token: str
    leo: str
    takes: int


def pile_of(takes: int, folder: Path) -> Pile:
    """A studio in a folder with so many takes in one task."""
    with Studio.create(folder / "studio", config=Config(workers=2)) as studio:
        people: dict[str, Session] = {}
        for name in ("ana", "leo", "arti"):
            studio.add_person(name)
            people[name] = studio.session_of(studio.sign_in_by_link(studio.make_link(name)))
        ana = people["ana"]
        studio.new_production(
            ana, code="spring", title="Spring", rate=RATE, width_px=WIDTH_PX, height_px=HEIGHT_PX
        )
        studio.set_role(ana, "spring", person="leo", role="lead")
        studio.set_role(ana, "spring", person="arti", role="artist")
        studio.add_shot(ana, "spring", code="SH010", title="Many", frames=N_FRAMES, source_class="drawn")
        task = studio.find_task(people["leo"], "spring", "SH010", "animation")
        for number in range(takes):
            add_take(studio, people["arti"], task, folder / "take.mp4", number)
        assert {job.state for job in studio.run_jobs()} == {"done"}
        token = studio.sign_in_by_link(studio.make_link("leo"))
        return Pile(folder, task, token, str(people["leo"].person), takes)


def add_take(studio: Studio, by: Session, task: str, path: Path, number: int) -> None:
    colour = np.random.default_rng(number).integers(60, 255, 3)
    frames = []
    for n in range(N_FRAMES):
        frame = np.full((HEIGHT_PX, WIDTH_PX, 3), 40, np.uint8)
        frame[40:120, 20 + 10 * n : 100 + 10 * n] = colour
        frames.append(frame)
    write_movie(path, frames, rate=RATE, width_px=WIDTH_PX, height_px=HEIGHT_PX)
    content = studio.house.store.put_file(path)
    with studio.house.book.transact() as tx:
        row = reads.find_task(tx.conn, task)
        assert row is not None
        record_take(
            studio.house,
            tx,
            by.person,
            task=row,
            attempt=Attempt(
                content=content,
                makers=(by.person,),
                origin="drawn",
                n_frames=N_FRAMES,
                rate=RATE,
                width_px=WIDTH_PX,
                height_px=HEIGHT_PX,
                parent=None,
                change="new",
                leans=(),
            ),
        )


@contextmanager
def desk_of(pile: Pile) -> Iterator[Page]:
    """The desk of that task in a browser, served by the installed program."""
    server = subprocess.Popen(
        [str(PROGRAM), "serve", str(pile.folder / "studio"), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    url = server.stdout.readline().strip().rsplit(" ", maxsplit=1)[-1]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": COOKIE, "value": pile.token, "url": url}])
        page = context.new_page()
        page.set_default_timeout(_SLOW_MS)
        page.goto(f"{url}/t/{pile.task}")
        yield page
        browser.close()
    server.terminate()
    server.stdout.close()
    assert server.wait(30) in {0, -signal.SIGTERM}


def decide(page: Page, keys: tuple[str, ...], number: int) -> None:
    """Judge the take that is looked at, answering its flags where there are some."""
    for key in keys:
        page.keyboard.press(key)
    if page.locator("[data-obstacle]").count() and page.locator("[data-answer]").count():
        page.keyboard.press("Shift+W")
    page.keyboard.press("Enter")
    page.wait_for_selector(f'[data-recorded]:has-text("take {number}:")', timeout=_SLOW_MS)
    page.wait_for_selector('[data-drawn="0"]', timeout=_SLOW_MS)


def judge_all(desk: Page, pile: Pile) -> tuple[dict[int, int], list[float]]:
    """Judge every take by keys as fast as the desk lets one.

    Returns:
        What was said, take number to value, and the seconds from the first key to the next take.
    """
    expect(desk.locator(".desk")).to_be_visible(timeout=_SLOW_MS)
    expect(desk.locator('[data-drawn="0"]')).to_be_visible(timeout=_SLOW_MS)
    said: dict[int, int] = {}
    spent_s: list[float] = []
    for turn in range(pile.takes):
        keys, value = CALLS[turn % len(CALLS)]
        number = int(desk.locator(".desk").get_attribute("data-take") or 0)
        said[number] = value
        at = time.monotonic()
        decide(desk, keys, number)
        spent_s.append(time.monotonic() - at)
    return said, spent_s


def assert_kept(pile: Pile, said: dict[int, int]) -> None:
    """Every verdict is in the book, exactly once, and the book holds."""
    assert len(said) == pile.takes
    with Studio.open(pile.folder / "studio", config=Config(workers=1)) as studio:
        entries = [entry for entry in studio.house.book.entries(0, 100_000) if entry.kind == "verdict"]
        with studio.house.book.reading() as conn:
            numbers = {take.content: take.number for take in reads.takes_of(conn, pile.task)}
        told = [(numbers[entry.body["content"]], entry.body["value"]) for entry in entries]
        assert {entry.actor for entry in entries} == {pile.leo}
        assert Counter(number for number, _ in told) == Counter(range(1, pile.takes + 1))
        assert dict(told) == said
        assert studio.book_verify().holds
