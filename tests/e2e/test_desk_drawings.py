"""Drawing and noting on the desk: where the pointer went, nothing lost, two at once, answered and settled."""

import json
import math
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from circletake.config import Config
from circletake.ledger.accounts import Session
from circletake.studio import Studio
from circletake.workflows.drawing_views import DrawingView
from circletake.workflows.views import NoteView

from .browser import needs_browser
from .conftest import HEIGHT_PX, N_FRAMES, WIDTH_PX, draw_film, serving, wait_until

_SLOW_MS = 60_000
WHOLE = 65_536
PEOPLE = ("ana", "dora", "leo", "arti", "gwen")

Point = tuple[float, float]

pytestmark = [
    pytest.mark.sqlite,  # what the browser sees does not know the database
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(900),
    needs_browser,
]

SERVER = """
import sys
from pathlib import Path
from circletake.config import Config
from circletake.studio import Studio
from circletake.web.serve import run
with Studio.open(Path(sys.argv[1]), config=Config(workers=1)) as studio:
    run(studio, port=int(sys.argv[2]), announce=lambda line: print(line, flush=True))
"""


@dataclass
class Stage:
    """A take to draw on, and who may."""

    studio: Studio
    task: str
    content: str
    url: str

    def session(self, name: str) -> Session:
        return self.studio.session_of(self.studio.sign_in_by_link(self.studio.make_link(name)))

    def drawings(self, name: str = "leo") -> list[DrawingView]:
        return self.studio.drawings(self.session(name), task=self.task, content=self.content)

    def notes(self, name: str = "leo") -> list[NoteView]:
        return self.studio.task(self.session(name), self.task).takes[0].notes

    def operations(self) -> int:
        """How many entries speak of drawings."""
        return sum(entry.kind == "drawing" for entry in self.studio.house.book.entries())


def prepare(folder: Path) -> str:
    """A studio with one measured take; the task it is at."""
    draw_film(folder / "film.mp4")
    with Studio.create(folder / "studio", config=Config(workers=1)) as studio:
        people = {}
        for name in PEOPLE:
            studio.add_person(name)
            people[name] = studio.session_of(studio.sign_in_by_link(studio.make_link(name)))
        ana = people["ana"]
        studio.new_production(
            ana, code="spring", title="Spring", rate=Fraction(24), width_px=WIDTH_PX, height_px=HEIGHT_PX
        )
        for name, role in (("dora", "director"), ("leo", "lead"), ("arti", "artist"), ("gwen", "guest")):
            studio.set_role(ana, "spring", person=name, role=role)
        studio.add_shot(ana, "spring", code="SH010", title="", frames=N_FRAMES, source_class="drawn")
        view = studio.add_take(
            people["arti"], "spring", shot="SH010", stage="animation", path=folder / "film.mp4"
        )
        failed = [job for job in studio.run_jobs() if job.state == "failed"]
        assert not failed
        return view.id


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("drawings")
    return folder / "studio", prepare(folder)


@pytest.fixture
def stage(prepared: tuple[Path, str], tmp_path: Path) -> Iterator[Stage]:
    """The take as it was before anybody drew, behind a server of this process."""
    shutil.copytree(prepared[0], tmp_path / "studio")
    with Studio.open(tmp_path / "studio", config=Config(workers=1)) as studio, serving(studio) as (_, url):
        made = Stage(studio, prepared[1], "", url)
        made.content = studio.task(made.session("leo"), made.task).takes[0].content
        yield made


Opener = Callable[..., Page]


@pytest.fixture
def opened(stage: Stage, browser: Browser) -> Iterator[Opener]:
    """Opens the take in a browser of somebody's own."""
    contexts: list[BrowserContext] = []

    def open_as(name: str = "leo", *, width: int = 1440, height: int = 900, touch: bool = False) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, has_touch=touch)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(_SLOW_MS)
        page.goto(f"{stage.url}/link/{stage.studio.make_link(name)}")
        look(page, stage.url, stage.task)
        return page

    yield open_as
    for context in contexts:
        context.close()


def look(page: Page, url: str, task: str, frame: int = 0) -> None:
    page.goto(f"{url}/t/{task}#f={frame}&take=1")
    expect(page.locator(".picture")).to_have_attribute("data-drawn", str(frame), timeout=_SLOW_MS)
    expect(page.locator("[data-measured=here]")).to_be_visible(timeout=_SLOW_MS)


