from fractions import Fraction
from pathlib import Path

import pytest

from circletake.cut.conform import Proposal
from circletake.errors import CutUnreadable

from .exchanged import A, B, C, plain, read, written

RATE = "<rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate>"
DISSOLVE = "<effect><name>Cross Dissolve</name><effectid>Cross Dissolve</effectid></effect>"


def clip(
    name: str, start: int, end: int, first: int = 0, more: str = "", *, length: int | None = None
) -> str:
    """A clip item; −1 is where a transition stands."""
    last = first + (length if length is not None else end - start)
    return (
        f"<clipitem><name>{name}</name><enabled>TRUE</enabled>{RATE}<start>{start}</start><end>{end}</end>"
        f"<in>{first}</in><out>{last}</out>{more}</clipitem>"
    )


def between(start: int, end: int, effect: str = DISSOLVE, alignment: str = "center") -> str:
    """A transition."""
    return (
        f"<transitionitem><start>{start}</start><end>{end}</end><alignment>{alignment}</alignment>{RATE}"
        f"{effect}</transitionitem>"
    )


def sequence(*tracks: str, sound: str = "", more: str = "") -> str:
    """A whole file."""
    video = "".join(f"<track>{track}</track>" for track in tracks)
    audio = f"<audio><track>{sound}</track></audio>" if sound else ""
    return (
        f'<?xml version="1.0"?><!DOCTYPE xmeml><xmeml version="5"><sequence id="s"><name>x</name>{RATE}'
        f"<media><video>{video}</video>{audio}</media>{more}</sequence></xmeml>"
    )


def came(text: str, folder: Path, rate: Fraction = Fraction(24)) -> Proposal:
    return read(text, "fcp7", folder, rate=rate)


def test_slots_and_hashes_stand_in_the_first_master_comment() -> None:
    text = written(plain(), "fcp7", {"s_1": "circled"}).data.decode()
    assert f"<mastercomment1>CIRCLETAKE SLOT s_1 SHA256 {A} SHOT SH010</mastercomment1>" in text
    assert "file://localhost/films/sh010%20v1.mov" in text
    assert "bird &amp; final.mov" in text


def test_a_dissolve_about_the_cut_begins_where_it_is_first_seen(tmp_path: Path) -> None:
    track = (
        clip("SH010_t01", 0, -1, 5, length=30)
        + between(24, 30)
        + clip("SH030_t02", -1, 50, 10, length=26)
        + between(48, 52, "<effect><name>Page Peel</name></effect>")
        + clip("bird &amp; final.mov", 50, 60)
    )
    back = came(sequence(track), tmp_path)
    assert [(slot.take, slot.frames, slot.source_in, slot.dissolve) for slot in back.slots] == [
        (A, 24, 5, 0),
        (B, 26, 10, 6),
        (C, 10, 0, 0),
    ]
    assert "“Page Peel” is no dissolve and was left out" in " ".join(back.sentences)


def test_a_fade_to_black_is_a_gap_that_dissolves(tmp_path: Path) -> None:
    track = clip("SH010_t01", 0, -1, 5, length=30) + between(24, 30, alignment="end-black")
    back = came(sequence(track), tmp_path)
    assert [(slot.take, slot.frames, slot.dissolve) for slot in back.slots] == [(A, 24, 0), (None, 6, 6)]


def effect(kind: str, **values: str) -> str:
    """A filter with parameters."""
    listed = "".join(
        f"<parameter><parameterid>{key}</parameterid><value>{value}</value></parameter>"
        for key, value in values.items()
    )
    return f"<filter><effect><name>{kind}</name><effectid>{kind}</effectid>{listed}</effect></filter>"


