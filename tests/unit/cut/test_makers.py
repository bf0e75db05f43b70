"""Makers: what fills a gap by arithmetic alone; the same wish gives the same pictures."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from circletake.cut.makers.dissolve import mixed
from circletake.cut.makers.inbetween import between, motion_of
from circletake.cut.makers.move import between as box_between
from circletake.cut.makers.protocol import WHOLE, Edge, Rgb, Wish, get_maker, makers
from circletake.domain.time import FrameRange
from circletake.errors import MakerRefused, NotFound
from circletake.media.encode import write_movie
from circletake.media.sheet import write_png
from circletake.media.source import Source, open_file

W, H, N = 128, 72, 12


def scene(shift: float, *, seed: int = 5) -> Rgb:
    """A soft pattern, moved to the right by so many pixels."""
    rng = np.random.default_rng(seed)
    wide = cv2.GaussianBlur(rng.integers(0, 255, (H, W * 2, 3)).astype(np.float32), (0, 0), 3)
    wide = (wide - wide.min()) / (wide.max() - wide.min()) * 255
    moved = cv2.warpAffine(wide, np.array([[1, 0, shift], [0, 1, 0]], np.float64), (W * 2, H))
    return np.clip(moved[:, W // 2 : W // 2 + W], 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    """Two takes that pan on from each other, one of another scene, and a still."""
    folder = tmp_path_factory.mktemp("makers")
    made = {}
    for name, first, seed in (("left", 0.0, 5), ("right", 2.0 * (N + 3), 5), ("other", 0.0, 9)):
        path = folder / f"{name}.mp4"
        frames = [scene(first + 2 * k, seed=seed) for k in range(N)]
        write_movie(path, frames, rate=Fraction(24), width_px=W, height_px=H, lossless=True)
        made[name] = open_file(path)
    write_png(folder / "still.png", scene(0))
    made["still"] = open_file(folder / "still.png")
    return made


@pytest.fixture
def wish(films: dict[str, Source]) -> Wish:
    before, after = Edge("SH010", films["left"], N - 1), Edge("SH030", films["right"], 0)
    return Wish("SH020", 3, W, H, before=before, after=after)


def frames_of(name: str, wish: Wish) -> list[Rgb]:
    return list(get_maker(name).make(wish).frames)


def psnr(one: NDArray[np.generic], other: NDArray[np.generic]) -> float:
    error = float(np.mean((one.astype(np.float64) - other.astype(np.float64)) ** 2))
    return 99.0 if error == 0 else 10 * float(np.log10(255**2 / error))


@pytest.mark.parametrize("name", sorted(makers()))
def test_every_maker_gives_what_was_wanted_twice_the_same_and_names_its_method(
    name: str, wish: Wish, films: dict[str, Source]
) -> None:
    wish = replace(wish, source=films["left"], source_shot="SH010") if name in {"retime", "move"} else wish
    made = get_maker(name).make(wish)
    frames = list(made.frames)
    assert [frame.shape for frame in frames] == [(H, W, 3)] * 3
    assert all(frame.dtype == np.uint8 for frame in frames)
    assert all(map(np.array_equal, frames, frames_of(name, wish)))
    assert name.replace("inbetween", "in-between") in made.method


def test_a_maker_that_is_not_there_is_missing() -> None:
    with pytest.raises(NotFound, match="there are dissolve, hold, inbetween, move, retime, slate"):
        get_maker("dream")


def test_a_hold_stands_on_the_frame_that_touches_the_gap(wish: Wish, films: dict[str, Source]) -> None:
    assert np.array_equal(frames_of("hold", wish)[2], films["left"].frame(N - 1).rgb())
    assert np.array_equal(frames_of("hold", replace(wish, side="after"))[0], films["right"].frame(0).rgb())
    named = replace(wish, before=None, source=films["other"], source_shot="SH090", source_in=4)
    assert np.array_equal(frames_of("hold", named)[1], films["other"].frame(4).rgb())
    with pytest.raises(MakerRefused, match="no take before SH020"):
        get_maker("hold").make(replace(wish, before=None))


def test_a_dissolve_goes_evenly_from_one_side_to_the_other_through_its_handles(
    films: dict[str, Source],
) -> None:
    before, after = Edge("SH010", films["left"], 4), Edge("SH030", films["other"], 6)
    made = get_maker("dissolve").make(Wish("SH020", 3, W, H, before=before, after=after))
    for k, frame in enumerate(made.frames):
        out, into = films["left"].frame(5 + k).rgb(), films["other"].frame(3 + k).rgb()
        assert np.array_equal(frame, mixed(out, into, k + 1, 4))
    assert made.method == "dissolve SH010 to SH030"


def test_a_dissolve_holds_what_the_handles_do_not_have_and_says_so(
    wish: Wish, films: dict[str, Source]
) -> None:
    made = get_maker("dissolve").make(wish)
    assert made.method == "dissolve SH010 to SH030, 6 frames held"
    last, first = films["left"].frame(N - 1).rgb(), films["right"].frame(0).rgb()
    assert np.array_equal(list(made.frames)[1], mixed(last, first, 2, 4))
    black, white = np.zeros((1, 1, 3), np.uint8), np.full((1, 1, 3), 255, np.uint8)
    assert [int(mixed(black, white, k, 4).max()) for k in range(5)] == [0, 64, 128, 191, 255]


def test_a_retime_drops_or_repeats_whole_frames(wish: Wish, films: dict[str, Source]) -> None:
    source = films["left"]
    named = replace(wish, source=source, source_shot="SH010")

    def shown(frames: int, first: int, end: int) -> list[int]:
        made = frames_of("retime", replace(named, frames=frames, source_in=first, source_out=end))
        return [next(n for n in range(N) if np.array_equal(one, source.frame(n).rgb())) for one in made]

    assert shown(4, 2, 10) == [2, 4, 6, 8]
    assert shown(6, 3, 6) == [3, 3, 4, 4, 5, 5]
    assert shown(5, 0, 12) == [0, 2, 4, 7, 9]
    for first, end in ((5, 5), (-1, 4), (3, N + 1)):
        with pytest.raises(MakerRefused, match="not in the take"):
            get_maker("retime").make(replace(named, source_in=first, source_out=end))
    with pytest.raises(MakerRefused, match="Name the take"):
        get_maker("retime").make(wish)


def test_a_move_begins_and_ends_on_its_rectangles(wish: Wish, films: dict[str, Source]) -> None:
    half = WHOLE // 2
    named = replace(wish, frames=9, source=films["still"], source_shot="SH020", end=(half, half, half, half))
    frames = frames_of("move", named)
    still = films["still"].frame(0).rgb()
    assert np.array_equal(frames[0], still)
    corner = cv2.resize(still[H // 2 :, W // 2 :], (W, H), interpolation=cv2.INTER_CUBIC)
    assert psnr(frames[-1][4:-4, 4:-4], corner[4:-4, 4:-4]) > 40
    # at rest at both ends: the first step is smaller than one in the middle
    steps = [float(np.abs(a.astype(int) - b).mean()) for a, b in pairwise(frames)]
    assert steps[0] < steps[4] / 2
    with pytest.raises(MakerRefused, match="outside the picture"):
        get_maker("move").make(replace(named, end=(half, half, half + 1, half)))


def test_a_zoom_about_a_corner_keeps_that_corner(wish: Wish) -> None:
    assert wish.frames
    for share in (0.0, 0.25, 0.7, 1.0):
        x, y, width, height = box_between(
            (0, 0, WHOLE, WHOLE), (WHOLE // 2, WHOLE // 2, WHOLE // 2, WHOLE // 2), share
        )
        assert (x + width, y + height) == pytest.approx((1.0, 1.0))


def test_in_betweens_lie_on_the_way(wish: Wish) -> None:
    inner = slice(8, -8), slice(16, -16)
    for k, frame in enumerate(frames_of("inbetween", wish), start=1):
        true = scene(2 * (N - 1) + 2 * k)
        blend = mixed(scene(2 * (N - 1)), scene(2 * (N + 3)), k, 4)
        assert psnr(frame[inner], true[inner]) > psnr(blend[inner], true[inner]) + 6


def test_in_betweens_are_refused_across_a_cut_and_past_three_frames(
    wish: Wish, films: dict[str, Source]
) -> None:
    with pytest.raises(MakerRefused, match="do not go over into each other"):
        get_maker("inbetween").make(replace(wish, after=Edge("SH030", films["other"], 0)))
    with pytest.raises(MakerRefused, match="more than 3"):
        get_maker("inbetween").make(replace(wish, frames=4))
    with pytest.raises(MakerRefused, match="no take after SH020"):
        get_maker("inbetween").make(replace(wish, after=None))


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_motion_is_the_same_on_any_number_of_threads(threads: int) -> None:
    first, last = scene(0), scene(5)
    told = motion_of(first, last)
    before = cv2.getNumThreads()
    cv2.setNumThreads(threads)
    try:
        again = motion_of(first, last)
        assert cv2.getNumThreads() == threads
    finally:
        cv2.setNumThreads(before)
    assert np.array_equal(told.there, again.there)
    assert (told.lost, told.left) == (again.lost, again.left)


@pytest.fixture(scope="module")
def rabbit(footage: Path) -> Callable[[int, int], list[Rgb]]:
    film = open_file(footage / "bbb.mp4")
    return lambda first, count: [frame.rgb() for frame in film.frames(FrameRange(first, first + count))]


def test_on_real_film_in_betweens_beat_blending_and_holding(rabbit: Callable[[int, int], list[Rgb]]) -> None:
    for first in (470, 900, 1210):
        frames = rabbit(first, 3)
        made = between(frames[0], frames[2], motion_of(frames[0], frames[2]), 0.5)
        blend = psnr(mixed(frames[0], frames[2], 1, 2), frames[1])
        assert psnr(made, frames[1]) > blend > psnr(frames[0], frames[1])


@pytest.mark.parametrize("cut", [285, 378, 553, 1145, 1346])
def test_on_real_film_no_in_between_crosses_a_cut(cut: int, rabbit: Callable[[int, int], list[Rgb]]) -> None:
    one, other = rabbit(cut - 1, 2)
    assert not motion_of(one, other).holds
