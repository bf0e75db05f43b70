"""What a dialect is given, and what it says."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from circletake.domain.provenance import Fact, Trust, What, fact
from circletake.media.marks.field import LARGEST_FIELD_BYTES, Field

DEEPEST = 64
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_BRACKETS = re.compile(r"[\[\]{}]")


class Unread(Exception):
    """A text is not JSON that we read; the message says why."""


@dataclass(frozen=True, slots=True)
class Written:
    """The fields of a file, by key."""

    fields: tuple[Field, ...]

    def find(self, *keys: str) -> Field | None:
        """The first field of one of these keys that says anything."""
        for key in keys:
            for one in self.fields:
                if one.key == key and one.text.strip():
                    return one
        return None


@dataclass(slots=True)
class Telling:
    """Facts as they are found.

    Args:
        graphs: workflows in API form, by their hash, as they are kept.
    """

    facts: list[Fact | None] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    graphs: dict[str, bytes] = field(default_factory=dict)

    def say(self, what: What, value: object, where: str, *, trust: Trust = "embedded") -> None:
        """Say a fact, if the value is one."""
        self.facts.append(fact(what, value, trust=trust, where=where))

    def say_all(self, found: Mapping[str, object], whats: Mapping[str, What], where: str) -> None:
        """Say what stands under some keys, the first of each kind."""
        done: set[What] = set()
        for key, what in whats.items():
            if found.get(key) not in {None, ""} and what not in done:
                self.say(what, found[key], where)
                done.add(what)

    def refuse(self, matter: str) -> None:
        """Say what was not read, and why."""
        self.refused.append(f"{matter}; it was not read.")


class Dialect(Protocol):
    """How one tool writes; the agreed name in a module is `dialect`."""

    def __call__(self, written: Written, telling: Telling) -> None:
        """Say what this tool wrote; nothing where it wrote nothing."""
        ...


def read_json(text: str) -> Any:  # noqa: ANN401 (whatever stands there)
    """Read JSON that is not too large, nor too deep.

    Raises:
        Unread: it is not JSON, or more of it than is read.
    """
    if len(text) > LARGEST_FIELD_BYTES:
        raise Unread(f"is larger than {LARGEST_FIELD_BYTES >> 20} MiB")
    deep = 0
    for bracket in _BRACKETS.finditer(_STRINGS.sub("", text)):
        deep += 1 if bracket[0] in "[{" else -1
        if deep > DEEPEST:
            raise Unread(f"is nested deeper than {DEEPEST}")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Unread("is not JSON") from None


def read_object(text: str) -> dict[str, Any] | None:
    """Read a JSON object; None where it is something else.

    Raises:
        Unread: it begins as one and is too large or too deep, or broken.
    """
    if not text.lstrip().startswith("{"):
        return None
    found = read_json(text)
    return found if isinstance(found, dict) else None
