"""Versions of the cut: listed with what was done in each, compared, stepped back to; nothing is lost."""

from typing import TYPE_CHECKING

import pytest

from circletake.errors import NotFound, RoleMissing, WorldMoved

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor


def test_versions_are_listed_newest_first_with_who_did_what(floor: "Floor") -> None:
    studio, ed = floor.studio, floor["ed"]
    studio.cut_assemble(ed, "spring")
    one, two = floor.take(b"one"), floor.take(b"two")
    studio.cut_fill(ed, "spring", slot="SH010", take=one.id)
    now = studio.cut_fill(ed, "spring", slot="SH010", take=two.id)
    view = studio.cut_versions(floor["arti"], "spring")
    assert (view.hash, view.more, view.may_edit) == (now.hash, False, False)
    assert studio.cut_versions(ed, "spring").may_edit
    assert [(one.number, one.by.name, one.gaps, one.changes, one.said) for one in view.versions] == [
        (3, "ed", 1, 1, ["SH010 has take 2 in place of take 1."]),
        (2, "ed", 1, 1, ["SH010 is filled with take 1."]),
        (1, "ed", 2, 0, []),
    ]
    assert [one.is_now for one in view.versions] == [True, False, False]
    assert [one.number for one in studio.cut_versions(ed, "spring", before=3).versions] == [2, 1]


def test_a_long_history_comes_in_pages_and_each_version_is_told_against_the_one_before(
    floor: "Floor",
) -> None:
    studio, ed = floor.studio, floor["ed"]
    studio.cut_assemble(ed, "spring")
    take = floor.take(b"one")
    for _ in range(26):
        studio.cut_fill(ed, "spring", slot="SH010", take=take.id)
        studio.cut_clear(ed, "spring", slot="SH010")
    first = studio.cut_versions(ed, "spring")
    assert (len(first.versions), first.more, first.versions[-1].number) == (50, True, 4)
    assert first.versions[-1].said == ["SH010 is filled with take 1."]
    rest = studio.cut_versions(ed, "spring", before=4)
    assert ([one.number for one in rest.versions], rest.more) == ([3, 2, 1], False)


def test_two_versions_are_compared_either_way(floor: "Floor") -> None:
    studio, ed = floor.studio, floor["ed"]
    studio.cut_assemble(ed, "spring")
    one, two = floor.take(b"one"), floor.take(b"two", code="SH020", frames=30)
    studio.cut_fill(ed, "spring", slot="SH010", take=one.id)
    studio.cut_fill(ed, "spring", slot="SH020", take=two.id, source_in=6)
    last = studio.cut_diff(ed, "spring")
    assert [change.text for change in last.changes] == ["SH020 is filled with take 1."]
    assert [(slot.shot, slot.start, slot.take_number) for slot in last.after.slots] == [
        ("SH010", 0, 1),
        ("SH020", 24, 1),
    ]
    assert [change.sort for change in studio.cut_diff(ed, "spring", old=1).changes] == ["filled", "filled"]
    assert [change.sort for change in studio.cut_diff(ed, "spring", old=3, new=1).changes] == [
        "emptied",
        "emptied",
    ]
    assert studio.cut_diff(ed, "spring", old=2, new=2).changes == []
    assert studio.cut_diff(ed, "spring", new=1).before.number == 1
    with pytest.raises(NotFound, match="no version 9"):
        studio.cut_diff(ed, "spring", old=9)


def test_stepping_back_is_a_new_version_and_forward_again_is_one_too(floor: "Floor") -> None:
    studio, ed = floor.studio, floor["ed"]
    studio.cut_assemble(ed, "spring")
    take = floor.take(b"one")
    filled = studio.cut_fill(ed, "spring", slot="SH010", take=take.id)
    back = studio.cut_back(ed, "spring", number=1, cut_hash=filled.hash)
    assert (back.number, back.slots[0].state) == (3, "gap")
    again = studio.cut_back(ed, "spring", number=2)
    assert (again.number, again.slots[0].take) == (4, take.content)
    assert studio.cut_back(ed, "spring", number=2).number == 4
    view = studio.cut_versions(ed, "spring")
    assert [one.is_now for one in view.versions] == [True, False, True, False]


def test_stepping_back_asks_for_the_right_the_cut_that_was_seen_and_a_version_that_is_there(
    floor: "Floor",
) -> None:
    studio, ed = floor.studio, floor["ed"]
    with pytest.raises(NotFound, match="no cut yet"):
        studio.cut_versions(ed, "spring")
    seen = studio.cut_assemble(ed, "spring").hash
    studio.cut_fill(ed, "spring", slot="SH010", take=floor.take(b"one").id)
    with pytest.raises(RoleMissing):
        studio.cut_back(floor["arti"], "spring", number=1)
    with pytest.raises(WorldMoved):
        studio.cut_back(ed, "spring", number=1, cut_hash=seen)
    with pytest.raises(NotFound):
        studio.cut_back(ed, "spring", number=3)