def picture_of(page: Page, name: str) -> None:
    """Keep a picture of the page where somebody wants to look at it."""
    folder = os.environ.get("CIRCLETAKE_PICTURES")
    if folder:
        page.wait_for_timeout(300)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def box_of(page: Page) -> dict[str, float]:
    box = page.locator(".picture").bounding_box()
    assert box is not None
    return {name: box[name] for name in ("x", "y", "width", "height")}


def drag(page: Page, *shares: Point) -> list[Point]:
    """Draw along points given as shares of the picture; where the pointer went, in pixels of the picture."""
    box = box_of(page)
    # whole pixels, as a mouse has them
    path = [(round(box["x"] + x * box["width"]), round(box["y"] + y * box["height"])) for x, y in shares]
    page.mouse.move(*path[0])
    page.mouse.down()
    for point in path[1:]:
        page.mouse.move(*point, steps=7)
    page.mouse.up()
    return [(x - box["x"], y - box["y"]) for x, y in path]


def far(point: Point, line: list[Point]) -> float:
    """How far a point lies from a drawn line, in pixels."""

    def from_piece(a: Point, b: Point) -> float:
        (dx, dy), (px, py) = (b[0] - a[0], b[1] - a[1]), (point[0] - a[0], point[1] - a[1])
        long = dx * dx + dy * dy
        share = 0 if long == 0 else min(1, max(0, (px * dx + py * dy) / long))
        return math.hypot(px - share * dx, py - share * dy)

    return min(from_piece(line[max(0, at - 1)], end) for at, end in enumerate(line))


def in_pixels(view: DrawingView, box: dict[str, float]) -> list[Point]:
    return [(x / WHOLE * box["width"], y / WHOLE * box["height"]) for x, y in view.points]


def saved(page: Page) -> None:
    """Wait until the book has everything that was drawn in this browser; it tries every eight seconds."""
    expect(page.locator("[data-unsaved]")).to_have_count(0, timeout=_SLOW_MS)
    expect(page.locator("[data-waiting]")).to_have_count(0)


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1280, 720)])
def test_every_shape_lies_where_the_pointer_went(
    stage: Stage, opened: Opener, width: int, height: int
) -> None:
    page = opened(width=width, height=height)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".picture")).to_have_attribute("data-drawn", "1")
    page.keyboard.press("a")
    expect(page.locator(".draws")).to_be_visible()
    box = box_of(page)
    paths = {}
    for key, shape, shares in (
        ("p", "pen", [(0.05, 0.1), (0.2, 0.45), (0.31, 0.12), (0.43, 0.4), (0.43, 0.41)]),
        ("l", "line", [(0.5, 0.1), (0.7, 0.33)]),
        ("w", "arrow", [(0.93, 0.9), (0.61, 0.52)]),
        ("b", "rect", [(0.9, 0.1), (0.75, 0.4)]),
        ("e", "ellipse", [(0.1, 0.55), (0.4, 0.93)]),
    ):
        page.keyboard.press(key)
        page.keyboard.press("c")
        paths[shape] = drag(page, *shares)
    page.keyboard.press("t")
    at = (round(box["x"] + 0.5 * box["width"]), round(box["y"] + 0.7 * box["height"]))
    page.mouse.click(*at)
    expect(page.locator(".picture input")).to_be_focused()
    page.keyboard.type("too long, “é”")
    page.keyboard.press("Enter")
    paths["text"] = [(at[0] - box["x"], at[1] - box["y"])]
    saved(page)
    picture_of(page, f"shapes-{width}")
    # nothing that appears as one draws moves the picture under the pen
    assert box_of(page) == box
    drawn = {one.shape: one for one in stage.drawings()}
    assert drawn.keys() == paths.keys()
    for shape, path in paths.items():
        points = in_pixels(drawn[shape], box)
        worst = max([far(point, points) for point in path] + [far(point, path) for point in points])
        assert worst <= 1, (shape, worst)
        assert math.dist(points[0], path[0]) <= 1
        assert math.dist(points[-1], path[-1]) <= 1
        assert (drawn[shape].frames.start, drawn[shape].frames.end) == (1, 2)
        # and where it is shown, to the pixel: the layer stretches with the picture
    assert drawn["text"].text == "too long, “é”"
    assert len({one.colour for one in drawn.values()}) == 5
    shown = page.locator(f"[data-drawing='{drawn['rect'].id}'] path").last.bounding_box()
    assert shown is not None
    left, right = sorted(x for x, _ in paths["rect"])
    thick = drawn["rect"].width / WHOLE * box["height"]
    assert abs(shown["x"] + thick / 2 - (box["x"] + left)) <= 1
    assert abs(shown["width"] - thick - (right - left)) <= 1


