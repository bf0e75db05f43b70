"""Segments joined into one film without touching a picture: packets on a grid counted over the whole film."""

import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from circletake.domain.time import seconds_of
from circletake.errors import JobFailed, NoFrames
from circletake.media.encode import open_movie
from circletake.media.faults import reading, writing
from circletake.media.kinds import OPEN_OPTIONS, TIMEOUT_S


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
    sound: Path | None,
    container: str = "mp4",
) -> list[int]:
    """Join encoded segments, and one sound over all of them, into an MP4 that plays while it loads.

    Args:
        segments: as `encode_segment` writes them, all by one recipe, in order.
        sound: as `encode_sound` writes it; None for a silent film.
        container: `mp4` or `mov`.

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
    with writing(out.name, out), open_movie(out, form=container) as movie, ExitStack() as stack:
        picture = _like(movie, segments[0], rate)
        heard = None if sound is None else _Heard(movie, stack.enter_context(_open(sound)))
        shown = 0
        for path, order in zip(segments, orders, strict=True):
            _append(movie, picture, path, order, first=shown, depth=depth, rate=rate)
            shown += len(order.places)
            if heard is not None:
                heard.go_on(seconds_of(shown, rate))
        if heard is not None:
            heard.go_on(None)
    return [len(order.places) for order in orders]


def segment_sha256(path: Path) -> str:
    """SHA-256 of a segment's packets in decode order, the same bytes in every film it is joined into.

    Raises:
        MediaUnreadable: it cannot be read.
    """
    return _order_of(path).sample_sha256


class _Heard:
    """A sound that is copied into the film beside its pictures."""

    def __init__(self, movie: OutputContainer, source: InputContainer) -> None:
        self._movie = movie
        self._track = movie.add_stream_from_template(source.streams.audio[0])
        self._packets = (packet for packet in source.demux(audio=0) if packet.size)
        self._next = next(self._packets, None)

    def go_on(self, until_s: Fraction | None) -> None:
        """Copy what is heard before a time; None is all that is left."""
        while self._next is not None and (until_s is None or _time_s(self._next) < until_s):
            self._next.stream = self._track
            self._movie.mux_one(self._next)
            self._next = next(self._packets, None)


def _time_s(packet: "Packet[Any]") -> Fraction:
    base = packet.time_base
    return (packet.pts or 0) * Fraction(base.numerator, base.denominator)


def _open(path: Path) -> InputContainer:
    return av.open(str(path), format="mov", options=OPEN_OPTIONS, timeout=TIMEOUT_S)


def _order_of(path: Path) -> _Order:
    digest = hashlib.sha256()
    stamps: list[int] = []
    with (
        reading(path.name),
        _open(path) as container,
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
        _open(segment) as container,
    ):
        stream = movie.add_stream_from_template(container.streams.video[0])
        if stream.codec_context.name == "hevc":
            stream.codec_context.codec_tag = "hvc1"  # Apple's players open no other
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
        _open(path) as container,
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
