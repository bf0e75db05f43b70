"""What one changed shot costs beside encoding a film anew: our own masters, and strangers' H.264."""

import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from statistics import median

import pytest

from circletake.cut.cache import FolderCache
from circletake.cut.master import read_master
from circletake.cut.render import Rendered, render_cut
from circletake.cut.splice import splice
from circletake.domain.cut import CutVersion, Slot, SoundClip
from circletake.domain.time import FrameRange
from circletake.media.masters import H264, SEGMENT_RECIPE
from circletake.media.patch import Patched, replace_frames
from circletake.media.picture import Rgb
from circletake.media.source import open_file, open_source
from circletake.media.store import ContentStore

from .figures import tell

pytestmark = [pytest.mark.bench, pytest.mark.footage, pytest.mark.timeout(0)]

MINUTES = int(os.environ.get("CIRCLETAKE_BENCH_MINUTES", "22"))
# Medium, as masters are encoded, takes over an hour of a core for the whole film; both sides use the same.
PRESET = os.environ.get("CIRCLETAKE_BENCH_PRESET", "superfast")
# FFmpeg may encode fewer minutes of it, and what that costs is scaled.
REFERENCE = int(os.environ.get("CIRCLETAKE_BENCH_REFERENCE_MINUTES", str(MINUTES)))
# Likewise, of how many minutes around the shot every frame is decoded and compared.
LOOK = int(os.environ.get("CIRCLETAKE_BENCH_LOOK_MINUTES", str(MINUTES)))
SIZE = (1920, 1080)
SHOT = 120
FILM = 1440
GRID = "keyint=48:min-keyint=48:scenecut=0:open-gop=0:bframes=3:mbtree=0"


@pytest.fixture
def roomy() -> Iterator[Path]:
    """A folder on a disk: what tests usually write to is memory, and a master takes gigabytes."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="masters-") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def ffmpeg() -> str:
    """An FFmpeg that is not ours."""
    found = pytest.importorskip("imageio_ffmpeg", reason="NO INDEPENDENT DECODER: install imageio-ffmpeg")
    return str(found.get_ffmpeg_exe())


def spent(work: Callable[[], object]) -> float:
    """CPU seconds of this process and its children."""

    def now_s() -> float:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + children.ru_utime + children.ru_stime

    began_s = now_s()
    work()
    return now_s() - began_s


def pictures(ffmpeg: str, film: Path, seen: FrameRange) -> list[str]:
    """Hashes of frames as FFmpeg decodes them, each at its time; what it warns of fails the bench."""
    told = film.with_suffix(".md5")
    play = [ffmpeg, "-v", "warning", "-y", "-ss", f"{seen.start / 24:.6f}", "-t", f"{seen.frames / 24:.6f}",
            "-i", str(film), "-map", "0:v", "-f", "framemd5", str(told),
            "-map", "0:a", "-f", "null", "-"]  # fmt: skip
    assert subprocess.run(play, capture_output=True, text=True, check=True).stderr == ""
    rows = [line.split(",") for line in told.read_text().splitlines() if not line.startswith("#")]
    assert [int(row[2]) for row in rows] == list(range(seen.frames))
    return [row[-1].strip() for row in rows]


def test_one_shot_of_a_long_cut(footage: Path, roomy: Path, ffmpeg: str) -> None:
    store = ContentStore(roomy / "content")
    film = store.put_file(footage / "bbb.mp4")
    shots = MINUTES * 60 * 24 // SHOT
    slots = tuple(Slot(f"s_{n}", f"SH{n:04d}", SHOT, film, n * SHOT % FILM) for n in range(shots))
    score = tuple(SoundClip(f"a_{n}", "SCORE", film, n * FILM, FILM) for n in range(shots * SHOT // FILM))
    plain = CutVersion("pr_1", 1, Fraction(24), *SIZE, slots)
    form = replace(H264, recipe={**SEGMENT_RECIPE, "preset": PRESET})
    cache = FolderCache(roomy / "segments")
    middle = slots[shots // 2]
    costs_s: dict[str, float] = {}
    masters: list[Path] = []
    made: list[Rendered] = []
    cuts = {"its sound stays": replace(plain, sound=score), "its sound is mixed and encoded anew": plain}
    for source_in, (what, cut) in zip((60, 300), cuts.items(), strict=True):

        def render(cut: CutVersion) -> None:
            made.append(render_cut(store, cut, cache, form=form))

        render(cut)
        changed = splice(cut, middle.id, content=film, source_in=source_in, n_frames=FILM, rate=Fraction(24))
        costs_s[what] = spent(lambda: render(changed))  # noqa: B023 (called at once)
        before, after = made[-2:]
        assert after.encoded_frames == SHOT
        facts = [read_master(store.path(one.content), of) for one, of in ((before, cut), (after, changed))]
        same = [a == b for a, b in zip(facts[0].slots, facts[1].slots, strict=True)]
        assert same.count(False) == 1
        source = open_source(store, after.content)
        assert (source.n_frames, source.rate) == (plain.n_frames, Fraction(24))
        assert source.sound_offsets_s()[0] == Fraction(0)
        masters += [store.path(before.content), store.path(after.content)]
    for path in {*masters} - {*masters[:2]}:
        path.unlink()
    hole = plain.record_ranges()[middle.id]
    around = min(LOOK, MINUTES) * 60 * 24 // 2
    seen = FrameRange(max(0, hole.start - around), min(plain.n_frames, hole.start + around))
    hashes = zip(*(pictures(ffmpeg, path, seen) for path in masters[:2]), strict=True)
    other = [seen.start + n for n, (one, two) in enumerate(hashes) if one != two]
    assert other == list(range(hole.start, hole.end))
    anew = [ffmpeg, "-v", "error", "-y", "-threads", "2", "-t", str(REFERENCE * 60), "-i", str(masters[1]),
            "-c:v", "libx264", "-preset", PRESET, "-crf", "16", "-threads", "2", "-x264-params", GRID,
            "-c:a", "copy", str(roomy / "anew.mp4")]  # fmt: skip
    whole_s = spent(lambda: subprocess.run(anew, check=True)) * MINUTES / REFERENCE
    tell(f"masters-{PRESET}", f"One shot of a long cut, {PRESET}", rows_of(plain, seen, costs_s, whole_s))
    if MINUTES >= 22:
        assert whole_s / costs_s["its sound stays"] >= 50


def rows_of(cut: CutVersion, seen: FrameRange, costs_s: dict[str, float], whole_s: float) -> list[str]:
    """A page's lines."""
    scaled = "" if REFERENCE == MINUTES else f", {REFERENCE} of its {MINUTES} minutes, scaled"
    return [
        (
            f"{len(cut.slots)} shots of {SHOT} frames, {cut.n_frames} frames in all, {SIZE[0]} × {SIZE[1]}, "
            f"x264 {PRESET}, crf 16; one shot is replaced. All other shots are the same bytes; "
            f"of {seen.frames} frames around it another FFmpeg, which plays both masters without a warning, "
            "decodes all that are outside it to the same pictures."
        ),
        "",
        "| | CPU seconds | times less |",
        "|---|---|---|",
        *(f"| one shot replaced, {what} | {s:.1f} | {whole_s / s:.0f} |" for what, s in costs_s.items()),
        f"| encoded anew by FFmpeg{scaled} | {whole_s:.1f} | |",
    ]


