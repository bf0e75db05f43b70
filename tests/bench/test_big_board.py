"""What a board of 2,000 shots × 7 stages costs in a real browser; run with `pytest -m bench -s`."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import insert
from tests.e2e.browser import ARGUMENTS, CHROMIUM, needs_browser

from circletake.config import Config
from circletake.db.tables import derived
from circletake.ledger import reads
from circletake.media.encode import write_movie
from circletake.media.frames import FramePackWriter
from circletake.media.listen import listen
from circletake.media.recipes import FRAMES, POSTER
from circletake.media.source import open_source
from circletake.media.store import ContentStore
from circletake.media.thumb import PosterWriter
from circletake.studio import Studio
from circletake.web.auth import COOKIE

from .figures import tell
from .served import in_a_process
from .test_board import SHOTS, STAGES, fill

FILMS, N_FRAMES, SIZE_PX = 12, 48, (640, 360)
MOST_FIRST_S, LEAST_FPS = 1.5, 50.0
STARTS = 3

pytestmark = [pytest.mark.bench, pytest.mark.browser, needs_browser]

# Told by the page itself: when cells of shots stand on the screen, painted.
WATCH_PAINT = """
const seen = () => {
  if (document.querySelectorAll("[data-cell]").length >= 20) {
    const painted = () => document.documentElement.setAttribute("data-painted", performance.now());
    requestAnimationFrame(() => setTimeout(painted));
  } else requestAnimationFrame(seen);
};
requestAnimationFrame(seen);
"""
SCROLL = """
([perFrame_px, seconds]) => new Promise((done) => {
  const grid = document.querySelector("[role=grid]");
  const gaps = [];
  let empty = 0, looked = 0, last = null, began = null;
  const step = (now) => {
    if (began === null) began = now;
    if (last !== null) gaps.push(now - last);
    last = now;
    if (gaps.length % 4 === 0) {
    const box = grid.getBoundingClientRect();
    looked++;
    const under = document.elementFromPoint(box.left + 40, box.top + box.height / 2);
    if (!under || !under.closest("[data-row]")) empty++;
    }
    if (now - began > seconds * 1000) return done({ gaps, empty, looked });
    grid.scrollTop += perFrame_px;
    if (grid.scrollTop + grid.clientHeight >= grid.scrollHeight - 1) grid.scrollTop = 0;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})
"""


def draw_films(store: ContentStore, folder: Path) -> list[dict[str, str]]:
    """Frame packs and posters of a few films; every take of the bench shows one of them."""
    made = []
    width, height = SIZE_PX
    for film in range(FILMS):
        colour = tuple(int(c) for c in np.random.default_rng(film).integers(60, 230, 3))
        frames = []
        for n in range(N_FRAMES):
            frame = np.full((height, width, 3), (44, 46, 50), np.uint8)
            cv2.circle(frame, (60 + n * 10, 180), 70, colour, -1)
            cv2.putText(frame, str(n), (20, 340), cv2.FONT_HERSHEY_SIMPLEX, 3, (220, 220, 220), 6)
            frames.append(frame)
        path = folder / f"{film}.mp4"
        write_movie(path, frames, rate=Fraction(24), width_px=width, height_px=height)
        pack, poster = FramePackWriter(store), PosterWriter(store)
        assert listen(open_source(store, store.put_file(path)), [pack, poster])
        made.append({FRAMES: pack.content, POSTER: poster.content})
    return made


def fill_with_pictures(folder: Path) -> str:
    """The studio of the bench, with a picture for every take; a session's token."""
    with Studio.create(folder / "studio", config=Config(workers=1)) as studio:
        token = fill(studio)
        films = draw_films(studio.house.store, folder)
        with studio.house.book.reading() as conn:
            found = reads.find_production(conn, "p")
            assert found is not None
            takes = reads.takes_in(conn, found.id)
        rows = [
            {"source": take.content, "recipe": recipe, "content": content}
            for place, take in enumerate(takes)
            for recipe, content in films[place % FILMS].items()
        ]
        with studio.house.queue.engine.begin() as conn:
            conn.execute(insert(derived), rows)
    return token


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The studio of the bench, and a session's token."""
    folder = tmp_path_factory.mktemp("big")
    yield folder / "studio", fill_with_pictures(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield opened
        opened.close()


def new_page(browser: Browser, url: str, token: str) -> Page:
    """A page of a browser that has seen nothing of this server yet."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": COOKIE, "value": token, "url": url}])
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.add_init_script(WATCH_PAINT)
    return page


def paint_s(page: Page, url: str) -> float:
    """Seconds from asking for the board to its cells on the screen."""
    page.goto(f"{url}/p/p")
    painted = page.locator("html[data-painted]")
    painted.wait_for(state="attached")
    return float(painted.get_attribute("data-painted") or "nan") / 1000


@dataclass(frozen=True)
class Start:
    """What one start of a server took, in seconds from the program's first instruction, or from the address.

    Args:
        address_s: to its address on the terminal.
        answer_s: to its first answer.
        paint_s: from the address to the board's cells on the screen.
    """

    address_s: float
    answer_s: float
    paint_s: float


def started(browser: Browser, studio: Path, token: str) -> Start:
    """Start a server, ask it for the board at once, end it."""
    began = time.monotonic()
    with in_a_process(studio) as (url, _):
        address_s = time.monotonic() - began
        page = new_page(browser, url, token)
        page.on("response", lambda _: answered.append(time.monotonic()))
        answered: list[float] = []
        waited_s = time.monotonic() - began - address_s
        first_s = waited_s + paint_s(page, url)
        page.context.close()
    return Start(address_s, answered[0] - began, first_s)


def scrolled(page: Page, per_frame_px: int, seconds: float) -> dict[str, Any]:
    return dict(page.evaluate(SCROLL, [per_frame_px, seconds]))


def test_the_board_of_a_feature_film_is_quick_and_smooth(browser: Browser, filled: tuple[Path, str]) -> None:
    studio, token = filled
    first = []
    for _ in range(STARTS):
        shutil.rmtree(studio / "cache" / "boards", ignore_errors=True)
        first.append(started(browser, studio, token))
    starts = [started(browser, studio, token) for _ in range(STARTS)]
    after_upgrade, restarted = ([one.paint_s for one in some] for some in (first, starts))
    with in_a_process(studio) as (url, _):
        page = new_page(browser, url, token)
        paint_s(page, url)
        again = sorted(paint_s(page, url) for _ in range(5))
        usual = median(again)
        told = {
            f"start of the program to its address (median of {STARTS})": median(s.address_s for s in starts),
            f"start of the program to its first answer (median of {STARTS})": median(
                s.answer_s for s in starts
            ),
            f"first useful paint, the server just started (median of {STARTS})": median(restarted),
            "the same, worst": max(restarted),
            f"first useful paint, just started and no board kept (median of {STARTS})": median(after_upgrade),
            "first useful paint, then (median of 5)": usual,
            "the same, worst ": again[-1],
        }
        rows = [
            "| | figure |",
            "|---|---:|",
            f"| cells | {SHOTS * STAGES} |",
            *(f"| {name.strip()} | {seconds:.2f} s |" for name, seconds in told.items()),
        ]
        slowest = scrolls(page, rows)
    tell("big-board", "A board of 2,000 shots × 7 stages in the browser", rows)
    assert max(restarted) < MOST_FIRST_S
    assert median(after_upgrade) < MOST_FIRST_S
    assert usual < MOST_FIRST_S
    assert slowest >= LEAST_FPS


def scrolls(page: Page, rows: list[str]) -> float:
    """Scroll in three ways, a row for each; frames a second of the slowest."""
    slowest = 1000.0
    for name, per_frame_px in (("slowly", 12), ("as a wheel does", 60), ("as a dragged bar does", 900)):
        told = scrolled(page, per_frame_px, 4)
        gaps = sorted(told["gaps"])
        fps = 1000 * len(gaps) / sum(gaps)
        slowest = min(slowest, fps)
        late = gaps[int(len(gaps) * 0.95)]
        blank = 100 * told["empty"] / told["looked"]
        rows.append(
            f"| scrolled {name} ({per_frame_px} px a frame) | {fps:.0f} fps, p95 {late:.1f} ms, worst "
            f"{gaps[-1]:.0f} ms, {blank:.0f} % of frames with an empty strip |"
        )
    return slowest
