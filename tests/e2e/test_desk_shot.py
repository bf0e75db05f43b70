"""The page of a shot in a real browser: from the board to its history, and to the desk at a take."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

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
def page(browser: Browser, analysed: Served) -> Iterator[Page]:
    """A page as leo sees it, who leads."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.add_cookies([{"name": COOKIE, "value": analysed.tokens["leo"], "url": analysed.url}])
    page = context.new_page()
    page.set_default_timeout(_SLOW_MS)
    yield page
    context.close()


def test_a_shot_tells_its_history_as_it_happens_and_leads_to_the_take(page: Page, analysed: Served) -> None:
    page.goto(f"{analysed.url}/p/spring")
    page.locator('a[data-shot="SH010"]').click()
    expect(page).to_have_url(re.compile(r"/p/spring/shots/SH010$"))
    expect(page.locator('[data-stage="animation"] [data-take="1"]')).to_be_visible(timeout=_SLOW_MS)
    expect(page.locator("[data-line]")).to_have_count(1)
    expect(page.locator("header nav")).to_contain_text("Spring")

    leo = analysed.studio.session_of(analysed.tokens["leo"])
    take = analysed.take()
    task = analysed.studio.record_verdict(
        leo,
        task=analysed.task().id,
        content=take.content,
        gate="lead",
        value=-1,
        reasons=["style.line"],
        note="The ears lag behind.",
        key="said-in-history",
    )
    said = page.locator('[data-line="verdict"]')
    expect(said).to_contain_text("concern at Lead", timeout=_SLOW_MS)
    expect(said).to_contain_text("“The ears lag behind.”")
    expect(said).to_contain_text(take.content[:12])
    expect(page.locator('[data-take="1"]')).to_have_attribute("data-state", "concern")

    seq = task.takes[0].verdicts[-1].seq
    analysed.studio.withdraw(leo, verdict_seq=seq, key="taken-back-again")
    expect(page.locator('[data-line="withdrawn"]')).to_be_visible(timeout=_SLOW_MS)
    expect(said).to_have_attribute("data-ended", "withdrawn")
    kinds = [line.get_attribute("data-line") for line in page.locator("[data-line]").all()]
    assert kinds == ["withdrawn", "verdict", "take"]

    page.locator('[data-only="storyboard"]').click()
    expect(page.locator("[data-line]")).to_have_count(0)
    expect(page.get_by_text("Nothing was said at this stage yet.")).to_be_visible()
    page.locator('[data-only="storyboard"]').click()
    said.get_by_role("link").click()
    expect(page).to_have_url(re.compile(rf"/t/{task.id}#.*take=1"))
    page.locator('h1 a[data-shot="SH010"]').click()
    expect(page.locator("[data-line]")).to_have_count(3, timeout=_SLOW_MS)
    page.reload()
    expect(page.locator("[data-line]")).to_have_count(3, timeout=_SLOW_MS)


def test_a_shot_without_a_take_says_what_will_stand_there(page: Page, analysed: Served) -> None:
    page.goto(f"{analysed.url}/p/spring/shots/SH020")
    expect(page.get_by_text("Nothing was said yet.")).to_be_visible(timeout=_SLOW_MS)
    expect(page.get_by_text("No take yet.").first).to_be_visible()
    for width in (820, 1280, 3840):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"{analysed.url}/p/spring/shots/SH999")
    expect(page.get_by_text("There is no SH999 in Spring")).to_be_visible(timeout=_SLOW_MS)
