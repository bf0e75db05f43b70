"""Frames in their own pixels: those of the file, in order or not; a reader that dies costs its own answer."""

import os
import signal
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest

from circletake.domain.time import FrameRange
from circletake.errors import ContentMissing, MediaUnreadable, NoFrames
from circletake.media.coded import coded_frame, read_code, write_coded
from circletake.media.frames import read_rgb
from circletake.media.full import FullReader, over_checks
from circletake.media.manifest import clip_manifest
from circletake.media.peaks import BINS_PER_FRAME
from circletake.media.sheet import png_of
from circletake.media.source import open_source
from circletake.media.store import ContentStore

FRAMES, WIDTH_PX, HEIGHT_PX = 30, 320, 180


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ContentStore:
    return ContentStore(tmp_path_factory.mktemp("full") / "content")


@pytest.fixture(scope="module")
def film(store: ContentStore, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("film") / "coded.mp4"
    write_coded(path, rate=Fraction(24), n_frames=FRAMES, width_px=WIDTH_PX, height_px=HEIGHT_PX)
    return store.put_file(path)


@pytest.fixture(scope="module")
def reader() -> Iterator[FullReader]:
    made = FullReader()
    yield made
    made.close()


def test_frames_are_those_of_the_file_whichever_way_they_are_asked_for(
    store: ContentStore, film: str, reader: FullReader
) -> None:
    for n in (0, 1, 2, 9, 8, 29, 8, 8):
        rgb = read_rgb(reader.frame(store.root, film, n, "full"))
        assert rgb.shape == (HEIGHT_PX, WIDTH_PX, 3)
        assert read_code(rgb) == n
        truth = open_source(store, film).frame(n).rgb().astype(int)
        assert np.abs(rgb - truth).mean() <= 2


def test_frames_of_a_clip_are_counted_from_its_first(
    store: ContentStore, film: str, reader: FullReader
) -> None:
    clip = store.put_bytes(clip_manifest(film, FrameRange(10, 20)))
    assert read_code(read_rgb(reader.frame(store.root, clip, 3, "full"))) == 13
    with pytest.raises(NoFrames, match="the last one is 9"):
        reader.frame(store.root, clip, 10, "full")


def test_a_still_is_one_frame_and_what_has_no_alpha_says_so(store: ContentStore, reader: FullReader) -> None:
    still = store.put_bytes(png_of(coded_frame(7, WIDTH_PX, HEIGHT_PX)))
    assert read_code(read_rgb(reader.frame(store.root, still, 0, "full"))) == 7
    for layer in ("alpha", "checker"):
        with pytest.raises(ContentMissing, match="no alpha"):
            reader.frame(store.root, still, 0, layer)
    with pytest.raises(NoFrames):
        reader.frame(store.root, still, 1, "full")
    # after a refusal the same process answers
    assert read_code(read_rgb(reader.frame(store.root, still, 0, "full"))) == 7


def test_what_is_not_there_or_no_picture_is_refused_in_words(store: ContentStore, reader: FullReader) -> None:
    with pytest.raises(ContentMissing):
        reader.frame(store.root, "0" * 64, 0, "full")
    with pytest.raises(MediaUnreadable):
        reader.frame(store.root, store.put_bytes(b"\x89PNG\r\n\x1a\n and no more"), 0, "full")


def test_a_reader_that_is_killed_costs_nothing_but_a_new_one(
    store: ContentStore, film: str, reader: FullReader
) -> None:
    reader.frame(store.root, film, 0, "full")
    process = reader._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    assert read_code(read_rgb(reader.frame(store.root, film, 5, "full"))) == 5
    assert reader._process is not process


def test_one_that_hangs_is_ended_and_another_answers(
    store: ContentStore, film: str, reader: FullReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.frame(store.root, film, 0, "full")
    process = reader._process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    with monkeypatch.context() as patch:
        patch.setattr("circletake.media.full._PATIENCE_S", 0.5)
        with pytest.raises(MediaUnreadable, match="made its reader stop"):
            _exchange_through(reader, store, film)
    assert read_code(read_rgb(reader.frame(store.root, film, 1, "full"))) == 1


def _exchange_through(reader: FullReader, store: ContentStore, film: str) -> None:
    """Ask while it hangs after having said that it is awake."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("circletake.media.full._is_awake", lambda _: True)
        reader.frame(store.root, film, 1, "full")


def test_peaks_are_as_many_as_those_of_the_decode_pass(
    store: ContentStore, film: str, reader: FullReader
) -> None:
    assert reader.peaks(store.root, film) == bytes(FRAMES * BINS_PER_FRAME)
    still = store.put_bytes(png_of(coded_frame(7, WIDTH_PX, HEIGHT_PX)))
    assert reader.peaks(store.root, still) == b""


def test_checks_show_through_by_as_much_as_is_not_covered() -> None:
    rgb = np.full((80, 160, 3), (200, 100, 0), np.uint8)
    alpha = np.zeros((80, 160), np.uint8)
    alpha[:, 40:80], alpha[:, 80:] = 128, 255
    over = over_checks(rgb, alpha)
    assert set(np.unique(over[:, :40])) == {96, 144}
    assert (over[:, 80:] == (200, 100, 0)).all()
    assert set(np.unique(over[:, 40:80, 0])) == {148, 172}
