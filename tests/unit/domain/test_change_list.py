from dataclasses import replace
from fractions import Fraction

from circletake.domain.change_list import change_list
from circletake.domain.cut import CutVersion, Slot, SoundClip

A, B, C = "aa" * 32, "bb" * 32, "cc" * 32
ONE = Slot("s_1", "SH010", 48, A, 10)
TWO = Slot("s_2", "SH020", 36)
THREE = Slot("s_3", "SH030", 24, B)
FOUR = Slot("s_4", "SH040", 30, C, 5)
CUT = CutVersion("pr_1", 1, Fraction(24), 640, 360, (ONE, TWO, THREE, FOUR))
NAMES = {A: "take 1", B: "take 2"}


def said(*slots: Slot, old: CutVersion = CUT) -> list[str]:
    return [f"{one.sort}: {one.text}" for one in change_list(old, replace(old, slots=slots), names=NAMES)]


def test_nothing_is_said_where_nothing_differs() -> None:
    assert change_list(CUT, replace(CUT, number=2, parent="dd" * 32)) == []


def test_what_came_and_went_names_its_length_and_its_take() -> None:
    five = Slot("s_5", "SH050", 1, B)
    assert said(ONE, THREE, Slot("s_6", "SH060", 12), FOUR, five) == [
        "gone: SH020 is out (36 frames).",
        "new: SH060 is in (12 frames, a gap).",
        "new: SH050 is in (1 frame with take 2).",
    ]


def test_only_what_was_taken_elsewhere_moved() -> None:
    assert said(TWO, THREE, FOUR, ONE) == ["moved: SH010 moved from the head to after SH040."]
    assert said(FOUR, ONE, TWO, THREE) == ["moved: SH040 moved from after SH030 to the head."]
    assert said(ONE, THREE, TWO, FOUR)[0].startswith("moved: ")
    assert len(said(ONE, THREE, TWO, FOUR)) == 1
    # what stands earlier because a slot before it went did not move
    assert said(TWO, THREE, FOUR) == ["gone: SH010 is out (48 frames)."]


def test_a_trim_is_told_by_its_end() -> None:
    head, tail = replace(ONE, source_in=14, frames=44), replace(THREE, frames=23)
    assert said(head, TWO, tail, FOUR) == [
        "head: SH010 trimmed by 4 frames at the head.",
        "tail: SH030 trimmed by 1 frame at the tail.",
    ]
    assert said(replace(ONE, source_in=7, frames=51), TWO, THREE, replace(FOUR, frames=40)) == [
        "head: SH010 extended by 3 frames at the head.",
        "tail: SH040 extended by 10 frames at the tail.",
    ]
    # trimmed by two at the head, and two further on at the tail, is not a slip of two, but one of two ends
    assert said(replace(ONE, source_in=12, frames=40), TWO, THREE, FOUR) == [
        "head: SH010 trimmed by 2 frames at the head.",
        "tail: SH010 trimmed by 6 frames at the tail.",
    ]


def test_a_slip_keeps_its_length() -> None:
    assert said(replace(ONE, source_in=12), TWO, THREE, replace(FOUR, source_in=4)) == [
        "slipped: SH010 slipped 2 frames later in its take.",
        "slipped: SH040 slipped 1 frame earlier in its take.",
    ]


def test_trims_of_a_retimed_slot_count_in_frames_of_the_cut() -> None:
    slow = replace(ONE, speed=Fraction(1, 2))
    old = replace(CUT, slots=(slow, TWO, THREE, FOUR))
    assert said(replace(slow, source_in=12, frames=44), TWO, THREE, FOUR, old=old) == [
        "head: SH010 trimmed by 4 frames at the head."
    ]


def test_takes_come_go_and_change() -> None:
    assert said(replace(ONE, take=None, source_in=0), replace(TWO, take=A), replace(THREE, take=C), FOUR) == [
        "emptied: SH010 is a gap again; take 1 was there.",
        "filled: SH020 is filled with take 1.",
        "replaced: SH030 has cccccccc in place of take 2.",
    ]
    assert said(ONE, replace(TWO, frames=40), replace(THREE, take=A, frames=20), FOUR) == [
        "length: SH020 is 4 frames longer.",
        "replaced: SH030 has take 1 in place of take 2.",
        "length: SH030 is 4 frames shorter.",
    ]


def test_a_slot_cut_in_two_says_so() -> None:
    left, right = replace(ONE, frames=20), replace(ONE, id="s_9", frames=28, source_in=30)
    assert said(left, right, TWO, THREE, FOUR) == [
        "tail: SH010 trimmed by 28 frames at the tail.",
        "split: SH010 is cut up: 28 frames of it, from frame 30 of take 1 on, stand by themselves.",
    ]


def test_speeds_and_dissolves() -> None:
    slow = replace(ONE, speed=Fraction(1, 2))
    held = replace(THREE, speed=Fraction(0), dissolve=6)
    assert said(slow, TWO, held, FOUR) == [
        "retimed: SH010 runs at 50 %; it ran at 100 %.",
        "retimed: SH030 is held on frame 0; it ran at 100 %.",
        "dissolve: SH030 dissolves in over 6 frames.",
    ]
    old = replace(CUT, slots=(slow, TWO, held, FOUR))
    assert said(slow, TWO, replace(held, dissolve=4), FOUR, old=old) == [
        "dissolve: SH030 dissolves in over 4 frames, not 6."
    ]
    assert said(slow, TWO, replace(held, dissolve=0), FOUR, old=old) == ["dissolve: SH030 cuts in."]


def test_another_shot_in_the_slot_is_named() -> None:
    assert said(replace(ONE, shot="SH011"), TWO, THREE, FOUR) == ["renamed: SH010 is now SH011."]


def test_what_concerns_the_whole_cut_comes_first() -> None:
    new = replace(CUT, rate=Fraction(25), width_px=1280, height_px=720, start=90_000)
    assert [one.text for one in change_list(CUT, new)] == [
        "It runs at 25 frames a second, not 24.",
        "It is 1280 × 720 pixels, not 640 × 360.",
        "Its timecode begins at 01:00:00:00, not 00:00:00:00.",
    ]


def test_sound_is_told_by_its_track() -> None:
    clip = SoundClip("c_1", "SH010", A, 0, 48)
    other = SoundClip("c_2", "SH030", B, 84, 24, track="A2")
    old, new = (
        replace(CUT, sound=(clip, other)),
        replace(CUT, sound=(replace(clip, gain_mb=-300, record_in=2),)),
    )
    assert [one.text for one in change_list(old, new)] == [
        "Sound of SH030 on A2 is out.",
        "Sound of SH010 on A1 begins at frame 2, not 0, is 3 dB quieter.",
    ]
    assert [one.text for one in change_list(new, old)][
        1
    ] == "Sound of SH030 on A2 is in at frame 84 (24 frames)."
