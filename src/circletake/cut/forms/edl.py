"""CMX 3600 edit decision lists: one picture track in timecode, slots and hashes in its comments.

Source:
    CMX 3600 as editing programs write it: an event a line, `M2` for speed in frames a second, `D` with a
    length for dissolves, whose event is preceded by a cut of no length that names what it dissolves from.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from circletake.cut.edited import STRANGE, Edited, Ours, Piece, Reading, Track
from circletake.cut.form import (
    COLOURS,
    NO_APPROVAL,
    Form,
    Leaving,
    Written,
    agreed_speed,
    one_line,
    read_spoken,
    spoken,
)
from circletake.domain.cut import NORMAL, Slot
from circletake.domain.time import FrameRange, format_rate, format_timecode, parse_timecode
from circletake.errors import CutUnreadable, TimeInvalid

_TIMECODE = r"(\d{2}[:;]\d{2}[:;]\d{2}[:;.]\d{2})"
_EVENT = re.compile(
    r"^(?P<number>\d+)\s+(?P<reel>\S+)\s+(?P<channel>\S+)\s+(?P<kind>C|D|W\d*|K\s*[BO]?)\s*(?P<length>\d{1,4})?\s+"
    + r"\s+".join([_TIMECODE] * 4)
    + r"\s*$"
)
_SPEED = re.compile(r"^M2\s+(?P<reel>.*?)\s+(?P<fps>[+-]?\d+(?:\.\d+)?)\s+(?P<at>\S+)\s*$")
_NAMED = re.compile(
    r"^\*?\s*(FROM CLIP NAME|TO CLIP NAME|SOURCE FILE|FROM FILE|FROM CLIP)\s*:\s*(.*)$", re.IGNORECASE
)
_MARK = re.compile(r"^\*?\s*LOC:\s*\S+\s+\S+\s*(?:CIRCLETAKE )?(.*)$", re.IGNORECASE)
_MOST_EVENTS = 100_000
_TIMECODE_RATES = (24, 25, 30, 48, 50, 60)
_WRITABLE = frozenset(
    {*map(Fraction, _TIMECODE_RATES), *(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60))}
)
_BLACK = "BL"


class _Line(NamedTuple):
    """One event line."""

    number: str
    reel: str
    channel: str
    kind: str
    length: int
    times: tuple[str, str, str, str]


@dataclass(slots=True)
class _Event:
    """An event line with all that is said under it."""

    line: _Line
    names: dict[str, str] = field(default_factory=dict)
    speed: str | None = None
    ours: Ours = STRANGE
    marks: list[str] = field(default_factory=list)


def read(path: Path, rate: Fraction) -> Edited:
    """Read an `.edl` file; its rate it does not say.

    Raises:
        CutUnreadable: it is no EDL.
    """
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    reading = Reading()
    events, drop = _events(text, reading)
    if not events:
        raise CutUnreadable("There is no event of an EDL in this file; export it again.")
    counts = _rate_of(events, rate, reading)
    drop = drop and counts in {Fraction(30000, 1001), Fraction(60000, 1001)}
    pictures: list[Piece] = []
    sounds: dict[str, list[Piece]] = {}
    start: int | None = None
    before: _Event | None = None
    for event in events:
        source, record = _ranges(event, counts, drop=drop)
        channel = event.line.channel.upper()
        is_picture = channel in {"B", "NONE"} or "V" in channel
        if is_picture:
            start = record.start if start is None else min(start, record.start)
            if record.frames:
                pictures.append(_piece(event, before, source, record, counts, reading, drop=drop))
                before = event
        for name in _sound_channels(channel):
            if record.frames:
                piece = _piece(event, None, source, record, counts, Reading(), drop=drop)
                sounds.setdefault(name, []).append(
                    replace(piece, ours=replace(piece.ours, slot=None), dissolve=Fraction(0))
                )
    if start is None:
        raise CutUnreadable("The EDL lists no picture, only sound; export it with pictures.")
    begins = Fraction(start) / counts
    tracks = [Track("V", "picture", tuple(replace(one, start=one.start - begins) for one in pictures))]
    tracks += [
        Track(name, "sound", tuple(replace(one, start=one.start - begins) for one in pieces))
        for name, pieces in sounds.items()
    ]
    return Edited(tuple(tracks), start=begins, rate=counts, drop=drop, said=reading.sentences())


def _sound_channels(channel: str) -> Iterator[str]:
    if channel == "B":
        yield "A1"
    elif channel == "AA" or channel.startswith("AA/"):
        yield from ("A1", "A2")
    else:
        yield from (f"A{found or 1}" for found in re.findall(r"A(\d*)", channel))


def _events(text: str, reading: Reading) -> tuple[list[_Event], bool]:
    events: list[_Event] = []
    drop = False
    for raw in text.splitlines():
        line = raw.strip()
        upper = line.upper()
        if upper.startswith("FCM:"):
            drop = drop or "NON" not in upper
        elif match := _EVENT.match(line):
            one, two, three, four = match.groups()[-4:]
            times = (one, two, three, four)
            drop = drop or ";" in "".join(times)
            kind = match["kind"].replace(" ", "")
            length = int(match["length"] or 0)
            found = _Line(match["number"], match["reel"], match["channel"], kind, length, times)
            events.append(_Event(found))
        elif match := _SPEED.match(line):
            _note_speed(events, match["reel"], match["fps"])
        else:
            _note_comment(events, line, reading)
        if len(events) > _MOST_EVENTS:
            raise CutUnreadable(
                f"The EDL lists over {_MOST_EVENTS:,} events; give the list of this cut alone."
            )
    return events, drop


def _note_comment(events: list[_Event], line: str, reading: Reading) -> None:
    """What stands under an event: names, what we wrote, markers, colours."""
    if re.match(r"^\*?\s*ASC_(SOP|SAT)", line.upper()):
        reading.say("Colour decisions (ASC CDL) were left out; grade the takes.")
    if events and (match := _NAMED.match(line)):
        events[-1].names.setdefault(match[1].upper(), one_line(match[2]))
    elif events and line.startswith("*") and (ours := read_spoken(line)) != STRANGE:
        events[-1].ours = ours
    elif match := _MARK.match(line):
        if events:
            events[-1].marks.append(one_line(match[1]))
        if "CIRCLETAKE" not in line.upper():
            reading.say("Markers were left out: notes are kept with takes, and a cut holds none.")


def _note_speed(events: list[_Event], reel: str, fps: str) -> None:
    """A speed belongs to the newest event of its reel, as it stands under both lines of a dissolve."""
    for event in events[-1:-3:-1]:
        if event.line.reel == reel.strip():
            event.speed = fps
            return
    if events:
        events[-1].speed = fps


def _rate_of(events: list[_Event], rate: Fraction, reading: Reading) -> Fraction:
    """The production's rate, or where its frames go on past that, the next one there is."""
    most = max(int(time[-2:]) for event in events for time in event.line.times)
    if most < round(rate):
        return rate
    counts = next((Fraction(n) for n in _TIMECODE_RATES if n > most), None)
    if counts is None:
        raise CutUnreadable(
            f"The EDL counts up to frame {most} in a second, as no film does; export it again."
        )
    reading.say(f"The EDL counts to frame {most} in a second, so it was read at {counts} frames a second.")
    return counts


