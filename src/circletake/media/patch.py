"""A finished film with one shot replaced: the packets of all other groups of pictures are copied as they are.

What cannot be done so is rendered whole, and says why. The film's sound is copied either way.

Source:
    ISO/IEC 14496-15, 5.4.2.1.2 (parameter sets in `avcC`); ISO/IEC 14496-12, 8.6.1 (decode times (k − D)·d).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from circletake.domain.time import FrameRange
from circletake.errors import MasterNotSpliceable, MediaUnreadable
from circletake.media.alike import GOP, Coder, coded_like, encoder_like
from circletake.media.encode import open_movie
from circletake.media.faults import reading, writing
from circletake.media.h264 import read_avcc, read_sps, with_lengths
from circletake.media.index import FrameIndex, build_index, open_film, pictures_of
from circletake.media.patched import check_patched
from circletake.media.picture import HDR_TRANSFERS, Rgb
from circletake.media.source import pictures_by_number
from circletake.media.spliceable import NotSpliceable, Splice, open_as_is, pictures_in, plan_splice

Shot = Callable[[], Iterator[Rgb]]


@dataclass(frozen=True, slots=True)
class Patched:
    """How a shot was replaced.

    Args:
        method: `spliced`, or `whole` where every picture was encoded anew.
        reason: why whole, as the end of a sentence; empty where it was spliced.
        encoded: frames of the film that were encoded anew.
        n_frames: of the whole film.
        left_out: tracks that could not be carried, by kind.
    """

    method: Literal["spliced", "whole"]
    reason: str
    encoded: FrameRange
    n_frames: int
    left_out: tuple[str, ...]


def replace_frames(
    film: Path, out: Path, frames: FrameRange, shot: Shot, *, coder: Coder | None = None, name: str = ""
) -> Patched:
    """Write a film with some frames replaced; its length, sound and all other pictures stay.

    Args:
        film: any film; an H.264 MP4 with closed groups of pictures is spliced.
        frames: to be replaced.
        shot: gives what comes in their place, from the first: uint8 [height, width, 3], sRGB, in the film's
            coded size; asked again where the film has to be rendered whole.
        name: of the film, for sentences.

    Raises:
        MasterNotSpliceable: HDR or turned pictures, in which sRGB has no place.
        MediaUnreadable: the film or the shot cannot be read, or the shot is too short.
        DiskFull: no room; no file is left.
    """
    called, how = name or film.name, coder or Coder()
    with reading(called):
        index = build_index(film, called)
        _refuse_strange(film, called)
        try:
            splice = plan_splice(film, index, frames)
            left_out = _write_spliced(film, out, splice, index, frames, shot, how)
            try:
                check_patched(film, out, splice)
            except NotSpliceable:
                out.unlink(missing_ok=True)
                raise
        except NotSpliceable as why:
            left_out = _write_whole(film, out, index, frames, shot, how)
            whole = FrameRange(0, index.n_frames)
            return Patched("whole", str(why), whole, index.n_frames, left_out)
    return Patched("spliced", "", splice.run, index.n_frames, left_out)


def _refuse_strange(film: Path, name: str) -> None:
    first = _first(film, name)
    if first is not None and (first.color_trc in HDR_TRANSFERS or first.rotation):
        what = "is HDR" if first.color_trc in HDR_TRANSFERS else "carries a turn"
        raise MasterNotSpliceable(f"{name} {what}, and a shot cannot be put into it; export it without.")


def _write_spliced(
    film: Path, out: Path, splice: Splice, index: FrameIndex, frames: FrameRange, shot: Shot, coder: Coder
) -> tuple[str, ...]:
    beside = out.with_name(f"{out.name}.run.mp4")
    try:
        _encode_run(film, beside, splice, index, frames, shot, coder)
        with writing(out.name, out), open_as_is(beside) as run, open_as_is(film) as source:
            fresh = pictures_in(run)
            avcc = read_avcc(fresh.codec_context.extradata or b"")
            differing = splice.sps.differences(read_sps(avcc.sps[0]))
            if differing:
                raise NotSpliceable(f"x264 cannot encode like it: {', '.join(differing)} would differ")
            packets = [packet for packet in run.demux(fresh) if packet.size]
            places = _places(packets)
            if len(packets) != splice.run.frames:
                raise NotSpliceable("the new pictures are not as many as the old")
            if max((at - place for at, place in enumerate(places)), default=0) > splice.depth:
                raise NotSpliceable("the new pictures would be reordered further than the old")
            with open_movie(out, form=_form(source)) as movie:
                carried, left_out = _carried(movie, source)
                picture = carried[pictures_in(source).index]
                picture.codec_context.extradata = splice.avcc.joined(avcc)
                picture.time_base = splice.time_base_s
                _mux(movie, source, carried, splice, packets, places, avcc.length_bytes)
    finally:
        beside.unlink(missing_ok=True)
    return left_out


def _mux(
    movie: OutputContainer,
    source: InputContainer,
    carried: dict[int, Stream],
    splice: Splice,
    fresh: "list[Packet[Any]]",
    places: list[int],
    length_bytes: int,
) -> None:
    film = pictures_in(source).index
    decoded = 0
    for packet in source.demux([source.streams[index] for index in carried]):
        if not packet.size:
            continue
        stream = carried[packet.stream_index]
        if packet.stream_index != film:
            packet.stream = stream
            movie.mux_one(packet)
            continue
        place, moved = splice.places[decoded], packet
        if splice.run.start <= decoded < splice.run.end:
            within = decoded - splice.run.start
            data = bytes(fresh[within])
            moved = Packet(with_lengths(data, length_bytes, splice.avcc.length_bytes))
            moved.is_keyframe = fresh[within].is_keyframe
            place = splice.run.start + places[within]
        moved.stream = stream
        moved.time_base = splice.time_base_s
        moved.pts = splice.first + place * splice.step
        moved.dts = splice.first + (decoded - splice.depth) * splice.step
        moved.duration = splice.step
        movie.mux_one(moved)
        decoded += 1


def _places(packets: "list[Packet[Any]]") -> list[int]:
    place_of = {stamp: place for place, stamp in enumerate(sorted(packet.pts or 0 for packet in packets))}
    return [place_of[packet.pts or 0] for packet in packets]


def _form(source: InputContainer) -> str:
    return "mov" if source.metadata.get("major_brand", "").strip() == "qt" else "mp4"


def _carried(movie: OutputContainer, source: InputContainer) -> tuple[dict[int, Stream], tuple[str, ...]]:
    """Streams of the new film by their number in the old, and kinds of those that have no place in it."""
    carried: dict[int, Stream] = {}
    left_out: list[str] = []
    film = pictures_in(source)
    movie.metadata.update({key: text for key, text in source.metadata.items() if "brand" not in key})
    for stream in source.streams:
        if stream.index != film.index and (stream.type != "audio" or stream.codec_context is None):
            left_out.append(stream.type)
            continue
        try:
            made = movie.add_stream_from_template(stream)
        except (ValueError, av.error.FFmpegError):
            left_out.append(stream.type)
            continue
        made.metadata.update(
            {key: text for key, text in stream.metadata.items() if key in {"language", "timecode"}}
        )
        carried[stream.index] = made
    return carried, tuple(left_out)


def _encode_run(
    film: Path, out: Path, splice: Splice, index: FrameIndex, frames: FrameRange, shot: Shot, coder: Coder
) -> None:
    # x264 gives both sets the same id, which neither kind may have already.
    own_id = next(number for number in range(1, 32) if number not in splice.avcc.ids())
    pyramid = "normal" if splice.depth > 1 else "none"
    bframes = min(3, splice.bframes) if splice.depth and splice.profile != "baseline" else 0
    told = {
        "sps-id": own_id,
        "keyint": GOP,
        "open-gop": 0,
        "scenecut": 0,
        "mbtree": 0,
        "bframes": bframes,
        "b-pyramid": pyramid,
        "ref": max(1, min(3, splice.sps.refs)),
    }
    if any(splice.sps.chroma_place):
        told["chromaloc"] = splice.sps.chroma_place[0]
    options = {
        "profile": splice.profile,
        "level": str(splice.sps.level),
        "forced-idr": "1",
        "x264-params": ":".join(f"{key}={value}" for key, value in told.items()),
    }
    with open_as_is(film) as source:
        like = pictures_in(source)
        rate = index.rate or Fraction(24)
        tick_s = splice.step * splice.time_base_s
        with writing(out.name, out), open_movie(out, is_faststart=False) as movie:
            stream = encoder_like(movie, like, rate, options, coder, tick_s)
            stream.codec_context.max_b_frames = bframes
            starts = {splice.run.start, frames.start, frames.end}
            for place, picture in _pictures(film, index, splice.run, frames, shot, like):
                picture.pts = place - splice.run.start
                picture.time_base = tick_s
                picture.pict_type = PictureType.I if place in starts else PictureType.NONE
                movie.mux(stream.encode(picture))
            movie.mux(stream.encode(None))


def _pictures(
    film: Path, index: FrameIndex, wanted: FrameRange, frames: FrameRange, shot: Shot, like: VideoStream
) -> Iterator[tuple[int, VideoFrame]]:
    """Every picture of a range, with its number: the film's own, and the shot's in their places."""
    fresh = coded_like(shot(), like)
    place = wanted.start
    while place < wanted.end:
        if place == frames.start:
            for _ in range(frames.frames):
                picture = next(fresh, None)
                if picture is None:
                    raise MediaUnreadable(
                        "The shot ends before the frames that it replaces; bring a longer one."
                    )
                yield place, picture
                place += 1
            continue
        end = frames.start if place < frames.start else wanted.end
        for picture, is_guess in pictures_by_number(film, film.name, index, FrameRange(place, end)):
            if is_guess:
                raise MediaUnreadable(f"Frame {place} of the film is damaged; export the film again.")
            yield place, picture
            place += 1


def _write_whole(
    film: Path, out: Path, index: FrameIndex, frames: FrameRange, shot: Shot, coder: Coder
) -> tuple[str, ...]:
    """Every picture encoded anew, each at the time at which it stood."""
    source, _ = open_film(film, film.name)
    with source, writing(out.name, out), open_movie(out) as movie:
        like = pictures_in(source)
        tick_s, stamps = _clock(index)
        options = {"x264-params": f"keyint={GOP}:open-gop=0:mbtree=0{_fields(film)}"}
        stream = encoder_like(movie, like, index.rate or Fraction(24), options, coder, tick_s)
        left_out: list[str] = []
        sounds: dict[int, Stream] = {}
        for sound in source.streams:
            if sound.index == like.index:
                continue
            with suppress(ValueError, av.error.FFmpegError):
                if sound.type == "audio" and sound.codec_context is not None:
                    sounds[sound.index] = movie.add_stream_from_template(sound)
                    continue
            left_out.append(sound.type)
        heard = _heard(source, sounds)
        waiting = next(heard, None)
        for place, picture in _pictures(film, index, FrameRange(0, index.n_frames), frames, shot, like):
            picture.pts = stamps[place]
            picture.time_base = tick_s
            picture.pict_type = PictureType.NONE
            movie.mux(stream.encode(picture))
            while waiting is not None and _time_s(waiting) <= stamps[place] * tick_s:
                movie.mux_one(waiting)
                waiting = next(heard, None)
        movie.mux(stream.encode(None))
        while waiting is not None:
            movie.mux_one(waiting)
            waiting = next(heard, None)
    return tuple(left_out)


def _clock(index: FrameIndex) -> tuple[Fraction, Sequence[int]]:
    """A tick and each frame's stamp: frames that are evenly spaced but for a coarse clock stand exactly."""
    if index.vfr or index.rate is None or not index.is_stamped:
        return index.time_base_s, index.pts
    first = round(index.pts[0] * index.time_base_s * index.rate)
    return 1 / index.rate, range(first, first + index.n_frames)


def _heard(source: InputContainer, sounds: dict[int, Stream]) -> "Iterator[Packet[Any]]":
    if not sounds:
        return
    for packet in source.demux([source.streams[index] for index in sounds]):
        if packet.size:
            packet.stream = sounds[packet.stream_index]
            yield packet


def _time_s(packet: "Packet[Any]") -> Fraction:
    base = packet.time_base
    return (packet.pts or 0) * Fraction(base.numerator, base.denominator)


def _fields(film: Path) -> str:
    """Interlaced pictures are coded as such again."""
    first = _first(film, film.name)
    return ":tff=1" if first is not None and first.interlaced_frame else ""


def _first(film: Path, name: str) -> VideoFrame | None:
    container, _ = open_film(film, name)
    with container:
        return next(pictures_of(container, pictures_in(container)), None)
