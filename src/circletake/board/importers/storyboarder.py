"""Boards of Storyboarder: one file, or a project of a script and a folder for each of its scenes.

Source:
    Files of Storyboarder 0.7 to 3.0, as github.com/wonderunit/storyboarder tests them.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from circletake.board.imported import FoundScene, FoundShot, Imported, Importer, split_number, words_of
from circletake.board.panels import read_boards
from circletake.board.read_script import FOUNTAIN, is_script, read_script
from circletake.board.script import Warned
from circletake.errors import BoardUnreadable

_ENDING = ".storyboarder"
_FOLDER = re.compile(r"(?:Scene-[^-]*-)?(?P<slug>.*?)-?(?P<id>[^-]+-[0-9A-Z]{5})")


def claims(path: Path) -> bool:
    """Such a file, a folder with one, or a project."""
    if path.is_file():
        return path.name.lower().endswith(_ENDING)
    return path.is_dir() and any(_boards_in(path))


def _boards_in(folder: Path) -> Iterator[Path]:
    yield from sorted(one for one in folder.glob("*") if one.name.lower().endswith(_ENDING) and one.is_file())
    yield from sorted(
        one for one in folder.glob("storyboards/*/*") if one.name.lower().endswith(_ENDING) and one.is_file()
    )


def read(path: Path) -> Imported:
    """Read a board or a project; a board of it that cannot be read is named, and the rest is read.

    Raises:
        BoardUnreadable: nothing in it can be read.
    """
    if path.is_file():
        return _one(path)
    found: list[Imported] = []
    warnings: list[Warned] = []
    for board in _boards_in(path):
        try:
            found.append(_one(board))
        except BoardUnreadable as broken:
            warnings.append(Warned(broken.message))
    told = _script(path, warnings)
    if not found and told is None:
        raise BoardUnreadable(f"Nothing in {path.name} can be read: {' '.join(one.text for one in warnings)}")
    for one in found:
        warnings += one.warnings
    rates = sorted({board.rate for board in found if board.rate})
    if len(rates) > 1:
        warnings.append(
            Warned("The boards of this project count at different rates; their lengths in seconds are kept.")
        )
    drawn = [scene for board in found for scene in board.scenes]
    joined, left = _joined(list(told.scenes) if told else [], drawn)
    if told is not None:
        warnings += (
            Warned(f"The board “{scene.slugline}” stands in no scene of the script.") for scene in left
        )
    return Imported(
        "storyboarder",
        (*joined, *left),
        told.script if told else None,
        rate=rates[0] if len(rates) == 1 else None,
        warnings=tuple(warnings),
        has_panels=True,
    )


def _script(folder: Path, warnings: list[Warned]) -> Imported | None:
    """The project's script, Fountain before Final Draft, or None where there is none that can be read."""
    scripts = sorted(
        (one for one in folder.iterdir() if is_script(one)),
        key=lambda one: (not is_script(one, FOUNTAIN), one),
    )
    if len(scripts) > 1:
        warnings.append(Warned(f"There are {len(scripts)} scripts here; {scripts[0].name} was read."))
    if not scripts:
        return None
    try:
        told = read_script(scripts[0])
    except BoardUnreadable as broken:
        warnings.append(Warned(broken.message, file=scripts[0].name))
        return None
    warnings += (replace(one, file=scripts[0].name) for one in told.warnings)
    return told


def _joined(scenes: list[FoundScene], drawn: list[FoundScene]) -> tuple[list[FoundScene], list[FoundScene]]:
    """Scenes of the script with the shots of their boards, and boards that are no scene's."""
    by_id = {scene.id: scene for scene in drawn if scene.id}
    joined = [replace(scene, shots=by_id[scene.id].shots) if scene.id in by_id else scene for scene in scenes]
    known = {scene.id for scene in scenes if scene.id}
    return joined, [scene for scene in drawn if scene.id not in known]


def _one(path: Path) -> Imported:
    boards = read_boards(path)
    match = _FOLDER.fullmatch(path.parent.name) or _FOLDER.fullmatch(path.stem)
    scene_id = match["id"] if match else ""
    slug = (match["slug"].replace("-", " ").strip() if match else "") or path.stem
    gist = words_of(text for panel in boards.panels for text in (panel.action, panel.dialogue))
    shots = tuple(FoundShot(label, panels) for label, panels in boards.shots)
    scene = FoundScene(scene_id, split_number(scene_id)[0], slug, gist=gist, shots=shots)
    return Imported("storyboarder", (scene,), rate=boards.rate, warnings=boards.warnings, has_panels=True)


importer = Importer("Storyboarder", (_ENDING,), claims, read)
