"""Takes attempts on in a process that dies: forks one for each line it reads, so that starting costs little.

A line is `run`, or `run before` for one that kills itself after the book says `submitting` and before a
socket opens. It prints the child's pid, and `over` once the child has ended.
"""

import os
import signal
import sys
from pathlib import Path

from circletake.generate.port import Ask, Handle
from circletake.generate.providers.service import Service
from circletake.studio import Studio
from circletake.workflows.dispatch import Dispatcher


def take_on(folder: Path, how: str) -> None:
    """Open the studio, take its attempts on until they are over or need a person, end."""
    if how == "run before":

        def die(_self: Service, ask: Ask, key: str) -> Handle:
            os.kill(os.getpid(), signal.SIGKILL)
            raise AssertionError(ask, key)

        # dies where the real one opens its socket
        setattr(Service, "submit", die)  # noqa: B010 (mypy rightly minds an assignment)
    with Studio.open(folder) as studio:
        Dispatcher(studio.house, poll_s=0.02).run_until(timeout_s=30)


def main() -> None:
    """Fork for each line."""
    folder = Path(sys.argv[1])
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                take_on(folder, line.strip())
            finally:
                os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        os.waitpid(pid, 0)
        sys.stdout.write("over\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
