"""Essence is the same for the same frames and sound in another file, and for nothing else."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from circletake.media.essence import EssenceHash
from circletake.media.listen import listen
from circletake.media.source import open_file

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import FilmMaker

N = 12


def essence_of(path: Path) -> str | None:
    heard = EssenceHash()
    assert listen(open_file(path), [heard])
    return heard.hash


def tone() -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    wave = np.sin(np.arange(N * 2000) * 0.05).astype(np.float32) * np.float32(0.3)
    return np.stack([wave, wave], axis=1)


def remuxed(path: Path, to: str) -> Path:
    """The same packets in another container."""
    beside = path.with_name(to)
    with av.open(str(path)) as source, av.open(str(beside), "w") as target:
        streams = {
            stream.index: target.add_stream_from_template(stream)
            for stream in source.streams
            if isinstance(stream, VideoStream | AudioStream)
        }
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    return beside


def recoded(path: Path, to: str, **options: str) -> Path:
    """The decoded pictures, coded again."""
    beside = path.with_name(to)
    with av.open(str(path)) as source, av.open(str(beside), "w") as target:
        known = source.streams.video[0].codec_context
        stream = target.add_stream("libx264", rate=Fraction(24), options=options)
        assert isinstance(stream, VideoStream)
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = known.width, known.height, known.pix_fmt
        context.colorspace, context.color_range = known.colorspace, known.color_range
        context.color_primaries, context.color_trc = known.color_primaries, known.color_trc
        for n, frame in enumerate(source.decode(video=0)):
            frame.pts, frame.pict_type = n, av.video.frame.PictureType.NONE
            frame.time_base = Fraction(1, 24)
            for packet in stream.encode(frame):
                target.mux(packet)
        for packet in stream.encode(None):
            target.mux(packet)
    return beside


def test_the_same_packets_in_another_container_are_the_same_essence(film: FilmMaker) -> None:
    path = film(N, samples=tone())
    assert essence_of(path) == essence_of(path)
    assert essence_of(remuxed(path, "again.mov")) == essence_of(path)


def test_a_lossless_copy_is_the_same_essence_and_a_near_one_is_not(film: FilmMaker) -> None:
    path = film(N)
    lossless = recoded(path, "copy.mp4", qp="0", preset="ultrafast")
    assert lossless.read_bytes() != path.read_bytes()
    assert essence_of(lossless) == essence_of(path)
    near = recoded(path, "near.mp4", crf="30")
    assert essence_of(near) != essence_of(path)


def test_one_sample_of_sound_one_frame_less_or_another_rate_is_another_essence(film: FilmMaker) -> None:
    whole = essence_of(film(N, samples=tone(), lossless=True))
    louder = tone()
    louder[1234] += np.float32(0.01)
    others = [
        essence_of(film(N, samples=louder, lossless=True, name="sound.mp4")),
        essence_of(film(N, lossless=True, name="silent.mp4")),
        essence_of(film(N - 1, samples=tone()[: (N - 1) * 2000], lossless=True, name="short.mp4")),
        essence_of(film(N, rate=Fraction(25), lossless=True, name="rate.mp4")),
    ]
    assert len({whole, *others}) == 5
