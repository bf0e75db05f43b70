"""Render the cut: one encoded segment for each slot, kept by what it was made of, joined into a master.

Replacing a shot encodes that shot again and nothing else; all other frames stay bit for bit as they
were. Sound is mixed whole and encoded once, as its packets cannot be joined.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from circletake.cut.cache import SegmentCache
from circletake.cut.look import Look
from circletake.cut.master import check_master
from circletake.cut.pieces import PLAIN, Piece, draw_piece, piece_key, pieces_of
from circletake.cut.sound import Samples, mix, sound_key, voices_of
from circletake.domain.cut import CutVersion, Slot
from circletake.domain.time import format_rate, sample_of
from circletake.errors import ContentMissing, GapOpen, HandlesShort, JobFailed, NoFrames, RateMismatch
from circletake.media.join import join_segments
from circletake.media.level import Target, levelled
from circletake.media.masters import H264, MasterForm, encode_segment, encode_sound, encoder_build
from circletake.media.source import RATE_HZ, Source, open_source
from circletake.media.store import ContentStore

_LOOK_S = 0.2  # how often a render looks whether a piece that another encodes is done


@dataclass(frozen=True, slots=True)
class Rendered:
    """A master.

    Args:
        content: its SHA-256 in the store.
        n_frames: its length.
        encoded_frames: how many of them were encoded for it; the rest came from the cache.
    """

    content: str
    n_frames: int
    encoded_frames: int


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told how far a render is, and who may stop it.

    Args:
        progress: called with frames done and frames in all.
        cancelled: asked at every frame that is encoded.
    """

    progress: Callable[[int, int], None] | None = None
    cancelled: Callable[[], bool] | None = None

    def check(self) -> None:
        """Stop if that is wanted.

        Raises:
            JobFailed: it was cancelled.
        """
        if self.cancelled is not None and self.cancelled():
            raise JobFailed("The render was cancelled; what was encoded is kept for the next one.")


def render_cut(
    store: ContentStore,
    cut: CutVersion,
    cache: SegmentCache,
    *,
    form: MasterForm = H264,
    look: Look = PLAIN,
    target: Target | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    with_slates: bool = False,
) -> Rendered:
    """Render a cut into a master in the store.

    Any number of processes may render one cut at once: each piece is encoded by one of them.

    Args:
        form: of the master.
        look: how it is framed and what is written into it.
        target: loudness that the sound is brought to; None leaves it as it is.
        progress: called with frames done and frames in all.
        cancelled: asked at every frame that is encoded.
        with_slates: gaps, and takes that the store lacks, become grey cards that name their shot; without,
            they refuse the render.

    Raises:
        GapOpen: names every slot without a take.
        ContentMissing: names the shots whose takes are not in the store.
        HandlesShort: a take ends before its slot does.
        RateMismatch: a take runs at another rate.
        NoFrames: the cut has no slots.
        JobFailed: it was cancelled.
        DiskFull: no room; segments that were finished are kept.
    """
    cut = _without_lost(store, cut) if with_slates else cut
    sources = open_sources(store, cut, with_slates=with_slates)
    watch = Watch(progress, cancelled)
    work = _Work(store, cut, cache, sources, watch, form=form, look=look)
    work.encode()
    work.wait()
    segments = [store.path(work.content(piece)) for piece in pieces_of(cut)]
    sound = _sound(store, cut, cache, form, target, sources, watch)
    with store.writing(f".{form.container}") as entry:
        joined = join_segments(entry.path, segments, rate=cut.rate, sound=sound, check=watch.check)
        entry.hashed = joined.sha256
    if joined.counts != [piece.frames for piece in pieces_of(cut)]:
        raise JobFailed("A segment does not have its slot's frames; delete the shot cache and render again.")
    check_master(store.path(entry.content), cut)
    return Rendered(content=entry.content, n_frames=cut.n_frames, encoded_frames=work.encoded)


