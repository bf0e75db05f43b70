"""Two hundred takes of one task judged by keys: decisions a minute, every verdict in the book."""

import statistics
from pathlib import Path

import pytest
from tests.e2e.browser import needs_browser
from tests.e2e.triage import assert_kept, desk_of, judge_all, pile_of

from .figures import tell

TAKES = 200
LEAST_A_MINUTE = 60

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
