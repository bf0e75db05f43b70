"""Many probes, one after another: each in a child of its own, forked from one that has loaded everything.

Starting an interpreter costs more than looking at a small file does. Isolation is that of `sandbox`:
no child sees a second file.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from circletake.media import sandbox
from circletake.media.probe import Probe
from circletake.media.sandbox import TIMEOUT_S, answer_of, read_answer

_RUN = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from circletake.media.nursery import nurse; nurse()"
)
_BLOCK_BYTES = 1 << 16
_LARGEST_ANSWER_BYTES = 1 << 20


class Nursery:
    """Probes files; where processes cannot fork, each in an interpreter of its own.

    Args:
        timeout_s: after so long the child that looks at a file is killed.
    """

    def __init__(self, *, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._nurse: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End it; a later probe begins it anew."""
        nurse, self._nurse = self._nurse, None
        if nurse is not None:
            nurse.kill()
            nurse.communicate()

    def probe(self, path: Path) -> Probe:
        """Probe a file; see `sandbox.probe_safely`."""
        if not hasattr(os, "fork"):
            return sandbox.probe_safely(path, timeout_s=self._timeout_s)
        nurse = self._nurse or self._begin()
        assert nurse.stdin is not None  # noqa: S101 (it was asked for)
        assert nurse.stdout is not None  # noqa: S101 (likewise)
        try:
            nurse.stdin.write(json.dumps([str(path), self._timeout_s]).encode() + b"\n")
            nurse.stdin.flush()
            line = nurse.stdout.readline()
        except OSError:
            line = b""
        if not line:  # killed, by whomever: nobody knows what the file is, and the next one asks a new one
            self.close()
            return sandbox.probe_safely(path, timeout_s=self._timeout_s)
        status, said = json.loads(line)
        return read_answer(said.encode(), status, path.name, timeout_s=self._timeout_s)

    def _begin(self) -> "subprocess.Popen[bytes]":
        self._nurse = subprocess.Popen(  # noqa: S603 (our own interpreter)
            [sys.executable, "-I", "-c", _RUN, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        return self._nurse


def nurse() -> None:
    """What the parent of the children runs: one file a line, one answer a line. It opens no file itself."""
    for line in sys.stdin.buffer:
        path, timeout_s = json.loads(line)
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            _look(Path(path), float(timeout_s), write)
        os.close(write)
        said = _heard(read, float(timeout_s))
        os.close(read)
        if said is None:
            os.kill(child, signal.SIGKILL)
        _, ended = os.waitpid(child, 0)
        status = sandbox.TIMED_OUT if said is None else os.waitstatus_to_exitcode(ended)
        answer = json.dumps([status, (said or b"").decode("utf-8", "replace")])
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()


def _look(path: Path, timeout_s: float, to: int) -> None:
    try:
        said = json.dumps(answer_of(path, timeout_s)).encode()
        while said:
            said = said[os.write(to, said) :]
    finally:
        os._exit(0)


def _heard(read: int, timeout_s: float) -> bytes | None:
    """What a child says until it ends; None where it does not in time, or says too much."""
    said, deadline_s = b"", time.monotonic() + timeout_s
    while (left_s := deadline_s - time.monotonic()) > 0:
        if not select.select([read], [], [], left_s)[0]:
            break
        block = os.read(read, _BLOCK_BYTES)
        if not block:
            return said
        said += block
        if len(said) > _LARGEST_ANSWER_BYTES:
            break
    return None
