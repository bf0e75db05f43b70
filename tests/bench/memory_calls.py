"""Analyses one content in a process of its own and tells what memory it held on the way."""

import json
import resource
import sys
from pathlib import Path

from circletake.workflows.calls.analyse import run

_PAGE_KIB = resource.getpagesize() // 1024


class Held:
    """A call's line to whoever waits, which here notes the resident memory each time it is used."""

    def __init__(self) -> None:
        self.mib: list[tuple[int, float]] = []

    def progress(self, done: int, total: int) -> None:
        """Note what is held once so many frames are done."""
        del total
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        self.mib.append((done, pages * _PAGE_KIB / 1024))

    def cancelled(self) -> bool:
        """Never."""
        return False


if __name__ == "__main__":
    held = Held()
    result = run(json.loads(sys.argv[1]), held)
    most_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(json.dumps({"mib": held.mib, "most_mib": most_kib / 1024, "result": result}))
