"""Members of a family are found, never registered: a module in the family's folder, or an entry point.

A family is a package (`circletake.gates.rules`) and the name every member module agrees on (`rule`).
Strangers' members come by entry point of the group `circletake.<family>`; a stranger cannot take the
name of a member that is already here.
"""

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points

from circletake.errors import ConfigInvalid

# Read once, as a file of every installed distribution is opened.
_installed = cache(entry_points)


def _modules_of(package: str) -> list[str]:
    """Modules of a folder; none where a family has no folder and lives by entry points alone."""
    try:
        folder = importlib.import_module(package)
    except ModuleNotFoundError as missing:
        if missing.name == package:
            return []
        raise
    return sorted(module.name for module in pkgutil.iter_modules(folder.__path__))


@cache
def find_members(package: str, attribute: str) -> dict[str, object]:
    """Find every member of a family.

    Args:
        package: dotted name of the family's package.
        attribute: the name each member module agrees on.

    Returns:
        Module name → member, in alphabetical order.

    Raises:
        ConfigInvalid: an entry point wants the name of a member that is already here.

    >>> sorted(find_members("circletake.plugins_example_that_is_not_there", "member"))
    []
    """
    members: dict[str, object] = {}
    for found in _modules_of(package):
        if found.startswith("_"):
            continue
        module = importlib.import_module(f"{package}.{found}")
        if hasattr(module, attribute):
            members[found] = getattr(module, attribute)
    for point in _installed().select(group=package):
        if point.name in members:
            raise ConfigInvalid(
                f"The plugin {point.value} wants the name “{point.name}” in {package}, which is taken; "
                f"uninstall it or ask its author to rename it."
            )
        members[point.name] = point.load()
    return members
