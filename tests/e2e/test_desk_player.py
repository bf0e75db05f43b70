"""The player on the desk: numbers that people say, the lens, takes compared, the loop, in a real browser."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from .browser import ARGUMENTS, CHROMIUM, needs_browser
from .coded_takes import START, Coded, code_on, coded_takes

pytestmark = [
    pytest.mark.sqlite,  # what the browser sees does not know the database
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(900),
    needs_browser,
]


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coded]:
    with coded_takes(tmp_path_factory.mktemp("player")) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def page(coded: Coded, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    shown = context.new_page()
    coded.open(shown, "#f=0&take=1")
    yield shown
    context.close()


def picture_of(page: Page, name: str) -> None:
    """Keep a picture of the page where somebody wants to look at it."""
    if folder := os.environ.get("CIRCLETAKE_PICTURES"):
        page.wait_for_timeout(300)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def stands(page: Page, frame: int) -> None:
    """Wait until a frame stands, by its number from 0."""
    expect(page.locator(".picture")).to_have_attribute("data-drawn", str(frame))


def go_to(page: Page, text: str) -> None:
    page.keyboard.press("Control+g")
    page.get_by_label("Go to frame").fill(text)
    page.keyboard.press("Enter")


# numbers that people say


def test_frames_are_called_as_the_policy_says_in_counter_and_link(page: Page) -> None:
    counter = page.locator("output.frame")
    expect(counter).to_have_text(str(START))
    page.keyboard.press("ArrowRight")
    expect(counter).to_have_text(str(START + 1))
    stands(page, 1)
    assert code_on(page) == 1
    assert page.url.endswith(f"#f={START + 1}&take=1")
    page.reload()
    stands(page, 1)


def test_a_frame_is_gone_to_by_its_number_by_steps_and_by_timecode(page: Page) -> None:
    go_to(page, str(START + 42))
    stands(page, 42)
    assert code_on(page) == 42
    go_to(page, "-2")
    stands(page, 40)
    go_to(page, "00:00:01:00")
    stands(page, 30)
    assert code_on(page) == 30
    go_to(page, "7")
    refused = page.get_by_role("alert")
    expect(refused).to_have_text(f"There is no such frame; the take has {START} to {START + 59}.")
    picture_of(page, "no-such-frame")
    page.keyboard.press("Escape")
    expect(refused).to_have_count(0)
    stands(page, 30)


def test_the_counter_counts_frames_timecode_and_drop_frame_and_remembers(page: Page) -> None:
    go_to(page, str(START + 30))
    stands(page, 30)
    counter, turn = page.locator("output.frame"), page.locator("[data-count]")
    for text in ("00:00:01:00", "00:00:01;00", str(START + 30), "00:00:01:00"):
        turn.click()
        expect(counter).to_have_text(text)
    page.reload()
    expect(counter).to_have_text("00:00:01:00")
