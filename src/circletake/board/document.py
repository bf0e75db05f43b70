"""Scripts and versions of the board as canonical JSON: the bytes that have a hash, and the way back."""

import hashlib
import json
from dataclasses import replace
from fractions import Fraction
from typing import TypeVar

import msgspec

from circletake.board.script import Script
from circletake.domain.board import Board
from circletake.errors import BoardUnreadable, EntryInvalid
from circletake.ledger.canonical import canonical, read_canonical

FORMAT = 1
T = TypeVar("T", Board, Script)


def board_bytes(board: Board) -> bytes:
    """Write a version of the board: keys sorted, no spaces, no floats."""
    return canonical({"v": FORMAT, "board": msgspec.to_builtins(board, enc_hook=_pair)})


def board_hash(board: Board) -> str:
    """SHA-256 (hex) that names exactly this version."""
    return hashlib.sha256(board_bytes(board)).hexdigest()


def read_board_document(data: bytes) -> Board:
    """Read a version of the board from its bytes.

    Raises:
        BoardUnreadable: names what is the matter.
    """
    return _read(data, "board", Board)


def script_bytes(script: Script) -> bytes:
    """Write a script; what reading it had to say is no part of it."""
    return canonical({"v": FORMAT, "script": msgspec.to_builtins(replace(script, warnings=()))})


def script_hash(script: Script) -> str:
    """SHA-256 (hex) that names exactly this script."""
    return hashlib.sha256(script_bytes(script)).hexdigest()


def read_script_document(data: bytes) -> Script:
    """Read a script from its bytes.

    Raises:
        BoardUnreadable: names what is the matter.
    """
    return _read(data, "script", Script)


def said_hash(*told: object) -> str:
    """A short hash of what a file said of something, to know when it says something else."""
    return hashlib.sha256(json.dumps(told, ensure_ascii=True, sort_keys=True).encode()).hexdigest()[:16]


def _read(data: bytes, member: str, kind: type[T]) -> T:
    try:
        told = read_canonical(data)
        if told.get("v") != FORMAT or set(told) != {"v", member}:
            raise BoardUnreadable(f"This {member} is of a format that this version does not read.")
        return msgspec.convert(told[member], kind, dec_hook=_fraction)
    except (EntryInvalid, msgspec.ValidationError) as broken:
        raise BoardUnreadable(f"This {member} cannot be read: {broken}.") from None


def _pair(value: object) -> object:
    if isinstance(value, Fraction):
        return [value.numerator, value.denominator]
    raise NotImplementedError


def _fraction(kind: type, value: object) -> object:
    if kind is Fraction and isinstance(value, list) and len(value) == 2:  # noqa: PLR2004 (a pair)
        return Fraction(*value)
    raise ValueError(kind.__name__)
