"""FCP7 XML (`xmeml`), which Premiere, Resolve, Hiero and others still exchange.

Source:
    Apple, Final Cut Pro XML Interchange Format, versions 4 and 5: `start` or `end` of −1 is where the
    transition beside it begins or ends; `in` counts frames of the clip as it is retimed.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from circletake.cut.edited import Edited, Piece, Reading, Track, flat, within
from circletake.cut.form import Form, agreed_speed, one_line, read_spoken
from circletake.cut.forms._fcp7_out import write
from circletake.cut.forms._xml import Element, name_in, number_of, read_xml, text_of
from circletake.errors import CutUnreadable

_DEEPEST_NEST = 24
_HUNDRED = 100


@dataclass(slots=True)
class _Bin:
    """Files and sequences by id: an id stands for what was written in full where it came first."""

    files: dict[str, Element] = field(default_factory=dict)
    sequences: dict[str, Element] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)


@dataclass(frozen=True, slots=True)
class _Between:
    """A transition: where it begins and ends on its track, in frames of the sequence."""

    start: Fraction
    end: Fraction
    is_dissolve: bool
    alignment: str


def read(path: Path, rate: Fraction) -> Edited:
    """Read an FCP7 `.xml` file.

    Raises:
        CutUnreadable: it is no such file, or holds no sequence.
    """
    root = read_xml(path)
    if root.tag != "xmeml":
        raise CutUnreadable(
            f"This is XML of another kind (“{root.tag[:40]}”), not FCP7 XML; export it again."
        )
    here = _Bin()
    for element in root.iter():
        kept = here.files if element.tag == "file" else here.sequences if element.tag == "sequence" else None
        key = element.get("id")
        if kept is not None and key and (key not in kept or len(element) > len(kept[key])):
            kept[key] = element
    sequences = [one for one in root.iter("sequence") if one.find("media") is not None]
    if not sequences:
        raise CutUnreadable("There is no sequence in this file; export the timeline itself.")
    outer = [one for one in sequences if not _is_within_clip(root, one)]
    if len(outer) > 1:
        here.reading.say(
            f"The file holds {len(outer)} sequences; “{text_of(outer[0], 'name')}”, the first, was read."
        )
    sequence = (outer or sequences)[0]
    counts = _rate(sequence) or rate
    tracks = list(_tracks(sequence, counts, here))
    timecode = sequence.find("timecode")
    start = number_of(timecode, "frame") / (_rate(timecode) or counts)
    return Edited(
        tracks=tuple(tracks),
        start=max(Fraction(0), start),
        rate=counts,
        drop=text_of(timecode, "displayformat").upper() == "DF",
        said=here.reading.sentences(),
    )


def _is_within_clip(root: Element, sequence: Element) -> bool:
    return any(sequence in list(clip.iter("sequence")) for clip in root.iter("clipitem"))


def _rate(element: Element | None) -> Fraction | None:
    rate = element.find("rate") if element is not None else None
    base = number_of(rate, "timebase")
    if rate is None or base <= 0:
        return None
    return base * 1000 / 1001 if text_of(rate, "ntsc").upper() == "TRUE" else base


def _tracks(sequence: Element, rate: Fraction, here: _Bin) -> Iterator[Track]:
    names = _named_holes(sequence, rate)
    for place in ("video", "audio"):
        for number, track in enumerate(sequence.findall(f"media/{place}/track"), start=1):
            label = f"{'V' if place == 'video' else 'A'}{number}"
            if text_of(track, "enabled").upper() == "FALSE":
                if track.find("clipitem") is not None:
                    here.reading.say(f"The track {label} is switched off; it was left out.")
                continue
            pieces = list(_pieces(track, rate, here, is_sound=place == "audio"))
            if place == "video" and number == 1 and names:
                pieces = _with_holes(pieces, names)
            yield Track(label, "sound" if place == "audio" else "picture", tuple(pieces))


def _named_holes(sequence: Element, rate: Fraction) -> list[Piece]:
    """Gaps that we named by markers of the sequence, as a hole has no name."""
    found: list[Piece] = []
    for marker in sequence.findall("marker"):
        ours = read_spoken(text_of(marker, "comment"))
        start, end = number_of(marker, "in"), number_of(marker, "out")
        if ours.slot is not None and ours.sha256 is None and end > start:
            found.append(
                Piece(
                    ours.shot or "", start / rate, (end - start) / rate,
                    is_gap=True, ours=ours,
                )
            )  # fmt: skip
    return found


def _with_holes(pieces: list[Piece], holes: list[Piece]) -> list[Piece]:
    """Named holes where still nothing lies; one that was filled in the meantime is none any more."""
    kept = [
        hole
        for hole in holes
        if not any(one.start < hole.end and hole.start < one.end for one in pieces if not one.is_gap)
    ]
    dissolving = {one.start: one.dissolve for one in pieces if one.is_gap}
    kept = [replace(hole, dissolve=dissolving.get(hole.start, Fraction(0))) for hole in kept]
    starts = {hole.start for hole in kept}
    return [*(one for one in pieces if not (one.is_gap and one.start in starts)), *kept]


def _pieces(track: Element, rate: Fraction, here: _Bin, *, is_sound: bool) -> Iterator[Piece]:
    items = [one for one in track if one.tag in {"clipitem", "generatoritem", "transitionitem"}]
    for index, item in enumerate(items):
        if item.tag == "transitionitem":
            between = _between(item)
            last = index + 1 == len(items)
            if between.is_dissolve and not is_sound and (between.alignment == "end-black" or last):
                length = (between.end - between.start) / rate
                yield Piece("", between.start / rate, length, dissolve=length, is_gap=True)
            elif not between.is_dissolve:
                kind = text_of(item.find("effect"), "name") or "a transition"
                here.reading.say(f"“{kind}” is no dissolve and was left out; it is a cut now.")
            continue
        before = _between(items[index - 1]) if index and items[index - 1].tag == "transitionitem" else None
        after = (
            _between(items[index + 1])
            if index + 1 < len(items) and items[index + 1].tag == "transitionitem"
            else None
        )
        yield from _clip(item, before, after, rate, here, is_sound=is_sound)


def _between(item: Element) -> _Between:
    effect = item.find("effect")
    words = f"{text_of(effect, 'effectid')} {text_of(effect, 'name')} {text_of(effect, 'effectcategory')}"
    is_dissolve = "dissolve" in words.lower() or "fade" in words.lower()
    return _Between(
        number_of(item, "start"), number_of(item, "end"), is_dissolve, text_of(item, "alignment").lower()
    )


def _clip(
    item: Element,
    before: _Between | None,
    after: _Between | None,
    rate: Fraction,
    here: _Bin,
    *,
    is_sound: bool,
) -> Iterator[Piece]:
    name = one_line(text_of(item, "name"))
    own = _rate(item) or rate
    told_start, told_end = number_of(item, "start", otherwise=-1), number_of(item, "end", otherwise=-1)
    source = number_of(item, "in") / own
    length = (number_of(item, "out") - number_of(item, "in")) / own
    if told_start < 0 and before is None and told_end >= 0:
        told_start = told_end - length * rate
    before = before if before and (told_start < 0 or before.start <= told_start <= before.end) else None
    after = after if after and (told_end < 0 or after.start <= told_end <= after.end) else None
    start, end = _borders(told_start, told_end, before, after, length * rate)
    speed = _speed(item, name, here.reading)
    ours = read_spoken(" ".join(one.text or "" for one in item.iter("mastercomment1")))
    speed = agreed_speed(speed, ours)
    counted_from = told_start if told_start >= 0 else before.start if before is not None else start
    shift = (start - counted_from) / rate
    dissolve = Fraction(0)
    if before is not None and before.is_dissolve and not is_sound:
        dissolve = min(before.end - start, end - start)
    source_in = (source + shift) * speed if speed > 0 else source + shift
    if source_in < 0:  # there is not so much of its media: the dissolve begins later
        late = min(-source_in / speed, (end - start) / rate) if speed > 0 else Fraction(0)
        start, dissolve, source_in = (
            start + late * rate,
            max(Fraction(0), dissolve - late * rate),
            Fraction(0),
        )
    if end < start:
        here.reading.say(f"“{name}” ends before it begins; it was left out.")
        return
    if ours.source_in is not None and abs(source_in * rate - ours.source_in) < max(speed, Fraction(1)):
        source_in = ours.source_in / rate
    piece = Piece(
        name=ours.shot or name,
        start=start / rate,
        length=(end - start) / rate,
        source_in=source_in,
        speed=speed,
        dissolve=max(Fraction(0), dissolve) / rate,
        ours=ours,
        hints=tuple(_hints(item, name, here)),
        gain_mb=_gain(item) if is_sound else 0,
        marks=tuple(one_line(text_of(marker, "name")) for marker in item.findall("marker")),
    )
    yield from _shown(item, piece, here, is_sound=is_sound)


def _borders(
    start: Fraction, end: Fraction, before: _Between | None, after: _Between | None, length: Fraction
) -> tuple[Fraction, Fraction]:
    """Where a clip begins and ends, when its dissolve counts as its own head and not as its tail."""
    if before is not None and before.is_dissolve:
        begins = before.start
    else:
        begins = start if start >= 0 or before is None else (before.start + before.end) / 2
    if after is not None and after.is_dissolve:
        return begins, after.start
    if end < 0:
        return begins, (after.start + after.end) / 2 if after is not None else begins + length
    return begins, end


def _shown(item: Element, piece: Piece, here: _Bin, *, is_sound: bool) -> Iterator[Piece]:
    """The piece as it is seen: switched off, drawn by the program, or a sequence of its own."""
    reading = here.reading
    if item.find("marker") is not None and piece.ours.slot is None:
        reading.say("Markers were left out: notes are kept with takes, and a cut holds none.")
    if text_of(item, "enabled").upper() == "FALSE":
        reading.say(f"“{piece.name}” is switched off; it is a gap now.")
        yield replace(piece, is_gap=True)
        return
    if item.tag == "generatoritem":
        reading.say(f"“{piece.name}” is drawn by the editing program; it is a gap now.")
        yield replace(piece, is_gap=True)
        return
    nested = item.find("sequence")
    if nested is None:
        yield piece
        return
    nested = here.sequences.get(nested.get("id") or "", nested)
    if is_sound:
        reading.say(f"The sound of “{piece.name}”, a sequence of its own, was left out.")
        return
    reading.depth += 1
    if reading.depth > _DEEPEST_NEST:
        raise CutUnreadable(f"Sequences lie over {_DEEPEST_NEST} deep in one another; flatten them first.")
    counts = _rate(nested) or Fraction(24)
    tracks = [track for track in _tracks(nested, counts, here) if track.kind == "picture"]
    reading.depth -= 1
    reading.say(f"“{piece.name}” is a sequence of its own; its shots were laid out in the cut.")
    yield from within(flat(tracks, reading), piece) or [replace(piece, is_gap=True)]


def _hints(item: Element, name: str, here: _Bin) -> Iterator[str]:
    file = item.find("file")
    if file is not None:
        file = here.files.get(file.get("id") or "", file)
        address = text_of(file, "pathurl")
        for hint in (text_of(file, "name"), name_in(address) if address else ""):
            if hint:
                yield one_line(hint)
    if name:
        yield name


def _speed(item: Element, name: str, reading: Reading) -> Fraction:
    speed = Fraction(1)
    for effect in item.iterfind("filter/effect"):
        kind = text_of(effect, "effectid").lower()
        if kind == "timeremap":
            values = {text_of(one, "parameterid"): one for one in effect.findall("parameter")}
            if text_of(values.get("variablespeed"), "value") in {"1", "TRUE"} and _is_bent(
                values.get("graphdict")
            ):
                reading.say(f"“{name}” changes its speed on the way; its average is kept.")
            speed = number_of(values.get("speed"), "value", otherwise=_HUNDRED) / _HUNDRED
            if text_of(values.get("reverse"), "value").upper() == "TRUE" and speed > 0:
                speed = -speed
        elif kind not in {"basic", "audiolevels"}:
            reading.say(f"The effect “{text_of(effect, 'name') or kind}” on “{name}” was left out.")
        elif kind == "basic":
            reading.say("Scale, position and turning of clips were left out; a cut shows whole pictures.")
    return speed


def _is_bent(graph: Element | None) -> bool:
    """Whether a curve of speed is anything but one straight line."""
    keys = graph.findall("keyframe") if graph is not None else []
    points = [(number_of(key, "when"), number_of(key, "value")) for key in keys]
    slopes = {(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(points) if b[0] != a[0]}
    return len(slopes) > 1 and max(slopes) - min(slopes) > Fraction(1, _HUNDRED)


def _gain(item: Element) -> int:
    """Loudness that the program sets by a factor, in hundredths of a decibel."""
    for effect in item.iterfind("filter/effect"):
        if text_of(effect, "effectid").lower() == "audiolevels":
            factor = float(number_of(effect.find("parameter"), "value", otherwise=1))
            return round(2000 * math.log10(factor)) if factor > 0 else -9600
    return 0


form = Form(label="FCP7 XML", endings=(".xml",), read=read, write=write)
