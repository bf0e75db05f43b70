from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import cv2
import numpy as np
import pytest

from circletake.domain.time import FrameRange, sample_of
from circletake.errors import MediaKindRefused, NoFrames
from circletake.media.manifest import SheetPicture, clip_manifest, sheet_manifest
from circletake.media.probe import probe
from circletake.media.source import Source, open_file, open_source, read_still
from circletake.media.store import ContentStore

if TYPE_CHECKING:
    from tests.conftest import Coder, Drawing, FilmMaker, How

RATES = [Fraction(24000, 1001), *map(Fraction, (24, 25)), Fraction(30000, 1001), *map(Fraction, (30, 60))]


def _numbers(source: Source, drawing: Drawing, frames: FrameRange | None = None) -> list[int]:
    return [drawing.read(frame.rgb()) for frame in source.frames(frames)]


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_every_frame_has_the_number_that_is_burnt_into_it(
    rate: Fraction, film: FilmMaker, drawing: Drawing
) -> None:
    source = open_file(film(130, rate=rate))
    assert (source.n_frames, source.rate, source.is_vfr) == (130, rate, False)
    assert _numbers(source, drawing) == list(range(130))
    assert [frame.n for frame in source.frames(FrameRange(7, 12))] == [7, 8, 9, 10, 11]


@pytest.mark.parametrize("start", [0, 1, 46, 47, 48, 49, 95, 96, 100, 128, 129])
def test_a_seek_lands_on_the_frame_it_was_asked_for(start: int, film: FilmMaker, drawing: Drawing) -> None:
    source = open_file(film(130, rate=Fraction(24000, 1001)))
    end = min(start + 3, 130)
    assert _numbers(source, drawing, FrameRange(start, end)) == list(range(start, end))
    assert drawing.read(source.frame(start).rgb()) == start


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("a.mkv", {"options": {"x264-params": "keyint=20:open-gop=1:bframes=4:b-pyramid=2"}}),
        ("a.ts", {"options": {"x264-params": "keyint=20:bframes=3"}}),
        ("a.avi", {"codec": "mpeg4", "options": {"qscale": "2"}}),
        ("a.webm", {"codec": "libvpx", "options": {"auto-alt-ref": "1", "lag-in-frames": "16", "b": "2M"}}),
        (
            "b.webm",
            {"codec": "libvpx-vp9", "options": {"auto-alt-ref": "1", "lag-in-frames": "16", "crf": "20"}},
        ),
        ("a.mov", {"codec": "prores_ks", "pix_fmt": "yuv422p10le"}),
        ("b.mkv", {"codec": "ffv1", "pix_fmt": "yuv444p"}),
        ("b.mov", {"codec": "mjpeg", "pix_fmt": "yuvj420p"}),
        (
            "c.mkv",
            {"codec": "libx265", "pix_fmt": "yuv420p10le", "options": {"x265-params": "log-level=none"}},
        ),
        ("a.gif", {"codec": "gif", "pix_fmt": "rgb8"}),
        ("a.apng", {"codec": "apng", "pix_fmt": "rgb24"}),
    ],
)
def test_numbers_hold_in_every_container(name: str, how: How, coder: Coder, drawing: Drawing) -> None:
    source = open_file(coder(name, drawing.frames(60), **how))
    assert source.n_frames == 60
    assert source.rate == 25
    assert _numbers(source, drawing) == list(range(60))
    assert _numbers(source, drawing, FrameRange(33, 37)) == [33, 34, 35, 36]


def test_an_uneven_film_is_read_by_number(coder: Coder, drawing: Drawing) -> None:
    stamps = np.cumsum([40, 10, 90, 40, 40, 200, 17] * 8).tolist()
    source = open_file(coder("vfr.mkv", drawing.frames(56), stamps=stamps))
    assert source.is_vfr
    assert _numbers(source, drawing) == list(range(56))
    assert _numbers(source, drawing, FrameRange(50, 53)) == [50, 51, 52]


