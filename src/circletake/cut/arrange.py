"""Arrange a foreign edit as a cut of ours: whole frames, one line of pictures, sound that is known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from circletake.cut.conform import Event, Heard, KnownTake, Proposal, conform
from circletake.cut.edited import LONGEST_S, Edited, Piece, Reading, Track, check_edited, flat
from circletake.domain.cut import NORMAL
from circletake.domain.time import format_rate
from circletake.errors import CutUnreadable

_DROP_RATES = frozenset({Fraction(30000, 1001), Fraction(60000, 1001)})
_FINEST = 10_000  # a speed is a fraction of small numbers; finer is what a double made of it


def propose(edited: Edited, *, rate: Fraction, known: Sequence[KnownTake]) -> Proposal:
    """Make a proposal for a cut of a foreign edit.

    Args:
        edited: as a form read it.
        rate: of the production; times are converted to its frames.
        known: takes of the production.

    Raises:
        CutUnreadable: there is nothing in it that a cut could hold.
    """
    check_edited(edited)
    grid = _Grid(rate, Reading(dict.fromkeys(edited.said, 1)))
    if edited.rate is not None and edited.rate != rate:
        grid.reading.say(
            f"It was edited at {format_rate(edited.rate)} frames a second and this production runs at "
            f"{format_rate(rate)}; its times were converted."
        )
    pictures = [track for track in edited.tracks if track.kind == "picture"]
    events = grid.events(flat(pictures, grid.reading))
    if not events:
        raise CutUnreadable("The timeline's picture track is empty; export it again.")
    heard = [
        sound
        for track in edited.tracks
        if track.kind == "sound"
        for sound in grid.heard(track)
        if sound.frames
    ]
    grid.say_rounded()
    start = round(edited.start * rate) if 0 <= edited.start <= LONGEST_S else 0
    if edited.start and not start:
        grid.reading.say("Its timecode begins where no timecode does; the cut begins at 00:00:00:00.")
    return replace(
        conform(events, known, sounds=heard, sentences=grid.reading.sentences()),
        start=start,
        drop=edited.drop and rate in _DROP_RATES,
    )


def shown(edited: Edited, *, rate: Fraction) -> tuple[list[Event], tuple[str, ...]]:
    """The line of pictures of a foreign edit in whole frames, and what there is to say of it.

    Args:
        rate: of the production; times are converted to its frames.

    Raises:
        CutUnreadable: there is no picture in it.
    """
    check_edited(edited)
    grid = _Grid(rate, Reading(dict.fromkeys(edited.said, 1)))
    events = grid.events(flat([track for track in edited.tracks if track.kind == "picture"], grid.reading))
    grid.say_rounded()
    return events, grid.reading.sentences()


@dataclass(slots=True)
class _Grid:
    """Seconds become frames at the edit, each for itself, so that rounding never adds up."""

    rate: Fraction
    reading: Reading
    rounded: dict[str, None] | None = None

    def frame(self, time: Fraction, name: str) -> int:
        exact = time * self.rate
        if exact.denominator != 1:
            self.rounded = (self.rounded or {}) | {name: None}
        return round(exact)

    def say_rounded(self) -> None:
        if self.rounded:
            names = [name for name in self.rounded if name] or ["holes"]
            more = f" and {len(names) - 8} more" if len(names) > 8 else ""  # noqa: PLR2004 (a line's worth)
            self.reading.say(
                f"Not on whole frames at {format_rate(self.rate)} frames a second, and therefore rounded: "
                f"{', '.join(names[:8])}{more}."
            )

    def events(self, line: list[Piece]) -> list[Event]:
        """The line of pictures in frames, holes filled with gaps."""
        events: list[Event] = []
        at = 0
        for found in line:
            piece = found.part(Fraction(0), found.end) if found.start < 0 < found.end else found
            label = piece.ours.shot or piece.name
            start, end = self.frame(piece.start, label), self.frame(piece.end, label)
            if end <= max(start, at):
                self.reading.say(f"“{piece.name}” lasts less than a frame; it was left out.")
                continue
            if start > at:
                events.append(Event("", start - at, 0, is_gap=True))
            start = max(start, at)
            events.append(self._event(piece, end - start, events))
            at = end
        return events

    def _event(self, piece: Piece, frames: int, before: list[Event]) -> Event:
        name = piece.name or piece.ours.shot or ""
        is_gap, speed = piece.is_gap, self.speed(piece.speed)
        if speed < 0 and not is_gap:
            self.reading.say(
                f"“{name}” runs backwards, which no slot does; it is a gap now: render it backwards and "
                f"bring that in."
            )
            is_gap = True
        dissolve = max(0, min(round(piece.dissolve * self.rate), frames))
        if dissolve and not before:
            self.reading.say(f"“{name}” fades up from nothing at the head; it begins with a cut now.")
            dissolve = 0
        elif dissolve and dissolve > before[-1].frames:
            self.reading.say(
                f"The dissolve into “{name}” is longer than the shot before it and was shortened to "
                f"{before[-1].frames} frames."
            )
            dissolve = before[-1].frames
        source_in = piece.source_in * self.rate
        return Event(
            name=piece.name,
            frames=frames,
            source_in=round(source_in),
            is_gap=is_gap,
            sha256=piece.ours.sha256,
            slot=piece.ours.slot,
            shot=piece.ours.shot,
            hints=piece.hints,
            speed=NORMAL if is_gap else speed,
            dissolve=dissolve,
            marks=piece.marks,
        )

    def speed(self, speed: Fraction) -> Fraction:
        """A speed as a fraction of small numbers."""
        return speed.limit_denominator(_FINEST)

    def heard(self, track: Track) -> list[Heard]:
        """A sound track's clips in frames; sound at another speed is not carried."""
        found: list[Heard] = []
        for piece in track.pieces:
            if piece.is_gap or piece.length == 0:
                continue
            if piece.speed != 1:
                self.reading.say(f"The sound “{piece.name}” runs at another speed; it was left out.")
                continue
            start, end = self.frame(piece.start, piece.name), self.frame(piece.end, piece.name)
            fades = max(0, min(round(piece.fade_in * self.rate), end - start))
            found.append(
                Heard(
                    name=piece.name,
                    track=track.name,
                    record_in=max(0, start),
                    frames=max(0, end - start),
                    source_in=round(piece.source_in * self.rate),
                    gain_mb=piece.gain_mb,
                    fade_in=fades,
                    fade_out=max(0, min(round(piece.fade_out * self.rate), end - start - fades)),
                    sha256=piece.ours.sha256,
                    id=piece.ours.slot,
                    shot=piece.ours.shot,
                    hints=piece.hints,
                )
            )
        return found
