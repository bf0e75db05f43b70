"""An edit made flat: layers, overlaps, nested timelines, and frames of whole numbers."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.cut.arrange import propose
from circletake.cut.conform import Event, Heard, KnownTake, conform
from circletake.cut.edited import (
    Edited,
    Piece,
    Reading,
    Track,
    check_edited,
    edited_bytes,
    exact,
    flat,
    read_edited,
    within,
)
from circletake.domain.cut import Slot, SoundClip
from circletake.errors import CutUnreadable

RATE = Fraction(24)


def piece(name: str, start: int, frames: int, **more: object) -> Piece:
    """A piece by frames at 24."""
    made = Piece(name, start / RATE, frames / RATE, hints=(name,))
    return replace(made, **more)  # type: ignore[arg-type]  # members by name


def line(*tracks: tuple[Piece, ...]) -> tuple[list[tuple[str, int, int, int]], tuple[str, ...]]:
    """Tracks made flat: name, start, end and source_in in frames; and what was said."""
    reading = Reading()
    pieces = flat([Track(f"V{n}", "picture", track) for n, track in enumerate(tracks, 1)], reading)
    told = [
        (one.name, int(one.start * RATE), int(one.end * RATE), int(one.source_in * RATE)) for one in pieces
    ]
    return told, reading.sentences()


def test_what_lies_higher_hides_what_lies_under_it_and_splits_it() -> None:
    told, said = line((piece("a", 0, 100),), (piece("b", 40, 20),))
    assert told == [("a", 0, 40, 0), ("b", 40, 60, 0), ("a", 60, 100, 60)]
    assert said == ("A cut has one picture track: of layers the uppermost is what is seen (“b”).",)


def test_a_hole_in_an_upper_track_shows_what_is_under_it() -> None:
    told, _ = line((piece("a", 0, 50),), (piece("", 0, 50, is_gap=True), piece("b", 50, 10)))
    assert told == [("a", 0, 50, 0), ("b", 50, 60, 0)]


def test_of_clips_that_overlap_on_one_track_the_later_is_seen_and_that_is_said() -> None:
    told, said = line((piece("a", 0, 30), piece("b", 20, 30), piece("c", 20, 5)))
    assert told == [("a", 0, 20, 0), ("c", 20, 25, 0), ("b", 25, 50, 5)]
    assert said[0].startswith("“a” and “b” overlap on one track")


def test_part_of_a_piece_starts_later_in_its_media_at_its_speed() -> None:
    half = piece("a", 0, 10, speed=Fraction(1, 2), dissolve=Fraction(1, 8)).part(4 / RATE, 10 / RATE)
    assert (half.source_in * RATE, half.dissolve) == (Fraction(2), Fraction(0))


def test_a_clip_shows_its_part_of_a_timeline_within() -> None:
    inner = [piece("a", 0, 10), piece("b", 10, 10)]
    window = piece("nest", 100, 8, source_in=6 / RATE, dissolve=2 / RATE)
    shown = within(inner, window)
    assert [
        (one.name, int(one.start * RATE), int(one.length * RATE), int(one.dissolve * RATE)) for one in shown
    ] == [
        ("a", 100, 4, 2),
        ("b", 104, 4, 0),
    ]


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), max_size=6), min_size=1, max_size=4),
    st.sampled_from([Fraction(24), Fraction(24000, 1001), Fraction(25), Fraction(12)]),
)
def test_whatever_overlaps_the_line_has_each_frame_once_and_keeps_its_length(
    layers: list[list[tuple[int, int]]], rate: Fraction
) -> None:
    tracks = tuple(
        Track(f"V{n}", "picture", tuple(piece(f"{n}-{k}", *at) for k, at in enumerate(pieces)))
        for n, pieces in enumerate(layers)
    )
    flattened = flat(tracks, Reading())
    assert all(one.end <= two.start for one, two in pairwise(flattened))
    covered = {
        frame for pieces in layers for start, frames in pieces for frame in range(start, start + frames)
    }
    assert sum(one.length for one in flattened) * RATE == len(covered)
    if covered:
        slots = propose(Edited(tracks), rate=rate, known=[]).slots
        assert sum(slot.frames for slot in slots) == round((max(covered) + 1) / RATE * rate)


def test_an_edit_survives_being_written_and_read() -> None:
    edited = Edited(
        (Track("A1", "sound", (piece("a", 1, 2, gain_mb=-300, fade_in=Fraction(1, 3)),)),),
        start=Fraction(3600),
        rate=Fraction(24000, 1001),
        drop=True,
        said=("Something.",),
    )
    assert read_edited(edited_bytes(edited)) == edited


def test_no_cut_has_no_pictures_or_lasts_for_ever() -> None:
    for edited, words in (
        (Edited(()), "no picture track"),
        (Edited((Track("A1", "sound", (piece("a", 0, 1),)),)), "no picture track"),
        (Edited((Track("V1", "picture", ()),)), "empty"),
        (Edited((Track("V1", "picture", (piece("a", 0, 24 * 200_000),)),)), "impossibly long"),
        (Edited((Track("V1", "picture", (piece("a", 0, -1),)),)), "impossibly long"),
        (Edited((Track("V1", "picture", (piece("a", 0, 1),) * 200_001),)), "over 200,000 clips"),
    ):
        with pytest.raises(CutUnreadable, match=words):
            check_edited(edited)
    with pytest.raises(CutUnreadable, match="empty"):
        propose(Edited((Track("V1", "picture", (piece("a", 0, 0),)),)), rate=RATE, known=[])


@pytest.mark.parametrize("number", ["", "x", "1/0", float("nan"), float("inf")])
def test_what_is_no_number_is_refused(number: float | str) -> None:
    with pytest.raises(CutUnreadable, match="is no time or number"):
        exact(number)


TAKES = [
    KnownTake("aa" * 32, "SH010", "a", 50),
    KnownTake("bb" * 32, "SH020", "b", 50),
    KnownTake("cc" * 32, "LINE010", "line", 90, is_seen=False),
]


def test_what_runs_backwards_is_a_gap_and_what_bends_too_long_is_shortened() -> None:
    track = (
        piece("a", 0, 10, dissolve=4 / RATE),
        piece("b", 10, 20, dissolve=15 / RATE),
        piece("a", 30, 5, speed=Fraction(-1)),
    )
    back = propose(Edited((Track("V", "picture", track),)), rate=RATE, known=TAKES)
    assert [(slot.take and slot.take[:2], slot.dissolve) for slot in back.slots] == [
        ("aa", 0),
        ("bb", 10),
        (None, 0),
    ]
    said = " ".join(back.sentences)
    for words in ("fades up from nothing", "shortened to 10 frames", "runs backwards, which no slot does"):
        assert words in said


def test_a_take_too_short_for_its_dissolve_is_cut_straight_and_too_short_for_its_slot_a_gap() -> None:
    events = [
        Event("x", 30, 20, sha256="aa" * 32),
        Event("y", 10, 0, sha256="bb" * 32, dissolve=1),
        Event("z", 30, 0, sha256="bb" * 32, speed=Fraction(2)),
        Event("w", 5, -1, sha256="bb" * 32),
    ]
    back = conform(events, TAKES)
    assert [(slot.take is None, slot.dissolve) for slot in back.slots] == [
        (False, 0),
        (False, 0),
        (True, 0),
        (True, 0),
    ]
    assert back.sentences == (
        "a ends before the dissolve into y does; it is a cut now: bring a longer one.",
        "z uses frames 0 to 59 of b, which has 50; it is a gap now.",
        "w uses frames -1 to 4 of b, which has 50; it is a gap now.",
    )


def heard(name: str, record_in: int, frames: int, source_in: int = 0, **more: object) -> Heard:
    """A clip of sound that goes by a name."""
    made = Heard(name, "A1", record_in, frames, source_in, hints=(name,))
    return replace(made, **more)  # type: ignore[arg-type]  # members by name


def test_sound_that_comes_with_the_pictures_is_not_listed_and_other_sound_is() -> None:
    events = [Event("a", 20, 5, sha256="aa" * 32), Event("b", 20, 0, sha256="bb" * 32)]
    own = [heard("a", 0, 20, 5), heard("a", 0, 20, 5, track="A2"), heard("b", 20, 20)]
    back = conform(events, TAKES, sounds=own)
    assert back.sound == ()
    assert back.sentences[-1] == "All sound in it that is known is the shots' own, and is heard with them."
    back = conform(
        events, TAKES, sounds=[*own, heard("line", 10, 12, 3, gain_mb=-100), heard("music", 0, 40)]
    )
    assert [(clip.shot, clip.record_in, clip.gain_mb) for clip in back.sound] == [
        ("SH010", 0, 0),
        ("SH020", 20, 0),
        ("LINE010", 10, -100),
    ]
    assert len({clip.id for clip in back.sound}) == 3
    assert "Sound that is not in this production and was left out" in back.sentences[-1]
    late = conform(events, TAKES, sounds=[heard("line", 0, 12, 85)])
    assert late.sound == ()
    assert "goes on after its take ends" in late.sentences[-1]


def test_sound_that_we_wrote_and_lack_stays_as_sound_that_is_missing() -> None:
    events = [Event("a", 20, 5, sha256="aa" * 32)]
    back = conform(events, TAKES, sounds=[heard("x", 3, 9, 4, sha256="ff" * 32, id="a_1", shot="LINE020")])
    assert back.sound == (SoundClip("a_1", "LINE020", None, 3, 9, 4),)


def test_a_clip_that_was_split_keeps_its_slots_id_once() -> None:
    events = [Event("a", 4, 0, sha256="aa" * 32, slot="s_1"), Event("a", 4, 4, sha256="aa" * 32, slot="s_1")]
    back = conform(events, TAKES)
    assert back.slots[0] == Slot("s_1", "SH010", 4, "aa" * 32)
    assert back.slots[1].id not in {"s_1", ""}
