"""Splices, finds, results of packs and versions for a purpose on the cut page, in a real browser."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.panned import HEIGHT, WIDTH, degraded, panned

from circletake.checks.protocol import Rgb
from circletake.config import Config
from circletake.ledger.accounts import Session
from circletake.media.encode import write_movie
from circletake.studio import Studio

from .browser import needs_browser
from .coded_takes import SLOW_MS
from .conftest import serving
from .terminal import Terminal

pytestmark = [
    pytest.mark.sqlite,  # what the browser sees does not know the database
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(600),
    needs_browser,
]

RATE = Fraction(24)
LENGTH = 24
FILM = panned(3 * LENGTH)
DROP = """([field, name, type, data]) => {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type }));
  for (const kind of ["dragenter", "dragover", "drop"])
    field.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


@dataclass
class Spliced:
    """A studio whose cut is one pan of three shots with a hole in its middle, and its address."""

    studio: Studio
    ana: Session
    url: str
    folder: Path

    def film(self, name: str, frames: list[Rgb]) -> Path:
        path = self.folder / f"{name}.mp4"
        write_movie(path, frames, rate=RATE, width_px=WIDTH, height_px=HEIGHT, lossless=True)
        return path


def begin(studio: Studio, ana: Session, code: str, shots: tuple[tuple[str, str], ...]) -> None:
    studio.new_production(ana, code=code, title=code.title(), rate=RATE, width_px=WIDTH, height_px=HEIGHT)
    for role in ("artist", "editor"):
        studio.set_role(ana, code, person="ana", role=role)
    for shot, title in shots:
        studio.add_shot(ana, code, code=shot, title=title, frames=LENGTH, source_class="drawn")


@pytest.fixture(scope="module")
def spliced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spliced]:
    folder = tmp_path_factory.mktemp("spliced")
    with Studio.create(folder / "studio", config=Config(workers=1)) as studio:
        for name in ("ana", "leo"):
            studio.add_person(name)
        ana = studio.session_of(studio.sign_in_by_link(studio.make_link("ana")))
        begin(
            studio,
            ana,
            "spring",
            (("SH010", ""), ("SH020", "The pan"), ("SH030", ""), ("SH040", "A long pan")),
        )
        begin(studio, ana, "autumn", (("OP010", "Dunes"),))
        studio.set_role(ana, "spring", person="leo", role="reviewer")
        made = Spliced(studio, ana, "", folder)
        studio.cut_assemble(ana, "spring")
        shots = (
            ("spring", "SH010", FILM[:LENGTH]),
            ("spring", "SH030", FILM[2 * LENGTH :]),
            ("spring", "SH040", FILM[: LENGTH - 4]),
            ("spring", "SH020", degraded(FILM[LENGTH - 1 : 2 * LENGTH])),
            ("autumn", "OP010", FILM[5 : 5 + 2 * LENGTH + 5]),
        )
        for production, shot, frames in shots:
            path = made.film(shot, frames)
            task = studio.add_take(ana, production, shot=shot, stage="animation", path=path)
            if shot in {"SH010", "SH030"}:
                studio.cut_fill(ana, production, slot=shot, take=task.takes[-1].id)
        assert not [job for job in studio.run_jobs() if job.state == "failed"]
        with serving(studio) as (_, made.url):
            yield made


def opened(spliced: Spliced, browser: Browser, name: str, *, width: int = 1440, height: int = 900) -> Page:
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    page.set_default_timeout(SLOW_MS)
    page.goto(f"{spliced.url}/link/{spliced.studio.make_link(name)}")
    page.goto(f"{spliced.url}/p/spring/cut")
    expect(page.locator("[data-slot=SH020]")).to_be_visible()
    page.locator("[data-slot=SH020]").click()
    return page


@pytest.fixture
def page(spliced: Spliced, browser: Browser) -> Iterator[Page]:
    """SH020 is looked at, and is a gap."""
    slot = next(one for one in spliced.studio.cut(spliced.ana, "spring").slots if one.shot == "SH020")
    if slot.take:
        spliced.studio.cut_clear(spliced.ana, "spring", slot=slot.id)
    shown = opened(spliced, browser, "ana")
    expect(shown.locator("[data-gap=SH020]")).to_be_visible()
    yield shown
    shown.context.close()


