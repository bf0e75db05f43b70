from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from circletake.domain.time import FrameRange, sample_of
from circletake.errors import DiskFull, MediaUnreadable, NoFrames
from circletake.media.frames import FramePackWriter, pack_info, read_frame, read_rgb
from circletake.media.listen import listen
from circletake.media.manifest import clip_manifest
from circletake.media.picture import Frame
from circletake.media.proxy import ProxyWriter
from circletake.media.shots import detect_shots
from circletake.media.source import Source, open_file, open_source
from circletake.media.store import ContentStore
from circletake.media.thumb import PosterWriter, ThumbTaker

if TYPE_CHECKING:
    from tests.conftest import Coder, Drawing, FilmMaker

RATES = [Fraction(24000, 1001), *map(Fraction, (24, 25)), Fraction(30000, 1001), *map(Fraction, (30, 60))]


class Ear:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.numbers: list[int] = []
        self.blocks: list[np.ndarray[Any, np.dtype[np.float32]]] = []

    def start(self, source: Source) -> None:
        self.told.append(f"start {source.n_frames}")

    def frame(self, frame: Frame) -> None:
        self.numbers.append(frame.n)

    def sound(self, samples: NDArray[np.float32], rate_hz: int) -> None:
        assert rate_hz == 48000
        self.blocks.append(samples)

    def finish(self) -> None:
        self.told.append("finish")

    def abandon(self) -> None:
        self.told.append("abandon")


def _left(store: ContentStore) -> list[Path]:
    return list((store.root / "incoming").iterdir())


def test_a_listener_hears_every_frame_and_every_sample_once(film: FilmMaker) -> None:
    noise = (
        np.random.default_rng(1).uniform(-1, 1, (sample_of(100, Fraction(25), 48000), 2)).astype(np.float32)
    )
    ear, progress = Ear(), []
    source = open_file(film(100, rate=Fraction(25), samples=noise, lossless=True))
    assert listen(source, [ear], progress=lambda done, of: progress.append((done, of)))
    assert ear.told == ["start 100", "finish"]
    assert ear.numbers == list(range(100))
    assert np.array_equal(np.concatenate(ear.blocks), noise)
    assert max(len(block) for block in ear.blocks) <= 48000
    assert progress[-1] == (100, 100)


def test_a_clip_is_heard_as_its_own_content(film: FilmMaker, store: ContentStore) -> None:
    rate = Fraction(24000, 1001)
    noise = np.random.default_rng(1).uniform(-1, 1, (sample_of(100, rate, 48000), 2)).astype(np.float32)
    media = store.put_file(film(100, rate=rate, samples=noise, lossless=True))
    source = open_source(store, store.put_bytes(clip_manifest(media, FrameRange(31, 84))))
    ear = Ear()
    listen(source, [ear])
    assert ear.numbers == list(range(53))
    assert np.array_equal(np.concatenate(ear.blocks), source.samples())


def test_a_pass_that_is_cancelled_finishes_nobody_and_leaves_nothing(
    film: FilmMaker, store: ContentStore
) -> None:
    ear, pack, proxy = Ear(), FramePackWriter(store), ProxyWriter(store)
    assert not listen(open_file(film(80)), [ear, pack, proxy], cancelled=lambda: len(ear.numbers) > 40)
    assert ear.told == ["start 80", "abandon"]
    assert len(ear.numbers) == 48
    assert (pack.content, proxy.content) == ("", "")
    assert _left(store) == []


def test_a_listener_that_fails_ends_the_pass_and_leaves_nothing(film: FilmMaker, store: ContentStore) -> None:
    class Broken(Ear):
        def frame(self, frame: Frame) -> None:
            if frame.n == 30:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        listen(open_file(film(40)), [FramePackWriter(store), ProxyWriter(store), Broken()])
    assert _left(store) == []