@pytest.mark.parametrize("turn", [90, -90, 180])
def test_a_turned_film_is_shown_upright(turn: int, coder: Coder) -> None:
    lying = np.zeros((64, 128, 3), np.uint8)
    lying[:20, :20] = 255
    source = open_file(coder("turned.mp4", [lying] * 3, rotation_deg=turn))
    # What is coded top left is seen, by a turn to the left, at the bottom left, and so on.
    upright = np.rot90(lying, source.rotation_deg // 90)
    seen = source.frame(1).rgb()
    assert seen.shape == upright.shape == (source.height_px, source.width_px, 3)
    assert np.abs(seen.astype(int) - upright).mean() < 3
    assert source.frame(0).coded_at(source.width_px, source.height_px).width == source.width_px
    assert abs(source.rotation_deg) == abs(turn)


def test_a_phone_clip_held_upright_is_shown_upright(coder: Coder) -> None:
    lying = np.zeros((64, 128, 3), np.uint8)
    lying[:20, :20] = 255
    path: Path = coder("phone.mov", [lying] * 2)
    data = path.read_bytes()
    plain = bytes.fromhex("00010000 00000000 00000000 00000000 00010000".replace(" ", ""))
    # What a phone held upright writes (Apple QuickTime, track header matrix): x' = −y, y' = x.
    phone = bytes.fromhex("00000000 00010000 00000000 ffff0000 00000000".replace(" ", ""))
    at = data.index(plain, data.index(b"tkhd"))
    path.write_bytes(data[:at] + phone + data[at + len(phone) :])
    seen = open_file(path).frame(0).rgb()
    assert seen.shape == (128, 64, 3)
    assert seen[5:15, -15:-5].mean() > 240  # turned to the right: top left goes top right
    assert seen[5:15, 5:15].mean() < 15


@pytest.mark.parametrize(
    ("size", "is_tagged", "matrix"),
    [((1280, 720), False, 1), ((640, 360), False, 5), ((640, 360), True, 1), ((1280, 720), True, 5)],
)
@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv420p10le"])
def test_colours_come_out_as_they_went_in(
    size: tuple[int, int], *, is_tagged: bool, matrix: int, pix_fmt: str, coder: Coder, drawing: Drawing
) -> None:
    drawing.width_px, drawing.height_px = size
    path = coder(
        "c.mp4", drawing.frames(2), pix_fmt=pix_fmt, is_tagged=is_tagged, matrix=matrix, options={"crf": "6"}
    )
    frame = open_file(path).frame(1)
    assert drawing.error(frame.rgb()) <= 4
    assert drawing.error(frame.rgb_at(320, 180)) <= 4


def test_pixels_that_are_not_square_are_shown_square(coder: Coder, drawing: Drawing) -> None:
    path = coder("sar.mp4", drawing.frames(2), options={"x264-params": "sar=2/1"})
    source = open_file(path)
    assert (source.width_px, source.height_px) == (384, 96)
    assert drawing.read(source.frame(1).rgb()) == 1


def test_one_frame_is_a_film(film: FilmMaker, drawing: Drawing) -> None:
    source = open_file(film(1))
    assert source.n_frames == 1
    assert source.rate == 24
    assert _numbers(source, drawing) == [0]
    assert len(source.samples()) == 2000


def test_a_clip_is_its_range_of_the_film(store: ContentStore, film: FilmMaker, drawing: Drawing) -> None:
    media = store.put_file(film(100))
    source = open_source(store, store.put_bytes(clip_manifest(media, FrameRange(55, 70))))
    assert source.n_frames == 15
    assert [(frame.n, drawing.read(frame.rgb())) for frame in source.frames()] == [
        (n, 55 + n) for n in range(15)
    ]
    assert _numbers(source, drawing, FrameRange(10, 12)) == [65, 66]
    whole = [frame.plane_hash() for frame in open_source(store, media).frames()]
    assert [frame.plane_hash() for frame in source.frames()] == whole[55:70]
    with pytest.raises(NoFrames):
        list(source.frames(FrameRange(10, 16)))


def test_a_clip_outside_its_film_is_refused(store: ContentStore, film: FilmMaker) -> None:
    media = store.put_file(film(10))
    with pytest.raises(NoFrames, match="which has 10"):
        open_source(store, store.put_bytes(clip_manifest(media, FrameRange(5, 11))))


def test_a_model_sheet_is_not_a_film(store: ContentStore) -> None:
    sheet = store.put_bytes(sheet_manifest("dog", [SheetPicture("ab" * 32, (0, 0, 9, 9))]))
    with pytest.raises(MediaKindRefused, match="model sheet"):
        open_source(store, sheet)


def test_equal_planes_have_equal_hashes_and_a_changed_pixel_another(
    film: FilmMaker, drawing: Drawing
) -> None:
    drawing.width_px = 194  # rows that need padding
    source = open_file(film(3, lossless=True))
    again = [frame.plane_hash() for frame in source.frames()]
    assert again == [frame.plane_hash() for frame in source.frames()]
    assert len(set(again)) == 3


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), Fraction(25)], ids=str)
def test_a_range_sounds_exactly_as_it_does_in_the_whole(
    rate: Fraction, film: FilmMaker, store: ContentStore
) -> None:
    noise = np.random.default_rng(5).uniform(-0.5, 0.5, (sample_of(120, rate, 48000), 2)).astype(np.float32)
    media = store.put_file(film(120, rate=rate, samples=noise, lossless=True))
    assert np.array_equal(open_source(store, media).samples(), noise)
    for start, end in ((0, 3), (31, 77), (119, 120)):
        clip = open_source(store, store.put_bytes(clip_manifest(media, FrameRange(start, end))))
        first, last = sample_of(start, rate, 48000), sample_of(end, rate, 48000)
        assert np.array_equal(clip.samples(), noise[first:last])


