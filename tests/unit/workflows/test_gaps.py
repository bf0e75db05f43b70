"""Gaps: told with their neighbours, filled without a model, sent out as packs and taken back in."""

import json
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from circletake.errors import (
    AlreadyThere,
    CutUnreadable,
    MakerRefused,
    NotFound,
    RateMismatch,
    RequestInvalid,
    RoleMissing,
    WorldMoved,
)
from circletake.ledger import reads
from circletake.media.encode import write_movie
from circletake.media.source import open_source
from circletake.workflows.gap_pack import unpack_to
from circletake.workflows.make_take import MakeWish
from circletake.workflows.views import TakeView

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor

W, H = 96, 64


def film(path: Path, first: int, *, frames: int = 30) -> Path:
    """A soft wave that goes on by a pixel and a half a frame."""
    x, y = np.meshgrid(np.arange(W), np.arange(H))
    pictures = []
    for k in range(frames):
        wave = 128 + 60 * np.sin((x - 1.5 * (first + k)) / 7) + 50 * np.sin(y / 5 + x / 11)
        pictures.append(np.repeat(np.clip(wave, 0, 255).astype(np.uint8)[..., np.newaxis], 3, axis=2))
    write_movie(path, pictures, rate=Fraction(24), width_px=W, height_px=H, lossless=True)
    return path


@pytest.fixture
def holed(floor: "Floor", tmp_path: Path) -> "Floor":
    """SH010 and SH030 are filled and go on from each other; SH020, three frames between them, is missing."""
    studio, ed = floor.studio, floor["ed"]
    studio.add_shot(ed, "spring", code="SH030", title="She turns", frames=10, source_class="drawn")
    studio.cut_assemble(ed, "spring")
    short(floor, tmp_path, {"SH010": 20, "SH020": 3, "SH030": 10})
    for code, first in (("SH010", 0), ("SH030", 25)):
        path = film(tmp_path / f"{code}.mp4", first)
        view = add(floor, code, path)
        studio.cut_fill(ed, "spring", slot=code, take=view.id, source_in=2)
    return floor


def short(floor: "Floor", folder: Path, lengths: dict[str, int]) -> None:
    """The editor gives every slot its length."""
    file = folder / "cut.otio"
    floor.studio.cut_export(floor["ed"], "spring", file)
    text = file.read_text()
    for code, frames in lengths.items():
        at = text.index(f'"name": "{code}"')
        place = text.index('"duration"', at)
        value = text.index('"value": ', place) + len('"value": ')
        text = text[:value] + f"{frames}.0" + text[text.index("\n", value) :]
    file.write_text(text)
    floor.studio.cut_import(floor["ed"], "spring", file)


def add(floor: "Floor", code: str, path: Path, *, stage: str = "animation") -> TakeView:
    return floor.studio.add_take(
        floor["arti"], "spring", shot=code, stage=stage, path=path, label="", on=(), parent=None, change="new"
    ).takes[-1]


def made(floor: "Floor", maker: str, wish: MakeWish | None = None, *, slot: str = "SH020") -> TakeView:
    job = floor.studio.cut_make(floor["arti"], "spring", slot=slot, maker=maker, wish=wish)
    over = floor.studio.run_jobs([job.key])
    assert [one.state for one in over] == ["done"], over
    return floor.studio.task(floor["arti"], floor.task_id(slot)).takes[-1]


def test_a_gap_is_told_with_neighbours_handles_board_panel_and_what_could_be_made(
    holed: "Floor", tmp_path: Path
) -> None:
    add(holed, "SH020", film(tmp_path / "panel.mp4", 90, frames=2), stage="storyboard")
    view = holed.studio.cut_gaps(holed["ed"], "spring")
    (gap,) = view.gaps
    assert (gap.shot, gap.description, gap.frames, gap.wanted_frames, gap.planned_frames) == (
        "SH020",
        "SH020",
        3,
        27,
        24,
    )
    assert gap.before is not None
    assert gap.after is not None
    assert (gap.before.shot, gap.before.take_number, gap.before.frame) == ("SH010", 1, 2 + 19)
    assert (gap.after.shot, gap.after.take_number, gap.after.frame) == ("SH030", 1, 2)
    assert gap.board is not None
    assert (gap.board.number, gap.board.state, gap.board.n_frames) == (1, "review", 2)
    assert [(one.name, one.refused) for one in gap.makers] == [
        (name, "") for name in ("dissolve", "hold", "inbetween", "move", "retime", "slate")
    ]


