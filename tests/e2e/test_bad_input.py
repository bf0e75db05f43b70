"""Bad input by command line: one clear sentence with the way out, and nothing half-registered."""

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from circletake.media.encode import write_movie
from circletake.studio import Studio

from .terminal import Terminal

pytestmark = pytest.mark.e2e

WIDTH_PX, HEIGHT_PX = 160, 96
PASSWORD = "a dry stone wall"  # noqa: S105 (of somebody who lives for one test)


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A studio with one production at 24 frames a second and one shot that is wanted."""
    home = tmp_path_factory.mktemp("bad")
    terminal = Terminal(studio=home / "studio", home=home, env={"CIRCLETAKE_PRODUCTION": "wall"})
    terminal.run(
        "new", str(terminal.studio), "--person", "Ola", "--password-stdin", "-p", "wall",
        "--size", f"{WIDTH_PX}x{HEIGHT_PX}", stdin=PASSWORD + "\n",
    )  # fmt: skip
    terminal.run("shot", "add", "SH010", "--frames", "12")
    terminal.run("cut", "assemble")
    return terminal


def pictures(
    count: int, *, width_px: int = WIDTH_PX, height_px: int = HEIGHT_PX
) -> Iterator[NDArray[np.uint8]]:
    noise = np.random.default_rng(7).integers(30, 220, (height_px, width_px, 3), dtype=np.uint8)
    return (np.roll(noise, n, axis=1) for n in range(count))


def film(path: Path, *, rate: Fraction = Fraction(24), count: int = 12, width_px: int = WIDTH_PX) -> Path:
    write_movie(path, pictures(count, width_px=width_px), rate=rate, width_px=width_px, height_px=HEIGHT_PX)
    return path


def uneven(path: Path) -> Path:
    """A film whose frames come at uneven times, as phones record."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 600)
        at = 0
        for n, picture in enumerate(pictures(20)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = at, Fraction(1, 600)
            at += 20 if n % 3 else 55
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def before_and_after(floor: Terminal) -> tuple[object, ...]:
    with Studio.open(floor.studio) as studio:
        book = studio.book_verify()
    content = sorted(path.name for path in (floor.studio / "content").rglob("*") if path.is_file())
    return book.entries, book.head, content


def refused(floor: Terminal, *words: str, code: int, problem: str) -> str:
    """A verb that has to fail, in one sentence, without a trace in the book or the store."""
    before = before_and_after(floor)
    told = floor.run(*words, code=code)
    assert told.startswith("circletake: ")
    assert told.strip().count("\n") == 0, told
    assert "Traceback" not in told
    assert told.strip().endswith(".")
    assert json.loads(floor.run(*words, "--json", code=code))["code"] == problem
    assert before_and_after(floor) == before
    return told


def test_a_text_file_is_not_a_film(floor: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("This was renamed.\n" * 50)
    refused(floor, "take", "add", "SH010", str(path), code=2, problem="media-kind-refused")
    refused(floor, "import", str(path), code=2, problem="media-kind-refused")


def test_a_truncated_film_says_what_is_left(floor: Terminal, tmp_path: Path) -> None:
    whole = film(tmp_path / "whole.mp4", count=48).read_bytes()
    path = tmp_path / "half copied.mp4"
    path.write_bytes(whole[: len(whole) // 20])
    refused(floor, "import", str(path), code=2, problem="no-frames")


def test_a_film_without_a_frame_is_refused(floor: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "empty.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
    told = floor.run("import", str(path), code=2)
    assert told.startswith("circletake: ")
    path.write_bytes(b"")
    assert floor.run("import", str(path), code=2).startswith("circletake: ")


def test_an_unknown_codec_is_named(floor: Terminal, tmp_path: Path) -> None:
    data = film(tmp_path / "known.mp4").read_bytes()
    path = tmp_path / "unknown.mp4"
    path.write_bytes(data.replace(b"avc1", b"zzz9"))
    told = floor.run("import", str(path), code=2)
    assert told.startswith("circletake: ")
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("rate", "said"), [(Fraction(24000, 1001), "23.976"), (Fraction(30000, 1001), "29.97")]
)
def test_another_rate_is_refused_with_both_rates(
    floor: Terminal, tmp_path: Path, rate: Fraction, said: str
) -> None:
    path = film(tmp_path / "rate.mp4", rate=rate)
    told = refused(floor, "take", "add", "SH010", str(path), code=1, problem="rate-mismatch")
    assert said in told
    assert "24" in told


def test_a_production_at_a_fractional_rate_takes_its_films(floor: Terminal, tmp_path: Path) -> None:
    path = film(tmp_path / "ntsc.mp4", rate=Fraction(30000, 1001))
    told = floor.json("import", str(path), "-p", "broadcast", "--no-wait")
    assert len(told["shots"]) == 1
    cut = floor.json("cut", "show", "-p", "broadcast")
    assert (cut["rate"], cut["n_frames"]) == ([30000, 1001], 12)


def test_uneven_frames_are_refused_with_the_way_out(floor: Terminal, tmp_path: Path) -> None:
    told = refused(
        floor, "take", "add", "SH010", str(uneven(tmp_path / "phone.mp4")), code=1, problem="rate-mismatch"
    )
    assert "conform" in told


def test_odd_sides_silence_and_foreign_names_are_fine(floor: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "ünï — 試し 1.mp4"
    write_movie(
        path,
        pictures(12, width_px=161, height_px=97),
        rate=Fraction(24),
        width_px=161,
        height_px=97,
    )
    take = floor.json("take", "add", "SH010", str(path))
    assert take["n_frames"] == 12
    assert take["media"]["frames"]
    assert take["media"]["proxy"]
    assert floor.run("take", "add", "SH010", str(path), code=1).startswith("circletake: These exact bytes")


def test_a_timeline_with_missing_media_becomes_gaps_with_a_sentence(floor: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "cut.otio"
    floor.run("cut", "export", str(path))
    told = path.read_text("utf-8")
    foreign = tmp_path / "foreign.otio"
    foreign.write_text(told.replace('"SH010', '"SH999'), encoding="utf-8")
    before = floor.json("cut", "show")["number"]
    lost = floor.json("cut", "import", str(foreign))["lost"]
    assert isinstance(lost, list)
    after = floor.json("cut", "show")
    assert after["number"] == before + 1
    assert all(slot["state"] == "gap" for slot in after["slots"])
    refused(floor, "cut", "import", str(tmp_path / "nowhere.otio"), code=3, problem="not-found")
    broken = tmp_path / "broken.otio"
    broken.write_text("[" * 60_000)
    refused(floor, "cut", "import", str(broken), code=2, problem="cut-unreadable")


def test_words_that_are_not_there_say_what_is(floor: Terminal) -> None:
    assert "SH010" in refused(floor, "take", "list", "SH011", code=3, problem="not-found")
    assert "veto" in refused(floor, "verdict", "SH010", "maybe", code=2, problem="verdict-invalid")
    assert "sign-in" in refused(floor, "queue", "--as", "Nobody", code=4, problem="sign-in-needed")


def test_a_folder_that_is_no_studio_says_how_to_make_one(floor: Terminal, tmp_path: Path) -> None:
    told = floor.run("board", "--studio", str(tmp_path), code=3)
    assert "circletake new" in told
    assert not list(tmp_path.iterdir())
