"""What a form of timeline is: a member of the family in `cut/forms`, a file each."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from circletake.cut.conform import KnownTake
from circletake.cut.edited import STRANGE, Edited, Ours
from circletake.domain.cut import CutVersion, Slot

COLOURS = {
    "gap": "WHITE",
    "todo": "WHITE",
    "making": "BLUE",
    "offered": "PURPLE",
    "review": "PURPLE",
    "retake": "ORANGE",
    "no_good": "RED",
    "circled": "GREEN",
    "stale": "CYAN",
    "hold": "YELLOW",
    "omit": "BLACK",
}

NO_APPROVAL = "Colours of statuses go out as markers for people to see; no approval is ever read back."

_OURS = re.compile(
    r"CIRCLETAKE SLOT (?P<slot>\S+) SHA256 (?P<sha256>[0-9a-f]{64}|-)"
    r"(?: SPEED (?P<speed>\d{1,9}/\d{1,9}) IN (?P<in>\d{1,9}))?(?: SHOT (?P<shot>[^\r\n]+))?"
)


@dataclass(frozen=True, slots=True)
class Leaving:
    """A cut on its way out.

    Args:
        cut: the version.
        takes: content → what is known of it; a content that is not in there has no media to open.
        statuses: slot id → its state, which becomes a marker in its colour.
        title: of the production.
    """

    cut: CutVersion
    takes: Mapping[str, KnownTake]
    statuses: Mapping[str, str]
    title: str = ""

    def name_of(self, take: str | None, otherwise: str) -> str:
        """What editors see a take by."""
        known = self.takes.get(take) if take else None
        return one_line(known.name) if known else otherwise

    def path_of(self, take: str | None) -> str | None:
        """Where its file can be opened, if it can."""
        known = self.takes.get(take) if take else None
        return known.path if known else None


class Written(NamedTuple):
    """A timeline as bytes, and a sentence for everything that the form cannot hold of this cut."""

    data: bytes
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A form of timeline.

    Args:
        label: as editors call it.
        endings: of its files, in lower case; the first is the usual one.
        read: from a file, at the production's rate, to an edit; None where it is only written.
        write: a cut to bytes; None where it is only read.
        most_bytes: a file larger than this is refused unread.
    """

    label: str
    endings: tuple[str, ...]
    read: Callable[[Path, Fraction], Edited] | None
    write: Callable[[Leaving], Written] | None
    most_bytes: int = 64 << 20


def spoken(slot: Slot) -> str:
    """A slot as a comment, for forms that carry text and nothing better."""
    speed = f" SPEED {slot.speed.numerator}/{slot.speed.denominator} IN {slot.source_in}"
    timed = speed if slot.speed != 1 else ""
    return f"CIRCLETAKE SLOT {slot.id} SHA256 {slot.take or '-'}{timed} SHOT {one_line(slot.shot)}"


def read_spoken(text: str) -> Ours:
    """What `spoken` wrote, wherever it stands in a text."""
    match = _OURS.search(text)
    if match is None:
        return STRANGE
    sha256, speed = match["sha256"], match["speed"]
    return Ours(
        slot=match["slot"],
        sha256=None if sha256 == "-" else sha256,
        shot=one_line(match["shot"]) or None if match["shot"] else None,
        speed=Fraction(speed) if speed and not speed.endswith("/0") else None,
        source_in=int(match["in"]) if match["in"] else None,
    )


def agreed_speed(told: Fraction, ours: Ours) -> Fraction:
    """The speed a file says, or our exact one where the file's is that one rounded."""
    exact = ours.speed
    return exact if exact is not None and abs(exact - told) * 100 <= max(told, exact) else told


def one_line(text: str) -> str:
    """Text without line breaks, runs of spaces or characters that only control."""
    return " ".join("".join(letter for letter in text if letter.isprintable() or letter.isspace()).split())
