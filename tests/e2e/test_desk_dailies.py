"""Dailies in a real browser: played as one without a stall, put in order by hand, two people at once."""

import itertools
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from circletake.config import Config
from circletake.domain.playlist import PlaylistOp
from circletake.ledger import reads
from circletake.media.coded import write_coded
from circletake.studio import Studio
from circletake.workflows.receive_take import Attempt, record_take, task_of

from .browser import needs_browser
from .coded_takes import SLOW_MS
from .conftest import serving
from .test_desk import faults_of
from .test_desk_player import picture_of

pytestmark = [
    pytest.mark.sqlite,  # what the browser sees does not know the database
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(900),
    needs_browser,
]

RATE = Fraction(24)


@dataclass(frozen=True)
class Made:
    """A shot's take: what its first frame says, and how it was made."""

    first: int
    frames: int = 36
    rate: Fraction = RATE
    size_px: tuple[int, int] = (480, 270)


TAKES = {
    "SH010": Made(100),
    "SH020": Made(200, size_px=(640, 360)),
    "SH030": Made(300, frames=45, rate=Fraction(30)),
    "SH040": Made(400),
}
"""Takes of another size and of another rate among those of the production."""
MOST_LATE = 2
"""Frames by which a seam may be late."""
_numbers = itertools.count(1)

# At every repaint: what the page says, and the number that is really in front.
_WATCH = """() => {
  window.watched = [];
  const canvas = document.createElement('canvas');
  canvas.width = 480; canvas.height = 270;
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  const look = (now) => {
    const layer = document.querySelector('[data-layer=dailies]');
    if (!layer) return;
    const shown = [...layer.querySelectorAll('video')].find((one) => one.style.visibility === 'visible')
      ?? layer.querySelector('canvas');
    pen.drawImage(shown, 0, 0, 480, 270);
    const row = pen.getImageData(0, 7, 180, 1).data;
    let code = 0;
    for (let bit = 0; bit < 12; bit++) if (row[(bit * 15 + 7) * 4 + 1] >= 128) code |= 1 << bit;
    const at = document.querySelector('[data-list-frame]').dataset;
    const nth = Number(document.querySelector('[data-where]').dataset.where) - 1;
    window.watched.push({ at: now, code, frame: Number(at.listFrame), own: Number(at.own), nth });
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


_LISTS = """(codes) =>
  [...document.querySelectorAll('aside li b')].map((one) => one.textContent).join() === codes.join()
"""


def new_id() -> str:
    return f"01940b6c-3f4e-7c1d-9a6e-{next(_numbers):012x}"


@dataclass(frozen=True)
class Shown:
    """The studio whose dailies they are, and its address."""

    studio: Studio
    url: str
    folder: Path
    sessions: dict[str, Any] = field(default_factory=dict)

    def take_of(self, code: str, number: int = 1) -> tuple[str, str]:
        """Task and content of a take."""
        leo = self.session("leo")
        view = self.studio.task(leo, self.studio.find_task(leo, "spring", code, "animation"))
        return view.id, next(take.content for take in view.takes if take.number == number)

    def session(self, name: str) -> Any:  # noqa: ANN401 (a session, which nobody here looks into)
        if name not in self.sessions:
            token = self.studio.sign_in_by_link(self.studio.make_link(name))
            self.sessions[name] = self.studio.session_of(token)
        return self.sessions[name]

    def make(self, *codes: str, label: str = "Monday") -> str:
        """A playlist of these shots' first takes; its id."""
        known = {code: self.take_of(code) for code in set(codes)}
        takes = tuple(known[code] for code in codes)
        done = PlaylistOp(new_id(), "make", new_id(), tuple(new_id() for _ in codes), takes, label=label)
        return self.studio.dailies.keep(self.session("leo"), "spring", done).id

    def codes(self, playlist: str) -> list[str]:
        """What stands in a playlist."""
        view = self.studio.dailies.show(self.session("leo"), "spring", playlist)
        return [one.code for one in view.entries]

    def open(self, page: Page, playlist: str, place: str = "") -> None:
        page.goto(f"{self.url}/p/spring/dailies/{playlist}{place}")
        expect(page.locator(".picture")).to_have_attribute("data-drawn", re.compile(r"\d+"), timeout=SLOW_MS)


