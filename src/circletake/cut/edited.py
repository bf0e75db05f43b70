"""An edit as another program tells it: tracks of pieces on a line of exact seconds.

Every form of timeline is read into this and into nothing else, so that what is made of layers, nested
timelines, speeds and sound is decided in one place, whichever program wrote them.
"""

import heapq
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

import msgspec

from circletake.errors import CutUnreadable

MOST_PIECES = 200_000
LONGEST_S = 24 * 3600 * 2
_NUMBER = re.compile(r"\s*[+-]?\d{1,20}(\.\d{0,20})?([eE][+-]?\d{1,2}|/\d{1,20})?\s*$")
_ZERO = Fraction(0)
_ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Ours:
    """What we wrote beside a clip, read back; a stranger's clip says nothing of it.

    Args:
        slot: id of a slot, or of a piece of sound.
        sha256: content that it holds.
        shot: code of its shot.
        speed: its exact speed.
        source_in: first frame of its content, where a form rounds that.
    """

    slot: str | None = None
    sha256: str | None = None
    shot: str | None = None
    speed: Fraction | None = None
    source_in: int | None = None


STRANGE = Ours()


@dataclass(frozen=True, slots=True)
class Piece:
    """A clip, or a hole that was left on purpose; all times in exact seconds.

    Args:
        name: as written there.
        start: where it begins on the timeline.
        length: how long it lasts there.
        source_in: where in its media it begins, counted from the media's first frame.
        speed: seconds of media in a second of the timeline; negative runs backwards.
        dissolve: for how long at its head it is mixed from what is before.
        is_gap: nothing is shown.
        ours: what we wrote beside it.
        hints: names by which a take may be proposed, best first.
        gain_mb: loudness in hundredths of a decibel, for sound.
        fade_in: seconds over which sound comes up.
        fade_out: seconds over which sound goes down.
        marks: names of the markers on it.
    """

    name: str
    start: Fraction
    length: Fraction
    source_in: Fraction = _ZERO
    speed: Fraction = _ONE
    dissolve: Fraction = _ZERO
    is_gap: bool = False
    ours: Ours = STRANGE
    hints: tuple[str, ...] = ()
    gain_mb: int = 0
    fade_in: Fraction = _ZERO
    fade_out: Fraction = _ZERO
    marks: tuple[str, ...] = ()

    @property
    def end(self) -> Fraction:
        """Where it ends on the timeline."""
        return self.start + self.length

    def part(self, start: Fraction, end: Fraction) -> "Piece":
        """What is left of it between two places of the timeline; its dissolve stays with its head."""
        at_head, at_tail = start == self.start, end == self.end
        return replace(
            self,
            start=start,
            length=end - start,
            source_in=self.source_in + (start - self.start) * self.speed,
            dissolve=min(self.dissolve, end - start) if at_head else _ZERO,
            fade_in=self.fade_in if at_head else _ZERO,
            fade_out=self.fade_out if at_tail else _ZERO,
        )


@dataclass(frozen=True, slots=True)
class Track:
    """Pieces side by side. The first picture track lies lowest; what lies higher hides it."""

    name: str
    kind: Literal["picture", "sound"]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Edited:
    """A whole edit.

    Args:
        tracks: pictures from the lowest on, and sound.
        start: timecode of its first frame, in seconds at its own rate.
        rate: frames a second it was edited at; None where it does not say.
        drop: its timecode is drop-frame.
        said: a sentence on everything that reading it could not carry.
    """

    tracks: tuple[Track, ...]
    start: Fraction = _ZERO
    rate: Fraction | None = None
    drop: bool = False
    said: tuple[str, ...] = ()


@dataclass(slots=True)
class Reading:
    """What there is to say while a foreign edit is read, each thing once."""

    said: dict[str, int] = field(default_factory=dict)
    depth: int = 0

    def say(self, sentence: str) -> None:
        """Keep a sentence; one that was said already is not said again."""
        self.said[sentence] = self.said.get(sentence, 0) + 1

    def sentences(self) -> tuple[str, ...]:
        """All of them, in the order of the file."""
        return tuple(self.said)


def check_edited(edited: Edited) -> Edited:
    """Refuse what no film is, before anything is made of it.

    Raises:
        CutUnreadable: no pictures, or pieces that are impossibly many, long or early.
    """
    if not any(track.kind == "picture" for track in edited.tracks):
        raise CutUnreadable("The timeline has no picture track; export it with pictures.")
    if not any(track.pieces for track in edited.tracks if track.kind == "picture"):
        raise CutUnreadable("The timeline's picture track is empty; export it again.")
    if sum(len(track.pieces) for track in edited.tracks) > MOST_PIECES:
        raise CutUnreadable(f"There are over {MOST_PIECES:,} clips in it; export this cut alone.")
    for piece in (piece for track in edited.tracks for piece in track.pieces):
        if piece.length < 0 or piece.end > LONGEST_S or piece.length > LONGEST_S:
            raise CutUnreadable(
                f"“{piece.name}” lasts impossibly long ({float(piece.length):g} s); export it again."
            )
    return edited


