"""In a real browser: a flag is called wrong by one key, and the same key takes that back."""

import signal
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from .browser import ARGUMENTS, CHROMIUM, needs_browser
from .flagged import flagged_floor
from .terminal import PROGRAM, Terminal

_SLOW_MS = 60_000

pytestmark = [
    pytest.mark.sqlite,  # what the browser sees does not know the database
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(600),
    needs_browser,
]


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    return flagged_floor(tmp_path_factory.mktemp("flags"))


@pytest.fixture(scope="module")
def url(floor: Terminal) -> Iterator[str]:
    server = subprocess.Popen(
        [str(PROGRAM), "serve", str(floor.studio), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env=floor.environment(),
    )
    assert server.stdout is not None
    yield server.stdout.readline().strip().rsplit(" ", maxsplit=1)[-1]
    server.terminate()
    server.stdout.close()
    assert server.wait(30) in {0, -signal.SIGTERM}


@pytest.fixture
def desk(floor: Terminal, url: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(_SLOW_MS)
        page.goto(url + floor.run("person", "link", "Ana").strip())
        page.goto(f"{url}/p/spring")
        page.locator('[data-cell="SH010/animation"]').click()
        expect(page.locator("[data-drawn]")).to_be_visible(timeout=_SLOW_MS)
        yield page
        browser.close()


def test_a_flag_is_called_wrong_by_one_key_and_by_one_click(floor: Terminal, desk: Page) -> None:
    flag = desk.locator('li[data-flag="black"]')
    wrong, right = flag.locator('[data-call="wrong"]'), flag.locator('[data-call="right"]')
    expect(wrong).to_have_attribute("aria-pressed", "false")
    expect(wrong).to_contain_text("Z")
    desk.keyboard.press("Shift+z")
    expect(wrong).to_have_attribute("aria-pressed", "true")
    expect(flag).to_contain_text("Ana: wrong")
    expect(flag).to_contain_text("wrong 1 of 1 time here")
    right.click()
    expect(right).to_have_attribute("aria-pressed", "true")
    expect(wrong).to_have_attribute("aria-pressed", "false")
    desk.keyboard.press("Shift+y")
    expect(right).to_have_attribute("aria-pressed", "false")
    expect(flag).not_to_contain_text("Ana:")
    assert floor.json("flag", "list", "SH010", "--as", "Ana")[0]["calls"] == []
    calls = [
        one
        for one in floor.json("book", "show", "--limit", "500", "--as", "Ana")
        if one["kind"] == "flag_call"
    ]
    assert len(calls) == 3, "the book keeps all of them"
