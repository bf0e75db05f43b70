"""Gaps and versions of the cut in a real browser: what stands around a gap, what was done, and back."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from circletake.config import Config
from circletake.media.coded import write_coded
from circletake.media.sheet import write_png
from circletake.studio import Studio

from .browser import needs_browser
from .coded_takes import SLOW_MS
from .conftest import serving

pytestmark = [
    pytest.mark.sqlite,  # what the browser sees does not know the database
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(600),
    needs_browser,
]

RATE = Fraction(24)
LENGTH = 12
W, H = 480, 270


@dataclass(frozen=True)
class Holed:
    """A studio whose cut has a hole, and its address."""

    studio: Studio
    url: str


@pytest.fixture(scope="module")
def holed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Holed]:
    """SH010 and SH030 stand in the cut; SH020 between them has a board panel and nothing else."""
    folder = tmp_path_factory.mktemp("holed")
    with Studio.create(folder / "studio", config=Config(workers=1)) as studio:
        for name in ("ana", "leo"):
            studio.add_person(name)
        ana = studio.session_of(studio.sign_in_by_link(studio.make_link("ana")))
        studio.new_production(ana, code="spring", title="Spring", rate=RATE, width_px=W, height_px=H)
        for role in ("artist", "editor"):
            studio.set_role(ana, "spring", person="ana", role=role)
        studio.set_role(ana, "spring", person="leo", role="reviewer")
        for code, title in (("SH010", ""), ("SH020", "She opens the door"), ("SH030", "")):
            studio.add_shot(ana, "spring", code=code, title=title, frames=LENGTH, source_class="drawn")
        studio.cut_assemble(ana, "spring")
        for code, first in (("SH010", 100), ("SH030", 300)):
            path = folder / f"{code}.mp4"
            write_coded(path, rate=RATE, n_frames=LENGTH, width_px=W, height_px=H, first=first)
            task = studio.add_take(ana, "spring", shot=code, stage="animation", path=path)
            studio.cut_fill(ana, "spring", slot=code, take=task.takes[-1].id)
        write_png(folder / "panel.png", np.full((H, W, 3), (200, 30, 30), dtype=np.uint8))
        studio.add_take(ana, "spring", shot="SH020", stage="storyboard", path=folder / "panel.png")
        failed = [job for job in studio.run_jobs() if job.state == "failed"]
        assert not failed
        with serving(studio) as (_, url):
            yield Holed(studio, url)


def opened(holed: Holed, browser: Browser, name: str, *, width: int = 1440, height: int = 900) -> Page:
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    page.set_default_timeout(SLOW_MS)
    page.goto(f"{holed.url}/link/{holed.studio.make_link(name)}")
    page.goto(f"{holed.url}/p/spring/cut")
    return page


@pytest.fixture
def page(holed: Holed, browser: Browser) -> Iterator[Page]:
    shown = opened(holed, browser, "ana")
    yield shown
    shown.context.close()


def test_a_gap_shows_its_neighbours_is_packed_filled_and_gone_back_to(holed: Holed, page: Page) -> None:
    around = page.locator("[data-gap=SH020]")
    expect(around.locator("[data-edge=from]")).to_contain_text("SH010 take 1, frame 11")
    expect(around.locator("[data-edge=to]")).to_contain_text("SH030 take 1, frame 0")
    expect(around.locator("[data-edge=panel]")).to_contain_text("board panel, take 1")
    expect(page.locator("[data-wanted]")).to_contain_text("12 frames (0.5 s), 36 with 12 of handles")
    for edge in ("from", "panel", "to"):
        wide = around.locator(f"[data-edge={edge}] img").evaluate(
            "async (img) => (await img.decode(), img.naturalWidth)"
        )
        assert wide > 0, edge
    address = page.locator("[data-do=pack]").get_attribute("href") or ""
    with zipfile.ZipFile(io.BytesIO(page.request.get(holed.url + address).body())) as files:
        assert json.loads(files.read("pack.json"))["shot"] == "SH020"
        assert {"first.png", "last.png", "board.png", "before/0012.png", "after/0012.png"} <= set(
            files.namelist()
        )
    expect(page.locator("[data-make=inbetween]")).to_be_disabled()

    page.get_by_label("Camera move").select_option("pan left")
    page.locator("[data-make=move]").click()
    expect(page.locator("[data-offer]")).to_contain_text("move over SH020 frame 0", timeout=SLOW_MS)
    page.keyboard.press("1")
    expect(page.locator("[data-slot=SH020]")).to_have_attribute("data-state", "offered")
    expect(around).to_have_count(0)

    page.locator("[data-do=versions]").click()
    expect(page.locator("[data-version]")).to_have_count(4)
    expect(page.locator("[data-compared]")).to_have_attribute("data-compared", "3 4")
    expect(page.locator("[data-change=filled]")).to_have_text("●SH020 is filled with take 1.")
    expect(page.locator("[data-do=back]")).to_be_disabled()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("b")
    expect(page.locator("[data-compared]")).to_have_attribute("data-compared", "3 4")
    page.locator("[data-do=back]").click()
    expect(page.locator("[data-version]")).to_have_count(5)
    expect(page.locator("[data-change=emptied]")).to_contain_text("SH020 is a gap again")
    page.reload()
    expect(page.locator("[data-version='5']")).to_contain_text("as it stands")
    expect(page.locator("[data-change=emptied]")).to_be_visible()  # what differs comes after the list
    page.keyboard.press(".")
    expect(page.locator("[data-change=emptied]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-side-slot=SH020]").first).to_have_attribute("aria-pressed", "true")


def test_whoever_may_not_edit_sees_versions_and_gaps_and_is_offered_nothing(
    holed: Holed, browser: Browser
) -> None:
    page = opened(holed, browser, "leo", width=1280, height=720)
    try:
        page.locator("[data-slot=SH020]").click()
        expect(page.locator("[data-slot=SH020]")).to_have_attribute("aria-pressed", "true")
        page.goto(f"{holed.url}/p/spring/cut/versions")
        expect(page.locator("[data-versions]")).to_be_visible()
        expect(page.locator("[data-compared]")).to_be_visible()
        expect(page.locator("[data-do=back]")).to_have_count(0)
        gaps = page.request.get(f"{holed.url}/api/productions/spring/cut/gaps").json()
        assert gaps["may_make"] is False
        assert page.request.get(f"{holed.url}/api/productions/spring/cut/gaps/SH020/pack.zip").status == 403
    finally:
        page.context.close()
