"""The bank: which takes that people circled show a production's characters, and where their pictures are.

An order to measure names one bank; a worker reads it from the store. What a measurement leaned on in the
end is written out beside it, so that anybody can say later what a model was made of.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from circletake.checks.answers import Answer, plain_answers, read_answers
from circletake.checks.protocol import SheetRef
from circletake.errors import EvidenceUnreadable

_VERSION = 1
MOST_SHOTS = 40
"""Approved shots of a character that a model leans on, newest first: twice what its own measure takes."""
_MOST_PICTURES = 8  # of an approved shot

_T = TypeVar("_T")


def evenly(pictures: Sequence[_T]) -> list[_T]:
    """At most eight of a shot's pictures, evenly: neighbours hardly differ and each costs time.

    >>> evenly(range(20))
    [0, 3, 6, 9, 12, 15, 18]
    """
    return list(pictures[:: max(-(-len(pictures) // _MOST_PICTURES), 1)])


@dataclass(frozen=True, slots=True)
class BankShot:
    """A circled take.

    Args:
        content: its SHA-256.
        essence: what it decodes to, or None where nobody measured that.
        pictures: character → SHA-256 of its pictures in this take.
    """

    content: str
    essence: str | None
    pictures: Mapping[str, str]


def bank_bytes(shots: Iterable[BankShot], answers: Sequence[Answer] = ()) -> bytes:
    """Write a bank as canonical JSON; the order of shots is kept."""
    told = [
        {"content": shot.content, "essence": shot.essence, "pictures": dict(shot.pictures)} for shot in shots
    ]
    heard = {"answers": plain_answers(answers)} if answers else {}
    return _canonical({"shots": told, "v": _VERSION} | heard)


def read_bank(data: bytes) -> list[BankShot]:
    """Read what `bank_bytes` wrote.

    Raises:
        EvidenceUnreadable: it is something else.
    """
    try:
        told = json.loads(data)
        if told["v"] != _VERSION:
            raise EvidenceUnreadable(
                f"The bank of approved takes is of version {told['v']}, which is newer; update circletake."
            )
        return [BankShot(one["content"], one["essence"], dict(one["pictures"])) for one in told["shots"]]
    except (KeyError, TypeError, ValueError):
        raise EvidenceUnreadable(
            "The bank of approved takes cannot be read; update circletake or order the measurement again."
        ) from None


def read_answered(data: bytes) -> list[Answer]:
    """Read the answers of a bank; none where it was written before there were any.

    Raises:
        EvidenceUnreadable: it is no bank.
    """
    read_bank(data)
    try:
        return read_answers(json.loads(data).get("answers", ()))
    except (KeyError, TypeError, ValueError):
        raise EvidenceUnreadable(
            "The answers in the bank cannot be read; update circletake or order the measurement again."
        ) from None


def model_bytes(references: Sequence[SheetRef]) -> bytes:
    """Write out what the models of some characters are made of: sheets, circled takes, their pictures.

    What each character borrows from the others needs no line of its own: they are all here.
    """
    told = [
        {
            "approved": [{"content": shot.content, "pictures": shot.pictures} for shot in sheet.approved],
            "character": sheet.character,
            "sheet": sheet.content,
        }
        | ({"answers": plain_answers(sheet.answers)} if sheet.answers else {})
        for sheet in references
    ]
    return _canonical({"models": told, "v": _VERSION})


def model_hash(references: Sequence[SheetRef]) -> str:
    """SHA-256 of `model_bytes`."""
    return hashlib.sha256(model_bytes(references)).hexdigest()


def _canonical(data: dict[str, Any]) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
