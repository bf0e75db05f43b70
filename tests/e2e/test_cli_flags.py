"""The verbs for flags, as typed: list them, call them right or wrong, take that back, see who is noisy."""

import subprocess
import sys
from pathlib import Path

import pytest

from .flagged import flagged_floor
from .terminal import Terminal

pytestmark = pytest.mark.e2e


@pytest.fixture
def floor(tmp_path: Path) -> Terminal:
    return flagged_floor(tmp_path)


def test_a_flag_is_called_wrong_from_the_terminal_and_that_is_taken_back(floor: Terminal) -> None:
    (flag, *_) = floor.json("flag", "list", "SH010", "--as", "Ana")
    assert (flag["label"], flag["calls"], flag["mine"]) == ("black", [], "")
    assert "black" in floor.run("flag", "list", "SH010", "--as", "Ana")
    assert "Nobody said of a flag" in floor.run("flag", "trust", "--as", "Ana")

    said = floor.run("flag", "wrong", "SH010", "1", "--note", "Night, as written.", "--as", "Ana")
    assert said.startswith("Called wrong: black, frames 0–")
    assert "Ana: wrong" in floor.run("flag", "list", "SH010", "--as", "Nia")
    (told,) = floor.json("flag", "trust", "--as", "Nia")
    assert (told["check"], told["label"], told["wrong"], told["quiet"]) == ("technical", "black", 1, False)
    assert "black" in floor.run("flag", "trust", "--as", "Ana")

    assert floor.json("flag", "right", "SH010", "1", "--as", "Ana")["mine"] == "right"
    assert "withdrawn" in floor.run("flag", "withdraw", "SH010", "1", "--as", "Ana")
    floor.run("flag", "withdraw", "SH010", "1", "--as", "Ana", code=5)
    assert floor.json("flag", "trust", "--as", "Ana") == []

    assert "you need one of these roles" in floor.run("flag", "wrong", "SH010", "1", "--as", "Nia", code=4)
    assert "flag list SH010" in floor.run("flag", "wrong", "SH010", "99", "--as", "Ana", code=3)
    assert floor.json("book", "replay")["holds"]
    assert floor.json("book", "verify")["holds"]


def test_a_book_with_calls_on_flags_verifies_offline(floor: Terminal, tmp_path: Path) -> None:
    floor.run("flag", "wrong", "SH010", "1", "--note", "Night, as written.", "--as", "Ana")
    folder = tmp_path / "record"
    floor.run("book", "export", str(folder))
    words = (folder / "entries.jsonl").read_text("utf-8")
    assert '"kind":"flag_call"' in words
    assert "Night" not in words, "what was written is committed to, not told"
    done = subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py"), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
