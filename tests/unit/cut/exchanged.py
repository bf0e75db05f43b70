"""A cut with everything in it, takes to match it, and a form's reader as it is without its child process."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from circletake.cut.arrange import propose
from circletake.cut.conform import KnownTake, Proposal
from circletake.cut.form import Leaving, Written
from circletake.cut.timelines import forms
from circletake.domain.cut import CutVersion, Slot, SoundClip

A, B, C, D = "aa" * 32, "bb" * 32, "cc" * 32, "dd" * 32
TAKES = {
    A: KnownTake(A, "SH010", "SH010_t01", 160, "/films/sh010 v1.mov"),
    B: KnownTake(B, "SH030", "SH030_t02", 140),
    C: KnownTake(C, "SH040", "bird & final.mov", 200),
    D: KnownTake(D, "LINE010", "LINE010_t01", 300, is_seen=False),
}
KNOWN = list(TAKES.values())
RATES = [Fraction(12), Fraction(24), Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60)]


def plain(rate: Fraction = Fraction(24)) -> CutVersion:
    """Slots and gaps, cut straight, as any form holds them."""
    slots = (
        Slot("s_1", "SH010", 48, A, 5),
        Slot("s_2", "SH020", 36),
        Slot("s_3", "SH030", 24, B, 7),
        Slot("s_4", "SH040", 30, C, 1),
    )
    return CutVersion("pr_1", 3, rate, 640, 360, slots)


def retimed(rate: Fraction = Fraction(24)) -> CutVersion:
    """The same with speeds, a held frame and dissolves between takes and from gaps."""
    one, two, three, four = plain(rate).slots
    slots = (
        one,
        two,
        replace(three, speed=Fraction(3, 2), dissolve=9),
        replace(four, dissolve=4),
        Slot("s_5", "SH040", 10, C, 60, speed=Fraction(0)),
        Slot("s_6", "SH050 ü", 12, dissolve=6),
    )
    return replace(plain(rate), slots=slots)


SOUND = (
    SoundClip("a_1", "LINE010", D, 10, 60, 3, -650, 4, 6, "A1"),
    SoundClip("a_2", "LINE010", D, 30, 20, 100, track="Music"),
)
STATUSES = {"s_1": "circled", "s_2": "gap", "s_3": "stale"}


def written(cut: CutVersion, form: str, statuses: dict[str, str] | None = None) -> Written:
    """The cut as bytes of a form."""
    write = forms()[form].write
    assert write is not None
    return write(Leaving(cut, TAKES, statuses or {}, "A Bird & Co"))


def read(
    data: bytes | str,
    form: str,
    folder: Path,
    *,
    rate: Fraction = Fraction(24),
    known: list[KnownTake] = KNOWN,
) -> Proposal:
    """What becomes of bytes of a form, read in this process."""
    path = folder / f"timeline{forms()[form].endings[0]}"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    reads = forms()[form].read
    assert reads is not None
    return propose(reads(path, rate), rate=rate, known=known)
