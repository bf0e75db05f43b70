"""Films out: BT.709 that says so, frame n where n is, the same bytes from the same recipe.

Threads are part of a recipe: x264 writes other bytes at another count, and slices where it may not thread
by frame. H.264 with halved chroma has even sides only, so odd ones are made even by repeating the last
row or column; `lossless` keeps them odd.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec.context import ThreadType
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream

from circletake.domain.time import sample_of
from circletake.errors import MediaUnreadable, NoFrames
from circletake.media.faults import writing
from circletake.media.picture import Rgb, Screen, coded
from circletake.media.sound import Samples, SoundFeed
from circletake.media.source import RATE_HZ

_THREADS = 2
_SOUND_BITS_PER_S = 192_000  # transparent for stereo AAC
_INTERLEAVE = 24  # frames between two pieces of sound; players read both without seeking

# x264's macroblock tree makes other bytes of the same frames from run to run, whatever the threads; a film
# that is encoded again has to be what it was.
_MBTREE = 0
_STEADY = {"x264-params": f"mbtree={_MBTREE}"}


@dataclass(frozen=True, slots=True)
class Coding:
    """How a film's pictures are coded.

    Args:
        options: of the encoder.
        gop: frames from one that stands alone to the next.
        bframes: at most so many in a row are predicted from both sides.
        is_rgb: coded as RGB and not as BT.709.
        is_faststart: the index stands before the film, so that it plays while it loads.
        sound_coder: of AAC: `twoloop` for what ships, `fast` for what is looked at.
        pix_fmt: of the pictures, unless they are RGB.
        form: `mp4` or `mov`.
    """

    codec: str = "libx264"
    options: Mapping[str, str] = field(default_factory=dict)
    gop: int = 48
    bframes: int = 3
    threads: int = _THREADS
    is_rgb: bool = False
    is_faststart: bool = True
    sound_coder: str = "twoloop"
    pix_fmt: str = "yuv420p"
    form: str = "mp4"


_LOSSLESS = Coding(codec="libx264rgb", options={"qp": "0", "preset": "veryfast"}, is_rgb=True)


class MovieWriter:
    """Writes one MP4, frame by frame and sound as it comes; on an error nothing of it is left.

    Args:
        path: written to; replaced if it is there.
        rate: frames a second.
        width_px: of every frame.
        height_px: of every frame.
        coding: how.
        rate_hz: of the sound; None for a film without.
    """

    def __init__(
        self,
        path: Path,
        *,
        rate: Fraction,
        width_px: int,
        height_px: int,
        coding: Coding | None = None,
        rate_hz: int | None = None,
    ) -> None:
        self._path = path
        self._rate = rate
        self._size = (width_px, height_px)
        self._coding = coding or Coding()
        self._screen = Screen()
        self.n_frames = 0
        with writing(path.name, path):
            self._container = open_movie(path, is_faststart=self._coding.is_faststart, form=self._coding.form)
            self._picture = self._add_picture()
            self._sound = None if rate_hz is None else self._add_sound(rate_hz)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if fault is None:
            self.close()
        else:
            self.abandon()

    def add(self, rgb: Rgb) -> None:
        """Add a frame: uint8 [height, width, 3], sRGB.

        Raises:
            MediaUnreadable: it is of another size.
            DiskFull: no room.
        """
        if rgb.shape != (self._size[1], self._size[0], 3):
            found = " × ".join(str(side) for side in rgb.shape[1::-1])
            raise MediaUnreadable(
                f"Frame {self.n_frames} is {found} pixels and the film {self._size[0]} × {self._size[1]}."
            )
        if self._coding.is_rgb:
            self.add_coded(VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24"))
        else:
            self.add_coded(coded(_evened(rgb), self._screen, self._coding.pix_fmt))

    def add_coded(self, frame: VideoFrame) -> None:
        """Add a frame that is as the encoder takes it (see `Frame.coded_at`)."""
        frame.pts = self.n_frames
        frame.time_base = 1 / self._rate
        self.n_frames += 1
        with writing(self._path.name):
            self._container.mux(self._picture.encode(frame))

    def add_sound(self, samples: Samples) -> None:
        """Add sound: float32 [n, 2]."""
        if self._sound is not None:
            with writing(self._path.name):
                self._sound.add(samples)

    def close(self) -> None:
        """Write what is left and the index.

        Raises:
            NoFrames: nothing was added.
            DiskFull: no room; the file is gone.
        """
        if not self.n_frames:
            self.abandon()
            raise NoFrames(f"{self._path.name} would hold not a single frame; give it some.")
        with writing(self._path.name, self._path):
            self._container.mux(self._picture.encode(None))
            if self._sound is not None:
                self._sound.close()
            self._container.close()

    def abandon(self) -> None:
        """Leave nothing behind."""
        with suppress(av.error.FFmpegError, OSError):
            self._container.close()
        self._path.unlink(missing_ok=True)

    def _add_sound(self, rate_hz: int) -> "SoundTrack":
        coding = self._coding
        codec = "pcm_f32le" if coding.is_rgb else "aac"
        return SoundTrack(self._container, rate_hz, codec=codec, sound_coder=coding.sound_coder)

    def _add_picture(self) -> VideoStream:
        coding = self._coding
        stream = self._container.add_stream(coding.codec, rate=self._rate, options=dict(coding.options))
        if not isinstance(stream, VideoStream):
            raise TypeError(coding.codec)
        context = stream.codec_context
        width_px, height_px = self._size if coding.is_rgb else even_size(*self._size)
        context.width, context.height = width_px, height_px
        context.pix_fmt = "rgb24" if coding.is_rgb else coding.pix_fmt
        context.time_base = 1 / self._rate
        context.gop_size = coding.gop
        context.max_b_frames = coding.bframes
        context.thread_type = ThreadType.FRAME
        context.thread_count = coding.threads
        if not coding.is_rgb:
            context.colorspace = Colorspace.ITU709
            context.color_primaries = ColorPrimaries.BT709
            context.color_trc = ColorTrc.BT709
            context.color_range = ColorRange.MPEG
        return stream


class SoundTrack:
    """One stereo sound in a film that is being written.

    Args:
        codec: `aac`, or PCM by FFmpeg's name.
    """

    def __init__(
        self,
        container: OutputContainer,
        rate_hz: int,
        *,
        codec: str = "aac",
        sound_coder: str = "twoloop",
    ) -> None:
        self._container = container
        self._rate_hz = rate_hz
        is_aac = codec == "aac"
        # Noise that a decoder makes up would differ between a range and the whole.
        options = {"aac_coder": sound_coder, "aac_pns": "0"} if is_aac else {}
        stream = container.add_stream(codec, rate=rate_hz, layout="stereo", options=options)
        if not isinstance(stream, AudioStream):
            raise TypeError(codec)
        if is_aac:
            stream.codec_context.bit_rate = _SOUND_BITS_PER_S
        self._stream = stream
        self.n_samples = 0

    def add(self, samples: Samples) -> None:
        """Add float32 [n, 2]."""
        if not len(samples):
            return
        planes = np.ascontiguousarray(samples.T, dtype=np.float32)
        frame = AudioFrame.from_ndarray(planes, format="fltp", layout="stereo")
        frame.sample_rate = self._rate_hz
        frame.pts = self.n_samples
        frame.time_base = Fraction(1, self._rate_hz)
        self.n_samples += len(samples)
        self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Write what the encoder holds."""
        self._container.mux(self._stream.encode(None))