def test_one_shot_of_a_strangers_master(footage: Path, tmp_path: Path, ffmpeg: str) -> None:
    film, out = footage / "bbb.mp4", tmp_path / "out.mp4"
    anew = [ffmpeg, "-v", "error", "-y", "-i", str(film), "-c:v", "libx264", "-preset", "medium",
            "-crf", "16", "-threads", "2", "-c:a", "copy", str(tmp_path / "anew.mp4")]  # fmt: skip
    whole_s = spent(lambda: subprocess.run(anew, check=True))
    rows = ["| shot | frames encoded | CPU seconds | times less |", "|---|---|---|---|"]
    ratios: list[float] = []
    for first in range(60, FILM, 240):
        frames = FrameRange(first, first + 48)
        other = FrameRange((first + 400) % 1300, (first + 400) % 1300 + 48)

        def shot(other: FrameRange = other) -> Iterator[Rgb]:
            return (frame.rgb() for frame in open_file(film).frames(other))

        told: list[Patched] = []
        spliced_s = spent(lambda: told.append(replace_frames(film, out, frames, shot)))  # noqa: B023 (at once)
        assert told[0].method == "spliced"
        played = [ffmpeg, "-v", "warning", "-i", str(out), "-f", "null", "-"]
        assert subprocess.run(played, capture_output=True, text=True, check=True).stderr == ""
        ratios.append(whole_s / spliced_s)
        rows.append(f"| {first} | {told[0].encoded.frames} | {spliced_s:.1f} | {ratios[-1]:.1f} |")
    rows += [
        "",
        f"Encoded anew by FFmpeg: {whole_s:.1f} CPU seconds. Median {median(ratios):.1f} times less.",
    ]
    tell("strangers-master", "One shot of a stranger's minute", rows)
    assert median(ratios) >= 4
