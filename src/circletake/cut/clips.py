"""The cut as an edit list and its clips, for whoever finishes it in another program.

A zip of `cut.edl`, `cut.otio`, `NOTES.txt` (what the edit lists cannot say, and how clips are named) and
`clips/`: the take of each slot in the cut's size, from some frames before those that are seen to some frames
after. Both lists speak of these clips and count their frames from 0. The same cut gives the same bytes.
"""

import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from circletake.cut.cache import SegmentCache
from circletake.cut.conform import KnownTake
from circletake.cut.form import Leaving, one_line
from circletake.cut.render import Watch, open_sources, render_cut
from circletake.cut.timelines import write_timeline
from circletake.domain.cut import CutVersion, Slot
from circletake.domain.time import FrameRange
from circletake.errors import CutUnreadable
from circletake.media.masters import MasterForm
from circletake.media.source import Source
from circletake.media.store import ContentStore

HANDLES = 12
"""Frames before and after those that are seen, where a take has them."""

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say: no clock may change its bytes
_LISTS = ("cut.edl", "cut.otio")
_UNSAFE = frozenset('/\\:*?"<>|')


@dataclass(frozen=True, slots=True)
class _Clip:
    """A slot's clip: its name, the frames of the take in it, and the film that holds them."""

    name: str
    frames: FrameRange
    content: str


def clips_package(
    store: ContentStore,
    cut: CutVersion,
    cache: SegmentCache,
    *,
    form: MasterForm,
    watch: Watch,
    title: str = "",
) -> str:
    """Make the package.

    Args:
        form: of the clips.
        watch: who is told how far it is, in frames of the cut, and who may stop it.
        title: of the production.

    Returns:
        The zip's content in the store.

    Raises:
        CircletakeError: as `render_cut`.
    """
    sources = open_sources(store, cut, with_slates=False)
    clips = dict(_clips(store, cut, cache, form, watch, sources))
    leaving = _leaving(cut, clips, title)
    with store.writing(".zip") as entry, zipfile.ZipFile(entry.path, "w") as package:
        notes = list(_notes(cut, clips))
        for name in _LISTS:
            try:
                written = write_timeline(leaving, name)
            except CutUnreadable as refused:
                notes.append(f"{name} is not here: {refused.message}")
                continue
            package.writestr(zipfile.ZipInfo(name, date_time=_EPOCH), written.data)
            notes += [f"{name}: {lost}" for lost in written.lost]
        text = "".join(f"{note}\n" for note in notes)
        package.writestr(zipfile.ZipInfo("NOTES.txt", date_time=_EPOCH), text.encode())
        for clip in dict.fromkeys(clips.values()):
            _put(package, f"clips/{clip.name}", store.path(clip.content))
    return entry.content


def _clips(
    store: ContentStore,
    cut: CutVersion,
    cache: SegmentCache,
    form: MasterForm,
    watch: Watch,
    sources: Mapping[str, Source | None],
) -> Iterator[tuple[str, _Clip]]:
    """Slot id → its clip; slots that show the same frames share one."""
    made: dict[tuple[str, FrameRange], _Clip] = {}
    for number, (slot, record, tail) in enumerate(cut.placed(), 1):
        watch.check()
        take = slot.take or ""  # no gap is left once sources are open
        source = sources[take]
        frames = _with_handles(slot.source_range(tail=tail), source.n_frames if source else 0)
        if (take, frames) not in made:
            alone = Slot(slot.id, slot.shot, frames.frames, take, frames.start)
            one = replace(cut, slots=(alone,), sound=(), start=0, drop=False)
            film = render_cut(store, one, cache, form=form, cancelled=watch.cancelled)
            name = f"{number:03}_{_plain(slot.shot)}.{form.container}"
            made[take, frames] = _Clip(name, frames, film.content)
        yield slot.id, made[take, frames]
        if watch.progress is not None:
            watch.progress(record.end, cut.n_frames)


def _with_handles(seen: FrameRange, n_frames: int) -> FrameRange:
    return FrameRange(max(0, seen.start - HANDLES), max(seen.end, min(n_frames, seen.end + HANDLES)))


def _leaving(cut: CutVersion, clips: Mapping[str, _Clip], title: str) -> Leaving:
    """The cut as it is of the clips, each of which begins at frame 0 of its own."""
    slots = [
        replace(slot, take=clips[slot.id].content, source_in=slot.source_in - clips[slot.id].frames.start)
        for slot in cut.slots
    ]
    known = {
        clip.content: KnownTake(clip.content, slot.shot, clip.name, clip.frames.frames, f"clips/{clip.name}")
        for slot in cut.slots
        for clip in (clips[slot.id],)
    }
    return Leaving(cut=replace(cut, slots=tuple(slots)), takes=known, statuses={}, title=title)


def _notes(cut: CutVersion, clips: Mapping[str, _Clip]) -> Iterator[str]:
    yield "Clips lie in clips/, in the cut's size and rate. What is seen of each, from its frame 0:"
    for slot, _, tail in cut.placed():
        clip = clips[slot.id]
        seen = slot.source_range(tail=tail)
        first, last = seen.start - clip.frames.start, seen.end - 1 - clip.frames.start
        yield f"  {clip.name}: {one_line(slot.shot)}, frames {first} to {last} of {clip.frames.frames}"
    if cut.sound:
        yield "Clips carry the sound of their takes; the sound that the cut lays apart is in its master."


def _plain(shot: str) -> str:
    """A shot's code as part of a file's name, on any machine."""
    kept = "".join("_" if letter in _UNSAFE or not letter.isprintable() else letter for letter in shot)
    return kept.strip(". ") or "shot"


def _put(package: zipfile.ZipFile, name: str, path: Path) -> None:
    with (
        path.open("rb") as film,
        package.open(zipfile.ZipInfo(name, date_time=_EPOCH), "w", force_zip64=True) as to,
    ):
        shutil.copyfileobj(film, to, 1 << 20)
