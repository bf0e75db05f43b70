import json
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import opentimelineio as otio
import pytest

from circletake.cut.conform import KnownTake, Proposal
from circletake.cut.forms._otio import fraction_of_rate
from circletake.domain.cut import Slot
from circletake.errors import CutUnreadable

from .exchanged import KNOWN, STATUSES, A, C, plain, read, written

Json = dict[str, Any]


def timeline(rate: Fraction = Fraction(24)) -> Json:
    """The plain cut as the file's own JSON."""
    data: Json = json.loads(written(plain(rate), "otio", STATUSES).data)
    return data


def children(data: Json) -> list[Json]:
    items: list[Json] = data["tracks"]["children"][0]["children"]
    return items


class Came(Protocol):
    """Reads a file's JSON as a proposal."""

    def __call__(self, data: Json, rate: Fraction = ..., known: list[KnownTake] = ...) -> Proposal: ...


@pytest.fixture
def came(tmp_path: Path) -> Came:
    def _read(data: Json, rate: Fraction = Fraction(24), known: list[KnownTake] = KNOWN) -> Proposal:
        return read(json.dumps(data), "otio", tmp_path, rate=rate, known=known)

    return _read


def test_every_item_carries_its_slot_and_hash_and_a_marker_in_its_status_colour() -> None:
    first, gap, third, _ = children(timeline())
    assert first["metadata"]["circletake"] == {
        "schema": 2,
        "slot": "s_1",
        "shot": "SH010",
        "take": "SH010_t01",
        "sha256": A,
    }
    assert first["media_references"]["DEFAULT_MEDIA"]["target_url"] == "/films/sh010 v1.mov"
    assert gap["OTIO_SCHEMA"].startswith("Gap")
    assert gap["metadata"]["circletake"]["sha256"] is None
    assert [(item["markers"][0]["name"], item["markers"][0]["color"]) for item in (first, gap, third)] == [
        ("circled", "GREEN"),
        ("gap", "WHITE"),
        ("stale", "CYAN"),
    ]


def test_a_take_is_known_by_its_hash_whatever_it_is_called(came: Came) -> None:
    data = timeline()
    children(data)[0]["name"] = "renamed in the other program"
    children(data)[0]["media_references"]["DEFAULT_MEDIA"]["target_url"] = "file:///elsewhere/x.mov"
    assert came(data).slots == plain().slots


def test_without_a_hash_a_name_proposes_a_take_and_says_so(came: Came) -> None:
    data = timeline()
    item = children(data)[3]
    item["metadata"] = {}
    item["media_references"]["DEFAULT_MEDIA"]["name"] = ""
    item["name"] = "BIRD & FINAL.mov"
    back = came(data)
    assert (back.slots[3].take, back.slots[3].shot, back.slots[3].frames) == (C, "SH040", 30)
    assert back.sentences == (
        "BIRD & FINAL.mov was matched to bird & final.mov by its name alone; look whether it is that.",
    )


def test_a_name_that_means_several_takes_means_none(came: Came) -> None:
    data = timeline()
    children(data)[3]["metadata"] = {}
    children(data)[3]["media_references"]["DEFAULT_MEDIA"]["name"] = ""
    back = came(data, known=[*KNOWN, KnownTake("ee" * 32, "SH040", "another", 100)])
    assert back.slots[3].take is None
    assert back.sentences == ("SH040: 2 takes go by that name; choose one. It is a gap now.",)


def test_media_that_is_not_here_is_a_gap_of_the_same_length(came: Came) -> None:
    data = timeline()
    children(data)[0]["metadata"] = {}
    children(data)[0]["media_references"]["DEFAULT_MEDIA"]["name"] = "lost.mov"
    children(data)[0]["name"] = "Lost"
    back = came(data)
    assert back.slots[0].frames == 48
    assert back.sentences == ("Lost: “lost.mov” is not in this production; bring it in. It is a gap now.",)


def test_an_approval_in_a_file_is_never_read(came: Came) -> None:
    data = timeline()
    approved = {"status": "circled", "approved_by": "p_director", "verdict": 2}
    children(data)[0]["metadata"]["circletake"] |= approved
    children(data)[0]["metadata"]["approved"] = True
    assert came(data).slots == plain().slots


def test_the_medias_own_timecode_is_taken_off(came: Came) -> None:
    data = timeline()
    item = children(data)[0]
    item["source_range"]["start_time"]["value"] += 86400
    item["media_references"]["DEFAULT_MEDIA"]["available_range"]["start_time"]["value"] = 86400
    assert came(data).slots[0] == Slot("s_1", "SH010", 48, A, 5)


def test_a_clip_without_a_range_uses_all_of_its_media(came: Came) -> None:
    data = timeline()
    children(data)[0]["source_range"] = None
    assert came(data).slots[0] == Slot("s_1", "SH010", 160, A, 0)
    children(data)[0]["media_references"]["DEFAULT_MEDIA"]["available_range"] = None
    with pytest.raises(CutUnreadable, match="cannot be read"):
        came(data)


def time(frames: float) -> Any:  # noqa: ANN401 (OpenTimelineIO has no types)
    return otio.opentime.RationalTime(frames, 24.0)


