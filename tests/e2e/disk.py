"""A disk that loses power: what a program wrote, as the kernel saw it, and what may be left of it.

The program runs under `strace`, which tells every call that changes a file. A disk that honours `fsync`
owes exactly what was synced before the power went: bytes by `fsync` of their file, names by `fsync` of
their folder. Of everything else any part may be there: whole writes, single sectors of them, later ones
without earlier ones, nothing.

Source:
    T. S. Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014: which of a program's
    writes reach the disk before a crash, and in which order.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECTOR_BYTES = 512
CALLS = (
    "openat,open,creat,pwrite64,pwritev,pwritev2,write,writev,fsync,fdatasync,sync_file_range,ftruncate,"
    "truncate,fallocate,rename,renameat,renameat2,unlink,unlinkat,link,linkat"
)
_LINE = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+)")
_UNFINISHED = re.compile(r"^(\d+) +(.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$")
_FILE = re.compile(r"^(\d+)<((?:\\x[0-9a-f]{2})+)(?:\\x[0-9a-f]{2})*>")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True, slots=True)
class Step:
    """One call that changed something, or a line that the program said.

    Args:
        what: write, truncate, sync, create, unlink or said.
        path: of the file or folder.
        at: offset, or size.
        data: what was written or said.
    """

    what: str
    path: str
    at: int = 0
    data: bytes = b""


def command(trace: Path) -> list[str]:
    """What goes before a program's own command to have it told."""
    return ["strace", "-f", "-y", "-q", "-xx", "-s", "1000000", "-e", "signal=none", "-e", f"trace={CALLS}",
            "-o", str(trace)]  # fmt: skip


def steps_of(trace: Path, folder: Path) -> list[Step]:
    """Read a trace: what happened to files of a folder, and what was said on stdout."""
    found: list[Step] = []
    for call, told in _calls(trace):
        step = _step(call, told)
        if step is not None and (step.what == "said" or step.path.startswith(str(folder))):
            found.append(step)
    return found


def _calls(trace: Path) -> Iterator[tuple[str, str]]:
    """Name and arguments of every call that went well."""
    begun: dict[str, str] = {}
    with trace.open(encoding="ascii", errors="replace") as lines:
        for raw in lines:
            line = raw.rstrip("\n")
            if half := _UNFINISHED.match(line):
                begun[half[1]] = line.removesuffix(" <unfinished ...>")
                continue
            if rest := _RESUMED.match(line):
                line = begun.pop(rest[1]) + rest[2]
            if (told := _LINE.match(line)) and int(told[4]) >= 0:
                yield told[2], told[3]


def _step(call: str, told: str) -> Step | None:
    texts = [bytes.fromhex(text.replace("\\x", "")) for text in _TEXT.findall(told)]
    opened = _FILE.match(told)
    path = bytes.fromhex(opened[2].replace("\\x", "")).decode(errors="replace") if opened else ""
    offset = told.rpartition(", ")[2]
    if call in {"openat", "open", "creat"}:
        return Step("create", texts[0].decode()) if "O_CREAT" in told else None
    if call == "write" and opened and opened[1] == "1":
        return Step("said", "", data=texts[0])
    known = {
        "pwrite64": lambda: Step("write", path, int(offset), texts[0]),
        "fsync": lambda: Step("sync", path),
        "fdatasync": lambda: Step("sync", path),
        "ftruncate": lambda: Step("truncate", path, int(offset)),
        "unlink": lambda: Step("unlink", texts[0].decode()),
    }
    if call in known:
        return known[call]()
    # What is not understood must not pass for nothing.
    named = texts[0].decode(errors="replace") if texts else ""
    return Step(f"unknown {call}", path or named)


@dataclass
class _File:
    durable: bytearray = field(default_factory=bytearray)
    pending: list[Step] = field(default_factory=list)


class Disk:
    """Follows steps, and says what may be left at any moment.

    Args:
        folder: as it was, all of it synced, when the program began.
        names: files of it that are followed; more that begin so may come.
        called: the folder's name in the steps, where this one is a copy of it.
    """

    def __init__(self, folder: Path, names: tuple[str, ...], *, called: Path | None = None) -> None:
        self._names = names
        self._folder = str(called or folder)
        self.now: dict[str, _File] = {}
        for path in sorted(folder.iterdir()):
            if path.name.startswith(names):
                self.now[path.name] = _File(bytearray(path.read_bytes()))
        self._named: dict[str, _File] = dict(self.now)
        self._renaming: list[tuple[str, _File | None]] = []

    def follow(self, step: Step) -> bool:
        """Take a step in; whether it changed a followed file."""
        if step.what == "said":
            return False
        if step.path == self._folder and step.what == "sync":
            for name, file in self._renaming:
                _rename(self._named, name, file)
            self._renaming.clear()
            return True
        name = step.path.rpartition("/")[2]
        if not name.startswith(self._names) or name.endswith("-shm"):
            return False  # the index beside the log is never synced, and never believed after a crash
        assert not step.what.startswith("unknown"), f"{step.what} on {name} is not understood"
        if step.what == "create":
            if name in self.now:
                return False
            self.now[name] = _File()
            self._renaming.append((name, self.now[name]))
        elif step.what == "unlink":
            self.now.pop(name)
            self._renaming.append((name, None))
        elif step.what == "sync":
            file = self.now[name]
            for one in file.pending:
                _apply(file.durable, one)
            file.pending.clear()
        else:
            self.now[name].pending.append(step)
        return True

    def after_power_loss(self, dice: random.Random) -> dict[str, bytes]:
        """Name → bytes of what may be found when the power is back."""
        named = dict(self._named)
        for name, file in self._renaming[: dice.randint(0, len(self._renaming))]:
            _rename(named, name, file)
        return {name: bytes(_left(file, dice)) for name, file in named.items()}


def _rename(named: dict[str, _File], name: str, file: _File | None) -> None:
    if file is None:
        named.pop(name, None)
    else:
        named[name] = file


def _apply(content: bytearray, step: Step) -> None:
    if step.what == "truncate":
        del content[step.at :]
        content.extend(bytes(step.at - len(content)))
        return
    content.extend(bytes(max(0, step.at - len(content))))
    content[step.at : step.at + len(step.data)] = step.data


def _left(file: _File, dice: random.Random) -> bytearray:
    """What is left of a file: all that was synced, and of the rest whatever the dice say."""
    content = bytearray(file.durable)
    mood = dice.choice(("nothing", "everything", "the first", "any write", "any sector"))
    first = dice.randint(0, len(file.pending))
    for place, step in enumerate(file.pending):
        if (
            mood == "everything"
            or (mood == "the first" and place < first)
            or (mood == "any write" and dice.random() < 0.5)
        ):
            _apply(content, step)
        elif mood == "any sector":
            for sector in _sectors(step):
                if dice.random() < 0.5:
                    _apply(content, sector)
    return content


def _sectors(step: Step) -> Iterator[Step]:
    if step.what != "write":
        yield step
        return
    at, end = step.at, step.at + len(step.data)
    while at < end:
        until = min(end, (at // SECTOR_BYTES + 1) * SECTOR_BYTES)
        yield Step("write", step.path, at, step.data[at - step.at : until - step.at])
        at = until