def test_a_range_resampled_is_the_whole_resampled(film: FilmMaker) -> None:
    t_s = np.arange(96000) / 48000
    tone = np.repeat(np.sin(2 * np.pi * 440 * t_s)[:, None], 2, axis=1).astype(np.float32) * 0.5
    source = open_file(film(48, samples=tone, lossless=True))
    whole = source.samples(44100)
    assert len(whole) == 88200
    part = source.samples(44100, frames=FrameRange(30, 40))
    assert len(part) == sample_of(40, Fraction(24), 44100) - sample_of(30, Fraction(24), 44100)
    assert np.abs(part - whole[sample_of(30, Fraction(24), 44100) :][: len(part)]).max() < 1e-4
    assert (
        np.abs(whole[1000:80000, 0] - 0.5 * np.sin(2 * np.pi * 440 * np.arange(1000, 80000) / 44100)).max()
        < 0.005
    )


def test_a_silent_film_has_samples_of_silence(film: FilmMaker) -> None:
    source = open_file(film(24))
    assert not source.has_sound
    assert source.samples().shape == (48000, 2)
    assert not source.samples().any()


def test_sound_that_ends_early_goes_on_in_silence(film: FilmMaker) -> None:
    source = open_file(film(48, samples=np.full((1000, 2), 0.25, np.float32), lossless=True))
    samples = source.samples()
    assert len(samples) == 96000
    assert np.array_equal(samples[:1000], np.full((1000, 2), 0.25, np.float32))
    assert not samples[2000:].any()


def test_a_still_is_one_frame(store: ContentStore, drawing: Drawing) -> None:
    for suffix, tolerance in ((".png", 0), (".jpg", 4), (".tiff", 0), (".webp", 6), (".bmp", 0)):
        done, data = cv2.imencode(suffix, drawing.frame(9)[:, :, ::-1])
        assert done
        content = store.put_bytes(data.tobytes())
        source = open_source(store, content)
        assert (source.n_frames, source.rate, source.width_px, source.height_px) == (1, None, 192, 96)
        assert drawing.read(read_still(store, content)) == 9
        assert drawing.error(read_still(store, content)) <= tolerance
        assert not source.samples().size


