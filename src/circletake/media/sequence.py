"""Parts of proxies played as one: joined by copied packets where they are coded alike, else coded anew."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

from circletake.domain.time import FrameRange, sample_of
from circletake.errors import NoFrames
from circletake.media.encode import MovieWriter, SoundTrack, open_movie
from circletake.media.faults import reading, writing
from circletake.media.frames import fitted
from circletake.media.kinds import OPEN_OPTIONS, TIMEOUT_S
from circletake.media.proxy import PROXY_CODING
from circletake.media.sound import Samples, SoundFeed
from circletake.media.source import RATE_HZ, open_file

Rgb = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Part:
    """Frames of a proxy.

    Args:
        path: of the proxy, as `ProxyWriter` makes them: every frame stands alone.
        frames: which of them.
    """

    path: Path
    frames: FrameRange


def write_sequence(out: Path, parts: Sequence[Part], *, rate: Fraction) -> None:
    """Write frames of several proxies one after the other, with their sound, as an MP4 that a browser plays.

    Frame n of it is frame n of all parts in a row. Where one is of another size, or coded
    otherwise, all are coded anew in the first one's size, whole and with bars where their shape differs.

    Args:
        out: written to; on an error nothing is left.
        parts: at least one.
        rate: frames a second, of all of them.

    Raises:
        NoFrames: there are no parts, or a proxy has not the frames that it was asked for.
        MediaUnreadable: a proxy cannot be read.
        DiskFull: no room.
    """
    if not parts:
        raise NoFrames("There is nothing to play one after the other.")
    if len({_coded_as(part.path) for part in parts}) == 1:
        _copy(out, parts, rate=rate)
    else:
        _code_anew(out, parts, rate=rate)


def _coded_as(path: Path) -> tuple[bytes, int, int]:
    with _opened(path) as container:
        coded = container.streams.video[0].codec_context
        return coded.extradata or b"", coded.width, coded.height


def _opened(path: Path) -> InputContainer:
    with reading(path.name):
        return av.open(str(path), format="mov", options=OPEN_OPTIONS, timeout=TIMEOUT_S)


def _copy(out: Path, parts: Sequence[Part], *, rate: Fraction) -> None:
    feed = _feed(parts)
    with writing(out.name, out), open_movie(out) as movie:
        with _opened(parts[0].path) as first:
            picture = movie.add_stream_from_template(first.streams.video[0])
        picture.time_base = 1 / rate
        track = None if feed is None else SoundTrack(movie, RATE_HZ, sound_coder=PROXY_CODING.sound_coder)
        shown = heard = 0
        for part in parts:
            for packet in _packets(part):
                packet.stream = picture
                packet.time_base = 1 / rate
                packet.pts = packet.dts = shown
                packet.duration = 1
                movie.mux_one(packet)
                shown += 1
            if track is not None and feed is not None:
                end = sample_of(shown, rate, RATE_HZ)
                track.add(feed.take(end - heard))
                heard = end
        if track is not None:
            track.close()


def _packets(part: Part) -> "Iterator[Packet[VideoStream]]":
    """Packets of a part; each is a frame, for proxies are all-intra."""
    with _opened(part.path) as container:
        place = 0
        for packet in container.demux(container.streams.video[0]):
            if not packet.size or packet.pts is None:
                continue
            if part.frames.start <= place < part.frames.end:
                yield packet
            place += 1
    if place < part.frames.end:
        raise NoFrames(f"A proxy has {place} frames and not {part.frames.end}; have the take measured again.")


def _code_anew(out: Path, parts: Sequence[Part], *, rate: Fraction) -> None:
    _, width_px, height_px = _coded_as(parts[0].path)
    feed = _feed(parts)
    with MovieWriter(
        out,
        rate=rate,
        width_px=width_px,
        height_px=height_px,
        coding=PROXY_CODING,
        rate_hz=None if feed is None else RATE_HZ,
    ) as movie:
        heard = 0
        for part in parts:
            for frame in open_file(part.path).frames(part.frames):
                movie.add(_whole(frame.rgb_at(frame.width_px, frame.height_px), width_px, height_px))
            if feed is not None:
                end = sample_of(movie.n_frames, rate, RATE_HZ)
                movie.add_sound(feed.take(end - heard))
                heard = end


def _whole(rgb: Rgb, width_px: int, height_px: int) -> Rgb:
    """All of a picture in the middle of another size, black beside it: uint8 [height_px, width_px, 3]."""
    if rgb.shape[:2] == (height_px, width_px):
        return rgb
    height, width = rgb.shape[:2]
    across, down = fitted(width, height, min(width_px, round(width * height_px / height)))
    down = min(down, height_px)
    shown = np.zeros((height_px, width_px, 3), np.uint8)
    left, top = (width_px - across) // 2, (height_px - down) // 2
    shown[top : top + down, left : left + across] = cv2.resize(
        rgb, (across, down), interpolation=cv2.INTER_AREA
    )
    return shown


def _feed(parts: Sequence[Part]) -> SoundFeed | None:
    """The parts' sound in a row, silence where one has none; None where none has."""
    sources = [(open_file(part.path), part.frames) for part in parts]
    if not any(source.has_sound for source, _ in sources):
        return None

    def blocks() -> Iterator[Samples]:
        for source, frames in sources:
            yield from source.sound(frames)

    return SoundFeed(blocks())
