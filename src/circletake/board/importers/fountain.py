"""Fountain scripts."""

from pathlib import Path

from circletake.board.imported import Importer
from circletake.board.read_script import FOUNTAIN, is_script, read_script


def claims(path: Path) -> bool:
    """A file that says so by its ending."""
    return is_script(path, FOUNTAIN)


importer = Importer("Fountain", FOUNTAIN, claims, read_script)
