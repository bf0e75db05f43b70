from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from circletake.cut.conform import Proposal
from circletake.domain.cut import Slot
from circletake.errors import CutUnreadable

from .exchanged import A, B, C, plain, read, written

HEAD = "TITLE: x\nFCM: NON-DROP FRAME\n"
ONE = "001  AX V C 00:00:00:05 00:00:02:05 01:00:00:00 01:00:02:00\n* FROM CLIP NAME: SH010_t01\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def came(text: str, folder: Path, rate: Fraction = Fraction(24)) -> Proposal:
    return read(HEAD + text, "edl", folder, rate=rate)


def test_slots_hashes_and_markers_stand_in_comments() -> None:
    text = written(plain(), "edl", {"s_1": "circled"}).data.decode()
    assert f"* CIRCLETAKE SLOT s_1 SHA256 {A} SHOT SH010" in text
    assert "* LOC: 00:00:00:00 GREEN   CIRCLETAKE circled" in text
    assert "* CIRCLETAKE SLOT s_2 SHA256 - SHOT SH020" in text
    assert "002  BL       V     C" in text


def test_an_edl_of_gaps_alone_is_refused() -> None:
    with pytest.raises(CutUnreadable, match="lists only takes"):
        written(replace(plain(), slots=(Slot("s_1", "A", 5),)), "edl")


def test_a_foreign_list_begins_where_its_first_event_does_and_holes_are_gaps(folder: Path) -> None:
    back = came(
        ONE
        + "002  AX V C 00:00:00:00 00:00:01:00 01:00:03:00 01:00:04:00\n* FROM CLIP NAME: bird & final.mov\n",
        folder,
    )
    assert [(slot.take, slot.source_in, slot.frames) for slot in back.slots] == [
        (A, 5, 48),
        (None, 0, 24),
        (C, 0, 24),
    ]
    assert back.start == 86400


def test_speeds_are_taken_from_lengths_where_they_agree_with_what_is_said(folder: Path) -> None:
    retimed = (
        "001  AX V C 00:00:00:00 00:00:02:23 01:00:00:00 01:00:01:12\nM2   AX       047.6       00:00:00:00\n"
        "* FROM CLIP NAME: SH010_t01\n"
        "002  AX V C 00:00:01:00 00:00:01:01 01:00:01:12 01:00:02:00\nM2   AX       000.0       00:00:01:00\n"
        "* FROM CLIP NAME: SH010_t01\n"
        "003  AX V C 00:00:01:00 00:00:02:00 01:00:02:00 01:00:03:00\nM2   AX      -024.0       00:00:01:00\n"
        "* FROM CLIP NAME: SH010_t01\n"
    )
    back = came(retimed, folder)
    assert [(slot.speed, slot.source_in, slot.take is None) for slot in back.slots] == [
        (Fraction(71, 36), 0, False),
        (Fraction(0), 24, False),
        (Fraction(1), 0, True),
    ]
    assert "runs backwards" in " ".join(back.sentences)


def test_dissolves_begin_with_their_slot_and_what_is_none_is_a_cut(folder: Path) -> None:
    text = (
        ONE
        + "002  AX V C 00:00:02:05 00:00:02:05 01:00:02:00 01:00:02:00\n"
        + "002  BX V D 012 00:00:00:07 00:00:01:07 01:00:02:00 01:00:03:00\n* FROM CLIP NAME: SH010_t01\n"
        + "* TO CLIP NAME: SH030_t02\n"
        + "003  CX V W001 010 00:00:00:00 00:00:01:00 01:00:03:00 01:00:04:00\n"
        + "* TO CLIP NAME: bird & final.mov\n"
        + "004  CX V K B 000 00:00:01:00 00:00:02:00 01:00:04:00 01:00:05:00\n"
        + "* TO CLIP NAME: bird & final.mov\n"
    )
    back = came(text, folder)
    assert [(slot.take, slot.dissolve) for slot in back.slots] == [(A, 0), (B, 12), (C, 0), (C, 0)]
    said = " ".join(back.sentences)
    assert "The wipe in event 003 was left out" in said
    assert "The key in event 004 was left out" in said


def test_clips_that_overlap_and_sources_of_another_length_are_said(folder: Path) -> None:
    back = came(ONE + "002  AX V C 00:00:00:00 00:00:02:00 01:00:01:00 01:00:02:12\n", folder)
    assert [slot.frames for slot in back.slots] == [24, 36]
    said = " ".join(back.sentences)
    assert "overlap on one track" in said
    assert "Event 002 takes 48 frames of its source for 36 of the cut without a speed" in said


def test_a_list_that_counts_further_than_the_production_is_read_at_the_next_rate(folder: Path) -> None:
    back = came("001  AX V C 00:00:00:00 00:00:01:24 00:00:00:00 00:00:01:24\n", folder)
    assert [slot.frames for slot in back.slots] == [round(49 * 24 / 25)]
    assert "read at 25 frames a second" in back.sentences[0]
    with pytest.raises(CutUnreadable, match="counts up to frame 77"):
        came("001  AX V C 00:00:00:00 00:00:01:77 00:00:00:00 00:00:01:24\n", folder)


def test_drop_frame_is_counted_as_such_at_29_97_and_nowhere_else(folder: Path) -> None:
    text = "001  AX V C 00:00:59;28 00:01:00;02 01:00:59;28 01:01:00;02\n"
    back = came(text.replace("FCM: NON-DROP", "FCM: DROP"), folder, Fraction(30000, 1001))
    assert ([slot.frames for slot in back.slots], back.drop) == ([2], True)
    assert came(text.replace("28", "20"), folder).drop is False


def test_sound_events_become_sound_tracks(folder: Path) -> None:
    back = came(
        ONE.replace(" V C ", " B C ")
        + "002  AX AA C 00:00:00:00 00:00:01:00 01:00:00:12 01:00:01:12\n* FROM CLIP NAME: LINE010_t01\n",
        folder,
    )
    assert [(clip.shot, clip.record_in, clip.frames) for clip in back.sound] == [
        ("SH010", 0, 48),
        ("LINE010", 12, 24),
    ]
    with pytest.raises(CutUnreadable, match="only sound"):
        came("001  AX A C 00:00:00:00 00:00:01:00 00:00:00:00 00:00:01:00\n", folder)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "TITLE: x\n",
        "001  A V C 00:00:00:00\n",
        "001 A V C 1:2 3:4 5:6 7:8\n",
        "\x00",
        "001  AX V C 00:00:02:00 00:00:01:00 00:00:00:00 00:00:01:00\n",
        "001  AX V C 00:00:00:00 00:00:01:00 00:00:02:00 00:00:01:00\n",
        "001  AX V C 00:61:00:00 00:62:01:00 00:00:00:00 00:00:01:00\n",
    ],
)
def test_what_is_no_edl_is_refused(text: str, folder: Path) -> None:
    with pytest.raises(CutUnreadable):
        read(text, "edl", folder)


def test_an_event_of_no_length_is_nothing(folder: Path) -> None:
    back = came(ONE + "002  AX V C 00:00:00:00 00:00:00:00 01:00:02:00 01:00:02:00\n", folder)
    assert len(back.slots) == 1
