from fractions import Fraction

from circletake.cut.gaps import Neighbour, gaps
from circletake.domain.cut import CutVersion, Slot
from circletake.domain.time import FrameRange


def cut_of(*slots: Slot) -> CutVersion:
    return CutVersion(
        production="pr_1", number=1, rate=Fraction(24), width_px=640, height_px=360, slots=slots
    )


def test_a_gap_knows_its_frames_its_handles_and_what_it_touches() -> None:
    cut = cut_of(
        Slot("s_1", "A", 48, "aa" * 32, 10), Slot("s_2", "B", 36), Slot("s_3", "C", 24, "cc" * 32, 7)
    )
    (gap,) = gaps(cut)
    assert gap.record == FrameRange(48, 84)
    assert (gap.frames, gap.wanted_frames) == (36, 60)
    assert gap.before == Neighbour("s_1", "A", "aa" * 32, frame=57)
    assert gap.after == Neighbour("s_3", "C", "cc" * 32, frame=7)
    assert gaps(cut, handles=0)[0].wanted_frames == 36


def test_gaps_at_both_ends_touch_nothing_there() -> None:
    first, last = gaps(cut_of(Slot("s_1", "A", 5), Slot("s_2", "B", 6)))
    assert first.before is None
    assert first.after == Neighbour("s_2", "B", None, frame=0)
    assert last.after is None


def test_a_full_cut_has_no_gaps() -> None:
    assert gaps(cut_of(Slot("s_1", "A", 5, "aa" * 32))) == []
    assert gaps(cut_of()) == []


def test_a_gap_knows_what_the_dissolve_after_it_needs_and_where_a_retimed_neighbour_ends() -> None:
    cut = cut_of(
        Slot("s_1", "A", 48, "aa" * 32, 10, speed=Fraction(1, 2)),
        Slot("s_2", "B", 36),
        Slot("s_3", "C", 24, "cc" * 32, 7, dissolve=8),
    )
    (gap,) = gaps(cut)
    assert (gap.record, gap.tail) == (FrameRange(48, 84), 8)
    assert (gap.frames, gap.wanted_frames) == (44, 68)
    assert gap.before == Neighbour("s_1", "A", "aa" * 32, frame=33)
