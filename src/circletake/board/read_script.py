"""Read a script, whichever of the two forms it has."""

from pathlib import Path

from circletake.board.fdx import read_fdx
from circletake.board.fountain import check_size, read_fountain
from circletake.board.imported import MOST_BYTES, Imported, scene_of

FOUNTAIN = (".fountain", ".spmd")
FDX = (".fdx",)


def is_script(path: Path, endings: tuple[str, ...] = FOUNTAIN + FDX) -> bool:
    """Whether a file says by its ending that it is one."""
    return path.name.lower().endswith(endings) and path.is_file()


def read_script(path: Path) -> Imported:
    """Read a script and its scenes.

    Raises:
        BoardUnreadable: it is larger than any script, or not of the form that its ending says.
    """
    check_size(path.stat().st_size, MOST_BYTES)
    data = path.read_bytes()
    script = read_fdx(data) if is_script(path, FDX) else read_fountain(data)
    scenes = tuple(scene_of(heading, under) for heading, under in script.scenes())
    return Imported(script.form, scenes, script, warnings=script.warnings)
