"""Timelines of other programs, out and in: which form a file has, and its reading in a child process.

A file from outside is a proposal. It says which content goes where and for how long; whether anything is
approved is never read from it. What reads it runs in a child with limits: a hostile file ends the child.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from circletake.cut.arrange import propose
from circletake.cut.conform import KnownTake, Proposal
from circletake.cut.edited import Edited, edited_bytes, read_edited
from circletake.cut.form import Form, Leaving, Written
from circletake.errors import CircletakeError, CutUnreadable
from circletake.media.sandbox import kind_named, limit
from circletake.plugins import find_members

FAMILY = "circletake.cut.forms"
TIMEOUT_S = 60.0
_MEMORY_BYTES = 2 << 30
_BUNDLED = "Info.fcpxml"
_LOOK_BYTES = 4096
_RUN = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from circletake.cut.timelines import child; child()"
)


def forms() -> dict[str, Form]:
    """Every form there is, by name."""
    found = find_members(FAMILY, "form")
    return {name: member for name, member in found.items() if isinstance(member, Form)}


def form_of(name: str, *, named: str | None = None) -> tuple[str, Form]:
    """The form a file's name says, or the one asked for.

    Raises:
        CutUnreadable: there is no such form; all are listed.
    """
    known = forms()
    if named is not None:
        if named in known:
            return named, known[named]
        raise CutUnreadable(f"“{named}” is no form of timeline here; there are {', '.join(sorted(known))}.")
    lower = name.lower()
    for key, form in known.items():
        if lower.endswith(form.endings):
            return key, form
    endings = ", ".join(sorted({form.endings[0] for form in known.values()}))
    raise CutUnreadable(f"“{name}” is no form of timeline here; name the file {endings}, or say its form.")


def write_timeline(leaving: Leaving, name: str, *, named: str | None = None) -> Written:
    """Write a cut in the form that a file's name says.

    Raises:
        CutUnreadable: no such form, one that is only read, or a cut that it cannot hold.
    """
    _, form = form_of(name, named=named)
    if form.write is None:
        raise CutUnreadable(f"{form.label} is only read here; export OTIO or XML instead.")
    return form.write(leaving)


def read_timeline(
    path: Path,
    *,
    rate: Fraction,
    known: Sequence[KnownTake],
    named: str | None = None,
    timeout_s: float = TIMEOUT_S,
) -> Proposal:
    """Read another program's timeline as a proposal for a cut.

    Args:
        path: the file, or a bundle of FCPXML.
        rate: of the production; times are converted to its frames.
        known: takes of the production.
        named: name of the form; None goes by the file's ending and its first bytes.
        timeout_s: after so long its reader is stopped.

    Raises:
        CutUnreadable: it is no timeline, or its reader was stopped.
    """
    return propose(read_safely(path, rate=rate, named=named, timeout_s=timeout_s), rate=rate, known=known)


def read_safely(
    path: Path, *, rate: Fraction, named: str | None = None, timeout_s: float = TIMEOUT_S
) -> Edited:
    """Read another program's timeline in a limited child process.

    Raises:
        CutUnreadable: it is no timeline, or its reader was stopped.
    """
    if path.is_dir():
        path = path / _BUNDLED
    key, form = form_of(path.name, named=named or _sniffed(path))
    if path.stat().st_size > form.most_bytes:
        raise CutUnreadable("The timeline is larger than any film's; export this cut alone.")
    command = [sys.executable, "-I", "-c", _RUN, json.dumps(sys.path)]
    command += [key, str(path), f"{rate.numerator}/{rate.denominator}", str(timeout_s)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("OTIO_")}
    with subprocess.Popen(  # noqa: S603 (our own interpreter; the path is an argument, never a command)
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**environment, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    ) as process:
        try:
            answer, _ = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            raise CutUnreadable(
                f"Reading {path.name} took over {timeout_s:g} s and was stopped; export this cut alone."
            ) from None
    return _read_answer(answer, process.returncode, path.name)


def _sniffed(path: Path) -> str | None:
    """FCPXML goes by the ending `.xml` too; its first bytes tell."""
    if path.suffix.lower() != ".xml":
        return None
    with path.open("rb") as file:
        return "fcpxml" if b"<fcpxml" in file.read(_LOOK_BYTES) else None


def _read_answer(answer: bytes, status: int, name: str) -> Edited:
    if answer[:1] == b"=":
        return read_edited(answer[1:])
    try:
        told = json.loads(answer)
    except ValueError:
        how = f"signal {signal.Signals(-status).name}" if status < 0 else "no answer"
        raise CutUnreadable(
            f"{name} made its reader stop ({how}); it is damaged or hostile: export it again."
        ) from None
    raise kind_named(told["error"])(told["message"], **told["detail"])


def child() -> None:
    """What the child runs: limits first, then the form's reader; one answer on stdout."""
    key, path, rate, timeout_s = sys.argv[2], Path(sys.argv[3]), Fraction(sys.argv[4]), float(sys.argv[5])
    form = forms()[key]
    limit(memory_bytes=_MEMORY_BYTES, cpu_s=int(timeout_s * 2) + 1)
    read = form.read or _unread
    # A stranger's reader may print: what it prints must not stand in our answer.
    answers = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    try:
        answer = b"=" + edited_bytes(read(path, rate))
    except CircletakeError as refusal:
        answer = _refusal(type(refusal).__name__, refusal.message, refusal.detail)
    except (RecursionError, MemoryError):
        said = f"{path.name} is too large or too deep for a timeline; export this cut alone."
        answer = _refusal("CutUnreadable", said, {})
    except Exception as broken:  # noqa: BLE001 (a stranger's file: whatever it does to its reader is one sentence)
        said = f"{path.name} cannot be read ({type(broken).__name__}); export it again."
        answer = _refusal("CutUnreadable", said, {})
    with os.fdopen(answers, "wb") as out:
        out.write(answer)
    os._exit(0)


def _unread(path: Path, _: Fraction) -> Edited:
    raise CutUnreadable(f"{path.name} is of a form that is only written here.")


def _refusal(kind: str, message: str, detail: dict[str, object]) -> bytes:
    return json.dumps({"error": kind, "message": message, "detail": detail}).encode()
