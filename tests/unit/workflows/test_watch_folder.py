"""A watched folder: whatever is dropped there becomes exactly one take, or one clear refusal."""

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from tests.saved_by_comfyui import EXTRA, GRAPH, PROMPT, save_png
from typer.testing import CliRunner

from circletake.cli.main import build
from circletake.domain.dropped import SEQUENCE_POLLS, STILL_POLLS
from circletake.errors import DiskFull, NotFound, RoleMissing
from circletake.media.encode import write_movie
from circletake.media.source import open_source
from circletake.media.still import read_picture
from circletake.work.dropped import DroppedFiles
from circletake.workflows import watch_folder as watching
from circletake.workflows.watch_folder import FolderWatch, WatchView

if TYPE_CHECKING:
    from tests.conftest import Drawing
    from tests.unit.workflows.conftest import Floor

run, app = CliRunner(), build()
ENOUGH = STILL_POLLS + 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "dropped"
    path.mkdir()
    return path


@pytest.fixture
def watch(floor: "Floor", folder: Path) -> Iterator[FolderWatch]:
    found = begun(floor, folder)
    yield found
    found.close()


def begun(floor: "Floor", folder: Path) -> FolderWatch:
    return floor.studio.watch_folder(floor["arti"], "spring", stage="animation", folder=folder)


