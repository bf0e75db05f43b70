"""The verbs for dailies, as typed: made, ordered, started, archived, and who did what."""

from pathlib import Path

import pytest

from .conftest import draw_film
from .terminal import Terminal

pytestmark = pytest.mark.e2e
PASSWORD = "a red bicycle\n"  # noqa: S105 (of somebody who lives for one test)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    made = Terminal(studio=tmp_path / "studio", home=tmp_path / "home")
    made.run("new", str(made.studio), "--person", "Ana", "--password-stdin", "-p", "spring", stdin=PASSWORD)
    draw_film(tmp_path / "square.mp4")
    for code in ("SH010", "SH020"):
        made.run("shot", "add", code, "--frames", "12", "--as", "Ana")
        made.run("take", "add", code, str(tmp_path / "square.mp4"), "--no-wait", "--as", "Ana")
    return made


def test_a_playlist_from_its_making_to_its_archive(terminal: Terminal, tmp_path: Path) -> None:
    assert terminal.run("dailies", "make", "Nothing", code=2)
    made = terminal.json("dailies", "make", "Monday", "--shot", "SH010", "--shot", "SH020:1", "--for", "lead")
    assert [(one["code"], one["number"]) for one in made["entries"]] == [("SH010", 1), ("SH020", 1)]
    first, second = (one["id"][-8:] for one in made["entries"])
    moved = terminal.json("dailies", "move", "monday", second, "--after", "first")
    assert [one["code"] for one in moved["entries"]] == ["SH020", "SH010"]
    more = terminal.json("dailies", "add", "Monday", "--shot", "SH010", "--after", second)
    assert [one["code"] for one in more["entries"]] == ["SH020", "SH010", "SH010"]
    left = terminal.json("dailies", "remove", "Monday", more["entries"][1]["id"])
    assert [one["code"] for one in left["entries"]] == ["SH020", "SH010"]
    assert "keeps at least one" not in terminal.run("dailies", "remove", "Monday", first)
    assert "archive it" in terminal.run("dailies", "remove", "Monday", second, code=1)
    started = terminal.json("dailies", "start", "Monday")
    terminal.run("dailies", "take-in", "Monday", code=3)
    newer = tmp_path / "newer.mp4"
    newer.write_bytes((tmp_path / "square.mp4").read_bytes() + b"\0\0\0\x08free")
    terminal.run("take", "add", "SH020", str(newer), "--no-wait")
    shown = terminal.run("dailies", "show", "Monday")
    assert "SH020" in shown
    assert started["screenings"][0]["id"] in shown
    then = terminal.json("dailies", "show", "Monday", "--screening", started["screenings"][0]["id"])
    assert [(one["code"], one["number"], one["newer"]["number"]) for one in then["entries"]] == [
        ("SH020", 1, 2)
    ]
    (entry,) = terminal.json("dailies", "take-in", "Monday")["entries"]
    assert (entry["number"], entry["newer"]) == (2, None)
    renamed = terminal.json("dailies", "rename", "Monday", "Tuesday")
    assert (renamed["label"], renamed["text"]) == ("Tuesday", "lead")
    terminal.run("dailies", "archive", "Tuesday")
    assert terminal.json("dailies", "list") == []
    assert "archived" in terminal.run("dailies", "list", "--archived")
    terminal.run("dailies", "restore", "Tuesday")
    assert [one["label"] for one in terminal.json("dailies", "list")] == ["Tuesday"]
    assert "started it with SH020 take 1" in terminal.run("dailies", "acts", "Tuesday")
    terminal.run("dailies", "show", "None such", code=3)
    terminal.run("dailies", "remove", "Tuesday", "ffffffff", code=3)
    terminal.run("dailies", "make", "x", "--shot", "SH010:x", code=2)
    assert terminal.json("book", "verify")["holds"]
    assert terminal.json("book", "replay")["holds"]


def test_what_waits_for_somebody_is_put_in_at_once(terminal: Terminal) -> None:
    terminal.run("dailies", "make", "Mine", "--waiting", code=2)
    terminal.run("person", "role", "Ana", "lead")
    made = terminal.json("dailies", "make", "Mine", "--waiting")
    assert [one["code"] for one in made["entries"]] == ["SH010", "SH020"]
