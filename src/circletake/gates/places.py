"""Where in a TOML text each value stands, so that an error can point at its line.

The standard library reads TOML and forgets where; this walks a text that it has read already, and so
need not judge it.
"""

import re
import tomllib
from dataclasses import dataclass

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)+")
_KEY = re.compile(r"""[ \t]*("(?:\\.|[^"\\])*"|'[^']*'|[A-Za-z0-9_-]+)[ \t]*""")
_STRING = re.compile(
    r'''"""(?:\\.|[^\\])*?"{3,5}|"(?:\\.|[^"\\])*"''' + r"""|'{3}.*?'{3,5}|'[^']*'""", re.DOTALL
)
_BARE = re.compile(r"[^,\]}#\n]+")


@dataclass(frozen=True, slots=True)
class Place:
    """A line and a column, both from 1."""

    line: int
    column: int


def places(text: str) -> dict[str, Place]:
    r"""Path of every value and table in a TOML text → where it stands.

    Args:
        text: that `tomllib` reads.

    >>> places('[[stages]]\nkey = "a"')["stages[0].key"]
    Place(line=2, column=7)
    """
    return _Walk(text).all()


def place_of(found: dict[str, Place], path: str) -> Place:
    """Where a path stands, or what it would stand in; the beginning of the text if there is neither."""
    while path and path not in found:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return found.get(path, Place(1, 1))


class _Walk:
    """One walk through a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._found: dict[str, Place] = {}
        self._lengths: dict[str, int] = {}  # path of an array of tables → how many there are so far
        self._line, self._seen = 1, 0

    def all(self) -> dict[str, Place]:
        table = ""
        while self._skip_blank():
            start = self._at
            if self._take("[["):
                table = self._array_header()
                self._note(table, start)
            elif self._take("["):
                table = self._under(self._key())
                self._note(table, start)
            else:
                self._pair(table)
        return self._found

    def _skip_blank(self) -> bool:
        blank = _BLANK.match(self._text, self._at)
        if blank:
            self._at = blank.end()
        return self._at < len(self._text)

    def _take(self, mark: str) -> bool:
        if not self._text.startswith(mark, self._at):
            return False
        self._at += len(mark)
        return True

    def _note(self, path: str, at: int) -> None:
        """Positions come in order, so that lines are counted once."""
        self._line += self._text.count("\n", self._seen, at)
        self._seen = at
        self._found.setdefault(path, Place(self._line, at - self._text.rfind("\n", 0, at)))

    def _key(self) -> list[str]:
        """A key, dotted or not, and what ends it: `=`, `]` or `]]`."""
        parts: list[str] = []
        match = _KEY.match(self._text, self._at)
        while match:
            self._at = match.end()
            part = match[1]
            parts.append(str(tomllib.loads(f"k = {part}")["k"]) if part[0] in "\"'" else part)
            match = _KEY.match(self._text, self._at) if self._take(".") else None
        _ = self._take("=") or self._take("]]") or self._take("]")
        return parts

    def _under(self, parts: list[str]) -> str:
        """The path of a header's key: below the newest of each array of tables on the way."""
        path = ""
        for at, part in enumerate(parts):
            path = f"{path}.{part}" if path else part
            if path in self._lengths and at < len(parts) - 1:
                path = f"{path}[{self._lengths[path] - 1}]"
        return path

    def _array_header(self) -> str:
        path = self._under(self._key())
        self._lengths[path] = self._lengths.get(path, 0) + 1
        return f"{path}[{self._lengths[path] - 1}]"

    def _pair(self, table: str) -> None:
        start = self._at
        *above, path = self._below(table, self._key())
        for implied in above:
            self._note(implied, start)
        self._skip_blank()
        self._value(path)

    def _below(self, table: str, parts: list[str]) -> list[str]:
        """Paths of a dotted key's tables, and its own."""
        found: list[str] = []
        for part in parts:
            table = f"{table}.{part}" if table else part
            found.append(table)
        return found

    def _value(self, path: str) -> None:
        self._note(path, self._at)
        if self._take("["):
            at = 0
            while self._skip_blank() and not self._take("]"):
                self._value(f"{path}[{at}]")
                at += 1
                self._skip_blank()
                self._take(",")
        elif self._take("{"):
            while self._skip_blank() and not self._take("}"):
                self._pair(path)
                self._skip_blank()
                self._take(",")
        else:
            match = _STRING.match(self._text, self._at) or _BARE.match(self._text, self._at)
            self._at = match.end() if match else len(self._text)
