"""Encoding like another stream, so that what is encoded can stand beside it in one film."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
from av.codec.context import ThreadType
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from av.video.stream import VideoStream

from circletake.media.picture import UNSPECIFIED, Rgb

GOP = 48
"""Frames from one that stands alone to the next, at most."""
_THREADS = 2
_HD_LINES = 720
_CRF = 16
_FORMATS = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le"})
_EXACT = Interpolation.ACCURATE_RND | Interpolation.BITEXACT | Interpolation.FULL_CHR_H_INT
_MATRICES = {1: Colorspace.ITU709, 5: Colorspace.ITU601, 6: Colorspace.ITU601, 9: 9}


@dataclass(frozen=True, slots=True)
class Coder:
    """How new pictures are encoded.

    Args:
        crf: x264's rate factor, 0–51; less is better and larger.
        preset: x264's.
    """

    crf: int = _CRF
    preset: str = "medium"


def encoder_like(
    movie: OutputContainer,
    like: VideoStream,
    rate: Fraction,
    options: Mapping[str, str],
    coder: Coder,
    tick_s: Fraction,
) -> VideoStream:
    """An encoder whose pictures read like those of a stream: size, pixel shape, colours."""
    stream = movie.add_stream(
        "libx264", rate=rate, options={"crf": str(coder.crf), "preset": coder.preset, **options}
    )
    if not isinstance(stream, VideoStream):
        raise TypeError("libx264")
    context, model = stream.codec_context, like.codec_context
    context.width, context.height = model.width, model.height
    context.pix_fmt = model.pix_fmt if model.pix_fmt in _FORMATS else "yuv420p"
    if model.sample_aspect_ratio:
        context.sample_aspect_ratio = model.sample_aspect_ratio
    context.time_base = tick_s
    context.gop_size = GOP
    context.thread_type = ThreadType.FRAME
    context.thread_count = _THREADS
    context.colorspace, context.color_range = model.colorspace, model.color_range
    context.color_primaries, context.color_trc = model.color_primaries, model.color_trc
    return stream


def coded_like(shot: Iterator[Rgb], like: VideoStream) -> Iterator[VideoFrame]:
    """Code sRGB as a stream does: its matrix, its range, its pixel format."""
    context = like.codec_context
    pix_fmt = context.pix_fmt if context.pix_fmt in _FORMATS else "yuv420p"
    custom = 1 if context.height >= _HD_LINES else 5  # as pictures are read that do not tell
    matrix = custom if context.colorspace == UNSPECIFIED else context.colorspace
    is_full = context.color_range == ColorRange.JPEG or str(pix_fmt).startswith("yuvj")
    scaler = VideoReformatter()
    for rgb in shot:
        whole = rgb
        if rgb.shape[1::-1] != (context.width, context.height):
            whole = np.asarray(cv2.resize(rgb, (context.width, context.height), interpolation=cv2.INTER_AREA))
        frame = VideoFrame.from_ndarray(np.ascontiguousarray(whole), format="rgb24")
        made = scaler.reformat(
            frame,
            context.width,
            context.height,
            pix_fmt,
            dst_colorspace=_MATRICES.get(matrix, Colorspace.ITU709),
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.JPEG if is_full else ColorRange.MPEG,
            interpolation=Interpolation.AREA | _EXACT,
            threads=1,
        )
        yield made
