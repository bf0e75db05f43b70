"""The change list of two versions of a cut: what an editor would say was done between them.

Slots are known by their id. A slot that stands elsewhere only because others came, went or changed their
length did not move; those that did are the fewest that explain the new order.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from circletake.domain.cut import CutVersion, Slot, SoundClip
from circletake.domain.time import format_rate

ChangeSort = Literal[
    "whole",
    "gone",
    "new",
    "split",
    "moved",
    "renamed",
    "filled",
    "emptied",
    "replaced",
    "slipped",
    "head",
    "tail",
    "length",
    "retimed",
    "dissolve",
    "sound",
]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was done.

    Args:
        sort: what; `whole` is about the cut and no slot of it.
        slot: id of the slot, or of the sound clip; empty where it is about the whole cut.
        shot: code of its shot; likewise.
        text: a sentence.
    """

    sort: ChangeSort
    slot: str
    shot: str
    text: str


def change_list(old: CutVersion, new: CutVersion, *, names: Mapping[str, str] | None = None) -> list[Change]:
    """What was done between two versions; nothing where they look and sound the same.

    Args:
        old: the earlier one, or whichever is compared from.
        new: the one that is compared to it.
        names: content → how a take is called; a few letters of the hash where it is not in there.

    Returns:
        What concerns the whole, then slots that went, then slots in the order of the new version, then sound.
    """
    called = _Called(names or {})
    before = {slot.id: slot for slot in old.slots}
    after = {slot.id: slot for slot in new.slots}
    moved = _moved([slot.id for slot in old.slots], [slot.id for slot in new.slots])
    said = list(_whole(old, new))
    said.extend(
        Change("gone", slot.id, slot.shot, f"{slot.shot} is out ({_frames(slot.frames)}).")
        for slot in old.slots
        if slot.id not in after
    )
    for slot in new.slots:
        was = before.get(slot.id)
        if was is None:
            said.append(_new(slot, old, after, called))
            continue
        if slot.id in moved:
            places = f"from {_place(old.slots, slot.id)} to {_place(new.slots, slot.id)}"
            said.append(Change("moved", slot.id, slot.shot, f"{slot.shot} moved {places}."))
        said.extend(Change(sort, slot.id, slot.shot, text) for sort, text in _altered(was, slot, called))
    said.extend(_heard(old, new, called))
    return said


@dataclass(frozen=True, slots=True)
class _Called:
    names: Mapping[str, str]

    def __call__(self, content: str) -> str:
        return self.names.get(content, content[:8])


def _moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """Who of those in both has to be taken out and put elsewhere: all but a longest run that kept its order.

    Source:
        Patience sorting (Aldous, Diaconis, 1999), section 2: a longest increasing subsequence.
    """
    kept = set(after)
    place = {key: at for at, key in enumerate(key for key in before if key in kept)}
    order = [key for key in after if key in place]
    tops: list[int] = []
    ends: list[str] = []
    under: dict[str, str | None] = {}
    for key in order:
        pile = bisect_left(tops, place[key])
        under[key] = ends[pile - 1] if pile else None
        tops[pile : pile + 1] = [place[key]]
        ends[pile : pile + 1] = [key]
    stayed: set[str] = set()
    last = ends[-1] if ends else None
    while last is not None:
        stayed.add(last)
        last = under[last]
    return set(order) - stayed


def _place(slots: Sequence[Slot], key: str) -> str:
    at = next(index for index, slot in enumerate(slots) if slot.id == key)
    return f"after {slots[at - 1].shot}" if at else "the head"


def _whole(old: CutVersion, new: CutVersion) -> Iterator[Change]:
    def whole(text: str) -> Change:
        return Change("whole", "", "", text)

    if old.rate != new.rate:
        yield whole(f"It runs at {format_rate(new.rate)} frames a second, not {format_rate(old.rate)}.")
    if (old.width_px, old.height_px) != (new.width_px, new.height_px):
        size = f"{new.width_px} × {new.height_px}"
        yield whole(f"It is {size} pixels, not {old.width_px} × {old.height_px}.")
    if (old.start, old.drop) != (new.start, new.drop):
        yield whole(f"Its timecode begins at {new.timecode(0)}, not {old.timecode(0)}.")


def _new(slot: Slot, old: CutVersion, after: Mapping[str, Slot], called: _Called) -> Change:
    for was in old.slots:
        if slot.take and (was.take, was.shot) == (slot.take, slot.shot) and was.id in after:
            here, there = slot.source_range(), was.source_range()
            if there.start <= here.start and here.end <= there.end:
                text = (
                    f"{slot.shot} is cut up: {_frames(slot.frames)} of it, from frame {slot.source_in} of "
                    f"{called(slot.take)} on, stand by themselves."
                )
                return Change("split", slot.id, slot.shot, text)
    what = f" with {called(slot.take)}" if slot.take else ", a gap"
    return Change("new", slot.id, slot.shot, f"{slot.shot} is in ({_frames(slot.frames)}{what}).")


