"""What a board of 2,000 shots × 7 stages costs in a real browser; run with `pytest -m bench -s`."""

import shutil
import statistics
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, sync_playwright
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
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    folder = tmp_path_factory.mktemp("big")
    token = fill_with_pictures(folder)
    with in_a_process(folder / "studio") as (url, _):
        yield url, token
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def page(served: tuple[str, str]) -> Iterator[Page]:
    url, token = served
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": COOKIE, "value": token, "url": url}])
        opened = context.new_page()
        opened.set_default_timeout(60_000)
        opened.add_init_script(WATCH_PAINT)
        yield opened
        browser.close()


def paint_s(page: Page, url: str) -> float:
    """Seconds from asking for the board to its cells on the screen."""
    page.goto(f"{url}/p/p")
    painted = page.locator("html[data-painted]")
    painted.wait_for(state="attached")
    return float(painted.get_attribute("data-painted") or "nan") / 1000


def scrolled(page: Page, per_frame_px: int, seconds: float) -> dict[str, Any]:
    return dict(page.evaluate(SCROLL, [per_frame_px, seconds]))


def test_the_board_of_a_feature_film_is_quick_and_smooth(page: Page, served: tuple[str, str]) -> None:
    url, _ = served
    first = paint_s(page, url)
    again = sorted(paint_s(page, url) for _ in range(5))
    usual = statistics.median(again)
    rows = [
        "| | figure |",
        "|---|---:|",
        f"| cells | {SHOTS * STAGES} |",
        f"| first useful paint, the server just started | {first:.2f} s |",
        f"| first useful paint, then (median of 5; worst) | {usual:.2f}; {again[-1]:.2f} s |",
    ]
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
    tell("big-board", "A board of 2,000 shots × 7 stages in the browser", rows)
    assert usual < MOST_FIRST_S
    assert slowest >= LEAST_FPS