def receive(studio: Studio, folder: Path, code: str, made: Made) -> None:
    """Record a take of any rate, as it was before its production's rate was what it is."""
    path = folder / f"{code}-{made.first}.mp4"
    width_px, height_px = made.size_px
    write_coded(
        path, rate=made.rate, n_frames=made.frames, width_px=width_px, height_px=height_px, first=made.first
    )
    content = studio.house.store.put_file(path)
    ana = studio.session_of(studio.sign_in_by_link(studio.make_link("ana")))
    with studio.house.book.transact() as tx:
        found = reads.find_production(tx.conn, "spring")
        assert found is not None
        attempt = Attempt(
            content=content,
            makers=(ana.person,),
            origin="drawn",
            n_frames=made.frames,
            rate=made.rate,
            width_px=width_px,
            height_px=height_px,
        )
        record_take(
            studio.house, tx, ana.person, task=task_of(tx.conn, found, code, "animation"), attempt=attempt
        )
    failed = [job for job in studio.run_jobs() if job.state == "failed"]
    assert not failed, failed


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """Four shots with a take each; leo leads, dora directs, cleo is the client."""
    folder = tmp_path_factory.mktemp("dailies")
    with Studio.create(folder / "studio", config=Config(workers=1)) as studio:
        for name in ("ana", "leo", "dora", "cleo"):
            studio.add_person(name)
        ana = studio.session_of(studio.sign_in_by_link(studio.make_link("ana")))
        studio.new_production(ana, code="spring", title="Spring", rate=RATE, width_px=480, height_px=270)
        for name, role in (("leo", "lead"), ("dora", "director"), ("cleo", "client"), ("ana", "artist")):
            studio.set_role(ana, "spring", person=name, role=role)
        for code, made in TAKES.items():
            studio.add_shot(ana, "spring", code=code, title="", frames=made.frames, source_class="drawn")
            receive(studio, folder, code, made)
        with serving(studio) as (_, url):
            yield Shown(studio, url, folder)


@pytest.fixture
def page_of(shown: Shown, browser: Browser) -> Iterator[Callable[..., Page]]:
    """A page in a browser of its own, in which somebody is signed in."""
    contexts: list[BrowserContext] = []

    def made(name: str = "leo", **how: Any) -> Page:  # noqa: ANN401 (as Playwright has them)
        context = browser.new_context(viewport={"width": 1440, "height": 900}, **how)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(SLOW_MS)
        page.goto(f"{shown.url}/link/{shown.studio.make_link(name)}")
        return page

    yield made
    for context in contexts:
        context.close()


def listed(page: Page) -> list[str]:
    """Codes in the list, as somebody reads it."""
    return [str(one.text_content()) for one in page.locator("aside li b").all()]


def kept(shown: Shown, page: Page, playlist: str, codes: list[str]) -> None:
    """Wait until a list is so on the page and in the book."""
    page.wait_for_function(_LISTS, arg=codes)
    until = time.monotonic() + 20
    while shown.codes(playlist) != codes and time.monotonic() < until:
        page.wait_for_timeout(50)
    page.wait_for_timeout(300)
    assert shown.codes(playlist) == codes
    assert listed(page) == codes


