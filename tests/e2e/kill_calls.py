"""The call that the killed workers were busy with: makes bytes from a number and puts them in the store."""

import hashlib
from pathlib import Path

from circletake.media.store import ContentStore
from circletake.work.executors.port import Report

_ROUNDS = 12


def bytes_of(n: int) -> bytes:
    """What job `n` makes: 256 KiB that depend on the number alone."""
    return hashlib.shake_256(str(n).encode()).digest(256 * 1024)


def make(args: dict[str, object], report: Report) -> dict[str, object]:
    number = int(str(args["n"]))
    for done in range(_ROUNDS):
        made = bytes_of(number)
        report.progress(done + 1, _ROUNDS)
    return {"content": ContentStore(Path(str(args["store"]))).put_bytes(made)}
