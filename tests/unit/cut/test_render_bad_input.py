"""What comes to a render that should not: each has its sentence or its picture, and nothing is lost."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from circletake.cut.cache import FolderCache
from circletake.cut.document import cut_bytes
from circletake.cut.picture import slate
from circletake.cut.render import render_cut
from circletake.domain.cut import CutVersion, Slot, SoundClip
from circletake.errors import ContentMissing, CutUnreadable, HandlesShort, RateMismatch
from circletake.media.encode import write_movie
from circletake.media.source import RATE_HZ, open_source
from circletake.media.store import ContentStore

SIZE = (192, 96)
RATE = Fraction(24)
Rgb = NDArray[np.uint8]


def noise(n_frames: int, seed: int) -> Iterator[Rgb]:
    random = np.random.default_rng(seed)
    return (random.integers(0, 255, (SIZE[1], SIZE[0], 3)).astype(np.uint8) for _ in range(n_frames))


def take(store: ContentStore, path: Path, n_frames: int, *, seed: int = 0, sound_s: float = 0) -> str:
    random = np.random.default_rng(seed)
    heard = random.normal(0, 0.1, (int(sound_s * RATE_HZ), 2)).astype(np.float32)
    write_movie(
        path, noise(n_frames, seed), rate=RATE, width_px=SIZE[0], height_px=SIZE[1],
        samples=heard if sound_s else None,
    )  # fmt: skip
    return store.put_file(path)


def levels(n_frames: int, path: Path, *, params: str = "", stamps: list[int] | None = None) -> Path:
    """A film of plain greys, 4 apart, as a stranger's encoder writes it."""
    with av.open(str(path), "w") as movie:
        stream = movie.add_stream("libx264", rate=24, options={"crf": "4", "x264-params": params})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        for n in range(n_frames):
            rgb = np.full((SIZE[1], SIZE[0], 3), 20 + 4 * n, np.uint8)
            picture = VideoFrame.from_ndarray(rgb, format="rgb24")
            picture.pts = stamps[n] if stamps else n
            picture.time_base = Fraction(1, 24)
            movie.mux(stream.encode(picture))
        movie.mux(stream.encode(None))
    return path


@pytest.fixture
def store(tmp_path: Path) -> ContentStore:
    return ContentStore(tmp_path / "content")


def cut_of(*slots: Slot) -> CutVersion:
    return CutVersion("pr_1", 1, RATE, *SIZE, slots)


def test_clips_of_no_frames_and_from_before_the_first_are_refused() -> None:
    for wrong in ({"frames": 0}, {"frames": -3}, {"source_in": -1}):
        with pytest.raises(CutUnreadable, match=r"s_1 \(SH010\) must hold at least one frame from frame 0"):
            Slot(**{"id": "s_1", "shot": "SH010", "frames": 5, **wrong})  # type: ignore[arg-type] # by name


def test_a_take_that_is_not_there_names_its_slot_and_the_rest_renders(
    store: ContentStore, tmp_path: Path
) -> None:
    there = take(store, tmp_path / "a.mp4", 8)
    cut = cut_of(Slot("s_1", "SH010", 6, there), Slot("s_2", "SH020", 4, "ab" * 32))
    cache = FolderCache(tmp_path / "segments")
    with pytest.raises(ContentMissing, match="lacks the takes of SH020; bring them in again"):
        render_cut(store, cut, cache)
    rendered = render_cut(store, cut, cache, with_slates=True)
    last = open_source(store, rendered.content).frame(8).rgb().astype(int)
    card = slate("SH020 missing", width_px=SIZE[0], height_px=SIZE[1])
    assert np.abs(last - card).mean() < 4
    # Its card is never taken for the take, once that is there.
    lost = take(store, tmp_path / "b.mp4", 4, seed=9)
    whole = cut_of(cut.slots[0], replace(cut.slots[1], take=lost))
    assert render_cut(store, whole, cache).encoded_frames == 4


def test_fields_that_are_coded_apart_join_whole_frames(store: ContentStore, tmp_path: Path) -> None:
    woven = store.put_file(levels(20, tmp_path / "woven.mp4", params="tff=1"))
    with av.open(str(store.path(woven))) as container:
        assert next(container.decode(video=0)).interlaced_frame
    whole = store.put_file(levels(20, tmp_path / "whole.mp4"))
    cut = cut_of(Slot("s_1", "A", 15, woven, 5), Slot("s_2", "B", 20, whole))
    content = render_cut(store, cut, FolderCache(tmp_path / "segments")).content
    seen = [int(frame.rgb().mean()) for frame in open_source(store, content).frames()]
    assert seen == pytest.approx([20 + 4 * n for n in [*range(5, 20), *range(20)]], abs=2)


