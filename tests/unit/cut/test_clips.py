"""The cut as an edit list and its clips with handles, for whoever finishes it elsewhere."""

import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from circletake.cut.cache import FolderCache
from circletake.cut.clips import HANDLES
from circletake.cut.presets import PRESETS, make_output
from circletake.cut.timelines import read_safely
from circletake.domain.cut import CutVersion, Slot
from circletake.media.coded import read_code, write_coded
from circletake.media.source import open_file
from circletake.media.store import ContentStore

RATE = Fraction(24)
SIZE = (256, 144)


class Place:
    """A store with two takes whose frames say their numbers, and a cut of them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store = ContentStore(root / "content")
        self.cache = FolderCache(root / "segments")
        self.takes = [self.store.put_file(self._coded(n)) for n in range(2)]
        a, b = self.takes
        self.cut = CutVersion(
            "pr_1",
            1,
            RATE,
            *SIZE,
            (
                Slot("s_1", "SH/010", 20, a, 5),
                Slot("s_2", "SH020", 16, b, 30, dissolve=4),
                Slot("s_3", "SH020", 8, b, 30, Fraction(2)),
            ),
        )

    def _coded(self, n: int) -> Path:
        path = self.root / f"take{n}.mp4"
        write_coded(path, rate=RATE, n_frames=60, width_px=SIZE[0], height_px=SIZE[1], first=100 * n)
        return path

    def package(self, cut: CutVersion | None = None) -> Path:
        made = make_output(self.store, cut or self.cut, self.cache, PRESETS["handles"])
        return self.store.path(made)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("clips"))


def codes(path: Path) -> list[int]:
    return [read_code(np.asarray(frame.rgb())) for frame in open_file(path).frames()]


def test_each_clip_has_its_frames_and_handles_where_the_take_has_them(place: Place, tmp_path: Path) -> None:
    with zipfile.ZipFile(place.package()) as package:
        package.extractall(tmp_path)
    names = sorted(path.name for path in (tmp_path / "clips").iterdir())
    assert names == ["001_SH_010.mov", "002_SH020.mov", "003_SH020.mov"]
    # 5 frames are all there is before; 20 seen and 4 that dissolve; 12 after
    assert codes(tmp_path / "clips" / names[0]) == list(range(5 + 20 + 4 + HANDLES))
    assert codes(tmp_path / "clips" / names[1]) == list(range(100 + 30 - HANDLES, 100 + 46 + HANDLES))
    assert codes(tmp_path / "clips" / names[2]) == list(range(100 + 30 - HANDLES, 100 + 45 + HANDLES))
    notes = (tmp_path / "NOTES.txt").read_text("utf-8")
    assert "001_SH_010.mov: SH/010, frames 5 to 28 of 41" in notes


@pytest.mark.parametrize("name", ["cut.edl", "cut.otio"])
def test_the_lists_speak_of_the_clips_from_their_own_frame_0(place: Place, tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(place.package()) as package:
        package.extract(name, tmp_path)
    read = read_safely(tmp_path / name, rate=RATE)
    told = str(read)
    assert "001_SH_010" in told
    text = (tmp_path / name).read_text("utf-8")
    if name == "cut.edl":
        # the first clip is seen from its frame 5 on, the second from 12 on
        assert "00:00:00:05" in text
        assert "00:00:00:12" in text


def test_the_same_cut_gives_the_same_bytes_and_the_same_frames_one_clip(place: Place) -> None:
    assert place.package().name == place.package().name
    twice = replace(place.cut, slots=(place.cut.slots[0], replace(place.cut.slots[0], id="s_9")))
    with zipfile.ZipFile(place.package(twice)) as package:
        assert sum(name.startswith("clips/") for name in package.namelist()) == 1


def test_a_rate_without_timecode_leaves_the_edit_list_out_and_says_so(tmp_path: Path) -> None:
    store = ContentStore(tmp_path / "content")
    film = tmp_path / "take.mp4"
    write_coded(film, rate=Fraction(12), n_frames=10, width_px=SIZE[0], height_px=SIZE[1], first=0)
    cut = CutVersion("pr_1", 1, Fraction(12), *SIZE, (Slot("s_1", "SH010", 10, store.put_file(film)),))
    made = make_output(store, cut, FolderCache(tmp_path / "segments"), PRESETS["handles"])
    with zipfile.ZipFile(store.path(made)) as package:
        assert "cut.edl" not in package.namelist()
        assert "cut.edl is not here" in package.read("NOTES.txt").decode()
