"""A content opened for looking and listening: frames by number, samples of exactly the same range."""

from bisect import bisect_left
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import chain
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream

from circletake.domain.time import FrameRange, format_timecode, parse_timecode, sample_of
from circletake.errors import MediaKindRefused, NoFrames, TimeInvalid
from circletake.media.faults import reading
from circletake.media.index import (
    FrameIndex,
    build_index,
    fraction_of,
    open_film,
    picture_stream,
    pictures_of,
    stamp_of,
)
from circletake.media.kinds import HEAD_BYTES, check_size, kind_of
from circletake.media.manifest import Clip, Sheet, read_manifest
from circletake.media.picture import (
    ArrayLook,
    FilmLook,
    Frame,
    Rgb,
    Screen,
    pixel_aspect_of,
    shown_size,
)
from circletake.media.sound import Samples, blocks_of, tick_s_of
from circletake.media.still import read_layers, read_picture
from circletake.media.store import ContentStore

RATE_HZ = 48_000
"""Sample rate of everything circletake writes (SMPTE ST 299, EBU R 128 material)."""
_HELD_INDEXES = 64  # an index of an hour is some 10 MB


class Source:
    """Frames and sound of one content: a film, a range of one, a still or a sound.

    Args:
        n_frames: 1 for a still, 0 for a sound.
        rate: frames a second; None where there is no time.
        width_px: as shown (upright, square pixels).
        height_px: as shown.
        has_sound: whether there are samples at all.
        is_vfr: frames are unevenly spaced; numbers are still exact.
        rotation_deg: counter-clockwise turn that was applied.
    """

    def __init__(self, path: Path, frames: FrameRange | None, facts: "_Facts", name: str) -> None:
        self._path = path
        self._facts = facts
        self._name = name
        self._range = frames or FrameRange(0, facts.n_frames)
        self.n_frames = self._range.frames
        self.rate = facts.rate
        self.width_px = facts.width_px
        self.height_px = facts.height_px
        self.has_sound = facts.has_sound
        self.is_vfr = facts.index is not None and facts.index.vfr
        self.rotation_deg = facts.rotation_deg

    def frames(self, frames: FrameRange | None = None) -> Iterator[Frame]:
        """Decode frames in order.

        Args:
            frames: 0-based in this content; all of it if left out.

        Yields:
            Every frame of the range, each with its number; one that cannot be decoded is the one before
            it, held, and says so.

        Raises:
            NoFrames: the range reaches outside the content.
            MediaUnreadable: the file broke since it was opened.
        """
        wanted = frames or FrameRange(0, self.n_frames)
        if wanted.start < 0 or wanted.end > self.n_frames:
            raise NoFrames(
                f"Frames {wanted.start} to {wanted.end} reach outside {self._name} of {self.n_frames}."
            )
        if not wanted.frames:
            return
        with reading(self._name):
            if self._facts.index is None:
                yield _still_frame(self._path, self._name)
                return
            yield from self._film_frames(self._facts.index, wanted)

    def frame(self, n: int) -> Frame:
        """Decode one frame.

        Raises:
            NoFrames: there is no such frame.
        """
        return next(self.frames(FrameRange(n, n + 1)))

    def sound(self, frames: FrameRange | None = None, *, rate_hz: int = RATE_HZ) -> Iterator[Samples]:
        """Decode the samples of a range of frames, in blocks of bounded length.

        Yields:
            float32 [n, 2], full scale ±1; exactly the samples of the range, silence where there are none.

        Raises:
            MediaUnreadable: the file broke since it was opened.
        """
        first, count = self._samples_range(frames, rate_hz)
        yield from self._heard(first, count, rate_hz)

    def sound_from(self, first: int, count: int, *, rate_hz: int = RATE_HZ) -> Iterator[Samples]:
        """Decode some samples, whichever frames they belong to; see `sound`.

        Args:
            first: counted from the content's first.
            count: how many; silence fills what the file lacks.
        """
        start = self._samples_range(None, rate_hz)[0]
        yield from self._heard(start + first, count, rate_hz)

    def all_sound(self, *, rate_hz: int = RATE_HZ) -> Iterator[Samples]:
        """Decode the file's sound to its own end, which need not be that of the picture; see `sound`."""
        yield from self._heard(0, None, rate_hz)

    def sound_offsets_s(self) -> tuple[Fraction | None, Fraction | None]:
        """When the file's sound starts, from the first frame, and ends, from the last one's end.

        By what the container says. Where a clip was cut out of something longer it starts and ends with
        its frames, and what the container does not say is None.
        """
        if self.rate is None or self._facts.sound_s is None or not self._facts.n_frames:
            return None, None
        start_s, end_s = self._facts.sound_s
        starts_s = start_s - self._facts.start_s - self._range.start / self.rate
        if self._range.start:
            starts_s = max(starts_s, Fraction(0))
        if end_s is None or self.is_vfr:
            return starts_s, None
        ends_s = end_s - self._facts.start_s - self._range.end / self.rate
        return starts_s, ends_s if self._range.end == self._facts.n_frames else min(ends_s, Fraction(0))

    def start_timecode(self) -> str | None:
        """SMPTE timecode of the first frame, by the file's own; None where none counts at its rate."""
        if self.rate is None or self._facts.timecode is None:
            return None
        try:
            first = parse_timecode(self._facts.timecode, self.rate) + self._range.start
            return format_timecode(first, self.rate, drop=";" in self._facts.timecode)
        except TimeInvalid:
            return None

    def _film_frames(self, index: FrameIndex, wanted: FrameRange) -> Iterator[Frame]:
        screen = Screen(rotation_deg=self.rotation_deg, is_picture=self._facts.is_picture)
        in_file = wanted.shifted(self._range.start)
        for place, (picture, is_corrupt) in enumerate(
            pictures_by_number(self._path, self._name, index, in_file)
        ):
            yield Frame(
                wanted.start + place,
                FilmLook(picture, screen),
                width_px=self.width_px,
                height_px=self.height_px,
                is_corrupt=is_corrupt,
            )

    def _heard(self, first: int, count: int | None, rate_hz: int) -> Iterator[Samples]:
        with reading(self._name):
            if not self.has_sound:
                yield np.zeros((count or 0, 2), np.float32)
                return
            container, _ = open_film(self._path, self._name)
            with container:
                yield from blocks_of(
                    container,
                    container.streams.audio[0],
                    start_s=self._facts.start_s,
                    first=first,
                    count=count,
                    rate_hz=rate_hz,
                )

    def samples(self, rate_hz: int = RATE_HZ, *, frames: FrameRange | None = None) -> Samples:
        """All samples of a range of frames at once: float32 [n, 2]; for long content use `sound`."""
        blocks = list(self.sound(frames, rate_hz=rate_hz))
        return np.concatenate(blocks) if blocks else np.zeros((0, 2), np.float32)

    def sample_at(self, frame: int, *, rate_hz: int = RATE_HZ) -> int:
        """First sample of a frame, counted from the content's first; 0 where there is no time."""
        if self.rate is None:
            return 0
        first = self._range.start
        return sample_of(first + frame, self.rate, rate_hz) - sample_of(first, self.rate, rate_hz)

    def _samples_range(self, frames: FrameRange | None, rate_hz: int) -> tuple[int, int | None]:
        """First sample and how many; a range's samples are those of the whole, so that ranges join."""
        if self.rate is None or not self._facts.n_frames:
            return 0, 0 if self._facts.n_frames else None
        span = (frames or FrameRange(0, self.n_frames)).shifted(self._range.start)
        first, end = (sample_of(frame, self.rate, rate_hz) for frame in (span.start, span.end))
        return first, end - first


