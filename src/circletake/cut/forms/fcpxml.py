"""FCPXML, as Final Cut Pro and Resolve exchange it: the spine, what is connected to it, and compounds.

Source:
    Apple, FCPXML reference, versions 1.8 to 1.13: an item's `offset` is in its parent's time and its
    `start` in its own; a transition lies over the cut between its neighbours, which keep their lengths.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from circletake.cut.edited import Edited, Ours, Piece, Reading, Track, exact, flat, within
from circletake.cut.form import Form, agreed_speed, one_line, read_spoken
from circletake.cut.forms._fcpxml_out import write
from circletake.cut.forms._xml import Element, name_in, read_xml
from circletake.errors import CutUnreadable

_DEEPEST_NEST = 24
_ZERO = Fraction(0)
_SILENT_MB = -9600
_BENT_S = Fraction(1, 20)  # a frame or so: less is a straight line that was rounded
_CLIPS = frozenset({"asset-clip", "clip", "video", "audio", "ref-clip", "sync-clip", "mc-clip"})
_TIMED = _CLIPS | {"gap", "title", "audition"}
_LOOKS = frozenset(
    {"adjust-transform", "adjust-crop", "adjust-blend", "adjust-corners", "adjust-stabilization"}
)


@dataclass(slots=True)
class _Bin:
    """Resources by id, and what is found beside the spine."""

    resources: dict[str, Element]
    reading: Reading = field(default_factory=Reading)
    lanes: dict[int, list[Piece]] = field(default_factory=dict)
    sounds: dict[int, list[Piece]] = field(default_factory=dict)


def read(path: Path, rate: Fraction) -> Edited:  # noqa: ARG001 (it says its rates itself)
    """Read an `.fcpxml` file, or the `Info.fcpxml` of a bundle.

    Raises:
        CutUnreadable: it is no such file, or holds no project.
    """
    root = read_xml(path)
    if root.tag != "fcpxml":
        raise CutUnreadable(f"This is XML of another kind (“{root.tag[:40]}”), not FCPXML; export it again.")
    resources = {one.get("id") or "": one for one in root.iterfind("resources/*")}
    here = _Bin(resources)
    projects = list(root.iter("project"))
    sequences = [one for project in projects if (one := project.find("sequence")) is not None]
    sequences = sequences or root.findall("sequence")
    if not sequences:
        raise CutUnreadable("There is no project in this file, only clips; export the project itself.")
    if len(sequences) > 1:
        here.reading.say(f"The file holds {len(sequences)} projects; the first with pictures was read.")
    sequence = next((one for one in sequences if len(one.find("spine") or ())), sequences[0])
    start = _time(sequence, "tcStart")
    spine = sequence.find("spine")
    pieces = _walk(list(spine) if spine is not None else [], start, here)
    lanes = [Track("V1", "picture", tuple(pieces))]
    below = [Track(f"V{lane}", "picture", tuple(here.lanes[lane])) for lane in sorted(here.lanes) if lane < 0]
    above = [
        Track(f"V{lane + 1}", "picture", tuple(here.lanes[lane])) for lane in sorted(here.lanes) if lane > 0
    ]
    sounds = [
        Track(f"A{number}", "sound", tuple(here.sounds[lane]))
        for number, lane in enumerate(sorted(here.sounds, reverse=True), start=1)
    ]
    tracks = [_moved(track, -start) for track in (*below, *lanes, *above, *sounds)]
    return Edited(
        tracks=tuple(tracks),
        start=start,
        rate=_rate(sequence, here),
        drop=sequence.get("tcFormat") == "DF",
        said=here.reading.sentences(),
    )


def _moved(track: Track, by: Fraction) -> Track:
    return replace(track, pieces=tuple(replace(one, start=one.start + by) for one in track.pieces))


def _rate(sequence: Element, here: _Bin) -> Fraction | None:
    found = here.resources.get(sequence.get("format") or "")
    duration = _time(found, "frameDuration") if found is not None else _ZERO
    return 1 / duration if duration > 0 else None


def _time(element: Element | None, name: str, otherwise: Fraction = _ZERO) -> Fraction:
    """A time in seconds, as FCPXML writes it: `1001/24000s`."""
    text = element.get(name) if element is not None else None
    return exact(text.strip().removesuffix("s")) if text else otherwise


def _walk(items: list[Element], at: Fraction, here: _Bin) -> list[Piece]:
    """What stands one after another in a spine; a dissolve starts what follows it earlier."""
    pieces: list[Piece] = []
    between: tuple[Fraction, Fraction] | None = None
    timed = [one for one in items if one.tag in _TIMED and not one.get("lane")]
    for item in items:
        if item.tag == "transition":
            between = _between(item, items, here.reading)
        elif item.tag == "spine" and not item.get("lane"):
            inner = _walk(list(item), at + _time(item, "offset"), here)
            pieces += inner
        elif item in timed:
            length = _time(item, "duration", _whole(item, here))
            if item.get("lane"):
                continue
            shown = _shown(item, at, length, here)
            _connected(item, at, here)
            if between is not None and shown:
                shown = _dissolving(pieces, shown, *between)
            pieces += shown
            at += length
            between = None
        elif item.tag == "caption":
            here.reading.say("Captions were left out; bring them in as subtitles.")
    if between is not None and between[1]:
        here.reading.say("A fade ends the cut; it ends with a cut now.")
    return pieces


def _whole(item: Element, here: _Bin) -> Fraction:
    """How long an item is that does not say: as long as what it refers to."""
    if item.tag == "audition":
        inner = next((one for one in item if one.tag in _TIMED), None)
        return _time(inner, "duration", _whole(inner, here) if inner is not None else _ZERO)
    found = here.resources.get(item.get("ref") or "")
    if found is not None and found.tag == "media":
        found = found.find("sequence") if found.find("sequence") is not None else found.find("multicam")
    return _time(found, "duration")


def _between(item: Element, items: list[Element], reading: Reading) -> tuple[Fraction, Fraction]:
    """How far before the cut a dissolve begins, and its length; no length where it is none."""
    name = one_line(item.get("name") or "")
    index = items.index(item)
    after = next((one for one in items[index + 1 :] if one.tag in _TIMED), None)
    before = next((one for one in reversed(items[:index]) if one.tag in _TIMED), None)
    length, starts = _time(item, "duration"), _time(item, "offset")
    if after is not None:
        cut = _time(after, "offset", starts)
    else:
        cut = _time(before, "offset") + _time(before, "duration") if before is not None else starts
    if not any(word in name.lower() for word in ("dissolve", "fade")):
        reading.say(f"The transition “{name}” is no dissolve and was left out; it is a cut now.")
        return _ZERO, _ZERO
    return max(_ZERO, cut - starts), length


def _dissolving(before: list[Piece], shown: list[Piece], ahead: Fraction, length: Fraction) -> list[Piece]:
    """Begin what is shown where the dissolve into it begins, as far as its media reaches."""
    first = shown[0]
    if before:
        reach = first.source_in / first.speed if first.speed > 0 and not first.is_gap else ahead
        head = max(_ZERO, min(ahead, reach, before[-1].length))
        before[-1] = before[-1].part(before[-1].start, before[-1].end - head)
    else:
        head = _ZERO
    longer = first.length + head
    first = replace(
        first,
        start=first.start - head,
        length=longer,
        source_in=first.source_in - head * first.speed,
        dissolve=max(_ZERO, min(length - (ahead - head), longer)),
    )
    return [first, *shown[1:]]


def _connected(parent: Element, at: Fraction, here: _Bin) -> None:
    """Clips that hang on another: above it, or under it as sound."""
    local = _time(parent, "start", _local_start(parent, here))
    for child in parent:
        lane = child.get("lane")
        if not lane:
            continue
        place = at + _time(child, "offset", local) - local
        number = int(exact(lane))
        if child.tag == "spine":
            for piece in _walk(list(child), place, here):
                if not piece.is_gap:
                    here.lanes.setdefault(number, []).append(piece)
        elif child.tag in {"title", "caption"}:
            here.reading.say("Titles and captions over the picture were left out.")
        elif child.tag in _TIMED and child.tag != "gap":
            length = _time(child, "duration", _whole(child, here))
            for piece in _shown(child, place, length, here, lane=number):
                if not piece.is_gap:
                    here.lanes.setdefault(number, []).append(piece)
            _connected(child, place, here)


def _local_start(item: Element, here: _Bin) -> Fraction:
    found = here.resources.get(item.get("ref") or "")
    if found is None:
        return _ZERO
    if found.tag == "asset":
        return _time(found, "start")
    inner = found.find("sequence") if found.find("sequence") is not None else found.find("multicam")
    return _time(inner, "tcStart")


def _shown(item: Element, at: Fraction, length: Fraction, here: _Bin, *, lane: int = 0) -> list[Piece]:
    """What an item shows; sound goes to its own lane."""
    if item.tag == "audition":
        inner = next((one for one in item if one.tag in _CLIPS | {"title"}), None)
        here.reading.say("Of auditions the chosen clip was read; the others were left out.")
        return _shown(inner, at, length, here, lane=lane) if inner is not None else []
    name, ours = one_line(item.get("name") or ""), _ours(item)
    name = ours.shot or name
    if item.tag == "gap":
        return [Piece(name if ours.slot else "", at, length, is_gap=True, ours=ours)]
    if item.get("enabled") == "0":
        here.reading.say(f"“{name}” is switched off; " + ("it was left out." if lane else "it is a gap now."))
        return [Piece(name, at, length, is_gap=True)]
    _say_left_out(item, name, here.reading, is_ours=ours.slot is not None)
    media, local = _media(item, here)
    if media is None:
        return _inner(item, Piece(name, at, length, source_in=local, ours=ours), here)
    if item.tag == "title" or media.tag != "asset":
        here.reading.say(f"“{name}” is drawn by the editing program; it is a gap now.")
        return [Piece(name, at, length, is_gap=True)]
    whole = Piece(name, at, length, source_in=local, ours=ours)
    return _played(item, media, whole, here, lane=lane)


def _played(item: Element, media: Element, whole: Piece, here: _Bin, *, lane: int) -> list[Piece]:
    """A file as an item plays it; what is only heard goes to the sound of its lane."""
    speed, source = _retimed(item, whole, here.reading)
    inner = _first_of(item) if item.tag == "clip" else None
    if inner is not None:
        source += _time(inner, "start", _time(media, "start")) - _time(inner, "offset")
    gain, fade_in, fade_out = _loudness(item)
    piece = replace(
        whole,
        source_in=source - _time(media, "start"),
        speed=agreed_speed(speed, whole.ours),
        hints=tuple(dict.fromkeys(_hints(item, media))),
    )
    if item.get("srcEnable") == "audio" or item.tag == "audio" or not media.get("hasVideo"):
        here.sounds.setdefault(lane, []).append(
            replace(piece, gain_mb=gain, fade_in=fade_in, fade_out=fade_out)
        )
        return [Piece("", whole.start, whole.length, is_gap=True)]
    if item.find("adjust-volume") is not None:
        here.reading.say("Loudness of the shots' own sound was left out.")
    return [piece]


def _inner(item: Element, window: Piece, here: _Bin) -> list[Piece]:
    """The shots of a compound, synchronised or multicam clip, laid out where it lies."""
    here.reading.depth += 1
    if here.reading.depth > _DEEPEST_NEST:
        raise CutUnreadable(f"Clips lie over {_DEEPEST_NEST} deep in one another; flatten them first.")
    below = _Bin(here.resources, here.reading)
    found = here.resources.get(item.get("ref") or "")
    if item.find("timeMap") is not None:
        here.reading.say(f"“{window.name}” is a clip of clips at another speed; it runs at normal speed now.")
    items: list[Element] = []
    start = _ZERO
    if item.tag == "mc-clip" and found is not None:
        multicam = found.find("multicam")
        items, start = list(_angle(item, multicam)), _time(multicam, "tcStart")
    elif found is not None and (sequence := found.find("sequence")) is not None:
        spine = sequence.find("spine")
        items, start = list(spine) if spine is not None else [], _time(sequence, "tcStart")
    else:
        items = [one for one in item if one.tag in _TIMED | {"spine", "transition"} and not one.get("lane")]
        start = _time(items[0], "offset") if items and items[0].tag != "spine" else _ZERO
    lowest = Track("V1", "picture", tuple(_walk(items, start, below)))
    above = [Track("V", "picture", tuple(below.lanes[lane])) for lane in sorted(below.lanes) if lane > 0]
    under = [Track("V", "picture", tuple(below.lanes[lane])) for lane in sorted(below.lanes) if lane < 0]
    here.reading.depth -= 1
    if below.sounds:
        here.reading.say(f"Sound inside “{window.name}” was left out.")
    here.reading.say(f"“{window.name}” is a clip of clips; its shots were laid out in the cut.")
    shown = within(flat([*under, lowest, *above], here.reading), window)
    return shown or [replace(window, is_gap=True)]


def _angle(item: Element, multicam: Element | None) -> Iterator[Element]:
    """What stands in the angle of a multicam clip that is seen."""
    angles = {one.get("angleID"): one for one in multicam.findall("mc-angle")} if multicam is not None else {}
    for source in item.findall("mc-source"):
        if source.get("srcEnable", "all") in {"all", "video"} and source.get("angleID") in angles:
            yield from angles[source.get("angleID")]
            return


def _media(item: Element, here: _Bin) -> tuple[Element | None, Fraction]:
    """The asset or effect that an item plays, None for a clip of clips; and where in it it begins."""
    found = here.resources.get(item.get("ref") or "")
    if item.tag in {"ref-clip", "sync-clip", "mc-clip"}:
        return None, _time(item, "start", _local_start(item, here))
    if item.tag == "clip":
        inner = _first_of(item)
        if inner is None or inner.tag not in {"video", "audio"}:
            return None, _time(item, "start")
        found = here.resources.get(inner.get("ref") or "")
        return found if found is not None else inner, _time(item, "start")
    return found if found is not None else item, _time(item, "start", _time(found, "start"))


def _first_of(item: Element) -> Element | None:
    return next((one for one in item if one.tag in _CLIPS | {"spine"} and not one.get("lane")), None)


def _hints(item: Element, media: Element) -> Iterator[str]:
    source = media.find("media-rep")
    address = media.get("src") or (source.get("src") if source is not None else None) or ""
    for hint in (media.get("name"), name_in(address) if address else "", item.get("name")):
        if hint:
            yield one_line(hint)


def _ours(item: Element) -> Ours:
    return read_spoken(item.findtext("note") or "")


def _retimed(item: Element, whole: Piece, reading: Reading) -> tuple[Fraction, Fraction]:
    """Speed, and where in the media an item begins, both by its map of times where it has one."""
    local, length = whole.source_in, whole.length
    told = {_time(one, "time"): _time(one, "value") for one in item.iterfind("timeMap/timept")}
    points = sorted(told.items())
    if len(points) < 2:  # noqa: PLR2004 (a line)
        return Fraction(1), local
    first, last = _mapped(points, local), _mapped(points, local + length)
    straight = [(local, first), (local + length, last)]
    inside = [point for point in points if local < point[0] < local + length]
    if any(abs(_mapped(straight, time) - value) > _BENT_S for time, value in inside):
        reading.say(f"“{whole.name}” changes its speed on the way; its average is kept.")
    return (last - first) / length if length else Fraction(1), first


def _mapped(points: list[tuple[Fraction, Fraction]], time: Fraction) -> Fraction:
    pairs = list(pairwise(points))
    (a, b) = next(((a, b) for a, b in pairs if time <= b[0]), pairs[-1])
    return a[1] + (time - a[0]) * (b[1] - a[1]) / (b[0] - a[0]) if b[0] != a[0] else a[1]


def _loudness(item: Element) -> tuple[int, Fraction, Fraction]:
    """Gain in hundredths of a decibel, and how long sound comes up and goes down."""
    volume = item.find("adjust-volume")
    if volume is None:
        return 0, _ZERO, _ZERO
    text = (volume.get("amount") or "0").strip().lower().removesuffix("db").strip()
    gain = _SILENT_MB if "inf" in text else max(_SILENT_MB, round(exact(text or "0") * 100))
    fade_in, fade_out = (_time(volume.find(f".//{one}"), "duration") for one in ("fadeIn", "fadeOut"))
    return gain, fade_in, fade_out


def _say_left_out(item: Element, name: str, reading: Reading, *, is_ours: bool) -> None:
    tags: Iterable[str] = {one.tag for one in item}
    for effect in item.findall("filter-video"):
        reading.say(f"The effect “{one_line(effect.get('name') or 'of a plugin')}” on “{name}” was left out.")
    if not _LOOKS.isdisjoint(tags):
        reading.say("Scale, position and turning of clips were left out; a cut shows whole pictures.")
    if not is_ours and not {"marker", "chapter-marker", "keyword"}.isdisjoint(tags):
        reading.say("Markers and keywords were left out: notes are kept with takes, and a cut holds none.")
    rate = item.find("conform-rate")
    if rate is not None and rate.get("srcFrameRate"):
        reading.say(f"“{name}” is media of another rate ({rate.get('srcFrameRate')}); bring it at the cut's.")


form = Form(label="FCPXML", endings=(".fcpxml", ".fcpxmld"), read=read, write=write)
