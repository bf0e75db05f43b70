from __future__ import annotations

import hashlib
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from circletake.domain.time import sample_of
from circletake.errors import DiskFull, JobFailed, MediaUnreadable, NoFrames, Unavailable
from circletake.generate.film import get_shot, render_frame
from circletake.media.encode import write_movie
from circletake.media.join import join_segments, segment_sha256
from circletake.media.masters import SEGMENT_RECIPE, encode_segment, encode_sound
from circletake.media.source import open_file

if TYPE_CHECKING:
    from tests.conftest import Drawing, FilmMaker

RATE = Fraction(24000, 1001)


def test_a_film_says_how_its_colours_are_coded_and_is_right(film: FilmMaker, drawing: Drawing) -> None:
    path = film(3)
    assert all(drawing.error(frame.rgb()) <= 4 for frame in open_file(path).frames())
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (
            1,
            1,
            1,
            1,
        )


def test_a_lossless_film_is_exactly_what_was_given(film: FilmMaker, drawing: Drawing) -> None:
    source = open_file(film(5, lossless=True))
    assert all(np.array_equal(frame.rgb(), drawing.frame(frame.n)) for frame in source.frames())


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("size", [(1, 1), (2, 1), (129, 65), (97, 32)])
def test_odd_sizes_are_made_even_by_repeating_the_edge_or_kept_where_they_can_be(
    size: tuple[int, int], *, lossless: bool, tmp_path: Path
) -> None:
    width, height = size
    path = tmp_path / "odd.mp4"
    frames = (np.full((height, width, 3), 40 * n, np.uint8) for n in range(3))
    write_movie(path, frames, rate=RATE, width_px=width, height_px=height, lossless=lossless)
    source = open_file(path)
    expected = size if lossless else (width + width % 2, height + height % 2)
    assert (source.width_px, source.height_px) == expected
    assert [abs(int(frame.rgb()[-1, -1, 0]) - 40 * frame.n) <= 3 for frame in source.frames()] == [True] * 3


def test_sound_is_cut_or_filled_to_the_length_of_the_pictures_and_stands_where_it_did(
    film: FilmMaker,
) -> None:
    samples = np.zeros((150_000, 2), np.float32)
    samples[4800] = samples[60_000] = 1
    source = open_file(film(48, rate=RATE, samples=samples))
    heard = source.samples()
    assert len(heard) == sample_of(48, RATE, 48000)
    assert np.argmax(np.abs(heard[:20_000, 0])) == 4800
    assert 40_000 + np.argmax(np.abs(heard[40_000:, 1])) == 60_000


def test_the_same_frames_make_the_same_bytes(film: FilmMaker) -> None:
    first = film(30, samples=np.ones((5000, 2), np.float32), name="1.mp4").read_bytes()
    assert (
        hashlib.sha256(first).digest()
        == hashlib.sha256(
            film(30, samples=np.ones((5000, 2), np.float32), name="2.mp4").read_bytes()
        ).digest()
    )


def test_a_film_of_nothing_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(NoFrames):
        write_movie(tmp_path / "none.mp4", [], rate=RATE, width_px=64, height_px=64)
    assert list(tmp_path.iterdir()) == []


def test_a_frame_of_another_size_is_refused_by_number(tmp_path: Path, drawing: Drawing) -> None:
    frames = [drawing.frame(0), drawing.frame(1)[:-2]]
    with pytest.raises(MediaUnreadable, match="Frame 1 is 192 × 94"):
        write_movie(tmp_path / "x.mp4", frames, rate=RATE, width_px=192, height_px=96)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path, drawing: Drawing) -> None:
    path = tmp_path / "full.mp4"
    path.symlink_to("/dev/full")
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(DiskFull):
        write_movie(path, drawing.frames(200), rate=RATE, width_px=192, height_px=96)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said(tmp_path: Path, drawing: Drawing) -> None:
    with pytest.raises(Unavailable, match="cannot be written"):
        write_movie(tmp_path / "gone" / "x.mp4", drawing.frames(2), rate=RATE, width_px=192, height_px=96)


def test_a_path_may_have_spaces_and_letters_of_any_script(film: FilmMaker, drawing: Drawing) -> None:
    path = film(4, name="the film — größe 映画 №1.mp4")
    assert [drawing.read(frame.rgb()) for frame in open_file(path).frames()] == [0, 1, 2, 3]


@pytest.fixture
def segments(tmp_path: Path, drawing: Drawing) -> list[Path]:
    """Four segments of 60, 1, 2 and 31 frames, numbered through."""
    paths, start = [], 0
    for count in (60, 1, 2, 31):
        path = tmp_path / f"{start}.mp4"
        frames = (drawing.frame(start + n) for n in range(count))
        encode_segment(path, frames, rate=RATE, size=(192, 96), recipe=SEGMENT_RECIPE)
        paths.append(path)
        start += count
    return paths


