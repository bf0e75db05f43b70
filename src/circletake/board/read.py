"""Read whatever is given: the importer is known by the file or the folder."""

from pathlib import Path

from circletake.board.imported import FAMILY, Imported, Importer
from circletake.errors import BoardUnreadable, NotFound
from circletake.plugins import find_members

# A folder of another program's board also holds pictures.
_LAST = "images"


def importers() -> dict[str, Importer]:
    """Every importer by name."""
    found = find_members(FAMILY, "importer")
    return {name: member for name, member in found.items() if isinstance(member, Importer)}


def read_board(path: Path) -> Imported:
    """Read a script, a board, a project or a folder of pictures.

    Raises:
        NotFound: there is no such file or folder.
        BoardUnreadable: nobody can read it; says where, as far as a file has lines.
    """
    if not path.exists():
        raise NotFound(f"{path} cannot be read: there is no such file or folder.")
    known = importers()
    try:
        for name in sorted(known, key=lambda one: (one == _LAST, one)):
            if known[name].claims(path):
                return known[name].read(path)
    except OSError as refused:
        raise BoardUnreadable(f"{path.name} cannot be read: {refused.strerror}.") from refused
    labels = ", ".join(known[name].label for name in sorted(known))
    raise BoardUnreadable(f"{path.name} is no script and no board that is read here; bring {labels}.")
