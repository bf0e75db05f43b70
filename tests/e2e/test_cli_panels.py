"""The verbs for the board of panels, as typed, on a real studio folder."""

import json
from pathlib import Path

import pytest
from tests.boards import board, png, write_pictures, write_project, write_storyboarder

from .terminal import Terminal

pytestmark = pytest.mark.e2e

PASSWORD = "a red bicycle\n"  # noqa: S105 (of somebody who lives for one test)


def studio(folder: Path) -> Terminal:
    ana = Terminal(studio=folder / "studio", home=folder / "home")
    told = ("--person", "Ana", "--password-stdin", "-p", "spring", "--size", "96x64")
    ana.run("new", str(ana.studio), *told, stdin=PASSWORD)
    return ana


def test_a_project_comes_in_once_and_what_changed_comes_in_again(tmp_path: Path) -> None:
    ana = studio(tmp_path)
    project = write_project(tmp_path / "project")

    said = ana.run("board", "import", str(project))
    assert "1 scene, 1 new; 3 panels, 3 new." in said
    assert "with --take it is" in said
    assert "There is no board yet" in ana.run("board", "show", code=3)

    taken = ana.json("board", "import", str(project), "--take")
    assert (taken["taken"], taken["number"]) == (True, 1)
    shown = ana.json("board", "show")
    assert [
        (one["uid"], one["shot"], one["start"], one["frames"], one["state"]) for one in shown["panels"]
    ] == [
        ("AAAA1", "SC02_SH010", 0, 24, "review"),
        ("AAAA2", "SC02_SH010", 24, 36, "review"),
        ("AAAA3", "SC02_SH020", 60, 48, "review"),
    ]
    again = ana.json("board", "import", str(project), "--take")
    assert (again["taken"], again["changes"], again["number"]) == (False, [], 1)
    assert "SC02_SH010" in ana.run("board")  # the board of statuses is still what it was
    takes = ana.json("take", "list", "SC02_SH010", "--stage", "storyboard")["takes"]
    assert [take["label"] for take in takes] == ["panel AAAA1", "panel AAAA2"]

    scene = next((project / "storyboards").iterdir())
    (scene / "images" / "board-1-AAAA2.png").write_bytes(png(200))
    file = next(scene.glob("*.storyboarder"))
    told = json.loads(file.read_text())
    told["boards"][2]["duration"] = 1000
    told["boards"].insert(2, board("AAAA4", duration=500))
    (scene / "images" / "board-1-AAAA4.png").write_bytes(png(90))
    file.write_text(json.dumps(told))
    changed = ana.json("board", "import", str(project), "--take")
    assert sorted((one["sort"], one["what"]) for one in changed["changes"]) == [
        ("panel_new", "AAAA4"), ("picture", "AAAA2"), ("timing", "AAAA3"),
    ]  # fmt: skip
    assert [one["uid"] for one in ana.json("board", "show")["panels"]] == ["AAAA1", "AAAA2", "AAAA4", "AAAA3"]
    assert ana.json("board", "show", "--version", "1")["panels"] == shown["panels"]

    cover = ana.json("board", "coverage")
    assert [(row["shot"], row["panels"], row["state"]) for row in cover["rows"]] == [
        ("SC02_SH010", 3, "panel"), ("SC02_SH020", 1, "panel"),
    ]  # fmt: skip
    ana.run("book", "verify")
    ana.run("book", "replay")


def test_pictures_whose_name_says_no_shot_are_asked_about_and_a_bad_one_is_named(tmp_path: Path) -> None:
    ana = studio(tmp_path)
    folder = write_pictures(tmp_path / "pictures", ["SH010_1.png", "SH010_2.png", "7.png"])
    (folder / "SH010_2.png").write_bytes(b"no picture")
    assert "7.png says no shot" in ana.run("board", "import", str(folder))
    assert "says no shot" in ana.run("board", "import", str(folder), "--take", code=1)
    taken = ana.json("board", "import", str(folder), "--take", "--shot", "SH020")
    assert any("has no picture" in said for said in taken["said"])
    assert [(one["shot"], one["picture"] is None) for one in ana.json("board", "show")["panels"]] == [
        ("SH010", False), ("SH010", True), ("SH020", False),
    ]  # fmt: skip
    assert "is no script and no board" in ana.run("board", "import", str(folder / "7.png"), code=2)
    assert "says no scene" in ana.run("board", "import", str(folder), "--match", "x", code=2)


def test_a_scene_that_could_be_two_is_a_person_s_to_say(tmp_path: Path) -> None:
    ana = studio(tmp_path)
    script = tmp_path / "a.fountain"
    script.write_text("INT. A\n\nOne dog.\n\nINT. A\n\nOne dog.\n", "utf-8")
    ana.run("board", "import", str(script), "--take")
    script.write_text("INT. A\n\nOne dog.\n", "utf-8")
    problem = ana.json("board", "import", str(script), "--take", code=1)
    assert problem["code"] == "match-unsure"
    first = ana.json("board", "show")["scenes"][0]["id"]
    taken = ana.json("board", "import", str(script), "--take", "--match", f"1={first}", "--drop")
    assert [one["sort"] for one in taken["changes"]] == ["scene_gone", "script"]
    assert "1 scenes have no shot yet" in ana.run("board", "show")
    assert ana.json("board", "coverage")["rows"] == []


def test_drawings_are_laid_over_one_another(tmp_path: Path) -> None:
    ana = studio(tmp_path)
    layers = {"fill": {"url": "fill.png"}, "reference": {"url": "reference.png", "opacity": 0.5}}
    path = write_storyboarder(tmp_path / "b", [board("BBBB1", layers=layers)])
    (tmp_path / "b" / "images" / "board-1-BBBB1.png").unlink()
    (tmp_path / "b" / "images" / "fill.png").write_bytes(png(0, 16, 9))
    (tmp_path / "b" / "images" / "reference.png").write_bytes(png(0))
    ana.run("board", "import", str(path), "--take")
    take = ana.json("take", "list", "SH010", "--stage", "storyboard")["takes"][0]
    assert (take["width_px"], take["height_px"]) == (32, 18)
