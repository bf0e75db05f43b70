"""Corners of the one-file verifier that a whole delivery does not turn: odd files, odd calls, odd books."""

import io
import runpy
import struct
import sys
from pathlib import Path
from typing import Any

import pytest

from circletake.ledger import verifier
from circletake.ledger.verifier import (
    Broken,
    Report,
    Track,
    Unusable,
    World,
    canonical,
    chain_hash,
    leaf_hash,
    main,
    read_tracks,
    verify_folder,
)


def box(kind: bytes, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def rows_of(kind: bytes, form: str, rows: list[tuple[int, ...]], *, skip: int = 0) -> bytes:
    packed = b"".join(struct.pack(form, *row) for row in rows)
    return box(kind, struct.pack(">I", 0), bytes(skip), struct.pack(">I", len(rows)), packed)


def movie(
    sizes: list[int],
    chunks: list[int],
    runs: list[tuple[int, int, int]],
    *,
    fixed: int = 0,
    wide: bool = False,
) -> bytes:
    count = len(sizes)
    stsz = box(
        b"stsz", struct.pack(">III", 0, fixed, count), *(struct.pack(">I", s) for s in sizes if not fixed)
    )
    offsets = (
        rows_of(b"co64", ">Q", [(c,) for c in chunks])
        if wide
        else rows_of(b"stco", ">I", [(c,) for c in chunks])
    )
    stbl = box(
        b"stbl", box(b"stsd", bytes(8)), rows_of(b"stts", ">II", [(count, 0)]),
        rows_of(b"stsc", ">III", list(runs)), stsz, offsets,
    )  # fmt: skip
    head = box(b"hdlr", bytes(8), b"vide", bytes(13))
    return box(b"moov", box(b"trak", box(b"mdia", head, box(b"minf", stbl))))


def tracks(tmp_path: Path, data: bytes, *, more: int = 500) -> list[Track]:
    path = tmp_path / "master.mp4"
    path.write_bytes(data + bytes(more))
    return read_tracks(path)


def test_runs_of_chunks_say_where_each_sample_lies(tmp_path: Path) -> None:
    (track,) = tracks(tmp_path, movie([5, 6, 7, 8], [100, 200, 300], [(1, 2, 1), (2, 1, 1)]))
    assert track.samples == [(100, 5), (105, 6), (200, 7), (300, 8)]
    (track,) = tracks(tmp_path, movie([5, 6, 7], [100, 200], [(1, 2, 1)], wide=True))
    assert track.samples == [(100, 5), (105, 6), (200, 7)]
    assert track.shown == [0, 0, 0]
    (track,) = tracks(tmp_path, movie([0, 0], [100], [(1, 2, 1)], fixed=9))
    assert track.samples == [(100, 9), (109, 9)]


def test_uncompressed_sound_is_told_by_its_chunks(tmp_path: Path) -> None:
    def heard(sizes: list[int], chunks: list[int], runs: list[tuple[int, int, int]]) -> Track:
        data = movie(sizes, chunks, runs, fixed=6).replace(b"vide", b"soun")
        return tracks(tmp_path, data)[0]

    track = heard([0] * 7, [100, 200, 300], [(1, 3, 1), (3, 9, 1)])
    assert (track.kind, track.samples) == ("soun", [(100, 18), (200, 18), (300, 6)])
    assert heard([0] * 3, [100, 200], [(1, 3, 1)]).samples == [(100, 18)]
    with pytest.raises(Broken, match="more samples than its chunks hold"):
        heard([0] * 4, [100], [(1, 3, 1)])
    with pytest.raises(Broken, match="cannot be read"):
        heard([0] * 4, [100], [])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (movie([5, 6], [100], [(1, 1, 1)]), "more samples than its chunks hold"),
        (movie([5000], [100], [(1, 1, 1)]), "more bytes than the file has"),
        (movie([0], [100], [(1, 1, 1)], fixed=50_000), "more bytes than the file has"),
        (struct.pack(">I4sQ", 1, b"ftyp", 24) + bytes(8), "has no index"),
        (struct.pack(">I4s", 1, b"ftyp"), "impossible length"),
        (box(b"moov", struct.pack(">I4s", 3, b"trak")), "impossible length"),
        (box(b"moov", box(b"trak")), "cannot be read"),
        (box(b"moov", box(b"trak", box(b"mdia", rows_of(b"stts", ">II", [])))), "cannot be read"),
    ],
)
def test_a_film_whose_index_cannot_be_is_said(tmp_path: Path, data: bytes, says: str) -> None:
    with pytest.raises(Broken, match=says):
        tracks(tmp_path, data, more=0 if "impossible" in says or "no index" in says else 500)


def test_a_table_that_is_longer_than_its_box_is_said(tmp_path: Path) -> None:
    data = movie([5], [100], [(1, 1, 1)])
    at = data.index(b"stco") + 8
    with pytest.raises(Broken, match="longer than its box"):
        tracks(tmp_path, data[:at] + struct.pack(">I", 9) + data[at + 4 :])


