"""Timelines of other programs: OpenTimelineIO and EDL, out and in. Only here is OpenTimelineIO known.

A file from outside is a proposal. It says which content goes where and for how long; whether anything
is approved is never read from it.
"""

import json
import math
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from circletake.cut.conform import Event, KnownTake, Proposal, conform
from circletake.domain.cut import CutVersion, Slot
from circletake.domain.time import format_rate
from circletake.errors import CutUnreadable

SCHEMA = 1
_OURS = "circletake"
_EDL = "cmx_3600"
_LARGEST_BYTES = 32 << 20  # a feature of 5,000 shots with markers is 10 MB
_DEEPEST = 200  # OpenTimelineIO reads recursively and dies in C++ somewhere past this
_MOST_FRAMES = 24 * 3600 * 120  # a day at the fastest rate there is
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_COMMENT = re.compile(r"CIRCLETAKE SLOT (\S+) SHA256 ([0-9a-f]{64})")

# OpenTimelineIO keeps rates as doubles; these are what people mean by them (SMPTE ST 12-1, ST 2067).
_NTSC = tuple(Fraction(nominal * 1000, 1001) for nominal in (24, 30, 48, 60, 120))
_NICKNAME_ERROR = 0.005  # 23.98 is written for 23.976

_COLOURS = {
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

# What OpenTimelineIO and its EDL adapter raise at files that are not what they expect.
_READ_ERRORS = (
    otio.exceptions.OTIOError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,
    ArithmeticError,
    NotImplementedError,
)


def fraction_of_rate(rate: float) -> Fraction | None:
    """The rate a double stands for, or None where it stands for none.

    >>> fraction_of_rate(23.98)
    Fraction(24000, 1001)
    >>> fraction_of_rate(12.0)
    Fraction(12, 1)
    """
    if not math.isfinite(rate) or not 0 < rate <= 1000:  # noqa: PLR2004 (as domain.time)
        return None
    if rate == int(rate):
        return Fraction(int(rate))
    near = min(_NTSC, key=lambda known: abs(float(known) - rate))
    return near if abs(float(near) - rate) < _NICKNAME_ERROR else Fraction(rate).limit_denominator(1001)


def to_otio(
    cut: CutVersion, *, takes: Mapping[str, KnownTake], statuses: Mapping[str, str], title: str = ""
) -> str:
    """Write a cut as an OpenTimelineIO file.

    Args:
        cut: the version.
        takes: content → what is known of it; a content that is not in there has no media to open.
        statuses: slot id → its state or status, which becomes a marker in its colour.
        title: of the production.

    Returns:
        JSON; every clip and gap carries `metadata.circletake` {schema, slot, shot, take, sha256}.
    """
    text: str = _timeline(cut, takes, statuses, title).to_json_string(indent=2)
    return text


def to_edl(
    cut: CutVersion, *, takes: Mapping[str, KnownTake], title: str = ""
) -> tuple[str, tuple[str, ...]]:
    """Write a cut as a CMX 3600 edit decision list.

    Returns:
        The list, in which a comment on each event names slot and SHA-256; and a sentence for everything
        it cannot hold.

    Raises:
        CutUnreadable: there is no timecode at this rate, or nothing to list.
    """
    if not any(slot.take for slot in cut.slots):
        raise CutUnreadable("Every slot of the cut is a gap, and an EDL lists only takes; fill one first.")
    timeline = _timeline(cut, takes, {}, title)
    losses = ["An EDL holds one picture track; statuses, sizes and the shots' full names stay behind."]
    for item, slot in zip(timeline.tracks[0], cut.slots, strict=True):
        if slot.take is None:
            losses.append(f"The gap {slot.shot} is a hole in the EDL without its name.")
        else:
            comment = f"CIRCLETAKE SLOT {slot.id} SHA256 {slot.take}"
            item.metadata[_EDL] = {"comments": [comment], "reel": slot.shot}
    if cut.slots[-1].take is None:
        losses.append(
            f"The cut ends with a gap, which an EDL cannot say: it ends before {cut.slots[-1].shot}."
        )
    _forget_foreign_plugins()
    try:
        text: str = otio.adapters.write_to_string(timeline, _EDL, rate=float(cut.rate))
    except _READ_ERRORS as refused:
        raise CutUnreadable(
            f"An EDL cannot be written at {format_rate(cut.rate)} frames a second ({_first_line(refused)}); "
            f"export OTIO instead."
        ) from None
    return text, tuple(losses)


def from_otio(text: str, *, rate: Fraction, known: Sequence[KnownTake]) -> Proposal:
    """Read an OpenTimelineIO file as a proposal for a cut.

    Args:
        text: the file.
        rate: of the production; lengths are converted to it.
        known: takes of the production.

    Raises:
        CutUnreadable: it is no timeline, or too large or deep to be one.
    """
    _check_shape(text)
    try:
        read = otio.core.deserialize_json_from_string(text)
    except _READ_ERRORS as broken:
        raise CutUnreadable(
            f"OpenTimelineIO cannot read this file: {_first_line(broken)}; export it again."
        ) from None
    return _proposal(read, rate, known)


def from_edl(text: str, *, rate: Fraction, known: Sequence[KnownTake]) -> Proposal:
    """Read a CMX 3600 edit decision list as a proposal for a cut; its rate it does not say.

    Raises:
        CutUnreadable: it is no EDL.
    """
    if len(text) > _LARGEST_BYTES:
        raise CutUnreadable("The EDL is larger than any film's; give the list of this cut alone.")
    _forget_foreign_plugins()
    try:
        read = otio.adapters.read_from_string(text, _EDL, rate=float(rate))
    except _READ_ERRORS as broken:
        raise CutUnreadable(f"The EDL cannot be read: {_first_line(broken)}; export it again.") from None
    return _proposal(read, rate, known)


def _forget_foreign_plugins() -> None:
    """This variable would have OpenTimelineIO load code from any path when it looks for adapters."""
    os.environ.pop("OTIO_PLUGIN_MANIFEST_PATH", None)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _time(frames: int, rate: Fraction) -> Any:  # noqa: ANN401 (OpenTimelineIO has no types)
    return otio.opentime.RationalTime(frames, float(rate))


def _range(start: int, frames: int, rate: Fraction) -> Any:  # noqa: ANN401 (the same)
    return otio.opentime.TimeRange(_time(start, rate), _time(frames, rate))


def _timeline(
    cut: CutVersion, takes: Mapping[str, KnownTake], statuses: Mapping[str, str], title: str
) -> Any:  # noqa: ANN401 (the same)
    timeline = otio.schema.Timeline(_one_line(title) or cut.production, global_start_time=_time(0, cut.rate))
    timeline.metadata[_OURS] = {
        "schema": SCHEMA,
        "production": cut.production,
        "number": cut.number,
        "rate": [cut.rate.numerator, cut.rate.denominator],
        "size": [cut.width_px, cut.height_px],
    }
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    timeline.tracks.append(track)
    for slot in cut.slots:
        item = _item(slot, cut.rate, takes)
        item.metadata[_OURS] = {
            "schema": SCHEMA,
            "slot": slot.id,
            "shot": slot.shot,
            "take": takes[slot.take].name if slot.take and slot.take in takes else None,
            "sha256": slot.take,
        }
        status = statuses.get(slot.id)
        if status:
            colour = _COLOURS.get(status, "WHITE")
            marked = _range(slot.source_in, 0, cut.rate)
            item.markers.append(otio.schema.Marker(status, marked_range=marked, color=colour))
        track.append(item)
    return timeline


def _item(slot: Slot, rate: Fraction, takes: Mapping[str, KnownTake]) -> Any:  # noqa: ANN401 (the same)
    if slot.take is None:
        return otio.schema.Gap(name=slot.shot, source_range=_range(0, slot.frames, rate))
    take = takes.get(slot.take)
    media = otio.schema.MissingReference()
    if take is not None and take.path:
        media = otio.schema.ExternalReference(
            target_url=_one_line(take.path), available_range=_range(0, take.n_frames, rate)
        )
    if take is not None:
        media.name = _one_line(take.name)
    return otio.schema.Clip(
        slot.shot, media_reference=media, source_range=_range(slot.source_in, slot.frames, rate)
    )


def _one_line(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _check_shape(text: str) -> None:
    """Refuse what would take OpenTimelineIO's reader down with it, before it sees the file."""
    if len(text) > _LARGEST_BYTES:
        raise CutUnreadable("The timeline is larger than any film's; export this cut alone.")
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
        if depth > _DEEPEST:
            raise CutUnreadable(f"It is nested over {_DEEPEST} deep, as no timeline is; export it again.")
    try:
        data = json.loads(text)
    except ValueError as broken:
        raise CutUnreadable(f"This is no OpenTimelineIO file: {broken}; export it again.") from None
    if not isinstance(data, dict) or "OTIO_SCHEMA" not in data:
        raise CutUnreadable("This is JSON, but no OpenTimelineIO file; export it again.")


@dataclass(slots=True)
class _Reading:
    """A foreign picture track on its way to events: where it stands, and what was to be said."""

    rate: Fraction
    position: Fraction = Fraction(0)
    said: list[str] = field(default_factory=list)
    rounded: list[str] = field(default_factory=list)

    def frames(self, time: Any, name: str) -> Fraction:  # noqa: ANN401 (a RationalTime)
        """A time in frames of the production's rate, exactly."""
        rate = fraction_of_rate(time.rate)
        if rate is None or not math.isfinite(time.value):
            raise CutUnreadable(
                f"“{name}” is at an impossible time ({time.value} at {time.rate}); export it again."
            )
        return Fraction(time.value) * self.rate / rate

    def advance(self, length: Fraction, name: str) -> int:
        """Go on by a length; what does not fall on whole frames is rounded at the edit, never summed up."""
        start, self.position = round(self.position), self.position + length
        if length.denominator != 1:
            self.rounded.append(name)
        if length < 0 or self.position > _MOST_FRAMES:
            raise CutUnreadable(
                f"“{name}” lasts impossibly long ({float(length):g} frames); export it again."
            )
        return round(self.position) - start


def _proposal(read: Any, rate: Fraction, known: Sequence[KnownTake]) -> Proposal:  # noqa: ANN401 (the same)
    try:
        if not isinstance(read, otio.schema.Timeline):
            kind = type(read).__name__
            raise CutUnreadable(f"The file holds a {kind}, not a timeline; export the timeline itself.")
        reading = _Reading(rate=rate)
        track = _picture_track(read, reading)
        events = list(_events(track, reading))
    except _READ_ERRORS as broken:
        raise CutUnreadable(f"The timeline cannot be read: {_first_line(broken)}; export it again.") from None
    if reading.rounded:
        names = ", ".join(dict.fromkeys(reading.rounded))
        reading.said.append(
            f"Not on whole frames at {format_rate(rate)} frames a second, and therefore rounded: {names}."
        )
    if not events:
        raise CutUnreadable("The timeline's picture track is empty; export it again.")
    return conform(events, known, sentences=reading.said)


def _picture_track(timeline: Any, reading: _Reading) -> Any:  # noqa: ANN401 (the same)
    pictures = list(timeline.video_tracks())
    if not pictures:
        raise CutUnreadable("The timeline has no picture track; export it with pictures.")
    for track in pictures[1:]:
        reading.said.append(f"The picture track “{track.name}” was left out: a cut has one.")
    sounds = len(timeline.audio_tracks())
    if sounds:
        reading.said.append(f"{sounds} sound tracks were left out: sound comes with the takes.")
    return pictures[0]


def _events(track: Any, reading: _Reading) -> Iterator[Event]:  # noqa: ANN401 (the same)
    for item in track:
        name = _one_line(item.name or "")
        if isinstance(item, otio.schema.Transition):
            reading.said.append(
                f"The transition “{name or item.transition_type}” was left out; it is a cut now."
            )
            continue
        if not isinstance(item, otio.core.Item):
            reading.said.append(f"“{name}” is a {type(item).__name__}, which no cut holds; it was left out.")
            continue
        trimmed = item.trimmed_range()
        frames = reading.advance(reading.frames(trimmed.duration, name), name)
        if frames < 1:
            reading.said.append(f"“{name}” lasts less than a frame; it was left out.")
            continue
        ours = _metadata(item)
        sha256, slot, shot = ours.get("sha256"), ours.get("slot"), ours.get("shot")
        if isinstance(item, otio.schema.Clip) and item.enabled:
            if item.effects:
                reading.said.append(f"The effects on “{name}” were left out, changes of speed among them.")
            start = reading.frames(trimmed.start_time, name) - _media_start(item, reading, name)
            hints = tuple(_hints(item))
            yield Event(name, frames, round(start), sha256=sha256, slot=slot, shot=shot, hints=hints)
            continue
        if not isinstance(item, otio.schema.Gap):
            what = "is switched off" if isinstance(item, otio.schema.Clip) else "is a timeline of its own"
            reading.said.append(f"“{name}” {what}; it is a gap now.")
        yield Event(name, frames, 0, is_gap=True, slot=slot, shot=shot)


def _media_start(clip: Any, reading: _Reading, name: str) -> Fraction:  # noqa: ANN401 (the same)
    """First frame of the media itself, which often is a timecode and not 0."""
    available = clip.media_reference.available_range if clip.media_reference else None
    return reading.frames(available.start_time, name) if available else Fraction(0)


def _hints(clip: Any) -> Iterable[str]:  # noqa: ANN401 (the same)
    """Names by which a take may be proposed; the address is read as a name and never opened."""
    media = clip.media_reference
    url = getattr(media, "target_url", None) if media else None
    for hint in (media.name if media else None, url, clip.name):
        if hint:
            yield _one_line(hint)


def _metadata(item: Any) -> dict[str, str]:  # noqa: ANN401 (the same)
    """What we wrote beside an item: as metadata in OTIO, as a comment in an EDL."""
    ours = item.metadata.get(_OURS)
    found = {key: ours[key] for key in ("slot", "shot", "sha256") if key in ours} if ours else {}
    listed = item.metadata.get(_EDL)
    for comment in listed.get("comments", ()) if listed else ():
        match = _COMMENT.search(str(comment))
        if match:
            found |= {"slot": match[1], "sha256": match[2]}
    return {key: value for key, value in found.items() if isinstance(value, str) and value}
