from fractions import Fraction
from pathlib import Path

import pytest

from circletake.cut.conform import Proposal
from circletake.domain.cut import Slot
from circletake.errors import CutUnreadable

from .exchanged import A, B, C, D, plain, read, written

RESOURCES = """
<format id="r1" frameDuration="1/24s" width="640" height="360"/>
<effect id="e1" name="Basic Title" uid="x"/>
<asset id="a" name="SH010_t01" start="3600s" duration="10s" hasVideo="1"><media-rep src="file:///m/x.mov"/></asset>
<asset id="b" name="x" start="0s" duration="10s" hasVideo="1"><media-rep src="file:///m/SH030_t02.mov"/></asset>
<asset id="c" name="bird &amp; final.mov" start="0s" duration="10s" hasVideo="1" src="file:///m/c"/>
<asset id="d" name="LINE010_t01" start="0s" duration="10s" hasAudio="1"/>
<media id="m" name="compound"><sequence format="r1" tcStart="10s"><spine>
  <asset-clip ref="a" offset="10s" start="3600s" duration="1s" name="in1"/>
  <asset-clip ref="b" offset="11s" duration="2s" name="in2"/></spine></sequence></media>
<media id="mc" name="cams"><multicam format="r1" tcStart="0s">
  <mc-angle name="A" angleID="one">
    <asset-clip ref="a" offset="0s" start="3600s" duration="5s" name="camA"/></mc-angle>
  <mc-angle name="B" angleID="two"><gap offset="0s" duration="1s"/>
    <asset-clip ref="b" offset="1s" duration="5s" name="camB"/></mc-angle>
</multicam></media>
"""


def project(spine: str, attributes: str = 'tcStart="0s"') -> str:
    """A whole file."""
    return (
        f'<?xml version="1.0"?><!DOCTYPE fcpxml><fcpxml version="1.10"><resources>{RESOURCES}</resources>'
        f'<library><event><project name="p"><sequence format="r1" {attributes}><spine>{spine}</spine>'
        f"</sequence></project></event></library></fcpxml>"
    )


def came(spine: str, folder: Path, attributes: str = 'tcStart="0s"') -> Proposal:
    return read(project(spine, attributes), "fcpxml", folder)


def shown(back: Proposal) -> list[tuple[str | None, int, int, int]]:
    """Take, frames, source_in and dissolve of each slot."""
    return [(slot.take, slot.frames, slot.source_in, slot.dissolve) for slot in back.slots]


FIRST = '<asset-clip ref="a" offset="0s" start="3601s" duration="2s" name="one"/>'
SECOND = '<asset-clip ref="b" offset="2s" start="1s" duration="1s" name="two"/>'


def test_slots_and_hashes_stand_in_the_note_of_each_clip() -> None:
    text = written(plain(), "fcpxml", {"s_1": "circled"}).data.decode()
    assert f"<note>CIRCLETAKE SLOT s_1 SHA256 {A} SHOT SH010</note>" in text
    assert 'frameDuration="1/24s"' in text
    assert 'value="circled"' in text
    ntsc = written(plain(Fraction(24000, 1001)), "fcpxml").data.decode()
    assert 'frameDuration="1001/24000s"' in ntsc
    assert 'duration="48048/24000s"' in ntsc


def test_clips_begin_where_their_media_does_and_timecode_where_the_sequence_says(tmp_path: Path) -> None:
    back = came(FIRST.replace('"0s"', '"3600s"') + SECOND, tmp_path, 'tcStart="3600s" tcFormat="NDF"')
    assert shown(back) == [(A, 48, 24, 0), (B, 24, 24, 0)]
    assert (back.start, back.drop) == (86400, False)


def test_a_dissolve_lies_over_the_cut_and_the_same_frames_are_seen(tmp_path: Path) -> None:
    over = '<transition name="Cross Dissolve" offset="7/4s" duration="1/2s"/>'
    assert shown(came(FIRST + over + SECOND, tmp_path)) == [(A, 42, 24, 0), (B, 30, 18, 12)]
    flash = over.replace("Cross Dissolve", "Flash")
    back = came(FIRST + flash + SECOND, tmp_path)
    assert shown(back) == [(A, 48, 24, 0), (B, 24, 24, 0)]
    assert "The transition “Flash” is no dissolve" in " ".join(back.sentences)


def test_connected_clips_hide_the_storyline_and_connected_sound_is_sound(tmp_path: Path) -> None:
    spine = (
        '<asset-clip ref="a" offset="0s" start="3601s" duration="2s" name="one">'
        '<asset-clip ref="c" lane="1" offset="3601s" duration="1/2s" name="over"/>'
        '<spine lane="2" offset="14407/4s"><gap offset="0s" duration="1/4s"/>'
        '<asset-clip ref="b" offset="1/4s" duration="1/4s" name="high"/></spine>'
        '<asset-clip ref="d" lane="-1" offset="7203/2s" start="1s" duration="1s" name="line">'
        '<adjust-volume amount="-6.5dB"><param name="amount"><fadeIn duration="1/4s"/></param>'
        "</adjust-volume></asset-clip>"
        '<title ref="e1" lane="3" offset="3601s" duration="1s" name="Words"/>'
        "</asset-clip>"
    )
    back = came(spine, tmp_path)
    assert shown(back) == [(C, 12, 0, 0), (A, 12, 36, 0), (B, 6, 0, 0), (A, 18, 54, 0)]
    (sound,) = back.sound
    assert (sound.take, sound.record_in, sound.frames, sound.source_in) == (D, 12, 24, 24)
    assert (sound.gain_mb, sound.fade_in) == (-650, 6)
    assert "Titles and captions over the picture were left out." in back.sentences


