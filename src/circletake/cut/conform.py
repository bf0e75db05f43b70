"""Conform: what another program's timeline names, found again among the takes that are here.

A take is known by its SHA-256; a name only proposes one. What cannot be found becomes a gap of the
same length, so that the cut keeps its duration whatever is missing.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import PurePosixPath

from circletake.domain.cut import NORMAL, Slot, SoundClip

_MOST_NAMES = 5
_MEDIA_ENDINGS = frozenset(
    {".mov", ".mp4", ".mxf", ".mkv", ".webm", ".avi", ".png", ".jpg", ".exr", ".tif", ".wav", ".aif"}
)


@dataclass(frozen=True, slots=True)
class KnownTake:
    """A take of this production, as timelines speak of it.

    Args:
        content: SHA-256.
        shot: code of the shot it was made for.
        name: as editors see it; a file's name with or without its ending.
        n_frames: how many frames it has.
        path: where its file can be opened, for exports.
        is_seen: it is made for a shot; what is not is only ever heard.
    """

    content: str
    shot: str
    name: str
    n_frames: int
    path: str | None = None
    is_seen: bool = True


@dataclass(frozen=True, slots=True)
class Event:
    """One item of a picture track, in frames of the production's rate.

    Args:
        name: as written there.
        frames: its length.
        source_in: first frame of its media.
        is_gap: nothing was there on purpose.
        sha256: content it names, if it does.
        slot: slot id it names, if it does.
        shot: shot code it names, if it does.
        hints: names by which a take may be proposed, best first.
        speed: frames of its media that go by in one of the cut; never negative.
        dissolve: how many of its first frames are mixed from what is before.
        marks: names of the markers on it.
    """

    name: str
    frames: int
    source_in: int
    is_gap: bool = False
    sha256: str | None = None
    slot: str | None = None
    shot: str | None = None
    hints: tuple[str, ...] = ()
    speed: Fraction = NORMAL
    dissolve: int = 0
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """One clip of a sound track, in frames of the production's rate.

    Args:
        name: as written there.
        track: name of the track it lies on.
        record_in: frame of the cut on which it begins.
        frames: its length.
        source_in: where in its media it begins.
        gain_mb: in hundredths of a decibel.
        fade_in: frames over which it comes up.
        fade_out: frames over which it goes down.
        sha256: content it names, if it does.
        id: id of the piece of sound it names, if it does.
        shot: code of the entity it names, if it does.
        hints: names by which a take may be proposed, best first.
    """

    name: str
    track: str
    record_in: int
    frames: int
    source_in: int
    gain_mb: int = 0
    fade_in: int = 0
    fade_out: int = 0
    sha256: str | None = None
    id: str | None = None
    shot: str | None = None
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A cut somebody may adopt, and a sentence about everything that could not be carried.

    Args:
        slots: the pictures, in order.
        sentences: what was left out, changed or guessed.
        sound: empty where each shot's own sound is heard.
        start: frame number of the first frame.
        drop: timecode is drop-frame.
    """

    slots: tuple[Slot, ...]
    sentences: tuple[str, ...]
    sound: tuple[SoundClip, ...] = ()
    start: int = 0
    drop: bool = False


def conform(
    events: Iterable[Event],
    known: Sequence[KnownTake],
    *,
    sounds: Iterable[Heard] = (),
    sentences: Iterable[str] = (),
) -> Proposal:
    """Make slots of events; no approval is taken over, only which content goes where.

    Args:
        events: in the order of the cut.
        known: takes of the production.
        sounds: what lies on its sound tracks.
        sentences: what reading the file had to say already.
    """
    seen = {take.content: take for take in known if take.is_seen}
    said = list(sentences)
    slots: list[Slot] = []
    ids: set[str] = set()
    listed = list(events)
    for number, event in enumerate(listed, start=1):
        label = event.shot or event.name or f"item {number}"
        take, matter = (None, "") if event.is_gap else _find(event, seen, label)
        shot = event.shot or (take.shot if take else "") or event.name or f"GAP{number:03}"
        slot_id = _slot_id(event.slot, shot, ids)
        ids.add(slot_id)
        slot = Slot(
            id=slot_id,
            shot=shot,
            frames=event.frames,
            take=take.content if take else None,
            source_in=max(0, event.source_in) if take else 0,
            speed=event.speed if take else NORMAL,
            dissolve=event.dissolve,
        )
        tail = listed[number].dissolve if number < len(listed) else 0
        if take is not None and (short := _short_of(event, slot, take, label)):
            matter, slot = short, replace(slot, take=None, source_in=0, speed=NORMAL)
        elif take is not None and tail and slot.source_range(tail=tail).end > take.n_frames:
            over = listed[number].shot or listed[number].name
            said.append(
                f"{take.name} ends before the dissolve into {over} does; it is a cut now: bring a longer one."
            )
            listed[number] = replace(listed[number], dissolve=0)
        if matter:
            said.append(matter)
        slots.append(slot)
    sound = _conform_sound(list(sounds), {take.content: take for take in known}, slots, ids, said)
    return Proposal(slots=tuple(slots), sentences=tuple(dict.fromkeys(said)), sound=sound)


