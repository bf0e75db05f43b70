"""What OpenTimelineIO's objects say, as an edit: for its own files and for all that its adapters read."""

import math
import os
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from circletake.cut.edited import Edited, Ours, Piece, Reading, Track, exact, flat, within
from circletake.cut.form import one_line, read_spoken
from circletake.errors import CutUnreadable

OURS = "circletake"
_DEEPEST_NEST = 24

# OpenTimelineIO keeps rates as doubles; these are what people mean by them (SMPTE ST 12-1, ST 2067).
_NTSC = tuple(Fraction(nominal * 1000, 1001) for nominal in (24, 30, 48, 60, 120))
_NICKNAME_ERROR = 0.005  # 23.98 is written for 23.976

# What OpenTimelineIO and its adapters raise at files that are not what they expect.
READ_ERRORS = (
    otio.exceptions.OTIOError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,
    ArithmeticError,
    NotImplementedError,
)


def forget_foreign_plugins() -> None:
    """This variable would have OpenTimelineIO load code from any path when it looks for adapters."""
    os.environ.pop("OTIO_PLUGIN_MANIFEST_PATH", None)


def first_line(error: Exception) -> str:
    """The first line of what a library has to say, without the rest."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def fraction_of_rate(rate: float) -> Fraction | None:
    """The rate a double stands for, or None where it stands for none.

    >>> fraction_of_rate(23.98)
    Fraction(24000, 1001)
    >>> fraction_of_rate(12.0)
    Fraction(12, 1)
    """
    if not math.isfinite(rate) or not 0 < rate <= 192_000:  # noqa: PLR2004 (sound is counted in samples)
        return None
    if rate == int(rate):
        return Fraction(int(rate))
    near = min(_NTSC, key=lambda known: abs(float(known) - rate))
    return near if abs(float(near) - rate) < _NICKNAME_ERROR else Fraction(rate).limit_denominator(1001)


def edited_of(read: Any) -> Edited:  # noqa: ANN401 (OpenTimelineIO has no types)
    """An edit of what OpenTimelineIO read.

    Raises:
        CutUnreadable: it is no timeline, or one that cannot be.
    """
    reading = Reading()
    try:
        timeline = _one_timeline(read, reading)
        rate = None
        tracks: list[Track] = []
        for track in timeline.tracks:
            if not isinstance(track, otio.schema.Track):
                reading.say(f"“{track.name}” stands among the tracks and is none; it was left out.")
                continue
            is_sound = track.kind == otio.schema.TrackKind.Audio
            if not is_sound and track.kind != otio.schema.TrackKind.Video:
                reading.say(f"The track “{track.name}” holds neither pictures nor sound; it was left out.")
                continue
            rate = rate or (None if is_sound else _rate_of(track))
            if track.enabled:
                name = _ours(track).get("track") or one_line(track.name) or ("A1" if is_sound else "V1")
                pieces = tuple(_pieces(track, reading))
                tracks.append(Track(name, "sound", pieces) if is_sound else Track(name, "picture", pieces))
            else:
                reading.say(f"The track “{track.name}” is switched off; it was left out.")
        start = timeline.global_start_time
        ours = _ours(timeline)
        _say_markers(timeline, reading)
        return Edited(
            tracks=tuple(tracks),
            start=_seconds(start, "the start") if start is not None else Fraction(0),
            rate=rate,
            drop=ours.get("drop") is True,
            said=reading.sentences(),
        )
    except READ_ERRORS as broken:
        raise CutUnreadable(f"The timeline cannot be read: {first_line(broken)}; export it again.") from None


def _one_timeline(read: Any, reading: Reading) -> Any:  # noqa: ANN401 (the same)
    if isinstance(read, otio.schema.SerializableCollection):
        found = [one for one in read if isinstance(one, otio.schema.Timeline)]
        if len(found) > 1:
            reading.say(f"The file holds {len(found)} timelines; “{found[0].name}”, the first, was read.")
        read = found[0] if found else read
    if not isinstance(read, otio.schema.Timeline):
        kind = type(read).__name__
        raise CutUnreadable(f"The file holds a {kind}, not a timeline; export the timeline itself.")
    return read


def _rate_of(track: Any) -> Fraction | None:  # noqa: ANN401 (the same)
    for item in track:
        if isinstance(item, otio.core.Item) and item.source_range is not None:
            return fraction_of_rate(item.source_range.duration.rate)
    return None


def _seconds(time: Any, name: str) -> Fraction:  # noqa: ANN401 (a RationalTime)
    rate = fraction_of_rate(time.rate)
    if rate is None or not math.isfinite(time.value):
        raise CutUnreadable(
            f"“{name}” is at an impossible time ({time.value} at {time.rate}); export it again."
        )
    return exact(time.value) / rate


def _pieces(track: Any, reading: Reading) -> list[Piece]:  # noqa: ANN401 (the same)
    """A track's items where they lie; a transition starts what follows it earlier, by its in offset."""
    pieces: list[Piece] = []
    at, ahead, dissolve = Fraction(0), Fraction(0), Fraction(0)
    for item in track:
        name = one_line(item.name or "")
        if isinstance(item, otio.schema.Transition):
            ahead, dissolve = _dissolve(item, name, reading)
            continue
        if not isinstance(item, otio.core.Item):
            reading.say(f"“{name}” is a {type(item).__name__}, which no cut holds; it was left out.")
            continue
        trimmed = item.trimmed_range()
        length = _seconds(trimmed.duration, name)
        if length < 0:
            raise CutUnreadable(f"“{name}” lasts impossibly long ({float(length):g} s); export it again.")
        whole = _piece(item, name, at, length, trimmed, reading)
        is_nested = isinstance(item, otio.core.Composition)
        head = Fraction(0) if is_nested else _head(pieces, whole, ahead)
        if head:
            pieces[-1] = pieces[-1].part(pieces[-1].start, pieces[-1].end - head)
        whole = replace(
            whole,
            start=whole.start - head,
            length=whole.length + head,
            source_in=whole.source_in - head * whole.speed,
            dissolve=min(dissolve - (ahead - head), whole.length + head),
        )
        pieces += _nested(item, whole, reading) if is_nested else [whole]
        at += length
        ahead = dissolve = Fraction(0)
        _say_markers(item, reading)
    if dissolve:
        reading.say("A fade ends the cut; it ends with a cut now.")
    return pieces


