"""Correcting a track on the desk: a box by mouse, a box by keys, “not in this frame”, withdrawn again."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from circletake.config import Config
from circletake.generate.film import get_shot, model_sheet, render_frame
from circletake.ledger.accounts import Session
from circletake.media.encode import write_movie
from circletake.media.sheet import write_png
from circletake.studio import Studio
from circletake.workflows.sheets import BoxedImage
from circletake.workflows.views import EvidenceView

from .browser import needs_browser
from .conftest import serving

_SLOW_MS = 60_000
N_FRAMES, WIDTH_PX, HEIGHT_PX = 12, 480, 270

pytestmark = [
    pytest.mark.sqlite,  # what the browser sees does not know the database
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(900),
    needs_browser,
]


@dataclass
class Stage:
    """A shot in which the dog is followed."""

    studio: Studio
    leo: Session
    task: str
    url: str

    def measure(self) -> None:
        failed = [job for job in self.studio.run_jobs() if job.state == "failed"]
        assert not failed

    @property
    def evidence(self) -> EvidenceView:
        found = self.studio.task(self.leo, self.task).takes[0].evidence
        return next(one for one in found if one.check == "consistency")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("boxes")
    with Studio.create(folder / "studio", config=Config(workers=1)) as studio:
        people = {}
        for name in ("ana", "dora", "leo", "arti"):
            studio.add_person(name)
            people[name] = studio.session_of(studio.sign_in_by_link(studio.make_link(name)))
        ana = people["ana"]
        studio.new_production(
            ana, code="spring", title="Spring", rate=Fraction(24), width_px=WIDTH_PX, height_px=HEIGHT_PX
        )
        for name, role in (("dora", "director"), ("leo", "lead"), ("arti", "artist")):
            studio.set_role(ana, "spring", person=name, role=role)
        studio.add_shot(ana, "spring", code="SH010", title="", frames=N_FRAMES, source_class="drawn")
        adopt_sheet(studio, people, folder)
        view = studio.add_take(
            people["arti"],
            "spring",
            shot="SH010",
            stage="animation",
            path=film(folder),
            on=(),
            parent=None,
            change="new",
            label="first",
        )
        with serving(studio) as (_, url):
            made = Stage(studio, people["leo"], view.id, url)
            made.measure()
            yield made


def adopt_sheet(studio: Studio, people: dict[str, Session], folder: Path) -> None:
    images = []
    for index, (rgb, box) in enumerate(model_sheet()):
        write_png(folder / f"{index}.png", rgb)
        images.append(BoxedImage(path=folder / f"{index}.png", box=box))
    view = studio.sheet_add(people["arti"], "spring", character="queso", images=images)
    studio.record_verdict(
        people["dora"],
        task=view.id,
        content=view.takes[-1].content,
        gate="director",
        value=2,
        key="circle-the-sheet",
    )
    studio.sheet_adopt(people["dora"], "spring", character="queso")


def film(folder: Path) -> Path:
    shot = get_shot("SH010")
    plan = next(plan for plan in shot.takes if plan.number == 1)
    size = (WIDTH_PX, HEIGHT_PX)
    frames = [
        np.asarray(cv2.resize(render_frame(shot, plan, n), size, interpolation=cv2.INTER_AREA), np.uint8)
        for n in range(N_FRAMES)
    ]
    write_movie(folder / "film.mp4", frames, rate=Fraction(24), width_px=WIDTH_PX, height_px=HEIGHT_PX)
    return folder / "film.mp4"


@pytest.fixture
def page(stage: Stage, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    shown = context.new_page()
    shown.set_default_timeout(_SLOW_MS)
    shown.goto(f"{stage.url}/link/{stage.studio.make_link('leo')}")
    shown.goto(f"{stage.url}/t/{stage.task}#f=0&take=1")
    expect(shown.locator("[data-boxes]")).to_be_visible(timeout=_SLOW_MS)
    expect(shown.locator(".picture")).to_have_attribute("data-drawn", "0", timeout=_SLOW_MS)
    yield shown
    context.close()


def picture_of(page: Page, name: str) -> None:
    """Keep a picture of the page where somebody wants to look at it."""
    folder = os.environ.get("CIRCLETAKE_PICTURES")
    if folder:
        page.wait_for_timeout(400)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_a_box_is_drawn_measured_shown_and_withdrawn(stage: Stage, page: Page) -> None:
    before = stage.evidence
    page.keyboard.press("ArrowRight")
    expect(page.locator(".picture")).to_have_attribute("data-drawn", "1")
    page.locator("[data-boxes] summary").click()
    page.locator("[data-place=queso]").click()
    picture = page.locator(".picture").bounding_box()
    assert picture is not None
    x, y, width, height = (picture[name] for name in ("x", "y", "width", "height"))
    page.mouse.move(x + 0.3 * width, y + 0.2 * height)
    page.mouse.down()
    page.mouse.move(x + 0.7 * width, y + 0.9 * height, steps=4)
    page.mouse.up()
    expect(page.locator("[data-drawn-box]")).to_be_visible()
    picture_of(page, "drawing")
    page.locator("[data-record-box]").click()
    listed = page.locator("[data-listed]")
    expect(listed).to_contain_text("queso, frame 1: here")
    expect(page.locator(".box[data-box]")).to_be_visible()
    drawn = stage.studio.boxes(stage.leo, task=stage.task, content=content(stage))
    (box,) = [one for one in drawn if one.withdrawn_by is None]
    assert box.frame == 1
    assert box.where is not None
    assert [round(value, -2) for value in box.where] == [3000, 2000, 4000, 7000]
    stage.measure()
    assert stage.evidence.id != before.id
    expect(page.locator("[data-check=consistency]")).to_contain_text("Followed by 1 box that people drew.")
    picture_of(page, "boxed")
    listed.get_by_text("Withdraw").click()
    expect(listed).to_have_count(0)
    expect(page.locator(".box[data-box]")).to_have_count(0)
    stage.measure()
    expect(page.locator("[data-check=consistency]")).not_to_contain_text("people drew")


def test_without_a_mouse_a_box_is_placed_by_keys_and_let_go_by_escape(page: Page) -> None:
    page.keyboard.press("Shift+b")
    expect(page.locator("[data-place=queso]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-drawn-box]")).to_be_visible()
    # the arrows mean the box now
    expect(page.locator(".picture")).to_have_attribute("data-drawn", "0")
    page.keyboard.press("Escape")
    expect(page.locator("[data-drawn-box]")).to_have_count(0)
    page.keyboard.press("Shift+b")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-listed]")).to_contain_text("queso, frame 0: here")
    page.locator("[data-listed] >> text=Withdraw").click()
    expect(page.locator("[data-listed]")).to_have_count(0)


def test_that_it_is_not_there_is_said_on_its_frame(stage: Stage, page: Page) -> None:
    page.keyboard.press("Shift+b")
    page.locator("[data-gone]").click()
    expect(page.locator("[data-listed]")).to_contain_text("queso, frame 0: not in it")
    picture_of(page, "gone")
    expect(page.locator(".gone")).to_contain_text("queso is not in this frame, leo says")
    stage.measure()
    expect(page.locator("[data-check=consistency]")).to_contain_text("not in 1 frame.")
    page.locator("[data-listed] >> text=Withdraw").click()
    expect(page.locator("[data-listed]")).to_have_count(0)


def test_the_adopted_sheet_is_laid_over_the_picture_and_taken_off(page: Page) -> None:
    page.keyboard.press("Shift+M")
    skin = page.locator("img.skin")
    expect(skin).to_be_visible()
    expect(skin).to_have_css("opacity", "0.5")
    x = (skin.bounding_box() or {"x": 0})["x"]
    page.keyboard.press("ArrowRight")
    expect(page.locator(".picture")).to_have_attribute("data-drawn", "1")
    skin.hover()
    page.mouse.down()
    page.mouse.move(700, 300)
    page.mouse.move(740, 300)
    page.mouse.up()
    assert (skin.bounding_box() or {"x": 0})["x"] != x
    picture_of(page, "onion-skin")
    page.keyboard.press("Shift+M")
    expect(skin).to_have_count(0)


def content(stage: Stage) -> str:
    return stage.studio.task(stage.leo, stage.task).takes[0].content
