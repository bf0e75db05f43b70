"""The verbs for the board of panels, as typed, on a real studio folder."""

import json
import wave
from fractions import Fraction
from pathlib import Path

import pytest
from tests.boards import board, png, write_pictures, write_project, write_storyboarder

from circletake.cut.conform import KnownTake
from circletake.cut.form import Leaving
from circletake.cut.timelines import forms, write_timeline
from circletake.domain.cut import CutVersion, Slot
from circletake.media.probe import probe

from .terminal import Terminal

pytestmark = pytest.mark.e2e

PASSWORD = "a red bicycle\n"  # noqa: S105 (of somebody who lives for one test)


def write_wav(path: Path, *, seconds: int) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\x10\x20" * 8000 * seconds)


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


def test_the_board_becomes_an_animatic_to_the_frame_with_its_cameras_and_its_sound(tmp_path: Path) -> None:
    ana = studio(tmp_path)
    boards = [
        board("BBBB1", duration=1000, audio={"filename": "a.wav"}),
        board("BBBB2", duration=500),
        board("BBBB3", duration=250),
    ]
    path = write_storyboarder(tmp_path / "b", boards)
    (tmp_path / "b" / "images" / "board-1-BBBB3.png").unlink()
    write_wav(tmp_path / "b" / "images" / "a.wav", seconds=3)
    ana.run("board", "import", str(path), "--take")
    ana.run("board", "edit", "BBBB2", "--to", "25,25,50,50", "--ease", "out", "--hold", "2")
    assert "is no rectangle" in ana.run("board", "edit", "BBBB2", "--to", "1,2", code=2)
    assert "outside the picture" in ana.run("board", "edit", "BBBB2", "--to", "60,60,50,50", code=2)
    assert "no panel XXXXX" in ana.run("board", "edit", "XXXXX", "--frames", "3", code=3)

    film = tmp_path / "animatic.mp4"
    ana.run("board", "animatic", str(film))
    told = probe(film)
    # 24 + 12 + 6 frames of panels; the sound goes on for 3 s, and the last picture with it
    assert (told.n_frames, told.rate, told.width_px, told.height_px) == (72, Fraction(24), 96, 64)
    assert told.audio is not None
    again = ana.json("board", "animatic")
    ana.run("board", "edit", "BBBB1", "--dialogue", "Woof.")
    assert ana.json("board", "animatic")["content"] == again["content"]  # words are not seen

    part = tmp_path / "part.mp4"
    ana.run("board", "animatic", str(part), "--shot", "SH020")
    assert probe(part).n_frames == 12
    assert "no scene or shot SH999" in ana.run("board", "animatic", "--shot", "SH999", code=2)


@pytest.mark.parametrize("ending", ["otio", "xml", "edl"])
def test_an_edited_timeline_comes_home_as_proposals(tmp_path: Path, ending: str) -> None:
    ana = studio(tmp_path)
    ana.run("board", "import", str(write_project(tmp_path / "project")), "--take")
    out = tmp_path / f"cut.{ending}"
    ana.run("board", "export", str(out))
    assert sorted(one.name for one in (tmp_path / "cut-panels").iterdir()) == [
        "P010-AAAA1.png", "P020-AAAA2.png", "P030-AAAA3.png",
    ]  # fmt: skip
    assert "There is nothing to answer" in ana.run("board", "conform", str(out))

    # an editor's work: the second panel before the first, the third gone
    rate, form = Fraction(24), forms()["fcp7" if ending == "xml" else ending]
    assert form.read is not None
    pieces = [
        piece for track in form.read(out, rate).tracks if track.kind == "picture" for piece in track.pieces
    ]
    takes = {
        f"{n}" * 64: KnownTake(f"{n}" * 64, piece.name, piece.name, 999) for n, piece in enumerate(pieces)
    }
    slots = [Slot(piece.ours.slot or "", piece.name, 20 + n, f"{n}" * 64) for n, piece in enumerate(pieces)]
    cut = CutVersion("pr_x", 1, rate, 96, 64, (slots[1], slots[0]))
    out.write_bytes(write_timeline(Leaving(cut, takes, {}), out.name).data)

    said = ana.json("board", "conform", str(out))
    assert sorted((one["sort"], one["panel"]) for one in said["proposals"]) == [
        ("remove", "AAAA3"), ("reorder", "AAAA2"), ("retime", "AAAA1"), ("retime", "AAAA2"),
    ]  # fmt: skip
    assert ana.json("board", "conform", str(out)) == said
    ids = {one["sort"]: one["id"] for one in said["proposals"] if one["panel"] != "AAAA1"}
    refused = ana.json("board", "answer", ids["remove"], "--refuse", "--why", "we need it")
    assert [(one["state"], one["reason"]) for one in refused["proposals"] if one["sort"] == "remove"] == [
        ("refused", "we need it")
    ]
    ana.run("board", "answer", ids["reorder"], "--take")
    assert "answered already" in ana.run("board", "answer", ids["reorder"], "--refuse", code=5)
    taken = ana.json("board", "answer", "--all", "--take")
    assert {one["state"] for one in taken["proposals"]} == {"taken", "refused"}
    shown = ana.json("board", "show")
    assert [(one["uid"], one["frames"]) for one in shown["panels"]] == [
        ("AAAA2", 21),
        ("AAAA1", 20),
        ("AAAA3", 48),
    ]
    # what people changed stands until the file says something new
    assert ana.json("board", "import", str(tmp_path / "project"), "--take")["changes"] == []
    ana.run("book", "replay")
