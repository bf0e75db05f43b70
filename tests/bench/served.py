"""A studio served by a process of its own, so that what the server costs is told from what its clients do."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def in_a_process(studio: Path) -> Iterator[tuple[str, int]]:
    """Serve a studio; its address and the server's process id."""
    program = Path(sys.executable).with_name("circletake")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CIRCLETAKE_")}
    server = subprocess.Popen(
        [str(program), "serve", str(studio), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**environ, "CIRCLETAKE_LOG_LEVEL": "warning", "CIRCLETAKE_WORKERS": "1"},
    )
    assert server.stdout is not None
    try:
        yield server.stdout.readline().strip().rsplit(" ", maxsplit=1)[-1], server.pid
    finally:
        server.terminate()
        server.stdout.close()
        server.wait(30)


def cpu_s(pid: int) -> float:
    """Seconds of CPU a process has used, in itself and in the kernel.

    Source:
        proc(5), /proc/pid/stat, fields 14 and 15.
    """
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