def test_joined_segments_are_one_film_on_an_even_grid(
    segments: list[Path], tmp_path: Path, drawing: Drawing
) -> None:
    out = tmp_path / "film.mp4"
    sound = np.zeros((sample_of(94, RATE, 48000), 2), np.float32)
    sound[100_000] = 1
    heard = tmp_path / "sound.mp4"
    assert encode_sound(heard, [sound]) == len(sound)
    assert join_segments(out, segments, rate=RATE, sound=heard).counts == [60, 1, 2, 31]
    source = open_file(out)
    assert (source.n_frames, source.rate, source.is_vfr) == (94, RATE, False)
    assert [drawing.read(frame.rgb()) for frame in source.frames()] == list(range(94))
    assert [drawing.read(source.frame(n).rgb()) for n in (58, 59, 60, 61, 62, 63, 64)] == list(range(58, 65))
    assert np.argmax(np.abs(source.samples()[:, 0])) == 100_000
    with av.open(str(out)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        decoded = [packet.dts for packet in packets if packet.dts is not None]
        shown = [packet.pts for packet in packets if packet.pts is not None]
        assert len({later - sooner for sooner, later in pairwise(decoded)}) == 1
        assert all(dts <= pts for dts, pts in zip(decoded, shown, strict=True))
        assert container.streams.video[0].start_time == 0


def test_replacing_one_segment_leaves_all_other_frames_bit_identical(
    segments: list[Path], tmp_path: Path, drawing: Drawing
) -> None:
    before, after = tmp_path / "before.mp4", tmp_path / "after.mp4"
    join_segments(before, segments, rate=RATE, sound=None)
    other = tmp_path / "other.mp4"
    encode_segment(other, [255 - drawing.frame(60)], rate=RATE, size=(192, 96), recipe=SEGMENT_RECIPE)
    join_segments(after, [segments[0], other, *segments[2:]], rate=RATE, sound=None)
    first = [frame.plane_hash() for frame in open_file(before).frames()]
    second = [frame.plane_hash() for frame in open_file(after).frames()]
    assert [n for n in range(94) if first[n] != second[n]] == [60]
    alone = [frame.plane_hash() for path in segments for frame in open_file(path).frames()]
    assert first == alone


def test_a_segment_is_the_same_bytes_each_time_and_keeps_them_in_the_film(
    segments: list[Path], tmp_path: Path, drawing: Drawing
) -> None:
    again = tmp_path / "again.mp4"
    encode_segment(
        again, (drawing.frame(n) for n in range(60)), rate=RATE, size=(192, 96), recipe=SEGMENT_RECIPE
    )
    assert segment_sha256(again) == segment_sha256(segments[0])
    out = tmp_path / "film.mp4"
    encode_sound(tmp_path / "sound.mp4", [np.zeros((9, 2), np.float32)])
    join_segments(out, segments, rate=RATE, sound=tmp_path / "sound.mp4")
    with av.open(str(out)) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    start = 0
    for path, count in zip(segments, (60, 1, 2, 31), strict=True):
        assert hashlib.sha256(b"".join(packets[start : start + count])).hexdigest() == segment_sha256(path)
        start += count


def test_segments_of_different_recipes_are_not_joined(
    segments: list[Path], tmp_path: Path, drawing: Drawing
) -> None:
    other = tmp_path / "other.mp4"
    encode_segment(
        other, [drawing.frame(0)], rate=RATE, size=(192, 96), recipe={**SEGMENT_RECIPE, "bframes": 0}
    )
    with pytest.raises(JobFailed, match="different recipes"):
        join_segments(tmp_path / "film.mp4", [segments[0], other], rate=RATE, sound=None)
    with pytest.raises(NoFrames):
        join_segments(tmp_path / "film.mp4", [], rate=RATE, sound=None)
    assert not (tmp_path / "film.mp4").exists()


def test_a_full_disk_ends_a_join_and_leaves_nothing(segments: list[Path], tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    out = tmp_path / "full.mp4"
    out.symlink_to("/dev/full")
    with pytest.raises(DiskFull):
        join_segments(out, segments * 20, rate=RATE, sound=None)
    assert not out.is_symlink()


def test_a_segment_that_is_encoded_again_is_the_same_bytes(tmp_path: Path) -> None:
    shot = get_shot("SH020")
    frames = [render_frame(shot, shot.takes[1], n) for n in range(8)]
    height_px, width_px = frames[0].shape[:2]
    path, segments = tmp_path / "segment.mp4", set()
    for _ in range(8):
        encode_segment(path, frames, rate=Fraction(24), size=(width_px, height_px), recipe=SEGMENT_RECIPE)
        segments.add(path.read_bytes())
    assert len(segments) == 1
