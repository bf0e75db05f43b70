"""Where a take came from, in a real browser: asked for when opened, told by word and shape, text as text."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.saved_by_comfyui import EXTRA, GRAPH, MODEL, SEED, save_video

from circletake.web.auth import COOKIE

from .browser import needs_browser
from .conftest import Served

_SLOW_MS = 60_000
HOSTILE = "<img src=x onerror=alert(1)>\u202e\x1b[2J a fox"

pytestmark = [
    pytest.mark.sqlite,  # what the browser sees does not know the database
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(600),
    needs_browser,
]


@pytest.fixture
def page(browser: Browser, analysed: Served) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": COOKIE, "value": analysed.tokens["leo"], "url": analysed.url}])
    page = context.new_page()
    page.set_default_timeout(_SLOW_MS)
    yield page
    context.close()


def test_the_desk_says_where_a_take_came_from(page: Page, analysed: Served, tmp_path: Path) -> None:
    film = tmp_path / "fox.mp4"
    graph = {**GRAPH, "3": {"class_type": "CLIPTextEncode", "inputs": {"text": HOSTILE, "clip": ["2", 0]}}}
    save_video(film, graph, EXTRA, n=24)
    arti = analysed.studio.session_of(analysed.tokens["arti"])
    task = analysed.studio.add_take(
        arti, "spring", shot="SH010", stage="animation", path=film, label="fox", origin="generated"
    )
    number = task.takes[-1].number
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/provenance" in request.url else None)
    page.goto(f"{analysed.url}/t/{task.id}#f=0&take={number}")
    expect(page.locator(f'.desk[data-take="{number}"]')).to_be_visible(timeout=_SLOW_MS)
    panel = page.locator("details[data-provenance]")
    expect(panel.locator("summary")).to_contain_text("Where it came from")
    assert asked == []
    panel.locator("summary").click()
    expect(panel).to_have_attribute("data-provenance", "read", timeout=_SLOW_MS)
    expect(panel.locator('[data-trust="embedded"]')).to_contain_text("written in the file")
    expect(panel.locator('[data-trust="embedded"] [data-shape="half"]')).to_have_count(1)
    expect(panel.locator('[data-fact="prompt"]')).to_contain_text("<img src=x onerror=alert(1)>��[2J a fox")
    expect(panel.locator('[data-fact="seed"]')).to_contain_text(str(SEED))
    expect(panel.locator('[data-fact="model"]')).to_contain_text(MODEL)
    assert panel.locator("img").count() == 0

    page.locator('[data-take="1"] button, button[data-take="1"]').first.click()
    expect(page.locator('.desk[data-take="1"]')).to_be_visible(timeout=_SLOW_MS)
    expect(panel).to_contain_text("Unknown: nothing in its file says how it was made.", timeout=_SLOW_MS)
