"""Looking at takes together: two browsers in a room see the same frame, whatever happens to their lines."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from circletake.config import Config

from .browser import needs_browser
from .conftest import wait_until
from .together import (
    N_FRAMES,
    NEAR,
    SLOW_MS,
    Server,
    Stage,
    drawn,
    found_studio,
    frame_of,
    free_port,
    played_apart,
    same_place,
    task_of,
)

# Four minutes, one thing every other second; `tests/bench/test_meeting.py` has the ten.
OPERATIONS = 120

pytestmark = [
    pytest.mark.sqlite,  # what the browser sees does not know the database
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(900),
    needs_browser,
]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    found = found_studio(tmp_path_factory.mktemp("together"), Config(workers=1))
    server = Server(found.folder, free_port())
    server.start()
    yield Stage(server, found.tokens, found.tasks)
    server.kill()


@pytest.fixture
def pair(stage: Stage, browser: Browser) -> Iterator[tuple[Page, Page]]:
    """Dora has opened a room on the first shot and leads; leo has come by its address."""
    stage.lines.clear()
    dora = stage.window(browser, "dora", f"/t/{stage.tasks[0]}#f=5")
    drawn(dora, 5)
    dora.locator("[data-together]").click()
    expect(dora.locator("[data-leads=true]")).to_be_visible()
    address = dora.locator("[data-room-address]").input_value()
    dora.locator("[data-room]").click()
    leo = stage.window(browser, "leo", address.removeprefix(stage.server.url))
    drawn(leo, 5)
    yield dora, leo
    for page in (dora, leo):
        page.context.close()


def test_whoever_comes_sees_the_same_frame_and_goes_along_from_shot_to_shot(
    stage: Stage, pair: tuple[Page, Page]
) -> None:
    dora, leo = pair
    assert task_of(leo) == stage.tasks[0]
    for _ in range(3):
        dora.keyboard.press("ArrowRight")
    drawn(leo, 8)
    dora.keyboard.press("]")
    expect(leo.locator(f".desk[data-task='{stage.tasks[1]}']")).to_be_visible()
    dora.keyboard.press("End")
    drawn(leo, N_FRAMES - 1)
    expect(leo.locator("[data-room]")).to_contain_text("With dora")


def test_whoever_moves_by_hand_looks_around_and_comes_back_by_one_key(pair: tuple[Page, Page]) -> None:
    dora, leo = pair
    leo.keyboard.press("Home")
    expect(leo.locator("[data-room]")).to_contain_text("dora leads")
    dora.keyboard.press("ArrowRight")
    drawn(dora, 6)
    drawn(leo, 0)
    leo.keyboard.press("Shift+f")
    drawn(leo, 6)


def test_the_lead_is_taken_and_given_and_a_guest_goes_along_without_it(
    stage: Stage, pair: tuple[Page, Page], browser: Browser
) -> None:
    dora, leo = pair
    leo.keyboard.press("Shift+l")
    expect(leo.locator("[data-leads=true]")).to_be_visible()
    expect(dora.locator("[data-following=true]")).to_be_visible()
    leo.keyboard.press("End")
    drawn(dora, N_FRAMES - 1)
    dora.locator("[data-room]").click()
    address = dora.locator("[data-room-address]").input_value()
    cleo = stage.window(browser, "cleo", address.removeprefix(stage.server.url))
    drawn(cleo, N_FRAMES - 1)
    cleo.locator("[data-room]").click()
    expect(cleo.locator("[data-lead]")).to_have_count(0)
    cleo.keyboard.press("Shift+l")
    leo.keyboard.press("Home")
    drawn(cleo, 0)
    expect(leo.locator("[data-leads=true]")).to_be_visible()
    cleo.context.close()


def test_nobody_is_pulled_away_from_a_verdict_that_is_begun(stage: Stage, pair: tuple[Page, Page]) -> None:
    dora, leo = pair
    leo.keyboard.press("r")
    dora.keyboard.press("ArrowRight")
    drawn(leo, 6)
    dora.keyboard.press("]")
    expect(dora.locator(f".desk[data-task='{stage.tasks[1]}']")).to_be_visible()
    expect(leo.locator("[data-room]")).to_contain_text("dora leads")
    assert task_of(leo) == stage.tasks[0]


def test_a_pointer_is_seen_by_the_other_where_it_points(pair: tuple[Page, Page]) -> None:
    dora, leo = pair
    box = dora.locator(".picture[role=img]").bounding_box()
    assert box is not None
    dora.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.5)
    pointer = leo.locator("[data-pointer=dora]")
    expect(pointer).to_be_visible()
    style = pointer.get_attribute("style") or ""
    x, y = (float(part) for part in re.findall(r"([\d.]+)%", style))
    assert abs(x - 25) < 0.2
    assert abs(y - 50) < 0.3


def test_a_room_outlives_its_server(stage: Stage, pair: tuple[Page, Page]) -> None:
    dora, leo = pair
    dora.keyboard.press("End")
    drawn(leo, N_FRAMES - 1)
    stage.server.kill()
    expect(leo.locator("[data-room=lost]")).to_be_visible()
    dora.keyboard.press("ArrowLeft")
    stage.server.start()
    expect(dora.locator("[data-leads=true]")).to_be_visible(timeout=SLOW_MS)
    drawn(leo, N_FRAMES - 2)
    dora.keyboard.press("Home")
    drawn(leo, 0)


def test_a_reload_comes_back_to_the_room_and_to_the_lead(pair: tuple[Page, Page]) -> None:
    dora, leo = pair
    leo.reload()
    drawn(leo, 5)
    dora.reload()
    expect(dora.locator("[data-leads=true]")).to_be_visible()
    dora.keyboard.press("End")
    drawn(leo, N_FRAMES - 1)


@pytest.mark.realtime
def test_both_play_the_same_frame(pair: tuple[Page, Page]) -> None:
    dora, leo = pair
    assert played_apart(dora, leo) <= NEAR
    same_place(dora, leo)


@dataclass
class Meeting:
    """Two who look at takes together, and everything that can happen to them."""

    stage: Stage
    windows: dict[str, Page]
    rng: random.Random
    leader: str = "dora"
    strokes: set[str] = field(default_factory=set)

    @property
    def page(self) -> Page:
        return self.windows[self.leader]

    def step(self) -> None:
        for _ in range(self.rng.randrange(1, 6)):
            self.page.keyboard.press(self.rng.choice(["ArrowRight", "ArrowLeft"]))

    def jump(self) -> None:
        self.page.keyboard.press(self.rng.choice(["Home", "End"]))

    def task(self) -> None:
        self.page.keyboard.press("]" if task_of(self.page) == self.stage.tasks[0] else "[")

    def play(self) -> None:
        self.page.keyboard.press("l")
        self.page.wait_for_timeout(self.rng.randrange(100, 900))
        self.page.keyboard.press("k")

    def stroke(self) -> None:
        self.strokes.add(draw(self.windows[self.rng.choice(["dora", "leo"])], self.rng))

    def cut(self) -> None:
        self.stage.cut_line(self.rng.choice(["dora", "leo"]))
        self._back()

    def kill(self) -> None:
        self.stage.server.kill()
        self.stage.server.start()
        self._back()

    def lead(self) -> None:
        self.leader = "leo" if self.leader == "dora" else "dora"
        lead(self.page)

    def _back(self) -> None:
        leads = self.page.locator("[data-room=in][data-leads=true]")
        expect(leads).to_be_visible(timeout=SLOW_MS)


ODDS = {"step": 30, "jump": 20, "task": 8, "play": 8, "stroke": 15, "cut": 10, "lead": 8, "kill": 1}


def test_minutes_of_anything_end_on_the_same_frame_with_every_stroke(
    stage: Stage, pair: tuple[Page, Page]
) -> None:
    anything_happens(stage, pair, OPERATIONS)


def anything_happens(stage: Stage, pair: tuple[Page, Page], operations: int) -> None:
    """One thing every two seconds, without the waiting between; at the end nothing is apart or lost."""
    rng = random.Random(5)  # noqa: S311 (the same minutes every time)
    meeting = Meeting(stage, {"dora": pair[0], "leo": pair[1]}, rng)
    whats = rng.choices(list(ODDS), list(ODDS.values()), k=operations)
    assert set(whats) == set(ODDS), "everything that can happen does"
    for n, what in enumerate(whats):
        getattr(meeting, what)()
        if n % 5 == 4:
            same_place(*pair)
    same_place(*pair)
    assert len(meeting.strokes) > operations // 12
    for page in pair:
        assert {one["id"] for one in drawings(page, stage)} == meeting.strokes


def lead(page: Page) -> None:
    """Take the lead, however often the line is just then broken."""

    def leads() -> bool:
        if page.locator("[data-room=in][data-leads=true]").count():
            return True
        page.keyboard.press("Shift+l")
        page.wait_for_timeout(150)
        return bool(page.locator("[data-room=in][data-leads=true]").count())

    wait_until(leads, timeout_s=20)


def draw(page: Page, rng: random.Random) -> str:
    """Draw a line on the take in front of this window; sent until the server says that it has it."""
    drawing, op = (uuid7(rng) for _ in range(2))
    frame = max(0, frame_of(page))
    body = {
        "op": op,
        "act": "add",
        "drawing": drawing,
        "task": task_of(page),
        "mark": {
            "frames": {"start": frame, "end": frame + 1},
            "shape": "line",
            "points": [[rng.randrange(65_536), rng.randrange(65_536)] for _ in range(2)],
            "width": 200,
            "colour": "#ffffff",
            "text": "",
        },
    }
    sent = page.evaluate(
        """async (body) => {
          const task = await (await fetch('/api/tasks/' + body.task)).json();
          body.content = task.takes[0].content;
          for (let n = 0; n < 20; n++) {
            try {
              const answer = await fetch('/api/drawings', {
                method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body),
              });
              if (answer.ok) return 'kept';
              return await answer.text();
            } catch { await new Promise((again) => setTimeout(again, 200)); }
          }
          return 'never';
        }""",
        body,
    )
    assert sent == "kept", sent
    return drawing


def drawings(page: Page, stage: Stage) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(
        """async (tasks) => {
          const all = [];
          for (const id of tasks) {
            const task = await (await fetch('/api/tasks/' + id)).json();
            const sha = task.takes[0].content;
            all.push(...await (await fetch(`/api/tasks/${id}/takes/${sha}/drawings`)).json());
          }
          return all;
        }""",
        stage.tasks,
    )
    return found


def uuid7(rng: random.Random) -> str:
    """An id as clients make them; the time in it is of no account here."""
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-7{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
