"""Segments joined into one film without touching a picture: packets on a grid counted over the whole film."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import OutputContainer
from av.video.stream import VideoStream

from circletake.domain.time import sample_of
from circletake.errors import JobFailed, NoFrames
from circletake.media.encode import SoundTrack, open_movie
from circletake.media.faults import reading, writing
from circletake.media.kinds import OPEN_OPTIONS, TIMEOUT_S
from circletake.media.sound import Samples, SoundFeed
from circletake.media.source import RATE_HZ


@dataclass(frozen=True, slots=True)
class _Order:
    """What joining needs to know of a segment.

    Args:
        places: presentation place of each packet, in decode order.
        sample_sha256: of its packets' bytes in decode order.
    """

    places: tuple[int, ...]
    extradata: bytes
    sample_sha256: str

    @property
    def depth(self) -> int:
        """How many packets are decoded ahead of the one that is shown."""
        return max(decoded - shown for decoded, shown in enumerate(self.places))


def join_segments(
    out: Path,
    segments: Sequence[Path],
    *,
    rate: Fraction,
    sound: Samples | Iterable[Samples] | None,
    rate_hz: int = RATE_HZ,
) -> list[int]:
    """Join encoded segments, and one sound over all of them, into an MP4 that plays while it loads.

    Args:
        segments: as `encode_segment` writes them, all by one recipe, in order.
        sound: float32 [n, 2], whole or in blocks; cut or filled up to the length of the pictures.

    Returns:
        Frames of each segment.

    Raises:
        NoFrames: no segments.
        JobFailed: segments of different recipes.
        MediaUnreadable: a segment cannot be read.
        DiskFull: no room; no file is left.

    Source:
        ISO/IEC 14496-12, 8.6.1: decode stamps (k − D)·d over the whole film, D the deepest reordering, so
        that decode times stay even across seams and never pass the presentation time.
    """
    if not segments:
        raise NoFrames("There is no segment to join; give the cut a take.")
    orders = [_order_of(path) for path in segments]
    if len({order.extradata for order in orders}) > 1:
        raise JobFailed("The segments were encoded by different recipes; render all of them again.")
    depth = max(order.depth for order in orders)
    feed = None if sound is None else SoundFeed(sound)
    with writing(out.name, out), open_movie(out) as movie:
        picture = _like(movie, segments[0], rate)
        track = None if feed is None else SoundTrack(movie, rate_hz)
        shown = heard = 0
        for path, order in zip(segments, orders, strict=True):
            _append(movie, picture, path, order, first=shown, depth=depth, rate=rate)
            shown += len(order.places)
            if track is not None and feed is not None:
                end = sample_of(shown, rate, rate_hz)
                while heard < end:
                    count = min(end - heard, rate_hz)
                    track.add(feed.take(count))
                    heard += count
        if track is not None:
            track.close()
    return [len(order.places) for order in orders]


def segment_sha256(path: Path) -> str:
    """SHA-256 of a segment's packets in decode order, the same bytes in every film it is joined into.

    Raises:
        MediaUnreadable: it cannot be read.
    """
    return _order_of(path).sample_sha256


def _order_of(path: Path) -> _Order:
    digest = hashlib.sha256()
    stamps: list[int] = []
    with (
        reading(path.name),
        av.open(str(path), format="mov", options=OPEN_OPTIONS, timeout=TIMEOUT_S) as container,
    ):
        stream = container.streams.video[0]
        for packet in container.demux(stream):
            if packet.size and packet.pts is not None:
                digest.update(bytes(packet))
                stamps.append(packet.pts)
        extradata = stream.codec_context.extradata or b""
    if not stamps:
        raise NoFrames(f"{path.name} holds not a single frame; render it again.")
    place_of = {stamp: place for place, stamp in enumerate(sorted(stamps))}
    return _Order(tuple(place_of[stamp] for stamp in stamps), extradata, digest.hexdigest())


def _like(movie: OutputContainer, segment: Path, rate: Fraction) -> VideoStream:
    with (
        reading(segment.name),
        av.open(str(segment), format="mov", options=OPEN_OPTIONS, timeout=TIMEOUT_S) as container,
    ):
        stream = movie.add_stream_from_template(container.streams.video[0])
    stream.time_base = 1 / rate
    return stream


def _append(
    movie: OutputContainer,
    picture: VideoStream,
    path: Path,
    order: _Order,
    *,
    first: int,
    depth: int,
    rate: Fraction,
) -> None:
    decoded = 0
    with (
        reading(path.name),
        av.open(str(path), format="mov", options=OPEN_OPTIONS, timeout=TIMEOUT_S) as container,
    ):
        for packet in container.demux(container.streams.video[0]):
            if not packet.size or packet.pts is None:
                continue
            packet.stream = picture
            packet.time_base = 1 / rate
            packet.pts = first + order.places[decoded]
            packet.dts = first + decoded - depth
            packet.duration = 1
            movie.mux_one(packet)
            decoded += 1