def _ranges(event: _Event, rate: Fraction, *, drop: bool) -> tuple[FrameRange, FrameRange]:
    counted: list[int] = []
    for text in event.line.times:
        plain = f"{text[:8].replace(';', ':')}{';' if drop else ':'}{text[-2:]}"
        try:
            counted.append(parse_timecode(plain, rate))
        except TimeInvalid as wrong:
            raise CutUnreadable(f"Event {event.line.number}: {wrong.message}") from None
    if counted[1] < counted[0] or counted[3] < counted[2]:
        raise CutUnreadable(f"Event {event.line.number} ends before it begins; export the EDL again.")
    return FrameRange(counted[0], counted[1]), FrameRange(counted[2], counted[3])


def _piece(
    event: _Event,
    before: _Event | None,
    source: FrameRange,
    record: FrameRange,
    rate: Fraction,
    reading: Reading,
    *,
    drop: bool,
) -> Piece:
    line, names, ours = event.line, event.names, event.ours
    dissolve = 0
    if line.kind == "D":
        dissolve = min(line.length, record.frames)
        _, ended = _ranges(before, rate, drop=drop) if before else (None, None)
        if ended is None or ended.end != record.start:
            reading.say(f"The dissolve in event {line.number} starts from nothing; it fades up from a gap.")
    elif line.kind != "C":
        what = "wipe" if line.kind.startswith("W") else "key"
        reading.say(f"The {what} in event {line.number} was left out; it is a cut now.")
    is_gap = line.reel.upper() in {_BLACK, "BLACK"} or (ours.slot is not None and ours.sha256 is None)
    clip = names.get("TO CLIP NAME") if line.kind != "C" else None
    clip = clip or names.get("FROM CLIP NAME") or line.reel
    hints = (
        *(names[key] for key in ("SOURCE FILE", "FROM FILE", "FROM CLIP") if key in names),
        clip,
        line.reel,
    )
    return Piece(
        name=ours.shot or ("" if is_gap else clip),
        start=Fraction(record.start) / rate,
        length=Fraction(record.frames) / rate,
        source_in=Fraction(source.start) / rate,
        speed=Fraction(1) if is_gap else _speed(event, source, record, rate, reading),
        dissolve=Fraction(dissolve) / rate,
        is_gap=is_gap,
        ours=ours,
        hints=tuple(dict.fromkeys(hint for hint in hints if hint)),
        marks=tuple(event.marks),
    )


