"""Dropped files: which belong together, and when one is whole."""

from circletake.domain.dropped import SEQUENCE_POLLS, STILL_POLLS, Drop, Look, Settling, drops_of, shots_named

A, B = Look(1, 10), Look(2, 10)


def test_a_file_is_whole_after_it_was_the_same_at_two_polls() -> None:
    settling, drop = Settling(), Drop("a", ("a",))
    for look in (A, B, B, A):
        settling.poll({"a": look})
        assert not settling.is_whole(drop)
    for _ in range(STILL_POLLS):
        assert not settling.is_whole(drop)
        settling.poll({"a": A})
    assert settling.is_whole(drop)
    settling.poll({})
    assert not settling.is_whole(drop)


def test_pictures_in_a_row_wait_longer_for_the_next() -> None:
    settling = Settling()
    (drop,) = drops_of(["a.001.png", "a.002.png"])
    for _ in range(SEQUENCE_POLLS):
        settling.poll({"a.001.png": A, "a.002.png": A})
        assert not settling.is_whole(drop)
    settling.poll({"a.001.png": A, "a.002.png": A})
    assert settling.is_whole(drop)
    (more,) = drops_of(["a.001.png", "a.002.png", "a.003.png"])
    settling.poll(dict.fromkeys(more.files, A))
    assert not settling.is_whole(more)


def test_only_a_number_behind_a_dot_makes_a_row() -> None:
    names = [
        "ComfyUI_00001_.png",
        "ComfyUI_00002_.png",
        "SH010_v001.png",
        "SH010_v002.png",
        "a.01.png",
        "a.0001.mp4",
    ]
    assert [drop.files for drop in drops_of(names)] == [(name,) for name in sorted(names)]
    assert Drop("a.mp4", ("a.mp4",)).missing == ""


def test_a_code_is_spelled_as_the_book_spells_it() -> None:
    assert shots_named("a.mp4", []) == []
    assert shots_named("sh010.mp4", ["SH010", "sh010"]) == ["sh010"]
    assert shots_named("sh010/SH010_a sh010_b.mp4", ["SH010"]) == ["SH010"]
    assert shots_named("SH0101.mp4", ["SH010"]) == []
