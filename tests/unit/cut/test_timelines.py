"""Every form of timeline: what comes back of what went out, and the child process that reads."""

import os
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from circletake.cut.conform import Proposal
from circletake.cut.edited import read_edited
from circletake.cut.form import Leaving
from circletake.cut.timelines import form_of, forms, read_safely, read_timeline, write_timeline
from circletake.domain.cut import CutVersion, Slot
from circletake.errors import CutUnreadable

from .exchanged import KNOWN, RATES, SOUND, STATUSES, TAKES, C, plain, read, retimed, written

WRITTEN = sorted(name for name, form in forms().items() if form.write is not None)
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "timelines.md"


def test_the_forms_are_those_that_editors_exchange() -> None:
    assert sorted(forms()) == ["aaf", "edl", "fcp7", "fcpxml", "otio"]
    assert WRITTEN == ["edl", "fcp7", "fcpxml", "otio"]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("form", WRITTEN)
def test_speeds_dissolves_held_frames_and_gaps_come_back_at_any_rate(
    form: str, rate: Fraction, tmp_path: Path
) -> None:
    cut = retimed(rate)
    if form == "edl" and rate == 12:
        with pytest.raises(CutUnreadable, match="no timecode; export OTIO instead"):
            written(cut, form)
        return
    back = read(written(cut, form, STATUSES).data, form, tmp_path, rate=rate)
    assert back.slots == cut.slots
    assert back.sentences == ()


Same = Callable[[CutVersion, Proposal], bool]


def _slots(cut: CutVersion, back: Proposal) -> bool:
    return back.slots == cut.slots


def _gaps(cut: CutVersion, back: Proposal) -> bool:
    named = [(slot.id, slot.shot, slot.frames) for slot in cut.slots]
    return [(slot.id, slot.shot, slot.frames) for slot in back.slots] == named


def _one(member: str) -> Same:
    return lambda cut, back: (
        [getattr(clip, member) for clip in back.sound] == [getattr(clip, member) for clip in cut.sound]
    )


ONE, TWO, THREE, FOUR = plain().slots
SMOOTH = replace(plain(), sound=SOUND)
DROP = replace(plain(Fraction(30000, 1001)), start=107892, drop=True)
TABLE: list[tuple[str, CutVersion, Same]] = [
    ("takes by their hash, slots by their id", plain(), _slots),
    ("gaps with their names", plain(), _gaps),
    ("a gap at the end", replace(plain(), slots=(ONE, TWO)), _gaps),
    (
        "dissolves",
        replace(plain(), slots=(ONE, replace(THREE, dissolve=9), replace(FOUR, dissolve=4))),
        _slots,
    ),
    ("constant speeds", replace(plain(), slots=(ONE, replace(THREE, speed=Fraction(3, 2)))), _slots),
    (
        "held frames",
        replace(plain(), slots=(ONE, Slot("s_5", "SH040", 10, C, 60, speed=Fraction(0)))),
        _slots,
    ),
    ("12 frames a second", plain(Fraction(12)), _slots),
    ("23.976 frames a second", plain(Fraction(24000, 1001)), _slots),
    ("where timecode begins", replace(plain(), start=86400), lambda cut, back: back.start == cut.start),
    ("drop-frame timecode", DROP, lambda cut, back: (back.start, back.drop) == (cut.start, cut.drop)),
    (
        "sound: what lies where",
        SMOOTH,
        lambda cut, back: _one("take")(cut, back) and _one("record_in")(cut, back),
    ),
    ("sound: loudness", SMOOTH, _one("gain_mb")),
    ("sound: fades", SMOOTH, lambda cut, back: _one("fade_in")(cut, back) and _one("fade_out")(cut, back)),
    ("sound: names of tracks", SMOOTH, _one("track")),
]


def table(folder: Path) -> list[str]:
    """The table of the documentation, from what really comes back."""
    columns = ["otio", "fcpxml", "fcp7", "edl"]
    lines = ["| of a cut | " + " | ".join(forms()[form].label for form in columns) + " |"]
    lines.append("|---|" + "---|" * len(columns))
    for label, cut, same in TABLE:
        found: list[str] = []
        for form in columns:
            try:
                data = written(cut, form).data
            except CutUnreadable:
                found.append("refused")
                continue
            back = read(data, form, folder, rate=cut.rate)
            found.append("kept" if same(cut, back) else "lost")
        lines.append(f"| {label} | {' | '.join(found)} |")
    return lines