def test_what_cannot_be_made_says_why(floor: "Floor") -> None:
    floor.studio.cut_assemble(floor["ed"], "spring")
    first = floor.studio.cut_gaps(floor["ed"], "spring").gaps[0]
    assert first.before is None
    refused = {one.name: one.refused for one in first.makers if one.refused}
    assert refused["inbetween"].startswith("SH010 lasts 24 frames, and at most 3")
    assert refused["dissolve"].startswith("There is no take before SH010")
    for maker in ("inbetween", "dissolve", "hold", "retime", "move"):
        with pytest.raises(MakerRefused):
            floor.studio.cut_make(floor["ed"], "spring", slot="SH010", maker=maker)


def test_what_is_made_is_a_take_that_names_its_method_and_ships_nothing_by_itself(holed: "Floor") -> None:
    take = made(holed, "inbetween")
    assert take.label == "in-between of SH010 frame 21 and SH030 frame 2 (DIS)"
    assert (take.origin, take.n_frames, take.state) == ("splice", 3, "review")
    assert {person.name for person in take.made_by} == {"arti", "the studio"}
    assert holed.studio.cut(holed["ed"], "spring").slots[1].state == "gap"
    filled = holed.studio.cut_fill(holed["ed"], "spring", slot="SH020", take=take.id)
    assert filled.slots[1].state == "offered"
    middle = open_source(holed.house.store, take.content).frame(1).rgb().astype(int)
    wanted = open_source(holed.house.store, filled.slots[0].take or "").frame(24).rgb().astype(int)
    assert np.abs(middle - wanted)[8:-8, 12:-12].mean() < 4


@pytest.mark.parametrize(
    ("maker", "wish", "leans_on"),
    [
        ("dissolve", MakeWish(), {"SH010", "SH030"}),
        ("inbetween", MakeWish(), {"SH010", "SH030"}),
        ("hold", MakeWish(side="before"), {"SH010"}),
        ("hold", MakeWish(side="after"), {"SH030"}),
        ("slate", MakeWish(), set()),
    ],
    ids=["dissolve", "inbetween", "hold before", "hold after", "slate"],
)
def test_what_is_made_of_a_neighbour_is_stale_once_that_moves_and_no_longer_once_it_is_back(
    holed: "Floor", tmp_path: Path, maker: str, wish: MakeWish, leans_on: set[str]
) -> None:
    take = holed.studio.cut(holed["ed"], "spring")
    view = made(holed, maker, wish)
    with holed.house.book.reading() as conn:
        recorded = reads.find_take(conn, view.id)
    assert recorded is not None
    assert len(recorded.leans) == bool(leans_on)
    holed.measured(recorded)
    holed.circle(recorded)
    assert holed.status("SH020") == "circled"
    for code in ("SH010", "SH030"):
        other = add(holed, code, film(tmp_path / f"other-{code}.mp4", 50))
        first = next(slot for slot in take.slots if slot.shot == code)
        holed.studio.cut_fill(holed["ed"], "spring", slot=code, take=other.id, source_in=2)
        assert holed.status("SH020") == ("stale" if code in leans_on else "circled"), code
        holed.studio.cut_fill(
            holed["ed"], "spring", slot=code, take=first.offers[0].take, source_in=first.source_in
        )
        assert holed.status("SH020") == "circled"


def test_the_same_wish_is_made_once(holed: "Floor") -> None:
    one = made(holed, "dissolve")
    again = made(holed, "dissolve")
    assert (again.id, again.content) == (one.id, one.content)
    assert open_source(holed.house.store, one.content).n_frames == 3


def test_a_move_over_the_board_panel_and_a_retime_of_another_take(holed: "Floor", tmp_path: Path) -> None:
    panel = add(holed, "SH020", film(tmp_path / "panel.mp4", 90, frames=2), stage="storyboard")
    move = made(holed, "move", MakeWish(take=panel.id, end=(0, 0, 32_768, 32_768), ease="linear"))
    assert move.label == "move over SH020 frame 0, linear"
    own = add(holed, "SH020", film(tmp_path / "own.mp4", 5))
    retime = made(holed, "retime", MakeWish(take=own.id, source_in=4, source_out=10))
    assert retime.label == "retime of SH020 to 200 %, frames 4–9"
    assert (retime.parent, retime.n_frames) == (own.id, 3)


