from __future__ import annotations

import json
import struct
import time
import wave
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from circletake.errors import (
    CircletakeError,
    Invalid,
    MediaKindRefused,
    MediaTooLarge,
    MediaUnreadable,
    NoFrames,
)
from circletake.media.faults import reading
from circletake.media.probe import AudioProbe, Probe, probe, probe_dict, read_probe
from circletake.media.sandbox import probe_safely
from circletake.media.source import open_file

if TYPE_CHECKING:
    from tests.conftest import Coder, Drawing, FilmMaker


def test_a_film_is_told_by_decoding_it(film: FilmMaker) -> None:
    path = film(50, rate=Fraction(24000, 1001), samples=np.zeros((100100, 2), np.float32))
    found = probe(path)
    assert found == Probe(
        kind="movie",
        rate=Fraction(24000, 1001),
        n_frames=50,
        width_px=192,
        height_px=96,
        pix_fmt="yuv420p",
        vfr=False,
        rotation=0,
        codec="h264",
        audio=AudioProbe(rate_hz=48000, channels=2, samples=100352, codec="aac"),
        warnings=(),
    )
    assert read_probe(json.loads(json.dumps(probe_dict(found)))) == found


def test_a_child_tells_the_same(film: FilmMaker) -> None:
    path = film(10, name="un été — 夏.mp4")
    assert probe_safely(path) == probe(path)


def test_what_was_assumed_is_said(coder: Coder, drawing: Drawing) -> None:
    found = probe(coder("untagged.mp4", drawing.frames(3), is_tagged=False))
    assert found.warnings == ("It does not say how its colours are coded; BT.601 is assumed.",)
    uneven = probe(coder("vfr.mkv", drawing.frames(5), stamps=[0, 40, 90, 300, 301]))
    assert uneven.vfr
    assert "unevenly" in uneven.warnings[0]
    turned = probe(coder("turned.mp4", drawing.frames(3), rotation_deg=90))
    assert (turned.width_px, turned.height_px, abs(turned.rotation)) == (96, 192, 90)
    assert probe(coder("deep.mp4", drawing.frames(3), pix_fmt="yuv420p10le")).pix_fmt == "yuv420p10le"


def test_a_sound_is_told(tmp_path: Path) -> None:
    path = tmp_path / "line 12.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(44100)
        sound.writeframes(np.full(44100, 16384, np.int16).tobytes())
    found = probe(path)
    assert (found.kind, found.n_frames, found.rate) == ("sound", 0, None)
    assert found.audio == AudioProbe(rate_hz=44100, channels=1, samples=44100, codec="pcm_s16le")
    samples = open_file(path).samples(44100)
    assert samples.shape == (44100, 2)
    assert np.all(samples == 0.5)  # one channel plays on both sides at its own level


def test_a_still_is_told(tmp_path: Path, drawing: Drawing) -> None:
    path = tmp_path / "sheet.png"
    cv2.imwrite(str(path), drawing.frame(1))
    found = probe(path)
    assert (found.kind, found.n_frames, found.rate, found.codec) == ("still", 1, None, "png")


def test_a_film_cut_short_says_how_many_frames_are_left(film: FilmMaker, drawing: Drawing) -> None:
    path = film(240)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    found = probe(path)
    assert 0 < found.n_frames < 240
    assert f"promises 240 frames and {found.n_frames} decode" in found.warnings[0]
    source = open_file(path)
    frames = list(source.frames())
    assert len(frames) == source.n_frames == found.n_frames
    whole = [drawing.read(frame.rgb()) for frame in frames if not frame.is_corrupt]
    assert whole == list(range(len(whole)))


def test_flipped_bytes_are_not_passed_over_in_silence(film: FilmMaker, drawing: Drawing) -> None:
    path = film(240)
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    rng = np.random.default_rng(4)
    for at in rng.integers(start + 2000, len(data) - 100, 60):
        data[at] ^= 0xFF
    path.write_bytes(bytes(data))
    found = probe(path)
    told = " ".join(found.warnings)
    assert "frames are damaged" in told
    assert found.n_frames == 240 or f"promises 240 frames and {found.n_frames} decode" in told
    whole = [
        (frame.n, drawing.read(frame.rgb())) for frame in open_file(path).frames() if not frame.is_corrupt
    ]
    assert len(whole) < found.n_frames
    assert sum(n == seen for n, seen in whole) >= len(whole) * 9 // 10


def test_a_film_without_its_index_is_unreadable(coder: Coder, drawing: Drawing) -> None:
    path = coder("late.mov", drawing.frames(30))
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"moov") - 4])
    with pytest.raises(MediaUnreadable, match=r"^late\.mov cannot be read"):
        probe(path)


