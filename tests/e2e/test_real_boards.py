"""Public scripts and boards of other programs, where `CIRCLETAKE_BOARDS` names a folder of them."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from circletake.board.fountain import read_fountain
from circletake.board.fountain_out import write_fountain
from circletake.board.read import read_board
from circletake.errors import BoardUnreadable

pytestmark = pytest.mark.e2e

FOLDER = os.environ.get("CIRCLETAKE_BOARDS", "")


def files() -> list[Path]:
    if not FOLDER:
        pytest.skip("CIRCLETAKE_BOARDS names no folder of public scripts and boards; nothing real was read")
    root = Path(FOLDER)
    found = [one for one in root.rglob("*") if one.suffix in {".fountain", ".fdx", ".storyboarder"}]
    assert found, f"there is no script and no board in {root}"
    return sorted({*found, *(one.parent.parent for one in root.rglob("storyboards/*") if one.is_dir())})


def test_every_public_script_and_board_is_read_or_refused_in_a_sentence() -> None:
    scenes = panels = refused = 0
    listed = files()
    for path in listed:
        try:
            found = read_board(path)
        except BoardUnreadable:
            if path.stat().st_size:
                raise
            refused += 1
            continue
        scenes += len(found.scenes)
        panels += len(found.panels)
    print(f"\n{len(listed)} files, {refused} of them empty: {scenes} scenes, {panels} panels")  # noqa: T201 (figures for whoever runs it)


def test_every_public_fountain_is_read_written_and_read_the_same() -> None:
    for path in [one for one in files() if one.suffix == ".fountain"]:
        script = read_fountain(path.read_bytes())
        again = read_fountain(write_fountain(script))
        bare = [[replace(one, line=0, lines=1) for one in told.elements] for told in (script, again)]
        assert bare[0] == bare[1], path
