"""The inbox, the bell and naming somebody, in a real browser."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from circletake.web.auth import COOKIE

from .browser import needs_browser
from .conftest import Served

_SLOW_MS = 60_000

pytestmark = [
    pytest.mark.sqlite,  # what the browser sees does not know the database
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(600),
    needs_browser,
]


@pytest.fixture
def page_of(browser: Browser, analysed: Served) -> Iterator[Callable[[str], Page]]:
    contexts: list[BrowserContext] = []

    def opened(name: str) -> Page:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": COOKIE, "value": analysed.tokens[name], "url": analysed.url}])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(_SLOW_MS)
        return page

    yield opened
    for context in contexts:
        context.close()


def test_somebody_is_named_by_keys_and_hears_of_it(page_of: Callable[[str], Page], analysed: Served) -> None:
    leo, arti, dora = page_of("leo"), page_of("arti"), page_of("dora")
    for page in (arti, dora):
        with page.expect_response("**/api/notices"):
            page.goto(analysed.url)
        page.locator("[data-unseen]").click()
        expect(page.locator('[data-unseen="0"]')).to_be_visible(timeout=_SLOW_MS)
        page.keyboard.press("Escape")
    leo.goto(f"{analysed.url}/t/{analysed.task().id}")
    expect(leo.locator("[data-drawn]")).to_be_visible(timeout=_SLOW_MS)
    leo.keyboard.press("r")
    leo.keyboard.press("1")
    leo.keyboard.press("f")
    leo.keyboard.press("/")
    leo.keyboard.type("Too soon, @do")
    expect(leo.locator('[data-mention="dora"]')).to_be_visible(timeout=_SLOW_MS)
    leo.keyboard.press("Enter")
    expect(leo.get_by_role("combobox", name="Note", exact=True)).to_have_value("Too soon, @dora ")
    leo.keyboard.type("what do you say?")
    leo.keyboard.press("Enter")
    expect(leo.locator("[data-recorded]")).to_be_visible(timeout=_SLOW_MS)

    # both hear of it where they are, without a reload
    expect(dora.locator('[data-unseen="1"]')).to_be_visible(timeout=_SLOW_MS)
    expect(arti.locator('[data-unseen="1"]')).to_be_visible(timeout=_SLOW_MS)
    dora.locator("[data-unseen]").click()
    told = dora.locator('[data-notice="mention"]').first
    expect(told).to_contain_text("Too soon, @dora what do you say?")
    expect(dora.locator('[data-unseen="0"]')).to_be_visible(timeout=_SLOW_MS)
    told.click()
    expect(dora.locator('.desk[data-take="1"]')).to_be_visible(timeout=_SLOW_MS)
    dora.reload()
    expect(dora.locator('[data-unseen="0"]')).to_be_visible(timeout=_SLOW_MS)
    arti.locator("[data-unseen]").click()
    expect(arti.locator('[data-notice="verdict"]').first).to_contain_text("said concern of your SH010 take 1")


def test_the_inbox_says_why_each_waits_and_leads_there_by_keys(
    page_of: Callable[[str], Page], analysed: Served
) -> None:
    task, take = analysed.task(), analysed.take()
    leo = analysed.studio.session_of(analysed.tokens["leo"])
    analysed.studio.note_add(
        leo, task=task.id, content=take.content, text="Which hat, @dora?", key="which-hat"
    )
    dora = page_of("dora")
    dora.goto(analysed.url)
    named = dora.locator('[data-why="mention"]')
    expect(named).to_contain_text("Which hat, @dora?", timeout=_SLOW_MS)
    expect(dora.locator('[data-pile="mention"]')).to_contain_text("1")
    expect(dora).to_have_title(re.compile(r"^\(\d+\) Inbox"))
    dora.locator('[data-pile="mention"]').click()
    expect(dora.locator("[data-why]")).to_have_count(1)
    dora.locator("body").press("Enter")
    expect(dora.locator('.desk[data-take="1"]')).to_be_visible(timeout=_SLOW_MS)
    arti = page_of("arti")
    arti.goto(analysed.url)
    expect(arti.locator('[data-why="note"]')).to_contain_text("Which hat, @dora?", timeout=_SLOW_MS)
    note = next(one for one in analysed.take().notes if one.text and "Which hat" in one.text)
    analysed.studio.note_resolve(leo, note=note.id, disposition="waive", key="that-hat")
    expect(arti.locator('[data-why="note"]')).to_have_count(0, timeout=_SLOW_MS)
