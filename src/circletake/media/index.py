"""Which frames a film has: presentation stamps in order, so that number n is always the same frame."""

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import cast

import av
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from circletake.errors import MediaKindRefused, NoFrames
from circletake.media.kinds import HEAD_BYTES, OPEN_OPTIONS, TIMEOUT_S, FileKind, kind_of

_DECODE_THREADS = 2  # VmPeak grows by thread; more gain nothing on the machines this runs on
_LARGEST_RATE = 1000
_NO_STAMP = -(1 << 63)  # what FFmpeg calls AV_NOPTS_VALUE
_FINE_TICKS_HZ = 10_000  # a clock this fine tells 23.976 from 24 within two frames
_COMMON_RATES = tuple(
    Fraction(rate)
    for rate in (
        "24000/1001",
        "24",
        "25",
        "30000/1001",
        "30",
        "48",
        "50",
        "60000/1001",
        "60",
        "12",
        "15",
        "120",
    )
)
# Packets of these may show nothing (VP8 and VC-1 carry hidden frames), so frames are counted by decoding.
_HIDING_CODECS = frozenset({"vp8", "vc1", "wmv3", "rv40", "flv1"})

# Alpha lies beside the pictures of these (Matroska BlockAdditional), and only these decoders read it.
_ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}


@dataclass(frozen=True, slots=True)
class FrameIndex:
    """The frames of one video stream.

    Args:
        pts: presentation stamp of each frame in ticks of `time_base_s`, ascending; frame n is `pts[n]`.
        keys: stamps a decoder can start from, ascending.
        time_base_s: length of a tick.
        rate: frames a second; of a film with uneven steps, its average.
        vfr: steps are uneven.
        is_stamped: False where the file's stamps are useless and frames are counted from its start.
    """

    pts: tuple[int, ...]
    keys: tuple[int, ...]
    time_base_s: Fraction
    rate: Fraction | None
    vfr: bool
    is_stamped: bool

    @property
    def n_frames(self) -> int:
        """How many there are."""
        return len(self.pts)

    def start_keys(self, frame: int) -> Iterator[int | None]:
        """Stamps to start decoding from for a frame, nearest first; None is the start of the file."""
        if self.is_stamped and frame:
            nearest = bisect_right(self.keys, self.pts[frame])
            yield from self.keys[max(nearest - 3, 0) : nearest][::-1]
        yield None


def open_film(path: Path, name: str) -> tuple[InputContainer, FileKind]:
    """Open a file with the demuxer that its content names; close it after use.

    Raises:
        MediaKindRefused: not a kind that is accepted.
    """
    with path.open("rb") as file:
        kind = kind_of(file.read(HEAD_BYTES), name)
    return av.open(str(path), format=kind.demuxer, options=OPEN_OPTIONS, timeout=TIMEOUT_S), kind


def picture_stream(container: InputContainer) -> VideoStream | None:
    """The stream that holds the film, ready to decode; None where there is only sound or a cover."""
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:
            # PyAV reads a stream without a decoder as one without a context.
            if stream.codec_context is None:
                raise MediaKindRefused(
                    "There is no decoder for the film's codec; convert it to H.264 or ProRes."
                )
            stream.thread_type = "AUTO"
            stream.codec_context.thread_count = _DECODE_THREADS
            return stream
    return None