def loaded(pictures: Locator) -> None:
    for picture in pictures.all():
        wide = picture.evaluate("async (img) => (await img.decode(), img.naturalWidth)")
        assert wide > 0


def test_a_take_is_measured_made_to_fit_and_turns_stale_when_a_neighbour_moves(
    spliced: Spliced, page: Page
) -> None:
    page.locator("[data-offer='1']").click()
    expect(page.locator("[data-slot=SH020]")).to_have_attribute("data-state", "offered")
    page.locator("[data-do=measure-seams]").click()
    expect(page.locator("[data-seam=told]")).to_contain_text("take 1", timeout=SLOW_MS)
    expect(page.locator("tr.told").filter(has_text="sharpness").first).to_be_visible()

    page.locator("[data-do=splice]").click()
    fits = page.locator("[data-offer]").filter(has_text="spliced:")
    expect(fits).to_be_visible(timeout=SLOW_MS)
    fits.click()
    expect(page.locator("[data-seam=holds]")).to_contain_text("spliced from take 1", timeout=SLOW_MS)
    expect(page.locator("tr.told")).to_have_count(0)
    ends = page.locator("[data-end]")
    expect(ends).to_have_count(2)
    for end in ends.all():
        # the frames that meet, before and after; those of the new take are still being made
        expect(end.locator("img")).to_have_count(4, timeout=SLOW_MS)
        loaded(end.locator("img"))
        expect(end.locator("th").filter(has_text="grain")).to_be_visible()

    # The same recipe again is the same bytes: it is said, and nothing is waited for.
    page.locator("[data-offer='1']").click()
    expect(page.locator("[data-slot=SH020]")).to_have_attribute("data-state", "offered")
    expect(page.locator("[data-seam=told]")).to_contain_text("take 1")
    page.locator("[data-do=splice]").click()
    expect(page.locator("[data-said]")).to_contain_text("the same recipe gives the same bytes")
    expect(fits).to_have_count(1)
    fits.click()
    expect(page.locator("[data-seam=holds]")).to_be_visible()

    other = spliced.film("other", FILM[1 : LENGTH + 1])
    task = spliced.studio.add_take(spliced.ana, "spring", shot="SH010", stage="animation", path=other)
    spliced.studio.cut_fill(spliced.ana, "spring", slot="SH010", take=task.takes[-1].id)
    expect(page.locator("[data-seam=stale]")).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("What stands before it was changed since")).to_be_visible()
    spliced.studio.cut_fill(spliced.ana, "spring", slot="SH010", take=task.takes[0].id)
    expect(page.locator("[data-seam=holds]")).to_be_visible(timeout=SLOW_MS)


def test_a_take_of_another_production_is_found_by_keys_and_is_judged_here(page: Page) -> None:
    page.keyboard.press("f")
    expect(page.locator("[data-found]")).to_be_visible()
    short = page.locator("[data-find='SH040 take 1']")
    expect(short).to_contain_text("It has 20 frames and SH020 needs 24")
    expect(short).to_have_attribute("aria-disabled", "true")
    dunes = page.locator("[data-find='Autumn, OP010 take 1']")
    expect(dunes).to_contain_text(re.compile(r"53 frames · \d+ % alike in colour"))
    loaded(dunes.locator("img"))
    page.keyboard.press("/")
    page.keyboard.type("dunes")
    expect(page.locator("[data-found='1']")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dunes).to_have_attribute("aria-current", "true")
    before = page.locator("[data-offer]").count()
    page.keyboard.press("t")
    offers = page.locator("[data-offer]")
    expect(offers).to_have_count(before + 1)
    expect(offers.last).to_contain_text("found: Autumn, OP010 take 1")
    expect(page.locator("[data-found]")).to_have_count(0)
    expect(page.locator("[data-slot=SH020]")).to_have_attribute("data-state", "gap")


