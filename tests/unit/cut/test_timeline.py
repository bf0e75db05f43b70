import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from circletake.cut.conform import KnownTake, Proposal
from circletake.cut.timeline import fraction_of_rate, from_edl, from_otio, to_edl, to_otio
from circletake.domain.cut import CutVersion, Slot
from circletake.errors import CutUnreadable

Json = dict[str, Any]

RATES = [Fraction(12), Fraction(24), Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60)]
A, B, C = "aa" * 32, "bb" * 32, "cc" * 32
TAKES = {
    A: KnownTake(A, "SH010", "SH010 take 1", 60, "/films/sh010_v1.mov"),
    B: KnownTake(B, "SH030", "SH030 take 2", 40),
    C: KnownTake(C, "SH040", "bird_final.mov", 100),
}
KNOWN = list(TAKES.values())


def cut_at(rate: Fraction) -> CutVersion:
    slots = (
        Slot("s_1", "SH010", 48, A, 5),
        Slot("s_2", "SH020", 36),
        Slot("s_3", "SH030", 24, B),
        Slot("s_4", "SH040", 30, C, 1),
    )
    return CutVersion("pr_1", 3, rate, 640, 360, slots)


STATUSES = {"s_1": "circled", "s_2": "gap", "s_3": "stale"}


def written(rate: Fraction = Fraction(24)) -> Json:
    text = to_otio(cut_at(rate), takes=TAKES, statuses=STATUSES, title="A Bird")
    data: Json = json.loads(text)
    return data


def children(data: Json) -> list[Json]:
    items: list[Json] = data["tracks"]["children"][0]["children"]
    return items


def read(data: Json, rate: Fraction = Fraction(24), known: list[KnownTake] = KNOWN) -> Proposal:
    return from_otio(json.dumps(data), rate=rate, known=known)


@pytest.mark.parametrize("rate", RATES)
def test_a_cut_goes_out_as_otio_and_comes_back_whole_at_any_rate(rate: Fraction) -> None:
    cut = cut_at(rate)
    back = from_otio(to_otio(cut, takes=TAKES, statuses=STATUSES), rate=rate, known=KNOWN)
    assert back.slots == cut.slots
    assert back.sentences == ()


def test_every_item_carries_its_slot_and_hash_and_a_marker_in_its_status_colour() -> None:
    first, gap, third, _ = children(written())
    assert first["metadata"]["circletake"] == {
        "schema": 1,
        "slot": "s_1",
        "shot": "SH010",
        "take": "SH010 take 1",
        "sha256": A,
    }
    assert first["media_references"]["DEFAULT_MEDIA"]["target_url"] == "/films/sh010_v1.mov"
    assert gap["OTIO_SCHEMA"].startswith("Gap")
    assert gap["metadata"]["circletake"]["sha256"] is None
    assert [(item["markers"][0]["name"], item["markers"][0]["color"]) for item in (first, gap, third)] == [
        ("circled", "GREEN"),
        ("gap", "WHITE"),
        ("stale", "CYAN"),
    ]


def test_a_take_is_known_by_its_hash_whatever_it_is_called() -> None:
    data = written()
    children(data)[0]["name"] = "renamed in the other program"
    children(data)[0]["media_references"]["DEFAULT_MEDIA"]["target_url"] = "file:///elsewhere/x.mov"
    assert read(data).slots == cut_at(Fraction(24)).slots


def test_without_a_hash_a_name_proposes_a_take_and_says_so() -> None:
    data = written()
    item = children(data)[3]
    item["metadata"] = {}
    item["media_references"]["DEFAULT_MEDIA"]["name"] = ""
    item["name"] = "BIRD_FINAL.mov"
    back = read(data)
    assert (back.slots[3].take, back.slots[3].shot, back.slots[3].frames) == (C, "SH040", 30)
    assert back.sentences == (
        "BIRD_FINAL.mov was matched to bird_final.mov by its name alone; look whether it is that.",
    )


def test_a_name_that_means_several_takes_means_none() -> None:
    data = written()
    children(data)[3]["metadata"] = {}
    children(data)[3]["media_references"]["DEFAULT_MEDIA"]["name"] = ""
    known = [*KNOWN, KnownTake("dd" * 32, "SH040", "another", 100)]
    back = read(data, known=known)
    assert back.slots[3].take is None
    assert back.sentences == ("SH040: 2 takes go by that name; choose one. It is a gap now.",)