def pictures_of(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Decode on, over packets that cannot be decoded; what is lost shows by its stamp."""
    decoder = _alpha_decoder(stream)
    for packet in container.demux(stream):
        try:
            if decoder is None:
                yield from packet.decode()
            else:
                yield from decoder.decode(packet if packet.size else None)
        except (av.error.InvalidDataError, av.error.ExternalError):
            continue


def _alpha_decoder(stream: VideoStream) -> VideoCodecContext | None:
    """A decoder for the alpha beside a WebM's pictures, where there is any: FFmpeg's own leave it out."""
    name = _ALPHA_DECODERS.get(stream.codec_context.codec.name)
    if name is None or stream.metadata.get("alpha_mode") != "1" or name not in av.codecs_available:
        return None
    decoder = cast("VideoCodecContext", VideoCodecContext.create(name, "r"))
    decoder.extradata = stream.codec_context.extradata
    decoder.thread_count = _DECODE_THREADS
    return decoder


def stamp_of(frame: VideoFrame) -> int:
    """A frame's presentation stamp; one without is before all others."""
    return _NO_STAMP if frame.pts is None else frame.pts


def build_index(path: Path, name: str) -> FrameIndex:
    """Number a film's frames: by its packets where that is sure, by decoding all of it where it is not.

    Raises:
        MediaKindRefused: no film in it, or no decoder for it.
        NoFrames: there is a video stream and not a frame in it.
    """
    with _film(path, name) as (container, stream):
        time_base_s = fraction_of(stream.time_base) or Fraction(1, _FINE_TICKS_HZ)
        rates = (stream.guessed_rate, stream.average_rate, stream.base_rate)
        declared = tuple(rate for rate in map(fraction_of, rates) if rate and rate <= _LARGEST_RATE)
        pts, keys = _stamps_of_packets(container, stream)
        is_sure = stream.codec_context.name not in _HIDING_CODECS
    if pts and is_sure:
        pts = _decodable(path, name, pts, keys)
    if not pts or not is_sure:
        pts, keys = _stamps_of_frames(path, name)
    if not pts:
        raise NoFrames(f"{name} holds not a single frame that can be decoded; export it again.")
    is_stamped = len(set(pts)) == len(pts)
    if not is_stamped:
        return FrameIndex(
            tuple(range(len(pts))), (), time_base_s, next(iter(declared), None), False, is_stamped=False
        )
    rate, is_even = _rate_of(pts, time_base_s, declared)
    return FrameIndex(tuple(pts), tuple(keys), time_base_s, rate, not is_even, is_stamped=True)


@contextmanager
def _film(path: Path, name: str) -> Iterator[tuple[InputContainer, VideoStream]]:
    container, _ = open_film(path, name)
    with container:
        stream = picture_stream(container)
        if stream is None:
            raise MediaKindRefused(f"There is no film in {name}; bring one with pictures.")
        yield container, stream


def _stamps_of_packets(container: InputContainer, stream: VideoStream) -> tuple[list[int], list[int]]:
    pts: list[int] = []
    keys: list[int] = []
    for packet in container.demux(stream):
        if packet.size == 0 or packet.is_discard:
            continue
        if packet.pts is None:
            return [], []
        pts.append(packet.pts)
        if packet.is_keyframe:
            keys.append(packet.pts)
    is_single = len(set(pts)) == len(pts)
    return (sorted(pts), sorted(keys)) if is_single else ([], [])


def _stamps_of_frames(path: Path, name: str) -> tuple[list[int], list[int]]:
    with _film(path, name) as (container, stream):
        frames = [(frame.pts, frame.key_frame) for frame in pictures_of(container, stream)]
    pts = [stamp for stamp, _ in frames if stamp is not None]
    if len(pts) < len(frames) or pts != sorted(set(pts)):
        return [0] * len(frames), []
    return pts, [stamp for stamp, is_key in frames if is_key and stamp is not None]


def _decodable(path: Path, name: str, pts: list[int], keys: list[int]) -> list[int]:
    """Drop what cannot be decoded at either end; nothing at all where packets and frames do not agree."""
    with _film(path, name) as (container, stream):
        first = next((stamp_of(frame) for frame in pictures_of(container, stream)), None)
    for key in [*keys[-2:][::-1], None]:
        with _film(path, name) as (container, stream):
            if key is not None:
                container.seek(key, stream=stream, backward=True)
            tail = [stamp_of(frame) for frame in pictures_of(container, stream)]
        if tail and first is not None:
            start, last = tail[0], tail[-1]
            if [stamp for stamp in pts if start <= stamp <= last] == tail:
                return [stamp for stamp in pts if first <= stamp <= last]
            return []
    return []


def _rate_of(
    pts: list[int], time_base_s: Fraction, declared: tuple[Fraction, ...]
) -> tuple[Fraction | None, bool]:
    """Rate of even steps, else the average; a header's rate counts only where every stamp bears it out."""
    if len(pts) == 1:
        return next(iter(declared), None), True
    span_s = (pts[-1] - pts[0]) * time_base_s
    average = (len(pts) - 1) / span_s
    steps = {after - before for before, after in pairwise(pts)}
    if len(steps) == 1 and time_base_s <= Fraction(1, _FINE_TICKS_HZ):
        return 1 / (steps.pop() * time_base_s), True
    near = declared[0] if declared else average
    for rate in sorted({*declared, *_COMMON_RATES}, key=lambda rate: (abs(rate - near), rate)):
        tick = 1 / (rate * time_base_s)
        if all(abs(stamp - pts[0] - n * tick) <= 1 for n, stamp in enumerate(pts)):
            return rate, True
    if len(steps) == 1:
        return average, True
    return average.limit_denominator(1001), False


def fraction_of(ratio: Fraction | None) -> Fraction | None:
    """A ratio of PyAV's as a Fraction of ours; None where it is not told (PyAV says None or 0/0)."""
    return Fraction(ratio.numerator, ratio.denominator) if ratio else None