@pytest.mark.realtime
def test_a_playlist_plays_as_one_over_takes_of_any_size_and_rate(
    shown: Shown, page_of: Callable[..., Page], record_property: Callable[[str, object], None]
) -> None:
    page = page_of()
    shown.open(page, shown.make(*TAKES))
    picture_of(page, "dailies")
    page.evaluate(_WATCH)
    page.keyboard.press("Space")
    # until it went round: the seam to the first entry is one like the others
    page.wait_for_function("() => watched.some((one, at) => at && one.frame < watched[at - 1].frame)")
    page.wait_for_function("() => watched.at(-1).frame > 6 && watched.at(-1).frame < 30")
    page.keyboard.press("k")
    seen: list[dict[str, Any]] = page.evaluate("() => watched")
    order = [nth for nth, _ in itertools.groupby(one["nth"] for one in seen)]
    assert order == [0, 1, 2, 3, 0]
    for nth, made in enumerate(TAKES.values()):
        codes = {one["code"] - made.first for one in seen if one["nth"] == nth}
        inside = {code for code in codes if 0 <= code < made.frames}
        # what the page says and what a repaint finds in the video may be one repaint apart, at a seam alone
        assert len(codes - inside) <= 2, (nth, sorted(codes - inside))
        assert len(inside) >= made.frames * 0.7, (nth, sorted(inside))
    late = lates(seen)
    record_property("seams_late_frames", [round(by, 2) for by in late])
    assert len(late) == len(TAKES)
    assert max(late) <= MOST_LATE, late


def lates(seen: list[dict[str, Any]]) -> list[float]:
    """By how many of its frames the last frame of each entry that was seen stood too long, until the next."""
    late = []
    entries = [(nth, list(at)) for nth, at in itertools.groupby(seen, key=lambda one: one["nth"])]
    for (nth, shown), (_, following) in itertools.pairwise(entries):
        made = list(TAKES.values())[nth]
        last = shown[-1]["own"]
        since = next(one["at"] for one in shown if one["own"] == last)
        stood = (following[0]["at"] - since) * float(made.rate) / 1000
        late.append(stood - (made.frames - last))
    return late


def test_the_place_stays_when_the_page_is_loaded_again(shown: Shown, page_of: Callable[..., Page]) -> None:
    page = page_of()
    playlist = shown.make("SH010", "SH020", "SH040")
    shown.open(page, playlist)
    page.keyboard.press("]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-own]")).to_have_attribute("data-own", "2")
    expect(page).to_have_url(re.compile(r"#e=.+&f=2$"))
    page.reload()
    expect(page.locator("[data-where]")).to_have_attribute("data-where", "2")
    expect(page.locator("[data-own]")).to_have_attribute("data-own", "2")
    expect(page.locator(".picture")).to_have_attribute("data-drawn", "38")
    page.keyboard.press("Enter")  # nothing is judged yet: it opens on the desk, and back comes back to it
    page.wait_for_url("**/t/*")
    page.go_back()
    expect(page.locator("[data-own]")).to_have_attribute("data-own", "2")


def test_entries_are_put_in_order_by_mouse_by_keys_and_by_touch(
    shown: Shown, page_of: Callable[..., Page]
) -> None:
    page = page_of(has_touch=True)
    playlist = shown.make("SH010", "SH020", "SH030", "SH040")
    shown.open(page, playlist)
    rows = page.locator("aside li")
    third, first = rows.nth(2).bounding_box(), rows.nth(0).bounding_box()
    assert third
    assert first
    page.mouse.move(third["x"] + 150, third["y"] + 12)
    page.mouse.down()
    page.mouse.move(third["x"] + 150, first["y"] + 20, steps=8)
    picture_of(page, "dailies-drag")
    page.mouse.up()
    kept(shown, page, playlist, ["SH030", "SH010", "SH020", "SH040"])
    expect(page.locator("[data-where]")).to_have_attribute("data-where", "2")  # what is shown stays shown

    page.keyboard.press("Shift+ArrowDown")
    kept(shown, page, playlist, ["SH030", "SH020", "SH010", "SH040"])
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    kept(shown, page, playlist, ["SH010", "SH030", "SH020", "SH040"])

    grip, last = page.locator("[data-grip]").nth(0).bounding_box(), rows.nth(3).bounding_box()
    assert grip
    assert last
    touch = page.context.new_cdp_session(page)
    at = moved = {"x": grip["x"] + 6, "y": grip["y"] + 30}
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    for step in range(1, 9):
        moved = {"x": at["x"], "y": at["y"] + (last["y"] + 30 - at["y"]) * step / 8}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [moved]})
    page.wait_for_timeout(200)  # put down, not thrown: a browser takes no tap while it thinks that it flings
    touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [moved]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    kept(shown, page, playlist, ["SH030", "SH020", "SH040", "SH010"])

    page.locator("[data-act=up]").tap()
    kept(shown, page, playlist, ["SH030", "SH020", "SH010", "SH040"])
    page.keyboard.press("Delete")
    kept(shown, page, playlist, ["SH030", "SH020", "SH040"])
    page.keyboard.press("u")
    kept(shown, page, playlist, ["SH030", "SH020", "SH010", "SH040"])


