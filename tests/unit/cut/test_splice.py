from dataclasses import replace
from fractions import Fraction

import pytest

from circletake.cut.document import cut_hash
from circletake.cut.splice import clear, splice
from circletake.domain.cut import CutVersion, Slot
from circletake.errors import HandlesShort, NotFound, RateMismatch

CUT = CutVersion(
    production="pr_1",
    number=1,
    rate=Fraction(24000, 1001),
    width_px=640,
    height_px=360,
    slots=(Slot("s_1", "SH010", 48, "aa" * 32, 3), Slot("s_2", "SH020", 36), Slot("s_3", "SH030", 24)),
)
NEW = "bb" * 32


def test_a_splice_fills_its_slot_and_leaves_the_rest() -> None:
    spliced = splice(CUT, "SH020", content=NEW, source_in=4, n_frames=40, rate=CUT.rate)
    assert spliced.slots[1] == Slot("s_2", "SH020", 36, NEW, 4)
    assert (spliced.slots[0], spliced.slots[2]) == (CUT.slots[0], CUT.slots[2])
    assert (spliced.number, spliced.parent, spliced.n_frames) == (2, cut_hash(CUT), CUT.n_frames)


def test_a_take_that_ends_before_its_slot_is_refused_with_both_lengths() -> None:
    with pytest.raises(
        HandlesShort, match="SH020 needs 36 frames; the take has 35 from frame 5 on"
    ) as refused:
        splice(CUT, "s_2", content=NEW, source_in=5, n_frames=40, rate=CUT.rate)
    assert refused.value.detail["available"] == 35
    with pytest.raises(HandlesShort):
        splice(CUT, "s_2", content=NEW, source_in=-1, n_frames=100, rate=CUT.rate)


def test_a_take_at_another_rate_is_refused_with_both_rates() -> None:
    with pytest.raises(RateMismatch, match=r"24 frames a second and the cut at 23\.976"):
        splice(CUT, "s_2", content=NEW, source_in=0, n_frames=40, rate=Fraction(24))


def test_a_still_has_one_frame_and_no_rate() -> None:
    still = replace(CUT, slots=(Slot("s_1", "SH010", 1),))
    assert splice(still, "s_1", content=NEW, source_in=0, n_frames=1, rate=None).slots[0].take == NEW
    with pytest.raises(HandlesShort):
        splice(CUT, "s_2", content=NEW, source_in=0, n_frames=1, rate=None)


def test_a_slot_that_is_not_there_is_missing() -> None:
    with pytest.raises(NotFound):
        splice(CUT, "SH999", content=NEW, source_in=0, n_frames=100, rate=CUT.rate)


def test_clearing_a_slot_makes_a_gap_again() -> None:
    cleared = clear(CUT, "s_1")
    assert cleared.slots[0] == Slot("s_1", "SH010", 48)
    assert cleared.parent == cut_hash(CUT)


def test_a_slot_that_runs_faster_and_dissolves_out_needs_more_of_its_take() -> None:
    one, two, three = CUT.slots
    cut = replace(CUT, slots=(one, replace(two, speed=Fraction(3, 2)), replace(three, dissolve=10)))
    # the last of 36 + 10 frames stands on floor(45 · 3/2) = 67
    assert splice(cut, "SH020", content=NEW, source_in=4, n_frames=72, rate=None).slots[1].take == NEW
    with pytest.raises(HandlesShort, match="SH020 needs 68 frames; the take has 67 from frame 4 on, 1 too"):
        splice(cut, "SH020", content=NEW, source_in=4, n_frames=71, rate=None)
    assert clear(cut, "SH020").slots[1].speed == 1
