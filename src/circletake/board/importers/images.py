"""A folder of pictures: their order is that of people, and a picture's name gives its shot."""

import re
from itertools import groupby
from pathlib import Path

from circletake.board.imported import FoundLayer, FoundPanel, FoundScene, FoundShot, Imported, Importer
from circletake.board.script import Warned
from circletake.domain.entity import checked_entity_code
from circletake.errors import BoardUnreadable, NameInvalid

_ENDINGS = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp")
_MOST_FILES = 20_000
_PARTED = re.compile(r"(?P<shot>.*[A-Za-z].*?)(?:[ _.-]+(?:p|panel|board)?[ _.-]*(?P<n>\d{1,4}))?")
_DIGITS = re.compile(r"(\d+)")


def claims(path: Path) -> bool:
    """A folder in which pictures lie, and no board of another program."""
    return path.is_dir() and any(_is_picture(one) for one in path.iterdir())


def read(path: Path) -> Imported:
    """Read the folder; what lies in folders inside is left alone.

    Raises:
        BoardUnreadable: there are impossibly many.
    """
    files = [one for one in path.iterdir() if _is_picture(one)]
    if len(files) > _MOST_FILES:
        raise BoardUnreadable(
            f"There are over {_MOST_FILES:,} pictures in {path.name}; import a part of them."
        )
    files.sort(key=lambda one: natural(one.name))
    named = [(file, shot_of(file.stem)) for file in files]
    asks = tuple(file.name for file, code in named if not code)
    shots = tuple(
        FoundShot(code, tuple(_panel(file) for file, _ in some), code)
        for code, some in groupby((one for one in named if one[1]), key=lambda one: one[1])
    )
    merged: dict[str, FoundShot] = {}
    warnings: list[Warned] = []
    for shot in shots:
        before = merged.get(shot.code)
        if before is not None:
            warnings.append(Warned(f"Pictures of {shot.code} do not lie together; they are put in one shot."))
        panels = (*before.panels, *shot.panels) if before else shot.panels
        merged[shot.code] = FoundShot(shot.code, panels, shot.code)
    unnamed = tuple(_panel(file) for file, code in named if not code)
    if unnamed:
        merged[""] = FoundShot("", unnamed)
    scene = FoundScene("", "", path.name, shots=tuple(merged.values()))
    return Imported("images", (scene,), warnings=tuple(warnings), asks=asks, has_panels=True)


def _is_picture(path: Path) -> bool:
    hidden = path.name.startswith(".")
    return not hidden and path.name.lower().endswith(_ENDINGS) and path.is_file()


def _panel(file: Path) -> FoundPanel:
    return FoundPanel(key="", layers=(FoundLayer("picture", file),), expected=file.name)


def natural(name: str) -> list[tuple[int, int, str]]:
    """What names are put in order by, so that 2 stands before 10.

    >>> sorted(["b10", "b2", "B1"], key=natural)
    ['B1', 'b2', 'b10']
    """
    parts = _DIGITS.split(name.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


def shot_of(stem: str) -> str:
    """The shot that a picture's name gives, or nothing where it gives none.

    >>> shot_of("SH010_02"), shot_of("SH010"), shot_of("017"), shot_of("SC02_SH010 panel 3")
    ('SH010', 'SH010', '', 'SC02_SH010')
    """
    match = _PARTED.fullmatch(stem)
    code = match["shot"].strip(" _.-").replace(" ", "_") if match else ""
    try:
        return checked_entity_code(code)
    except NameInvalid:
        return ""


importer = Importer("a folder of pictures", (), claims, read)
