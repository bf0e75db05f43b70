"""Ten minutes of everything that can happen in a review room; run with `pytest -m bench`."""

import pytest
from playwright.sync_api import Page
from tests.e2e.browser import browser, needs_browser
from tests.e2e.test_desk_together import anything_happens, pair, stage
from tests.e2e.together import Stage

__all__ = ["browser", "pair", "stage"]  # fixtures

OPERATIONS = 300  # one every other second

pytestmark = [pytest.mark.bench, pytest.mark.browser, needs_browser, pytest.mark.timeout(900)]


def test_ten_minutes_of_anything_end_on_the_same_frame_with_every_stroke(
    stage: Stage,
    pair: tuple[Page, Page],
) -> None:
    anything_happens(stage, pair, OPERATIONS)