def still(path: Path, light: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = np.zeros((8, 8, 3), np.uint8)
    picture[0, :3] = (light & 255, light >> 8 & 255, 90)
    assert cv2.imwrite(str(path), picture)
    return path


def settled(watch: FolderWatch, polls: int = ENOUGH) -> WatchView:
    """What came in the last of some polls; nothing came before it."""
    for _ in range(polls - 1):
        assert watch.poll().came == []
    return watch.poll()


def said(view: WatchView) -> dict[str, tuple[str, str]]:
    return {row.name: (row.state, row.said) for row in view.came}


def takes(floor: "Floor", code: str = "SH010") -> list[str]:
    return [take.label for take in floor.studio.task(floor["ana"], floor.task_id(code)).takes]


def test_a_file_becomes_a_take_once_it_lies_still_and_is_left_as_it_is(
    floor: "Floor", watch: FolderWatch, folder: Path
) -> None:
    path = still(folder / "SH010_fox_v1.png", 1)
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    first = watch.poll()
    assert (first.came, first.waiting) == ([], 1)
    assert said(settled(watch, ENOUGH - 1)) == {"SH010_fox_v1.png": ("taken", "SH010 take 1 at animation")}
    assert takes(floor) == ["SH010_fox_v1"]
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert watch.poll() == WatchView([], 0, "")


def test_what_is_still_being_written_waits(watch: FolderWatch, folder: Path) -> None:
    whole = still(folder.parent / "x.png", 2).read_bytes()
    path = folder / "SH010_slow.png"
    for part in range(8):
        with path.open("ab") as file:
            file.write(whole[len(whole) * part // 8 : len(whole) * (part + 1) // 8])
        assert watch.poll().came == []
    assert list(said(settled(watch, ENOUGH - 1)).values()) == [("taken", "SH010 take 1 at animation")]
    assert path.read_bytes() == whole


def test_what_programs_write_beside_their_file_is_never_looked_at(watch: FolderWatch, folder: Path) -> None:
    for name in (
        "SH010.mp4.part",
        "SH010.tmp",
        "SH010.mov~",
        ".SH010.png",
        "SH010.crdownload",
        ".x/SH010.png",
    ):
        still(folder / "a.png", 1)
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / "a.png").rename(folder / name)
    assert settled(watch) == WatchView([], 0, "")
    (folder / "SH010.mp4.part").rename(folder / "SH010.png")  # as browsers do at the end
    assert [row.state for row in settled(watch).came] == ["taken"]


def test_names_say_which_shot_it_is_or_are_refused(watch: FolderWatch, folder: Path) -> None:
    still(folder / "fox.png", 1)
    still(folder / "SH010 against SH020.png", 2)
    still(folder / "sh020" / "fox.png", 3)
    still(folder / "SH0100.png", 4)
    (folder / "SH010 notes.pdf").write_bytes(b"%PDF-1.7")
    (folder / "SH010_empty.png").touch()
    (folder / "SH010_link.png").symlink_to(folder / "fox.png")
    found = said(settled(watch))
    assert {name for name, (state, _) in found.items() if state == "taken"} == {"sh020/fox.png"}
    assert (
        found["fox.png"][1]
        == "fox.png names no shot; put one shot's code into its name, or into its folder's."
    )
    assert "names SH010 and SH020" in found["SH010 against SH020.png"][1]
    assert "names no shot" in found["SH0100.png"][1]
    assert "a document" in found["SH010 notes.pdf"][1]
    assert "is empty" in found["SH010_empty.png"][1]
    assert "a link" in found["SH010_link.png"][1]
    assert watch.poll().came == []
    assert watch.again() == 6
    assert len(said(watch.poll())) == 6


def test_the_same_bytes_are_one_take_however_they_are_called(
    floor: "Floor", watch: FolderWatch, folder: Path
) -> None:
    path = still(folder / "SH010_a.png", 1)
    settled(watch)
    path.rename(folder / "SH010_b.png")
    shutil.copy2(folder / "SH010_b.png", folder / "SH010_c.png")
    assert {state for state, _ in said(settled(watch)).values()} == {"again"}
    assert takes(floor) == ["SH010_a"]
    shutil.copy2(folder / "SH010_b.png", folder / "SH020.png")
    assert said(settled(watch)) == {"SH020.png": ("taken", "SH020 take 1 at animation")}
    still(folder / "SH010_b.png", 9)
    assert said(settled(watch)) == {"SH010_b.png": ("taken", "SH010 take 2 at animation")}


def test_whoever_begins_again_takes_nothing_twice(floor: "Floor", watch: FolderWatch, folder: Path) -> None:
    still(folder / "SH010_a.png", 1)
    still(folder / "fox.png", 2)
    settled(watch)
    after = begun(floor, folder)
    assert settled(after) == WatchView([], 0, "")
    assert {row.state for row in after.seen()} == {"taken", "refused"}
    after.close()


def test_a_take_whose_row_was_never_written_is_found_by_its_bytes(
    floor: "Floor", watch: FolderWatch, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    still(folder / "SH010_a.png", 1)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(DroppedFiles, "put", killed)
    watch.poll()
    watch.poll()
    with pytest.raises(KeyboardInterrupt):
        watch.poll()
    monkeypatch.undo()
    after = begun(floor, folder)
    assert [row.state for row in settled(after).came] == ["again"]
    assert takes(floor) == ["SH010_a"]
    after.close()


def test_clocks_that_step_change_nothing(floor: "Floor", watch: FolderWatch, folder: Path) -> None:
    path = still(folder / "SH010_a.png", 1)
    os.utime(path, (9_000_000_000, 9_000_000_000))
    watch.poll()
    os.utime(path, (1_000, 1_000))  # the clock stepped back and the file was written once more
    assert [row.state for row in settled(watch).came] == ["taken"]
    still(path, 2)
    os.utime(path, (500, 500))
    assert [row.state for row in settled(watch).came] == ["taken"]
    assert len(takes(floor)) == 2


def test_a_drive_that_goes_away_is_waited_for(watch: FolderWatch, folder: Path) -> None:
    still(folder / "SH010_a.png", 1)
    watch.poll()
    folder.rename(folder.parent / "away")
    gone = watch.poll()
    assert gone.came == []
    assert (
        gone.trouble == f"{folder} cannot be read (No such file or directory); waiting for it to come back."
    )
    (folder.parent / "away").rename(folder)
    assert [row.state for row in settled(watch).came] == ["taken"]


def test_a_file_that_goes_away_while_it_is_read_is_neither_taken_nor_refused(
    floor: "Floor", watch: FolderWatch, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = still(folder / "SH010_a.png", 1)
    watch.poll()
    watch.poll()
    hashed = watching._hash_of

    def gone(paths: list[Path]) -> str:
        found = hashed(paths)
        path.unlink()
        return found

    monkeypatch.setattr(watching, "_hash_of", gone)
    assert watch.poll() == WatchView([], 1, "")
    assert takes(floor) == []


def test_a_file_that_changes_while_it_is_read_waits(
    watch: FolderWatch, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = still(folder / "SH010_a.png", 1)
    watch.poll()
    watch.poll()
    hashed = watching._hash_of

    def changed(paths: list[Path]) -> str:
        found = hashed(paths)
        still(path, 2)
        return found

    monkeypatch.setattr(watching, "_hash_of", changed)
    view = watch.poll()
    assert (view.came, view.waiting) == ([], 1)
    assert "send it again" in view.trouble
    monkeypatch.undo()
    assert [row.state for row in settled(watch).came] == ["taken"]


def test_a_full_disk_is_waited_for(
    floor: "Floor", watch: FolderWatch, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    still(folder / "SH010_a.png", 1)
    watch.poll()
    watch.poll()

    def full(*_: object, **__: object) -> str:
        raise DiskFull("The disk has no room; nothing was recorded. Free some space and try again.")

    monkeypatch.setattr(floor.house.store, "put_file", full)
    view = watch.poll()
    assert (view.came, view.waiting) == ([], 1)
    assert "no room" in view.trouble
    monkeypatch.undo()
    assert [row.state for row in watch.poll().came] == ["taken"]


# pictures in a row


def test_pictures_in_a_row_are_one_take_frame_for_frame(
    floor: "Floor", watch: FolderWatch, folder: Path
) -> None:
    for number in range(1001, 1013):
        still(folder / f"SH010_run.{number}.png", number)
    (folder / "SH010_run.json").write_text('{"tool": "Blender"}')
    view = settled(watch, SEQUENCE_POLLS + 1)
    assert said(view) == {
        "SH010_run.####.png": ("taken", "SH010 take 1 at animation"),
        "SH010_run.json": ("beside", "says something of SH010_run.####.png"),
    }
    (take,) = floor.studio.task(floor["ana"], floor.task_id()).takes
    assert take.n_frames == 12
    source = open_source(floor.house.store, take.content)
    assert source.rate == Fraction(24)
    for frame, number in zip(source.frames(), range(1001, 1013), strict=True):
        expected = read_picture(folder / f"SH010_run.{number}.png", "x")
        assert np.array_equal(frame.rgb_at(8, 8), expected)
    for number in range(1001, 1013):
        shutil.copy2(folder / f"SH010_run.{number}.png", folder / f"SH010_copy.{number}.png")
    assert [row.state for row in settled(watch, SEQUENCE_POLLS + 1).came] == ["again"]


def test_pictures_in_a_row_with_holes_or_too_deep_are_refused_whole(
    floor: "Floor", watch: FolderWatch, folder: Path
) -> None:
    for number in (1, 2, 5, 6, 20):
        still(folder / f"SH010_holes.{number:04}.png", number)
    deep = np.zeros((8, 8, 3), np.uint16)
    clear = np.zeros((8, 8, 4), np.uint8)
    for number in (1, 2):
        assert cv2.imwrite(str(folder / f"SH010_deep.{number:04}.png"), deep)
        assert cv2.imwrite(str(folder / f"SH010_clear.{number:04}.png"), clear)
        (folder / f"SH010_float.{number:04}.exr").write_bytes(b"\x76\x2f\x31\x01")
        still(folder / f"SH010_size.{number:04}.png", number)
    assert cv2.imwrite(str(folder / "SH010_size.0002.png"), np.zeros((8, 10, 3), np.uint8))
    found = said(settled(watch, SEQUENCE_POLLS + 1))
    assert len(found) == 5
    assert {state for state, _ in found.values()} == {"refused"}
    assert "lacks 3, 4, 7, 8, 9 and 10 more" in found["SH010_holes.####.png"][1]
    assert "16 bits" in found["SH010_deep.####.png"][1]
    assert "transparent" in found["SH010_clear.####.png"][1]
    assert "one size" in found["SH010_size.####.png"][1]
    assert takes(floor) == []
    assert list((floor.house.folder / "cache").glob("*")) == []


# what lies beside


def test_what_lies_beside_a_take_is_declared(floor: "Floor", watch: FolderWatch, folder: Path) -> None:
    (folder / "SH010_a.json").write_text(json.dumps({"Seed": 7, "model": "m", "prompt": "\x1b[2J"}))
    (folder / "SH010_b.txt").write_text("For Ed.")
    first = said(settled(watch))
    assert (
        first["SH010_a.json"][1] == "SH010_a.json lies beside no take; it is read once one of its name comes."
    )
    save_png(still(folder / "SH010_a.png", 1), GRAPH, EXTRA)
    (folder / "SH010_a.png.txt").write_text("The second try.")
    found = said(settled(watch))
    assert {name: state for name, (state, _) in found.items()} == {
        "SH010_a.png": "taken",
        "SH010_a.json": "beside",
        "SH010_a.png.txt": "beside",
    }
    floor.studio.run_jobs()
    (take,) = floor.studio.task(floor["ana"], floor.task_id()).takes
    view = floor.studio.provenance(floor["dora"], floor.task_id(), content=take.content)
    declared = {(one.what, one.value, one.where) for one in view.facts if one.trust == "declared"}
    assert declared == {
        ("seed", "7", "SH010_a.json"),
        ("model", "m", "SH010_a.json"),
        ("prompt", "�[2J", "SH010_a.json"),
        ("said", "The second try.", "SH010_a.png.txt"),
    }
    assert PROMPT in [one.value for one in view.facts if one.trust == "embedded"]
    assert takes(floor) == ["SH010_a"]


def test_a_sidecar_that_cannot_be_read_is_said(floor: "Floor", watch: FolderWatch, folder: Path) -> None:
    still(folder / "SH010_a.png", 1)
    (folder / "SH010_a.json").write_text("[1, 2]")
    settled(watch)
    floor.studio.run_jobs()
    (take,) = floor.studio.task(floor["ana"], floor.task_id()).takes
    view = floor.studio.provenance(floor["dora"], floor.task_id(), content=take.content)
    assert view.refused == ["SH010_a.json holds no JSON object; it was not read."]


# who, and from where


def test_only_who_may_add_takes_may_watch(floor: "Floor", folder: Path) -> None:
    floor.studio.add_person("vic")
    floor.studio.set_role(floor["ana"], "spring", person="vic", role="reviewer")
    vic = floor.studio.session_of(floor.studio.sign_in_by_link(floor.studio.make_link("vic")))
    with pytest.raises(RoleMissing):
        floor.studio.watch_folder(vic, "spring", stage="animation", folder=folder)
    with pytest.raises(NotFound, match="it has"):
        floor.studio.watch_folder(floor["arti"], "spring", stage="dance", folder=folder)


def test_the_verb_takes_what_is_there_and_lists_it(
    floor: "Floor", folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    place = ["--studio", str(floor.studio.folder)]
    assert run.invoke(app, ["sign-in", "--link", floor.studio.make_link("arti"), *place]).exit_code == 0
    still(folder / "SH010_a.png", 1)
    still(folder / "fox.png", 2)
    done = run.invoke(app, ["watch", str(folder), "--once", "--every", "0.01", *place])
    assert done.exit_code == 0, done.output
    assert "✓ SH010_a.png: SH010 take 1 at animation" in done.output
    assert "✕ fox.png: fox.png names no shot" in done.output
    listed = run.invoke(app, ["watch", str(folder), "--list", *place])
    assert "1 takes, 1 refused, 2 in all" in listed.output
    told = json.loads(run.invoke(app, ["watch", str(folder), "--list", "--json", *place]).output)
    assert [row["state"] for row in told] == ["taken", "refused"]


# many


def test_a_hundred_files_in_bursts_each_come_to_one_end(
    floor: "Floor", watch: FolderWatch, folder: Path, drawing: "Drawing"
) -> None:
    """Stills and a film, halves and copies; the bench has the figure for a thousand."""
    film = folder / "SH020_film.mp4"
    write_movie(film, drawing.frames(6), rate=Fraction(24), width_px=192, height_px=96)
    ended: Counter[str] = Counter()
    for burst in range(4):
        for n in range(25):
            still(folder / f"{'SH010' if n % 2 else 'SH020'}_{burst}_{n:03}.png", burst * 25 + n)
        shutil.copy2(folder / f"SH010_{burst}_001.png", folder / f"SH010_{burst}_copy.png")
        half = folder / f"SH020_{burst}_half.png"
        half.write_bytes((folder / f"SH020_{burst}_000.png").read_bytes()[:40])
        ended.update(row.state for row in watch.poll().came)
    for _ in range(ENOUGH):
        ended.update(row.state for row in watch.poll().came)
    assert ended == {"taken": 101, "again": 4, "refused": 4}
    assert len(takes(floor, "SH010")) + len(takes(floor, "SH020")) == 101
    assert watch.poll() == WatchView([], 0, "")