def encode_pieces(
    store: ContentStore,
    cut: CutVersion,
    cache: SegmentCache,
    *,
    form: MasterForm = H264,
    look: Look = PLAIN,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> int:
    """Encode what is not cached and nobody else is encoding, and join nothing.

    Returns:
        How many frames were encoded.

    Raises:
        CircletakeError: as `render_cut`.
    """
    cached = (cache.get(piece_key(cut, piece, form, look)) for piece in pieces_of(cut))
    if all(content is not None and store.has(content) for content in cached):
        return 0
    sources = open_sources(store, cut, with_slates=False)
    work = _Work(store, cut, cache, sources, Watch(progress, cancelled), form=form, look=look)
    work.encode()
    return work.encoded


class _Work:
    """The pieces of one render."""

    def __init__(
        self,
        store: ContentStore,
        cut: CutVersion,
        cache: SegmentCache,
        sources: dict[str, Source | None],
        watch: Watch,
        *,
        form: MasterForm,
        look: Look,
    ) -> None:
        self._store = store
        self._cut = cut
        self._cache = cache
        self._form = form
        self._look = look
        self._sources = {slot.id: sources.get(slot.take) if slot.take else None for slot in cut.slots}
        self._watch = watch
        self._done = 0
        self._others: list[Piece] = []
        self.encoded = 0

    def encode(self) -> None:
        """Encode every piece that is not cached and that nobody holds."""
        for piece in pieces_of(self._cut):
            if not self._is_done(piece):
                self._others.append(piece)

    def wait(self) -> None:
        """Wait for the pieces that others held, and encode those they left."""
        while self._others:
            self._watch.check()
            self._others = [piece for piece in self._others if not self._is_done(piece)]
            if self._others:
                time.sleep(_LOOK_S)

    def content(self, piece: Piece) -> str:
        """The segment of a piece that is done."""
        content = self._find(piece)
        if content is None:
            raise JobFailed("A segment was swept away while the cut was rendered; render it again.")
        return content

    def _find(self, piece: Piece) -> str | None:
        content = self._cache.get(self._key(piece))
        return content if content is not None and self._store.has(content) else None

    def _is_done(self, piece: Piece) -> bool:
        if self._find(piece) is None:
            key = self._key(piece)
            with self._cache.claim(key) as is_ours:
                if not is_ours:
                    return False
                if self._find(piece) is None:  # else somebody finished it just now
                    self._cache.put(key, self._encode(piece))
                    self.encoded += piece.frames
                    return True
        self._step(piece.frames)
        return True

    def _encode(self, piece: Piece) -> str:
        pictures = draw_piece(self._cut, piece, self._sources, self._step, look=self._look)
        size = (self._cut.width_px, self._cut.height_px)
        with self._store.writing(f".{self._form.container}") as entry:
            encode_segment(entry.path, pictures, rate=self._cut.rate, size=size, form=self._form)
        return entry.content

    def _key(self, piece: Piece) -> str:
        return piece_key(self._cut, piece, self._form, self._look)

    def _step(self, frames: int = 1) -> None:
        self._watch.check()
        self._done += frames
        if self._watch.progress is not None:
            self._watch.progress(self._done, self._cut.n_frames)


def _sound(
    store: ContentStore,
    cut: CutVersion,
    cache: SegmentCache,
    form: MasterForm,
    target: Target | None,
    sources: dict[str, Source | None],
    watch: Watch,
) -> Path | None:
    """The cut's sound, encoded whole; kept by what it was mixed from, as pictures change more often."""
    voices = voices_of(store, cut, sources)
    if not voices:
        return None
    settings: dict[str, object] = {
        "codec": form.sound,
        "target": None if target is None else list(target.plain()),
        "build": encoder_build(),
    }
    key = sound_key(cut, voices, settings)
    content = cache.get(key)
    n_samples = sample_of(cut.n_frames, cut.rate, RATE_HZ)

    def mixed() -> Iterator[Samples]:
        for block in mix(voices, sources, n_samples=n_samples):
            watch.check()
            yield block

    if content is None or not store.has(content):
        blocks = mixed() if target is None else levelled(mixed, target, rate_hz=RATE_HZ)
        with store.writing(f".{form.container}") as entry:
            encode_sound(entry.path, blocks, codec=form.sound, container=form.container)
        content = entry.content
        cache.put(key, content)
    return store.path(content)


def _without_lost(store: ContentStore, cut: CutVersion) -> CutVersion:
    """A cut in which takes that the store lacks are gaps."""

    def kept(take: str | None) -> str | None:
        return take if take is not None and store.has(take) else None

    return replace(
        cut,
        slots=tuple(replace(slot, take=kept(slot.take)) for slot in cut.slots),
        sound=tuple(replace(clip, take=kept(clip.take)) for clip in cut.sound),
    )


def open_sources(store: ContentStore, cut: CutVersion, *, with_slates: bool) -> dict[str, Source | None]:
    """Open every take before anything is encoded, so that all that is missing is said at once.

    Returns:
        Content → its opened source.

    Raises:
        CircletakeError: as `render_cut`.
    """
    if not cut.slots:
        raise NoFrames("The cut has no slots; add a shot, or import a film.")
    open_gaps = [part.shot for part in cut.parts if part.take is None]
    if open_gaps and not with_slates:
        raise GapOpen(
            f"The cut has no take for {', '.join(open_gaps)}; fill the gap first, then render.",
            missing=open_gaps,
        )
    lost = [part for part in cut.parts if part.take is not None and not store.has(part.take)]
    if lost:
        raise ContentMissing(
            f"The store lacks the takes of {', '.join(part.shot for part in lost)}; bring them in again.",
            missing=[part.take for part in lost],
        )
    sources: dict[str, Source | None] = {
        content: open_source(store, content) for content in sorted(cut.contents)
    }
    for slot in cut.slots:
        if slot.take is not None:
            _check_picture(cut, slot, sources[slot.take])
    return sources


def _check_picture(cut: CutVersion, slot: Slot, source: Source | None) -> None:
    if source is None:
        return
    if source.rate is not None and source.rate != cut.rate:
        raise RateMismatch(
            f"{slot.shot}: the take runs at {format_rate(source.rate)} frames a second and the cut at "
            f"{format_rate(cut.rate)}; bring one at the cut's rate.",
            slot=slot.id,
        )
    used = cut.source_range_of(slot)
    if source.n_frames < used.end:
        raise HandlesShort(
            f"{slot.shot} uses frames {used.start} to {used.end} of a take that has "
            f"{source.n_frames}; splice a longer one.",
            slot=slot.id,
            missing=used.end - source.n_frames,
        )
