"""A cut version as canonical JSON: the bytes the book hashes, and the way back."""

import hashlib
from collections.abc import Mapping
from fractions import Fraction
from typing import NoReturn

from circletake.domain.cut import CutVersion, Slot
from circletake.errors import CutUnreadable, EntryInvalid
from circletake.ledger.canonical import canonical, read_canonical

FORMAT = 1
_HASH_LETTERS = frozenset("0123456789abcdef")
_HASH_LENGTH = 64
_CUT_KEYS = {"v", "production", "number", "parent", "rate", "size", "slots"}
_SLOT_KEYS = {"id", "shot", "frames", "take", "source_in"}


def cut_document(cut: CutVersion) -> dict[str, object]:
    """Write a cut as plain data: integers, text and lists only."""
    return {
        "v": FORMAT,
        "production": cut.production,
        "number": cut.number,
        "parent": cut.parent,
        "rate": [cut.rate.numerator, cut.rate.denominator],
        "size": [cut.width_px, cut.height_px],
        "slots": [
            {
                "id": slot.id,
                "shot": slot.shot,
                "frames": slot.frames,
                "take": slot.take,
                "source_in": slot.source_in,
            }
            for slot in cut.slots
        ],
    }


def cut_bytes(cut: CutVersion) -> bytes:
    """Write a cut as the bytes that are hashed: keys sorted, no spaces, no floats."""
    return canonical(cut_document(cut))


def cut_hash(cut: CutVersion) -> str:
    """SHA-256 (hex) that names exactly this version."""
    return hashlib.sha256(cut_bytes(cut)).hexdigest()


def edit_hash(cut: CutVersion) -> str:
    """SHA-256 (hex) that names what is seen and heard, whichever version says it.

    Two versions with the same slots, rate and size render to the same master.
    """
    document = cut_document(cut)
    del document["number"], document["parent"]
    return hashlib.sha256(canonical(document)).hexdigest()


def read_cut(data: bytes | Mapping[str, object]) -> CutVersion:
    """Read a cut back from its bytes, or from the same data already decoded.

    Raises:
        CutUnreadable: names the path inside the document, such as `slots[3].frames`.
    """
    if isinstance(data, bytes):
        try:
            data = read_canonical(data)
        except EntryInvalid as broken:
            raise CutUnreadable(f"The cut is not canonical JSON: {broken.message}", path="") from None
    _keys(data, _CUT_KEYS, "")
    if data["v"] != FORMAT:
        _refuse("v", f"is format {data['v']!r}; this version reads format {FORMAT}")
    numerator, denominator = _pair(data["rate"], "rate")
    width_px, height_px = _pair(data["size"], "size")
    listed = data["slots"]
    if not isinstance(listed, list):
        _refuse("slots", "is not a list")
    slots = tuple(_read_slot(slot, f"slots[{index}]") for index, slot in enumerate(listed))
    ids: set[str] = set()
    for index, slot in enumerate(slots):
        if slot.id in ids:
            _refuse(f"slots[{index}].id", f"repeats {slot.id}; every slot has its own id")
        ids.add(slot.id)
    return CutVersion(
        production=_text(data["production"], "production"),
        number=_count(data["number"], "number", least=1),
        rate=Fraction(numerator, denominator),
        width_px=width_px,
        height_px=height_px,
        slots=slots,
        parent=_hash_or_none(data["parent"], "parent"),
    )


def _read_slot(data: object, path: str) -> Slot:
    if not isinstance(data, dict):
        _refuse(path, "is not an object")
    _keys(data, _SLOT_KEYS, path)
    return Slot(
        id=_text(data["id"], f"{path}.id"),
        shot=_text(data["shot"], f"{path}.shot"),
        frames=_count(data["frames"], f"{path}.frames", least=1),
        take=_hash_or_none(data["take"], f"{path}.take"),
        source_in=_count(data["source_in"], f"{path}.source_in", least=0),
    )


def _refuse(path: str, matter: str) -> NoReturn:
    raise CutUnreadable(
        f"The cut cannot be read: {path or 'the document'} {matter}; export it again.", path=path
    )


def _keys(data: Mapping[str, object], expected: set[str], path: str) -> None:
    for key in sorted(expected ^ set(data)):
        here = f"{path}.{key}" if path else key
        _refuse(here, "is missing" if key in expected else "is not a member this version knows")


def _text(value: object, path: str) -> str:
    if not isinstance(value, str) or not value:
        _refuse(path, "is not text")
    return value


def _count(value: object, path: str, *, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        _refuse(path, f"is not a whole number of at least {least}")
    return value


def _pair(value: object, path: str) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2:  # noqa: PLR2004 (a pair)
        _refuse(path, "is not a pair of whole numbers")
    return _count(value[0], f"{path}[0]", least=1), _count(value[1], f"{path}[1]", least=1)


def _hash_or_none(value: object, path: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) != _HASH_LENGTH or not _HASH_LETTERS.issuperset(value):
        _refuse(path, "is neither null nor a SHA-256 in lower-case hex")
    return value
