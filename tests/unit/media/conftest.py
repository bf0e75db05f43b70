"""Films as other programs code them: tagged or not, turned, uneven in time, ten bits deep."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream
from numpy.typing import NDArray

Coder = Callable[..., Path]


def code(
    path: Path,
    frames: Iterable[NDArray[np.uint8]],
    *,
    rate: Fraction = Fraction(25),
    pix_fmt: str = "yuv420p",
    codec: str = "libx264",
    matrix: int = 1,
    is_tagged: bool = True,
    stamps: Sequence[int] | None = None,
    rotation_deg: int = 0,
    options: dict[str, str] | None = None,
) -> Path:
    """Code frames; `matrix` is what they are converted by, told to the file only if `is_tagged`."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options=options or {})
        assert isinstance(stream, VideoStream)
        if rotation_deg:
            stream.set_display_rotation(rotation_deg)
        is_open = False
        for place, rgb in enumerate(frames):
            if not is_open:
                stream.height, stream.width = rgb.shape[:2]
                stream.pix_fmt = pix_fmt
                if is_tagged and pix_fmt.startswith("yuv"):
                    context = stream.codec_context
                    context.colorspace = context.color_primaries = context.color_trc = matrix
                    context.color_range = ColorRange.MPEG
                if stamps is not None:
                    stream.codec_context.time_base = Fraction(1, 1000)
                is_open = True
            frame = VideoFrame.from_ndarray(rgb, format="rgb24")
            if pix_fmt.startswith("yuv"):
                frame = frame.reformat(format=pix_fmt, dst_colorspace=matrix, dst_color_range=ColorRange.MPEG)
                if not is_tagged:
                    frame.colorspace = 2
                    frame.color_range = 0
            else:
                frame = frame.reformat(format=pix_fmt)
            frame.pts = place if stamps is None else stamps[place]
            frame.time_base = 1 / rate if stamps is None else Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture
def coder(tmp_path: Path) -> Coder:
    """`coder(name, frames, …)` → path of a film coded as asked."""

    def make(name: str, frames: Iterable[NDArray[np.uint8]], **how: object) -> Path:
        return code(tmp_path / name, frames, **how)  # type: ignore[arg-type]  # keywords as code() has them

    return make
