"""One suite over every importer, and what each alone has to get right."""

import contextlib
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from tests.boards import FDX, FOUNTAIN, SCENE, SLUG, board, write_pictures, write_project, write_storyboarder

from circletake.board.imported import Imported
from circletake.board.panels import number_of
from circletake.board.read import importers, read_board
from circletake.domain.board import frames_of
from circletake.errors import BoardUnreadable, NotFound


def fountain(folder: Path) -> Path:
    (folder / "a.fountain").write_text(FOUNTAIN, "utf-8")
    return folder / "a.fountain"


def final_draft(folder: Path) -> Path:
    (folder / "a.fdx").write_text(FDX, "utf-8")
    return folder / "a.fdx"


def storyboarder(folder: Path) -> Path:
    return write_project(folder / "project")


def storyboarder_of_final_draft(folder: Path) -> Path:
    return write_project(folder / "project", script=FDX, name="place.fdx")


def images(folder: Path) -> Path:
    return write_pictures(folder / "pictures", ["SC02_SH010_1.png", "SC02_SH010_2.png", "SC02_SH020.png"])


MAKERS: dict[str, Callable[[Path], Path]] = {
    "fdx": final_draft, "fountain": fountain, "images": images, "storyboarder": storyboarder,
}  # fmt: skip


def test_every_importer_is_tested() -> None:
    assert set(importers()) == set(MAKERS)


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_an_importer_claims_its_own_and_reads_it_alike_twice(name: str, tmp_path: Path) -> None:
    path = MAKERS[name](tmp_path)
    assert [key for key, one in importers().items() if one.claims(path)] == [name]
    first = read_board(path)
    assert (first, first.form) == (read_board(path), name)
    assert first.has_panels == bool(first.panels)
    assert importers()[name].label


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_an_importer_that_is_given_rubbish_says_so_in_our_words(name: str, tmp_path: Path) -> None:
    path = MAKERS[name](tmp_path)
    files = [one for one in path.rglob("*") if one.is_file()] if path.is_dir() else [path]
    for file in files:
        if file.suffix != ".png":
            file.write_bytes(b"\xff\xfe{<" * 50)
    with contextlib.suppress(BoardUnreadable):
        assert isinstance(read_board(path), Imported)


@pytest.mark.parametrize("make", [fountain, final_draft, storyboarder, storyboarder_of_final_draft])
def test_one_scene_in_four_forms_is_one_scene(make: Callable[[Path], Path], tmp_path: Path) -> None:
    found = read_board(make(tmp_path))
    assert [(one.id, one.number, one.slugline) for one in found.scenes] == [(SCENE, "2", SLUG)]
    assert found.scenes[0].gist == ("dog", "looks", "the", "up", "woof")


def test_what_nobody_reads_is_refused_with_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello", "utf-8")
    with pytest.raises(BoardUnreadable, match="Final Draft, Fountain, a folder of pictures, Storyboarder"):
        read_board(tmp_path / "a.txt")
    with pytest.raises(NotFound):
        read_board(tmp_path / "none.fountain")


# Storyboarder


def test_shots_begin_where_the_file_says_or_with_each_board(tmp_path: Path) -> None:
    found = read_board(storyboarder(tmp_path)).scenes[0]
    assert [[panel.key for panel in shot.panels] for shot in found.shots] == [["AAAA1", "AAAA2"], ["AAAA3"]]
    plain = read_board(write_storyboarder(tmp_path / "b", [board("BBBB1"), board("BBBB2")])).scenes[0]
    assert [shot.label for shot in plain.shots] == ["1", "2"]


def test_numbers_may_be_text_and_time_is_not_asked(tmp_path: Path) -> None:
    boards = [board("BBBB1", duration="500", time=99999), board("BBBB2"), board("BBBB3", duration="soon")]
    found = read_board(write_storyboarder(tmp_path, boards, defaultBoardTiming="2001", fps=23.976))
    assert [panel.length_ms for panel in found.panels] == [500, 2001, 2001]
    assert found.rate == Fraction(24000, 1001)
    assert "the length of BBBB3" in found.warnings[0].sentence
    strange: list[object] = [float("inf"), None, [], " 7 ", "1e9"]
    assert [number_of(value) for value in strange] == [
        None,
        None,
        None,
        7,
        None,
    ]


def test_layers_are_in_their_order_and_notes_lie_apart(tmp_path: Path) -> None:
    names = ("notes", "ink", "reference", "pencil", "shot-generator", "fill", "tone")
    layers = {name: {"url": f"{name}.png"} | ({"opacity": "0.5"} if name == "tone" else {}) for name in names}
    path = write_storyboarder(tmp_path, [board("BBBB1", layers=layers)])
    (tmp_path / "images" / "board-1-BBBB1.png").rename(tmp_path / "images" / "ink.png")
    for name in names:
        (tmp_path / "images" / f"{name}.png").write_bytes((tmp_path / "images" / "ink.png").read_bytes())
    (panel,) = read_board(path).panels
    assert [(one.name, one.opacity, one.is_apart) for one in panel.layers] == [
        ("shot-generator", 10_000, False), ("reference", 7_500, False), ("fill", 10_000, False),
        ("tone", 5_000, False), ("pencil", 10_000, False), ("ink", 10_000, False), ("notes", 10_000, True),
    ]  # fmt: skip