def test_speeds_and_what_cannot_be_carried(tmp_path: Path) -> None:
    bent = (
        "<keyframe><when>0</when><value>0</value></keyframe><keyframe><when>10</when><value>40</value></keyframe>"
        "<keyframe><when>20</when><value>45</value></keyframe>"
    )
    track = (
        clip("SH010_t01", 0, 10, 4, effect("timeremap", speed="150"))
        + clip("SH010_t01", 10, 20, 0, effect("timeremap", speed="50", reverse="TRUE"))
        + clip("SH010_t01", 20, 30, 0, effect("basic", scale="50") + effect("Blur"))
        + clip("SH010_t01", 30, 40)
    )
    track += clip("SH010_t01", 40, 50, 0, effect("timeremap", variablespeed="1", speed="200")).replace(
        "</effect>", f"<parameter><parameterid>graphdict</parameterid>{bent}</parameter></effect>"
    )
    off = clip("SH030_t02", 50, 60).replace("<enabled>TRUE", "<enabled>FALSE")
    drawn = clip("Slug", 60, 70).replace("clipitem", "generatoritem")
    back = came(sequence(track + off + drawn), tmp_path)
    assert [(slot.speed, slot.source_in, slot.take is None) for slot in back.slots] == [
        (Fraction(3, 2), 6, False),
        (Fraction(1), 0, True),
        (Fraction(1), 0, False),
        (Fraction(1), 0, False),
        (Fraction(2), 0, False),
        (Fraction(1), 0, True),
        (Fraction(1), 0, True),
    ]
    said = " ".join(back.sentences)
    for words in (
        "runs backwards",
        "Scale, position and turning",
        "The effect “Blur” on “SH010_t01” was left out",
        "its average is kept",
        "“SH030_t02” is switched off",
        "“Slug” is drawn by the editing program",
    ):
        assert words in said


def test_a_sequence_within_is_laid_out_and_upper_tracks_hide(tmp_path: Path) -> None:
    inner = sequence(clip("SH030_t02", 0, 30, 3)).split("?>")[1].replace("<!DOCTYPE xmeml>", "")
    inner = inner.replace('<xmeml version="5">', "").replace("</xmeml>", "").replace('id="s"', 'id="in"')
    track = clip("SH010_t01", 0, 20) + clip("nest", 20, 40, 5, inner)
    back = came(sequence(track, clip("bird &amp; final.mov", 8, 12)), tmp_path)
    assert [(slot.take, slot.frames, slot.source_in) for slot in back.slots] == [
        (A, 8, 0),
        (C, 4, 0),
        (A, 8, 12),
        (B, 20, 8),
    ]
    assert "“nest” is a sequence of its own; its shots were laid out" in " ".join(back.sentences)


def test_sound_of_other_names_and_levels_comes_along(tmp_path: Path) -> None:
    louder = effect("audiolevels", level="0.5")
    sound = clip("LINE010_t01", 5, 15, 2, louder) + clip("music.wav", 20, 30)
    back = came(sequence(clip("SH010_t01", 0, 40), sound=sound), tmp_path)
    assert [(one.shot, one.record_in, one.gain_mb) for one in back.sound] == [("LINE010", 5, -602)]
    assert "“music.wav”" in back.sentences[-1]


def test_clips_that_overlap_last_nothing_or_end_too_early_are_said(tmp_path: Path) -> None:
    track = (
        clip("SH010_t01", 0, 20)
        + clip("SH030_t02", 10, 30)
        + clip("zero", 30, 30)
        + clip("SH010_t01", 40, 35)
    )
    back = came(sequence(track), tmp_path)
    assert [(slot.take, slot.frames) for slot in back.slots] == [(A, 10), (B, 20)]
    said = " ".join(back.sentences)
    assert "overlap on one track" in said
    assert "“zero” lasts less than a frame" in said
    assert "ends before it begins" in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<xmeml", "no XML"),
        ("", "no XML"),
        ("<plist/>", "XML of another kind"),
        ("<xmeml/>", "no sequence"),
        (sequence(""), "empty"),
        (
            '<!DOCTYPE xmeml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xmeml>&b;</xmeml>',
            "declares entities of its own",
        ),
        ('<!DOCTYPE xmeml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xmeml>&a;</xmeml>', "declares entities"),
        ("<a>" * 400 + "</a>" * 400, "nested over 300 deep"),
        (sequence(clip("x", 0, 10).replace("<end>10", "<end>ten")), "is no time or number"),
        (sequence(clip("x", 0, 10**9)), "impossibly long"),
    ],
)
def test_what_is_no_such_file_is_refused(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(CutUnreadable, match=words):
        came(text, tmp_path)