def test_wishes_that_cannot_be_are_refused_at_the_door(holed: "Floor") -> None:
    studio, arti = holed.studio, holed["arti"]
    with pytest.raises(NotFound, match="no maker “dream”"):
        studio.cut_make(arti, "spring", slot="SH020", maker="dream")
    with pytest.raises(NotFound):
        studio.cut_make(arti, "spring", slot="SH999", maker="slate")
    with pytest.raises(NotFound):
        studio.cut_make(arti, "spring", slot="SH020", maker="retime", wish=MakeWish(take="k_none"))
    with pytest.raises(RequestInvalid):
        studio.cut_make(arti, "spring", slot="SH020", maker="hold", wish=MakeWish(side="above"))
    with pytest.raises(MakerRefused, match="outside the picture"):
        studio.cut_make(arti, "spring", slot="SH020", maker="move", wish=MakeWish(end=(0, 0, 70_000, 5)))
    with pytest.raises(WorldMoved):
        studio.cut_make(arti, "spring", slot="SH020", maker="slate", cut_hash="00" * 32)
    studio.add_person("client")
    client = studio.session_of(studio.sign_in_by_link(studio.make_link("client")))
    studio.set_role(holed["ana"], "spring", person="client", role="client")
    with pytest.raises(RoleMissing):
        studio.cut_make(client, "spring", slot="SH020", maker="slate")
    assert not studio.cut_gaps(client, "spring").may_make


@pytest.fixture
def packed(holed: "Floor", tmp_path: Path) -> Path:
    add(holed, "SH020", film(tmp_path / "panel.mp4", 90, frames=2), stage="storyboard")
    return holed.studio.cut_pack(holed["arti"], "spring", slot="SH020")


def test_a_pack_holds_the_frames_that_touch_the_gap_its_handles_and_what_is_wanted(
    holed: "Floor", packed: Path
) -> None:
    with zipfile.ZipFile(packed) as files:
        names = files.namelist()
        told = json.loads(files.read("pack.json"))
        words = files.read("NOTES.txt").decode()
        first = cv2.imdecode(np.frombuffer(files.read("first.png"), np.uint8), cv2.IMREAD_COLOR_RGB)
        assert files.read("first.png") == files.read("before/0012.png")
        assert files.read("last.png") == files.read("after/0001.png")
    assert sorted(names) == sorted(
        ["pack.json", "NOTES.txt", "first.png", "last.png", "board.png"]
        + [f"{side}/{n:04}.png" for side in ("before", "after") for n in range(1, 13)]
    )
    cut = holed.studio.cut(holed["ed"], "spring")
    content = cut.slots[0].take
    assert content is not None
    assert first is not None
    assert np.array_equal(first, open_source(holed.house.store, content).frame(21).rgb())
    assert (told["frames"], told["rate"], told["size"]) == (3, [24, 1], [W, H])
    assert (told["first"]["frame"], told["before"], told["after"]) == (21, [10, 22], [2, 14])
    assert (told["slot"], told["cut"]) == (cut.slots[1].id, cut.hash)
    assert "Wanted: 3 frames at 24 frames a second, 96 × 64 pixels." in words


def test_the_same_gap_is_the_same_pack(holed: "Floor", packed: Path) -> None:
    data = packed.read_bytes()
    packed.unlink()
    again = holed.studio.cut_pack(holed["ed"], "spring", slot="SH020")
    assert (again, again.read_bytes()) == (packed, data)
    assert str(holed.studio.folder) not in data.decode("latin-1")


@pytest.mark.parametrize("form", ["zip", "folder", "json"])
def test_what_comes_back_is_a_take_of_its_shot_that_names_its_pack(
    holed: "Floor", packed: Path, tmp_path: Path, form: str
) -> None:
    place = tmp_path / ("out.zip" if form == "zip" else "out")
    unpack_to(packed, place)
    with pytest.raises(AlreadyThere):
        unpack_to(packed, place)
    came = holed.studio.cut_receive(
        holed["arti"],
        "spring",
        pack=place / "pack.json" if form == "json" else place,
        path=film(tmp_path / "made.mp4", 21, frames=5),
        label="some model",
    )
    assert came.said == ()
    take = holed.studio.task(holed["arti"], holed.task_id("SH020")).takes[-1]
    assert (take.id, take.origin) == (came.take, "generated")
    assert take.label == f"some model · pack {packed.stem[:8]}"
    cut = holed.studio.cut_fill(holed["ed"], "spring", slot=came.slot, take=came.take, source_in=1)
    assert [slot.state for slot in cut.slots] == ["offered"] * 3