def exact(number: float | str) -> Fraction:
    """A number that a program wrote down, as the fraction it stands for.

    >>> exact("1001/24000"), exact(0.5)
    (Fraction(1001, 24000), Fraction(1, 2))

    Raises:
        CutUnreadable: it is no number.
    """
    try:
        # A text such as 1e999999999 would be a number that no memory holds.
        return Fraction(number if not isinstance(number, str) else number * bool(_NUMBER.match(number)))
    except (ValueError, ZeroDivisionError, OverflowError):
        raise CutUnreadable(f"“{str(number)[:40]}” is no time or number; export it again.") from None


def within(pieces: Iterable[Piece], window: Piece) -> list[Piece]:
    """The part of a nested timeline that a clip shows, laid where the clip lies.

    Args:
        pieces: of the nested timeline, in its own time.
        window: the clip; its `source_in` is counted in the nested timeline's time. Where it goes on past
            what lies in there, nothing is seen.
    """
    first, last = window.source_in, window.source_in + window.length
    shown: list[Piece] = []
    for piece in pieces:
        start, end = max(piece.start, first), min(piece.end, last)
        if start < end:
            cropped = piece.part(start, end)
            shown.append(replace(cropped, start=window.start + start - first))
    if shown and window.dissolve and shown[0].start == window.start:
        shown[0] = replace(shown[0], dissolve=min(window.dissolve, shown[0].length))
    if shown and shown[-1].end < window.end:
        shown.append(Piece("", shown[-1].end, window.end - shown[-1].end, is_gap=True))
    return shown


def edited_bytes(edited: Edited) -> bytes:
    """Write an edit down for another process."""
    return msgspec.json.encode(edited, enc_hook=str)


def read_edited(data: bytes) -> Edited:
    """Read an edit that `edited_bytes` wrote."""
    return msgspec.json.decode(data, type=Edited, dec_hook=lambda _, value: Fraction(value))


def flat(tracks: Sequence[Track], reading: Reading) -> list[Piece]:
    """Make one line of picture tracks: the uppermost piece hides what lies under it.

    Args:
        tracks: picture tracks, the lowest first.
        reading: told of overlaps and of what was hidden.
    """
    line: list[Piece] = []
    hidden: list[str] = []
    for track in tracks:
        shown = [piece for piece in _in_order(track, reading) if track is tracks[0] or not piece.is_gap]
        if line and shown:
            hidden += [piece.name or "a clip" for piece in shown]
        line = _laid(line, shown)
    if hidden:
        names = ", ".join(f"“{name}”" for name in list(dict.fromkeys(hidden))[:5])
        more = len(dict.fromkeys(hidden)) - 5
        reading.say(
            f"A cut has one picture track: of layers the uppermost is what is seen ({names}"
            f"{f' and {more} more' if more > 0 else ''})."
        )
    return line


def _in_order(track: Track, reading: Reading) -> list[Piece]:
    """A track's pieces one after another; where two overlap, the later one is seen."""
    ordered: list[Piece] = []
    waiting = [(piece.start, number, piece) for number, piece in enumerate(track.pieces)]
    heapq.heapify(waiting)
    rests = 0
    while waiting:
        _, _, piece = heapq.heappop(waiting)
        if piece.length == 0:
            reading.say(f"“{piece.name}” lasts less than a frame; it was left out.")
            continue
        if ordered and ordered[-1].end > piece.start:
            before = ordered.pop()
            if not before.is_gap and not piece.is_gap:
                reading.say(
                    f"“{before.name}” and “{piece.name}” overlap on one track; the later one is seen there."
                )
            if before.start < piece.start:
                ordered.append(before.part(before.start, piece.start))
            if before.end > piece.end:
                rests -= 1  # before all others that begin there, which then hide it in their turn
                heapq.heappush(waiting, (piece.end, rests, before.part(piece.end, before.end)))
        ordered.append(piece)
    return ordered


def _laid(line: list[Piece], over: list[Piece]) -> list[Piece]:
    """Lay pieces over a line of others; both in order and without overlaps."""
    left: list[Piece] = []
    upper = iter(over)
    covers = next(upper, None)
    for piece in line:
        start = piece.start
        while covers is not None and covers.end <= start:
            covers = next(upper, None)
        while covers is not None and covers.start < piece.end:
            if covers.start > start:
                left.append(piece.part(start, covers.start))
            start = max(start, covers.end)
            if covers.end > piece.end:
                break
            covers = next(upper, None)
        if start < piece.end:
            left.append(piece.part(start, piece.end))
    return sorted([*left, *over], key=lambda one: one.start)