def test_two_editors_at_once_lose_nothing_of_each_other_s(shown: Shown, page_of: Callable[..., Page]) -> None:
    leo, dora = page_of("leo"), page_of("dora")
    playlist = shown.make("SH010", "SH020")
    for page in (leo, dora):
        shown.open(page, playlist)
    # leo's net is away while he adds two and moves one; dora takes out what he moves behind
    leo.keyboard.press("a")
    leo.locator("[data-from=board]").click()
    for code in ("SH030", "SH040"):
        leo.locator(f"[data-offer='{code}/animation'] input").check()
    leo.context.set_offline(True)
    leo.locator("[data-add-end]").click()
    leo.keyboard.press("Shift+ArrowDown")
    expect(leo.locator("[data-unsaved]")).to_have_attribute("data-unsaved", "2")
    dora.keyboard.press("]")
    dora.keyboard.press("Delete")
    kept(shown, dora, playlist, ["SH010"])
    leo.context.set_offline(False)
    for page in (leo, dora):
        kept(shown, page, playlist, ["SH010", "SH030", "SH040"])
    dora.keyboard.press("u")
    for page in (leo, dora):
        kept(shown, page, playlist, ["SH020", "SH010", "SH030", "SH040"])
    leo.locator("[data-acts]").click()
    expect(leo.locator("ol li").first).to_contain_text("dora put back SH020")
    picture_of(leo, "dailies-acts")


def test_an_empty_playlist_is_saved_by_nobody(shown: Shown, page_of: Callable[..., Page]) -> None:
    page = page_of()
    page.goto(f"{shown.url}/p/spring/dailies")
    page.locator("[data-make]").click()
    page.locator("[data-from=board]").click()
    page.get_by_label("all 4").uncheck()
    expect(page.locator("[data-save]")).to_be_disabled()
    expect(page.get_by_text("a playlist is not saved empty")).to_be_visible()
    picture_of(page, "dailies-make")
    page.locator("[data-label]").fill("One alone")
    page.locator("[data-offer='SH020/animation'] input").check()
    page.locator("[data-save]").click()
    page.wait_for_url("**/dailies/*")
    expect(page.locator("[data-entry]")).to_have_count(1)
    page.keyboard.press("Delete")
    said = page.locator("[data-problem=playlist-empty]")
    expect(said).to_have_text("This would leave the playlist empty; archive it if it is done with.")
    expect(page.locator("[data-entry]")).to_have_count(1)
    playlist = page.url.rsplit("/", 1)[1].partition("#")[0]
    assert shown.codes(playlist) == ["SH020"]
    page.locator("[data-archive]").click()
    expect(page.get_by_text("stands still until somebody restores it")).to_be_visible()
    expect(page.locator("[data-add]")).to_have_count(0)


def test_what_waits_and_what_the_board_is_filtered_to_become_a_playlist(
    shown: Shown, page_of: Callable[..., Page]
) -> None:
    page = page_of()
    page.goto(f"{shown.url}/p/spring?q=SH02")
    page.locator("[data-dailies]").click()
    expect(page.locator("[data-offer]")).to_have_count(1)
    expect(page.locator("[data-save]")).to_have_text("Make it of 1 take")
    page.goto(f"{shown.url}/p/spring/dailies")
    page.locator("[data-make]").click()
    expect(page.locator("[data-from=waiting]")).to_have_attribute("aria-checked", "true")
    expect(page.locator("[data-save]")).to_have_text("Make it of 4 takes")
    page.locator("[data-save]").click()
    page.wait_for_url("**/dailies/*")
    expect(page.locator("[data-entry]")).to_have_count(4)


