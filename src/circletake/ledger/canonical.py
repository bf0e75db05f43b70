"""Canonical JSON: the one spelling a value has, so that its hash means something.

RFC 8785 cut down until it is trivial: keys of a–z, 0–9 and _, no floats (decimals are strings), whole
numbers that every reader keeps exactly, text in Unicode normal form C. What is left, Python's own
writer spells as RFC 8785 does.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Annotated, Any, NoReturn, Protocol, TypeVar

import msgspec

from circletake.errors import EntryInvalid

_KEY = re.compile(r"[a-z0-9_]+")
_LARGEST = 2**53 - 1  # Source: RFC 8785, 3.2.2.3 with RFC 7493, 2.2: what a double keeps exactly
_DEEPEST = 64

# The short way: what `_is_plain` lets through, msgspec writes as the standard library's writer does
# ("deterministic" would leave some orders as they are). Whatever it does not let through goes the
# long way, which finds out what is the matter, or that nothing is. A property test holds the two ways
# together.
_write = msgspec.json.Encoder(order="sorted").encode
_KNOWN_KEYS: set[str] = set()  # keys found to be fine; few, since they are names of members
_MOST_KNOWN_KEYS = 10_000


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
    if _is_plain(value, _DEEPEST):
        try:
            return _write(value)
        except (TypeError, UnicodeEncodeError):
            pass  # a key of a type of its own, half a character: the long way names it
    return _written_out(value)


def spelled(value: object) -> bytes:
    """Write what is known to have a canonical spelling, such as a part of an entry that was read."""
    return _write(value)


def _written_out(value: object) -> bytes:
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
        found = _read(data)
        if type(found) is dict and _is_plain(found, _DEEPEST) and _write(found) == data:
            return found
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass
    return _read_through(data)


Whole = Annotated[int, msgspec.Meta(ge=-_LARGEST, le=_LARGEST)]


class Shaped(Protocol):
    """An object of known members, one of which holds whatever its kind has; its numbers are `Whole`."""

    body: dict[str, Any]


S = TypeVar("S", bound=Shaped)


def decoder_of(shape: type[S]) -> Callable[[bytes], S]:
    """What reads a shape and takes no float; for `read_as`."""
    return msgspec.json.Decoder(shape, float_hook=_no_float).decode


def read_as(data: bytes, decode: Callable[[bytes], S]) -> S:
    """Read an object of known members whose bytes are the canonical spelling of themselves.

    It takes what `read_canonical` takes, and in half the time: only `body` is looked through.

    Args:
        decode: from `decoder_of`.

    Raises:
        EntryInvalid: not JSON, not of this shape, or spelled in another way.
    """
    try:
        found = decode(data)
        is_text = data.isascii() or unicodedata.is_normalized("NFC", data.decode())
        if is_text and _is_plain(found.body, _DEEPEST - 1) and _write(found) == data:
            return found
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass
    _read_through(data)
    try:
        return decode(data)
    except msgspec.MsgspecError as other:
        raise EntryInvalid(f"This does not have the shape it should have: {other}.") from None


def _read_through(data: bytes) -> dict[str, Any]:
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


def _is_plain(value: Any, deeper: int) -> bool:  # noqa: ANN401, C901, PLR0912 (anything may come; one loop, for its speed)
    """Whether a value is of the exact types, texts, numbers and keys that have a canonical spelling.

    Members are looked at in the loop, because a call for each of them costs more than looking.
    """
    kind = type(value)
    if kind is dict:
        for key in value:
            if key not in _KNOWN_KEYS and not _is_key(key):
                return False
        members: Iterable[Any] = value.values()
    elif kind is list or kind is tuple:
        members = value
    else:
        members = (value,)
    for member in members:
        kind = type(member)
        if kind is str:
            if not member.isascii() and not unicodedata.is_normalized("NFC", member):
                return False
        elif kind is int:
            if not -_LARGEST <= member <= _LARGEST:
                return False
        elif kind is dict or kind is list or kind is tuple:
            if deeper == 1 or not _is_plain(member, deeper - 1):
                return False
        elif member is not None and kind is not bool:
            return False
    return True


def _is_key(key: object) -> bool:
    fits = isinstance(key, str) and _KEY.fullmatch(key) is not None
    if fits and len(_KNOWN_KEYS) < _MOST_KNOWN_KEYS:
        _KNOWN_KEYS.add(str(key))
    return fits


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


_read = msgspec.json.Decoder(float_hook=_no_float).decode
