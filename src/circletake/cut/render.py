"""Render the cut: one encoded segment for each slot, kept by what it was made of, joined into a master.

Replacing a shot encodes that shot again and nothing else; all other frames stay bit for bit as they
were. Sound is mixed whole and encoded once, as its packets cannot be joined.
"""

import hashlib
import platform
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

from circletake.cut.cache import SegmentCache
from circletake.cut.master import SlotSamples, read_master
from circletake.cut.picture import FIT, SLATE, Rgb, fitted, slate
from circletake.cut.sound import Heard, mix
from circletake.domain.cut import NORMAL, CutVersion, Slot
from circletake.domain.time import FrameRange, format_rate
from circletake.errors import (
    ContentMissing,
    CutUnreadable,
    GapOpen,
    HandlesShort,
    JobFailed,
    NoFrames,
    RateMismatch,
)
from circletake.ledger.canonical import canonical
from circletake.media.encode import SEGMENT_RECIPE, encode_segment
from circletake.media.join import join_segments
from circletake.media.manifest import Clip, read_manifest
from circletake.media.source import Source, open_source
from circletake.media.store import ContentStore

SEGMENT_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Rendered:
    """A master.

    Args:
        content: its SHA-256 in the store.
        n_frames: its length.
        encoded_frames: how many of them were encoded for it; the rest came from the cache.
        slots: in order, covering it.
    """

    content: str
    n_frames: int
    encoded_frames: int
    slots: tuple[SlotSamples, ...]

    def plain(self) -> dict[str, object]:
        """As JSON-ready data."""
        return asdict(self)


def render_cut(
    store: ContentStore,
    cut: CutVersion,
    cache: SegmentCache,
    *,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    with_slates: bool = False,
) -> Rendered:
    """Render a cut into a master in the store.

    Args:
        progress: called with frames done and frames in all.
        cancelled: asked at every frame that is encoded.
        with_slates: gaps become grey cards; without, a gap refuses the render.

    Raises:
        GapOpen: names every slot without a take.
        ContentMissing: names the slots whose takes are not in the store.
        HandlesShort: a take ends before its slot does.
        RateMismatch: a take runs at another rate.
        NoFrames: the cut has no slots.
        JobFailed: it was cancelled.
        DiskFull: no room; segments that were finished are kept.
    """
    sources = _open_sources(store, cut, with_slates=with_slates)
    done = encoded = 0

    def step() -> None:
        nonlocal done
        if cancelled is not None and cancelled():
            raise JobFailed("The render was cancelled; what was encoded is kept for the next one.")
        done += 1
        if progress is not None:
            progress(done, cut.n_frames)

    segments: list[Path] = []
    for slot in cut.slots:
        key = segment_key(cut, slot)
        content = cache.get(key)
        if content is None or not store.has(content):
            content = _encode(store, cut, slot, sources[slot.id], step)
            cache.put(key, content)
            encoded += slot.frames
        else:
            done += slot.frames
            if progress is not None:
                progress(done, cut.n_frames)
        segments.append(store.path(content))
    return _join(store, cut, sources, segments, encoded)


def segment_key(cut: CutVersion, slot: Slot) -> str:
    """SHA-256 (hex) of everything that decides a slot's encoded pictures."""
    made_of = {
        "v": SEGMENT_FORMAT,
        "content": slot.take,
        "slate": None if slot.take else {"rule": SLATE, "text": slot.shot},
        "frames": [slot.source_in, slot.source_in + slot.frames],
        "fit": FIT,
        "size": [cut.width_px, cut.height_px],
        "rate": [cut.rate.numerator, cut.rate.denominator],
        "recipe": SEGMENT_RECIPE,
        # The wheel carries FFmpeg and x264, so its version and platform are the encoder's build.
        "build": f"av {version('av')} {platform.system()} {platform.machine()}",
    }
    return hashlib.sha256(canonical(made_of)).hexdigest()


def _open_sources(store: ContentStore, cut: CutVersion, *, with_slates: bool) -> dict[str, Source | None]:
    """Open every take before anything is encoded, so that all that is missing is said at once."""
    if not cut.slots:
        raise NoFrames("The cut has no slots; add a shot, or import a film.")
    _check_plain(cut)
    open_gaps = [slot.shot for slot in cut.slots if slot.take is None]
    if open_gaps and not with_slates:
        raise GapOpen(
            f"The cut has no take for {', '.join(open_gaps)}; fill the gap first, then render.",
            missing=open_gaps,
        )
    lost = [slot for slot in cut.slots if slot.take is not None and not store.has(slot.take)]
    if lost:
        raise ContentMissing(
            f"The store lacks the takes of {', '.join(slot.shot for slot in lost)}; bring them in again.",
            missing=[slot.take for slot in lost],
        )
    return {slot.id: _open_source(store, cut, slot, slot.take) for slot in cut.slots}