def test_frames_that_are_unevenly_spaced_are_refused_with_both_rates(
    store: ContentStore, tmp_path: Path
) -> None:
    stamps = [n + n // 3 for n in range(20)]
    uneven = store.put_file(levels(20, tmp_path / "uneven.mkv", stamps=stamps))
    assert open_source(store, uneven).is_vfr
    cache = FolderCache(tmp_path / "segments")
    with pytest.raises(RateMismatch, match=r"^A: the take runs at .* and the cut at 24"):
        render_cut(store, cut_of(Slot("s_1", "A", 9, uneven)), cache)
    assert not (tmp_path / "segments").exists()


def test_a_cut_that_is_longer_than_its_sound_ends_in_silence(store: ContentStore, tmp_path: Path) -> None:
    picture = take(store, tmp_path / "a.mp4", 72)
    music = take(store, tmp_path / "b.mp4", 24, seed=1, sound_s=1)
    clips = (SoundClip("a_1", "MUSIC", music, 0, 60), SoundClip("a_2", "MUSIC", music, 70, 24))
    cut = replace(cut_of(Slot("s_1", "A", 72, picture)), sound=clips)
    content = render_cut(store, cut, FolderCache(tmp_path / "segments")).content
    heard = open_source(store, content).samples()
    assert len(heard) == 3 * RATE_HZ
    assert np.abs(heard[1000 : RATE_HZ - 1000]).max() > 0.1
    assert np.abs(heard[RATE_HZ + 3000 : 70 * 2000 - 3000]).max() < 0.01
    assert np.abs(heard[70 * 2000 + 1000 :]).max() > 0.1
    with pytest.raises(HandlesShort, match="A uses frames 0 to 73 of a take that has 72"):
        render_cut(store, cut_of(Slot("s_1", "A", 73, picture)), FolderCache(tmp_path / "segments"))


FULL_DISK = """
import json, pathlib, subprocess, sys
from circletake.cut.cache import FolderCache
from circletake.cut.document import read_cut
from circletake.cut.render import render_cut
from circletake.errors import DiskFull
from circletake.media.store import ContentStore

root = pathlib.Path(sys.argv[1])
disk = root / "disk"
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=" + sys.argv[2], "tmpfs", disk], check=True)
subprocess.run(["cp", "-r", root / "content", disk / "content"], check=True)
store, cache = ContentStore(disk / "content"), FolderCache(disk / "segments")
cut = read_cut((root / "cut.json").read_bytes())
told = {"said": "", "left": [], "encoded": 0, "content": ""}
try:
    render_cut(store, cut, cache)
except DiskFull as full:
    told["said"] = full.message
told["left"] = [str(path) for path in (disk / "content" / "incoming").iterdir()]
told["kept"] = len([path for path in (disk / "segments").rglob("*") if path.is_file()])
subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
rendered = render_cut(store, cut, cache)
told |= {"encoded": rendered.encoded_frames, "content": rendered.content}
print(json.dumps(told))
"""


@pytest.mark.parametrize("place", ["while shots are encoded", "while they are joined"])
def test_a_disk_that_fills_up_loses_nothing_and_the_render_goes_on(
    store: ContentStore, tmp_path: Path, place: str
) -> None:
    alone = shutil.which("unshare")
    may = alone and subprocess.run([alone, "-rm", "true"], check=False, capture_output=True).returncode == 0
    if not may:
        pytest.skip("NO TINY DISK: this system lets nobody mount one of their own")
    takes = [take(store, tmp_path / f"{n}.mp4", 24, seed=n) for n in range(4)]
    cut = cut_of(*(Slot(f"s_{n}", f"S{n}", 24, one) for n, one in enumerate(takes)))
    (tmp_path / "cut.json").write_bytes(cut_bytes(cut))
    (tmp_path / "disk").mkdir()
    elsewhere = ContentStore(tmp_path / "elsewhere")
    for content in takes:
        elsewhere.put_file(store.path(content))
    whole = render_cut(elsewhere, cut, FolderCache(tmp_path / "segments"))
    master, held = elsewhere.size(whole.content), sum(store.size(one) for one in takes)
    room = held + master // 2 if place == "while shots are encoded" else held + master + master // 2
    run = subprocess.run(
        [str(alone), "-rm", sys.executable, "-c", FULL_DISK, str(tmp_path), str(room)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(run.stdout)
    assert told["said"] == "The disk has no room; nothing was recorded. Free some space and try again."
    assert told["left"] == []
    kept = told["kept"]
    assert (0 < kept < 4) if place == "while shots are encoded" else kept == 4
    assert told["encoded"] == 24 * (4 - kept)
    assert told["content"] == whole.content