def _dissolve(item: Any, name: str, reading: Reading) -> tuple[Fraction, Fraction]:  # noqa: ANN401 (the same)
    """How far before the cut a dissolve begins, and how long it is."""
    kind = item.transition_type
    if kind not in {otio.schema.TransitionTypes.SMPTE_Dissolve, "", None}:
        reading.say(f"The transition “{name or kind}” is no dissolve and was left out; it is a cut now.")
        return Fraction(0), Fraction(0)
    ahead = _seconds(item.in_offset, name)
    return ahead, ahead + _seconds(item.out_offset, name)


def _head(before: list[Piece], piece: Piece, ahead: Fraction) -> Fraction:
    """How much earlier a piece can begin: as far as its media and the piece before it reach."""
    if not before:
        return Fraction(0)
    reach = piece.source_in / piece.speed if piece.speed > 0 and not piece.is_gap else ahead
    return max(Fraction(0), min(ahead, reach, before[-1].length))


def _piece(
    item: Any,  # noqa: ANN401 (the same)
    name: str,
    at: Fraction,
    length: Fraction,
    trimmed: Any,  # noqa: ANN401 (a TimeRange)
    reading: Reading,
) -> Piece:
    ours = _ours(item)
    slot, sha256, shot = (_text_or_none(ours.get(key)) for key in ("slot", "sha256", "shot"))
    known = Ours(slot=slot, sha256=sha256, shot=shot)
    marks = tuple(one_line(marker.name or "") for marker in item.markers)
    if isinstance(item, otio.schema.Gap):
        return Piece(name, at, length, is_gap=True, ours=known, marks=marks)
    if isinstance(item, otio.core.Composition):
        start = _seconds(trimmed.start_time, name)
        _speed(item, name, reading)
        return Piece(name, at, length, source_in=start, ours=known)
    if not item.enabled:
        reading.say(f"“{name}” is switched off; it is a gap now.")
        return Piece(name, at, length, is_gap=True, ours=known)
    if isinstance(item.media_reference, otio.schema.GeneratorReference):
        reading.say(f"“{name}” is drawn by the editing program ({item.media_reference.generator_kind}).")
    start = _seconds(trimmed.start_time, name) - _media_start(item, name)
    gain = ours.get("gain_mb")
    return Piece(
        name,
        at,
        length,
        source_in=start,
        speed=_speed(item, name, reading),
        hints=tuple(_hints(item)),
        ours=known,
        gain_mb=gain if isinstance(gain, int) else 0,
        fade_in=exact(_text_or_none(ours.get("fade_in")) or "0"),
        fade_out=exact(_text_or_none(ours.get("fade_out")) or "0"),
        marks=marks,
    )


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _speed(item: Any, name: str, reading: Reading) -> Fraction:  # noqa: ANN401 (the same)
    speed = Fraction(1)
    for effect in item.effects:
        if isinstance(effect, otio.schema.FreezeFrame):
            speed = Fraction(0)
        elif isinstance(effect, otio.schema.LinearTimeWarp):
            told = _ours(effect).get("speed")
            scalar = exact(float(effect.time_scalar)).limit_denominator(10_000)
            speed = exact(told) if isinstance(told, str) else scalar
        elif isinstance(effect, otio.schema.TimeEffect):
            reading.say(f"“{name}” changes its speed on the way; it runs at normal speed now.")
        else:
            kind = one_line(effect.effect_name or effect.name or type(effect).__name__)
            reading.say(f"The effect “{kind}” on “{name}” was left out.")
    if isinstance(item, otio.core.Composition) and speed != 1:
        reading.say(f"“{name}” is a timeline of its own at another speed; it runs at normal speed now.")
        return Fraction(1)
    return speed


