"""The cut rendered: real films in, one real film out, and only what changed is encoded again."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from circletake.cut.cache import FolderCache
from circletake.cut.document import cut_bytes
from circletake.cut.master import SlotSamples, read_master
from circletake.cut.picture import fitted_size, slate
from circletake.cut.pieces import Piece, piece_key, pieces_of
from circletake.cut.render import Rendered, encode_pieces, render_cut
from circletake.cut.sound import unheard
from circletake.cut.splice import splice
from circletake.domain.cut import CutVersion, Slot, SoundClip
from circletake.domain.time import FrameRange, sample_of
from circletake.errors import (
    ContentMissing,
    GapOpen,
    HandlesShort,
    JobFailed,
    NoFrames,
    RateMismatch,
)
from circletake.ledger.verifier import read_tracks
from circletake.media.encode import write_movie
from circletake.media.manifest import clip_manifest
from circletake.media.masters import FORMS
from circletake.media.source import open_source
from circletake.media.store import ContentStore

RATE = Fraction(24)
SIZE = (192, 96)
RATE_HZ = 48_000


def tone(n_frames: int, hz: float, rate: Fraction = RATE) -> NDArray[np.float32]:
    times = np.arange(sample_of(n_frames, rate, RATE_HZ)) / RATE_HZ
    wave = (0.5 * np.sin(2 * np.pi * hz * times)).astype(np.float32)
    return np.stack([wave, wave], axis=1)


def segment_key(cut: CutVersion, slot: Slot) -> str:
    return piece_key(cut, Piece(slot, 0, slot.frames))


class Draws(Protocol):
    def frame(self, n: int) -> NDArray[np.uint8]: ...
    def read(self, rgb: NDArray[np.uint8]) -> int: ...


class Shelf:
    """Takes in a store: films whose frames carry their number, from `first` on."""

    def __init__(self, root: Path, draw: Callable[[int, int], Draws]) -> None:
        self.store = ContentStore(root / "content")
        self.cache = FolderCache(root / "segments")
        self._root = root
        self._draw = draw

    def take(
        self,
        first: int,
        n_frames: int,
        *,
        hz: float | None = None,
        rate: Fraction = RATE,
        size: tuple[int, int] = SIZE,
    ) -> str:
        path = self._root / f"{first}-{n_frames}.mp4"
        drawn = self._draw(*size)
        write_movie(
            path,
            (drawn.frame(first + n) for n in range(n_frames)),
            rate=rate,
            width_px=size[0],
            height_px=size[1],
            samples=None if hz is None else tone(n_frames, hz, rate),
        )
        return self.store.put_file(path)

    def cut(self, *slots: Slot, rate: Fraction = RATE) -> CutVersion:
        return CutVersion("pr_1", 1, rate, *SIZE, slots)

    def render(self, cut: CutVersion, *, with_slates: bool = False) -> Rendered:
        return render_cut(self.store, cut, self.cache, with_slates=with_slates)

    def slots(self, rendered: Rendered, cut: CutVersion) -> tuple[SlotSamples, ...]:
        return read_master(self.store.path(rendered.content), cut).slots

    def numbers(self, content: str) -> list[int]:
        frames = open_source(self.store, content).frames()
        return [self._draw(*SIZE).read(frame.rgb()) for frame in frames]

    def plain(self, value: int, n_frames: int) -> str:
        path = self._root / f"plain-{value}.mp4"
        frames = (np.full((SIZE[1], SIZE[0], 3), value, np.uint8) for _ in range(n_frames))
        write_movie(path, frames, rate=RATE, width_px=SIZE[0], height_px=SIZE[1])
        return self.store.put_file(path)

    def drawn(self, width_px: int, height_px: int) -> Draws:
        return self._draw(width_px, height_px)

    def cache_files(self) -> list[Path]:
        return [path for path in (self._root / "segments").rglob("*") if path.is_file()]

    def planes(self, content: str, frames: FrameRange) -> list[str]:
        return [frame.plane_hash() for frame in open_source(self.store, content).frames(frames)]


@pytest.fixture
def shelf(tmp_path: Path, drawing: Draws) -> Shelf:
    return Shelf(tmp_path, type(drawing))


def test_the_master_shows_every_slots_frames_in_order(shelf: Shelf) -> None:
    a, b = shelf.take(100, 20), shelf.take(500, 15)
    cut = shelf.cut(Slot("s_1", "A", 12, a, 3), Slot("s_2", "B", 15, b), Slot("s_3", "C", 1, a, 19))
    rendered = shelf.render(cut)
    assert shelf.numbers(rendered.content) == [*range(103, 115), *range(500, 515), 119]
    assert (rendered.n_frames, rendered.encoded_frames) == (28, 28)
    assert [(s.slot, s.start, s.end) for s in shelf.slots(rendered, cut)] == [
        ("s_1", 0, 12),
        ("s_2", 12, 27),
        ("s_3", 27, 28),
    ]


def test_replacing_one_shot_encodes_that_shot_alone_and_leaves_all_others_bit_for_bit(shelf: Shelf) -> None:
    a, b, c, new = (shelf.take(n * 100, 60) for n in (1, 2, 3, 4))
    cut = shelf.cut(Slot("s_1", "A", 55, a), Slot("s_2", "B", 21, b, 5), Slot("s_3", "C", 50, c))
    before = shelf.render(cut)
    changed = splice(cut, "s_2", content=new, source_in=2, n_frames=60, rate=RATE)
    after = shelf.render(changed)
    assert after.encoded_frames == 21
    for outside in (FrameRange(0, 55), FrameRange(76, 126)):
        assert shelf.planes(after.content, outside) == shelf.planes(before.content, outside)
    assert shelf.numbers(after.content)[55:76] == list(range(402, 423))
    slots = zip(shelf.slots(before, cut), shelf.slots(after, changed), strict=True)
    same = [x.sample_sha256 == y.sample_sha256 for x, y in slots]
    assert same == [True, False, True]


def test_rendering_again_encodes_nothing_and_a_cold_cache_gives_the_same_pictures(
    shelf: Shelf, tmp_path: Path
) -> None:
    cut = shelf.cut(Slot("s_1", "A", 30, shelf.take(0, 30)), Slot("s_2", "B", 20, shelf.take(50, 20)))
    first = shelf.render(cut)
    assert shelf.render(cut).encoded_frames == 0
    cold = render_cut(shelf.store, cut, FolderCache(tmp_path / "elsewhere"))
    assert cold.encoded_frames == 50
    assert shelf.slots(cold, cut) == shelf.slots(first, cut)
    assert cold.content == first.content


def test_a_segment_that_was_swept_away_is_encoded_again(shelf: Shelf) -> None:
    cut = shelf.cut(Slot("s_1", "A", 10, shelf.take(0, 10)))
    shelf.render(cut)
    segment = shelf.cache.get(segment_key(cut, cut.slots[0]))
    assert segment is not None
    shelf.store.path(segment).unlink()
    assert shelf.render(cut).encoded_frames == 10


def test_the_key_tells_apart_all_that_decides_a_segments_pictures() -> None:
    slot = Slot("s_1", "A", 10, "aa" * 32)
    cut = CutVersion("pr_1", 1, RATE, *SIZE, (slot,))
    keys = {
        segment_key(cut, slot),
        segment_key(cut, replace(slot, take="bb" * 32)),
        segment_key(cut, replace(slot, source_in=1)),
        segment_key(cut, replace(slot, frames=11)),
        segment_key(cut, replace(slot, take=None)),
        segment_key(replace(cut, rate=Fraction(25)), slot),
        segment_key(replace(cut, width_px=194), slot),
    }
    assert len(keys) == 7
    assert segment_key(replace(cut, number=5), replace(slot, id="s_9", shot="Z")) == segment_key(cut, slot)


def test_sound_stands_where_its_slot_stands(shelf: Shelf) -> None:
    loud, silent = shelf.take(0, 24, hz=440.0), shelf.take(50, 24)
    cut = shelf.cut(Slot("s_1", "A", 24, silent), Slot("s_2", "B", 24, loud), Slot("s_3", "C", 24, silent))
    heard = open_source(shelf.store, shelf.render(cut).content).samples()
    assert len(heard) == 3 * RATE_HZ
    level = [float(np.sqrt(np.mean(heard[at : at + 4800] ** 2))) for at in range(0, 3 * RATE_HZ, 4800)]
    assert max(level[:9] + level[21:]) < 0.01
    assert min(level[11:19]) > 0.3


def test_a_cut_without_any_sound_has_no_sound_track(shelf: Shelf) -> None:
    rendered = shelf.render(shelf.cut(Slot("s_1", "A", 5, shelf.take(0, 5))))
    assert not open_source(shelf.store, rendered.content).has_sound


def test_pictures_of_another_shape_stand_whole_in_the_middle_on_black(shelf: Shelf) -> None:
    tall = shelf.take(7, 3, size=(96, 96))
    rendered = shelf.render(shelf.cut(Slot("s_1", "A", 3, tall)))
    picture = next(open_source(shelf.store, rendered.content).frames()).rgb()
    assert picture.shape == (96, 192, 3)
    assert picture[:, :46].max() < 8
    assert picture[:, 146:].max() < 8
    assert picture[:, 50:142].mean() > 60


@pytest.mark.parametrize(
    ("size", "into", "fits"),
    [
        ((1920, 1080), (640, 360), (640, 360)),
        ((1080, 1920), (640, 360), (202, 360)),
        ((1, 5000), (640, 360), (1, 360)),
        ((100, 50), (640, 360), (640, 320)),
    ],
)
def test_the_fitted_size_keeps_the_shape(
    size: tuple[int, int], into: tuple[int, int], fits: tuple[int, int]
) -> None:
    assert fitted_size(*size, *into) == fits


def test_a_clip_of_a_film_is_a_take_like_any_other(shelf: Shelf) -> None:
    film = shelf.take(0, 48, hz=330.0)
    halves = [shelf.store.put_bytes(clip_manifest(film, FrameRange(a, a + 24))) for a in (0, 24)]
    cut = shelf.cut(Slot("s_1", "A", 24, halves[0]), Slot("s_2", "B", 24, halves[1]))
    rendered = shelf.render(cut)
    assert shelf.numbers(rendered.content) == list(range(48))
    heard = open_source(shelf.store, rendered.content).samples()
    around = np.abs(heard[RATE_HZ - 240 : RATE_HZ + 240, 0])
    assert around.max() > 0.4  # the film's own sound goes on over the cut: no dip there
    apart = shelf.cut(Slot("s_1", "A", 24, halves[1]), Slot("s_2", "B", 24, halves[0]))
    dipped = open_source(shelf.store, shelf.render(apart).content).samples()
    assert np.abs(dipped[RATE_HZ - 24 : RATE_HZ + 24, 0]).max() < 0.15


def test_a_rate_whose_frames_are_no_whole_samples_keeps_its_length(shelf: Shelf) -> None:
    rate = Fraction(30000, 1001)
    takes = [shelf.take(n * 10, 10, hz=440.0, rate=rate) for n in range(3)]
    cut = shelf.cut(*(Slot(f"s_{n}", f"S{n}", 7, take, 1) for n, take in enumerate(takes)), rate=rate)
    source = open_source(shelf.store, shelf.render(cut).content)
    assert source.rate == rate
    assert len(source.samples()) == sample_of(21, rate, RATE_HZ)


def test_a_gap_refuses_the_render_and_names_its_shot(shelf: Shelf) -> None:
    cut = shelf.cut(
        Slot("s_1", "SH010", 5), Slot("s_2", "SH020", 5, shelf.take(0, 5)), Slot("s_3", "SH030", 5)
    )
    with pytest.raises(GapOpen, match="no take for SH010, SH030"):
        shelf.render(cut)


def test_asked_for_a_gap_is_a_grey_card_with_a_cross(shelf: Shelf) -> None:
    cut = shelf.cut(Slot("s_1", "SH010", 4), Slot("s_2", "SH020", 3, shelf.take(60, 3)))
    rendered = shelf.render(cut, with_slates=True)
    frames = [frame.rgb() for frame in open_source(shelf.store, rendered.content).frames()]
    card = slate("SH010 missing", width_px=192, height_px=96)
    assert np.abs(frames[0].astype(int) - card).mean() < 4
    assert np.ptp(card.reshape(-1, 3).astype(int), axis=1).max() == 0
    assert len(np.unique(card)) > 2
    assert shelf.numbers(rendered.content)[4:] == [60, 61, 62]


def test_everything_that_cannot_be_rendered_is_refused_before_anything_is_encoded(shelf: Shelf) -> None:
    take = shelf.take(0, 10)
    with pytest.raises(HandlesShort, match="A uses frames 3 to 13 of a take that has 10"):
        shelf.render(shelf.cut(Slot("s_1", "A", 10, take, 3)))
    with pytest.raises(RateMismatch, match="A: the take runs at 24"):
        shelf.render(shelf.cut(Slot("s_1", "A", 10, take), rate=Fraction(25)))
    with pytest.raises(ContentMissing, match="the takes of B, C"):
        shelf.render(
            shelf.cut(
                Slot("s_1", "A", 5, take), Slot("s_2", "B", 5, "bb" * 32), Slot("s_3", "C", 5, "cc" * 32)
            )
        )
    with pytest.raises(NoFrames):
        shelf.render(shelf.cut())
    assert shelf.cache.get(segment_key(shelf.cut(), Slot("s_1", "A", 5, take))) is None


def test_a_retimed_slot_shows_the_frames_that_its_speed_says(shelf: Shelf) -> None:
    take = shelf.take(100, 40)
    slots = [Slot(f"s_{n}", f"S{n}", 6, take, 2, speed=Fraction(*speed))
             for n, speed in enumerate([(2, 1), (1, 2), (0, 1), (5, 4)])]  # fmt: skip
    rendered = shelf.render(shelf.cut(*slots))
    shown = [number - 100 for number in shelf.numbers(rendered.content)]
    assert shown == [2, 4, 6, 8, 10, 12, 2, 2, 3, 3, 4, 4, *[2] * 6, 2, 3, 4, 5, 7, 8]
    assert len({segment_key(shelf.cut(*slots), slot) for slot in slots}) == 4


def test_a_dissolve_mixes_both_takes_and_the_going_one_goes_on(shelf: Shelf) -> None:
    going, coming = (shelf.plain(value, 30) for value in (40, 200))
    cut = shelf.cut(Slot("s_1", "A", 10, going), Slot("s_2", "B", 12, coming, dissolve=4))
    rendered = shelf.render(cut)
    levels = [int(frame.rgb().mean()) for frame in open_source(shelf.store, rendered.content).frames()]
    assert levels == pytest.approx([*[40] * 10, 60, 100, 140, 180, *[200] * 8], abs=2)
    assert [(s.start, s.end) for s in shelf.slots(rendered, cut)] == [(0, 10), (10, 22)]
    with pytest.raises(HandlesShort, match="A uses frames 18 to 32"):
        shelf.render(shelf.cut(Slot("s_1", "A", 10, going, 18), Slot("s_2", "B", 12, coming, dissolve=4)))


def test_another_take_before_a_dissolve_encodes_no_more_than_what_shows_it(shelf: Shelf) -> None:
    going, other, coming = (shelf.plain(value, 30) for value in (40, 90, 200))
    cut = shelf.cut(Slot("s_1", "A", 10, going), Slot("s_2", "B", 12, coming, dissolve=4))
    assert shelf.render(cut).encoded_frames == 22
    assert (
        shelf.render(splice(cut, "s_1", content=other, source_in=0, n_frames=30, rate=RATE)).encoded_frames
        == 14
    )


def test_sound_clips_alone_are_heard_where_there_are_any(shelf: Shelf) -> None:
    picture, low = shelf.take(0, 48, hz=3000.0), shelf.take(50, 48, hz=200.0)
    clip = SoundClip("a_1", "A", low, 12, 24, gain_mb=-602, fade_in=6, fade_out=6)
    cut = replace(shelf.cut(Slot("s_1", "A", 48, picture)), sound=(clip,))
    heard = open_source(shelf.store, shelf.render(cut).content).samples()[:, 0]
    level = [float(np.sqrt(2 * np.mean(heard[at : at + 2000] ** 2))) for at in range(0, 96_000, 2000)]
    assert max(level[:11] + level[37:]) < 0.01
    assert level[19:29] == pytest.approx([0.25] * 10, abs=0.01)
    assert 0.05 < level[13] < 0.15 < level[16] < 0.25
    other = replace(cut, sound=(replace(clip, take="ee" * 32),))
    with pytest.raises(ContentMissing):
        shelf.render(other)
    with pytest.raises(GapOpen, match="no take for A"):
        shelf.render(replace(cut, sound=(replace(clip, take=None),)))


def test_sounds_that_cross_over_are_as_loud_as_each_alone(shelf: Shelf) -> None:
    one, two = shelf.take(0, 72, hz=430.0), shelf.take(50, 72, hz=1170.0)
    cut = shelf.cut(Slot("s_1", "A", 36, one), Slot("s_2", "B", 36, two, dissolve=24))
    heard = open_source(shelf.store, shelf.render(cut).content).samples()[:, 0]
    assert len(heard) == 3 * RATE_HZ
    level = [float(np.sqrt(2 * np.mean(heard[at : at + 4000] ** 2))) for at in range(4000, 138_000, 4000)]
    assert level == pytest.approx([0.5] * len(level), rel=0.05)


def test_sound_is_encoded_again_only_where_what_is_heard_changes(shelf: Shelf) -> None:
    picture, other, music = shelf.take(0, 24), shelf.take(50, 24), shelf.take(90, 24, hz=440.0)
    cut = replace(shelf.cut(Slot("s_1", "A", 24, picture)), sound=(SoundClip("a_1", "A", music, 0, 24),))
    before = shelf.render(cut)
    kept = {path.name for path in shelf.cache_files()}
    after = shelf.render(splice(cut, "s_1", content=other, source_in=0, n_frames=24, rate=RATE))
    assert len({path.name for path in shelf.cache_files()} - kept) == 1
    sounds = [read_tracks(shelf.store.path(one.content))[1].samples for one in (before, after)]
    assert len(sounds[0]) == len(sounds[1])


@pytest.mark.parametrize("rate", ["24000/1001", "25", "30000/1001"])
def test_a_retimed_slot_is_heard_at_its_own_pitch_for_as_long_as_it_is_seen(shelf: Shelf, rate: str) -> None:
    fps = Fraction(rate)
    loud, silent = shelf.take(0, 70, hz=440.0, rate=fps), shelf.take(100, 20, rate=fps)
    slots = (
        Slot("s_1", "A", 11, silent), Slot("s_2", "B", 50, loud, 4, speed=Fraction(5, 4)),
        Slot("s_3", "C", 10, loud, 4, speed=Fraction(3)), Slot("s_4", "D", 7, loud, speed=Fraction(0)),
    )  # fmt: skip
    cut = shelf.cut(*slots, rate=fps)
    heard = open_source(shelf.store, shelf.render(cut).content).samples()[:, 0]
    assert len(heard) == sample_of(78, fps, RATE_HZ)
    start, end = (sample_of(frame, fps, RATE_HZ) for frame in (11, 61))
    level = np.array([np.abs(heard[at : at + 1000]).max() for at in range(0, len(heard) - 1000, 1000)])
    assert np.abs(np.flatnonzero(level > 0.2)[[0, -1]] * 1000 - (start, end)).max() <= 1500
    assert max(np.abs(heard[: start - 2000]).max(), np.abs(heard[end + 2000 :]).max()) < 0.01
    middle = heard[start + 4800 : end - 4800]
    peak = np.argmax(np.abs(np.fft.rfft(middle * np.hanning(len(middle)))))
    assert peak * RATE_HZ / len(middle) == pytest.approx(440, abs=1)
    assert unheard(cut) == [
        "C runs at 3 times its speed and is silent: lay sound for it.",
        "D is held still and is silent: lay sound for it.",
    ]
    assert unheard(replace(cut, sound=(SoundClip("a_1", "A", loud, 0, 24),))) == []


@pytest.mark.parametrize("form", ["hevc", "prores", "dnxhr"])
def test_other_forms_of_master_hold_the_same_frames(shelf: Shelf, form: str) -> None:
    size = (256, 128)  # DNxHR has no smaller pictures
    takes = [shelf.take(n * 100, 30, hz=330.0, size=size, rate=Fraction(24000, 1001)) for n in (1, 2)]
    slots = [Slot("s_1", "A", 12, takes[0], 3), Slot("s_2", "B", 15, takes[1])]
    cut = CutVersion("pr_1", 1, Fraction(24000, 1001), *size, tuple(slots))
    rendered = render_cut(shelf.store, cut, shelf.cache, form=FORMS[form])
    source = open_source(shelf.store, rendered.content)
    drawn = shelf.drawn(*size)
    assert [drawn.read(frame.rgb()) for frame in source.frames()] == [*range(103, 115), *range(200, 215)]
    assert (source.rate, source.is_vfr, source.has_sound) == (cut.rate, False, True)
    assert source.sound_offsets_s()[0] == 0
    assert [(slot.start, slot.end) for slot in shelf.slots(rendered, cut)] == [(0, 12), (12, 27)]
    again = render_cut(shelf.store, cut, FolderCache(shelf.store.root / "elsewhere"), form=FORMS[form])
    assert again.content == rendered.content
    drawn_again = render_cut(shelf.store, cut, shelf.cache)
    assert drawn_again.encoded_frames == 27


@pytest.mark.parametrize("rate", ["24000/1001", "24", "25", "30000/1001"])
def test_count_length_and_sound_are_exact_at_every_rate(shelf: Shelf, rate: str) -> None:
    takes = [shelf.take(n * 100, 31, hz=440.0, rate=Fraction(rate)) for n in range(2)]
    cut = shelf.cut(*(Slot(f"s_{n}", f"S{n}", 31, take) for n, take in enumerate(takes)), rate=Fraction(rate))
    path = shelf.store.path(shelf.render(cut).content)
    source = open_source(shelf.store, shelf.render(cut).content)
    assert (source.n_frames, source.rate, source.is_vfr) == (62, Fraction(rate), False)
    assert source.sound_offsets_s()[0] == 0
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        tick_s = stream.time_base or Fraction(0)
        packets = [packet for packet in container.demux(stream) if packet.size]
        stamps = sorted(packet.pts * tick_s for packet in packets if packet.pts is not None)
        assert stamps == [n / Fraction(rate) for n in range(62)]
        assert stream.duration is not None
        assert stream.duration * tick_s == 62 / Fraction(rate)


def test_several_render_one_cut_and_each_piece_is_encoded_once(shelf: Shelf) -> None:
    slots = [Slot(f"s_{n}", f"S{n}", 20, shelf.take(n * 50, 20)) for n in range(4)]
    cut = shelf.cut(*slots)
    with ThreadPoolExecutor(3) as pool:
        helpers = [pool.submit(encode_pieces, shelf.store, cut, shelf.cache) for _ in range(2)]
        master = pool.submit(render_cut, shelf.store, cut, shelf.cache).result()
        encoded = master.encoded_frames + sum(one.result() for one in helpers)
    assert encoded == 80
    assert shelf.numbers(master.content) == [
        n for start in (0, 50, 100, 150) for n in range(start, start + 20)
    ]


def test_a_long_slot_is_encoded_in_pieces(shelf: Shelf) -> None:
    take = shelf.take(0, 500)
    cut = shelf.cut(Slot("s_1", "A", 500, take))
    assert [(piece.offset, piece.frames) for piece in pieces_of(cut)] == [(0, 480), (480, 20)]
    rendered = shelf.render(cut)
    assert shelf.numbers(rendered.content) == list(range(500))
    assert [(s.start, s.end) for s in shelf.slots(rendered, cut)] == [(0, 500)]


def test_a_render_that_is_killed_goes_on_from_its_cache(shelf: Shelf, tmp_path: Path) -> None:
    slots = [Slot(f"s_{n}", f"S{n}", 40, shelf.take(n * 50, 40)) for n in range(3)]
    cut = shelf.cut(*slots)
    (tmp_path / "cut.json").write_bytes(cut_bytes(cut))
    code = (
        "import os, sys, pathlib\n"
        "from circletake.cut.cache import FolderCache\n"
        "from circletake.cut.document import read_cut\n"
        "from circletake.cut.render import render_cut\n"
        "from circletake.media.store import ContentStore\n"
        "root = pathlib.Path(sys.argv[1])\n"
        "die = lambda done, total: os.kill(os.getpid(), 9) if done == 100 else None\n"
        "render_cut(ContentStore(root / 'content'), read_cut((root / 'cut.json').read_bytes()),\n"
        "           FolderCache(root / 'segments'), progress=die)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert killed.returncode == -9
    rendered = shelf.render(cut)
    assert rendered.encoded_frames == 40
    assert shelf.numbers(rendered.content) == [n for start in (0, 50, 100) for n in range(start, start + 40)]


def test_a_cancelled_render_stops_and_keeps_what_was_finished(shelf: Shelf) -> None:
    cut = shelf.cut(Slot("s_1", "A", 10, shelf.take(0, 10)), Slot("s_2", "B", 10, shelf.take(20, 10)))
    seen: list[tuple[int, int]] = []
    with pytest.raises(JobFailed, match="cancelled"):
        render_cut(
            shelf.store,
            cut,
            shelf.cache,
            progress=lambda done, total: seen.append((done, total)),
            cancelled=lambda: len(seen) == 14,
        )
    assert seen[-1] == (14, 20)
    assert shelf.render(cut).encoded_frames == 10
    assert list(shelf.store.root.glob("incoming/*")) == []


def test_a_damaged_note_of_the_cache_is_as_none(tmp_path: Path) -> None:
    cache = FolderCache(tmp_path)
    key = "ab" * 32
    assert cache.get(key) is None
    cache.put(key, "cd" * 32)
    assert cache.get(key) == "cd" * 32
    (tmp_path / "ab" / key).write_bytes(b"\xff\x00half")
    assert cache.get(key) is None
    (tmp_path / "ab" / key).write_text("cd")
    assert cache.get(key) is None