def test_transparent_parts_of_a_still_are_paper(store: ContentStore) -> None:
    drawn = np.zeros((8, 8, 4), np.uint8)
    drawn[:4, :, 2:] = 255
    _, data = cv2.imencode(".png", drawn)
    rgb = read_still(store, store.put_bytes(data.tobytes()))
    assert rgb[0, 0].tolist() == [255, 0, 0]
    assert rgb[7, 7].tolist() == [255, 255, 255]


@pytest.mark.footage
def test_real_footage_seeks_to_the_same_frames_as_it_plays(footage: Path) -> None:
    source = open_file(footage / "bbb_720p_5s.mp4")
    played = [frame.plane_hash() for frame in source.frames()]
    assert len(played) == source.n_frames == 132
    assert all(source.frame(n).plane_hash() == played[n] for n in (0, 1, 60, 99, 131))


def test_reference_white_of_an_hdr_film_is_shown_white(tmp_path: Path) -> None:
    path = tmp_path / "hdr.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "1"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p10le"
        context = stream.codec_context
        context.colorspace, context.color_primaries, context.color_trc, context.color_range = 9, 9, 16, 1
        frame = av.VideoFrame(64, 64, "yuv420p10le")
        # 203 cd/m² is reference white (ITU-R BT.2408); PQ (SMPTE ST 2084) codes it as 0.5807 of the range.
        for plane, value in zip(frame.planes, (64 + round(876 * 0.5807), 512, 512), strict=True):
            plane.update(np.full(plane.buffer_size // 2, value, np.uint16).tobytes())
        frame.pts = 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert open_file(path).frame(0).rgb().min() >= 250
    assert "It is HDR; what is shown of it is an SDR view." in probe(path).warnings


def late(path: Path, *, sound_s: float, length_s: float) -> Path:
    """Two seconds of grey at 24 frames a second, with sound from `sound_s` on."""
    with av.open(str(path), "w") as container:
        picture = container.add_stream("libx264", rate=24)
        picture.width, picture.height, picture.pix_fmt = 64, 36, "yuv420p"
        sound = container.add_stream("pcm_s16le", rate=48000, layout="mono")
        for n in range(48):
            frame = av.VideoFrame.from_ndarray(np.full((36, 64, 3), n * 5, np.uint8), format="rgb24")
            frame.pts, frame.time_base = n, Fraction(1, 24)
            container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
        heard = av.AudioFrame.from_ndarray(
            np.full((1, int(length_s * 48000)), 99, np.int16), format="s16", layout="mono"
        )
        heard.sample_rate, heard.pts, heard.time_base = 48000, int(sound_s * 48000), Fraction(1, 48000)
        container.mux(sound.encode(heard))
        container.mux(sound.encode(None))
    return path


def test_how_far_sound_and_picture_are_apart_is_told_by_the_container(
    tmp_path: Path, store: ContentStore, film: FilmMaker
) -> None:
    apart = late(tmp_path / "late.mov", sound_s=0.5, length_s=1.0)
    assert open_file(apart).sound_offsets_s() == (Fraction(1, 2), Fraction(-1, 2))
    assert open_file(film(24)).sound_offsets_s() == (None, None)
    content = store.put_file(apart)
    tail = store.put_bytes(clip_manifest(content, FrameRange(24, 48)))
    assert open_source(store, tail).sound_offsets_s() == (Fraction(0), Fraction(-1, 2))
    middle = store.put_bytes(clip_manifest(content, FrameRange(14, 30)))
    assert open_source(store, middle).sound_offsets_s() == (Fraction(0), Fraction(0))
