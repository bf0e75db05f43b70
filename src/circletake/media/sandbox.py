"""A probe in a child of its own, with limits: whatever a file does to it, the caller goes on.

The parent holds the deadline and kills: where memory is refused to one of its threads, a decoder can
sleep for ever, and then no limit inside the child ends it.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from circletake.errors import CircletakeError, MediaUnreadable
from circletake.media.probe import Probe, probe, probe_dict, read_probe

TIMEOUT_S = 60.0
TIMED_OUT = -1000
"""The status of a child that was stopped for taking too long; no signal has such a number."""
_MEMORY_BYTES = 2 << 30  # twice what 4K HEVC takes with two threads
_OPEN_FILES = 64
_RUN = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from circletake.media.sandbox import child; child()"
)


def probe_safely(path: Path, *, timeout_s: float = TIMEOUT_S) -> Probe:
    """Probe a file in a limited child process.

    Args:
        timeout_s: after so long the child is killed.

    Raises:
        MediaUnreadable: as `probe`; also when the child was killed or died.
        MediaKindRefused: as `probe`.
        MediaTooLarge: as `probe`.
        NoFrames: as `probe`.
    """
    command = [sys.executable, "-I", "-c", _RUN, json.dumps(sys.path), str(path), str(timeout_s)]
    with subprocess.Popen(  # noqa: S603 (our own interpreter; the path is an argument, never a command)
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Threads of an arithmetic library each reserve address space, which is what is limited.
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    ) as process:
        try:
            answer, _ = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            raise _too_slow(path.name, timeout_s) from None
    return read_answer(answer, process.returncode, path.name)


def child() -> None:
    """What the child runs: limits first, then the probe; one JSON object on stdout."""
    sys.stdout.write(json.dumps(answer_of(Path(sys.argv[2]), float(sys.argv[3]))))
    sys.stdout.flush()
    # Decoder threads that wait for memory would hold up a tidy exit.
    os._exit(0)


def answer_of(path: Path, timeout_s: float) -> dict[str, object]:
    """Limit this process, probe a file, and say what it is or why not, JSON-ready."""
    is_limited = limit(memory_bytes=_MEMORY_BYTES, cpu_s=int(timeout_s * 4) + 1)
    try:
        return {"probe": probe_dict(probe(path)), "limits": is_limited}
    except CircletakeError as refusal:
        return {"error": type(refusal).__name__, "message": refusal.message, "detail": refusal.detail}


def limit(*, memory_bytes: int, cpu_s: int | None = None) -> bool:
    """Set what the kernel allows this process: it writes no file and opens few.

    Args:
        memory_bytes: of address space.
        cpu_s: seconds of processor time; None is as many as it lives.

    Returns:
        False where the kernel has no such limits.
    """
    try:
        import resource  # noqa: PLC0415 (POSIX only)
    except ImportError:
        return False
    is_limited = True
    for what, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            if most is not None:
                resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            is_limited = False
    return is_limited


def read_answer(answer: bytes, status: int, name: str, *, timeout_s: float = TIMEOUT_S) -> Probe:
    """What a child found.

    Args:
        answer: what it said.
        status: how it ended; `TIMED_OUT` where it was stopped for taking too long.

    Raises:
        MediaUnreadable: as `probe_safely`; likewise the others.
    """
    if status == TIMED_OUT:
        raise _too_slow(name, timeout_s)
    try:
        told = json.loads(answer)
    except ValueError:
        raise MediaUnreadable(
            f"{name} made its reader stop ({_ending(status)}); it is damaged or hostile: export it again."
        ) from None
    if "error" in told:
        raise kind_named(told["error"])(told["message"], **told["detail"])
    return read_probe(told["probe"])


def _too_slow(name: str, timeout_s: float) -> MediaUnreadable:
    return MediaUnreadable(f"Reading {name} took over {timeout_s:g} s and was stopped; bring a shorter one.")


def kind_named(name: str) -> type[CircletakeError]:
    """The error of this name, as a child process names it; that nothing can be read, where there is none."""
    kinds = {kind.__name__: kind for kind in _family(CircletakeError)}
    return kinds.get(name, MediaUnreadable)


def _family(root: type[CircletakeError]) -> Iterator[type[CircletakeError]]:
    yield root
    for kind in root.__subclasses__():
        yield from _family(kind)


def _ending(status: int) -> str:
    if status < 0:
        return f"signal {signal.Signals(-status).name}"
    return f"out of {_MEMORY_BYTES >> 30} GiB of memory" if status else "no answer"