class _Facts:
    """What opening a file told; kept, as stored content never changes."""

    def __init__(self, path: Path, name: str) -> None:
        self.index: FrameIndex | None = None
        self.n_frames = 1
        self.rate: Fraction | None = None
        self.has_sound = False
        self.start_s = Fraction(0)
        self.sound_s: tuple[Fraction, Fraction | None] | None = None
        self.rotation_deg = 0
        self.is_picture = False
        self.timecode: str | None = None
        with path.open("rb") as file:
            kind = kind_of(file.read(HEAD_BYTES), name)
        if kind.kind == "still" and not kind.demuxer:
            self.height_px, self.width_px = read_picture(path, name).shape[:2]
            return
        self.is_picture = kind.kind == "still"
        self._read_film(path, name)

    def _read_film(self, path: Path, name: str) -> None:
        container, _ = open_film(path, name)
        with container:
            sounds = container.streams.audio
            self.has_sound = bool(sounds) and sounds[0].codec_context is not None
            if self.has_sound:
                self.sound_s = _span_s(sounds[0])
            stream = picture_stream(container)
            told = (container.metadata, *(one.metadata for one in container.streams))
            self.timecode = next((one["timecode"] for one in told if "timecode" in one), None)
            if stream is None:
                if not self.has_sound:
                    raise MediaKindRefused(
                        f"{name} holds neither picture nor sound; bring a film, still or sound."
                    )
                self.n_frames = self.width_px = self.height_px = 0
                self.start_s = (sounds[0].start_time or 0) * (fraction_of(sounds[0].time_base) or Fraction(0))
                return
            check_size(stream.codec_context.width, stream.codec_context.height, name)
            first = next(pictures_of(container, stream), None)
            if first is None:
                raise NoFrames(f"{name} holds not a single frame that can be decoded; export it again.")
            self.rotation_deg = first.rotation
            self.width_px, self.height_px = shown_size(
                first.width, first.height, pixel_aspect_of(stream), self.rotation_deg
            )
        self.index = build_index(path, name)
        self.n_frames = self.index.n_frames
        self.rate = None if self.is_picture else self.index.rate
        self.start_s = self.index.pts[0] * self.index.time_base_s if self.index.is_stamped else Fraction(0)