def write_movie(
    path: Path,
    frames: Iterable[Rgb],
    *,
    rate: Fraction,
    width_px: int,
    height_px: int,
    samples: Samples | Iterable[Samples] | None = None,
    rate_hz: int = RATE_HZ,
    crf: int = 16,
    lossless: bool = False,
) -> int:
    """Write an MP4 of frames and sound.

    Args:
        frames: uint8 [height, width, 3] each, sRGB; taken one at a time.
        samples: float32 [n, 2], whole or in blocks; cut or filled up to the length of the pictures.
        crf: x264's rate factor, 0–51; less is better and larger.
        lossless: RGB and float PCM, exactly as given; for editing, browsers do not play it.

    Returns:
        How many frames were written.

    Raises:
        NoFrames: there were none.
        MediaUnreadable: a frame is of another size.
        DiskFull: no room; no file is left.
    """
    coding = _LOSSLESS if lossless else Coding(options={"crf": str(crf), "preset": "medium", **_STEADY})
    feed = None if samples is None else SoundFeed(samples)
    with MovieWriter(
        path,
        rate=rate,
        width_px=width_px,
        height_px=height_px,
        coding=coding,
        rate_hz=None if feed is None else rate_hz,
    ) as movie:
        heard = 0
        for rgb in frames:
            movie.add(rgb)
            if feed is not None and movie.n_frames % _INTERLEAVE == 0:
                end = sample_of(movie.n_frames, rate, rate_hz)
                movie.add_sound(feed.take(end - heard))
                heard = end
        if feed is not None:
            movie.add_sound(feed.take(sample_of(movie.n_frames, rate, rate_hz) - heard))
    return movie.n_frames


def open_movie(path: Path, *, is_faststart: bool = True, form: str = "mp4") -> OutputContainer:
    """Open an MP4 for writing, without the date and build that would make two equal films differ.

    Args:
        form: `mp4` or `mov`.
    """
    options = {"fflags": "+bitexact"}
    if is_faststart:
        options["movflags"] = "+faststart"
    return av.open(str(path), mode="w", format=form, options=options)


def even_size(width_px: int, height_px: int) -> tuple[int, int]:
    """The next even sides.

    >>> even_size(641, 360)
    (642, 360)
    """
    return width_px + width_px % 2, height_px + height_px % 2


def _evened(rgb: Rgb) -> Rgb:
    height, width = rgb.shape[:2]
    if height % 2 or width % 2:
        return np.pad(rgb, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return rgb
