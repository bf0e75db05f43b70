"""The desk in a real browser: board, exact frames, worst frame, verdicts by two people, the gap, the seal."""

import json
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from .browser import needs_browser
from .terminal import PROGRAM, Terminal

_SLOW_MS = 60_000
AXE = Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"

pytestmark = [
    pytest.mark.sqlite,  # what the browser sees does not know the database
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(1500),
    needs_browser,
]


@pytest.fixture(scope="module")
def floor(demo: Terminal, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A copy of the demo that this module may change."""
    return demo.copied_to(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def url(floor: Terminal) -> Iterator[str]:
    """The demo, served by the installed program."""
    server = subprocess.Popen(
        [str(PROGRAM), "serve", str(floor.studio), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env=floor.environment(),
    )
    assert server.stdout is not None
    address = server.stdout.readline().strip().rsplit(" ", maxsplit=1)[-1]
    assert address.startswith("http://127.0.0.1:")
    yield address
    server.terminate()
    server.stdout.close()
    assert server.wait(30) in {0, -signal.SIGTERM}


@pytest.fixture(scope="module")
def signed_in(url: str, floor: Terminal, browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Pages of people: everybody has a browser of their own, in which they are signed in by their link."""
    contexts: dict[str, BrowserContext] = {}
    pages: dict[str, Page] = {}

    def page_of(name: str) -> Page:
        if name not in pages:
            contexts[name] = browser.new_context(viewport={"width": 1440, "height": 900})
            page = contexts[name].new_page()
            page.set_default_timeout(_SLOW_MS)
            page.goto(url + floor.run("person", "link", name).strip())
            expect(page.get_by_text(name).first).to_be_visible(timeout=_SLOW_MS)
            pages[name] = page
        return pages[name]

    yield page_of
    for context in contexts.values():
        context.close()


def frame_of(page: Page) -> int:
    return int(page.locator("output.frame").get_attribute("data-frame") or -1)


def open_desk(page: Page, url: str, shot: str, stage: str = "animation") -> None:
    page.goto(f"{url}/p/lord-queso")
    page.locator(f'[data-cell="{shot}/{stage}"]').click()
    expect(page.locator("[data-drawn]")).to_be_visible(timeout=_SLOW_MS)


def choose_take(page: Page, number: int) -> None:
    page.locator(f'button[data-take="{number}"]').click()
    expect(page.locator(f'.desk[data-take="{number}"]')).to_be_visible(timeout=_SLOW_MS)
    expect(page.locator(f'[data-drawn="{frame_of(page)}"]')).to_be_visible(timeout=_SLOW_MS)


def clean_take(floor: Terminal, shot: str) -> int:
    told = json.loads((floor.studio / "truth.json").read_text("utf-8"))
    plan = next(one for one in told["shots"] if one["code"] == shot)
    label = next(take["label"] for take in plan["takes"] if take["is_clean"])
    takes = floor.json("take", "list", shot, "--as", "Demo lead")["takes"]
    return int(next(take["number"] for take in takes if take["label"] == label))


def faulty_take(floor: Terminal, shot: str, kind: str) -> tuple[int, range]:
    told = json.loads((floor.studio / "truth.json").read_text("utf-8"))
    fault = next(one for one in told["faults"] if one["shot"] == shot and one["kind"] == kind)
    plan = next(one for one in told["shots"] if one["code"] == shot)
    label = next(take["label"] for take in plan["takes"] if take["number"] == fault["take"])
    takes = floor.json("take", "list", shot, "--as", "Demo lead")["takes"]
    number = next(take["number"] for take in takes if take["label"] == label)
    return int(number), range(*fault["frames"])


def answer_flags(page: Page) -> None:
    """Answer what the checks flagged, where they did."""
    if page.locator('[data-answer="waive"]').count():
        page.keyboard.press("Shift+w")


def circle(page: Page, url: str, shot: str, number: int, gate: str, stage: str = "animation") -> None:
    """Circle a take from the keyboard, and see its gate hold."""
    open_desk(page, url, shot, stage)
    choose_take(page, number)
    page.get_by_role("radio", name=gate).click()
    page.keyboard.press("c")
    answer_flags(page)
    page.keyboard.press("Enter")
    expect(page.locator("[data-recorded]")).to_be_visible(timeout=_SLOW_MS)


def the_board_shows_every_status_in_colour_and_shape(signed_in: Callable[[str], Page], url: str) -> None:
    page = signed_in("Demo director")
    page.goto(f"{url}/p/lord-queso")
    cells = page.locator("[data-cell]")
    expect(cells.first).to_be_visible(timeout=_SLOW_MS)
    statuses = {cell.get_attribute("data-status"): cell for cell in cells.all()}
    assert {"circled", "review", "todo"} <= statuses.keys()
    shapes = {
        status: cell.locator("[data-shape]").first.get_attribute("data-shape")
        for status, cell in statuses.items()
    }
    assert shapes["circled"] == "ring"
    assert shapes["review"] == "dot"
    assert len(set(shapes.values())) == len(shapes)


def test_steps_are_one_frame_and_what_is_drawn_is_what_is_counted(
    signed_in: Callable[[str], Page], url: str, floor: Terminal
) -> None:
    page = signed_in("Demo director")
    open_desk(page, url, "SH030")
    choose_take(page, clean_take(floor, "SH030"))
    page.keyboard.press("Home")
    for n in range(1, 8):
        page.keyboard.press("ArrowRight")
        assert frame_of(page) == n
        expect(page.locator(f'[data-drawn="{n}"]')).to_be_visible(timeout=_SLOW_MS)
    page.keyboard.press("End")
    assert frame_of(page) == 59
    page.keyboard.press("ArrowLeft")
    expect(page.locator('[data-drawn="58"]')).to_be_visible(timeout=_SLOW_MS)


def test_playing_moves_on_and_pausing_lands_on_a_stored_frame(
    signed_in: Callable[[str], Page], url: str, floor: Terminal
) -> None:
    page = signed_in("Demo director")
    open_desk(page, url, "SH030")
    choose_take(page, clean_take(floor, "SH030"))
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    until = time.monotonic() + 30
    while frame_of(page) < 5:
        assert time.monotonic() < until, "it did not play"
        time.sleep(0.05)
    page.keyboard.press("k")
    expect(page.locator('output.frame[data-playing="false"]')).to_be_visible(timeout=_SLOW_MS)
    expect(page.locator(f'[data-drawn="{frame_of(page)}"]')).to_be_visible(timeout=_SLOW_MS)


def test_one_key_plays_a_take_between_its_neighbours_and_it_can_be_judged_there(
    signed_in: Callable[[str], Page], url: str
) -> None:
    page = signed_in("Demo director")
    open_desk(page, url, "SH020")
    page.keyboard.press("t")
    at = page.locator("[data-context-frame]")
    expect(at).to_contain_text("SH010", timeout=_SLOW_MS)
    expect(at).to_contain_text("SH020", timeout=_SLOW_MS)  # it played over the cut
    page.keyboard.press("k")
    parts = page.locator("[data-part]").evaluate_all("all => all.map((one) => one.dataset.part)")
    assert parts == ["SH010", "SH020", "SH030"]
    page.keyboard.press("Home")
    expect(at).to_have_text("SH010 0")
    lane = page.locator("[role=slider][aria-label='Where in the cut']").bounding_box()
    assert lane is not None
    page.mouse.click(lane["x"] + lane["width"] - 2, lane["y"] + 10)
    expect(at).to_contain_text("SH030")
    frame = at.get_attribute("data-context-frame")
    expect(page.locator(f'.picture[data-drawn="{frame}"]')).to_be_visible(timeout=_SLOW_MS)
    page.keyboard.press("s")
    expect(
        page.locator("[data-choice=seen][aria-pressed=true], [aria-pressed=true]:has-text('Seen')")
    ).to_be_visible()
    page.keyboard.press("Escape")
    expect(at).to_have_count(0)
    expect(page.locator(f'[data-drawn="{frame_of(page)}"]')).to_be_visible(timeout=_SLOW_MS)


def test_one_key_goes_to_the_worst_frame(signed_in: Callable[[str], Page], url: str, floor: Terminal) -> None:
    page = signed_in("Demo director")
    open_desk(page, url, "SH030")
    number, frames = faulty_take(floor, "SH030", "horror_face")
    choose_take(page, number)
    expect(page.locator("[data-lane]").first).to_be_visible(timeout=_SLOW_MS)
    page.keyboard.press("n")
    assert frame_of(page) in frames
    expect(page.locator(f'[data-drawn="{frame_of(page)}"]')).to_be_visible(timeout=_SLOW_MS)
    page.screenshot(path=str(floor.home / "worst.png"))


def test_a_concern_without_a_reason_is_not_recorded_and_with_one_it_is(
    signed_in: Callable[[str], Page], url: str, floor: Terminal
) -> None:
    page = signed_in("Demo lead")
    open_desk(page, url, "SH030")
    number, _ = faulty_take(floor, "SH030", "horror_face")
    choose_take(page, number)
    page.keyboard.press("r")
    expect(page.locator("[data-obstacle]")).to_be_visible(timeout=_SLOW_MS)
    page.keyboard.press("1")
    page.keyboard.press("f")
    page.keyboard.press("Enter")
    expect(page.locator("[data-recorded]")).to_be_visible(timeout=_SLOW_MS)
    told = floor.json("take", "show", "SH030", str(number), "--as", "Demo lead")
    assert [(one["value"], one["reasons"]) for one in told["verdicts"]] == [(-1, ["character.face"])]


def two_people_circle_the_missing_shot(signed_in: Callable[[str], Page], url: str, floor: Terminal) -> None:
    number = clean_take(floor, "SH040")
    lead, director = signed_in("Demo lead"), signed_in("Demo director")
    circle(lead, url, "SH040", number, "Lead")
    director.goto(f"{url}/p/lord-queso")
    cell = director.locator('[data-cell="SH040/animation"]')
    expect(cell).to_have_attribute("data-status", "review", timeout=_SLOW_MS)
    expect(cell).to_contain_text("Director", timeout=_SLOW_MS)
    circle(director, url, "SH040", number, "Director")
    lead.goto(f"{url}/p/lord-queso")
    expect(lead.locator('[data-cell="SH040/animation"]')).to_have_attribute(
        "data-status", "circled", timeout=_SLOW_MS
    )


PAGES = {
    "the inbox": "/",
    "the board": "/p/lord-queso",
    "the cut": "/p/lord-queso/cut",
    "the film": "/p/lord-queso/film",
    "dailies": "/p/lord-queso/dailies",
    "what still holds": "/p/lord-queso/still-holds",
    "a character": "/p/lord-queso/characters/lord_queso",
    "a shot": "/p/lord-queso/shots/SH020",
    "guests": "/p/lord-queso/guests",
    "a room": "/p/lord-queso/together/axe",
    "one's account": "/account",
    "the self-test": "/self-test",
}


def faults_of(page: Page) -> list[str]:
    """What axe calls serious or critical on a page as it stands."""
    page.wait_for_timeout(1_000)  # the stream of events never lets a network be idle
    page.evaluate(AXE.read_text("utf-8"))
    told = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {node['html'][:160]}"
        for one in told["violations"]
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


def what_is_past_and_settled(floor: Terminal) -> None:
    """A verdict that was taken back and a note that was settled: what is past has to be readable too."""
    given = floor.json("verdict", "SH020", "concern", "--reason", "motion.timing", "--as", "Demo lead")
    newest = max(one["seq"] for one in given["verdicts"])
    floor.run("withdraw", str(newest), "--as", "Demo lead")
    noted = floor.json("note", "add", "SH020", "The ear again.", "--as", "Demo lead")
    floor.run("note", "resolve", noted["notes"][-1]["id"], "best_possible", "--as", "Demo lead")


@pytest.mark.skipif(
    not AXE.exists(), reason="NO AXE: npm ci in ui/ brings it; nobody looked who can use the desk"
)
@pytest.mark.parametrize("look", ["dark", "light"])
def test_no_page_is_barred_to_anybody_as_far_as_axe_can_tell(
    signed_in: Callable[[str], Page], url: str, floor: Terminal, look: str
) -> None:
    what_is_past_and_settled(floor)
    page = signed_in("Demo producer")
    faults: dict[str, list[str]] = {}
    page.evaluate("(look) => localStorage.setItem('circletake.look', look)", look)
    for name, path in PAGES.items():
        page.goto(url + path)
        faults[name] = faults_of(page)
    open_desk(page, url, "SH020")
    faults["the desk"] = faults_of(page)
    page.keyboard.press("c")
    page.keyboard.press("1")
    faults["a verdict"] = faults_of(page)
    for _ in range(2):
        page.keyboard.press("Escape")
    page.keyboard.press("a")
    faults["drawing"] = faults_of(page)
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    expect(page.locator("[data-context-frame]")).to_be_visible(timeout=_SLOW_MS)
    page.keyboard.press("k")
    faults["in context"] = faults_of(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    faults["the keys"] = faults_of(page)
    page.keyboard.press("Escape")
    page.locator("[data-room=in]").click()  # of the room whose page was looked at
    expect(page.locator("[data-leave]")).to_be_visible(timeout=_SLOW_MS)
    faults["who is in the room"] = faults_of(page)
    page.locator("[data-leave]").click()
    page.evaluate("localStorage.removeItem('circletake.look')")
    assert {name: found for name, found in faults.items() if found} == {}


def test_the_maker_is_told_that_somebody_else_has_to_circle_it(
    signed_in: Callable[[str], Page], url: str, floor: Terminal
) -> None:
    floor.run("person", "role", "Demo artist", "director", "--as", "Demo producer")
    page = signed_in("Demo artist")
    open_desk(page, url, "SH050")
    page.get_by_role("radio", name="Director").click()
    barred = page.locator('button[data-value="2"]')
    expect(barred).to_have_attribute("aria-disabled", "true", timeout=_SLOW_MS)
    expect(barred).to_have_attribute("title", re.compile("somebody else", re.IGNORECASE))


def test_the_gap_is_filled_the_cut_rendered_delivery_refused_then_sealed(
    signed_in: Callable[[str], Page], url: str, floor: Terminal
) -> None:
    # Before anything is rendered or sealed: afterwards less is left to do, whatever the tests' order.
    the_board_shows_every_status_in_colour_and_shape(signed_in, url)
    two_people_circle_the_missing_shot(signed_in, url, floor)
    editor, producer = signed_in("Demo editor"), signed_in("Demo producer")
    editor.goto(f"{url}/p/lord-queso/cut")
    gap = editor.locator('[data-slot="SH040"]')
    expect(gap).to_have_attribute("data-state", "gap", timeout=_SLOW_MS)
    gap.click()
    editor.locator(f'[data-offer="{clean_take(floor, "SH040")}"]').click()
    expect(gap).to_have_attribute("data-state", "circled", timeout=_SLOW_MS)
    editor.get_by_role("button", name=re.compile("Render")).first.click()

    producer.goto(f"{url}/p/lord-queso/cut")
    deliver = producer.get_by_role("button", name=re.compile("Deliver|Seal"))
    expect(deliver.first).to_be_visible(timeout=_SLOW_MS)
    deliver.first.click()
    missing = producer.locator("[data-missing]")
    expect(missing.first).to_be_visible(timeout=_SLOW_MS)
    expect(missing.first).to_contain_text("SH020")
    producer.screenshot(path=str(floor.home / "refused.png"))

    lead, director = signed_in("Demo lead"), signed_in("Demo director")
    for slot in floor.json("cut", "show", "--as", "Demo editor")["slots"]:
        if slot["state"] != "circled":
            circle(lead, url, slot["shot"], slot["take_number"], "Lead")
            circle(director, url, slot["shot"], slot["take_number"], "Director")
    until = time.monotonic() + 300
    while not (cut := floor.json("cut", "show", "--as", "Demo producer"))["master"]:
        assert time.monotonic() < until, "the render did not end"
        time.sleep(1)
    while not floor.json("take", "show", "FILM", "1", "--stage", "master", "--as", "Demo producer")[
        "evidence"
    ]:
        assert time.monotonic() < until, "the master was not measured"
        time.sleep(1)
    assert cut["missing"]
    circle(producer, url, "FILM", 1, "Producer", stage="master")
    producer.goto(f"{url}/p/lord-queso/cut")
    producer.get_by_role("button", name=re.compile("Deliver|Seal")).first.click()
    expect(producer.get_by_text(cut["master"][:8]).first).to_be_visible(timeout=_SLOW_MS)
    producer.screenshot(path=str(floor.home / "delivered.png"))
    folder = next((floor.studio / "deliveries").iterdir())
    assert "0–383" in floor.run("verify", str(folder))


def test_nothing_on_the_pages_complains(signed_in: Callable[[str], Page], url: str, tmp_path: Path) -> None:
    page = signed_in("Demo director")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in ("/", "/p/lord-queso", "/p/lord-queso/cut"):
        page.goto(url + path)
        page.wait_for_load_state("load")
        time.sleep(1)
        page.screenshot(path=str(tmp_path / "page.png"))
    assert said == []
