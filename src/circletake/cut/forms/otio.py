"""OpenTimelineIO's own files: all of a cut goes out and comes back."""

import re
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from circletake.cut.edited import Edited
from circletake.cut.form import COLOURS, NO_APPROVAL, Form, Leaving, Written, one_line
from circletake.cut.forms._otio import OURS, READ_ERRORS, edited_of, first_line
from circletake.domain.cut import NORMAL, Slot, SoundClip
from circletake.errors import CutUnreadable

SCHEMA = 2
_DEEPEST = 200  # OpenTimelineIO reads recursively and dies in C++ somewhere past this
_NOUN = re.compile(r'("OTIO_SCHEMA"\s*:\s*")(\w{1,80})\.(\d{1,6})')
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


def read(path: Path, rate: Fraction) -> Edited:  # noqa: ARG001 (it says its rates itself)
    """Read an `.otio` file.

    Raises:
        CutUnreadable: it is no timeline, or too deep to be one.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CutUnreadable(
            f"{path.name} is no text, as OpenTimelineIO files are; export it again."
        ) from None
    check_shape(text)
    text, newer = understood(text)
    try:
        found = otio.core.deserialize_json_from_string(text)
    except READ_ERRORS as broken:
        raise CutUnreadable(
            f"OpenTimelineIO cannot read this file: {first_line(broken)}; export it again."
        ) from None
    edited = edited_of(found)
    said = (f"A newer OpenTimelineIO wrote it; what that added to {', '.join(newer)} was left out.",)
    return replace(edited, said=said + edited.said) if newer else edited


def understood(text: str) -> tuple[str, list[str]]:
    """The file as this OpenTimelineIO understands it, and the nouns whose newer versions it does not.

    A newer version of a noun adds members; the older reader keeps those it knows.
    """
    known: dict[str, int] = otio.core.type_version_map()
    newer: dict[str, None] = {}

    def older(match: re.Match[str]) -> str:
        name, number = match[2], int(match[3])
        if name in known and number > known[name]:
            newer[name] = None
            return f"{match[1]}{name}.{known[name]}"
        return match[0]

    return _NOUN.sub(older, text), list(newer)


def check_shape(text: str) -> None:
    """Refuse what would take OpenTimelineIO's reader down with it, before it sees the file.

    Raises:
        CutUnreadable: it is no such file, or nested too deep.
    """
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
        if depth > _DEEPEST:
            raise CutUnreadable(f"It is nested over {_DEEPEST} deep, as no timeline is; export it again.")
    if "OTIO_SCHEMA" not in text:
        raise CutUnreadable("This is no OpenTimelineIO file; export it again.")


def write(leaving: Leaving) -> Written:
    """Write a cut; every clip and gap carries `metadata.circletake` {schema, slot, shot, take, sha256}."""
    text: str = timeline_of(leaving).to_json_string(indent=2)
    lost = [NO_APPROVAL] if leaving.statuses else []
    return Written(text.encode(), tuple(lost))


def timeline_of(leaving: Leaving) -> Any:  # noqa: ANN401 (OpenTimelineIO has no types)
    """The cut as OpenTimelineIO's object."""
    cut = leaving.cut
    timeline = otio.schema.Timeline(
        one_line(leaving.title) or cut.production, global_start_time=_time(cut.start, cut.rate)
    )
    timeline.metadata[OURS] = {
        "schema": SCHEMA,
        "production": cut.production,
        "number": cut.number,
        "rate": [cut.rate.numerator, cut.rate.denominator],
        "size": [cut.width_px, cut.height_px],
        "drop": cut.drop,
    }
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    timeline.tracks.append(track)
    for slot in cut.slots:
        if slot.dissolve:
            track.append(
                otio.schema.Transition(
                    "dissolve",
                    otio.schema.TransitionTypes.SMPTE_Dissolve,
                    in_offset=_time(0, cut.rate),
                    out_offset=_time(slot.dissolve, cut.rate),
                )
            )
        track.append(_item(slot, leaving))
    for name, clips in _sound_tracks(cut.sound):
        timeline.tracks.append(_sound_track(name, clips, leaving))
    return timeline


