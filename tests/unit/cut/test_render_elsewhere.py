"""Masters as an FFmpeg that is not ours plays them: every frame at its time, and the sound with it."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from circletake.cut.cache import FolderCache
from circletake.cut.render import render_cut
from circletake.cut.splice import splice
from circletake.domain.cut import CutVersion, Slot
from circletake.domain.time import sample_of
from circletake.media.encode import write_movie
from circletake.media.masters import FORMS, MasterForm
from circletake.media.source import RATE_HZ
from circletake.media.store import ContentStore

SIZE = (256, 120)  # DNxHR has no smaller pictures
RATES = ["24000/1001", "24", "25", "30000/1001"]
Play = Callable[..., bytes]


@pytest.fixture(scope="module")
def play() -> Play:
    """Decodes a film by FFmpeg; what it warns of fails the test."""
    found = pytest.importorskip("imageio_ffmpeg", reason="NO INDEPENDENT DECODER: install imageio-ffmpeg")
    ffmpeg = str(found.get_ffmpeg_exe())

    def decode(path: Path, *how: str) -> bytes:
        told = subprocess.run(
            [ffmpeg, "-v", "warning", "-i", str(path), *how, "-"], capture_output=True, check=True
        )
        assert told.stderr == b""
        return told.stdout

    return decode


def take(
    store: ContentStore, path: Path, *, rate: Fraction, n_frames: int, flash: int | None = None, seed: int = 0
) -> str:
    """A film of faint noise, with a white frame and a click at its first sample."""
    random = np.random.default_rng(seed)
    pictures = [random.integers(0, 60, (SIZE[1], SIZE[0], 3)).astype(np.uint8) for _ in range(n_frames)]
    sound = np.zeros((sample_of(n_frames, rate, RATE_HZ), 2), np.float32)
    if flash is not None:
        pictures[flash][:] = 255
        sound[sample_of(flash, rate, RATE_HZ)] = 0.9
    write_movie(path, pictures, rate=rate, width_px=SIZE[0], height_px=SIZE[1], samples=sound, lossless=True)
    return store.put_file(path)


def hashes(play: Play, path: Path, rate: Fraction) -> list[str]:
    """Hash of every picture; each must be at its own time and last one frame."""
    lines = play(path, "-map", "0:v", "-f", "framemd5").decode().splitlines()
    assert f"#tb 0: {rate.denominator}/{rate.numerator}" in lines
    rows = [[cell.strip() for cell in line.split(",")] for line in lines if not line.startswith("#")]
    assert [(int(row[2]), int(row[3])) for row in rows] == [(n, 1) for n in range(len(rows))]
    return [row[-1] for row in rows]


def heard(play: Play, path: Path) -> NDArray[np.float32]:
    return np.frombuffer(play(path, "-map", "0:a", "-f", "f32le"), np.float32).reshape(-1, 2)


@pytest.mark.parametrize(
    ("form", "rate"), [*(("h264", rate) for rate in RATES), ("hevc", "24000/1001"), ("prores", "30000/1001"),
                       ("dnxhr", "25")]
)  # fmt: skip
def test_a_flash_and_its_click_are_found_at_one_frame(
    tmp_path: Path, play: Play, form: str, rate: str
) -> None:
    store, fps = ContentStore(tmp_path / "content"), Fraction(rate)
    quiet = take(store, tmp_path / "quiet.mp4", rate=fps, n_frames=70)
    loud = take(store, tmp_path / "loud.mp4", rate=fps, n_frames=30, flash=11, seed=1)
    slots = (Slot("s_1", "A", 67, quiet), Slot("s_2", "B", 1, quiet, 68), Slot("s_3", "C", 21, loud, 3))
    cut = CutVersion("pr_1", 1, fps, *SIZE, slots)
    master = render_cut(store, cut, FolderCache(tmp_path / "segments"), form=FORMS[form])
    path = store.path(master.content)
    at = 67 + 1 + 11 - 3
    assert len(hashes(play, path, fps)) == cut.n_frames
    grey = play(path, "-map", "0:v", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray")
    levels = np.frombuffer(grey, np.uint8).reshape(-1, SIZE[0] * SIZE[1]).mean(axis=1)
    assert np.flatnonzero(levels > 200).tolist() == [at]
    sound = heard(play, path)
    assert len(sound) == sample_of(cut.n_frames, fps, RATE_HZ)
    assert int(np.argmax(np.abs(sound[:, 0]))) == sample_of(at, fps, RATE_HZ)


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.name)
def test_frames_outside_a_replaced_shot_are_bit_identical(
    tmp_path: Path, play: Play, form: MasterForm
) -> None:
    store, cache = ContentStore(tmp_path / "content"), FolderCache(tmp_path / "segments")
    rate = Fraction(24)
    one, two = (take(store, tmp_path / f"{n}.mp4", rate=rate, n_frames=60, seed=n) for n in range(2))
    cut = CutVersion(
        "pr_1", 1, rate, *SIZE,
        (Slot("s_1", "A", 55, one), Slot("s_2", "B", 21, one, 5), Slot("s_3", "C", 30, one, 20)),
    )  # fmt: skip
    changed = splice(cut, "s_2", content=two, source_in=2, n_frames=60, rate=rate)
    masters = [store.path(render_cut(store, of, cache, form=form).content) for of in (cut, changed)]
    before, after = (hashes(play, path, rate) for path in masters)
    assert [n for n, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]] == list(
        range(55, 76)
    )
    sounds = [heard(play, path) for path in masters]
    assert np.array_equal(sounds[0], sounds[1])


def test_pictures_that_fit_are_coded_from_their_own_planes(tmp_path: Path, play: Play) -> None:
    """Through RGB and back, colour that changes from pixel to pixel would be smeared."""
    store = ContentStore(tmp_path / "content")
    stripes = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    stripes[:, ::4], stripes[:, 1::4] = (255, 0, 0), (255, 0, 0)
    path = tmp_path / "stripes.mp4"
    write_movie(path, [stripes] * 4, rate=Fraction(24), width_px=SIZE[0], height_px=SIZE[1], crf=1)
    content = store.put_file(path)
    cut = CutVersion("pr_1", 1, Fraction(24), *SIZE, (Slot("s_1", "A", 4, content),))
    fine = replace(FORMS["h264"], recipe={**FORMS["h264"].recipe, "crf": 1})
    master = render_cut(store, cut, FolderCache(tmp_path / "segments"), form=fine)
    planes = [
        np.frombuffer(play(one, "-map", "0:v", "-f", "rawvideo"), np.uint8).astype(int)
        for one in (path, store.path(master.content))
    ]
    assert np.abs(planes[0] - planes[1]).max() <= 2
