"""Plans of imports: what is known again, what changed since the file last spoke, what a person is asked."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from tests.boards import write_project

from circletake.board.document import (
    board_bytes,
    board_hash,
    read_board_document,
    read_script_document,
    script_bytes,
)
from circletake.board.imported import FoundLayer, FoundPanel, FoundScene, FoundShot, Imported
from circletake.board.match import match_scenes
from circletake.board.plan import plan_import
from circletake.board.planned import Known, Plan
from circletake.board.read import read_board
from circletake.domain.board import Board, Scene
from circletake.errors import BoardInvalid, BoardUnreadable

RATE = Fraction(24)


def known(**how: object) -> Known:
    digests = {Path(f"{name}.png"): name * 64 for name in "abcdef"}
    return replace(Known("pr_1", RATE, digests, {}), **how)  # type: ignore[arg-type]  # members by name


def panel(key: str, picture: str = "a", **how: object) -> FoundPanel:
    made = FoundPanel(
        key, Fraction(1000), (FoundLayer("main", Path(f"{picture}.png")),), expected=f"{key}.png"
    )
    return replace(made, **how)  # type: ignore[arg-type]  # the same


def scene(number: str, slugline: str, *panels: FoundPanel, words: str = "", key: str = "") -> FoundScene:
    shots = tuple(FoundShot(str(n), (one,)) for n, one in enumerate(panels, start=1))
    return FoundScene(key, number, slugline, gist=tuple(sorted(words.split())), shots=shots)


def imported(*scenes: FoundScene, form: str = "storyboarder") -> Imported:
    return Imported(form, scenes, has_panels=any(one.shots for one in scenes))


def plan(board: Board | None, *scenes: FoundScene, **how: object) -> Plan:
    return plan_import(board, imported(*scenes), known(**how))


def sorts(made: Plan) -> list[tuple[str, str]]:
    return [(change.sort, change.what) for change in made.changes]


def uids(board: Board) -> list[str]:
    return [one.uid for one in board.panels]


FIRST = (
    scene("1", "INT. A", panel("AAAA1"), panel("AAAA2", "b"), key="1-AAAAA"),
    scene("2", "INT. B", panel("BBBB1", "c"), key="2-BBBBB"),
)


def test_the_same_again_is_nothing() -> None:
    board = plan(None, *FIRST).board
    again = plan(board, *FIRST)
    assert (again.changes, again.drawn) == ((), {})
    assert again.summary == "2 scenes, 0 new; 3 panels, 0 new."


def test_what_people_did_stands_until_the_file_says_otherwise() -> None:
    board = plan(None, *FIRST).board
    one, two, three = board.panels
    edited = replace(board, panels=(two, replace(one, frames=99, action="Ours."), three))
    assert plan(edited, *FIRST).changes == ()
    first = FIRST[0]
    spoken = scene("1", "INT. A", panel("AAAA1", dialogue="Theirs."), panel("AAAA2", "b"), key="1-AAAAA")
    made = plan(edited, spoken, FIRST[1])
    assert sorts(made) == [("words", "AAAA1")]
    assert uids(made.board) == ["AAAA2", "AAAA1", "BBBB1"]
    assert (made.board.panels[1].frames, made.board.panels[1].dialogue) == (99, "Theirs.")
    assert first.id == "1-AAAAA"


def test_a_panel_that_was_taken_out_stays_out() -> None:
    board = plan(None, *FIRST).board
    without = replace(board, panels=board.panels[1:], dropped=board.panels[:1])
    made = plan(without, *FIRST)
    assert made.changes == ()
    assert uids(made.board) == ["AAAA2", "BBBB1"]


def test_scenes_and_panels_go_where_the_file_has_them() -> None:
    board = plan(None, *FIRST).board
    new = scene("1A", "INT. C", panel("CCCC1", "d"), key="1A-CCCCC")
    turned = scene("1", "INT. A", panel("AAAA2", "b"), panel("AAAA1"), key="1-AAAAA")
    made = plan(board, FIRST[1], new, turned)
    assert [one.id for one in made.board.scenes] == ["2-BBBBB", "1A-CCCCC", "1-AAAAA"]
    assert uids(made.board) == ["BBBB1", "CCCC1", "AAAA2", "AAAA1"]
    assert sorts(made) == [
        ("scene_new", "1A-CCCCC"), ("shot_new", "SC1A_SH010"), ("panel_new", "CCCC1"), ("order", ""),
    ]  # fmt: skip


def test_a_renumbered_script_keeps_its_scenes_without_asking() -> None:
    count = 100
    before = [
        scene(str(n), f"INT. PLACE {n % 7}", panel(f"P{n:04}", "a"), words=f"w{n} x{n} y")
        for n in range(count)
    ]
    board = plan(None, *before).board
    after = [replace(one, number=f"{n + 1}X") for n, one in enumerate(before) if n % 25]
    after.insert(40, scene("40Y", "EXT. SOMEWHERE ELSE", words="quite other words"))
    made = plan(board, *after)
    assert len(made.matched.pairs) >= 0.98 * (len(after) - 1)
    assert made.unsure == ()
    assert sorts(made).count(("scene_new", made.board.scenes[40].id)) <= 1
    assert len(uids(made.board)) == count


def test_what_is_not_in_the_file_stays_or_leaves_as_is_said() -> None:
    board = plan(None, *FIRST).board
    made = plan(board, FIRST[0])
    assert ("scene_gone", "2-BBBBB") in sorts(made)
    assert uids(made.board) == ["AAAA1", "AAAA2", "BBBB1"]
    dropped = plan(board, FIRST[0], drops=True)
    assert uids(dropped.board) == ["AAAA1", "AAAA2"]
    assert "1 not in the file" in dropped.summary
    fewer = plan(board, scene("1", "INT. A", panel("AAAA2", "b"), key="1-AAAAA"), FIRST[1])
    assert sorts(fewer) == [("panel_gone", "AAAA1")]


def test_ties_are_a_person_s_and_words_tell_what_headings_do_not() -> None:
    old = [
        Scene("1-A", "1", "INT. A", gist=("bone", "dog")),
        Scene("2-B", "2", "INT. A", gist=("cat", "fish")),
    ]
    by_words = match_scenes(old, [scene("9", "EXT. ELSEWHERE", words="cat fish")])
    assert by_words.pairs == {0: ("2-B", "words")}
    unsure = match_scenes(old, [scene("1", "INT. A", words="rain")])
    assert [(one.place, one.may_be) for one in unsure.unsure] == [(1, ("1-A", "2-B"))]
    told = match_scenes(old, [scene("1", "INT. A", words="rain")], told={1: "2-B"})
    assert (told.pairs, told.gone) == ({0: ("2-B", "told")}, ("1-A",))
    assert match_scenes(old, [scene("1", "INT. A", words="rain")], told={1: "new"}).pairs == {}
    twice = match_scenes(old[:1], [scene("8", "X", words="bone dog"), scene("9", "Y", words="bone dog")])
    assert (twice.pairs, len(twice.unsure)) == ({}, 2)
    with pytest.raises(BoardInvalid, match="no scene 7"):
        match_scenes(old, [], told={7: "new"})


def test_pictures_without_a_key_are_known_by_their_name_or_their_picture() -> None:
    def folder(*panels: FoundPanel) -> Imported:
        return imported(
            FoundScene("", "", "boards", shots=(FoundShot("SH010", panels, "SH010"),)), form="images"
        )

    one, two = panel("", "a", expected="1.png"), panel("", "b", expected="2.png")
    board = plan_import(None, folder(one, two), known()).board
    redrawn = plan_import(board, folder(replace(one, layers=panel("", "c").layers), two), known())
    assert [change.sort for change in redrawn.changes] == ["picture"]
    renamed = plan_import(board, folder(replace(one, expected="first.png"), two), known())
    assert renamed.changes == ()
    assert renamed.board.panels[0].uid == board.panels[0].uid
    fewer = plan_import(board, folder(two), known())
    assert (fewer.changes, len(fewer.board.panels)) == ((), 2)  # a folder may be a part of all pictures


def test_a_shot_keeps_its_code_and_a_new_one_takes_none_that_is_there() -> None:
    board = plan(None, *FIRST, codes=frozenset({"SC01_SH010"})).board
    assert [shot.code for shot in board.shots] == ["SC01_SH011", "SC01_SH020", "SC02_SH010"]
    before = scene("1", "INT. A", panel("NEW01", "d"), panel("AAAA1"), panel("AAAA2", "b"), key="1-AAAAA")
    made = plan(board, before, FIRST[1], codes=frozenset(shot.code for shot in board.shots))
    codes = {
        one.uid: next(shot.code for shot in made.board.shots if shot.id == one.shot)
        for one in made.board.panels
    }
    assert codes == {
        "NEW01": "SC01_SH010",
        "AAAA1": "SC01_SH011",
        "AAAA2": "SC01_SH020",
        "BBBB1": "SC02_SH010",
    }


def test_rates_that_differ_are_said_and_seconds_are_kept() -> None:
    told = replace(imported(*FIRST), rate=Fraction(25))
    made = plan_import(None, told, known())
    assert "25 frames a second" in made.said[0]
    assert [one.frames for one in made.board.panels] == [24, 24, 24]


def test_a_board_and_a_script_are_bytes_and_back(tmp_path: Path) -> None:
    read = read_board(write_project(tmp_path / "p"))
    board = plan_import(None, read, known()).board
    assert read_board_document(board_bytes(board)) == board
    assert board_hash(board) == board_hash(read_board_document(board_bytes(board)))
    assert read.script is not None
    assert read_script_document(script_bytes(read.script)) == replace(read.script, warnings=())
    for wrong in (b"{", b'{"board":{},"v":2}', b'{"board":{},"v":1}', script_bytes(read.script)):
        with pytest.raises(BoardUnreadable):
            read_board_document(wrong)
