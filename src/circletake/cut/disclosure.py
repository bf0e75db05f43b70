"""The disclosure sheet as data: into the record of what leaves, out of it again, and as a table."""

import csv
import io
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

from circletake.domain.disclosure import DisclosedSlot, Disclosure, Made
from circletake.domain.time import format_timecode

FORMAT = 1
COLUMNS = (
    "kind",
    "slot",
    "shot",
    "from",
    "to",
    "frames",
    "seconds",
    "take",
    "made",
    "digital_source_type",
    "made_by_a_model",
    "said_by_its_own_credentials",
    "tool",
    "consents",
    "people",
    "content_sha256",
)
SHARES = {
    "whole": "made by a model",
    "part": "made by a model in part",
    "none": "not made by a model",
    "unknown": "not recorded",
}
MADE_WORDS: dict[Made, str] = {
    "camera": "camera",
    "drawn": "drawn",
    "generated": "generated",
    "hybrid": "hybrid",
    "between": "in-between",
    "composite": "put together",
    "unknown": "not recorded",
}
_MILLISECOND = Decimal("0.001")


def disclosure_document(film: Disclosure) -> dict[str, Any]:
    """A disclosure as it stands in the record: canonical, so without seconds, which are no whole numbers."""
    return {
        "v": FORMAT,
        "title": film.title,
        "cut": film.cut,
        "rate": [film.rate.numerator, film.rate.denominator],
        "digital_source_type": film.term,
        "n_frames": film.n_frames,
        "frames_made": dict(film.frames_made()),
        "frames_by_a_model": dict(film.frames_by_a_model()),
        "slots": [_slot(slot) for slot in film.slots],
        "sound": [_slot(clip) for clip in film.sound],
    }


def _slot(slot: DisclosedSlot) -> dict[str, Any]:
    return {
        "slot": slot.slot,
        "shot": slot.shot,
        "record": [slot.start, slot.start + slot.frames],
        "take": slot.take,
        "number": slot.number,
        "made": slot.made,
        "digital_source_type": slot.term,
        "own_terms": list(slot.own_terms),
        "tool": slot.tool,
        "consents": list(slot.consents),
        "acts": list(slot.acts),
    }


def read_disclosure(told: dict[str, Any]) -> Disclosure:
    """A disclosure as it was recorded."""
    return Disclosure(
        title=str(told["title"]),
        cut=str(told["cut"]),
        rate=Fraction(*told["rate"]),
        slots=[_read_slot(one) for one in told["slots"]],
        sound=[_read_slot(one) for one in told["sound"]],
    )


def _read_slot(told: dict[str, Any]) -> DisclosedSlot:
    start, end = told["record"]
    return DisclosedSlot(
        slot=told["slot"],
        shot=told["shot"],
        start=start,
        frames=end - start,
        take=told["take"],
        number=told["number"],
        made=cast("Made", told["made"]),
        own_terms=tuple(told["own_terms"]),
        tool=told["tool"],
        consents=tuple(told["consents"]),
        acts=tuple(told["acts"]),
    )


def seconds_of(frames: int, rate: Fraction) -> str:
    """A length in seconds, to the millisecond.

    >>> seconds_of(48, Fraction(24000, 1001))
    '2.002'
    """
    return str((Decimal(frames) * rate.denominator / rate.numerator).quantize(_MILLISECOND))


def percent_of(frames: int, whole: int) -> str:
    """A share of frames, to a tenth of a per cent; what is there at all is never said to be nothing.

    >>> percent_of(1, 3), percent_of(1, 100_000), percent_of(99_999, 100_000), percent_of(5, 5)
    ('33.3 %', '< 0.1 %', '> 99.9 %', '100 %')
    """
    tenths = round(Fraction(frames * 1000, whole)) if whole else 0
    if frames and not tenths:
        return "< 0.1 %"
    if frames < whole and tenths == 1000:  # noqa: PLR2004 (all of it, in tenths of a per cent)
        return "> 99.9 %"
    return f"{tenths // 10} %" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10} %"


def disclosure_rows(film: Disclosure) -> list[dict[str, str]]:
    """The sheet as a table, a slot a row, by the names of `COLUMNS`."""
    return [
        {
            "kind": "picture" if slot in film.slots else "sound",
            "slot": slot.slot,
            "shot": slot.shot,
            "from": format_timecode(slot.start, film.rate),
            "to": format_timecode(slot.start + slot.frames, film.rate),
            "frames": str(slot.frames),
            "seconds": seconds_of(slot.frames, film.rate),
            "take": str(slot.number),
            "made": MADE_WORDS[slot.made],
            "digital_source_type": slot.term,
            "made_by_a_model": SHARES[slot.share],
            "said_by_its_own_credentials": "; ".join(slot.own_terms),
            "tool": slot.tool,
            "consents": "; ".join(slot.consents),
            "people": "; ".join(slot.acts),
            "content_sha256": slot.take,
        }
        for slot in film.parts
    ]


def disclosure_csv(film: Disclosure) -> bytes:
    """The table as CSV (RFC 4180), UTF-8; no cell begins as a formula does."""
    made = io.StringIO(newline="")
    writer = csv.DictWriter(made, COLUMNS)
    writer.writeheader()
    writer.writerows({name: _harmless(text) for name, text in row.items()} for row in disclosure_rows(film))
    return made.getvalue().encode()


def _harmless(text: str) -> str:
    """A cell that a spreadsheet shows and does not run."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
