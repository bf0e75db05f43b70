"""Nouns and arithmetic: what can be, what is refused, and what joins to what."""

import doctest
import importlib
import pkgutil
from fractions import Fraction

import pytest

from circletake import domain
from circletake.domain.cut import Slot
from circletake.domain.entity import checked_entity_code
from circletake.domain.lineage import StaleCause, sheet_slot, stale_causes
from circletake.domain.people import MachineId, PersonId, actor_of
from circletake.domain.production import checked_code
from circletake.domain.status import STATUSES, TakeState, status_of
from circletake.domain.time import (
    FrameRange,
    format_rate,
    format_timecode,
    parse_rate,
    parse_timecode,
    ranges_of,
    seconds_of,
)
from circletake.domain.verdict import joined, severity_of, value_of
from circletake.errors import CutUnreadable, NameInvalid, TimeInvalid, VerdictInvalid

NTSC = Fraction(30000, 1001)


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(domain.__path__)])
def test_examples_in_the_domain_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"circletake.domain.{name}")).failed == 0


def test_people_and_machines_are_never_confused() -> None:
    assert actor_of("p_1") == PersonId("p_1")
    assert actor_of("m_1") == MachineId("m_1")
    with pytest.raises(ValueError, match="no person"):
        PersonId("m_1")
    with pytest.raises(ValueError, match="no machine"):
        MachineId("p_1")


@pytest.mark.parametrize("text", ["", "-SH", "SH 1", "x" * 65, "é"])
def test_a_code_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(NameInvalid):
        checked_entity_code(text)
    with pytest.raises(NameInvalid):
        checked_code(text)
    assert checked_entity_code("SH010") == "SH010"
    assert checked_code("spring") == "spring"


def test_a_slot_holds_at_least_a_frame_from_the_beginning_on() -> None:
    assert Slot("s", "SH010", 1).source_in == 0
    with pytest.raises(CutUnreadable):
        Slot("s", "SH010", 0)
    with pytest.raises(CutUnreadable):
        Slot("s", "SH010", 1, None, -1)


def test_a_rate_is_a_fraction_read_by_its_nickname() -> None:
    assert parse_rate(" 23.976 ") == Fraction(24000, 1001)
    assert parse_rate("1000") == 1000
    for text in ("", "x", "1/0", "0", "-1", "1001"):
        with pytest.raises(TimeInvalid):
            parse_rate(text)
    assert [format_rate(rate) for rate in (Fraction(25), NTSC, Fraction(25, 2))] == ["25", "29.97", "12.5"]
    assert seconds_of(30, NTSC) == Fraction(1001, 1000)


def test_a_range_of_frames_is_half_open() -> None:
    frames = FrameRange(3, 5)
    assert [frame in frames for frame in (2, 3, 4, 5)] == [False, True, True, False]
    assert frames.frames == 2
    assert frames.shifted(2) == FrameRange(5, 7)
    assert frames.intersection(FrameRange(4, 9)) == FrameRange(4, 5)
    assert frames.intersection(FrameRange(5, 9)) is None
    assert ranges_of([9, 4, 3, 4]) == [FrameRange(3, 5), FrameRange(9, 10)]
    with pytest.raises(TimeInvalid):
        FrameRange(5, 3)


@pytest.mark.parametrize("frame", [0, 1, 1799, 1800, 1801, 17981, 17982, 17984, 107892])
def test_drop_frame_timecode_reads_back(frame: int) -> None:
    assert parse_timecode(format_timecode(frame, NTSC, drop=True), NTSC) == frame
    assert parse_timecode(format_timecode(frame, NTSC), NTSC) == frame


def test_a_timecode_that_cannot_be_is_refused() -> None:
    for text in ("", "1:2:3:4", "00:00:00:30", "00:60:00:00", "00:00:60:00", "00:01:00;00", "00:09:00;01"):
        with pytest.raises(TimeInvalid):
            parse_timecode(text, NTSC)
    assert parse_timecode("00:10:00;00", NTSC) == 17982
    assert parse_timecode("00:01:01;00", NTSC) == 1828
    with pytest.raises(TimeInvalid):
        format_timecode(-1, NTSC)
    with pytest.raises(TimeInvalid):
        format_timecode(1, Fraction(25), drop=True)


def test_ranges_that_touch_or_overlap_are_one() -> None:
    assert joined([]) == ()
    assert joined([FrameRange(4, 6), FrameRange(0, 2), FrameRange(1, 3)]) == (
        FrameRange(0, 3),
        FrameRange(4, 6),
    )
    assert joined([FrameRange(0, 9), FrameRange(2, 3), FrameRange(9, 10)]) == (FrameRange(0, 10),)


def test_a_value_is_read_by_name_or_number_and_has_its_weight() -> None:
    assert (value_of("veto"), value_of(-2), value_of("fine"), value_of(2)) == (-2, -2, 1, 2)
    for wrong in ("perfect", 3):
        with pytest.raises(VerdictInvalid, match="is no verdict"):
            value_of(wrong)
    assert [severity_of(value) for value in (-2, -1, 2)] == ["blocker", "issue", "issue"]


def test_a_stale_cause_says_what_moved() -> None:
    assert stale_causes({"a": "x"}, {"a": "x", "b": "y"}) == []
    assert sheet_slot("max") == "sheet:max"
    assert [cause.slot for cause in stale_causes({"b": "x", "a": "x"}, {"a": "y"})] == ["a", "b"]
    assert (
        StaleCause("sheet:max", "0" * 64, None).sentence == "sheet:max was withdrawn after this was approved."
    )
    assert "(00000000 → 11111111)" in StaleCause("sheet:max", "0" * 64, "1" * 64).sentence
    ended = StaleCause("SH010", "", None, kind="consent", why="Ada's voice ended on 1 May.")
    assert ended.sentence == "A permission that SH010 needs has ended: Ada's voice ended on 1 May."


def state(**more: object) -> TakeState:
    made = {"passes": False, "was_circled": False, "only_stale": False, "vetoed": False, "last_value": None}
    return TakeState(**(made | more))  # type: ignore[arg-type]  # members of a state


@pytest.mark.parametrize(
    ("status", "takes", "how"),
    [
        ("omit", [state(passes=True)], {"omitted": True, "held": True}),
        ("hold", [state(passes=True)], {"held": True}),
        ("circled", [state(passes=True), state(vetoed=True)], {"making": True}),
        ("stale", [state(was_circled=True, only_stale=True)], {}),
        ("review", [state(was_circled=True)], {}),
        ("review", [state(last_value=-1), state()], {"making": True}),
        ("making", [state(last_value=-1)], {"making": True}),
        ("making", [], {"making": True}),
        ("retake", [state(last_value=-1), state(vetoed=True)], {}),
        ("no_good", [state(vetoed=True, last_value=-2)], {}),
        ("todo", [], {}),
    ],
)
def test_a_status_is_the_first_that_fits(status: str, takes: list[TakeState], how: dict[str, bool]) -> None:
    assert status in STATUSES
    given = {"making": False, "held": False, "omitted": False} | how
    assert status_of(takes, making=given["making"], held=given["held"], omitted=given["omitted"]) == status
