"""Canonical JSON: the one spelling a value has, so that its hash means something.

RFC 8785 cut down until it is trivial: keys of a–z, 0–9 and _, no floats (decimals are strings), whole
numbers that every reader keeps exactly, text in Unicode normal form C. What is left, Python's own
writer spells as RFC 8785 does.
"""

import json
import re
import unicodedata
from typing import Any, NoReturn

from circletake.errors import EntryInvalid

_KEY = re.compile(r"[a-z0-9_]+")
_LARGEST = 2**53 - 1  # Source: RFC 8785, 3.2.2.3 with RFC 7493, 2.2: what a double keeps exactly
_DEEPEST = 64


def canonical(value: object) -> bytes:
    """Write a value as canonical JSON.

    Args:
        value: objects, lists, text, whole numbers, booleans and None; tuples are lists.

    Raises:
        EntryInvalid: names the path of what has no canonical spelling.

    Source:
        RFC 8785 (JSON Canonicalization Scheme), restricted.

    >>> canonical({"b": [1, None], "a": "é"}).decode()
    '{"a":"é","b":[1,null]}'
    """
    _check(value, "", 0)
    spelled = json.dumps(
        value,
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
        check_circular=False,
    )
    return spelled.encode()


def read_canonical(data: bytes) -> dict[str, Any]:
    """Read an object whose bytes are the canonical spelling of themselves.

    Raises:
        EntryInvalid: not JSON, not an object, or spelled in another way.
    """
    try:
        value = json.loads(
            data.decode(), object_pairs_hook=_once, parse_float=_no_float, parse_constant=_no_float
        )
    except (ValueError, RecursionError) as broken:
        raise EntryInvalid(f"This is not canonical JSON: {broken}.") from None
    if not isinstance(value, dict):
        raise EntryInvalid("This is not canonical JSON: it is no object.")
    if canonical(value) != data:
        raise EntryInvalid("This is JSON, but not in its canonical spelling.")
    return value


def _check(value: object, path: str, depth: int) -> None:
    if isinstance(value, str):
        _check_text(value, path)
    elif value is None or isinstance(value, bool):
        pass
    elif isinstance(value, int):
        if not -_LARGEST <= value <= _LARGEST:
            _refuse(path, "is a larger number than every JSON reader keeps; write it as text")
    elif depth == _DEEPEST:
        _refuse(path, f"is nested deeper than {_DEEPEST}")
    elif isinstance(value, dict):
        _check_members(value, path, depth)
    elif isinstance(value, list | tuple):
        for index, member in enumerate(value):
            _check(member, f"{path}[{index}]", depth + 1)
    else:
        _refuse(path, f"is of type {type(value).__name__}; write decimals as text")


def _check_members(members: dict[object, object], path: str, depth: int) -> None:
    for key, member in members.items():
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            _refuse(path, f"has the key {key!r}; keys are of a–z, 0–9 and _")
        _check(member, f"{path}.{key}", depth + 1)


def _check_text(text: str, path: str) -> None:
    if text.isascii():
        return
    if not unicodedata.is_normalized("NFC", text):
        _refuse(path, "is not in Unicode normal form C; normalise it first")
    try:
        text.encode()
    except UnicodeEncodeError:
        _refuse(path, "holds half a character (a lone surrogate)")


def _refuse(path: str, matter: str) -> NoReturn:
    raise EntryInvalid(f"{path.lstrip('.') or 'The value'} {matter}.", path=path.lstrip("."))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key stands twice in an object")
    return members


def _no_float(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a whole number")
