"""A cut version as canonical JSON: the bytes the book hashes, and the way back."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import NoReturn

from circletake.domain.cut import NORMAL, CutVersion, Slot, SoundClip
from circletake.errors import CutUnreadable, EntryInvalid
from circletake.ledger.canonical import canonical, read_canonical

PLAIN, FULL = 1, 2
_HASH_LETTERS = frozenset("0123456789abcdef")
_HASH_LENGTH = 64
_CUT_KEYS = {"v", "production", "number", "parent", "rate", "size", "slots"}
_SLOT_KEYS = {"id", "shot", "frames", "take", "source_in"}
_SOUND_KEYS = {
    *("id", "shot", "take", "record_in", "frames", "source_in"),
    *("gain_mb", "fade_in", "fade_out", "track"),
}
_MORE_CUT_KEYS = {"sound", "start", "drop"}
_MORE_SLOT_KEYS = {"speed", "dissolve"}


def format_of(cut: CutVersion) -> int:
    """The lowest format that says all of a cut, so that each cut has one spelling and one hash."""
    retimed = any(slot.speed != NORMAL or slot.dissolve for slot in cut.slots)
    return FULL if retimed or cut.sound or cut.start or cut.drop else PLAIN


def cut_document(cut: CutVersion) -> dict[str, object]:
    """Write a cut as plain data: integers, text, lists and claims only."""
    form = format_of(cut)
    document: dict[str, object] = {
        "v": form,
        "production": cut.production,
        "number": cut.number,
        "parent": cut.parent,
        "rate": [cut.rate.numerator, cut.rate.denominator],
        "size": [cut.width_px, cut.height_px],
        "slots": [_slot_document(slot, form) for slot in cut.slots],
    }
    if form == FULL:
        document |= {
            "sound": [sound_document(clip) for clip in cut.sound],
            "start": cut.start,
            "drop": cut.drop,
        }
    return document


def _slot_document(slot: Slot, form: int) -> dict[str, object]:
    document: dict[str, object] = {
        "id": slot.id,
        "shot": slot.shot,
        "frames": slot.frames,
        "take": slot.take,
        "source_in": slot.source_in,
    }
    return document | timing_document(slot) if form == FULL else document


def timing_document(slot: Slot) -> dict[str, object]:
    """Write how a slot runs, as only the fuller format says it."""
    return {"speed": [slot.speed.numerator, slot.speed.denominator], "dissolve": slot.dissolve}


def sound_document(clip: SoundClip) -> dict[str, object]:
    """Write a piece of sound as plain data."""
    return {
        "id": clip.id,
        "shot": clip.shot,
        "take": clip.take,
        "record_in": clip.record_in,
        "frames": clip.frames,
        "source_in": clip.source_in,
        "gain_mb": clip.gain_mb,
        "fade_in": clip.fade_in,
        "fade_out": clip.fade_out,
        "track": clip.track,
    }


def cut_bytes(cut: CutVersion) -> bytes:
    """Write a cut as the bytes that are hashed: keys sorted, no spaces, no floats."""
    return canonical(cut_document(cut))


def cut_hash(cut: CutVersion) -> str:
    """SHA-256 (hex) that names exactly this version."""
    return hashlib.sha256(cut_bytes(cut)).hexdigest()


def edit_hash(cut: CutVersion) -> str:
    """SHA-256 (hex) that names what is seen and heard, whichever version says it.

    Two versions with the same slots, sound, rate and size render to the same master; where their timecode
    begins is neither seen nor heard.
    """
    document = cut_document(replace(cut, start=0, drop=False))
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
    form = data.get("v", PLAIN)
    if form not in {PLAIN, FULL} or isinstance(form, bool):
        _refuse("v", f"is format {form!r}; this version reads formats {PLAIN} and {FULL}")
    is_full = form == FULL
    _keys(data, _CUT_KEYS | (_MORE_CUT_KEYS if is_full else set()), "")
    numerator, denominator = _pair(data["rate"], "rate")
    width_px, height_px = _pair(data["size"], "size")
    cut = CutVersion(
        production=_text(data["production"], "production"),
        number=_count(data["number"], "number", least=1),
        rate=Fraction(numerator, denominator),
        width_px=width_px,
        height_px=height_px,
        slots=tuple(
            _read_slot(slot, path, is_full=is_full) for slot, path in _listed(data["slots"], "slots")
        ),
        parent=_hash_or_none(data["parent"], "parent"),
        sound=tuple(_read_sound(clip, path) for clip, path in _listed(data.get("sound", []), "sound")),
        start=_count(data.get("start", 0), "start", least=0),
        drop=_claim(data.get("drop", False), "drop"),
    )
    _check_ids(cut)
    if format_of(cut) != form:
        _refuse("v", f"is format {FULL} and says nothing that format {PLAIN} does not")
    return cut


def _read_slot(data: object, path: str, *, is_full: bool) -> Slot:
    slot = _object(data, _SLOT_KEYS | (_MORE_SLOT_KEYS if is_full else set()), path)
    return Slot(
        id=_text(slot["id"], f"{path}.id"),
        shot=_text(slot["shot"], f"{path}.shot"),
        frames=_count(slot["frames"], f"{path}.frames", least=1),
        take=_hash_or_none(slot["take"], f"{path}.take"),
        source_in=_count(slot["source_in"], f"{path}.source_in", least=0),
        speed=_speed(slot["speed"], f"{path}.speed") if is_full else NORMAL,
        dissolve=_count(slot["dissolve"], f"{path}.dissolve", least=0) if is_full else 0,
    )


def _read_sound(data: object, path: str) -> SoundClip:
    clip = _object(data, _SOUND_KEYS, path)
    return SoundClip(
        id=_text(clip["id"], f"{path}.id"),
        shot=_text(clip["shot"], f"{path}.shot"),
        take=_hash_or_none(clip["take"], f"{path}.take"),
        record_in=_count(clip["record_in"], f"{path}.record_in", least=0),
        frames=_count(clip["frames"], f"{path}.frames", least=1),
        source_in=_count(clip["source_in"], f"{path}.source_in", least=0),
        gain_mb=_count(clip["gain_mb"], f"{path}.gain_mb", least=None),
        fade_in=_count(clip["fade_in"], f"{path}.fade_in", least=0),
        fade_out=_count(clip["fade_out"], f"{path}.fade_out", least=0),
        track=_text(clip["track"], f"{path}.track"),
    )


def _listed(value: object, path: str) -> list[tuple[object, str]]:
    if not isinstance(value, list):
        _refuse(path, "is not a list")
    return [(member, f"{path}[{index}]") for index, member in enumerate(value)]


def _check_ids(cut: CutVersion) -> None:
    named = [(f"slots[{index}].id", slot.id) for index, slot in enumerate(cut.slots)]
    named += [(f"sound[{index}].id", clip.id) for index, clip in enumerate(cut.sound)]
    seen: set[str] = set()
    for path, key in named:
        if key in seen:
            _refuse(path, f"repeats {key}; every one has its own id")
        seen.add(key)


def _object(data: object, keys: set[str], path: str) -> dict[str, object]:
    if not isinstance(data, dict):
        _refuse(path, "is not an object")
    _keys(data, keys, path)
    return data


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


def _count(value: object, path: str, *, least: int | None) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or (least is not None and value < least):
        _refuse(path, "is not a whole number" + (f" of at least {least}" if least is not None else ""))
    return value


def _claim(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        _refuse(path, "is neither true nor false")
    return value


def _speed(value: object, path: str) -> Fraction:
    numerator, denominator = _pair(value, path, least=0)
    if denominator < 1 or math.gcd(numerator, denominator) != 1:
        _refuse(path, "is not a fraction in its lowest terms")
    return Fraction(numerator, denominator)


def _pair(value: object, path: str, *, least: int = 1) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2:  # noqa: PLR2004 (a pair)
        _refuse(path, "is not a pair of whole numbers")
    return _count(value[0], f"{path}[0]", least=least), _count(value[1], f"{path}[1]", least=least)


def _hash_or_none(value: object, path: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) != _HASH_LENGTH or not _HASH_LETTERS.issuperset(value):
        _refuse(path, "is neither null nor a SHA-256 in lower-case hex")
    return value
