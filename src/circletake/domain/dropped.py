"""Files that somebody drops into a folder: which are to be passed over, when one is whole, whose it is."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

SIDECARS = frozenset({".json", ".txt", ".srt"})
"""Endings of what lies beside a take and says something of it."""
STILL_POLLS = 2
"""A file is whole once it was the same at so many polls after it was first seen."""
SEQUENCE_POLLS = 12
"""Likewise of pictures in a row: a renderer may take a minute for the next."""
_TEMPORARY = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download", ".swp", "~")
_NUMBERED = re.compile(r"^(.+)\.(\d{3,9})\.(png|jpe?g|webp|bmp|tiff?|exr|dpx)$", re.IGNORECASE)
_MOST_MISSING = 5


@dataclass(frozen=True, slots=True)
class Look:
    """A file as a poll saw it."""

    size_bytes: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Drop:
    """What becomes one take: a file, or numbered pictures in a row.

    Args:
        name: path in the folder, with `/`; of pictures in a row with `####` for their number.
        files: paths in the folder, in order.
        numbers: of pictures in a row; empty for a file.
    """

    name: str
    files: tuple[str, ...]
    numbers: tuple[int, ...] = ()

    @property
    def missing(self) -> str:
        """Numbers that are not there, in words; empty where all are.

        >>> Drop("a.####.png", ("", "", ""), (1, 3, 7)).missing
        '2, 4, 5, 6'
        """
        if not self.numbers:
            return ""
        gaps = sorted(set(range(self.numbers[0], self.numbers[-1] + 1)) - set(self.numbers))
        more = f" and {len(gaps) - _MOST_MISSING} more" if len(gaps) > _MOST_MISSING else ""
        return ", ".join(str(gap) for gap in gaps[:_MOST_MISSING]) + more


def is_passed_over(name: str) -> bool:
    """Whether a path is hidden, or of a file that some program is still writing.

    >>> [is_passed_over(name) for name in ("a.mp4", "a.mp4.part", ".DS_Store", "x/.trash/a.mp4", "~$a.mov")]
    [False, True, True, True, True]
    """
    parts = PurePosixPath(name).parts
    return any(part.startswith((".", "~")) for part in parts) or name.lower().endswith(_TEMPORARY)


def drops_of(names: Iterable[str]) -> list[Drop]:
    """Files as they become takes: numbered pictures of one name together, everything else by itself.

    >>> [drop.name for drop in drops_of(["b.0002.png", "b.0001.png", "a.mp4"])]
    ['a.mp4', 'b.####.png']
    """
    alone: list[Drop] = []
    rows: dict[str, list[tuple[int, str]]] = {}
    for name in names:
        found = _NUMBERED.match(name)
        if found is None:
            alone.append(Drop(name, (name,)))
        else:
            rows.setdefault(f"{found[1]}.####.{found[3].lower()}", []).append((int(found[2]), name))
    for name, members in rows.items():
        members.sort()
        files = tuple(file for _, file in members)
        alone.append(Drop(name, files, tuple(number for number, _ in members)))
    return sorted(alone, key=lambda drop: drop.name)


class Settling:
    """Tells which files have come to rest, by what polls saw; clocks are never asked.

    A clock that steps back changes nothing: that a file was altered is told by its time being another,
    never by its being later.
    """

    def __init__(self) -> None:
        self._seen: dict[str, tuple[Look, int]] = {}

    def poll(self, looks: Mapping[str, Look]) -> None:
        """Take in what a poll saw; what is gone is forgotten."""
        self._seen = {
            name: (look, self._seen[name][1] + 1)
            if name in self._seen and self._seen[name][0] == look
            else (look, 0)
            for name, look in looks.items()
        }

    def is_whole(self, drop: Drop) -> bool:
        """Whether all of it was the same for long enough."""
        polls = SEQUENCE_POLLS if drop.numbers else STILL_POLLS
        return all(name in self._seen and self._seen[name][1] >= polls for name in drop.files)


@lru_cache(maxsize=8)
def _pattern(codes: tuple[str, ...]) -> re.Pattern[str]:
    # the longest first: SH010_B is no SH010
    told = "|".join(re.escape(code) for code in sorted(codes, key=len, reverse=True))
    return re.compile(rf"(?<![^\W_])(?:{told})(?![^\W_])", re.IGNORECASE)


def shots_named(name: str, codes: Collection[str]) -> list[str]:
    """Codes that a file's name names, each set off by something that is no letter or digit.

    Where the name has none, the folders that it lies in are asked, the nearest first.

    >>> shots_named("reel/SH010_b/fox sh020-v3.mp4", ["SH010", "SH020", "SH010_b"])
    ['SH020']
    >>> shots_named("SH010_b/fox.mp4", ["SH010", "SH010_b"])
    ['SH010_b']
    """
    if not codes:
        return []
    pattern = _pattern(tuple(sorted(codes)))
    spelled = {code.casefold(): code for code in codes}
    exact = set(codes)
    for part in reversed(PurePosixPath(name).parts):
        found = [one if one in exact else spelled[one.casefold()] for one in pattern.findall(part)]
        if found:
            return list(dict.fromkeys(found))
    return []


def sidecars_of(name: str, names: Sequence[str]) -> list[str]:
    """Which of some sidecars lie beside a file: of its stem, or of its whole name.

    Beside pictures in a row they are of the name before the number.

    >>> sidecars_of("a/fox.mp4", ["a/fox.json", "a/fox.mp4.txt", "fox.txt", "a/fox.2.txt"])
    ['a/fox.json', 'a/fox.mp4.txt']
    >>> sidecars_of("fox.####.png", ["fox.json"])
    ['fox.json']
    """
    path = PurePosixPath(name)
    stem = str(path.with_suffix(""))
    own = {stem, stem.removesuffix(".####"), name}
    return [one for one in names if str(PurePosixPath(one).with_suffix("")) in own]
