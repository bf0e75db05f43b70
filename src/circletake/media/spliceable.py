"""Whether one shot of a finished H.264 film can be replaced without touching the rest, and where to cut."""

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from circletake.domain.time import FrameRange
from circletake.media.h264 import IDR, PPS, SPS, AvcC, Sps, read_avcc, read_sps, types_of
from circletake.media.index import FrameIndex, picture_stream
from circletake.media.kinds import HEAD_BYTES, OPEN_OPTIONS, TIMEOUT_S, kind_of

_CODED_AS = {
    "yuv420p": ("baseline", "main", "high"),
    "yuvj420p": ("baseline", "main", "high"),
    "yuv420p10le": ("high10",),
    "yuv422p": ("high422",),
    "yuv422p10le": ("high422",),
}
_PROFILES = {66: "baseline", 77: "main", 100: "high", 110: "high10", 122: "high422"}


class NotSpliceable(Exception):
    """One shot of this film cannot be replaced alone; the text says why, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Splice:
    """A film as its packets tell it, and which of them make way.

    Args:
        run: frames, and packets in decode order, that are encoded anew.
        places: presentation place of each packet, in decode order.
        sha256: of each packet's bytes.
        depth: how many packets are decoded ahead of the one that is shown.
        bframes: at most so many in a row are decoded after the one behind them.
        step: ticks from frame to frame.
        first: stamp of the first frame.
        time_base_s: a tick.
        profile: as x264 names it.
        avcc: how its packets are to be read.
        sps: its sequence parameter set; where there are more, they agree in what is shown.
    """

    run: FrameRange
    places: tuple[int, ...]
    sha256: tuple[bytes, ...]
    depth: int
    bframes: int
    step: int
    first: int
    time_base_s: Fraction
    profile: str
    avcc: AvcC
    sps: Sps


def open_as_is(path: Path, options: dict[str, str] | None = None) -> InputContainer:
    """Open an MP4 or QuickTime film to read its packets; close it after use."""
    return av.open(str(path), format="mov", options=OPEN_OPTIONS | (options or {}), timeout=TIMEOUT_S)


def pictures_in(container: InputContainer) -> VideoStream:
    """The stream that holds the film.

    Raises:
        NotSpliceable: there is none.
    """
    stream = picture_stream(container)
    if stream is None:
        raise NotSpliceable("there are no moving pictures in it")
    return stream


def plan_splice(path: Path, index: FrameIndex, frames: FrameRange) -> Splice:
    """Find the closed stretch around some frames, or say why the film has to be rendered whole.

    Args:
        index: the film's frames.
        frames: to be replaced; inside the film.

    Raises:
        NotSpliceable: says why not.
        MediaUnreadable: its packets or parameter sets are damaged.
    """
    with path.open("rb") as file:
        if kind_of(file.read(HEAD_BYTES), path.name).demuxer != "mov":
            raise NotSpliceable("it is neither MP4 nor QuickTime")
    if index.vfr or index.rate is None or not index.is_stamped:
        raise NotSpliceable("its frames are not evenly spaced")
    steps = {after - before for before, after in pairwise(index.pts)}
    if len(steps) != 1:
        raise NotSpliceable("its clock is too coarse for an even grid of frames")
    with open_as_is(path) as container:
        stream = pictures_in(container)
        profile, avcc, sps = _checked(stream)
        heads = [_Head.of(packet, avcc) for packet in container.demux(stream) if packet.size]
    if any(head.is_discard for head in heads) or _is_trimmed(path, len(heads)):
        raise NotSpliceable("its edit list hides frames that are in it")
    if len(heads) != index.n_frames:
        raise NotSpliceable("some of its packets show no frame")
    if any(head.has_parameters for head in heads):
        raise NotSpliceable("its parameter sets change on the way")
    place_of = {stamp: place for place, stamp in enumerate(index.pts)}
    places = tuple(place_of.get(head.pts, -1) if head.pts is not None else -1 for head in heads)
    if sorted(places) != list(range(len(heads))):
        raise NotSpliceable("its packets and its frames do not agree")
    depth = max(decoded - shown for decoded, shown in enumerate(places))
    if sps.reorder is not None and sps.reorder < depth:
        raise NotSpliceable("it reorders frames further than it says")
    return Splice(
        run=_closed_run(heads, places, frames),
        places=places,
        sha256=tuple(head.sha256 for head in heads),
        depth=depth,
        bframes=_bframes(places),
        step=steps.pop(),
        first=index.pts[0],
        time_base_s=index.time_base_s,
        profile=profile,
        avcc=avcc,
        sps=sps,
    )


@dataclass(frozen=True, slots=True)
class _Head:
    pts: int | None
    is_idr: bool
    is_discard: bool
    has_parameters: bool
    sha256: bytes

    @classmethod
    def of(cls, packet: "Packet[Any]", avcc: AvcC) -> "_Head":
        data = bytes(packet)
        types = types_of(data, avcc.length_bytes)
        return cls(
            packet.pts,
            IDR in types,
            packet.is_discard,
            bool(types & {SPS, PPS}),
            hashlib.sha256(data).digest(),
        )


def _checked(stream: VideoStream) -> tuple[str, AvcC, Sps]:
    context = stream.codec_context
    if context.codec.name != "h264":
        raise NotSpliceable(f"its pictures are {context.codec.name}, and only H.264 can be joined so")
    if context.codec_tag != "avc1":
        raise NotSpliceable("its parameter sets lie among the pictures")
    avcc = read_avcc(context.extradata or b"")
    sps, *others = map(read_sps, avcc.sps)
    if any(sps.differences(other) for other in others):
        raise NotSpliceable("its parameter sets differ in what they show")
    profile = _PROFILES.get(sps.profile, "")
    if context.pix_fmt not in _CODED_AS or profile not in _CODED_AS[context.pix_fmt]:
        raise NotSpliceable(f"its pictures are {context.pix_fmt} in H.264's profile {sps.profile}")
    if not sps.is_progressive:
        raise NotSpliceable("its pictures may be interlaced")
    if context.width % 2 or context.height % 2:
        raise NotSpliceable("its sides are odd")
    return profile, avcc, sps


def _is_trimmed(path: Path, n_packets: int) -> bool:
    """Whether the file holds more than its edit list shows."""
    with open_as_is(path, {"ignore_editlist": "1"}) as container:
        stream = pictures_in(container)
        return sum(1 for packet in container.demux(stream) if packet.size) != n_packets


def _closed_run(heads: list[_Head], places: tuple[int, ...], frames: FrameRange) -> FrameRange:
    """From the last place before the frames at which decoding may start anew, to the first behind them.

    A key frame alone is none: frames that are shown before it may be decoded after it and lean on what
    was before. Only where all that follow are shown later does nothing lean across.
    """
    closed: list[int] = []
    least = len(places)
    for decoded in range(len(places) - 1, -1, -1):
        if heads[decoded].is_idr and places[decoded] < least and places[decoded] == decoded:
            closed.append(decoded)
        least = min(least, places[decoded])
    start = max((place for place in closed if place <= frames.start), default=None)
    if start is None:
        raise NotSpliceable("there is no closed group of pictures at or before the shot")
    end = min((place for place in closed if place >= frames.end), default=len(places))
    if (start, end) == (0, len(places)):
        raise NotSpliceable("the shot's closed groups of pictures are the whole film")
    return FrameRange(start, end)


def _bframes(places: tuple[int, ...]) -> int:
    most, newest = 0, -1
    for place in places:
        most = max(most, place - newest - 1)
        newest = max(newest, place)
    return most