def _nested(item: Any, window: Piece, reading: Reading) -> list[Piece]:  # noqa: ANN401 (the same)
    """What a timeline within the timeline shows, laid where it lies."""
    reading.depth += 1
    if reading.depth > _DEEPEST_NEST:
        raise CutUnreadable(f"Timelines lie over {_DEEPEST_NEST} deep in one another; flatten them first.")
    layers = [item] if isinstance(item, otio.schema.Track) else list(item)
    tracks: list[Track] = []
    for layer in layers:
        if isinstance(layer, otio.schema.Track):
            if layer.kind != otio.schema.TrackKind.Audio and layer.enabled:
                tracks.append(Track(layer.name, "picture", tuple(_pieces(layer, reading))))
        elif isinstance(layer, otio.core.Item):
            trimmed = layer.trimmed_range()
            length = _seconds(trimmed.duration, layer.name)
            name = one_line(layer.name or "")
            whole = _piece(layer, name, Fraction(0), length, trimmed, reading)
            inner = _nested(layer, whole, reading) if isinstance(layer, otio.core.Composition) else [whole]
            tracks.append(Track(layer.name, "picture", tuple(inner)))
    reading.depth -= 1
    reading.say(f"“{window.name}” is a timeline of its own; its shots were laid out in the cut.")
    shown = within(flat(tracks, reading), window)
    return shown or [replace(window, is_gap=True)]


def _media_start(clip: Any, name: str) -> Fraction:  # noqa: ANN401 (the same)
    """Where the media itself begins, which often is a timecode and not 0."""
    available = clip.media_reference.available_range if clip.media_reference else None
    return _seconds(available.start_time, name) if available else Fraction(0)


def _hints(clip: Any) -> Iterator[str]:  # noqa: ANN401 (the same)
    """Names by which a take may be proposed; the address is read as a name and never opened."""
    media = clip.media_reference
    url = getattr(media, "target_url", None) if media else None
    for hint in (media.name if media else None, url, clip.name):
        if hint:
            yield one_line(hint)


def _ours(item: Any) -> dict[str, Any]:  # noqa: ANN401 (the same)
    """What we wrote beside an item: as metadata, or as a comment that an adapter carried."""
    ours = item.metadata.get(OURS)
    found = {key: ours[key] for key in ours} if ours is not None and hasattr(ours, "keys") else {}
    for comment in _comments(item.metadata, 0):
        told = read_spoken(comment)
        if told.slot:
            found |= {"slot": told.slot, "sha256": told.sha256, "shot": told.shot}
    return found


def _comments(metadata: Any, depth: int) -> Iterator[str]:  # noqa: ANN401 (the same)
    """Text under a member called comments, as deep as adapters put it."""
    if depth > 3 or not hasattr(metadata, "keys"):  # noqa: PLR2004 (deeper is no comment of ours)
        return
    for key in metadata:
        value = metadata[key]
        if str(key).lower() == "comments" and not isinstance(value, str) and hasattr(value, "__iter__"):
            yield from (str(one) for one in value)
        elif depth < 2:  # noqa: PLR2004 (the same)
            yield from _comments(value, depth + 1)


def _say_markers(item: Any, reading: Reading) -> None:  # noqa: ANN401 (the same)
    if any(not _ours(marker) for marker in getattr(item, "markers", ())):
        reading.say("Markers were left out: notes are kept with takes, and a cut holds none.")
