"""The verbs for notes, as typed: list the open ones, take them along as a file."""

import json
from pathlib import Path

import pytest

from .flagged import flagged_floor
from .terminal import Terminal

pytestmark = pytest.mark.e2e


@pytest.fixture
def floor(tmp_path: Path) -> Terminal:
    return flagged_floor(tmp_path)


def test_open_notes_are_listed_and_all_are_exported(floor: Terminal, tmp_path: Path) -> None:
    floor.run("note", "add", "SH010", "Too dark", "--frames", "3-5", "--as", "Ana")
    floor.run("note", "add", "SH010", "And silent", "--severity", "fyi", "--as", "Ana")
    first, second = floor.json("note", "list", "SH010", "--as", "Ana")
    floor.run("note", "resolve", first["id"], "waive", "--as", "Ana")
    assert [one["id"] for one in floor.json("note", "list", "SH010", "--open", "--as", "Ana")] == [
        second["id"]
    ]
    assert "Too dark" not in floor.run("note", "list", "SH010", "--open", "--as", "Ana")

    paper, film = tmp_path / "notes.pdf", tmp_path / "notes.otio"
    told = floor.json("note", "export", "SH010", "--to", str(paper), "--as", "Nia")
    assert told == {"path": str(paper), "form": "pdf", "take": 1, "notes": 2}
    assert paper.read_bytes().startswith(b"%PDF-")
    assert "are in" in floor.run("note", "export", "SH010", "--take", "1", "--to", str(film), "--as", "Nia")
    (clip,) = json.loads(film.read_text("utf-8"))["tracks"]["children"][0]["children"]
    assert [one["comment"] for one in clip["markers"]] == ["Ana: Too dark"]
    assert Path(clip["media_references"]["DEFAULT_MEDIA"]["target_url"]).is_file()

    assert "otio, pdf" in floor.run("note", "export", "SH010", "--to", "x.docx", "--as", "Nia", code=2)
    nowhere = str(tmp_path / "none" / "x.pdf")
    assert "cannot be written" in floor.run(
        "note", "export", "SH010", "--to", nowhere, "--as", "Nia", code=75
    )
