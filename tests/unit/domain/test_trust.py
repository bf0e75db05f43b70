"""How far flags are to be trusted: by what people agree on, and not before there is something to go by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.domain.trust import Call, Trust, agreed, trust_of


def test_nothing_is_said_before_somebody_answered() -> None:
    nobody = Trust("technical", "black", 0, 0)
    assert nobody.interval() == (0.0, 1.0)
    assert nobody.words == ""
    assert not nobody.is_quiet


def test_a_noisy_label_is_quiet_and_says_why() -> None:
    assert Trust("consistency", "off_line", 2, 9).words == "wrong 9 of 11 times here"
    assert Trust("consistency", "off_line", 2, 9).is_quiet
    assert Trust("consistency", "off_line", 0, 5).is_quiet
    assert not Trust("consistency", "off_line", 0, 4).is_quiet, "four answers are too few"
    assert not Trust("consistency", "off_line", 4, 7).is_quiet, "that may be chance"
    assert Trust("consistency", "off_line", 0, 1).words == "wrong 1 of 1 time here"


@given(st.integers(0, 200), st.integers(0, 200))
def test_the_interval_holds_the_share_and_more_wrong_answers_never_raise_it(right: int, wrong: int) -> None:
    one = Trust("c", "l", right, wrong)
    low, high = one.interval()
    assert 0 <= low <= high <= 1
    if one.answered:
        assert low - 1e-3 <= right / one.answered <= high + 1e-3
        more = Trust("c", "l", right, wrong + 1).interval()
        assert more[0] <= low
        assert more[1] <= high + 1e-3


@pytest.mark.parametrize(
    ("calls", "found"),
    [
        ([], None),
        (["wrong"], "wrong"),
        (["wrong", "right"], None),
        (["wrong", "right", "right"], "right"),
    ],
)
def test_most_people_decide_and_a_tie_counts_for_neither(calls: list[Call], found: Call | None) -> None:
    assert agreed(calls) == found


def test_labels_are_counted_by_themselves_and_the_noisiest_comes_first() -> None:
    flags: list[tuple[str, str, Call | None]] = [
        ("consistency", "off_line", "wrong"),
        ("consistency", "off_line", "wrong"),
        ("consistency", "off_line", "wrong"),
        ("consistency", "off_line", "right"),
        ("consistency", "off_colour", "right"),
        ("consistency", "off_colour", "right"),
        ("technical", "black", "wrong"),
        ("technical", "freeze", None),
    ]
    found = trust_of(flags)
    assert [(one.label, one.right, one.wrong) for one in found] == [
        ("black", 0, 1),
        ("off_line", 1, 3),
        ("off_colour", 2, 0),
    ]
