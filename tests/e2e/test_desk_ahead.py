"""What comes next on the desk: there before it is asked for, never older than the studio's own answer."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from circletake.media.coded import write_coded
from circletake.workflows.views import TakeView

from .browser import needs_browser
from .coded_takes import APART, START, Coded, coded_takes
from .coming_takes import FRAME, judge, watch_verdicts
from .conftest import wait_until

SHOTS, FRAMES = 5, 24

pytestmark = [
    pytest.mark.sqlite,  # what the browser sees does not know the database
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(900),
    needs_browser,
]


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coded]:
    """Five shots of two takes each."""
    with coded_takes(tmp_path_factory.mktemp("ahead"), n_frames=FRAMES, shots=SHOTS) as made:
        yield made


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1440, "height": 900})
    yield made
    made.close()


def open_desk(coded: Coded, page: Page, *, shot: int = 0, frame: int = 0, ahead: int) -> list[str]:
    """Open a task, and wait until so many pictures of other takes came by themselves.

    Returns:
        Addresses of everything that was asked for; it grows.
    """
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    place = f"#f={START + frame}&take=2"
    page.set_default_timeout(60_000)
    page.goto(f"{coded.url}/link/{coded.studio.make_link('leo')}")
    page.goto(f"{coded.url}/t/{task_of(coded, shot)}{place}")
    expect(page.locator(".picture")).to_have_attribute("data-drawn", str(frame))
    own = content_of(coded, shot, 2)

    def has_come() -> bool:
        page.wait_for_timeout(50)  # requests are told while the page is waited for
        return len(others_of(asked, own)) >= ahead

    wait_until(has_come)
    watch_verdicts(page)
    return asked


def others_of(asked: list[str], own: str) -> list[tuple[str, int]]:
    """Which frames of contents but this one were asked for."""
    found = [match for match in map(FRAME.search, asked) if match]
    return [(match[1], int(match[2])) for match in found if match[1] != own]


def task_of(coded: Coded, shot: int) -> str:
    leo = coded.studio.session_of(coded.studio.sign_in_by_link(coded.studio.make_link("leo")))
    return coded.studio.find_task(leo, "spring", f"SH{10 * (shot + 1):03}", "animation")


def takes_of(coded: Coded, shot: int) -> list[TakeView]:
    leo = coded.studio.session_of(coded.studio.sign_in_by_link(coded.studio.make_link("leo")))
    return coded.studio.task(leo, task_of(coded, shot)).takes


def content_of(coded: Coded, shot: int, take: int) -> str:
    return next(one.content for one in takes_of(coded, shot) if one.number == take)


def first_of(coded: Coded, shot: int) -> str:
    """Content of the take that is looked at first: the one that came farthest, the newest of those."""

    def rank(take: TakeView) -> tuple[int, int]:
        return sum(gate.result == "satisfied" for gate in take.gates), take.number

    return max(takes_of(coded, shot), key=rank).content


def test_pictures_come_ahead_one_at_a_time_of_the_takes_that_follow(
    coded: Coded, context: BrowserContext
) -> None:
    page = context.new_page()
    asked = open_desk(coded, page, frame=7, ahead=SHOTS)
    told = others_of(asked, content_of(coded, 0, 2))
    # the other take of this task on the frame looked at, then the first look at each task that follows
    assert set(told) == {
        (content_of(coded, 0, 1), 7),
        *((first_of(coded, shot), 0) for shot in range(1, SHOTS)),
    }
    assert len(told) == len(set(told))


def test_the_next_take_stands_without_a_request_for_its_frame(coded: Coded, context: BrowserContext) -> None:
    page = context.new_page()
    open_desk(coded, page, shot=1, ahead=SHOTS - 1)
    # the other take of the task, on its frame, then the next task, on its first
    for key, shot, take in (("f", 1, 1), ("c", 2, 2)):
        page.wait_for_timeout(600)
        come = judge(page, key)
        assert come.code == APART * (take - 1) + FRAMES * shot
        wanted = content_of(coded, shot, take)
        expect(page.locator(".desk")).to_have_attribute("data-take", str(take))
        assert not [one for one in come.asked if FRAME.search(one) and wanted in one and "/frames/0." in one]
    assert page.url.endswith(f"/t/{task_of(coded, 2)}#f={START}&take=2")


def test_with_data_saver_on_nothing_is_asked_for_that_nobody_wanted(
    coded: Coded, context: BrowserContext
) -> None:
    context.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")
    page = context.new_page()
    asked = open_desk(coded, page, shot=3, ahead=0)
    page.wait_for_timeout(1500)
    assert others_of(asked, content_of(coded, 3, 2)) == []
    come = judge(page, "c")
    assert come.code == APART + FRAMES * 4
    assert [one for one in come.asked if FRAME.search(one)]


def test_what_was_read_ahead_is_asked_for_again_and_the_newer_answer_stands(
    coded: Coded, context: BrowserContext, tmp_path: Path
) -> None:
    page = context.new_page()
    open_desk(coded, page, shot=2, ahead=2)
    page.wait_for_timeout(600)
    studio, task = coded.studio, task_of(coded, 3)
    arti = studio.session_of(studio.sign_in_by_link(studio.make_link("arti")))
    write_coded(
        tmp_path / "new.mp4",
        rate=Fraction(30000, 1001),
        n_frames=FRAMES,
        width_px=480,
        height_px=270,
        first=3 * APART,
    )
    studio.add_take(arti, "spring", shot="SH040", stage="animation", path=tmp_path / "new.mp4")
    judge(page, "c")
    expect(page.locator(".desk")).to_have_attribute("data-task", task)
    expect(page.locator("button[data-take='3']")).to_be_visible()
    # whoever has lost the role sees nothing of what was read while they had it
    ana = studio.session_of(studio.sign_in_by_link(studio.make_link("ana")))
    page.wait_for_timeout(1000)
    studio.take_role(ana, "spring", person="leo", role="lead")
    try:
        page.keyboard.press("]")
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.locator("[data-layer=A]")).to_have_count(0)
    finally:
        studio.set_role(ana, "spring", person="leo", role="lead")
