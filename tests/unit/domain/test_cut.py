from dataclasses import replace
from fractions import Fraction

import pytest

from circletake.domain.cut import CutVersion, Slot, SoundClip
from circletake.domain.time import FrameRange
from circletake.errors import CutUnreadable

TAKE, OTHER, LINE = "aa" * 32, "bb" * 32, "cc" * 32
CUT = CutVersion(
    production="pr_1",
    number=1,
    rate=Fraction(30000, 1001),
    width_px=640,
    height_px=360,
    slots=(
        Slot("s_1", "SH010", 20, TAKE, 5),
        Slot("s_2", "SH020", 12, OTHER, 100, speed=Fraction(3, 2), dissolve=8),
        Slot("s_3", "SH030", 10, TAKE, 40, speed=Fraction(0)),
    ),
    sound=(SoundClip("a_1", "LINE010", LINE, 3, 30, 2, fade_in=4),),
    start=107892,
    drop=True,
)


@pytest.mark.parametrize(
    ("speed", "shown"),
    [
        (Fraction(1), [10, 11, 12, 13, 14]),
        (Fraction(0), [10, 10, 10, 10, 10]),
        (Fraction(1, 2), [10, 10, 11, 11, 12]),
        (Fraction(24000, 25025), [10, 10, 11, 12, 13]),
        (Fraction(5, 2), [10, 12, 15, 17, 20]),
    ],
)
def test_the_frame_that_stands_at_a_place_is_counted_in_whole_fractions(
    speed: Fraction, shown: list[int]
) -> None:
    slot = Slot("s", "SH010", 5, TAKE, 10, speed)
    assert [slot.source_frame(offset) for offset in range(5)] == shown
    assert slot.source_range() == FrameRange(10, shown[-1] + 1)


def test_a_take_goes_on_under_the_dissolve_of_the_slot_after() -> None:
    assert [(slot.id, record, tail) for slot, record, tail in CUT.placed()] == [
        ("s_1", FrameRange(0, 20), 8),
        ("s_2", FrameRange(20, 32), 0),
        ("s_3", FrameRange(32, 42), 0),
    ]
    assert CUT.source_range_of(CUT.slots[0]) == FrameRange(5, 33)
    assert CUT.source_range_of(CUT.slots[1]) == FrameRange(100, 117)
    assert CUT.source_range_of(CUT.slots[2]) == FrameRange(40, 41)


def test_all_that_is_seen_or_heard_is_named_once() -> None:
    assert CUT.contents == {TAKE, OTHER, LINE}
    assert CUT.sound[0].record_range == FrameRange(3, 33)
    assert CUT.sound[0].source_range == FrameRange(2, 32)


def test_timecode_counts_from_where_the_cut_begins() -> None:
    assert (CUT.timecode(0), CUT.timecode(1800)) == ("01:00:00;00", "01:01:00;02")
    assert replace(CUT, start=0, drop=False).timecode(31) == "00:00:01:01"


def test_what_no_cut_can_hold_is_refused_with_the_way_out() -> None:
    one, two, three = CUT.slots
    with pytest.raises(CutUnreadable, match="runs backwards; render its take backwards"):
        replace(one, speed=Fraction(-1))
    for frames in (-1, 21):
        with pytest.raises(CutUnreadable, match="cannot dissolve in over"):
            replace(one, dissolve=frames)
    with pytest.raises(CutUnreadable, match="nothing to dissolve from"):
        replace(CUT, slots=(two, three))
    with pytest.raises(CutUnreadable, match=r"over 8 frames from SH030, which has 7"):
        replace(CUT, slots=(one, replace(three, frames=7), two))
    with pytest.raises(CutUnreadable, match="cannot begin before"):
        replace(CUT, start=-1)
    with pytest.raises(CutUnreadable, match="no drop-frame timecode at 24 frames"):
        replace(CUT, rate=Fraction(24))


@pytest.mark.parametrize(
    "change", [{"frames": 0}, {"source_in": -1}, {"record_in": -1}, {"fade_in": -1}, {"fade_out": 27}]
)
def test_sound_lasts_a_frame_or_more_and_longer_than_its_fades(change: dict[str, int]) -> None:
    with pytest.raises(CutUnreadable):
        replace(CUT.sound[0], **change)  # type: ignore[arg-type]  # members by name
