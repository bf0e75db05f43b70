"""Versions of the film for a purpose: size, crop, words in the picture, loudness, pictures one by one."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from circletake.cut.cache import FolderCache
from circletake.cut.look import Look
from circletake.cut.patch import patch_master
from circletake.cut.pieces import piece_key, pieces_of
from circletake.cut.presets import PRESETS, Preset, make_output
from circletake.cut.render import render_cut
from circletake.domain.cut import CutVersion, Slot
from circletake.domain.time import FrameRange
from circletake.errors import AlreadyThere, HandlesShort, NoFrames, RateMismatch
from circletake.media.encode import write_movie
from circletake.media.loudness import measure_loudness
from circletake.media.masters import H264
from circletake.media.source import open_file, open_source
from circletake.media.store import ContentStore

RATE = Fraction(24)
SIZE = (192, 96)


class Place:
    """A store, a cache, and a cut of one plain take with a hum."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store = ContentStore(root / "content")
        self.cache = FolderCache(root / "segments")
        self.take = self.store.put_file(self.film("take.mp4", 24, 90))
        self.cut = CutVersion("pr_1", 1, RATE, *SIZE, (Slot("s_1", "SH010", 24, self.take),), start=86_400)

    def film(self, name: str, n_frames: int, value: int, rate: Fraction = RATE) -> Path:
        path = self.root / name
        hum = 0.02 * np.sin(np.arange(int(48_000 * n_frames / rate)) * 0.05)
        write_movie(
            path,
            (np.full((SIZE[1], SIZE[0], 3), value, np.uint8) for _ in range(n_frames)),
            rate=rate,
            width_px=SIZE[0],
            height_px=SIZE[1],
            samples=np.stack([hum, hum], axis=1).astype(np.float32),
        )
        return path

    def make(self, preset: Preset, cut: CutVersion | None = None) -> str:
        return make_output(self.store, cut or self.cut, self.cache, preset, names={self.take: "take 3"})


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_the_web_version_is_the_masters_segments_at_another_loudness(place: Place) -> None:
    master = render_cut(place.store, place.cut, place.cache)
    kept = set((place.root / "segments").rglob("*"))
    web = open_source(place.store, place.make(PRESETS["web"]))
    assert (web.width_px, web.height_px, web.n_frames) == (*SIZE, 24)
    fresh = set((place.root / "segments").rglob("*")) - kept
    assert len([path for path in fresh if path.is_file()]) == 1  # the sound
    heard = measure_loudness(web.samples(), rate_hz=48_000)
    assert heard.integrated_lufs == pytest.approx(-14, abs=0.5)
    before = measure_loudness(open_source(place.store, master.content).samples(), rate_hz=48_000)
    assert before.integrated_lufs is not None
    assert before.integrated_lufs < -30


def test_sizes_fit_and_are_even_and_nothing_is_made_larger(place: Place) -> None:
    wide = replace(place.cut, width_px=4096, height_px=1716)
    assert (PRESETS["web"].sized(wide).width_px, PRESETS["web"].sized(wide).height_px) == (1920, 804)
    small = PRESETS["web"].sized(place.cut)
    assert (small.width_px, small.height_px) == SIZE
    tall = PRESETS["vertical"].sized(wide)
    assert (tall.width_px, tall.height_px) == (1080, 1920)


def test_a_vertical_crop_covers_the_frame_from_the_middle(place: Place) -> None:
    tall = replace(PRESETS["vertical"], exact_px=(96, 192))
    picture = open_source(place.store, place.make(tall)).frame(3).rgb()
    assert picture.shape == (192, 96, 3)
    assert abs(int(picture.min()) - 90) <= 3
    assert abs(int(picture.max()) - 90) <= 3


def test_words_stand_in_the_picture_and_count_into_its_key(place: Place) -> None:
    screener = replace(PRESETS["screener"], most_px=None)
    made = open_source(place.store, place.make(screener)).frame(3).rgb()
    assert made[:12].max() > 180  # not for release
    assert made[-12:].max() > 180  # timecode, shot and take
    assert abs(int(made[40:60].mean()) - 90) <= 3
    piece = next(iter(pieces_of(place.cut)))
    looks = [
        Look(),
        Look(fills=True),
        Look(burns=("timecode",)),
        Look(burns=("take",), names={place.take: "take 3"}),
        Look(burns=("take",), names={place.take: "take 4"}),
    ]
    keys = {piece_key(place.cut, piece, H264, look) for look in looks}
    later = replace(place.cut, start=90_000)
    assert len(keys | {piece_key(later, piece, H264, Look(burns=("timecode",)))}) == 6
    assert piece_key(later, piece) == piece_key(place.cut, piece)


def test_every_frame_says_its_own_timecode(place: Place) -> None:
    look = Look(burns=("timecode",))
    grey = np.full((96, 192, 3), 90, np.uint8)
    written = [look.written(grey, place.cut, place.cut.slots[0], n) for n in (0, 1, 1)]
    assert not np.array_equal(written[0], written[1])
    assert np.array_equal(written[1], written[2])
    odd = replace(place.cut, rate=Fraction(12))
    assert look.written(grey, odd, place.cut.slots[0], 0)[-12:].max() > 180


def test_pictures_come_one_by_one_named_by_their_frame(place: Place) -> None:
    first = place.make(PRESETS["images"])
    with zipfile.ZipFile(place.store.path(first)) as images:
        names = images.namelist()
        assert names == [f"{86_400 + n:07d}.png" for n in range(24)]
        picture = cv2.imdecode(np.frombuffer(images.read(names[5]), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (96, 192, 3)
    assert abs(int(picture.mean()) - 90) <= 2
    assert place.make(PRESETS["images"]) == first


@pytest.mark.parametrize(
    "name", sorted(set(PRESETS) - {"handles", "images", "web", "vertical", "dnxhr", "vertical-guide"})
)
def test_every_version_can_be_made(place: Place, name: str) -> None:
    source = open_source(place.store, place.make(PRESETS[name]))
    assert (source.n_frames, source.rate, source.has_sound) == (24, RATE, True)


def test_a_take_is_put_into_a_finished_film(place: Place) -> None:
    master, shot = place.film("master.mp4", 100, 40), place.film("shot.mp4", 30, 200)
    out = place.root / "out.mp4"
    told = patch_master(master, shot, out, FrameRange(50, 60), source_in=20)
    assert (told.method, told.encoded) == ("spliced", FrameRange(48, 96))
    levels = [int(frame.rgb().mean()) for frame in open_file(out).frames()]
    assert levels == pytest.approx([*[40] * 50, *[200] * 10, *[40] * 40], abs=2)
    other, too_fast = place.root / "a.mp4", place.film("b.mp4", 30, 9, Fraction(25))
    refused: list[tuple[type[Exception], Callable[[], object]]] = [
        (AlreadyThere, lambda: patch_master(master, shot, out, FrameRange(50, 60))),
        (NoFrames, lambda: patch_master(master, shot, other, FrameRange(95, 101))),
        (HandlesShort, lambda: patch_master(master, shot, other, FrameRange(0, 11), source_in=20)),
        (RateMismatch, lambda: patch_master(master, too_fast, other, FrameRange(0, 5))),
    ]
    for error, call in refused:
        with pytest.raises(error):
            call()
    assert not other.exists()


def test_a_picture_keeps_its_place_when_it_is_cropped() -> None:
    wide: NDArray[np.uint8] = np.zeros((96, 192, 3), np.uint8)
    assert Look(fills=True).framed(wide, width_px=96, height_px=192) is wide  # cards are drawn in their size
