"""A record holds the book, the names of those who judged, and the program that verifies both."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from circletake.errors import NotFound
from circletake.ledger import reads
from circletake.ledger.canonical import canonical, read_canonical
from circletake.ledger.chain import ROOT, chain_hash, leaf_hash
from circletake.ledger.record import export_record

Floor = Any  # of the conftest beside this file, which cannot be imported


def seal(floor: Floor) -> int:
    content = floor.take("a")
    floor.verdict("p_dana", content, "director", 2)
    sealed = floor.append("sealed", cut="c" * 64, master="d" * 64, record="e" * 64, contents=[content])
    return int(sealed.seq)


def test_every_entry_is_written_as_it_was_hashed_and_chains_to_the_head(floor: Floor, tmp_path: Path) -> None:
    head = export_record(floor.book, tmp_path, seal=seal(floor))
    chain = ROOT
    lines = (tmp_path / "entries.jsonl").read_bytes().split(b"\n")
    assert lines.pop() == b""
    for seq, line in enumerate(lines, start=1):
        raw, _, told = line.partition(b"\t")
        chain = chain_hash(chain, leaf_hash(raw))
        assert told.decode() == chain.hex()
        assert read_canonical(raw)["seq"] == seq
    assert (head.seq, head.chain) == (len(lines), chain)
    assert json.loads((tmp_path / "heads.json").read_bytes()) == {"chain": chain.hex(), "seq": len(lines)}


def test_only_those_who_judged_are_named_and_their_names_open_the_commitments(
    floor: Floor, tmp_path: Path
) -> None:
    export_record(floor.book, tmp_path, seal=seal(floor))
    raw = (tmp_path / "people.json").read_bytes()
    people = read_canonical(raw.rstrip(b"\n"))
    assert set(people) == {"p_dana"}
    committed = next(
        entry.body["name"] for entry in floor.book.entries() if entry.body.get("person") == "p_dana"
    )
    opened = people["p_dana"]
    assert hashlib.sha256(bytes.fromhex(opened["salt"]) + opened["name"].encode()).hexdigest() == committed
    assert canonical(people) + b"\n" == raw


def test_the_verifier_goes_along_and_reads_this_book(floor: Floor, tmp_path: Path) -> None:
    export_record(floor.book, tmp_path, seal=seal(floor))
    (tmp_path / "deliverable.json").write_bytes(b"{}")
    (tmp_path / "master.mp4").write_bytes(b"")
    answer = subprocess.run(
        [sys.executable, "-I", str(tmp_path / "verify.py"), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    entries = floor.book.head().seq
    assert answer.returncode == 1  # the deliverable is an empty file here; the book holds
    assert f"holds     The book: {entries} entries, canonical, gapless" in answer.stdout


def test_an_entry_that_seals_nothing_is_said(floor: Floor, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        export_record(floor.book, tmp_path, seal=1)


def test_what_was_delivered_is_found_by_its_seal_and_older_books_name_no_signed_file(floor: Floor) -> None:
    number = seal(floor)
    with floor.book.reading() as conn, pytest.raises(NotFound, match="deliver again"):
        reads.get_delivered(conn, number)
    floor.append("delivered", sealed=number, master="d" * 64, record="e" * 64, folder_name="one")
    with floor.book.reading() as conn:
        left = reads.get_delivered(conn, number)
        assert [row.seq for row in reads.every_seal(conn)] == [number]
    assert (left.folder_name, left.deliverable, left.manifest) == ("one", None, None)
