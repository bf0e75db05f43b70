"""A file elsewhere: on another disk, another machine's share, a drive that is carried away."""

import os
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from circletake.errors import WitnessUnavailable
from circletake.ledger.checkpoint import Made
from circletake.ledger.witness import Receipt


@dataclass(frozen=True, slots=True)
class Params:
    """Where it is.

    Args:
        path: the file; checkpoints are added at its end. Its folder has to be there.
    """

    path: str


def witness(made: Made, params: Params) -> Receipt:
    """Add a checkpoint to the file, once; refuse one that is behind what the file has seen.

    Raises:
        WitnessUnavailable: the file cannot be written, or has seen more of this book, or something else.
    """
    path = Path(params.path).expanduser()
    try:
        with path.open("a+b") as file:
            file.seek(0)
            seen = file.read()
            note = made.note.encode()
            if note not in seen:
                _check(made, seen.decode(errors="replace"), path)
                file.write(note + b"\n")
                file.flush()
                os.fsync(file.fileno())
            place = seen.find(note) if note in seen else len(seen)
    except OSError as refused:
        raise WitnessUnavailable(
            f"{path} cannot be written ({refused.strerror}); it is tried again."
        ) from None
    return Receipt(sentence=f"It stands in {path} from byte {place} on.", data=note)


def _check(made: Made, seen: str, path: Path) -> None:
    lines = seen.split("\n")
    sizes = [int(size) for name, size in pairwise(lines) if name == made.name and size.isdecimal()]
    if max(sizes, default=0) >= made.size:
        raise WitnessUnavailable(
            f"{path} has seen {max(sizes)} entries of this book, and not these {made.size}: a backup was "
            f"restored, or the book was written anew; see `circletake book checkpoint --new-key`."
        )