def _short_of(event: Event, slot: Slot, take: KnownTake, label: str) -> str:
    """What is to be said where a take has not the frames that are used of it; nothing where it has."""
    used = slot.source_range()
    if event.source_in >= 0 and used.end <= take.n_frames:
        return ""
    end = event.source_in + used.frames
    return (
        f"{label} uses frames {event.source_in} to {end} of {take.name}, which has {take.n_frames}; "
        f"it is a gap now."
    )


def _conform_sound(
    sounds: list[Heard],
    by_content: dict[str, KnownTake],
    slots: list[Slot],
    ids: set[str],
    said: list[str],
) -> tuple[SoundClip, ...]:
    """Sound that is known here; none where all of it is what the shots bring along anyway."""
    clips: list[SoundClip] = []
    unknown: dict[str, None] = {}
    short: dict[str, None] = {}
    told: set[tuple[object, ...]] = set()
    for heard in sounds:
        take = _find_sound(heard, by_content)
        if take is None and not (heard.sha256 and heard.id):
            unknown[heard.name or "a clip"] = None
            continue
        if take is not None and not 0 <= heard.source_in <= take.n_frames - heard.frames:
            short[heard.name or take.name] = None
            continue
        content = take.content if take else None
        same = (content, heard.record_in, heard.frames, heard.source_in)
        if same in told and heard.id is None:
            continue  # the other channels of the same sound
        told.add(same)
        shot = heard.shot or (take.shot if take else heard.name) or "SOUND"
        clip_id = _sound_id(heard.id, f"{heard.track}/{heard.record_in}/{shot}", ids)
        ids.add(clip_id)
        clips.append(
            SoundClip(
                id=clip_id,
                shot=shot,
                take=content,
                record_in=heard.record_in,
                frames=heard.frames,
                source_in=heard.source_in if content else max(0, heard.source_in),
                gain_mb=heard.gain_mb,
                fade_in=heard.fade_in,
                fade_out=heard.fade_out,
                track=heard.track or "A1",
            )
        )
    for names, matter in (
        (unknown, "is not in this production and was left out; bring it in, then import again"),
        (short, "goes on after its take ends and was left out"),
    ):
        if names:
            said.append(f"Sound that {matter}: {_some(names)}.")
    apart = [clip for clip in clips if not _comes_along(clip, slots)]
    if not apart and clips:
        said.append("All sound in it that is known is the shots' own, and is heard with them.")
    return tuple(clips) if apart else ()


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _MOST_NAMES} more" if len(listed) > _MOST_NAMES else ""
    return ", ".join(f"“{name}”" for name in listed[:_MOST_NAMES]) + more


def _find_sound(heard: Heard, by_content: dict[str, KnownTake]) -> KnownTake | None:
    if heard.sha256:
        return by_content.get(heard.sha256)
    for hint in dict.fromkeys(map(_stem, heard.hints)):
        named = [take for take in by_content.values() if _stem(take.name) == hint]
        if len(named) == 1:
            return named[0]
    return None


def _comes_along(clip: SoundClip, slots: list[Slot]) -> bool:
    """Whether a piece of sound is what the pictures over it bring along, frame for frame."""
    if clip.gain_mb or clip.fade_in or clip.fade_out:
        return False
    at = 0
    for slot in slots:
        if at < clip.record_in + clip.frames and at + slot.frames > clip.record_in:
            in_step = slot.source_in - at == clip.source_in - clip.record_in
            if slot.take != clip.take or slot.speed != NORMAL or not in_step:
                return False
        at += slot.frames
    return clip.record_in + clip.frames <= at


def _find(event: Event, by_content: dict[str, KnownTake], label: str) -> tuple[KnownTake | None, str]:
    """The take an event means, and what is to be said about it."""
    if event.sha256:
        take = by_content.get(event.sha256)
        if take is not None:
            return take, ""
        return (
            None,
            f"{label}: this production has no take {event.sha256[:8]}…; bring it in. It is a gap now.",
        )
    for hint in dict.fromkeys(map(_stem, event.hints)):
        named = [take for take in by_content.values() if _stem(take.name) == hint]
        for found in (named, [take for take in by_content.values() if take.shot.casefold() == hint]):
            if len(found) == 1:
                return found[
                    0
                ], f"{label} was matched to {found[0].name} by its name alone; look whether it is that."
            if found:
                return None, f"{label}: {len(found)} takes go by that name; choose one. It is a gap now."
    missing = f"“{event.hints[0]}”" if event.hints else "its media"
    return None, f"{label}: {missing} is not in this production; bring it in. It is a gap now."


def _stem(name: str) -> str:
    path = PurePosixPath(name.replace("\\", "/"))
    return (path.stem if path.suffix.lower() in _MEDIA_ENDINGS else path.name).casefold()


def _sound_id(named: str | None, of: str, taken: set[str]) -> str:
    if named and named not in taken:
        return named
    copy = 0
    while (made := "a_" + hashlib.sha256(f"{of}/{copy}".encode()).hexdigest()[:8]) in taken:
        copy += 1
    return made


def _slot_id(named: str | None, shot: str, taken: set[str]) -> str:
    """The id a file names, or one made of the shot's code; a clip that stands twice gets a second one."""
    if named and named not in taken:
        return named
    copy = 0
    while (made := "s_" + hashlib.sha256(f"{shot}/{copy}".encode()).hexdigest()[:8]) in taken:
        copy += 1
    return made