def test_a_long_scribble_is_kept_within_a_pixel(stage: Stage, opened: Opener) -> None:
    page = opened()
    page.keyboard.press("a")
    box = box_of(page)
    turns = [
        (0.5 + 0.4 * math.cos(n / 9) * n / 300, 0.5 + 0.45 * math.sin(n / 9) * n / 300) for n in range(300)
    ]
    path = [
        (round(box["x"] + x * box["width"]) - box["x"], round(box["y"] + y * box["height"]) - box["y"])
        for x, y in turns
    ]
    page.mouse.move(path[0][0] + box["x"], path[0][1] + box["y"])
    page.mouse.down()
    for x, y in path[1:]:
        page.mouse.move(x + box["x"], y + box["y"])
    page.mouse.up()
    saved(page)
    (drawn,) = stage.drawings()
    points = in_pixels(drawn, box)
    assert max(far(point, points) for point in path) <= 1
    assert len(drawn.points) < len(path)


def test_a_finger_draws_as_a_mouse_does(stage: Stage, opened: Opener) -> None:
    page = opened(width=1280, height=800, touch=True)
    page.locator("[data-draw]").tap()
    page.locator("[data-tool=line]").tap()
    box = box_of(page)
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *points: Point) -> None:
        touch.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": x + box["x"], "y": y + box["y"]} for x, y in points]},
        )

    send("touchStart", (100, 50))
    send("touchMove", (180, 120))
    send("touchMove", (300, 200))
    send("touchEnd")
    saved(page)
    (drawn,) = stage.drawings()
    (first, last) = in_pixels(drawn, box)
    assert math.dist(first, (100, 50)) <= 1
    assert math.dist(last, (300, 200)) <= 1


def test_what_is_done_is_undone_and_done_again_by_further_operations(stage: Stage, opened: Opener) -> None:
    page = opened()
    page.keyboard.press("a")
    drag(page, (0.1, 0.1), (0.5, 0.5))
    page.keyboard.press("l")
    drag(page, (0.6, 0.1), (0.9, 0.4))
    layer = page.locator("svg[data-drawings]")
    expect(layer).to_have_attribute("data-drawings", "2")
    page.keyboard.press("u")
    expect(layer).to_have_attribute("data-drawings", "1")
    page.keyboard.press("Control+z")
    expect(layer).to_have_attribute("data-drawings", "0")
    saved(page)
    assert stage.drawings() == []
    page.keyboard.press("Shift+U")
    page.keyboard.press("Shift+U")
    expect(layer).to_have_attribute("data-drawings", "2")
    # moved by the mouse, by keys, deleted, and taken back
    page.keyboard.press("s")
    drag(page, (0.75, 0.25), (0.7, 0.45))
    saved(page)
    line = next(one for one in stage.drawings() if one.shape == "line")
    assert [round(value / WHOLE, 2) for value in line.points[0]] == pytest.approx([0.55, 0.3], abs=0.01)
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Delete")
    expect(layer).to_have_attribute("data-drawings", "1")
    page.keyboard.press("u")
    expect(layer).to_have_attribute("data-drawings", "2")
    saved(page)
    assert {one.shape for one in stage.drawings()} == {"pen", "line"}
    assert stage.operations() == 10


def test_what_was_drawn_is_there_after_a_reload_and_in_a_closed_tab_s_heir(
    stage: Stage, opened: Opener
) -> None:
    page = opened()
    page.keyboard.press("a")
    page.route("**/api/drawings", lambda route: route.abort())
    drag(page, (0.1, 0.1), (0.5, 0.5))
    drag(page, (0.2, 0.1), (0.6, 0.5))
    expect(page.locator("[data-unsaved]")).to_contain_text("2 drawings not yet saved")
    picture_of(page, "unsaved")
    page.reload()
    expect(page.locator("svg[data-drawings]")).to_have_attribute("data-drawings", "2")
    expect(page.locator("[data-unsaved]")).to_contain_text("2 drawings not yet saved")
    assert stage.drawings() == []
    context = page.context
    page.close()
    heir = context.new_page()
    heir.set_default_timeout(_SLOW_MS)
    heir.goto(stage.url)
    wait_until(lambda: len(stage.drawings()) == 2)
    expect(heir.locator("[data-unsaved]")).to_have_count(0)
    assert stage.operations() == 2


