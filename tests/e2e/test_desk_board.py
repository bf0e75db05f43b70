"""The board in a real browser: filters, groups, saved views, looking through a cell, the way to its gate."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from circletake.web.auth import COOKIE

from .browser import needs_browser
from .conftest import N_FRAMES, Served

_SLOW_MS = 60_000

pytestmark = [
    pytest.mark.sqlite,  # what the browser sees does not know the database
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(600),
    needs_browser,
]
CELL = '[data-cell="SH010/animation"]'


def page_of(browser: Browser, served: Served, name: str) -> Page:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": COOKIE, "value": served.tokens[name], "url": served.url}])
    page = context.new_page()
    page.set_default_timeout(_SLOW_MS)
    return page


@pytest.fixture
def board(browser: Browser, analysed: Served) -> Iterator[Page]:
    """The board as leo sees it, who leads."""
    page = page_of(browser, analysed, "leo")
    page.goto(f"{analysed.url}/p/spring")
    expect(page.locator(CELL)).to_be_visible(timeout=_SLOW_MS)
    yield page
    page.context.close()


def codes(page: Page) -> list[str]:
    rows = page.locator("[data-row]").all()
    return sorted(str(row.get_attribute("data-row")) for row in rows)


def test_a_filter_is_an_address_that_can_be_sent(board: Page, browser: Browser, analysed: Served) -> None:
    board.get_by_role("button", name=re.compile("^review")).click()
    expect(board.locator("[data-rows]")).to_have_text(re.compile("^1 of"))
    board.locator("[data-text-field]").fill("SH0")
    expect(board).to_have_url(re.compile(r"\?q=SH0&status=review$"))
    other = page_of(browser, analysed, "dora")
    other.goto(board.url)
    expect(other.locator(CELL)).to_be_visible(timeout=_SLOW_MS)
    assert codes(other) == ["SH010"]
    expect(other.locator("[data-text-field]")).to_have_value("SH0")
    other.context.close()


def test_cells_are_found_by_person_and_by_open_notes(board: Page, analysed: Served) -> None:
    board.locator("[data-filter=person]").select_option(label="arti")
    expect(board.locator("[data-rows]")).to_have_attribute("data-rows", "1")
    assert codes(board) == ["SH010"]
    board.locator("[data-filter=person]").evaluate("field => field.blur()")
    board.keyboard.press("a")
    expect(board.locator('[data-row="SH020"]')).to_be_visible()
    take = analysed.take()
    noted: dict[str, Any] = {
        "task": analysed.task().id,
        "content": take.content,
        "text": "The ears.",
    }
    leo = analysed.studio.session_of(analysed.tokens["leo"])
    task = analysed.studio.note_add(leo, **noted, key="ears-note")
    expect(board.locator(f"{CELL} [data-notes]")).to_have_text("1", timeout=_SLOW_MS)
    board.keyboard.press("n")
    expect(board.locator('[data-row="SH020"]')).to_have_count(0)
    assert codes(board) == ["SH010"]
    note = next(one for one in task.takes[0].notes if one.text == "The ears.")
    analysed.studio.note_resolve(leo, note=note.id, disposition="waive", key="ears-settled")
    expect(board.locator("[data-row]")).to_have_count(0, timeout=_SLOW_MS)


def test_a_view_is_kept_for_its_person_alone(board: Page, browser: Browser, analysed: Served) -> None:
    board.keyboard.press("g")
    expect(board).to_have_url(re.compile(r"\?group=sequence$"))
    expect(board.locator("[data-group]").first).to_be_visible()
    board.keyboard.press("g")
    expect(board.locator('[data-group="todo"]')).to_be_visible()
    board.keyboard.press("k")
    board.get_by_label("Name of this view").fill("Where it stands")
    board.keyboard.press("Enter")
    expect(board.locator("[data-view] option:checked")).to_have_text("Where it stands")
    board.goto(f"{analysed.url}/p/spring")
    expect(board.locator(CELL)).to_be_visible(timeout=_SLOW_MS)
    expect(board.locator("[data-view]")).to_be_visible()
    board.keyboard.press("w")
    expect(board).to_have_url(re.compile(r"\?group=status$"))
    expect(board.locator('[data-group="todo"]')).to_be_visible()
    other = page_of(browser, analysed, "dora")
    other.goto(board.url)
    expect(other.locator('[data-group="todo"]')).to_be_visible(timeout=_SLOW_MS)
    expect(other.locator("[data-view]")).to_have_count(0)
    other.context.close()
    board.locator("[data-forget-view]").click()
    expect(board.locator("[data-view]")).to_have_count(0)


def test_the_pointer_looks_through_a_take_with_one_request_at_a_time(board: Page) -> None:
    flying: set[str] = set()
    most = 0

    def sent(request: object) -> None:
        nonlocal most
        url = str(getattr(request, "url", ""))
        if "/frames/" in url:
            flying.add(url)
            most = max(most, len(flying))

    def came(request: object) -> None:
        flying.discard(str(getattr(request, "url", "")))

    board.on("request", sent)
    board.on("requestfinished", came)
    board.on("requestfailed", came)
    box = board.locator(CELL).bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    for step in range(40):
        board.mouse.move(box["x"] + 1 + (box["width"] - 2) * step / 39, middle)
    expect(board.locator(f'[data-scrub="{N_FRAMES - 1}"]')).to_be_visible(timeout=_SLOW_MS)
    board.mouse.move(box["x"] + 2, middle)
    expect(board.locator('[data-scrub="0"]')).to_be_visible(timeout=_SLOW_MS)
    assert most == 1
    board.mouse.move(4, 4)
    expect(board.locator("[data-scrub]")).to_have_count(0)


def test_keys_look_through_a_cell_and_lead_to_the_gate_it_waits_for(board: Page) -> None:
    for _ in range(9):
        if board.locator(f"{CELL}.active").count():
            break
        board.keyboard.press("ArrowDown")
        board.keyboard.press("ArrowRight")
        board.keyboard.press("ArrowUp")
    expect(board.locator(f"{CELL}.active")).to_be_visible()
    board.keyboard.press(".")
    expect(board.locator('[data-scrub="0"]')).to_be_visible(timeout=_SLOW_MS)
    board.keyboard.press(".")
    expect(board.locator('[data-scrub="1"]')).to_be_visible(timeout=_SLOW_MS)
    board.keyboard.press("Enter")
    expect(board.locator("[data-led]")).to_have_attribute("data-gate", "lead", timeout=_SLOW_MS)
    expect(board.locator('.desk[data-take="1"]')).to_be_visible()
    expect(board.get_by_role("radio", name="Lead")).to_have_attribute("aria-checked", "true")


def test_nothing_on_the_board_complains(board: Page, analysed: Served) -> None:
    said: list[str] = []
    board.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    board.on("pageerror", lambda error: said.append(str(error)))
    for query in ("", "?group=sequence&sort=age", "?q=nothing+has+this", "?person=p_nobody&cause=x&status=y"):
        board.goto(f"{analysed.url}/p/spring{query}")
        expect(board.locator("[data-rows]")).to_be_visible(timeout=_SLOW_MS)
    # a cell without a picture yet asks for it in vain, and says nothing else
    assert [line for line in said if "404" not in line] == []