def test_the_page_says_what_each_form_loses_and_it_is_so(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    for line in table(tmp_path):
        assert line in page


@pytest.mark.parametrize("form", WRITTEN)
def test_what_is_lost_on_the_way_out_is_said(form: str) -> None:
    lost = " ".join(written(replace(retimed(), sound=SOUND), form, STATUSES).lost)
    assert "no approval is ever read back" in lost
    expected = {
        "edl": ["sound tracks are not in the EDL", "tenth of a frame", "cut short: SH050"],
        "fcp7": ["master comment", "holes with a marker", "speed of 0", "Fades of sound"],
        "fcpxml": ["in its note", "have no colours", "lie across the cut", "Names of sound tracks"],
        "otio": [],
    }[form]
    assert [words for words in expected if words not in lost] == []


@pytest.mark.parametrize("form", WRITTEN)
def test_a_status_goes_out_as_a_marker_and_never_comes_back(form: str, tmp_path: Path) -> None:
    data = written(plain(), form, STATUSES).data
    assert b"circled" in data
    assert (b"GREEN" in data or b"<green>255</green>" in data) == (form != "fcpxml")
    back = read(data, form, tmp_path)
    assert back.slots == plain().slots
    assert "circled" not in " ".join(back.sentences)


def test_a_file_is_known_by_its_ending_or_by_the_form_asked_for() -> None:
    assert form_of("Cut 12.FCPXML")[0] == "fcpxml"
    assert form_of("anything", named="edl")[0] == "edl"
    with pytest.raises(CutUnreadable, match=r"name the file \.aaf, \.edl, \.fcpxml, \.otio, \.xml"):
        form_of("cut.mov")
    with pytest.raises(CutUnreadable, match="there are aaf, edl, fcp7, fcpxml, otio"):
        form_of("cut.otio", named="premiere")
    with pytest.raises(CutUnreadable, match="AAF is only read here"):
        write_timeline(Leaving(plain(), TAKES, {}), "cut.aaf")


def test_fcpxml_is_known_by_its_first_bytes_and_in_its_bundle(tmp_path: Path) -> None:
    data = written(plain(), "fcpxml").data
    (tmp_path / "cut.xml").write_bytes(data)
    bundle = tmp_path / "cut.fcpxmld"
    bundle.mkdir()
    (bundle / "Info.fcpxml").write_bytes(data)
    for path in (tmp_path / "cut.xml", bundle):
        assert read_timeline(path, rate=Fraction(24), known=KNOWN).slots == plain().slots


def test_the_child_is_stopped_in_time_and_tells_of_a_refusal_in_its_words(tmp_path: Path) -> None:
    path = tmp_path / "cut.otio"
    path.write_bytes(written(plain(), "otio").data)
    with pytest.raises(CutUnreadable, match=r"took over 0\.01 s and was stopped"):
        read_safely(path, rate=Fraction(24), timeout_s=0.01)
    path.write_text('{"OTIO_SCHEMA": "Gap.1"}')
    with pytest.raises(CutUnreadable, match="holds a Gap, not a timeline"):
        read_safely(path, rate=Fraction(24))


def test_a_reader_that_dies_is_one_sentence(tmp_path: Path) -> None:
    # deeper than the C++ stack: past the look at its shape, which counts brackets of text it can see
    deep = '{"OTIO_SCHEMA":"Timeline.1","metadata":' + '{"a":' * 50_000 + "1" + "}" * 50_001
    (tmp_path / "deep.otio").write_text(deep)
    for name, data in (
        ("deep.otio", deep.encode()),
        ("bad.aaf", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + os.urandom(4000)),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(CutUnreadable) as refused:
            read_safely(tmp_path / name, rate=Fraction(24))
        assert "\n" not in refused.value.message
        assert "export" in refused.value.message


def test_a_file_larger_than_any_film_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "cut.edl"
    with path.open("wb") as file:
        file.truncate((64 << 20) + 1)
    with pytest.raises(CutUnreadable, match="larger than any film's"):
        read_safely(path, rate=Fraction(24))


def test_what_a_child_answers_is_read_back_exactly(tmp_path: Path) -> None:
    path = tmp_path / "cut.fcpxml"
    path.write_bytes(written(retimed(Fraction(24000, 1001)), "fcpxml").data)
    edited = read_safely(path, rate=Fraction(24000, 1001))
    reads = forms()["fcpxml"].read
    assert reads is not None
    assert edited == reads(path, Fraction(24000, 1001))
    with pytest.raises(ValueError, match="JSON"):
        read_edited(b"nothing")