def test_what_moved_since_the_pack_went_out_is_said(holed: "Floor", packed: Path, tmp_path: Path) -> None:
    other = add(holed, "SH010", film(tmp_path / "other.mp4", 50))
    holed.studio.cut_fill(holed["ed"], "spring", slot="SH010", take=other.id)
    came = holed.studio.cut_receive(
        holed["arti"], "spring", pack=packed, path=film(tmp_path / "made.mp4", 21, frames=5)
    )
    assert came.said == (
        "Another take stands before SH020 now than when the pack went out; look at the seam.",
    )


def test_a_film_that_is_sent_for_a_gap_counts_as_what_came_of_the_last_pack(
    holed: "Floor", packed: Path, tmp_path: Path
) -> None:
    other = add(holed, "SH010", film(tmp_path / "other.mp4", 50))
    send = holed.studio.cut_receive_for
    path = film(tmp_path / "made.mp4", 21, frames=5)
    holed.studio.cut_fill(holed["ed"], "spring", slot="SH010", take=other.id)
    came = send(holed["arti"], "spring", slot="SH020", path=path, label="made.mp4")
    assert came.said == (
        "Another take stands before SH020 now than when the pack went out; look at the seam.",
    )
    (take,) = holed.studio.task(holed["arti"], holed.task_id("SH020")).takes
    assert (take.label, take.origin) == (f"made.mp4 · pack {packed.stem[:8]}", "generated")
    # another pack goes out, and is the last from then on
    again = holed.studio.cut_pack(holed["ed"], "spring", slot="SH020")
    came = send(holed["arti"], "spring", slot="SH020", path=film(tmp_path / "2.mp4", 22, frames=5))
    assert came.said == ()
    takes = holed.studio.task(holed["arti"], holed.task_id("SH020")).takes
    assert takes[-1].label == f"pack {again.stem[:8]}"


def test_a_film_is_taken_for_a_gap_that_no_pack_went_out_for(holed: "Floor", tmp_path: Path) -> None:
    path = film(tmp_path / "made.mp4", 21, frames=5)
    came = holed.studio.cut_receive_for(holed["arti"], "spring", slot="SH020", path=path, label="made.mp4")
    assert came.said == ()
    assert holed.studio.task(holed["arti"], holed.task_id("SH020")).takes[-1].label == "made.mp4"
    with pytest.raises(NotFound):
        holed.studio.cut_may_receive(holed["arti"], "spring", slot="SH090")


def test_what_is_no_pack_of_this_production_is_refused(holed: "Floor", packed: Path, tmp_path: Path) -> None:
    made = film(tmp_path / "made.mp4", 21, frames=5)
    with zipfile.ZipFile(packed) as files:
        told = json.loads(files.read("pack.json"))

    def written(**changed: object) -> Path:
        path = tmp_path / "pack.json"
        path.write_text(json.dumps(told | changed, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
        return path

    empty = tmp_path / "empty.zip"
    with zipfile.ZipFile(empty, "w") as nothing:
        nothing.writestr("readme.txt", "hello")
    for pack in (made, empty, tmp_path / "nowhere"):
        with pytest.raises(CutUnreadable):
            holed.studio.cut_receive(holed["arti"], "spring", pack=pack, path=made)
    for changed in ({"production": "pr_other"}, {"v": 2}, {"slot": 7}, {"first": "x"}, {"more": 1}):
        with pytest.raises(CutUnreadable):
            holed.studio.cut_receive(holed["arti"], "spring", pack=written(**changed), path=made)
    with pytest.raises(NotFound):
        holed.studio.cut_receive(holed["arti"], "spring", pack=written(slot="s_gone"), path=made)
    assert len(holed.studio.task(holed["arti"], holed.task_id("SH020")).takes) == 0


def test_a_film_at_another_rate_and_a_person_without_the_right_are_refused(
    holed: "Floor", packed: Path, tmp_path: Path
) -> None:
    path = tmp_path / "sixteen.mp4"
    pictures = [np.full((H, W, 3), k, np.uint8) for k in range(5)]
    write_movie(path, pictures, rate=Fraction(16), width_px=W, height_px=H)
    with pytest.raises(RateMismatch, match="16 frames a second"):
        holed.studio.cut_receive(holed["arti"], "spring", pack=packed, path=path)
    holed.studio.add_person("client")
    client = holed.studio.session_of(holed.studio.sign_in_by_link(holed.studio.make_link("client")))
    holed.studio.set_role(holed["ana"], "spring", person="client", role="client")
    with pytest.raises(RoleMissing):
        holed.studio.cut_pack(client, "spring", slot="SH020")
