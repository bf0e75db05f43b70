"""The cut by recipe: who edits it, what may fill a slot, and what delivery refuses."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from circletake.cut.document import cut_hash, edit_hash
from circletake.domain.cut import SoundClip
from circletake.domain.lineage import CUT_SLOT
from circletake.domain.time import FrameRange
from circletake.errors import (
    AlreadyThere,
    CutUnreadable,
    GapOpen,
    GateClosed,
    HandlesShort,
    NotFound,
    RoleMissing,
    WorldMoved,
)
from circletake.workflows.cut_book import find_cut, frames_in_cut, record_cut

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor


def test_a_cut_is_assembled_filled_and_cleared(floor: "Floor") -> None:
    cut = floor.studio.cut_assemble(floor["ed"], "spring")
    assert [(slot.shot, slot.state, slot.frames) for slot in cut.slots] == [
        ("SH010", "gap", 24),
        ("SH020", "gap", 24),
    ]
    with pytest.raises(AlreadyThere):
        floor.studio.cut_assemble(floor["ed"], "spring")
    take = floor.take(b"one")
    filled = floor.studio.cut_fill(floor["ed"], "spring", slot="SH010", take=take.id)
    assert (filled.slots[0].state, filled.slots[0].take_number, filled.number) == ("offered", 1, 2)
    assert floor.studio.cut_fill(floor["ed"], "spring", slot="SH010", take=take.id).number == 2
    cleared = floor.studio.cut_clear(floor["ed"], "spring", slot="SH010")
    assert (cleared.slots[0].state, cleared.n_frames) == ("gap", 48)


def test_a_slot_takes_only_its_own_shot_long_enough(floor: "Floor") -> None:
    floor.studio.cut_assemble(floor["ed"], "spring")
    with pytest.raises(NotFound):
        floor.studio.cut_fill(floor["ed"], "spring", slot="SH010", take=floor.take(b"other", code="SH020").id)
    with pytest.raises(HandlesShort):
        floor.studio.cut_fill(floor["ed"], "spring", slot="SH010", take=floor.take(b"short", frames=10).id)
    with pytest.raises(RoleMissing):
        floor.studio.cut_fill(floor["arti"], "spring", slot="SH010", take=floor.take(b"fine").id)


def test_an_edit_of_a_cut_that_moved_is_refused(floor: "Floor") -> None:
    seen = floor.studio.cut_assemble(floor["ed"], "spring").hash
    take = floor.take(b"one")
    floor.studio.cut_fill(floor["ed"], "spring", slot="SH010", take=take.id, cut_hash=seen)
    with pytest.raises(WorldMoved):
        floor.studio.cut_clear(floor["ed"], "spring", slot="SH010", cut_hash=seen)


def test_the_same_edit_is_the_same_edit_whatever_its_number(floor: "Floor") -> None:
    floor.studio.cut_assemble(floor["ed"], "spring")
    one, two = floor.take(b"one"), floor.take(b"two")
    hashes = []
    for take in (one, two, one):
        floor.studio.cut_fill(floor["ed"], "spring", slot="SH010", take=take.id)
        with floor.house.book.reading() as conn:
            cut = find_cut(conn, take.production)
        assert cut is not None
        hashes.append((edit_hash(cut), cut_hash(cut)))
    assert hashes[0][0] == hashes[2][0] != hashes[1][0]
    assert hashes[0][1] != hashes[2][1]
    slots = [e.body["content"] for e in floor.house.book.entries(0, 10_000) if e.body.get("slot") == CUT_SLOT]
    assert slots[-1] == slots[-3]


def test_a_cut_with_a_gap_is_not_rendered(floor: "Floor") -> None:
    floor.studio.cut_assemble(floor["ed"], "spring")
    with pytest.raises(GapOpen, match="SH010, SH020"):
        floor.studio.cut_render(floor["ed"], "spring")


def test_delivery_lists_all_that_is_missing_and_seals_nothing(floor: "Floor") -> None:
    floor.studio.cut_assemble(floor["ed"], "spring")
    take = floor.take(b"one")
    floor.studio.cut_fill(floor["ed"], "spring", slot="SH010", take=take.id)
    with pytest.raises(GateClosed) as refused:
        floor.studio.deliver(floor["ana"], "spring")
    missing = refused.value.detail["missing"]
    assert missing == floor.studio.cut(floor["ana"], "spring").missing
    told = " ".join(missing)
    for part in (
        "SH010 take 1, Lead",
        "SH010 take 1, Director",
        "technical",
        "SH020 is missing",
        "not rendered",
    ):
        assert part in told
    assert "sealed" not in floor.kinds()
    with pytest.raises(RoleMissing):
        floor.studio.deliver(floor["ed"], "spring")


def test_sound_in_the_cut_holds_its_gates_too_or_delivery_names_it(floor: "Floor") -> None:
    floor.studio.cut_assemble(floor["ed"], "spring")
    take = floor.take(b"heard")
    house = floor.studio.house
    with house.book.transact() as tx:
        cut = find_cut(tx.conn, take.production)
        assert cut is not None
        sound = (SoundClip("a_1", "SH010", take.content, 0, 10), SoundClip("a_2", "SH020", None, 10, 5))
        record_cut(house, tx, floor["ed"].actor, replace(cut, number=cut.number + 1, sound=sound))
    missing = floor.studio.cut(floor["ana"], "spring").missing
    assert "SH020 is missing from the sound: fill its gap." in missing
    assert any(sentence.startswith("SH010 take 1, Lead") for sentence in missing)
    with house.book.reading() as conn:
        assert frames_in_cut(conn, take.production)[take.content] == FrameRange(0, 10)


def test_the_cut_goes_out_and_comes_back_in_every_form(floor: "Floor", tmp_path: Path) -> None:
    floor.studio.cut_assemble(floor["ed"], "spring")
    take = floor.take(b"one")
    was = floor.studio.cut_fill(floor["ed"], "spring", slot="SH010", take=take.id)
    ways = floor.studio.cut_forms(floor["ed"], "spring")
    assert (ways.may_import, floor.studio.cut_forms(floor["arti"], "spring").may_import) == (True, False)
    for form in ways.forms:
        path = tmp_path / f"cut{form.ending}"
        if not form.writes:
            with pytest.raises(CutUnreadable, match="is only read here"):
                floor.studio.cut_export(floor["ed"], "spring", path)
            continue
        lost = floor.studio.cut_export(floor["ed"], "spring", path)
        assert lost
        came = floor.studio.cut_import(floor["ed"], "spring", path)
        assert came.lost == []
        assert [(slot.id, slot.take) for slot in came.cut.slots] == [
            (slot.id, slot.take) for slot in was.slots
        ]
    with pytest.raises(NotFound, match="no such file"):
        floor.studio.cut_import(floor["ed"], "spring", tmp_path / "none.otio")
    with pytest.raises(RoleMissing):
        floor.studio.cut_import(floor["arti"], "spring", tmp_path / "cut.otio")


def test_a_timeline_sent_from_afar_names_no_path_of_this_machine(floor: "Floor") -> None:
    floor.studio.cut_assemble(floor["ed"], "spring")
    floor.studio.cut_fill(floor["ed"], "spring", slot="SH010", take=floor.take(b"one").id)
    for form in ("otio", "fcpxml", "fcp7", "edl"):
        told, data = floor.studio.cut_file(floor["ed"], "spring", form=form)
        assert str(floor.house.folder).encode() not in data
        assert told.name.startswith("spring-cut-0")
        assert told.lost[-1].startswith("Media is named and not found by its path")
        came = floor.studio.cut_import_sent(floor["ed"], "spring", name=told.name, data=data)
        assert came.cut.slots[0].take_number == 1
        floor.studio.cut_back(floor["ed"], "spring", number=2)
        again = floor.studio.cut_import_sent(floor["ed"], "spring", name="mail", data=data, form=form)
        assert again.cut.slots[0].take_number == 1
        floor.studio.cut_back(floor["ed"], "spring", number=2)
    number = floor.studio.cut(floor["ed"], "spring").number
    with pytest.raises(CutUnreadable, match="is no form of timeline"):
        floor.studio.cut_import_sent(floor["ed"], "spring", name="cut.mov", data=data)
    with pytest.raises(CutUnreadable, match="no event"):
        floor.studio.cut_import_sent(floor["ed"], "spring", name="cut.edl", data=b"nothing")
    assert floor.studio.cut(floor["ed"], "spring").number == number