def test_compound_and_multicam_clips_are_laid_out_and_auditions_chosen(tmp_path: Path) -> None:
    spine = (
        '<ref-clip ref="m" offset="0s" start="21/2s" duration="1s" name="compound"/>'
        '<mc-clip ref="mc" offset="1s" start="2s" duration="1s" name="cams">'
        '<mc-source angleID="one" srcEnable="audio"/><mc-source angleID="two" srcEnable="video"/></mc-clip>'
        '<audition><asset-clip ref="c" offset="2s" duration="1s" name="yes"/>'
        '<asset-clip ref="a" offset="2s" duration="1s" name="no"/></audition>'
        '<sync-clip offset="3s" duration="1s" name="sync"><spine>'
        '<asset-clip ref="a" start="3600s" duration="9s"/></spine></sync-clip>'
    )
    back = came(spine, tmp_path)
    assert shown(back) == [(A, 12, 12, 0), (B, 12, 0, 0), (B, 24, 24, 0), (C, 24, 0, 0), (A, 24, 0, 0)]
    said = " ".join(back.sentences)
    assert "“compound” is a clip of clips; its shots were laid out" in said
    assert "Of auditions the chosen clip was read" in said


def test_maps_of_time_are_speeds(tmp_path: Path) -> None:
    def mapped(*points: tuple[str, str]) -> str:
        listed = "".join(f'<timept time="{time}" value="{value}"/>' for time, value in points)
        return (
            f'<asset-clip ref="a" duration="1s" start="1s" name="t"><timeMap>{listed}</timeMap></asset-clip>'
        )

    back = came(
        mapped(("0s", "3600s"), ("5s", "3610s"))
        + mapped(("0s", "3602s"), ("9s", "3602s"))
        + mapped(("0s", "3605s"), ("5s", "3600s"))
        + mapped(("0s", "3600s"), ("1s", "3601s"), ("3/2s", "3603s"), ("9s", "3605s")),
        tmp_path,
    )
    assert [(int(slot.speed), slot.source_in, slot.take is None) for slot in back.slots[:3]] == [
        (2, 48, False),
        (0, 48, False),
        (1, 0, True),
    ]
    assert "changes its speed on the way; its average is kept" in " ".join(back.sentences)


def test_gaps_titles_and_clips_switched_off_are_gaps(tmp_path: Path) -> None:
    back = came(
        '<gap offset="0s" duration="1s"/><title ref="e1" offset="1s" duration="1s" name="Words"/>'
        '<video ref="e1" offset="2s" duration="1s" name="Solid"/>'
        '<asset-clip ref="a" offset="3s" duration="1s" name="off" enabled="0"/>',
        tmp_path,
    )
    assert [(slot.frames, slot.take) for slot in back.slots] == [(24, None)] * 4
    said = " ".join(back.sentences)
    for words in ("“Words” is drawn", "“Solid” is drawn", "“off” is switched off; it is a gap now."):
        assert words in said


def test_an_old_clip_with_its_video_inside_is_read_through(tmp_path: Path) -> None:
    spine = (
        '<clip offset="0s" duration="1s" start="12s" name="old"><video ref="b" offset="10s" start="1s" '
        'duration="9s"/></clip>'
    )
    assert shown(came(spine, tmp_path)) == [(B, 24, 72, 0)]


def test_clips_of_no_length_are_nothing(tmp_path: Path) -> None:
    back = came(FIRST + '<asset-clip ref="b" offset="2s" duration="0s" name="zero"/>' + SECOND, tmp_path)
    assert [slot.frames for slot in back.slots] == [48, 24]
    assert back.slots[0] == Slot(back.slots[0].id, "SH010", 48, A, 24)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<fcpxml", "no XML"),
        ("<xmeml/>", "another kind"),
        ("<fcpxml><resources/></fcpxml>", "only clips; export the project itself"),
        (project(""), "empty"),
        (project('<asset-clip ref="a" duration="1/0s"/>'), "is no time or number"),
        (project('<asset-clip ref="a" duration="-5s" name="x"/>'), "impossibly long"),
        (
            project('<ref-clip ref="m" duration="1s"/>').replace(
                '<asset-clip ref="a" offset="10s"', '<ref-clip ref="m" offset="10s"'
            ),
            "over 24 deep",
        ),
    ],
)
def test_what_is_no_such_file_is_refused(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(CutUnreadable, match=words):
        read(text, "fcpxml", tmp_path)