def _time(frames: int, rate: Fraction) -> Any:  # noqa: ANN401 (the same)
    return otio.opentime.RationalTime(frames, float(rate))


def _range(start: int, frames: int, rate: Fraction) -> Any:  # noqa: ANN401 (the same)
    return otio.opentime.TimeRange(_time(start, rate), _time(frames, rate))


def _item(slot: Slot, leaving: Leaving) -> Any:  # noqa: ANN401 (the same)
    rate = leaving.cut.rate
    if slot.take is None:
        item = otio.schema.Gap(name=slot.shot, source_range=_range(0, slot.frames, rate))
    else:
        item = otio.schema.Clip(
            slot.shot,
            media_reference=_media(slot.take, leaving),
            source_range=_range(slot.source_in, slot.frames, rate),
        )
    if slot.take is not None and slot.speed != NORMAL:
        warp = (
            otio.schema.LinearTimeWarp("speed", time_scalar=float(slot.speed))
            if slot.speed
            else otio.schema.FreezeFrame("freeze")
        )
        warp.metadata[OURS] = {"speed": f"{slot.speed.numerator}/{slot.speed.denominator}"}
        item.effects.append(warp)
    item.metadata[OURS] = {
        "schema": SCHEMA,
        "slot": slot.id,
        "shot": slot.shot,
        "take": leaving.name_of(slot.take, "") or None,
        "sha256": slot.take,
    }
    status = leaving.statuses.get(slot.id)
    if status:
        marker = otio.schema.Marker(
            status, marked_range=_range(slot.source_in, 0, rate), color=COLOURS.get(status, "WHITE")
        )
        marker.metadata[OURS] = {"status": status}
        item.markers.append(marker)
    return item


def _media(content: str, leaving: Leaving) -> Any:  # noqa: ANN401 (the same)
    take = leaving.takes.get(content)
    media = otio.schema.MissingReference()
    if take is not None and take.path:
        media = otio.schema.ExternalReference(
            target_url=one_line(take.path), available_range=_range(0, take.n_frames, leaving.cut.rate)
        )
    if take is not None:
        media.name = one_line(take.name)
    return media


def _sound_tracks(sound: Iterable[SoundClip]) -> list[tuple[str, list[SoundClip]]]:
    """Clips by track; those that overlap lie on further tracks of the same name."""
    tracks: list[tuple[str, list[SoundClip]]] = []
    for clip in sorted(sound, key=lambda one: (one.track, one.record_in)):
        room = next(
            (
                clips
                for name, clips in tracks
                if name == clip.track and clips[-1].record_range.end <= clip.record_in
            ),
            None,
        )
        if room is None:
            tracks.append((clip.track, [clip]))
        else:
            room.append(clip)
    return tracks


def _sound_track(name: str, clips: list[SoundClip], leaving: Leaving) -> Any:  # noqa: ANN401 (the same)
    rate = leaving.cut.rate
    track = otio.schema.Track(name, kind=otio.schema.TrackKind.Audio)
    track.metadata[OURS] = {"track": name}
    at = 0
    for clip in clips:
        if clip.record_in > at:
            track.append(otio.schema.Gap(source_range=_range(0, clip.record_in - at, rate)))
        item = otio.schema.Clip(
            clip.shot,
            media_reference=_media(clip.take, leaving) if clip.take else otio.schema.MissingReference(),
            source_range=_range(clip.source_in, clip.frames, rate),
        )
        item.metadata[OURS] = {
            "schema": SCHEMA,
            "slot": clip.id,
            "shot": clip.shot,
            "sha256": clip.take,
            "gain_mb": clip.gain_mb,
            "fade_in": str(Fraction(clip.fade_in) / rate),
            "fade_out": str(Fraction(clip.fade_out) / rate),
        }
        track.append(item)
        at = clip.record_in + clip.frames
    return track


form = Form(label="OpenTimelineIO", endings=(".otio",), read=read, write=write)
