"""One spelling for a value, by the numbers of RFC 8785, and every seed its own."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.errors import RecipeInvalid
from circletake.generate.canonical_json import canonical_json

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(-(2.0**53), 2.0**53)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("value", "spelled"),
    [  # RFC 8785, appendix B
        (0.0, "0"),
        (-0.0, "0"),
        (5e-324, "5e-324"),
        (-5e-324, "-5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (9007199254740992.0, "9007199254740992"),
        (295147905179352830000.0, "295147905179352830000"),
        (9.999999999999997e22, "9.999999999999997e+22"),
        (1e23, "1e+23"),
        (1.0000000000000001e23, "1.0000000000000001e+23"),
        (999999999999999700000.0, "999999999999999700000"),
        (1e21, "1e+21"),
        (9.999999999999997e-7, "9.999999999999997e-7"),
        (0.000001, "0.000001"),
        (333333333.3333332, "333333333.3333332"),
        (0.1, "0.1"),
        (123.456, "123.456"),
        (-1e-7, "-1e-7"),
    ],
)
def test_numbers_are_spelled_as_the_standard_says(value: float, spelled: str) -> None:
    assert canonical_json(value).decode() == spelled


def test_keys_stand_in_the_order_of_utf_16() -> None:
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\u00f6": 7}
    order = ["\r", "1", "\x80", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical_json(value))) == order


def test_two_seeds_that_differ_are_two() -> None:
    assert canonical_json(2**64 - 1) != canonical_json(2**64 - 2)


@given(VALUES)
def test_a_value_is_what_it_was_and_its_spelling_stays(value: object) -> None:
    spelled = canonical_json(value)
    again = json.loads(spelled)
    assert again == value
    assert canonical_json(again) == spelled


def nested(deep: int) -> object:
    value: object = 1
    for _ in range(deep):
        value = [value]
    return value


@pytest.mark.parametrize("value", [math.nan, math.inf, "\ud800", {"a": object()}, nested(70)])
def test_what_has_no_spelling_is_refused(value: object) -> None:
    with pytest.raises(RecipeInvalid):
        canonical_json(value)