def test_timing_that_does_not_cover_the_samples_is_said(tmp_path: Path) -> None:
    data = movie([5], [100], [(1, 1, 1)])
    at = data.index(b"stts") + 12
    with pytest.raises(Broken, match="timing does not cover"):
        tracks(tmp_path, data[:at] + struct.pack(">I", 9) + data[at + 4 :])


def test_frames_that_no_slot_covers_are_named() -> None:
    report = Report()
    track = Track("vide", [(0, 1), (1, 1)], [0, 1], [0, 1], b"")
    record = {"n_frames": 1, "slots": [], "cut": {"document": {"slots": []}}}
    verifier._check_slots(report, record, io.BytesIO(b"ab"), track)
    assert report.broken == ["frames"]


def test_a_slot_that_has_no_samples_is_named_without_a_place() -> None:
    report = Report()
    slot: dict[str, Any] = {"slot": "s", "shot": "S", "record": [0, 1], "take": "", "source_in": 0}
    planned = {"id": "s", "shot": "S", "frames": 1, "take": "", "source_in": 0}
    record = {
        "n_frames": 1,
        "slots": [slot | {"sample_sha256": ""}],
        "cut": {"document": {"slots": [planned]}},
    }
    verifier._check_slots(report, record, io.BytesIO(b""), Track("vide", [], [], [], b""))
    assert "was altered." in report.text()


def test_a_master_with_two_pictures_is_named(tmp_path: Path) -> None:
    one = movie([5], [100], [(1, 1, 1)])
    (tmp_path / "master.mp4").write_bytes(box(b"moov", one[8:], one[8:]) + bytes(500))
    report = Report()
    record = {"master": {"sha256": ""}}
    verifier._check_master(report, record, None, tmp_path / "master.mp4", "")
    assert "there are 2 picture tracks" in report.text()


def test_what_no_stage_ships_is_named() -> None:
    report = Report()
    world = World(production="pr_1")
    verifier._check_content(report, world, {"stages": []}, {}, ("slot s", "S", "c"), {"slot": "s"})
    assert "no gate of the policy stands before slot s" in report.text()


def test_a_policy_comes_into_force_by_an_entry_of_its_production() -> None:
    world = World(production="pr_1")
    for production, name in (("pr_1", "a"), (None, "b"), ("pr_2", "c")):
        world.learn({"kind": "policy", "production": production, "body": {"hash": name, "policy": {}}})
    assert world.policy == "a"
    assert set(world.policies) == {"a", "b", "c"}


def write_book(folder: Path, *, spoiled: bool = False) -> None:
    body = {"machine": "m_a", "label": "a"}
    entry = {"v": 1, "seq": 1, "kind": "machine", "at": "", "actor": "m_a", "session": None, "body": body}
    raw = canonical(entry | {"production": None})
    chain = chain_hash(bytes(32), leaf_hash(raw)).hex()
    (folder / "entries.jsonl").write_bytes(raw + b"\t" + chain.encode() + (b"x\n" if spoiled else b"\n"))
    (folder / "heads.json").write_bytes(canonical({"chain": chain, "seq": 1}) + b"\n")
    (folder / "people.json").write_bytes(b"{}\n")


def test_a_book_that_seals_nothing_is_said(tmp_path: Path) -> None:
    write_book(tmp_path)
    (tmp_path / "master.mp4").write_bytes(b"")
    with pytest.raises(Unusable, match=r"deliverable\.json cannot be opened"):
        verify_folder(tmp_path)
    (tmp_path / "deliverable.json").write_bytes(b"{}")
    assert "seal" in verify_folder(tmp_path).broken
    (tmp_path / "master.mp4").unlink()
    with pytest.raises(Unusable, match=r"master\.mp4 cannot be opened"):
        verify_folder(tmp_path)


def test_a_book_alone_that_does_not_hold_is_said(tmp_path: Path) -> None:
    write_book(tmp_path, spoiled=True)
    report = verify_folder(tmp_path)
    assert report.broken == ["seq 1"]


def test_the_program_answers_with_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_book(tmp_path)
    assert main([str(tmp_path)]) == 0
    assert "Everything holds." in capsys.readouterr().out
    assert main([]) == 2
    assert main([str(tmp_path / "copy.mp4")]) == 2
    assert "Say what to verify" in capsys.readouterr().err
    write_book(tmp_path, spoiled=True)
    assert main([str(tmp_path)]) == 1
    (tmp_path / "deliverable.json").write_bytes(b"{}")
    assert main([str(tmp_path / "copy.mp4")]) == 2


def test_the_file_is_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_book(tmp_path)
    monkeypatch.setattr(sys, "argv", ["verify.py", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(verifier.__file__), run_name="__main__")
    assert ended.value.code == 0


def test_an_erased_person_is_called_one() -> None:
    world = World(production="pr_1")
    world.learn({"kind": "erased", "production": None, "body": {"person": "p_a", "notes": False}})
    assert world.erased == {"p_a"}
