"""Where a file's own timecode begins: read as it was written, and of a clip from its first frame."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from circletake.domain.time import FrameRange
from circletake.media.source import open_file

NTSC = Fraction(30000, 1001)


def film(path: Path, rate: Fraction, timecode: str | None) -> Path:
    """A dozen grey frames in QuickTime, with a timecode track or without."""
    with av.open(str(path), "w") as container:
        if timecode is not None:
            container.metadata["timecode"] = timecode
        stream = container.add_stream("mpeg4", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for n in range(12):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 10 * n, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize(
    ("rate", "timecode"),
    [
        (Fraction(24), "10:00:00:00"),
        (Fraction(25), "00:59:59:24"),
        (NTSC, "01:00:00:00"),
        (NTSC, "01:00:59;28"),
    ],
)
def test_timecode_is_read_as_it_was_written(tmp_path: Path, rate: Fraction, timecode: str) -> None:
    path = film(tmp_path / "a.mov", rate, timecode)
    assert open_file(path).start_timecode() == timecode


def test_a_clip_begins_later_and_drop_frame_leaves_out_numbers(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mov", NTSC, "01:00:59;28")
    assert open_file(path, frames=FrameRange(2, 9)).start_timecode() == "01:01:00;02"
    plain = film(tmp_path / "b.mov", Fraction(24), "10:00:00:20")
    assert open_file(plain, frames=FrameRange(6, 9)).start_timecode() == "10:00:01:02"


def test_a_film_without_one_has_none(tmp_path: Path) -> None:
    assert open_file(film(tmp_path / "a.mov", Fraction(24), None)).start_timecode() is None