def test_a_packs_result_is_dropped_on_its_gap(spliced: Spliced, page: Page) -> None:
    address = page.locator("[data-do=pack]").get_attribute("href") or ""
    assert page.request.get(spliced.url + address).ok
    made = spliced.film("made", FILM[LENGTH : 2 * LENGTH])
    field = page.locator("[data-drop]")
    field.evaluate(
        f"(field, told) => ({DROP})([field, ...told])",
        ["made.mp4", "video/mp4", base64.b64encode(made.read_bytes()).decode()],
    )
    expect(page.locator("[data-returned]")).to_contain_text(
        "made.mp4 is a take of this shot now", timeout=SLOW_MS
    )
    expect(page.locator("[data-offer]").last).to_contain_text(re.compile(r"made.mp4 · pack [0-9a-f]{8}"))

    page.locator("[data-do=result]").set_input_files(
        files={"name": "made.mp4", "mimeType": "video/mp4", "buffer": b"not film"}
    )
    expect(page.locator("[data-drop] [role=alert]")).to_be_visible(timeout=SLOW_MS)
    page.locator("[data-do=result]").set_input_files(str(made))
    expect(page.locator("[data-drop] [role=alert]")).to_contain_text("already", timeout=SLOW_MS)
    assert not list((spliced.studio.folder / "cache" / "arriving").iterdir())


def test_a_version_is_made_taken_away_and_refused_with_its_reason(spliced: Spliced, page: Page) -> None:
    expect(page.locator("[data-outputs]")).to_contain_text("to fill before")
    expect(page.locator("[data-do=make-output]")).to_have_count(0)
    true = spliced.film("true", FILM[LENGTH : 2 * LENGTH])
    studio, ana = spliced.studio, spliced.ana
    offers = next(one for one in studio.cut(ana, "spring").slots if one.shot == "SH020").offers
    studio.cut_fill(ana, "spring", slot="SH020", take=offers[0].take)
    studio.cut_fill(ana, "spring", slot="SH040", take=_long(spliced, true))
    page.locator("[data-outputs] select").select_option("screener")
    page.locator("[data-do=make-output]").click()
    take = page.locator("[data-do=take-output]")
    expect(take).to_be_visible(timeout=SLOW_MS)
    with page.expect_download() as coming:
        take.click()
    assert coming.value.suggested_filename.endswith("-screener.mp4")
    assert coming.value.path().stat().st_size > 1000
    # Meanwhile somebody empties a slot: what stands on the page is refused, with the reason.
    page.locator("[data-outputs] select").select_option("web")
    expect(page.locator("[data-do=make-output]")).to_be_visible()
    page.route("**/api/productions/spring/cut/outputs", lambda route: route.abort())
    page.route("**/api/productions/spring/cut", lambda route: route.abort())
    studio.cut_clear(ana, "spring", slot="SH020")
    page.locator("[data-do=make-output]").click()
    expect(page.locator("[data-outputs] [role=alert]")).to_contain_text("SH020")


def _long(spliced: Spliced, path: Path) -> str:
    task = spliced.studio.add_take(spliced.ana, "spring", shot="SH040", stage="animation", path=path)
    return task.takes[-1].id


def test_a_take_is_found_and_used_from_the_terminal(spliced: Spliced, tmp_path: Path) -> None:
    terminal = Terminal(studio=spliced.studio.folder, home=tmp_path / "home")
    terminal.run("sign-in", "ana", "--link", spliced.studio.make_link("ana"))
    words = ("cut", "find", "SH040", "-p", "spring")
    told = terminal.json(*words, "dunes")
    assert [(one["production"], one["shot"], one["n_frames"]) for one in told["found"]] == [
        ("autumn", "OP010", 53)
    ]
    assert "autumn/OP010:1" in terminal.run(*words, "dunes")
    assert "leave --use out" in terminal.run(*words, "--use", "OP010:1", code=3)
    made = terminal.json(*words, "--use", "autumn/OP010:1")
    assert made["label"] == "found: Autumn, OP010 take 1"


def test_whoever_may_not_edit_is_offered_none_of_it(spliced: Spliced, browser: Browser) -> None:
    page = opened(spliced, browser, "leo", width=1280, height=720)
    try:
        expect(page.locator("[data-slot=SH020]")).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("f")
        for done in ("find", "bring-result", "pack", "make-output", "measure-seams", "splice"):
            expect(page.locator(f"[data-do={done}]")).to_have_count(0)
        assert page.request.get(f"{spliced.url}/api/productions/spring/cut/find/SH020").status == 403
        sent = page.request.post(
            f"{spliced.url}/api/productions/spring/cut/gaps/SH020/result/a.mp4", data=b"x"
        )
        assert sent.status == 403
        assert page.request.post(f"{spliced.url}/api/productions/spring/cut/outputs/web").status == 403
    finally:
        page.context.close()