def _speed(
    event: _Event, source: FrameRange, record: FrameRange, rate: Fraction, reading: Reading
) -> Fraction:
    if event.speed is None:
        if source.frames != record.frames:
            reading.say(
                f"Event {event.line.number} takes {source.frames} frames of its source for {record.frames} "
                f"of the cut without a speed; it runs at normal speed, from its first frame."
            )
        return NORMAL
    told = Fraction(event.speed) / round(rate)
    if told <= 0:
        return told
    measured = Fraction(source.frames, record.frames)
    if agreed_speed(told, event.ours) == event.ours.speed:
        return event.ours.speed
    return measured if abs(measured - told) * record.frames <= 1 else told


def write(leaving: Leaving) -> Written:
    """Write a cut as an edit decision list; a comment on each event names slot, SHA-256 and shot.

    Raises:
        CutUnreadable: there is no timecode at this rate, or nothing to list.
    """
    cut = leaving.cut
    if not any(slot.take for slot in cut.slots):
        raise CutUnreadable("Every slot of the cut is a gap, and an EDL lists only takes; fill one first.")
    if cut.rate not in _WRITABLE:
        raise CutUnreadable(
            f"An EDL cannot be written at {format_rate(cut.rate)} frames a second, for which there is no "
            f"timecode; export OTIO instead."
        )
    lost = ["An EDL holds one picture track; the cut's size and where its media lies stay behind."]
    if cut.sound:
        lost.append("The sound tracks are not in the EDL; export OTIO or XML to keep them.")
    lines = [f"TITLE: {one_line(leaving.title) or cut.production}"]
    lines.append(f"FCM: {'DROP FRAME' if cut.drop else 'NON-DROP FRAME'}")
    before: Slot | None = None
    reels: set[str] = set()
    for number, (slot, record, _) in enumerate(cut.placed(), start=1):
        lines += _event_lines(leaving, number, slot, record, before)
        if (slot.take and len(slot.shot) > _REEL) or not slot.shot.isascii():
            reels.add(slot.shot)
        before = slot
    if reels:
        names = ", ".join(sorted(reels)[:5])
        lost.append(f"Reel names have {_REEL} letters; these were cut short: {names}.")
    if any(slot.speed not in {NORMAL, 0} for slot in cut.slots):
        lost.append("Speeds are rounded to a tenth of a frame a second; ours are exact in the comments.")
    if leaving.statuses:
        lost.append(NO_APPROVAL)
    return Written(("\n".join(lines) + "\n").encode(), tuple(lost))


_REEL = 8


def _event_lines(
    leaving: Leaving, number: int, slot: Slot, record: FrameRange, before: Slot | None
) -> Iterator[str]:
    cut = leaving.cut
    reel = _reel(slot)
    end = slot.source_range().end if slot.take else slot.frames
    source = FrameRange(slot.source_in, end)
    if slot.dissolve and before is not None:
        out = before.source_frame(before.frames) if before.take else before.frames
        yield _line(
            leaving, number, _reel(before), "C", FrameRange(out, out), FrameRange(record.start, record.start)
        )
        yield _line(leaving, number, reel, f"D    {slot.dissolve:03}", source, record)
        yield f"* FROM CLIP NAME: {leaving.name_of(before.take, one_line(before.shot))}"
        yield f"* TO CLIP NAME: {leaving.name_of(slot.take, one_line(slot.shot))}"
    else:
        yield _line(leaving, number, reel, "C", source, record)
        yield f"* FROM CLIP NAME: {leaving.name_of(slot.take, one_line(slot.shot))}"
    if slot.take and slot.speed != NORMAL:
        fps = float(slot.speed * round(cut.rate))
        yield f"M2   {reel:<8}       {fps:05.1f}                {_source_timecode(leaving, slot.source_in)}"
    yield f"* {spoken(slot)}"
    status = leaving.statuses.get(slot.id)
    if status:
        yield f"* LOC: {cut.timecode(record.start)} {COLOURS.get(status, 'WHITE'):<7} CIRCLETAKE {status}"


def _reel(slot: Slot) -> str:
    letters = re.sub(r"[^A-Za-z0-9_.-]", "", slot.shot)[:_REEL]
    return (letters or "AX") if slot.take else _BLACK


def _source_timecode(leaving: Leaving, frame: int) -> str:
    return format_timecode(frame, leaving.cut.rate, drop=leaving.cut.drop)


def _line(leaving: Leaving, number: int, reel: str, kind: str, source: FrameRange, record: FrameRange) -> str:
    cut = leaving.cut
    times = [_source_timecode(leaving, frame) for frame in (source.start, source.end)]
    times += [cut.timecode(frame) for frame in (record.start, record.end)]
    return f"{number:03}  {reel:<8} V     {kind:<8} {' '.join(times)}"


form = Form(label="EDL (CMX 3600)", endings=(".edl",), read=read, write=write)
