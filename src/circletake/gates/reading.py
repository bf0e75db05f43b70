"""Reads plain data that somebody wrote, and names the path of what cannot be used."""

import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, NoReturn, TypeGuard

from circletake.domain.policy import Param
from circletake.domain.verdict import VALUE_NAMES
from circletake.errors import PolicyInvalid

_KEY = re.compile(r"[a-z][a-z0-9_]{0,31}")
_LARGEST = 2**53 - 1  # the largest whole number that every JSON reader keeps exactly


def refuse(path: str, matter: str) -> NoReturn:
    """Refuse a document, naming where."""
    raise PolicyInvalid(f"The policy cannot be used: {path} {matter}.", path=path)


def members(data: Mapping[str, Any], known: set[str], path: str, *, needed: set[str]) -> None:
    """Refuse members that are missing or not known."""
    for name in sorted(needed - set(data)):
        refuse(f"{path}.{name}".lstrip("."), "is missing")
    for name in sorted(set(data) - known):
        refuse(f"{path}.{name}".lstrip("."), f"is not known here; known are {', '.join(sorted(known))}")


def mapping(value: object, path: str) -> Mapping[str, Any]:
    """A table."""
    if not isinstance(value, Mapping):
        refuse(path, "should be a table")
    return value


def listed(value: object, path: str) -> list[Any]:
    """A list with something in it."""
    if not isinstance(value, list) or not value:
        refuse(path, "should be a list with something in it")
    return value


def text(value: object, path: str) -> str:
    """A text that says something, in NFC."""
    if not isinstance(value, str) or not value.strip():
        refuse(path, "should be text")
    return unicodedata.normalize("NFC", value)


def key_of(value: object, path: str) -> str:
    """A short key."""
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        refuse(path, "should be a short key of a–z, 0–9 and _")
    return value


def one_of(value: object, known: tuple[str, ...], path: str) -> str:
    """One of the words there are."""
    if value not in known:
        refuse(path, f"names “{value}”; there are {', '.join(known)}")
    return str(value)


def span(value: object, path: str) -> tuple[int, int]:
    """Lowest and highest value."""
    match value:
        case [low, high] if is_value(low) and is_value(high) and low <= high:
            return low, high
        case _:
            refuse(path, "should be [lowest, highest], from -2 to 2")


def is_value(value: object) -> TypeGuard[int]:
    """Whether this is a verdict's value."""
    return type(value) is int and value in VALUE_NAMES  # True would be 1


def setting(value: object, path: str) -> str:
    """A check's setting: a number, true or false, or text; kept as text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float) and math.isfinite(value):
        return str(value)
    if not isinstance(value, str) or not value.strip():
        refuse(path, "should be a number, true or false, or text")
    return unicodedata.normalize("NFC", value)


def param(value: object, path: str) -> Param:
    """A parameter of a rule."""
    if isinstance(value, list) and all(isinstance(member, str) for member in value):
        return tuple(unicodedata.normalize("NFC", member) for member in value)
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, int) and abs(value) <= _LARGEST:
        return value
    refuse(path, "should be text, a whole number, true or false, or a list of text")


def once(keys: list[str], path: str) -> None:
    """Refuse keys that come twice."""
    for key in keys:
        if keys.count(key) > 1:
            refuse(path, f"has “{key}” twice")


def flag(data: Mapping[str, Any], name: str, path: str) -> bool:
    """True or false; left out is false."""
    value = data.get(name, False)
    if not isinstance(value, bool):
        refuse(f"{path}.{name}", "should be true or false")
    return value
