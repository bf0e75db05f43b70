"""Conform: what another program's timeline names, found again among the takes that are here.

A take is known by its SHA-256; a name only proposes one. What cannot be found becomes a gap of the
same length, so that the cut keeps its duration whatever is missing.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from circletake.domain.cut import Slot

_MEDIA_ENDINGS = frozenset({".mov", ".mp4", ".mxf", ".mkv", ".webm", ".avi", ".png", ".jpg", ".exr", ".tif"})


@dataclass(frozen=True, slots=True)
class KnownTake:
    """A take of this production, as timelines speak of it.

    Args:
        content: SHA-256.
        shot: code of the shot it was made for.
        name: as editors see it; a file's name with or without its ending.
        n_frames: how many frames it has.
        path: where its file can be opened, for exports.
    """

    content: str
    shot: str
    name: str
    n_frames: int
    path: str | None = None


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
    """

    name: str
    frames: int
    source_in: int
    is_gap: bool = False
    sha256: str | None = None
    slot: str | None = None
    shot: str | None = None
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A cut somebody may adopt: its slots, and a sentence about everything that could not be carried."""

    slots: tuple[Slot, ...]
    sentences: tuple[str, ...]


def conform(
    events: Iterable[Event], known: Sequence[KnownTake], *, sentences: Iterable[str] = ()
) -> Proposal:
    """Make slots of events; no approval is taken over, only which content goes where.

    Args:
        events: in the order of the cut.
        known: takes of the production.
        sentences: what reading the file had to say already.
    """
    by_content = {take.content: take for take in known}
    said = list(sentences)
    slots: list[Slot] = []
    ids: set[str] = set()
    for number, event in enumerate(events, start=1):
        label = event.shot or event.name or f"item {number}"
        take, matter = (None, "") if event.is_gap else _find(event, by_content, label)
        if take is not None and not 0 <= event.source_in <= take.n_frames - event.frames:
            matter = (
                f"{label} uses frames {event.source_in} to {event.source_in + event.frames} of {take.name}, "
                f"which has {take.n_frames}; it is a gap now."
            )
            take = None
        if matter:
            said.append(matter)
        shot = event.shot or (take.shot if take else "") or event.name or f"GAP{number:03}"
        slot_id = _slot_id(event.slot, shot, ids)
        ids.add(slot_id)
        slots.append(
            Slot(
                id=slot_id,
                shot=shot,
                frames=event.frames,
                take=take.content if take else None,
                source_in=event.source_in if take else 0,
            )
        )
    return Proposal(slots=tuple(slots), sentences=tuple(said))


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


def _slot_id(named: str | None, shot: str, taken: set[str]) -> str:
    """The id a file names, or one made of the shot's code; a clip that stands twice gets a second one."""
    if named and named not in taken:
        return named
    copy = 0
    while (made := "s_" + hashlib.sha256(f"{shot}/{copy}".encode()).hexdigest()[:8]) in taken:
        copy += 1
    return made