def test_an_answer_that_is_lost_does_not_draw_twice(stage: Stage, opened: Opener) -> None:
    page = opened()
    lost: list[str] = []

    def lose(route: Route) -> None:
        sent = json.loads(route.request.post_data or "{}")["op"]
        if lost.count(sent) < 2:
            lost.append(sent)
            route.fetch()  # the studio records it, and nobody hears of it
            route.abort()
        else:
            route.continue_()

    page.route("**/api/drawings", lose)
    page.keyboard.press("a")
    drag(page, (0.1, 0.1), (0.5, 0.5))
    saved(page)
    assert len(lost) == 2
    assert (len(stage.drawings()), stage.operations()) == (1, 1)


@contextmanager
def killable(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """The server as a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(folder), str(port)], stdout=subprocess.PIPE, text=True
    ) as started:
        try:
            assert started.stdout is not None
            assert "is open at" in started.stdout.readline()
            yield started
        finally:
            started.kill()


def test_a_stroke_outlives_a_server_that_is_killed_before_it_answers(
    prepared: tuple[Path, str], tmp_path: Path, browser: Browser
) -> None:
    folder = tmp_path / "studio"
    shutil.copytree(prepared[0], folder)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(_SLOW_MS)
    with killable(folder, port) as server:
        with Studio.open(folder, config=Config(workers=1)) as studio:
            link = studio.make_link("leo")
        page.goto(f"{url}/link/{link}")
        look(page, url, prepared[1])
        page.keyboard.press("a")
        drag(page, (0.1, 0.1), (0.3, 0.3))
        saved(page)
        # it takes the connection and says nothing more
        server.send_signal(signal.SIGSTOP)
        drag(page, (0.2, 0.1), (0.5, 0.3))
        drag(page, (0.3, 0.1), (0.6, 0.3))
        page.keyboard.press("Enter")
        page.keyboard.type("the hat flickers")
        page.keyboard.press("Enter")
        expect(page.locator("[data-unsaved]")).to_contain_text("2 drawings and 1 note not yet saved")
        server.send_signal(signal.SIGKILL)
        server.wait()
        expect(page.locator("svg[data-drawings]")).to_have_attribute("data-drawings", "3")
    with killable(folder, port):
        saved(page)
    context.close()
    with Studio.open(folder, config=Config(workers=1)) as studio:
        leo = studio.session_of(studio.sign_in_by_link(studio.make_link("leo")))
        (take,) = studio.task(leo, prepared[1]).takes
        drawn = studio.drawings(leo, task=prepared[1], content=take.content)
        assert len(drawn) == 3
        (note,) = take.notes
        assert note.text == "the hat flickers"
        assert note.drawings == [one.id for one in drawn]
        assert sum(entry.kind == "drawing" for entry in studio.house.book.entries()) == 3


def test_nothing_is_sent_as_somebody_else(stage: Stage, opened: Opener) -> None:
    page = opened("leo")
    page.keyboard.press("a")
    page.route("**/api/drawings", lambda route: route.abort())
    drag(page, (0.1, 0.1), (0.5, 0.5))
    expect(page.locator("[data-unsaved]")).to_have_count(1)
    # in another tab of the same browser somebody else signs in
    other = page.context.new_page()
    other.set_default_timeout(_SLOW_MS)
    other.goto(f"{stage.url}/link/{stage.studio.make_link('dora')}")
    look(other, stage.url, stage.task)
    expect(other.locator("[data-others='1']")).to_be_visible()
    page.unroute("**/api/drawings")
    expect(page.get_by_role("alert")).to_contain_text("Somebody else is signed in")
    assert stage.drawings("dora") == []
    other.goto(f"{stage.url}/link/{stage.studio.make_link('leo')}")
    wait_until(lambda: [one.person.name for one in stage.drawings("dora")] == ["leo"])
    expect(other.locator("[data-unsaved]")).to_have_count(0)


def test_what_the_studio_refuses_is_said_and_let_go_by_hand(stage: Stage, opened: Opener) -> None:
    page = opened("leo")
    page.keyboard.press("a")
    page.route("**/api/drawings", lambda route: route.abort())
    drag(page, (0.1, 0.1), (0.5, 0.5))
    stage.studio.set_role(stage.session("ana"), "spring", person="leo", role="guest")
    stage.studio.take_role(stage.session("ana"), "spring", person="leo", role="lead")
    page.unroute("**/api/drawings")
    refused = page.locator("[data-refusal]")
    expect(refused).to_be_visible()
    expect(refused).to_contain_text("you need one of these roles")
    picture_of(page, "refused")
    page.reload()
    expect(refused).to_be_visible()
    page.locator("[data-let-go]").click()
    expect(page.locator("[data-unsaved]")).to_have_count(0)
    assert stage.operations() == 0


def test_two_people_who_draw_at_once_both_see_both(stage: Stage, opened: Opener) -> None:
    pages = [opened("leo"), opened("dora")]
    for page in pages:
        page.keyboard.press("a")
    for nth in range(3):
        for at, page in enumerate(pages):
            drag(page, (0.1 + 0.4 * at, 0.1 + 0.2 * nth), (0.4 + 0.4 * at, 0.2 + 0.2 * nth))
    for page in pages:
        expect(page.locator("svg[data-drawings]")).to_have_attribute("data-drawings", "6")
        saved(page)
    picture_of(pages[1], "two")
    assert sorted(one.person.name for one in stage.drawings()) == ["dora"] * 3 + ["leo"] * 3
    # nobody takes hold of what the other drew
    pages[1].keyboard.press("s")
    drag(pages[1], (0.25, 0.15), (0.3, 0.3))
    expect(pages[1].locator("[data-selected]")).to_have_count(0)
    pages[0].keyboard.press("u")
    expect(pages[1].locator("svg[data-drawings]")).to_have_attribute("data-drawings", "5")


def test_ghosts_stand_before_and_after_in_lines_of_their_own(opened: Opener) -> None:
    page = opened()
    page.keyboard.press("a")
    drag(page, (0.1, 0.1), (0.5, 0.5))
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".picture")).to_have_attribute("data-drawn", "4")
    drag(page, (0.5, 0.1), (0.9, 0.5))
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(".picture")).to_have_attribute("data-drawn", "2")
    expect(page.locator("[data-ghost]")).to_have_count(0)
    page.keyboard.press("g")
    dashes = {
        side: page.locator(f"[data-ghost={side}] path").get_attribute("stroke-dasharray")
        for side in ("before", "after")
    }
    assert dashes["before"] != dashes["after"]
    assert None not in dashes.values()
    picture_of(page, "ghosts")
    saved(page)
    # from judging too; and to the next frame that somebody drew on
    page.keyboard.press("a")
    page.keyboard.press("Shift+A")
    expect(page.locator(".picture")).to_have_attribute("data-drawn", "4")
    page.keyboard.press("Shift+A")
    expect(page.locator(".picture")).to_have_attribute("data-drawn", "0")
    expect(page.locator("[data-ghost=after]")).to_have_count(1)


def test_a_loop_or_the_whole_take_can_be_meant(stage: Stage, opened: Opener) -> None:
    page = opened()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("i")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("o")
    page.keyboard.press("a")
    page.keyboard.press("f")
    drag(page, (0.1, 0.1), (0.5, 0.5))
    page.keyboard.press("f")
    drag(page, (0.2, 0.1), (0.6, 0.5))
    saved(page)
    assert [(one.frames.start, one.frames.end) for one in stage.drawings()] == [(1, 5), (0, N_FRAMES)]


def test_names_are_offered_in_notes_on_drawings_and_in_answers(stage: Stage, opened: Opener) -> None:
    page = opened("leo")
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    page.keyboard.type("Ask @do")
    expect(page.locator("[data-mention=dora]")).to_be_visible()
    picture_of(page, "mention-note")
    page.keyboard.press("Enter")
    field = page.locator("[data-note-field] input")
    expect(field).to_have_value("Ask @dora ")
    page.keyboard.type("first")
    page.keyboard.press("Enter")
    expect(page.locator("[data-note]")).to_contain_text("Ask @dora first")
    saved(page)
    other = opened("dora")
    other.locator("[data-answer]").click()
    answer = other.get_by_role("combobox", name="Answer to leo; Enter sends it")
    expect(answer).to_be_focused()
    other.keyboard.type("No, @le")
    expect(other.locator("[data-mention=leo]")).to_be_visible()
    picture_of(other, "mention-answer")
    # Escape closes what is offered, then the answer; nothing is sent
    other.keyboard.press("Escape")
    expect(other.locator("[data-mention]")).to_have_count(0)
    expect(answer).to_be_visible()
    other.keyboard.press("Backspace")
    expect(other.locator("[data-mention=leo]")).to_be_visible()
    other.keyboard.press("Tab")
    expect(answer).to_have_value("No, @leo ")
    other.keyboard.type("knows")
    other.keyboard.press("Enter")
    expect(other.locator("[data-reply]")).to_contain_text("No, @leo knows")
    saved(other)
    first, reply = sorted(stage.notes(), key=lambda one: one.seq)
    assert [first.text, reply.text] == ["Ask @dora first", "No, @leo knows"]
    told = stage.studio.notices(stage.session("leo"))
    assert any(one.kind == "mention" for one in told.notices)


def test_a_note_names_what_was_drawn_is_answered_found_and_settled(stage: Stage, opened: Opener) -> None:
    page = opened("leo")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".picture")).to_have_attribute("data-drawn", "2")
    page.keyboard.press("a")
    drag(page, (0.3, 0.3), (0.6, 0.6))
    page.locator("[data-severity=blocker]").click()
    page.keyboard.press("Enter")
    expect(page.locator("[data-note-field] input")).to_be_focused()
    page.keyboard.type("The square is cut off here")
    page.keyboard.press("Enter")
    note = page.locator("[data-note]")
    expect(note).to_contain_text("The square is cut off here")
    saved(page)
    (kept,) = stage.notes()
    assert kept.drawings == [one.id for one in stage.drawings()]
    assert [(one.start, one.end) for one in kept.ranges] == [(2, 3)]
    assert kept.severity == "blocker"
    # somebody else reads it, goes there, answers
    other = opened("dora")
    theirs = other.locator("[data-note]")
    expect(theirs).to_contain_text("blocker")
    expect(other.locator(".spot.note.open")).to_have_attribute("data-spot", "2")
    theirs.locator("[data-go]").click()
    expect(other.locator(".picture")).to_have_attribute("data-drawn", "2")
    expect(other.locator("[data-lit]")).to_have_count(1)
    theirs.locator("[data-answer]").click()
    other.keyboard.type("It leaves the room, on purpose")
    other.keyboard.press("Enter")
    expect(note.locator("[data-reply]")).to_contain_text("It leaves the room, on purpose")
    picture_of(page, "answered")
    # whoever wrote it settles it; everybody sees that
    note.locator("[data-settles]").click()
    picture_of(page, "settling")
    note.locator("[data-settle=waive]").click()
    expect(theirs.locator("[data-disposition=waive]")).to_contain_text("leo")
    expect(other.locator(".spot.note")).not_to_have_class("open")
    other.locator("[data-shows=open]").click()
    expect(theirs).to_have_count(0)
    other.locator("[data-shows=settled]").click()
    expect(theirs).to_have_count(1)
    picture_of(other, "settled")
    assert [one.disposition for one in stage.notes()] == ["waive", None]


def test_who_may_not_note_is_offered_nothing_to_draw_with(opened: Opener) -> None:
    page = opened("gwen")
    expect(page.locator("[data-notes]")).to_be_visible()
    expect(page.locator("[data-draw]")).to_have_count(0)
    page.keyboard.press("a")
    expect(page.locator(".draws")).to_have_count(0)


def test_what_is_noted_is_taken_along_as_a_file(stage: Stage, opened: Opener) -> None:
    page = opened("leo")
    expect(page.locator("[data-export]")).to_have_count(0)
    page.keyboard.press("a")
    drag(page, (0.3, 0.3), (0.6, 0.6))
    page.keyboard.press("Enter")
    page.keyboard.type("The square is cut off here")
    page.keyboard.press("Enter")
    saved(page)
    files = {}
    for form in ("pdf", "otio"):
        with page.expect_download() as coming:
            page.locator(f"[data-export={form}]").click()
        files[form] = Path(coming.value.path()).read_bytes()
        assert coming.value.suggested_filename.startswith("SH010_animation_t01.")
    assert files["pdf"].startswith(b"%PDF-")
    assert files["pdf"].count(b"/DCTDecode") == 1
    assert b"/Producer" in files["pdf"]
    (clip,) = json.loads(files["otio"])["tracks"]["children"][0]["children"]
    (layer,) = clip["effects"][0]["layers"]
    (drawn,) = stage.drawings()
    assert layer["id"] == drawn.id
    # 16 wide about the middle, y up, whatever the picture's shape
    height = 16 * HEIGHT_PX / WIDTH_PX
    expected = [(16 * (x / WHOLE - 0.5), height * (0.5 - y / WHOLE)) for x, y in drawn.points]
    found = [(point["x"], point["y"]) for point in layer["points"]]
    assert found == [pytest.approx(point) for point in expected]
    assert [one["comment"] for one in clip["markers"]] == ["leo: The square is cut off here"]
    assert str(stage.studio.house.store.path(stage.content)) not in files["otio"].decode()
