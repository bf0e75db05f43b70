"""Circles of what leans on what."""

from circletake.domain.lineage import find_circle

# One above two that lean on the same: it is looked at once, and what lies behind it is still found.
SHARED = {"left": ["shared"], "right": ["shared"], "shared": ["end"]}


def test_what_two_lean_on_is_no_circle() -> None:
    assert find_circle("top", ["left", "right"], lambda one: SHARED.get(one, [])) is None


def test_a_circle_behind_what_two_lean_on_is_found_by_its_first_way() -> None:
    leans = {**SHARED, "end": ["top"]}

    assert find_circle("top", ["left", "right"], lambda one: leans.get(one, [])) == [
        "top",
        "left",
        "shared",
        "end",
        "top",
    ]
