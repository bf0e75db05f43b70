"""Takes judged by keys: two hundred of one task a minute, and how long until the next one stands."""

import math
import statistics
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.e2e.browser import ARGUMENTS, CHROMIUM, needs_browser
from tests.e2e.coded_takes import Coded, coded_takes
from tests.e2e.coming_takes import Next, judge, watch_verdicts
from tests.e2e.triage import assert_kept, desk_of, judge_all, pile_of

from .figures import tell

TAKES = 200
LEAST_A_MINUTE = 60
SHOTS, FRAMES, AHEAD_S, MOST_MS = 21, 24, 2, 100
SPARE_DATA = "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"

pytestmark = [pytest.mark.bench, pytest.mark.sqlite, pytest.mark.timeout(1200), needs_browser]


def test_decisions_a_minute(tmp_path: Path) -> None:
    pile = pile_of(TAKES, tmp_path)
    with desk_of(pile) as desk:
        said, spent_s = judge_all(desk, pile)
    assert_kept(pile, said)
    a_minute = 60 * TAKES / sum(spent_s)
    usual_ms, late_ms = 1000 * statistics.median(spent_s), 1000 * sorted(spent_s)[int(0.95 * TAKES)]
    tell(
        "triage",
        "Judging two hundred takes by keys",
        [
            "| decisions a minute | from the first key to the next take, p50 | p95 |",
            "|---|---|---|",
            f"| {a_minute:.0f} | {usual_ms:.0f} ms | {late_ms:.0f} ms |",
        ],
    )
    assert a_minute >= LEAST_A_MINUTE


def go_along(coded: Coded, browser: Browser, *, ahead: bool) -> list[Next]:
    """Judge one take after the other, each of another task, after two seconds of looking at it."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    if not ahead:
        context.add_init_script(SPARE_DATA)
    page = context.new_page()
    coded.open(page)
    watch_verdicts(page)
    came = []
    for _ in range(SHOTS - 1):
        page.wait_for_timeout(1000 * AHEAD_S)
        came.append(judge(page, "f"))
    context.close()
    assert [one.code for one in came] == [FRAMES * shot for shot in range(1, SHOTS)]
    return came


def row(name: str, came: list[Next]) -> str:
    def told(times: list[float]) -> str:
        found = sorted(times)
        return f"{found[len(found) // 2]:.0f} / {found[math.ceil(len(found) * 0.95) - 1]:.0f} ms"

    took, recorded = [one.took_ms for one in came], [one.recorded_ms for one in came]
    return f"| {name} | {told(took)} | {told(recorded)} |"


def test_the_next_take(tmp_path: Path) -> None:
    with (
        coded_takes(
            tmp_path, rate=Fraction(24), size_px=(1280, 720), n_frames=FRAMES, takes=1, shots=SHOTS
        ) as coded,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        cold = go_along(coded, browser, ahead=False)
        ahead = go_along(coded, browser, ahead=True)
        browser.close()
    tell(
        "next-take",
        "From a verdict to the next take",
        [
            "| | Enter to the next take's first frame, p50 / p95 | of that, until it is in the book |",
            "|---|---|---|",
            row("nothing read ahead", cold),
            row("eight read ahead", ahead),
            "",
            (
                f"{SHOTS - 1} verdicts each, every take in a task of its own, 1280 × 720, "
                f"{AHEAD_S} s looked at before it is judged."
            ),
        ],
    )
    assert sorted(one.took_ms for one in ahead)[math.ceil(len(ahead) * 0.95) - 1] <= MOST_MS
