import json
from dataclasses import replace
from fractions import Fraction

import pytest

from circletake.cut.document import cut_bytes, cut_document, cut_hash, edit_hash, read_cut
from circletake.domain.cut import CutVersion, Slot, SoundClip
from circletake.errors import CutUnreadable

CUT = CutVersion(
    production="pr_1",
    number=3,
    rate=Fraction(24000, 1001),
    width_px=640,
    height_px=360,
    slots=(Slot("s_1", "SH010", 48, "ab" * 32, 5), Slot("s_2", "SH020", 24)),
    parent="cd" * 32,
)

FULL = replace(
    CUT,
    rate=Fraction(30000, 1001),
    slots=(
        Slot("s_1", "SH010", 48, "ab" * 32, 5, speed=Fraction(3, 2)),
        Slot("s_2", "SH020", 24, dissolve=12),
        Slot("s_3", "SH030", 4, "cd" * 32, 9, speed=Fraction(0)),
    ),
    sound=(SoundClip("a_1", "LINE010", "ef" * 32, 10, 20, 3, -650, 2, 4, "A2"),),
    start=107892,
    drop=True,
)


def test_a_cut_comes_back_from_its_bytes_and_from_its_data() -> None:
    assert read_cut(cut_bytes(CUT)) == CUT
    assert read_cut(cut_document(CUT)) == CUT


def test_the_bytes_have_one_spelling_and_no_floats() -> None:
    assert cut_bytes(CUT) == (
        b'{"number":3,"parent":"'
        + b"cd" * 32
        + b'","production":"pr_1","rate":[24000,1001],"size":[640,360],'
        b'"slots":[{"frames":48,"id":"s_1","shot":"SH010","source_in":5,"take":"' + b"ab" * 32 + b'"},'
        b'{"frames":24,"id":"s_2","shot":"SH020","source_in":0,"take":null}],"v":1}'
    )


def test_what_only_the_fuller_format_says_comes_back_too() -> None:
    assert cut_document(FULL)["v"] == 2
    assert read_cut(cut_bytes(FULL)) == FULL


@pytest.mark.parametrize(
    "change",
    [
        {"slots": (replace(CUT.slots[0], speed=Fraction(2)),)},
        {"slots": (CUT.slots[0], replace(CUT.slots[1], dissolve=1))},
        {"sound": FULL.sound},
        {"start": 1},
    ],
)
def test_each_new_thing_alone_is_the_fuller_format(change: dict[str, object]) -> None:
    cut = replace(CUT, **change)  # type: ignore[arg-type]  # members by name
    assert cut_document(cut)["v"] == 2
    assert read_cut(cut_bytes(cut)) == cut
    assert cut_hash(cut) != cut_hash(CUT)


def test_where_timecode_begins_is_neither_seen_nor_heard() -> None:
    assert edit_hash(replace(CUT, start=86400)) == edit_hash(CUT)
    assert edit_hash(replace(FULL, start=0, drop=False)) == edit_hash(FULL)
    assert edit_hash(replace(FULL, sound=())) != edit_hash(FULL)


def test_another_cut_has_another_hash() -> None:
    assert cut_hash(CUT) == cut_hash(replace(CUT))
    assert cut_hash(CUT) != cut_hash(replace(CUT, number=4))


def test_versions_that_say_the_same_are_the_same_edit() -> None:
    assert edit_hash(CUT) == edit_hash(replace(CUT, number=9, parent=None))
    assert edit_hash(CUT) != edit_hash(replace(CUT, slots=CUT.slots[:1]))
    assert edit_hash(CUT) != edit_hash(replace(CUT, rate=Fraction(24)))


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("v", 3, "v is format 3"),
        ("v", True, "v is format True"),
        ("production", "", "production is not text"),
        ("number", True, "number is not a whole number of at least 1"),
        ("parent", "abc", "parent is neither null nor a SHA-256"),
        ("rate", [24], "rate is not a pair"),
        ("rate", [0, 1], "rate[0] is not a whole number"),
        ("size", [640, "360"], "size[1] is not a whole number"),
        ("slots", {}, "slots is not a list"),
        ("slots.0", [], "slots[0] is not an object"),
        ("slots.1.frames", 0, "slots[1].frames is not a whole number of at least 1"),
        ("slots.1.source_in", -1, "slots[1].source_in"),
        ("slots.0.take", "AB" * 32, "slots[0].take is neither null nor a SHA-256"),
        ("slots.1.id", "s_1", "slots[1].id repeats s_1"),
        ("slots.1.speed", 2, "slots[1].speed is not a member this version knows"),
        ("colour", 1, "colour is not a member this version knows"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_path(path: str, value: object, says: str) -> None:
    data = json.loads(cut_bytes(CUT))
    at = data
    *inside, last = path.split(".")
    for step in inside:
        at = at[int(step) if step.isdigit() else step]
    at[int(last) if last.isdigit() else last] = value
    with pytest.raises(CutUnreadable) as refused:
        read_cut(data)
    assert says in refused.value.message
    assert refused.value.detail["path"] == says.split(maxsplit=1)[0]


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("slots.0.speed", [2, 2], "slots[0].speed is not a fraction in its lowest terms"),
        ("slots.0.speed", [1, 0], "slots[0].speed is not a fraction in its lowest terms"),
        ("slots.0.speed", [-1, 1], "slots[0].speed[0] is not a whole number of at least 0"),
        ("slots.0.speed", 1.5, "slots[0].speed is not a pair"),
        ("slots.1.dissolve", -1, "slots[1].dissolve is not a whole number"),
        ("sound", {}, "sound is not a list"),
        ("sound.0.gain_mb", 1.5, "sound[0].gain_mb is not a whole number"),
        ("sound.0.take", "", "sound[0].take is neither null"),
        ("sound.0.pan", 0, "sound[0].pan is not a member this version knows"),
        ("sound.0.id", "s_1", "sound[0].id repeats s_1"),
        ("start", -1, "start is not a whole number"),
        ("drop", 1, "drop is neither true nor false"),
    ],
)
def test_what_cannot_be_read_of_the_fuller_format_is_refused_by_its_path(
    path: str, value: object, says: str
) -> None:
    data = json.loads(cut_bytes(FULL))
    at = data
    *inside, last = path.split(".")
    for step in inside:
        at = at[int(step) if step.isdigit() else step]
    at[last] = value
    with pytest.raises(CutUnreadable) as refused:
        read_cut(data)
    assert says in refused.value.message


def test_a_plain_cut_has_no_second_spelling() -> None:
    data = json.loads(cut_bytes(CUT)) | {"v": 2, "sound": [], "start": 0, "drop": False}
    data["slots"] = [slot | {"speed": [1, 1], "dissolve": 0} for slot in data["slots"]]
    with pytest.raises(CutUnreadable, match="says nothing that format 1 does not"):
        read_cut(data)


def test_a_member_left_out_is_named() -> None:
    data = json.loads(cut_bytes(CUT))
    del data["slots"][1]["take"]
    with pytest.raises(CutUnreadable, match=r"slots\[1\]\.take is missing"):
        read_cut(data)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'{"rate":24.0}', cut_bytes(CUT).replace(b",", b", ")])
def test_bytes_that_are_no_canonical_json_are_refused(raw: bytes) -> None:
    with pytest.raises(CutUnreadable, match="canonical"):
        read_cut(raw)