def _check_plain(cut: CutVersion) -> None:
    """Refuse what a render does not draw, rather than draw something else in its place."""
    retimed = [slot.shot for slot in cut.slots if slot.speed != NORMAL]
    dissolving = [slot.shot for slot in cut.slots if slot.dissolve]
    for shots, what in ((retimed, "changes of speed"), (dissolving, "dissolves")):
        if shots:
            raise CutUnreadable(
                f"Renders do not draw {what} yet ({', '.join(shots)}); make them a take, or cut straight."
            )
    if cut.sound:
        raise CutUnreadable(
            "Renders do not mix sound clips yet; take them out and each shot's own sound is heard."
        )


def _open_source(store: ContentStore, cut: CutVersion, slot: Slot, take: str | None) -> Source | None:
    if take is None:
        return None
    source = open_source(store, take)
    if source.rate is not None and source.rate != cut.rate:
        raise RateMismatch(
            f"{slot.shot}: the take runs at {format_rate(source.rate)} frames a second and the cut at "
            f"{format_rate(cut.rate)}; bring one at the cut's rate.",
            slot=slot.id,
        )
    if source.n_frames < slot.source_in + slot.frames:
        raise HandlesShort(
            f"{slot.shot} uses frames {slot.source_in} to {slot.source_in + slot.frames} of a take that has "
            f"{source.n_frames}; splice a longer one.",
            slot=slot.id,
        )
    return source


def _encode(
    store: ContentStore, cut: CutVersion, slot: Slot, source: Source | None, step: Callable[[], None]
) -> str:
    size = (cut.width_px, cut.height_px)
    with store.writing(".mp4") as entry:
        frames = _pictures(cut, slot, source, step)
        encode_segment(entry.path, frames, rate=cut.rate, size=size, recipe=SEGMENT_RECIPE)
    return entry.content


def _pictures(cut: CutVersion, slot: Slot, source: Source | None, step: Callable[[], None]) -> Iterator[Rgb]:
    if source is None:
        card = slate(f"{slot.shot} missing", width_px=cut.width_px, height_px=cut.height_px)
        for _ in range(slot.frames):
            step()
            yield card
        return
    for frame in source.frames(FrameRange(slot.source_in, slot.source_in + slot.frames)):
        step()
        yield fitted(frame, width_px=cut.width_px, height_px=cut.height_px)


def _join(
    store: ContentStore,
    cut: CutVersion,
    sources: dict[str, Source | None],
    segments: list[Path],
    encoded: int,
) -> Rendered:
    has_sound = any(source is not None and source.has_sound for source in sources.values())
    sound = mix(_heard(store, cut, sources), rate=cut.rate) if has_sound else None
    with store.writing(".mp4") as entry:
        counts = join_segments(entry.path, segments, rate=cut.rate, sound=sound)
    if counts != [slot.frames for slot in cut.slots]:
        raise JobFailed("A segment does not have its slot's frames; delete the shot cache and render again.")
    return Rendered(
        content=entry.content,
        n_frames=cut.n_frames,
        encoded_frames=encoded,
        slots=read_master(store.path(entry.content), cut).slots,
    )


def _heard(store: ContentStore, cut: CutVersion, sources: dict[str, Source | None]) -> list[Heard]:
    """What is heard where; sound that simply goes on over a cut is not faded there."""
    ends = [_film_range(store, slot) for slot in cut.slots]
    goes_on = [
        before is not None and after is not None and (before[0], before[2]) == (after[0], after[1])
        for before, after in pairwise(ends)
    ]
    record = cut.record_ranges()
    return [
        Heard(
            source=sources[slot.id],
            frames=FrameRange(slot.source_in, slot.source_in + slot.frames),
            record=record[slot.id],
            fades_in=not (index and goes_on[index - 1]),
            fades_out=not (index < len(goes_on) and goes_on[index]),
        )
        for index, slot in enumerate(cut.slots)
    ]


def _film_range(store: ContentStore, slot: Slot) -> tuple[str, int, int] | None:
    """The file a slot's frames come from, and which frames of that file they are."""
    if slot.take is None:
        return None
    manifest = read_manifest(store, slot.take)
    if isinstance(manifest, Clip):
        media, first = manifest.media, manifest.frames.start + slot.source_in
    else:
        media, first = slot.take, slot.source_in
    return media, first, first + slot.frames