def test_a_film_of_no_frames_is_refused(film: FilmMaker) -> None:
    path = film(30)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"mdat") + 4])
    with pytest.raises(NoFrames, match="not a single frame"):
        probe(path)


def test_a_film_of_an_unknown_codec_is_refused(film: FilmMaker) -> None:
    path = film(5)
    path.write_bytes(path.read_bytes().replace(b"avc1", b"zzz9"))
    with pytest.raises(MediaKindRefused, match="no decoder"):
        probe(path)


@pytest.mark.parametrize("ask", [probe, probe_safely])
def test_a_list_named_mp4_does_not_lead_to_its_neighbours(
    ask: Callable[[Path], Probe], film: FilmMaker, tmp_path: Path
) -> None:
    film(5, name="secret.mp4")
    for text in ("ffconcat version 1.0\nfile secret.mp4\n", "#EXTM3U\n#EXTINF:1,\nsecret.mp4\n"):
        path = tmp_path / "innocent.mp4"
        path.write_text(text)
        with pytest.raises(MediaKindRefused, match="list"):
            ask(path)


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 4096, b"MZ" + b"\0" * 99, b"\0\0\0\x20ftypisom" + b"\xff" * 999]
)
def test_what_is_no_film_is_refused_in_a_sentence(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(data)
    with pytest.raises(Invalid, match=r"^film\.mp4 .*[.;].*\.$"):
        probe(path)


def _png(width_px: int, height_px: int, *, data: bytes = b"") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_a_picture_of_16000_squared_is_refused_by_its_header(tmp_path: Path) -> None:
    packer = zlib.compressobj()
    rows = b"".join(packer.compress(b"\0" * 16001) for _ in range(16000)) + packer.flush()
    path = tmp_path / "bomb.png"
    path.write_bytes(_png(16000, 16000, data=rows))
    start = time.monotonic()
    with pytest.raises(MediaTooLarge, match="16000 × 16000"):
        probe(path)
    assert time.monotonic() - start < 0.5


def test_a_damaged_picture_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "torn.png"
    path.write_bytes(_png(64, 64, data=b"\0\1\2"))
    with pytest.raises(MediaUnreadable, match=r"torn\.png cannot be decoded"):
        probe(path)


@pytest.mark.parametrize("ask", [probe, probe_safely])
def test_a_file_that_is_not_there_or_is_a_folder_says_so(
    ask: Callable[[Path], Probe], tmp_path: Path
) -> None:
    with pytest.raises(MediaUnreadable, match=r"There is no file gone\.mp4"):
        ask(tmp_path / "gone.mp4")
    with pytest.raises(MediaUnreadable, match="cannot be read"):
        ask(tmp_path)


def test_a_child_that_takes_too_long_is_killed(film: FilmMaker) -> None:
    start = time.monotonic()
    with pytest.raises(MediaUnreadable, match=r"took over 0\.05 s and was stopped"):
        probe_safely(film(5), timeout_s=0.05)
    assert time.monotonic() - start < 5


def test_a_child_that_dies_is_survived(film: FilmMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("circletake.media.sandbox._RUN", "import os; os.kill(os.getpid(), 11)")
    with pytest.raises(MediaUnreadable, match="signal SIGSEGV"):
        probe_safely(film(5))
    hungry = "import sys; from circletake.media import sandbox; sandbox._limit(9); bytearray(3 << 30)"
    monkeypatch.setattr(
        "circletake.media.sandbox._RUN", "import sys, json; sys.path[:] = json.loads(sys.argv[1]); " + hungry
    )
    with pytest.raises(MediaUnreadable, match="2 GiB"):
        probe_safely(film(5))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (OSError("empty"), MediaUnreadable),
        (PermissionError(13, "Permission denied"), MediaUnreadable),
        (MemoryError(), MediaTooLarge),
        (EOFError(), MediaUnreadable),
        (ValueError("bad"), MediaUnreadable),
        (IsADirectoryError(21, "Is a directory"), MediaUnreadable),
    ],
)
def test_faults_of_others_become_ours(fault: Exception, error: type[CircletakeError]) -> None:
    with pytest.raises(error, match=r"^take 1 .*\.$"), reading("take 1"):
        raise fault


@pytest.mark.footage
def test_real_footage_is_told(footage: Path) -> None:
    found = probe_safely(footage / "bbb.mp4")
    assert (found.n_frames, found.rate, found.width_px, found.height_px) == (1440, Fraction(24), 640, 360)
    assert found.audio is not None
    assert found.audio.channels == 2
