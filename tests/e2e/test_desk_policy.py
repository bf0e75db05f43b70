"""The desk counts what was really played, sends it with the verdict, and shows an override for ever."""

import os

import pytest
from playwright.sync_api import Browser, Page, expect

from circletake.gates.policy import shipped_text
from circletake.web.auth import COOKIE

from .browser import needs_browser
from .conftest import N_FRAMES, Served

_SLOW_MS = 60_000

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(900),
    needs_browser,
]


def desk_of(browser: Browser, served: Served, name: str) -> Page:
    """Somebody's browser, on the task."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": COOKIE, "value": served.tokens[name], "url": served.url}])
    page = context.new_page()
    page.set_default_timeout(_SLOW_MS)
    page.goto(f"{served.url}/t/{served.task().id}")
    expect(page.locator('[data-drawn="0"]')).to_be_visible(timeout=_SLOW_MS)
    return page


def let_producers_override(served: Served) -> None:
    """Put a policy in force in which a producer may let pass what nobody watched or circled."""
    text = shipped_text("animation").replace(
        'label = "Lead"\n',
        'label = "Lead"\noverride = { roles = ["producer"], rules = ["circled", "fresh_evidence"] }\n',
    )
    ana = served.studio.session_of(served.tokens["ana"])
    view = served.studio.policy_propose(ana, "spring", text=text, file="p.toml")
    content = view.takes[-1].content
    served.studio.record_verdict(
        ana, task=view.id, content=content, gate="producer", value=2, key="policy-0001"
    )
    served.studio.policy_adopt(ana, "spring")


def test_what_was_stepped_through_goes_with_the_verdict(browser: Browser, analysed: Served) -> None:
    page = desk_of(browser, analysed, "leo")
    for frame in range(1, 5):
        page.keyboard.press("ArrowRight")
        expect(page.locator(f'[data-drawn="{frame}"]')).to_be_visible(timeout=_SLOW_MS)
    page.keyboard.press("End")
    expect(page.locator(f'[data-drawn="{N_FRAMES - 1}"]')).to_be_visible(timeout=_SLOW_MS)
    page.keyboard.press("s")
    page.keyboard.press("Enter")
    # the desk goes on to the next task; what it recorded stays in its status line
    expect(page.locator("[data-recorded]")).to_contain_text("SH010 take 1: seen", timeout=_SLOW_MS)
    (said,) = analysed.take().verdicts
    assert [(one.start, one.end) for one in said.watched] == [(0, 5), (N_FRAMES - 1, N_FRAMES)]
    assert 0 < said.dwell_ms < 600_000


def test_an_override_is_shown_with_who_and_why(browser: Browser, analysed: Served) -> None:
    let_producers_override(analysed)
    take = analysed.take()
    ana = analysed.studio.session_of(analysed.tokens["ana"])
    analysed.studio.record_override(
        ana,
        task=analysed.task().id,
        content=take.content,
        gate="lead",
        code="story.intent",
        note="The square is meant to jump.",
        key="override-0001",
    )
    analysed.studio.note_add(
        ana,
        task=analysed.task().id,
        content=take.content,
        text="Mind the edge.",
        ranges=[(3, 5)],
        key="note-000001",
    )
    page = desk_of(browser, analysed, "leo")
    gate = page.locator('[data-gate="lead"]')
    expect(gate).to_have_attribute("data-result", "overridden")
    gate.locator("summary").click()
    expect(gate.locator("[data-override]")).to_contain_text("OVERRIDDEN by ana as producer")
    history = page.get_by_label("History of verdicts")
    expect(history.locator("[data-override]")).to_contain_text("The square is meant to jump.")
    expect(page.get_by_label("Notes", exact=True).locator("[data-note]")).to_contain_text("Mind the edge.")
    if os.environ.get("CIRCLETAKE_PICTURES"):
        page.screenshot(path=f"{os.environ['CIRCLETAKE_PICTURES']}/overridden.png")
