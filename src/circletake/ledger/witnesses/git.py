"""A git repository that the user named: each checkpoint is a commit, pushed to where others keep it."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from circletake.errors import WitnessUnavailable
from circletake.ledger.checkpoint import Made
from circletake.ledger.witness import Receipt

_TIMEOUT_S = 60
_AUTHOR = ("-c", "user.name=circletake", "-c", "user.email=checkpoints@localhost")


@dataclass(frozen=True, slots=True)
class Params:
    """Which repository.

    Args:
        repository: folder of a working copy that is kept for this.
        remote: where its branch is pushed to.
    """

    repository: str
    remote: str = "origin"


def witness(made: Made, params: Params) -> Receipt:
    """Commit a checkpoint to the working copy and push it; once, however often it is asked.

    Raises:
        WitnessUnavailable: git is not installed, refuses, or takes longer than a minute.
    """
    folder = Path(params.repository).expanduser()
    name = made.name.replace("/", "-") + ".txt"
    path = folder / name
    _git(folder, "rev-parse", "--git-dir")
    seen = path.read_text("utf-8") if path.exists() else ""
    if made.note not in seen:
        path.write_text(f"{seen}{made.note}\n", "utf-8")
    _git(folder, "add", "--", name)
    if _git(folder, "status", "--porcelain", "--", name):
        message = f"{made.name}: {made.size} entries"
        _git(folder, *_AUTHOR, "commit", "--quiet", "--no-verify", "-m", message, "--", name)
    commit = _git(folder, "log", "-1", "--format=%H", "--", name)
    _git(folder, "push", "--quiet", params.remote, "HEAD")
    return Receipt(sentence=f"It is commit {commit} of {params.remote}.", data=f"{commit}\n".encode())


def _git(folder: Path, *arguments: str) -> str:
    environment = os.environ | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        told = subprocess.run(  # noqa: S603 (git, with arguments of our own)
            ["git", "-C", str(folder), *arguments],  # noqa: S607 (the user's own git, by name)
            capture_output=True,
            text=True,
            check=False,
            env=environment,
            timeout=_TIMEOUT_S,
            stdin=subprocess.DEVNULL,
        )
    except OSError as absent:
        raise WitnessUnavailable(f"git cannot be run ({absent.strerror}); install it.") from None
    except subprocess.TimeoutExpired:
        raise WitnessUnavailable(
            f"git {arguments[0]} took longer than {_TIMEOUT_S} s; it is tried again."
        ) from None
    if told.returncode:
        said = (told.stderr or told.stdout).strip().splitlines()
        # The reason, where it says which line that is; hints come after it.
        why = [line.removeprefix("fatal: ") for line in said if line.startswith("fatal: ")] or said[-1:]
        raise WitnessUnavailable(f"git in {folder} refuses: {why[0] if why else told.returncode}.")
    return told.stdout.strip()
