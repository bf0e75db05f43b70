import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from circletake.cut.cache import FolderCache
from circletake.cut.deliverable import Approval, ShippedSlot, ShippedTake, deliverable_bytes, read_master
from circletake.cut.document import cut_hash, read_cut
from circletake.cut.master import MasterFacts
from circletake.cut.render import render_cut
from circletake.domain.cut import CutVersion, Slot
from circletake.domain.production import Production
from circletake.errors import GapOpen, GateClosed, MasterAltered
from circletake.ledger.canonical import read_canonical
from circletake.ledger.verifier import read_tracks
from circletake.media.encode import write_movie
from circletake.media.store import ContentStore

PRODUCTION = Production("pr_1", "bird", "A Bird", Fraction(24), 192, 96, "99" * 32)
SLOTS = [
    ShippedSlot(
        "s_2", ShippedTake("t_2", "animation", (Approval("lead", (7,)), Approval("director", (9, 11))))
    ),
    ShippedSlot("s_1", ShippedTake("t_1", "animation", (Approval("lead", (5,)),))),
]
FILM = ShippedTake("t_film", "master", (Approval("producer", (12,)),))


@pytest.fixture
def rendered(tmp_path: Path, drawing: "object", store: ContentStore) -> tuple[CutVersion, Path]:
    frames = [drawing.frame(n) for n in range(20)]  # type: ignore[attr-defined]  # a Drawing
    film = tmp_path / "take.mp4"
    write_movie(film, frames, rate=Fraction(24), width_px=192, height_px=96)
    take = store.put_file(film)
    slots = (Slot("s_1", "SH010", 12, take, 3), Slot("s_2", "SH020", 8, take))
    cut = CutVersion("pr_1", 4, Fraction(24), 192, 96, slots, parent="77" * 32)
    return cut, store.path(render_cut(store, cut, FolderCache(tmp_path / "cache")).content)


def record(cut: CutVersion, master: MasterFacts, slots: list[ShippedSlot] = SLOTS) -> bytes:
    return deliverable_bytes(PRODUCTION, cut, master, slots=slots, film=FILM, policy="99" * 32, book_seq=12)


def test_the_record_says_of_every_frame_which_take_and_which_verdicts(
    rendered: tuple[CutVersion, Path],
) -> None:
    cut, path = rendered
    facts = read_master(path, cut)
    raw = record(cut, facts)
    data = read_canonical(raw)
    assert [(slot["slot"], slot["record"], slot["source_in"]) for slot in data["slots"]] == [
        ("s_1", [0, 12], 3),
        ("s_2", [12, 20], 0),
    ]
    assert data["slots"][1]["gates"] == [
        {"gate": "lead", "verdicts": [7]},
        {"gate": "director", "verdicts": [9, 11]},
    ]
    assert data["master"]["gates"] == [{"gate": "producer", "verdicts": [12]}]
    assert data["master"]["size_bytes"] == path.stat().st_size
    assert data["cut"]["hash"] == cut_hash(cut)
    assert read_cut(data["cut"]["document"]) == cut
    assert data["slots"][0]["sample_sha256"] != data["slots"][1]["sample_sha256"]
    assert record(cut, facts) == raw


def test_a_slot_nobody_judged_or_a_gap_makes_no_record(rendered: tuple[CutVersion, Path]) -> None:
    cut, path = rendered
    facts = read_master(path, cut)
    with pytest.raises(GateClosed, match="who circled SH010"):
        record(cut, facts, SLOTS[:1])
    with pytest.raises(GapOpen, match="SH020"):
        record(replace(cut, slots=(cut.slots[0], Slot("s_2", "SH020", 8))), facts)


def test_a_master_of_another_cut_makes_no_record(rendered: tuple[CutVersion, Path]) -> None:
    cut, path = rendered
    facts = read_master(path, cut)
    longer = replace(cut, slots=(*cut.slots, Slot("s_3", "SH030", 1, "ab" * 32)))
    with pytest.raises(MasterAltered, match="the cut's 21 frames"):
        read_master(path, longer)
    moved = replace(cut, slots=(replace(cut.slots[0], frames=11), replace(cut.slots[1], frames=9)))
    with pytest.raises(MasterAltered, match="not rendered from this cut"):
        record(moved, facts)


def test_a_byte_changed_in_a_shot_changes_the_hash_of_that_shot_alone(
    rendered: tuple[CutVersion, Path], tmp_path: Path
) -> None:
    cut, path = rendered
    (track,) = (track for track in read_tracks(path) if track.kind == "vide")
    offset, size = track.samples[15]
    raw = bytearray(path.read_bytes())
    raw[offset + size // 2] ^= 1
    (tmp_path / "altered.mp4").write_bytes(raw)
    before, after = read_master(path, cut), read_master(tmp_path / "altered.mp4", cut)
    assert before.slots[0] == after.slots[0]
    assert before.slots[1] != after.slots[1]
    assert before.description_sha256 == after.description_sha256


def test_what_is_no_film_is_refused(rendered: tuple[CutVersion, Path], tmp_path: Path) -> None:
    cut, _ = rendered
    other = tmp_path / "notes.mp4"
    other.write_bytes(json.dumps({"not": "a film"}).encode())
    with pytest.raises(MasterAltered, match="cannot be read"):
        read_master(other, cut)