def test_media_that_is_not_here_is_one_sentence_and_a_gap_of_the_same_length() -> None:
    back = read(written(), known=KNOWN[1:])
    assert back.slots[0] == Slot("s_1", "SH010", 48)
    assert back.slots[1:] == cut_at(Fraction(24)).slots[1:]
    assert back.sentences == ("SH010: this production has no take aaaaaaaa…; bring it in. It is a gap now.",)
    data = written()
    children(data)[0]["metadata"] = {}
    children(data)[0]["media_references"]["DEFAULT_MEDIA"]["name"] = "lost.mov"
    children(data)[0]["name"] = "Lost"
    assert read(data).sentences == (
        "Lost: “lost.mov” is not in this production; bring it in. It is a gap now.",
    )


def test_a_take_that_is_too_short_for_what_is_used_of_it_is_a_gap() -> None:
    back = read(written(), known=[replace(KNOWN[0], n_frames=52), *KNOWN[1:]])
    assert back.slots[0].take is None
    assert back.sentences == ("SH010 uses frames 5 to 53 of SH010 take 1, which has 52; it is a gap now.",)


def test_an_approval_in_a_file_is_never_read() -> None:
    data = written()
    children(data)[0]["metadata"]["circletake"] |= {
        "status": "circled",
        "approved_by": "p_director",
        "verdict": 2,
    }
    children(data)[0]["metadata"]["approved"] = True
    back = read(data)
    assert back.slots == cut_at(Fraction(24)).slots
    assert {field for slot in back.slots for field in slot.__slots__} == {
        "id",
        "shot",
        "frames",
        "take",
        "source_in",
        "speed",
        "dissolve",
    }


def test_the_medias_own_timecode_is_taken_off() -> None:
    data = written()
    item = children(data)[0]
    item["source_range"]["start_time"]["value"] += 86400
    item["media_references"]["DEFAULT_MEDIA"]["available_range"]["start_time"]["value"] = 86400
    assert read(data).slots[0] == Slot("s_1", "SH010", 48, A, 5)


def test_a_clip_without_a_range_uses_all_of_its_media() -> None:
    data = written()
    children(data)[0]["source_range"] = None
    assert read(data).slots[0] == Slot("s_1", "SH010", 60, A, 0)
    children(data)[0]["media_references"]["DEFAULT_MEDIA"]["available_range"] = None
    with pytest.raises(CutUnreadable, match="cannot be read"):
        read(data)


def foreign() -> Json:
    """A timeline with everything that a cut does not hold."""
    timeline = otio.adapters.read_from_string(json.dumps(written()), "otio_json")
    track = timeline.tracks[0]
    rate = 24.0
    dissolve = otio.schema.Transition("soft", otio.schema.TransitionTypes.SMPTE_Dissolve)
    dissolve.in_offset = dissolve.out_offset = otio.opentime.RationalTime(6, rate)
    track.insert(3, dissolve)
    track[0].effects.append(otio.schema.LinearTimeWarp("fast", time_scalar=2.0))
    nested = otio.schema.Stack("inner")
    nested.source_range = otio.opentime.TimeRange(
        otio.opentime.RationalTime(0, rate), otio.opentime.RationalTime(10, rate)
    )
    track.append(nested)
    off = track[2].clone()
    off.enabled = False
    track.append(off)
    timeline.tracks.append(otio.schema.Track("V2", kind="Video"))
    timeline.tracks.append(otio.schema.Track("A1", kind="Audio"))
    data: Json = json.loads(timeline.to_json_string())
    return data


def test_what_a_cut_does_not_hold_is_listed_and_its_length_stays() -> None:
    back = read(foreign())
    assert back.slots[:4] == cut_at(Fraction(24)).slots
    assert [(slot.frames, slot.take) for slot in back.slots[4:]] == [(10, None), (24, None)]
    assert len({slot.id for slot in back.slots}) == 6
    assert back.sentences == (
        "The picture track “V2” was left out: a cut has one.",
        "1 sound tracks were left out: sound comes with the takes.",
        "The effects on “SH010” were left out, changes of speed among them.",
        "The transition “soft” was left out; it is a cut now.",
        "“inner” is a timeline of its own; it is a gap now.",
        "“SH030” is switched off; it is a gap now.",
    )


def test_another_rate_is_converted_and_rounding_never_adds_up() -> None:
    back = read(written(), rate=Fraction(25), known=[])
    assert sum(slot.frames for slot in back.slots) == round(138 * 25 / 24)
    assert back.sentences[0] == (
        "Not on whole frames at 25 frames a second, and therefore rounded: SH020, SH040."
    )
    exact = read(written(Fraction(25)), rate=Fraction(50), known=[])
    assert [slot.frames for slot in exact.slots] == [96, 72, 48, 60]


