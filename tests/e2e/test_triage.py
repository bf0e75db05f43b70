"""Takes of one task judged from the keyboard alone: the book has every verdict, once.

How fast that goes is measured where nothing else runs: `tests/bench/test_triage_speed.py`.
"""

from pathlib import Path

import pytest

from .browser import needs_browser
from .triage import assert_kept, desk_of, judge_all, pile_of

TAKES = 40

pytestmark = [
    pytest.mark.sqlite,  # what the browser sees does not know the database
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(600),
    needs_browser,
]


def test_a_bot_without_a_mouse_judges_take_after_take(tmp_path: Path) -> None:
    pile = pile_of(TAKES, tmp_path)
    with desk_of(pile) as desk:
        said, _ = judge_all(desk, pile)
    assert_kept(pile, said)