def test_a_full_disk_during_a_pass_is_said_and_leaves_nothing(
    film: FilmMaker, store: ContentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = open_file(film(40))

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    pack = FramePackWriter(store)
    with pytest.raises(DiskFull):
        listen(source, [pack, ProxyWriter(store)])
    assert pack.content == ""
    assert [path for path in store.root.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_the_burnt_in_number_goes_through_pack_and_proxy(
    rate: Fraction, film: FilmMaker, store: ContentStore, drawing: Drawing
) -> None:
    noise = np.random.default_rng(1).uniform(-0.1, 0.1, (sample_of(75, rate, 48000), 2)).astype(np.float32)
    source = open_file(film(75, rate=rate, samples=noise))
    pack, proxy = FramePackWriter(store), ProxyWriter(store)
    assert listen(source, [pack, proxy])
    assert pack_info(store, pack.content) == {"n_frames": 75, "width": 192, "height": 96}
    shown = [read_rgb(read_frame(store, pack.content, n)) for n in range(75)]
    assert [drawing.read(rgb) for rgb in shown] == list(range(75))
    assert max(drawing.error(rgb) for rgb in shown) <= 4
    played = open_source(store, proxy.content)
    assert (played.n_frames, played.rate, played.is_vfr) == (75, rate, False)
    frames = [frame.rgb() for frame in played.frames()]
    assert [drawing.read(rgb) for rgb in frames] == list(range(75))
    assert max(drawing.error(rgb) for rgb in frames) <= 4
    assert len(played.samples()) == len(noise)


def test_a_proxy_is_all_intra_plays_while_it_loads_and_starts_at_nought(
    film: FilmMaker, store: ContentStore
) -> None:
    proxy = ProxyWriter(store)
    listen(open_file(film(30, samples=np.zeros((60000, 2), np.float32))), [proxy])
    data = store.read(proxy.content)
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(store.path(proxy.content))) as container:
        stream = container.streams.video[0]
        assert stream.pix_fmt == "yuv420p"
        assert stream.start_time == 0
        assert stream.codec_context.colorspace == 1
        packets = [packet for packet in container.demux(stream) if packet.size]
        assert all(packet.is_keyframe and packet.pts == packet.dts for packet in packets)


def test_wide_odd_uneven_and_turned_films_get_through(
    coder: Coder, store: ContentStore, drawing: Drawing
) -> None:
    drawing.width_px, drawing.height_px = 1442, 100
    wide = coder("wide.mkv", drawing.frames(5), codec="ffv1", pix_fmt="yuv444p")
    drawing.width_px, drawing.height_px = 193, 97
    odd = coder("odd.mkv", drawing.frames(5), codec="ffv1", pix_fmt="yuv444p")
    drawing.width_px, drawing.height_px = 192, 96
    uneven = coder("vfr.mkv", drawing.frames(5), stamps=[0, 10, 300, 310, 900])
    deep = coder("deep.mov", drawing.frames(5), codec="prores_ks", pix_fmt="yuv422p10le")
    for path, size in ((wide, (1280, 89)), (odd, (193, 97)), (uneven, (192, 96)), (deep, (192, 96))):
        pack, proxy = FramePackWriter(store), ProxyWriter(store)
        listen(open_file(path), [pack, proxy])
        assert pack_info(store, pack.content) == {"n_frames": 5, "width": size[0], "height": size[1]}
        assert [drawing.read(read_rgb(read_frame(store, pack.content, n))) for n in range(5)] == [
            0,
            1,
            2,
            3,
            4,
        ]
        played = open_source(store, proxy.content)
        assert [drawing.read(frame.rgb()) for frame in played.frames()] == [0, 1, 2, 3, 4]
        assert (played.width_px % 2, played.height_px % 2) == (0, 0)
    turned = coder("turned.mp4", drawing.frames(2), rotation_deg=90)
    pack, proxy = FramePackWriter(store), ProxyWriter(store)
    listen(open_file(turned), [pack, proxy])
    assert pack_info(store, pack.content) == {"n_frames": 2, "width": 96, "height": 192}
    assert open_source(store, proxy.content).height_px == 192


def test_a_still_has_a_pack_of_one_and_a_poster(store: ContentStore, drawing: Drawing) -> None:
    _, data = cv2.imencode(".png", drawing.frame(77)[:, :, ::-1])
    source = open_source(store, store.put_bytes(data.tobytes()))
    pack, poster, proxy = FramePackWriter(store), PosterWriter(store), ProxyWriter(store)
    listen(source, [pack, poster, proxy])
    assert drawing.read(read_rgb(read_frame(store, pack.content, 0))) == 77
    assert drawing.read(read_rgb(store.read(poster.content))) == 77
    assert open_source(store, proxy.content).n_frames == 1


def test_a_frame_that_is_not_in_the_pack_is_refused(film: FilmMaker, store: ContentStore) -> None:
    pack = FramePackWriter(store)
    listen(open_file(film(3)), [pack])
    for n in (-1, 3):
        with pytest.raises(NoFrames, match="the last one is 2"):
            read_frame(store, pack.content, n)
    with pytest.raises(MediaUnreadable, match="no frame pack"):
        read_frame(store, store.put_bytes(b"something else"), 0)


def test_a_poster_avoids_black(store: ContentStore, coder: Coder, drawing: Drawing) -> None:
    frames = [np.zeros((96, 192, 3), np.uint8) if 8 <= n < 30 else drawing.frame(n) for n in range(32)]
    poster = PosterWriter(store)
    listen(open_file(coder("dark.mp4", frames)), [poster])
    assert drawing.read(read_rgb(store.read(poster.content))) in {0, 4}


def test_thumbs_are_few_and_spread(film: FilmMaker) -> None:
    few = ThumbTaker(most=8)
    listen(open_file(film(100)), [few])
    assert few.thumbs.shape == (8, 36, 64, 3)
    all_of_it = ThumbTaker()
    listen(open_file(film(3)), [all_of_it])
    assert len(all_of_it.thumbs) == 3


def test_drawn_cuts_are_found_to_the_frame(coder: Coder) -> None:
    def scenes() -> Iterator[np.ndarray[Any, np.dtype[np.uint8]]]:
        for scene, count in enumerate((30, 12, 1, 50)):
            texture = np.random.default_rng(scene).integers(0, 255, (9, 16, 3), dtype=np.uint8)
            big = np.kron(texture, np.ones((12, 16, 1), np.uint8))
            for n in range(count):
                yield np.roll(big, 2 * n, axis=1)

    shots = detect_shots(coder("cuts.mp4", scenes(), options={"crf": "12"}))
    assert [(shot.start, shot.end) for shot in shots] == [(0, 30), (30, 42), (42, 43), (43, 93)]


@pytest.mark.footage
def test_the_cuts_of_real_film_are_found_to_the_frame(footage: Path) -> None:
    shots = detect_shots(footage / "bbb.mp4")
    # Looked at by eye: a title card of one frame, then five hard cuts; the dissolve near 790 is no hard cut.
    assert [shot.start for shot in shots] == [0, 1, 285, 378, 553, 1145, 1346]
    assert shots[-1].end == 1440
