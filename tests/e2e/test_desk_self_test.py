"""The player's self-test in a real browser: at every rate no frame is wrong, and the page remembers it."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from circletake.config import Config
from circletake.studio import Studio
from circletake.workflows.self_test import RATES

from .browser import ARGUMENTS, CHROMIUM, needs_browser
from .conftest import serving

_SLOW_MS = 60_000

pytestmark = [
    pytest.mark.sqlite,  # what the browser sees does not know the database
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(900),
    needs_browser,
]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page, opened by somebody who is part of no production."""
    folder = tmp_path_factory.mktemp("self-test")
    with Studio.create(folder / "studio", config=Config(workers=1)) as studio:
        studio.add_person("olaf")
        with serving(studio) as (_, url), sync_playwright() as playwright:
            browser: Browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
            shown = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
            shown.set_default_timeout(_SLOW_MS)
            shown.goto(f"{url}/link/{studio.make_link('olaf')}")
            shown.goto(f"{url}/self-test")
            yield shown
            browser.close()


def test_no_frame_is_wrong_at_any_rate(page: Page) -> None:
    expect(page.locator("tr[data-rate]")).to_have_count(len(RATES))
    page.locator("[data-run]").click()
    found = {}
    for rate in RATES:
        row = page.locator(f'tr[data-rate="{rate.numerator}/{rate.denominator}"]')
        expect(row).to_have_attribute("data-wrong", "0", timeout=3 * _SLOW_MS)
        expect(row).to_contain_text("0 of 110 wrong")
        found[str(rate)] = row.locator("td").first.inner_text()
    expect(page.locator("[data-run]")).to_be_enabled()
    if folder := os.environ.get("CIRCLETAKE_PICTURES"):
        page.screenshot(path=str(Path(folder) / "self-test.png"))
    sys.stdout.write("\n".join(f"{rate}: {told}" for rate, told in found.items()))
    # kept in this browser, with what was read from the film while it played
    page.reload()
    expect(page.locator("tr[data-wrong='0']")).to_have_count(len(RATES))
    kept = json.loads(page.evaluate("localStorage.getItem('circletake.self-test')"))
    for result in kept["results"].values():
        played = result["result"]["played"]
        assert played["of"] > 20
        assert played["wrong"] == 0, played  # told late, by a busy browser, is another column
