"""Subtitles held against a cut: on its frames, from its beginning, within its length."""

from fractions import Fraction
from pathlib import Path

import pytest

from circletake.cut.subtitles import fit_subtitles
from circletake.domain.cut import CutVersion, Slot
from circletake.errors import CutUnreadable

NTSC = Fraction(24000, 1001)
SRT = """\ufeff1
00:00:01,000 --> 00:00:02,500
<i>Où est</i> le fromage ?
Là-bas.

2
00:00:03,000 --> 00:00:20,000
It goes on past the end.

3
00:00:30,000 --> 00:00:31,000
Nobody sees this.
"""


def cut_of(frames: int, *, rate: Fraction = Fraction(24), start: int = 0) -> CutVersion:
    return CutVersion("pr_1", 1, rate, 64, 36, (Slot("s_1", "SH010", frames),), start=start)


def written(
    tmp_path: Path, text: str | bytes, cut: CutVersion, name: str = "out.vtt"
) -> tuple[str, list[str]]:
    path = tmp_path / "in.srt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    data, said = fit_subtitles(path, cut, tmp_path / name)
    return data.decode(), said


def test_lines_stay_in_the_film_and_what_does_not_is_said(tmp_path: Path) -> None:
    text, said = written(tmp_path, SRT, cut_of(240))
    assert text.startswith("WEBVTT\n")
    assert "00:00:01.000 --> 00:00:02.500\n<i>Où est</i> le fromage ?\nLà-bas." in text
    assert "00:00:03.000 --> 00:00:10.000" in text
    assert "Nobody sees this" not in text
    assert said == [
        "1 of 3 lines begin after the film has ended and are left out.",
        "Ends with the film now, as it went on past it: frame 72.",
    ]


def test_times_lie_on_frames_and_what_is_on_frames_comes_back_the_same(tmp_path: Path) -> None:
    text, _ = written(tmp_path, SRT, cut_of(24 * 60, rate=NTSC), "out.srt")
    starts = [line.split(" --> ")[0] for line in text.splitlines() if " --> " in line]
    for start in starts:
        hours, minutes, seconds = start.replace(",", ".").split(":")
        frame = (Fraction(hours) * 3600 + Fraction(minutes) * 60 + Fraction(seconds)) * NTSC
        assert abs(frame - round(frame)) < Fraction(1, 20)  # of a frame: a file says milliseconds
    again, said = written(tmp_path, text, cut_of(24 * 60, rate=NTSC), "out.srt")
    assert (again, said) == (text, [])


def test_a_file_that_counts_from_the_cuts_timecode_counts_from_0_afterwards(tmp_path: Path) -> None:
    shifted = SRT.replace("00:00:", "01:00:")
    text, said = written(tmp_path, shifted, cut_of(240, start=24 * 3600))
    assert "00:00:01.000 --> 00:00:02.500" in text
    assert said[0] == "Times counted from 01:00:00:00, where the cut begins, and do so from 0 now."
    with pytest.raises(CutUnreadable, match="another cut"):
        written(tmp_path, shifted, cut_of(240))


def test_two_lines_at_once_and_lines_nobody_could_see_are_said(tmp_path: Path) -> None:
    text = "1\n00:00:01,000 --> 00:00:03,000\nA\n\n2\n00:00:02,000 --> 00:00:04,000\nB\n\n"
    text += "3\n00:00:05,000 --> 00:00:05,005\nC\n"
    out, said = written(tmp_path, text, cut_of(240))
    assert "\nC" not in out
    assert said == [
        "Shorter than a frame and left out: frame 120.",
        "Two lines at once, which players stack: frame 48.",
    ]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no file of subtitles"),
        (b"\x00\x01\x02", "no file of subtitles"),
        ("1\n00:00:01,000 --> 00:00:02,000\nÄ\n".encode("latin-1"), "UTF-8"),
        (b"1\n00:00:03,000 --> 00:00:02,000\nBack\n", "ends before it begins"),
    ],
)
def test_what_is_no_subtitles_is_refused_in_a_sentence(tmp_path: Path, data: bytes, says: str) -> None:
    with pytest.raises(CutUnreadable, match=says):
        written(tmp_path, data, cut_of(240))
    with pytest.raises(CutUnreadable, match=r"\.srt or \.vtt"):
        written(tmp_path, SRT, cut_of(240), "out.ass")
