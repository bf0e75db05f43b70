"""The cut page: a timeline goes out to an editor, comes back cut otherwise, and a bad one changes nothing."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from circletake.config import Config
from circletake.studio import Studio

from .browser import needs_browser
from .conftest import HEIGHT_PX, N_FRAMES, WIDTH_PX, draw_film, serving

_SLOW_MS = 60_000

pytestmark = [
    pytest.mark.sqlite,  # what the browser sees does not know the database
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(300),
    needs_browser,
]


@dataclass
class House:
    """Two shots in a cut, one of them filled."""

    studio: Studio
    url: str
    folder: Path


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("timelines")
    with Studio.create(folder / "studio", config=Config(workers=1)) as studio:
        for name in ("ana", "ed", "arti"):
            studio.add_person(name)
        ana = studio.session_of(studio.sign_in_by_link(studio.make_link("ana")))
        studio.new_production(
            ana, code="spring", title="Spring", rate=Fraction(24), width_px=WIDTH_PX, height_px=HEIGHT_PX
        )
        for name, role in (("ed", "editor"), ("arti", "artist")):
            studio.set_role(ana, "spring", person=name, role=role)
        for code in ("SH010", "SH020"):
            studio.add_shot(ana, "spring", code=code, title="", frames=N_FRAMES, source_class="drawn")
        draw_film(folder / "film.mp4")
        arti = studio.session_of(studio.sign_in_by_link(studio.make_link("arti")))
        task = studio.add_take(
            arti, "spring", shot="SH010", stage="animation", path=folder / "film.mp4", on=(), parent=None,
            change="new", label="first",
        )  # fmt: skip
        studio.cut_assemble(ana, "spring")
        studio.cut_fill(ana, "spring", slot="SH010", take=task.takes[0].id)
        with serving(studio) as (_, url):
            yield House(studio, url, folder)


def opened(house: House, browser: Browser, name: str) -> Page:
    """The cut page, as somebody sees it."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(_SLOW_MS)
    page.goto(f"{house.url}/link/{house.studio.make_link(name)}")
    page.goto(f"{house.url}/p/spring/cut")
    expect(page.locator("[data-do=form]")).to_be_visible()
    return page


def picture_of(page: Page, name: str) -> None:
    """Keep a picture of the page where somebody wants to look at it."""
    folder = os.environ.get("CIRCLETAKE_PICTURES")
    if folder:
        page.wait_for_timeout(400)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_a_timeline_goes_out_with_its_losses_said_and_comes_back_cut_otherwise(
    house: House, browser: Browser
) -> None:
    page = opened(house, browser, "ed")
    page.locator("[data-do=form]").select_option("edl")
    expect(page.locator("[data-leaving]")).to_contain_text("An EDL holds one picture track")
    picture_of(page, "timelines-out")
    page.locator("[data-do=form]").select_option("otio")
    link = page.get_by_role("link", name="Download spring-cut-002.otio")
    with page.expect_download() as coming:
        link.click()
    data = json.loads(coming.value.path().read_bytes())
    clip = data["tracks"]["children"][0]["children"][0]
    clip["source_range"]["duration"]["value"] -= 4
    clip["metadata"]["circletake"]["verdict"] = 2
    edited = house.folder / "from the editor.otio"
    edited.write_text(json.dumps(data))
    page.locator("[data-do=timeline]").set_input_files(edited)
    expect(page.locator("[data-came]")).to_contain_text("This is cut version 3 now. Nothing was left behind.")
    expect(page.locator(".page")).to_have_attribute("data-version", "3")
    expect(page.locator('[data-slot="SH010"]')).to_have_attribute("data-state", "offered")
    page.reload()
    expect(page.locator(".page")).to_have_attribute("data-version", "3")


def test_a_file_that_is_no_timeline_changes_nothing_and_is_said(house: House, browser: Browser) -> None:
    page = opened(house, browser, "ed")
    number = page.locator(".page").get_attribute("data-version")
    broken = house.folder / "broken.otio"
    broken.write_text('{"OTIO_SCHEMA":"Timeline.1","metadata":' + '{"a":' * 50_000 + "1")
    page.locator("[data-do=timeline]").set_input_files(broken)
    expect(page.locator('[data-problem="cut-unreadable"]')).to_contain_text("nested over 200 deep")
    picture_of(page, "timelines-refused")
    page.set_viewport_size({"width": 1280, "height": 720})
    picture_of(page, "timelines-refused-1280")
    expect(page.locator(".page")).to_have_attribute("data-version", number or "")


def test_who_may_not_edit_the_cut_may_send_it_out_and_bring_none_in(house: House, browser: Browser) -> None:
    page = opened(house, browser, "arti")
    expect(page.locator("[data-do=form] option")).to_have_count(5)
    expect(page.locator("[data-do=bring]")).to_have_count(0)