def test_five_hundred_entries_are_one_request_and_scroll_smoothly(
    shown: Shown, page_of: Callable[..., Page], record_property: Callable[[str, object], None]
) -> None:
    page = page_of()
    playlist = shown.make(*itertools.islice(itertools.cycle(TAKES), 500), label="Everything")
    asked: list[str] = []

    def hear(request: Request) -> None:
        if "/dailies/" in request.url and "/api/" in request.url:
            asked.append(request.url)

    page.on("request", hear)
    shown.open(page, playlist)
    assert len(asked) == 1
    loaded_ms = page.evaluate("() => performance.getEntriesByType('resource').at(-1).responseEnd")
    record_property("loaded_ms", round(loaded_ms))
    assert page.locator("[data-entry]").count() < 40
    gaps = page.evaluate(
        """async () => {
          const box = document.querySelector('[aria-label="Entries, in order"]').parentElement;
          const gaps = [];
          let last = await new Promise(requestAnimationFrame);
          for (let step = 1; step <= 120; step++) {
            box.scrollTop = box.scrollHeight * step / 120;
            const now = await new Promise(requestAnimationFrame);
            gaps.push(now - last);
            last = now;
          }
          return gaps.sort((a, b) => a - b);
        }"""
    )
    record_property("scroll_ms", {"median": round(gaps[60], 1), "p95": round(gaps[113], 1)})
    assert gaps[60] < 50, gaps
    expect(page.locator("[aria-posinset='500']")).to_be_visible()
    assert page.locator("[data-entry]").count() < 40
    page.locator("[aria-posinset='500'] [data-entry]").click()
    expect(page.locator("[data-where]")).to_have_attribute("data-where", "500")
    page.keyboard.press("Home")
    expect(page.locator("[aria-posinset='1']")).to_be_visible()
    page.keyboard.press("Shift+ArrowDown")
    page.wait_for_function("() => document.querySelector('aside li b').textContent === 'SH020'")
    picture_of(page, "dailies-500")


def test_a_newer_take_is_announced_and_never_swapped_in(shown: Shown, page_of: Callable[..., Page]) -> None:
    page = page_of()
    playlist = shown.make("SH040", "SH010")
    shown.open(page, playlist)
    page.evaluate(_WATCH)
    expect(page.locator("[data-newer]")).to_have_count(0)
    receive(shown.studio, shown.folder, "SH040", Made(700))
    expect(page.locator("[data-newer-of]")).to_contain_text("take 2 arrived since")
    page.wait_for_timeout(200)
    assert page.evaluate("() => watched.at(-1).code") == 400
    picture_of(page, "dailies-newer")
    page.locator("[data-act=take-in]").click()
    page.wait_for_function("() => watched.at(-1).code === 700")
    expect(page.locator("[data-newer]")).to_have_count(0)
    view = shown.studio.dailies.show(shown.session("leo"), "spring", playlist)
    assert [(one.code, one.number) for one in view.entries] == [("SH040", 2), ("SH010", 1)]


def test_what_was_started_stays_to_be_seen_as_it_was_watched(
    shown: Shown, page_of: Callable[..., Page]
) -> None:
    page = page_of()
    playlist = shown.make("SH010", "SH020", "SH030")
    shown.open(page, playlist)
    page.locator("[data-start]").click()
    expect(page.get_by_role("button", name="Pause (Space)")).to_be_visible()
    page.keyboard.press("k")
    page.keyboard.press("Home")
    page.keyboard.press("Delete")
    kept(shown, page, playlist, ["SH020", "SH030"])
    choice = page.locator("[data-screening]")
    choice.select_option(index=1)
    expect(page.locator("[data-entry]")).to_have_count(3)
    expect(page.locator("[data-add]")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"[#&]s="))
    picture_of(page, "dailies-screening")
    page.reload()
    expect(page.locator("[data-entry]")).to_have_count(3)
    choice.select_option(index=0)
    kept(shown, page, playlist, ["SH020", "SH030"])


