from dataclasses import replace
from fractions import Fraction

from circletake.cut.known_again import known_again
from circletake.domain.cut import CutVersion, Slot

A, B = "aa" * 32, "bb" * 32
CUT = CutVersion(
    "pr_1",
    3,
    Fraction(24),
    640,
    360,
    (
        Slot("s_1", "SH010", 48, A, 5),
        Slot("s_2", "SH020", 36),
        Slot("s_3", "SH010", 24, A, 100),
        Slot("s_4", "SH040", 30, B),
    ),
)
ONE, GAP, AGAIN, FOUR = CUT.slots


def ids(*slots: Slot) -> list[str]:
    return [slot.id for slot in known_again(slots, CUT)]


def test_slots_that_say_who_they_are_stay_who_they_are() -> None:
    assert known_again(CUT.slots, CUT) == CUT.slots


def test_a_clip_without_its_id_is_known_by_shot_and_take_nearest_in_the_take_first() -> None:
    bare = [replace(slot, id=f"x_{slot.id}") for slot in (AGAIN, ONE, FOUR)]
    assert ids(*bare) == ["s_3", "s_1", "s_4"]
    slipped = replace(AGAIN, id="x_1", source_in=300)
    assert ids(ONE, slipped) == ["s_1", "s_3"]


def test_a_clip_with_another_take_of_its_shot_is_that_slot() -> None:
    assert ids(ONE, replace(FOUR, id="x_4", take=A)) == ["s_1", "s_4"]


def test_a_gap_that_lost_its_name_is_known_by_its_neighbours() -> None:
    bare = Slot("x_2", "GAP002", 40)
    assert known_again((ONE, bare, AGAIN, FOUR), CUT)[1] == replace(GAP, frames=40)
    # between others it may be any gap
    assert known_again((ONE, AGAIN, bare, FOUR), CUT)[2] == bare
    assert known_again((bare, ONE, AGAIN, FOUR), CUT)[0] == bare


def test_no_id_is_given_twice() -> None:
    copies = [replace(ONE, id=f"x_{n}") for n in range(4)]
    assert ids(*copies) == ["s_1", "s_3", "x_2", "x_3"]
    assert ids(ONE, replace(ONE, id="x_1")) == ["s_1", "s_3"]