def open_source(store: ContentStore, content: str) -> Source:
    """Open a stored file, or the clip a manifest names.

    Raises:
        ContentMissing: the store lacks it, or the file its manifest names.
        MediaUnreadable: it cannot be decoded.
        MediaKindRefused: it is not media, or a model sheet (open its images).
        NoFrames: a clip reaches outside its film.
    """
    manifest = read_manifest(store, content)
    if isinstance(manifest, Sheet):
        raise MediaKindRefused(f"{content[:12]}… is a model sheet, not a film; open one of its images.")
    if isinstance(manifest, Clip):
        return open_file(
            store.path(manifest.media), frames=manifest.frames, name=f"content {manifest.media[:12]}…"
        )
    return open_file(store.path(content), name=f"content {content[:12]}…")


def open_file(path: Path, *, frames: FrameRange | None = None, name: str = "") -> Source:
    """Open a file that is not in a store, all of it or a range.

    Raises:
        MediaUnreadable: it cannot be decoded.
        MediaKindRefused: it is not media that is accepted.
        NoFrames: there is no frame, or the range reaches outside the film.
    """
    called = name or path.name
    with reading(called):
        state = path.stat()
        facts = _facts_of(path, called, state.st_size, state.st_mtime_ns)
    if frames is not None and (frames.end > facts.n_frames or not frames.frames):
        raise NoFrames(
            f"Frames {frames.start} to {frames.end} reach outside {called}, which has {facts.n_frames}; "
            f"give a range inside it."
        )
    return Source(path, frames, facts, called)


def read_still(store: ContentStore, content: str) -> Rgb:
    """The picture of a still, or of the first frame of a film: uint8 [height, width, 3], sRGB.

    Raises:
        ContentMissing: the store lacks it.
        MediaUnreadable: it cannot be decoded.
        NoFrames: it has no picture.
    """
    return open_source(store, content).frame(0).rgb()


def _span_s(sound: AudioStream) -> tuple[Fraction, Fraction | None]:
    """When a stream starts and ends by its container; some containers do not say how long it is."""
    start_s = (sound.start_time or 0) * tick_s_of(sound)
    return start_s, start_s + sound.duration * tick_s_of(sound) if sound.duration else None


@lru_cache(maxsize=_HELD_INDEXES)
def _facts_of(path: Path, name: str, _size_bytes: int, _modified_ns: int) -> _Facts:
    return _Facts(path, name)


def _still_frame(path: Path, name: str) -> Frame:
    rgb, alpha = read_layers(path, name)
    height_px, width_px = rgb.shape[:2]
    look = ArrayLook(rgb, Screen(is_picture=True), alpha=alpha)
    return Frame(0, look, width_px=width_px, height_px=height_px)


def pictures_by_number(
    path: Path, name: str, index: FrameIndex, wanted: FrameRange
) -> Iterator[tuple[av.VideoFrame, bool]]:
    """One picture for each number wanted; True beside it where it is a guess or stands in for a lost one.

    Raises:
        NoFrames: not one of them can be decoded.
    """
    at = wanted.start
    held: av.VideoFrame | None = None
    for place, picture, is_suspect in _from_key(path, name, index, wanted.start):
        while at < min(place, wanted.end):
            yield held or picture, True
            at += 1
        if at == wanted.end:
            return
        if place == at:
            yield picture, is_suspect
            at += 1
            if at == wanted.end:
                return
        held = picture
    if held is None:
        raise NoFrames(f"{name} can no longer be decoded; check the store.")
    for _ in range(wanted.end - at):
        yield held, True


def _from_key(
    path: Path, name: str, index: FrameIndex, start: int
) -> Iterator[tuple[int, av.VideoFrame, bool]]:
    """Decode from the nearest place that leads to frame `start`, and check that it did."""
    for key in index.start_keys(start):
        container, _ = open_film(path, name)
        with container:
            stream = picture_stream(container)
            if stream is None:
                return
            if key is not None:
                container.seek(key, stream=stream, backward=True)
            judged = _judged(pictures_of(container, stream), index)
            first = next(judged, None)
            if first is None or (key is not None and first[0] > start):
                continue
            yield from (found for found in chain([first], judged) if found[0] >= start)
            return


def _judged(
    pictures: Iterator[av.VideoFrame], index: FrameIndex
) -> Iterator[tuple[int, av.VideoFrame, bool]]:
    """Number, picture and whether it is suspect: damaged, or leaning on what may be."""
    is_suspect = False
    due: int | None = None
    for count, picture in enumerate(pictures):
        place = count
        if index.is_stamped:
            place = bisect_left(index.pts, stamp_of(picture))
            if place == index.n_frames or index.pts[place] != stamp_of(picture):
                continue
        is_suspect = (is_suspect or (due is not None and place > due)) and not picture.key_frame
        is_suspect = is_suspect or bool(picture.is_corrupt)
        due = place + 1
        yield place, picture, is_suspect
