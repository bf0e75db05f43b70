"""An exported book with its checkpoints: a stranger's program finds whatever was changed in it."""

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from circletake.db import tables
from circletake.db.connect import migrate_book, open_book, open_jobs
from circletake.domain.people import PersonId
from circletake.errors import BookBroken
from circletake.ledger.book import Book
from circletake.ledger.canonical import canonical
from circletake.ledger.checkpoint import make_checkpoint
from circletake.ledger.record import export_record
from circletake.ledger.signer import Signer
from circletake.ledger.verifier import Broken, Report, is_signed, read_book, read_line, verify_folder
from circletake.ledger.witness import Receipt, keep_answer

if TYPE_CHECKING:
    from tests.unit.ledger.conftest import Floor

ENTRIES = 2000
# Bits flipped of each entry's line; `all` for every one of them, which takes minutes.
FLIPS = os.environ.get("CIRCLETAKE_FLIPS", "4")
CHECKPOINTS_AT = (300, 1024, 1501, ENTRIES)


class Exported:
    """A folder, and the steps of its chain."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines = (folder / "entries.jsonl").read_bytes().split(b"\n")[:-1]
        self.before = [bytes(32)]
        for seq, line in enumerate(self.lines, start=1):
            self.before.append(read_line(line, seq, self.before[-1])[2])

    def copy(self, to: Path) -> Path:
        """A copy to damage, without what is large and the same."""
        return shutil.copytree(self.folder, to, dirs_exist_ok=True)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, floor_kind: type["Floor"]) -> Exported:
    """A book of 2,000 mixed entries with four checkpoints and a receipt."""
    root = tmp_path_factory.mktemp("exported")
    engine = open_jobs(root / "book.sqlite")  # its commits need not outlive a power cut
    migrate_book(engine)
    floor, signer = floor_kind(Book(engine), engine), Signer(root / "keys")
    floor.found()
    seal, taken = 0, ""
    while (size := floor.book.head().seq) < ENTRIES:
        if size in CHECKPOINTS_AT:
            make_checkpoint(floor.book, signer)
        if size == 1000:
            seal = floor.append("sealed", cut="c" * 64, master="d" * 64, record="e" * 64, contents=[]).seq
        elif size % 3 == 0:
            taken = floor.take(f"{size:x}", label="zweiter Versuch – blau")
        elif size % 3 == 1 and taken:
            floor.verdict("p_dana", taken, "director", -2, note="f" * 64, reasons=["style.line"])
        else:
            floor.measure(content(size), "technical", name=f"{size:x}", flagged=size % 2 == 0)
    made = make_checkpoint(floor.book, signer)
    assert made is not None
    with floor.book.transact() as tx:
        keep_answer(tx.conn, made, "file", (True, Receipt("Seen.", b"proof")), at="2026-01-01T00:00:00+00:00")
        keep_answer(tx.conn, made, "git", (False, Receipt("Away.", b"")), at="2026-01-01T00:00:00+00:00")
    (root / "out").mkdir()
    export_record(floor.book, root / "out", seal=seal)
    engine.dispose()
    return Exported(root / "out")


@pytest.fixture(scope="module")
def floor_kind(request: pytest.FixtureRequest) -> type["Floor"]:
    """The class of the fixture beside this file, which a module-wide fixture cannot ask for."""
    plugins = request.config.pluginmanager.get_plugins()
    files = ((plugin, str(getattr(plugin, "__file__", ""))) for plugin in plugins)
    found: type[Floor] = next(
        plugin.Floor for plugin, file in files if file.endswith("unit/ledger/conftest.py")
    )
    return found


def content(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def told(folder: Path) -> tuple[list[str], str]:
    """Where the book does not hold, and the whole report."""
    report = Report()
    read_book(folder, report)
    return report.broken, report.text()


def test_the_export_holds_and_says_what_was_signed_and_what_is_not_proven(exported: Exported) -> None:
    report = verify_folder(exported.folder)
    text = report.text()
    assert report.holds, text
    assert len(exported.lines) == ENTRIES
    assert f"The book: {ENTRIES} entries" in text
    assert f"the newest has {ENTRIES} entries, and entry 1001 is in it" in text
    assert "could sign another book, unless a witness saw this one" in text
    assert "witness-2000-file.txt is a witness's receipt" in text
    assert "There is no deliverable in this folder" in text
    assert "witness-2000-git" not in text
    assert "The names: 1 of 3 people" in text


def test_it_holds_for_a_stranger_with_the_standard_library_alone(exported: Exported) -> None:
    program = [sys.executable, "-I", "-S", str(exported.folder / "verify.py"), str(exported.folder)]
    answer = subprocess.run(program, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stdout.endswith("Everything holds.\n")


# entries


def bits_of(line: bytes, number: int) -> Iterator[int]:
    every = range(8 * len(line))
    return iter(every if FLIPS == "all" else random.Random(number).sample(every, int(FLIPS)))  # noqa: S311 (not a secret)


@pytest.mark.timeout(7200)
def test_a_flipped_bit_of_any_entry_is_found_in_its_entry(exported: Exported) -> None:
    """Each line alone, which is enough: what comes before it is untouched, so it is the first wrong one."""
    missed, count = [], 0
    for seq, line in enumerate(exported.lines, start=1):
        for bit in bits_of(line, seq):
            damaged = bytearray(line)
            damaged[bit // 8] ^= 1 << bit % 8
            count += 1
            try:
                # a new newline makes two lines of one: the first of them is read as this entry
                read_line(bytes(damaged).split(b"\n")[0], seq, exported.before[seq - 1])
            except Broken as broken:
                if f"entry {seq} " not in str(broken):
                    missed.append((seq, bit, str(broken)))
            else:
                missed.append((seq, bit, "taken"))
    assert missed == []
    sys.stdout.write(f"{count} flips, each found in its entry\n")


@pytest.mark.parametrize("seq", [1, 2, 700, 1999])
def test_a_newline_flipped_away_is_found_in_its_entry(exported: Exported, tmp_path: Path, seq: int) -> None:
    for bit in range(8):
        whole = bytearray(b"\n".join([*exported.lines, b""]))
        whole[len(b"\n".join(exported.lines[:seq]))] ^= 1 << bit
        folder = exported.copy(tmp_path / "copy")
        (folder / "entries.jsonl").write_bytes(whole)
        assert told(folder)[0] == [f"seq {seq}"]


def changed(exported: Exported, tmp_path: Path, change: Callable[[list[bytes]], object]) -> list[str]:
    lines = list(exported.lines)
    change(lines)
    folder = exported.copy(tmp_path / "copy")
    (folder / "entries.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    return told(folder)[0]


@pytest.mark.parametrize("seq", [1, 2, 1024, 1999])
def test_a_dropped_swapped_or_doubled_entry_is_found_and_the_first_bad_one_named(
    exported: Exported, tmp_path: Path, seq: int
) -> None:
    def swap(lines: list[bytes]) -> None:
        lines[seq - 1], lines[seq] = lines[seq], lines[seq - 1]

    assert changed(exported, tmp_path, lambda lines: lines.pop(seq - 1)) == [f"seq {seq}"]
    assert changed(exported, tmp_path, swap) == [f"seq {seq}"]
    assert changed(exported, tmp_path, lambda lines: lines.insert(seq, lines[seq - 1])) == [f"seq {seq + 1}"]


@pytest.mark.parametrize("keep", [0, 1, 1999])
def test_entries_cut_off_at_the_end_are_found(exported: Exported, tmp_path: Path, keep: int) -> None:
    assert changed(exported, tmp_path, lambda lines: lines.__delitem__(slice(keep, None))) == ["heads.json"]


def test_a_file_cut_anywhere_is_found(exported: Exported, tmp_path: Path) -> None:
    whole = b"\n".join([*exported.lines, b""])
    folder = exported.copy(tmp_path / "copy")
    for keep in random.Random(1).sample(range(len(whole)), 20):  # noqa: S311 (not a secret)
        (folder / "entries.jsonl").write_bytes(whole[:keep])
        seq = whole[:keep].count(b"\n") + 1
        assert told(folder)[0] in ([f"seq {seq}"], ["heads.json"])


# checkpoints, proofs, names


@pytest.mark.timeout(7200)
def test_a_flipped_bit_of_what_was_signed_is_found(tmp_path: Path) -> None:
    small = small_copy(tmp_path)
    raw = (small / "checkpoints.json").read_bytes()
    every = range(8 * len(raw))
    bits = every if FLIPS == "all" else random.Random(7).sample(every, 60)  # noqa: S311 (not a secret)
    missed = []
    for bit in bits:
        damaged = bytearray(raw)
        damaged[bit // 8] ^= 1 << bit % 8
        (small / "checkpoints.json").write_bytes(damaged)
        if told(small)[0] != ["checkpoints.json"]:
            missed.append((bit, bytes(damaged[bit // 8 - 20 : bit // 8 + 20])))
    assert missed == []


def small_copy(tmp_path: Path) -> Path:
    """A book of a few entries with three checkpoints and a seal, so that every bit can be tried."""
    engine = open_book(tmp_path / "small.sqlite")
    migrate_book(engine)
    book, signer = Book(engine), Signer(tmp_path / "small-keys")
    for _ in range(3):
        with book.transact() as tx:
            for _ in range(3):
                tx.append("person", actor=PersonId("p_a"), body={"person": "p_a"})
        make_checkpoint(book, signer)
    folder = tmp_path / "small"
    folder.mkdir()
    export_record(book, folder)
    engine.dispose()
    return folder


def resigned(exported: Exported, tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> str:
    """The report on checkpoints that were changed and are canonical again."""
    folder = exported.copy(tmp_path / "copy")
    told_ = json.loads((folder / "checkpoints.json").read_bytes())
    change(told_)
    (folder / "checkpoints.json").write_bytes(canonical(told_) + b"\n")
    broken, text = told(folder)
    assert broken == ["checkpoints.json"], text
    return text


def test_what_does_not_fit_among_the_checkpoints_is_named(exported: Exported, tmp_path: Path) -> None:
    other = Signer(tmp_path / "other")

    def forge(signed: dict[str, Any]) -> None:
        note = other.sign(size=ENTRIES, root=bytes(32))
        signed["checkpoints"][-1] |= {"key": other.key, "note": note}

    def other_key(signed: dict[str, Any]) -> None:
        signed["checkpoints"][0]["key"] = other.key

    def spaced(signed: dict[str, Any]) -> None:
        key = signed["checkpoints"][0]["key"]
        signed["checkpoints"][0]["key"] = f"{key[:-4]} {key[-4:]}"

    said = {
        "the one of 2000 entries is of another book": forge,
        "is not signed with": other_key,
        "is not spelled as one is": spaced,
        "the one of 1024 entries is not shown to continue that of 300": lambda s: s["checkpoints"][1][
            "proof"
        ].pop(),
        "the one of 300 entries is not shown to continue that of 0": lambda s: s["checkpoints"][0][
            "proof"
        ].append("00" * 32),
        "the one of 2000 entries is not shown to continue that of 0": lambda s: s["checkpoints"].reverse(),
        "entry 1001 is not shown to be in the newest one": lambda s: s["seal"]["proof"].reverse(),
        "has more than it should": lambda s: s.update(more=1),
        "or less": lambda s: s.pop("seal"),
        "something is missing or misshapen": lambda s: s["checkpoints"][0].pop("proof"),
    }
    for sentence, change in said.items():
        assert sentence in resigned(exported, tmp_path, change), sentence


def test_a_note_beside_the_record_is_one_of_the_checkpoints(exported: Exported, tmp_path: Path) -> None:
    folder = exported.copy(tmp_path / "copy")
    note = folder / f"checkpoint-{ENTRIES}.txt"
    note.write_bytes(note.read_bytes().replace(b"2000", b"2001"))
    broken, text = told(folder)
    assert broken == ["checkpoints.json"]
    assert "checkpoint-2000.txt is none of them" in text


def test_a_flipped_bit_of_the_names_is_found(exported: Exported, tmp_path: Path) -> None:
    folder = exported.copy(tmp_path / "copy")
    raw = (folder / "people.json").read_bytes()
    (folder / "entries.jsonl").write_bytes(b"".join(line + b"\n" for line in exported.lines[:10]))
    chain = exported.before[10]
    (folder / "heads.json").write_bytes(canonical({"chain": chain.hex(), "seq": 10}) + b"\n")
    (folder / "checkpoints.json").unlink()
    assert verify_folder(folder).holds
    for bit in range(8 * len(raw)):
        damaged = bytearray(raw)
        damaged[bit // 8] ^= 1 << bit % 8
        (folder / "people.json").write_bytes(damaged)
        assert "people.json" in verify_folder(folder).broken, bit


def test_a_book_that_lacks_what_a_book_has_is_named(tmp_path: Path) -> None:
    entry = {
        "v": 1, "seq": 1, "kind": "person", "at": "", "actor": "p_a", "session": None, "production": None,
        "body": {},
    }  # fmt: skip
    raw = canonical(entry)
    chain = hashlib.sha256(b"\x02" + bytes(32) + hashlib.sha256(b"\x00" + raw).digest()).hexdigest()
    (tmp_path / "entries.jsonl").write_bytes(raw + b"\t" + chain.encode() + b"\n")
    (tmp_path / "heads.json").write_bytes(canonical({"chain": chain, "seq": 1}) + b"\n")
    (tmp_path / "people.json").write_bytes(b"{}\n")
    assert verify_folder(tmp_path).broken == ["entries.jsonl"]


def test_a_book_that_is_not_what_was_signed_is_not_written_out(floor: "Floor", tmp_path: Path) -> None:
    make_checkpoint(floor.book, Signer(tmp_path / "keys"))
    with floor.engine.begin() as conn:
        conn.execute(update(tables.checkpoint).values(root=bytes(32)))
    with pytest.raises(BookBroken, match="not those of their checkpoint"):
        export_record(floor.book, tmp_path)


# Ed25519 in plain integers

# Source: RFC 8032, 7.1, tests 1 to 3: secret key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "",
        ("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b"),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "72",
        ("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00"),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "af82",
        ("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a"),
    ),
]  # fmt: skip
L = 2**252 + 27742317777372353535851937790883648493
P = 2**255 - 19


@pytest.mark.parametrize(("secret", "message", "signature"), VECTORS)
def test_published_signatures_hold(secret: str, message: str, signature: str) -> None:
    public = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)).public_key().public_bytes_raw()
    whole, text = bytes.fromhex(signature), bytes.fromhex(message)
    assert is_signed(public, whole, text)
    s = int.from_bytes(whole[32:], "little")
    assert not is_signed(public, whole[:32] + (s + L).to_bytes(32, "little"), text)  # the same mod L
    assert not is_signed(public, whole, text + b"x")
    assert not is_signed(public, whole[:-1], text)
    assert not is_signed(public + b"\0", whole, text)


@pytest.mark.parametrize(
    "point",
    [
        (P + 1).to_bytes(32, "little"),  # y = 1, spelled with p more
        ((1 << 255) | 1).to_bytes(32, "little"),  # x = 0 with its sign set
        (2).to_bytes(32, "little"),  # on no curve
        (2**255 - 1).to_bytes(32, "little"),
    ],
)
def test_a_point_that_is_not_spelled_in_the_one_way_signs_nothing(point: bytes) -> None:
    assert not is_signed(point, bytes(64), b"")
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = private.public_key().public_bytes_raw()
    assert not is_signed(public, point + private.sign(b"")[32:], b"")


@settings(max_examples=25, deadline=None)
@given(secret=st.binary(min_size=32, max_size=32), text=st.binary(max_size=64), bit=st.integers(0, 511))
def test_it_agrees_with_the_library_that_signs(secret: bytes, text: bytes, bit: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(secret)
    public, signature = private.public_key().public_bytes_raw(), private.sign(text)
    assert is_signed(public, signature, text)
    flipped = (int.from_bytes(signature, "little") ^ 1 << bit).to_bytes(64, "little")
    assert not is_signed(public, flipped, text)
