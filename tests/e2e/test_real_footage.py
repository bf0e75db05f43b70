"""A real film, end to end, by command line: shots, a model sheet, drift found, a hole filled, sealed."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from circletake.checks.codec import read_evidence
from circletake.checks.consistency.drift import check as consistency
from circletake.checks.protocol import CheckContext, SheetRef
from circletake.domain.evidence import Evidence
from circletake.domain.time import FrameRange
from circletake.media.encode import write_movie
from circletake.media.source import Source, open_file
from circletake.media.store import ContentStore

from .rabbit import BOXES, SHEET_TOML, SHIFTED_SHOT_FRAME, is_rabbit
from .terminal import Terminal

pytestmark = [pytest.mark.e2e, pytest.mark.footage, pytest.mark.timeout(1500)]

PASSWORD = "a quiet meadow"  # noqa: S105 (of people who live for one test)
HUE_SHIFT = 25  # in OpenCV's half degrees: 50°
"""Strong enough that anybody would see it, as one would on a bad generation."""


def hue_shifted(rgb: np.ndarray[Any, Any], n: int) -> np.ndarray[Any, Any]:
    """The frame with its rabbit, and nothing else, turned to another hue."""
    mask = is_rabbit(rgb, n)
    hsv = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV)
    hsv[..., 0][mask] = (hsv[..., 0][mask].astype(int) + HUE_SHIFT) % 180
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), dtype=np.uint8)


def frames_of(source: Source) -> Iterator[str]:
    return (frame.plane_hash() for frame in source.frames())


@pytest.fixture(scope="module")
def film(footage: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The film under a name that breaks careless programs."""
    path = tmp_path_factory.mktemp("rushes") / "Großer Hase – 试片 1.mp4"
    shutil.copyfile(footage / "bbb.mp4", path)
    return path