def test_rates_are_what_people_mean_by_a_double() -> None:
    assert [fraction_of_rate(rate) for rate in (23.976, 23.98, 24000 / 1001, 29.97, 59.94, 119.88)] == [
        Fraction(n * 1000, 1001) for n in (24, 24, 24, 30, 60, 120)
    ]
    assert [fraction_of_rate(float(n)) for n in (12, 15, 24, 120)] == [12, 15, 24, 120]
    assert fraction_of_rate(12.5) == Fraction(25, 2)
    assert [fraction_of_rate(rate) for rate in (0.0, -24.0, float("nan"), float("inf"), 1e9)] == [None] * 5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{}",
        "[]",
        "5",
        "[" * 50_000 + "]" * 50_000,
        '{"OTIO_SCHEMA":"Timeline.1","metadata":' + '{"a":' * 50_000 + "1" + "}" * 50_000 + "}",
        '"' + '\\"' * 500_000,
        '{"OTIO_SCHEMA":"Timeline.1"}',
        '{"OTIO_SCHEMA":"Timeline.1","tracks":5}',
        '{"OTIO_SCHEMA":"Timeline.99"}',
        '{"OTIO_SCHEMA":"Stranger.1","a":1}',
        '{"OTIO_SCHEMA":"Gap.1"}',
    ],
)
def test_what_is_no_timeline_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(CutUnreadable) as refused:
        from_otio(text, rate=Fraction(24), known=KNOWN)
    assert refused.value.message.endswith(("export it again.", "export the timeline itself."))
    assert "\n" not in refused.value.message


@pytest.mark.parametrize("value", [-48.0, 1e18, float("nan"), float("inf")])
def test_a_length_that_cannot_be_is_refused(value: float) -> None:
    data = written()
    children(data)[0]["source_range"]["duration"]["value"] = value
    with pytest.raises(CutUnreadable):
        read(data)


def test_a_timeline_without_pictures_is_refused() -> None:
    data = written()
    data["tracks"]["children"][0]["kind"] = "Audio"
    with pytest.raises(CutUnreadable, match="no picture track"):
        read(data)
    data = written()
    data["tracks"]["children"][0]["children"] = []
    with pytest.raises(CutUnreadable, match="empty"):
        read(data)


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001)])
def test_an_edl_keeps_slots_hashes_lengths_and_gaps_between_them(rate: Fraction) -> None:
    cut = cut_at(rate)
    text, losses = to_edl(cut, takes=TAKES, title="A Bird")
    assert "* CIRCLETAKE SLOT s_1 SHA256 " + A in text
    back = from_edl(text, rate=rate, known=KNOWN)
    assert [(s.frames, s.take, s.source_in) for s in back.slots] == [
        (s.frames, s.take, s.source_in) for s in cut.slots
    ]
    assert [s.id for s in back.slots if s.take] == ["s_1", "s_3", "s_4"]
    assert losses == (
        "An EDL holds one picture track; statuses, sizes and the shots' full names stay behind.",
        "The gap SH020 is a hole in the EDL without its name.",
    )


def test_a_gap_at_the_end_is_what_an_edl_loses_and_that_is_said() -> None:
    cut = cut_at(Fraction(24))
    cut = replace(cut, slots=(*cut.slots, Slot("s_5", "SH050", 10)))
    text, losses = to_edl(cut, takes=TAKES)
    assert losses[-1] == "The cut ends with a gap, which an EDL cannot say: it ends before SH050."
    assert len(from_edl(text, rate=cut.rate, known=KNOWN).slots) == 4


@pytest.mark.parametrize("rate", [Fraction(12), Fraction(15), Fraction(120)])
def test_an_edl_at_a_rate_without_timecode_is_refused_with_the_way_out(rate: Fraction) -> None:
    with pytest.raises(CutUnreadable, match="export OTIO instead"):
        to_edl(cut_at(rate), takes=TAKES)


def test_an_edl_of_gaps_alone_is_refused() -> None:
    with pytest.raises(CutUnreadable, match="lists only takes"):
        to_edl(replace(cut_at(Fraction(24)), slots=(Slot("s_1", "A", 5),)), takes={})


@pytest.mark.parametrize(
    "text", ["", "TITLE: x\n", "001  A V C 00:00:00:00\n", "001 A V C 1:2 3:4 5:6 7:8\n", "\x00"]
)
def test_what_is_no_edl_is_refused(text: str) -> None:
    with pytest.raises(CutUnreadable):
        from_edl(text, rate=Fraction(24), known=KNOWN)


def test_no_plugin_is_loaded_from_a_path_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hostile = tmp_path / "hostile.json"
    hostile.write_text("not a manifest")
    monkeypatch.setenv("OTIO_PLUGIN_MANIFEST_PATH", str(hostile))
    monkeypatch.setattr(otio.plugins.manifest, "_MANIFEST", None)
    text, _ = to_edl(cut_at(Fraction(24)), takes=TAKES)
    assert "CIRCLETAKE SLOT" in text