def foreign() -> Json:
    """A timeline with everything that a cut does not hold."""
    made = otio.adapters.read_from_string(json.dumps(timeline()), "otio_json")
    track = made.tracks[0]
    dissolve = otio.schema.Transition("soft", otio.schema.TransitionTypes.SMPTE_Dissolve)
    dissolve.in_offset, dissolve.out_offset = time(6), time(4)
    track.insert(3, dissolve)
    track.insert(1, otio.schema.Transition("swipe", otio.schema.TransitionTypes.Custom, time(2), time(2)))
    track[0].effects.append(otio.schema.LinearTimeWarp("fast", time_scalar=2.0))
    track[0].effects.append(otio.schema.Effect("glow", effect_name="Glow"))
    nested = otio.schema.Stack("inner")
    nested.source_range = otio.opentime.TimeRange(time(4), time(10))
    inner = otio.schema.Track("inner V1", kind="Video")
    inner.append(track[3].clone())
    nested.append(inner)
    track.append(nested)
    off = track[3].clone()
    off.enabled = False
    track.append(off)
    made.tracks.append(otio.schema.Track("Data", kind="Metadata"))
    made.tracks.append(otio.schema.Track("A1", kind="Audio"))
    data: Json = json.loads(made.to_json_string())
    return data


def test_what_a_cut_does_not_hold_is_listed_and_its_length_stays(came: Came) -> None:
    back = came(foreign())
    one, two, three, four = plain().slots
    assert sum(slot.frames for slot in back.slots) == 138 + 10 + 24
    # frames 7 to 24 of its take are as before; the dissolve begins six frames before the cut was
    assert [(slot.id, slot.frames, slot.source_in, slot.dissolve) for slot in back.slots[1:4]] == [
        (two.id, two.frames, 0, 0),
        (three.id, three.frames - 1, three.source_in, 0),
        (four.id, four.frames + 1, 0, 5),
    ]
    assert (int(back.slots[0].speed), back.slots[4].take, back.slots[4].source_in) == (2, three.take, 11)
    assert back.slots[5].take is None
    assert one.take == back.slots[0].take
    assert len({slot.id for slot in back.slots}) == 6
    assert back.sentences == (
        "The effect “Glow” on “SH010” was left out.",
        "The transition “swipe” is no dissolve and was left out; it is a cut now.",
        "“inner” is a timeline of its own; its shots were laid out in the cut.",
        "“SH030” is switched off; it is a gap now.",
        "The track “Data” holds neither pictures nor sound; it was left out.",
    )


def test_another_rate_is_converted_and_rounding_never_adds_up(came: Came) -> None:
    back = came(timeline(), rate=Fraction(25), known=[])
    assert sum(slot.frames for slot in back.slots) == round(138 * 25 / 24)
    assert back.sentences[:2] == (
        "It was edited at 24 frames a second and this production runs at 25; its times were converted.",
        "Not on whole frames at 25 frames a second, and therefore rounded: SH020, SH030, SH040.",
    )
    exact = came(timeline(Fraction(25)), rate=Fraction(50), known=[])
    assert [slot.frames for slot in exact.slots] == [96, 72, 48, 60]


def test_nouns_of_a_newer_library_are_read_as_far_as_they_are_known(came: Came) -> None:
    data = timeline()
    children(data)[0]["markers"][0] |= {"OTIO_SCHEMA": "Marker.9", "sparkle": 1}
    back = came(data)
    assert back.slots == plain().slots
    assert back.sentences == ("A newer OpenTimelineIO wrote it; what that added to Marker was left out.",)


def test_timelines_within_timelines_without_end_are_refused(came: Came) -> None:
    stack = otio.schema.Stack("0")
    stack.append(otio.schema.Clip("x", source_range=otio.opentime.TimeRange(time(0), time(5))))
    for depth in range(30):
        outer = otio.schema.Stack(str(depth))
        outer.append(stack)
        stack = outer
    made = otio.schema.Timeline("deep")
    made.tracks.append(otio.schema.Track("V1", kind="Video"))
    made.tracks[0].append(stack)
    with pytest.raises(CutUnreadable, match="over 24 deep in one another"):
        came(json.loads(made.to_json_string()))


def test_of_several_timelines_the_first_is_read(came: Came) -> None:
    both = {"OTIO_SCHEMA": "SerializableCollection.1", "name": "bin", "children": [timeline(), timeline()]}
    back = came(both)
    assert back.slots == plain().slots
    assert back.sentences == ("The file holds 2 timelines; “A Bird & Co”, the first, was read.",)


def test_rates_are_what_people_mean_by_a_double() -> None:
    assert [fraction_of_rate(rate) for rate in (23.976, 23.98, 24000 / 1001, 29.97, 59.94, 119.88)] == [
        Fraction(n * 1000, 1001) for n in (24, 24, 24, 30, 60, 120)
    ]
    assert [fraction_of_rate(float(n)) for n in (12, 15, 24, 120, 48_000)] == [12, 15, 24, 120, 48_000]
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
        '{"OTIO_SCHEMA":"Timeline.1"',
        '{"OTIO_SCHEMA":"Stranger.1","a":1}',
        '{"OTIO_SCHEMA":"Gap.1"}',
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_timeline_is_refused_in_one_sentence(text: str | bytes, tmp_path: Path) -> None:
    with pytest.raises(CutUnreadable) as refused:
        read(text, "otio", tmp_path)
    assert refused.value.message.endswith(
        ("export it again.", "export the timeline itself.", "export it with pictures.")
    )
    assert "\n" not in refused.value.message


@pytest.mark.parametrize("value", [-48.0, 1e18, float("nan"), float("inf")])
def test_a_length_that_cannot_be_is_refused(value: float, came: Came) -> None:
    data = timeline()
    children(data)[0]["source_range"]["duration"]["value"] = value
    with pytest.raises(CutUnreadable):
        came(data)
