"""What leaves, on the page of the cut: made how, delivered, signed, checked, found out once altered."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from circletake.config import Config
from circletake.ledger.accounts import Session
from circletake.studio import Studio
from circletake.workflows.views import TaskView

from .browser import needs_browser
from .conftest import HEIGHT_PX, N_FRAMES, WIDTH_PX, draw_film, serving

_SLOW_MS = 60_000

pytestmark = [
    pytest.mark.sqlite,  # what the browser sees does not know the database
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(600),
    needs_browser,
]


@dataclass
class Stage:
    """A film of one shot, everything in it approved."""

    studio: Studio
    people: dict[str, Session]
    url: str

    def circle(self, name: str, task: TaskView, gate: str) -> None:
        take = task.takes[-1]
        self.studio.record_verdict(
            self.people[name],
            task=task.id,
            content=take.content,
            gate=gate,
            value=2,
            key=f"circle-{task.id}-{gate}",
            answers=tuple(one.id for one in take.evidence),
        )


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("seal")
    draw_film(folder / "square.mp4")
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
        shown = studio.add_take(
            people["arti"], "spring", shot="SH010", stage="animation", path=folder / "square.mp4",
            origin="generated",
        )  # fmt: skip
        with serving(studio) as (_, url):
            made = Stage(studio, people, url)
            studio.run_jobs()
            shown = studio.task(ana, shown.id)
            made.circle("leo", shown, "lead")
            made.circle("dora", shown, "director")
            studio.cut_assemble(ana, "spring")
            studio.cut_fill(ana, "spring", slot="SH010", take=shown.takes[0].id)
            studio.cut_render(ana, "spring")
            studio.run_jobs()
            made.circle(
                "ana", studio.task(ana, studio.find_task(ana, "spring", "FILM", "master")), "producer"
            )
            yield made


@pytest.fixture
def page(stage: Stage, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    shown = context.new_page()
    shown.set_default_timeout(_SLOW_MS)
    shown.goto(f"{stage.url}/link/{stage.studio.make_link('ana')}")
    shown.goto(f"{stage.url}/p/spring/cut")
    yield shown
    context.close()


def picture_of(page: Page, name: str) -> None:
    """Keep a picture of the page where somebody wants to look at it."""
    folder = os.environ.get("CIRCLETAKE_PICTURES")
    if folder:
        page.wait_for_timeout(400)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_what_leaves_is_disclosed_delivered_checked_and_found_out(stage: Stage, page: Page) -> None:
    sheet = page.locator("[data-disclosure]")
    expect(sheet.locator("[data-share=whole]")).to_contain_text("100 %")
    sheet.locator("summary").click()
    expect(sheet).to_contain_text("made by a model")
    expect(sheet).to_contain_text("lead: circled by 1; director: circled by 1")
    with page.expect_download() as got:
        sheet.locator("[data-sheet=pdf]").click()
    assert got.value.path().read_bytes().startswith(b"%PDF-")
    assert got.value.suggested_filename == "spring-disclosure.pdf"
    picture_of(page, "disclosure")
    page.locator("[data-do=deliver]").click()
    delivered = page.locator("[data-delivery]")
    expect(delivered).to_be_visible()
    expect(delivered.locator("[data-signed]")).to_have_attribute("data-signed", signed(stage))
    delivered.locator("[data-do=check]").click()
    answer = delivered.locator("[data-check]")
    expect(answer).to_have_attribute("data-check", "intact")
    expect(answer).to_contain_text("Intact: this is what was sealed.")
    answer.locator("summary").click()
    expect(answer).to_contain_text("under an authority known here")
    delivered.scroll_into_view_if_needed()
    picture_of(page, "checked")
    page.set_viewport_size({"width": 1280, "height": 720})
    picture_of(page, "checked-small")

    (folder,) = (stage.studio.folder / "deliveries").iterdir()
    master = folder / "master.mp4"
    raw = bytearray(master.read_bytes())
    raw[raw.index(b"mdat") + 900] ^= 1
    master.write_bytes(raw)
    delivered.locator("[data-do=check]").click()
    expect(answer).to_have_attribute("data-check", "altered")
    expect(answer).to_contain_text("Altered: SH010, frames 0–11")
    picture_of(page, "altered")
    folder.rename(folder.with_name("away"))
    delivered.locator("[data-do=check]").click()
    expect(delivered.get_by_role("alert")).to_contain_text("deliver again")


def signed(stage: Stage) -> str:
    """The signed film that the book names."""
    (made,) = stage.studio.deliveries(stage.people["ana"], "spring")
    assert made.deliverable is not None
    return made.deliverable