def test_an_entry_is_judged_where_it_stands(shown: Shown, page_of: Callable[..., Page]) -> None:
    page = page_of("dora")
    playlist = shown.make("SH020", "SH010")
    shown.open(page, playlist)
    expect(page.locator("[data-value='-1'][aria-disabled=false]")).to_be_visible()
    page.keyboard.press("Space")
    page.keyboard.press("r")
    expect(page.get_by_role("button", name="Play (Space)")).to_be_visible()  # to judge stops what plays
    page.keyboard.press("2")
    page.keyboard.press("l")
    picture_of(page, "dailies-verdict")
    page.keyboard.press("Enter")
    expect(page.locator("[data-recorded]")).to_contain_text("SH020 take 1: concern at")
    expect(page.locator("[data-where]")).to_have_attribute("data-where", "2")
    expect(page.locator("aside li").first.locator("[data-shape]").first).to_have_attribute(
        "data-shape", "arrow"
    )
    page.keyboard.press("Control+z")
    expect(page.locator("aside li").first.locator("[data-shape]").first).to_have_attribute(
        "data-shape", "dot"
    )


def test_a_client_watches_and_is_offered_nothing_they_may_not_do(
    shown: Shown, page_of: Callable[..., Page]
) -> None:
    page = page_of("cleo")
    playlist = shown.make("SH010", "SH020")
    page.goto(f"{shown.url}/p/spring/dailies")
    expect(page.locator(f"[data-playlist='{playlist}']")).to_be_visible()
    expect(page.locator("[data-make]")).to_have_count(0)
    shown.open(page, playlist)
    for offered in ("data-start", "data-add", "data-archive", "data-rename", "data-grip", "data-act=remove"):
        expect(page.locator(f"[{offered}]")).to_have_count(0)
    for key in ("Delete", "Shift+ArrowDown", "Shift+s"):
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    assert shown.codes(playlist) == ["SH010", "SH020"]


def test_nobody_is_shut_out_by_how_a_playlist_is_drawn(shown: Shown, page_of: Callable[..., Page]) -> None:
    page = page_of()
    playlist = shown.make(*TAKES)
    for look in ("dark", "light"):
        page.evaluate("(look) => localStorage.setItem('circletake.look', look)", look)
        shown.open(page, playlist)
        faults = {"a playlist": faults_of(page)}
        page.keyboard.press("a")
        expect(page.locator("[data-offer]").first).to_be_visible()
        faults["adding takes"] = faults_of(page)
        page.locator("[data-acts]").click()
        faults["who did what"] = faults_of(page)
        page.goto(f"{shown.url}/p/spring/dailies")
        page.locator("[data-make]").click()
        expect(page.locator("[data-offer]").first).to_be_visible()
        faults["making one"] = faults_of(page)
        assert {name: found for name, found in faults.items() if found} == {}, look


def test_everything_is_within_reach_on_any_window(shown: Shown, page_of: Callable[..., Page]) -> None:
    page = page_of()
    shown.open(page, shown.make("SH010", "SH020"))
    for width_px, height_px in ((820, 1180), (1280, 720), (3840, 2160)):
        page.set_viewport_size({"width": width_px, "height": height_px})
        for place in (
            ".picture",
            ".lane",
            "a[href^='/t/']",
            "[data-start]",
            "[data-archive]",
            "[data-act=remove]",
            ".record",
        ):
            box = page.locator(place).bounding_box()
            assert box, (place, width_px)
            assert box["x"] >= 0, (place, width_px, box)
            assert box["x"] + box["width"] <= width_px, (place, width_px, box)
            assert box["y"] + box["height"] <= height_px, (place, width_px, box)
        picture, entries = (page.locator(one).bounding_box() for one in (".picture", "aside"))
        assert picture
        assert entries
        beside = picture["x"] + picture["width"] <= entries["x"]
        assert beside or picture["y"] + picture["height"] <= entries["y"], width_px