def _altered(was: Slot, now: Slot, called: _Called) -> Iterator[tuple[ChangeSort, str]]:
    if was.shot != now.shot:
        yield "renamed", f"{was.shot} is now {now.shot}."
    if was.take != now.take:
        yield _filled(was, now, called)
    elif was.speed != now.speed:
        yield "retimed", f"{now.shot} {_pace(now)}; it {_pace(was, past=True)}."
    if was.take != now.take or was.speed != now.speed or now.take is None or not now.speed:
        longer = now.frames - was.frames
        if longer:
            yield "length", f"{now.shot} is {_frames(longer)} {'longer' if longer > 0 else 'shorter'}."
    else:
        yield from _trimmed(was, now)
    if was.dissolve != now.dissolve:
        yield (
            "dissolve",
            (
                f"{now.shot} dissolves in over {_frames(now.dissolve)}"
                if now.dissolve
                else f"{now.shot} cuts in"
            )
            + (f", not {was.dissolve}." if was.dissolve and now.dissolve else "."),
        )


def _trimmed(was: Slot, now: Slot) -> Iterator[tuple[ChangeSort, str]]:
    """Head and tail in frames of the cut: what was seen of the take before, against what is seen now."""
    head = round((now.source_in - was.source_in) / now.speed)
    tail = head + now.frames - was.frames
    if now.source_in != was.source_in and now.frames == was.frames:
        by = now.source_in - was.source_in
        yield "slipped", f"{now.shot} slipped {_frames(by)} {'later' if by > 0 else 'earlier'} in its take."
        return
    if head:
        done = "trimmed by" if head > 0 else "extended by"
        yield "head", f"{now.shot} {done} {_frames(head)} at the head."
    if tail:
        done = "extended by" if tail > 0 else "trimmed by"
        yield "tail", f"{now.shot} {done} {_frames(tail)} at the tail."


def _filled(was: Slot, now: Slot, called: _Called) -> tuple[ChangeSort, str]:
    if now.take is None:
        return "emptied", f"{now.shot} is a gap again; {called(was.take or '')} was there."
    if was.take is None:
        return "filled", f"{now.shot} is filled with {called(now.take)}."
    return "replaced", f"{now.shot} has {called(now.take)} in place of {called(was.take)}."


def _pace(slot: Slot, *, past: bool = False) -> str:
    if not slot.speed:
        return f"{'was held' if past else 'is held'} on frame {slot.source_in}"
    percent = f"{float(slot.speed) * 100:.4g} %"
    return f"{'ran' if past else 'runs'} at {percent}"


def _heard(old: CutVersion, new: CutVersion, called: _Called) -> Iterator[Change]:
    before = {clip.id: clip for clip in old.sound}
    after = {clip.id: clip for clip in new.sound}

    def sound(clip: SoundClip, text: str) -> Change:
        return Change("sound", clip.id, clip.shot, f"Sound of {clip.shot} on {clip.track} {text}.")

    for clip in old.sound:
        if clip.id not in after:
            yield sound(clip, "is out")
    for clip in new.sound:
        was = before.get(clip.id)
        if was is None:
            yield sound(clip, f"is in at frame {clip.record_in} ({_frames(clip.frames)})")
        elif was != clip:
            yield sound(clip, ", ".join(_altered_sound(was, clip, called)) or "is on another shot")


def _altered_sound(was: SoundClip, now: SoundClip, called: _Called) -> Iterator[str]:
    if was.take != now.take:
        yield f"has {called(now.take)}" if now.take else "is missing its take"
    if was.record_in != now.record_in:
        yield f"begins at frame {now.record_in}, not {was.record_in}"
    if was.frames != now.frames:
        longer = now.frames - was.frames
        yield f"is {_frames(longer)} {'longer' if longer > 0 else 'shorter'}"
    if was.source_in != now.source_in:
        by = now.source_in - was.source_in
        yield f"slipped {_frames(by)} {'later' if by > 0 else 'earlier'}"
    if was.gain_mb != now.gain_mb:
        how = "louder" if now.gain_mb > was.gain_mb else "quieter"
        yield f"is {abs(now.gain_mb - was.gain_mb) / 100:g} dB {how}"
    if (was.fade_in, was.fade_out) != (now.fade_in, now.fade_out):
        yield f"fades over {now.fade_in} and {now.fade_out} frames"
    if was.track != now.track:
        yield f"was on {was.track}"


def _frames(count: int) -> str:
    return f"{abs(count)} frame{'' if abs(count) == 1 else 's'}"