@pytest.fixture(scope="module")
def floor(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A studio with five people, the rabbit's sheet adopted, and the film in it."""
    home = tmp_path_factory.mktemp("home")
    terminal = Terminal(studio=home / "studio", home=home)
    terminal.run("new", str(terminal.studio), "--person", "Ola", "--password-stdin", stdin=PASSWORD + "\n")
    terminal.run("found", "bunny", "--title", "The Rabbit", "--rate", "24", "--size", "640x360")
    for name, role in (("Ari", "artist"), ("Lin", "lead"), ("Dee", "director"), ("Ed", "editor")):
        made = terminal.json("person", "add", name, "--role", role, "--as", "Ola")
        terminal.run("sign-in", "--link", made["link"])
    sheet = home / "rabbit.toml"
    sheet.write_text(SHEET_TOML.replace("FILM", film.as_posix()), encoding="utf-8")
    terminal.run("sheet", "add", "rabbit", "--from", str(sheet), "--as", "Ari", "--no-wait")
    terminal.run("sheet", "adopt", "rabbit", "--as", "Dee", code=1)
    terminal.run("verdict", "rabbit", "circled", "--stage", "design", "--as", "Dee")
    terminal.run("sheet", "adopt", "rabbit", "--as", "Dee", "--no-wait")
    # After the sheet, so that every frame is measured once.
    terminal.run("import", str(film), "-p", "bunny", "--source", "drawn", "--as", "Ola", "--no-wait")
    return terminal


def shot_at(floor: Terminal, frame: int) -> dict[str, Any]:
    """The slot of the cut that shows a frame of the film."""
    cut = floor.json("cut", "show", "--as", "Ed")
    return next(slot for slot in cut["slots"] if slot["record"]["start"] <= frame < slot["record"]["end"])


@pytest.fixture(scope="module")
def shifted(floor: Terminal, film: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, FrameRange]:
    """A second take of a shot of the rabbit, hue-shifted in the middle; the shot and the shifted frames."""
    slot = shot_at(floor, SHIFTED_SHOT_FRAME)
    start, end = slot["record"]["start"], slot["record"]["end"]
    length = end - start
    changed = FrameRange(length // 3, 2 * length // 3)
    source = open_file(film, frames=FrameRange(start, end))
    path = tmp_path_factory.mktemp("takes") / "zweite Fassung.mp4"
    write_movie(
        path,
        (
            hue_shifted(frame.rgb(), start + frame.n) if frame.n in changed else frame.rgb()
            for frame in source.frames()
        ),
        rate=Fraction(24),
        width_px=source.width_px,
        height_px=source.height_px,
        samples=source.samples(),
    )
    floor.run(
        "take", "add", slot["shot"], str(path), "--label", "second", "--from", "1", "--as", "Ari", "--no-wait"
    )
    floor.run("check", "--as", "Ola", timeout_s=1400)
    return slot["shot"], changed


def evidence_of(floor: Terminal, shot: str, number: int, check: str = "consistency") -> Evidence:
    """What a check says of a take, whole."""
    take = floor.json("take", "show", shot, str(number), "--as", "Ola")
    told = next(one for one in take["evidence"] if one["check"] == check)
    return read_evidence(ContentStore(floor.studio / "content").read(told["id"]))


def flagged_frames(evidence: Evidence) -> set[int]:
    return {n for flag in evidence.flags for n in range(flag.frames.start, flag.frames.end)}


def test_the_shift_is_flagged_where_it_is_and_not_elsewhere(
    floor: Terminal, shifted: tuple[str, FrameRange]
) -> None:
    shot, changed = shifted
    take = floor.json("take", "show", shot, "2", "--as", "Ola")
    found = flagged_frames(evidence_of(floor, shot, 2))
    inside = {n for n in range(take["n_frames"]) if n in changed}
    outside = set(range(take["n_frames"])) - inside
    hit, false = len(found & inside) / len(inside), len(found & outside) / len(outside)
    sys.stdout.write(f"\nhue shift in {shot}: {hit:.1%} of {len(inside)} shifted frames flagged, ")
    sys.stdout.write(f"{false:.1%} of {len(outside)} untouched\n")
    assert hit >= 0.95
    assert false <= 0.05


def test_the_shift_is_flagged_where_a_take_begins_after_the_cut(footage: Path) -> None:
    source = open_file(footage / "bbb.mp4")
    shot = range(1149, 1346)
    frames = {
        frame.n: frame.rgb()
        for frame in source.frames(FrameRange(0, max(BOXES) + 1))
        if frame.n in BOXES or frame.n in shot
    }
    changed = set(shot[len(shot) // 3 : 2 * len(shot) // 3])
    sheet = SheetRef("rabbit", "r" * 64, [frames[n] for n in BOXES], list(BOXES.values()))
    measure = consistency.begin(CheckContext("0" * 64, len(shot), Fraction(24), 640, 360, references=[sheet]))
    for at, n in enumerate(shot):
        measure.frame(at, hue_shifted(frames[n], n) if n in changed else frames[n])
    found = {shot[at] for at in flagged_frames(measure.finish())}
    assert len(found & changed) >= 0.95 * len(changed)
    assert len(found - changed) <= 0.05 * (len(shot) - len(changed))


def test_the_original_is_not_flagged_and_frames_without_the_rabbit_abstain(
    floor: Terminal, shifted: tuple[str, FrameRange]
) -> None:
    shot, _ = shifted
    original = evidence_of(floor, shot, 1)
    assert (
        len(flagged_frames(original))
        <= 0.05 * floor.json("take", "show", shot, "1", "--as", "Ola")["n_frames"]
    )
    bird = shot_at(floor, 14 * 24)["shot"]
    seen = evidence_of(floor, bird, 1)
    abstained = {n for frames in seen.abstained for n in range(frames.start, frames.end)}
    length = floor.json("take", "show", bird, "1", "--as", "Ola")["n_frames"]
    assert not flagged_frames(seen)
    assert len(abstained) >= 0.9 * length


def circle_everything(floor: Terminal) -> None:
    """Have the lead and the director circle every original take, answering what the checks flagged."""
    for slot in floor.json("cut", "show", "--as", "Ed")["slots"]:
        for name, gate in (("Lin", "lead"), ("Dee", "director")):
            how = ("--take=1", f"--gate={gate}", "--answer=waive", f"--as={name}")
            floor.run("verdict", slot["shot"], "circled", *how)


def master_of(floor: Terminal) -> Path:
    content = floor.json("cut", "show", "--as", "Ed")["master"]
    assert content
    return ContentStore(floor.studio / "content").path(content)


def test_a_shot_is_taken_out_filled_again_and_the_film_is_sealed(
    floor: Terminal, shifted: tuple[str, FrameRange], tmp_path: Path
) -> None:
    shot, _ = shifted
    floor.run("cut", "render", "--as", "Ed", timeout_s=900)
    before = list(frames_of(open_file(master_of(floor))))
    floor.run("cut", "clear", shot, "--as", "Ed")
    assert shot in floor.run("cut", "render", "--as", "Ed", code=1)
    refused = floor.json("deliver", "--as", "Ola", code=1)
    assert refused["code"] == "gate-closed"
    assert any(shot in sentence and "gap" in sentence for sentence in refused["missing"])
    floor.run("cut", "fill", shot, "--take", "2", "--as", "Ed")
    floor.run("cut", "render", "--no-measure", "--as", "Ed", timeout_s=900)
    after = list(frames_of(open_file(master_of(floor))))
    slots = floor.json("cut", "show", "--as", "Ed")["slots"]
    untouched = [
        n
        for slot in slots
        if slot["shot"] != shot
        for n in range(slot["record"]["start"], slot["record"]["end"])
    ]
    assert [before[n] for n in untouched] == [after[n] for n in untouched]
    assert len(before) == len(after) == 1440

    floor.run("cut", "fill", shot, "--take", "1", "--as", "Ed")
    assert list(frames_of(open_file(master_of(floor)))) == before, "the first edit is rendered already"
    circle_everything(floor)
    refused = floor.json("deliver", "--as", "Ola", code=1)
    assert all(sentence.startswith("The master") for sentence in refused["missing"]), refused["missing"]
    floor.run(
        "verdict", "FILM", "circled", "--stage", "master", "--take", "1", "--answer", "waive", "--as", "Ola"
    )
    made = floor.json("deliver", "--as", "Ola")
    assert made["frames"] == 1440
    folder = Path(made["folder"])
    assert "0–1439" in floor.run("verify", str(folder))
    alone = subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py"), str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert alone.returncode == 0, alone.stdout
    floor.run("book", "verify")
    floor.run("book", "replay")

    altered = tmp_path / "altered"
    shutil.copytree(folder, altered)
    master = bytearray((altered / "master.mp4").read_bytes())
    master[len(master) // 2] ^= 1
    (altered / "master.mp4").write_bytes(master)
    told = floor.json("verify", str(altered), code=1)
    assert told["code"] == "master-altered"
    assert any(where.startswith("slot ") or where in {"sound", "container"} for where in told["where"])