def test_a_picture_that_is_not_there_is_its_poster_or_said(tmp_path: Path) -> None:
    path = write_storyboarder(tmp_path, [board("BBBB1"), board("BBBB2")])
    images_folder = tmp_path / "images"
    (images_folder / "board-1-BBBB1.png").rename(images_folder / "board-1-BBBB1-posterframe.jpg")
    (images_folder / "board-1-BBBB2.png").unlink()
    found = read_board(path)
    assert [(panel.is_lossy, len(panel.layers), panel.expected) for panel in found.panels] == [
        (True, 1, "board-1-BBBB1.png"), (False, 0, "board-1-BBBB2.png"),
    ]  # fmt: skip
    assert any("“board-1-BBBB2.png” was expected" in warned.sentence for warned in found.warnings)


def test_only_what_the_json_names_is_taken_and_nothing_outside(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"x")
    path = write_storyboarder(tmp_path / "b", [board("BBBB1")])
    (tmp_path / "b" / "images" / "orphan.png").write_bytes(b"x")
    told = json.loads(path.read_text())
    told["boards"][0] |= {"url": "../../secret.png", "layers": {"ink": {"url": "/etc/hostname"}, "x": 3}}
    path.write_text(json.dumps(told))
    (panel,) = read_board(path).panels
    assert panel.layers == ()


def test_a_camera_of_three_dimensions_is_kept_as_decimals(tmp_path: Path) -> None:
    data = {"activeCamera": "c", "sceneObjects": {"c": {"fov": 34.5, "x": "1", "roll": None}}}
    found = read_board(
        write_storyboarder(tmp_path, [board("BBBB1", sg={"data": data}), board("BBBB2", sts=4)])
    )
    assert [panel.pose for panel in found.panels] == [(("fov", "34.500000"), ("x", "1.000000")), ()]


def test_a_sound_that_is_there_and_one_that_is_not(tmp_path: Path) -> None:
    boards = [
        board("BBBB1", audio={"filename": "a.wav", "duration": "1234.5"}),
        board("BBBB2", audio={"filename": "b"}),
    ]
    path = write_storyboarder(tmp_path, boards)
    (tmp_path / "images" / "a.wav").write_bytes(b"x")
    one, two = (panel.sounds[0] for panel in read_board(path).panels)
    assert (one.length_ms, one.path is not None, two.path) == (Fraction(2469, 2), True, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"boards": [\n{]}', "line 2, column 2"),
        ('{"boards": 3}', "lists no boards"),
        ("[]", "is no board"),
        ('{"boards": [], "fps": NaN}', "no board that can be read"),
        ("[" * 100_000, "no board that can be read"),
    ],
)
def test_a_board_that_cannot_be_read_says_where(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.storyboarder").write_text(text, "utf-8")
    with pytest.raises(BoardUnreadable, match=said):
        read_board(tmp_path / "a.storyboarder")


def test_a_project_is_read_past_a_board_that_is_broken(tmp_path: Path) -> None:
    project = storyboarder(tmp_path)
    write_storyboarder(project / "storyboards" / "Scene-9-X-9-ZZZZZ", [board("ZZZZ1")], name="x")
    (project / "storyboards" / "Scene-9-X-9-ZZZZZ" / "y.storyboarder").write_text("{", "utf-8")
    (project / "other.fdx").write_text("", "utf-8")
    found = read_board(project)
    assert [scene.id for scene in found.scenes] == [SCENE, "9-ZZZZZ"]
    said = " ".join(warned.sentence for warned in found.warnings)
    assert "y.storyboarder, line 1" in said
    assert "2 scripts" in said
    assert "stands in no scene" in said


# pictures


def test_pictures_are_in_the_order_of_people_and_their_names_give_the_shot(tmp_path: Path) -> None:
    names = ["SH020_10.png", "SH020_2.png", "SH010.png", "017.png", ".hidden.png", "readme.txt"]
    found = read_board(write_pictures(tmp_path / "p", names))
    shots = [(shot.code, [panel.expected for panel in shot.panels]) for shot in found.scenes[0].shots]
    assert shots == [
        ("SH010", ["SH010.png"]), ("SH020", ["SH020_2.png", "SH020_10.png"]), ("", ["017.png"]),
    ]  # fmt: skip
    assert found.asks == ("017.png",)


# frames


def test_lengths_become_frames_by_their_sums() -> None:
    third = [Fraction(1000, 3)] * 30
    assert sum(frames_of(third, Fraction(24000, 1001))) == 240
    assert frames_of([Fraction(1), Fraction(1)], Fraction(24)) == [1, 1]
