"""What is signed of a book is signed once, continues what was signed before, and reads like any log's."""

import base64
import json
import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, delete, update

from circletake.db import tables
from circletake.db.connect import writing
from circletake.domain.people import MachineId
from circletake.errors import BookBroken, CheckpointInvalid, CheckpointRefused, ConfigInvalid
from circletake.ledger import checkpoint as module
from circletake.ledger.book import Book
from circletake.ledger.checkpoint import checkpoints, make_checkpoint
from circletake.ledger.merkle import Tree
from circletake.ledger.notes import Checkpoint, key_id, read_note, sign_note, verifier_key
from circletake.ledger.signer import KEY, LAST, Signed, Signer
from circletake.ledger.transaction import read_head

STUDIO = MachineId("m_studio")


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer(tmp_path / "keys")


def write(book: Book, count: int = 1) -> None:
    with book.transact() as tx:
        for _ in range(count):
            tx.append("machine", actor=STUDIO, body={"machine": "m_studio", "label": str(tx.seq)})


def test_a_signed_note_is_the_one_other_logs_write() -> None:
    # Source: Go's golang.org/x/mod/sumdb/note, its documented example: text, key and signature.
    key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    name, _, coded = key.split("+", 2)
    assert verifier_key(name, base64.b64decode(coded)[1:]) == key
    assert key_id(name, base64.b64decode(coded)[1:]).hex() == "c74f20a3"


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path, signer: Signer) -> None:
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "keys" / KEY).stat().st_mode) == 0o600
    assert Signer(tmp_path / "keys").key == signer.key
    assert " " not in signer.name
    assert "+" not in signer.name


def test_a_key_that_another_process_made_first_is_the_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = Signer(tmp_path / "theirs")

    def late(_: object, path: Path) -> None:
        path.write_bytes((tmp_path / "theirs" / KEY).read_bytes())
        raise FileExistsError

    monkeypatch.setattr(os, "link", late)
    assert Signer(tmp_path / "ours").key == theirs.key
    assert sorted(path.name for path in (tmp_path / "ours").iterdir()) == [KEY]


def test_threads_that_need_a_key_at_once_get_the_same(tmp_path: Path) -> None:
    ready = threading.Barrier(8)

    def make() -> str:
        ready.wait()
        return Signer(tmp_path / "keys").key

    for _ in range(20):
        with ThreadPoolExecutor(8) as pool:
            assert len({one.result() for one in [pool.submit(make) for _ in range(8)]}) == 1
        assert [path.name for path in (tmp_path / "keys").iterdir()] == [KEY]
        (tmp_path / "keys" / KEY).unlink()


def test_of_two_that_remember_at_once_the_larger_is_kept(signer: Signer) -> None:
    later, earlier = Signed(9, "cc", "dd"), Signed(7, "aa", "bb")
    signer.remember(later)
    signer.remember(earlier)
    assert signer.last() == later


def test_something_else_in_the_place_of_the_key_is_said(tmp_path: Path) -> None:
    path = tmp_path / KEY
    path.write_text("no key")
    with pytest.raises(ConfigInvalid, match="cannot be read"):
        Signer(tmp_path)
    other = generate_private_key(SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(other)
    with pytest.raises(ConfigInvalid, match="no Ed25519 key"):
        Signer(tmp_path)


def test_an_empty_book_has_nothing_to_sign(book: Book, signer: Signer) -> None:
    assert make_checkpoint(book, signer) is None
    assert signer.last() is None


def test_a_checkpoint_names_size_and_root_and_reads_back_with_its_key(book: Book, signer: Signer) -> None:
    write(book, 5)
    made = make_checkpoint(book, signer)
    assert made is not None
    root = Tree([entry.leaf for entry in book.entries()]).root()
    assert read_note(made.note, made.key) == Checkpoint(signer.name, 5, root)
    assert made.note.split("\n")[:4] == [signer.name, "5", base64.b64encode(root).decode(), ""]
    assert make_checkpoint(book, signer) == made
    write(book, 8000)
    again = make_checkpoint(book, signer)
    assert again is not None
    assert again.root == Tree([entry.leaf for entry in book.entries(limit=9000)]).root()
    with book.reading() as conn:
        assert [one.size for one in checkpoints(conn)] == [5, 8005]
    assert book.verify().holds


def test_a_note_that_is_altered_or_of_another_key_is_refused(
    book: Book, signer: Signer, tmp_path: Path
) -> None:
    write(book, 3)
    made = make_checkpoint(book, signer)
    assert made is not None
    other = Signer(tmp_path / "other")
    checkpoint = Checkpoint(other.name, 3, made.root)
    for note in (
        made.note.replace("\n3\n", "\n4\n"),
        made.note.replace("— ", "- "),
        made.note + made.note,
        "",
        sign_note(checkpoint, other.public, bytes(64)),
        made.note.replace("\n3\n", "\n03\n"),
    ):
        with pytest.raises(CheckpointInvalid):
            read_note(note, signer.key)


def test_a_note_that_is_signed_and_spelled_otherwise_is_refused() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = private.public_key().public_bytes_raw()
    checkpoint = Checkpoint("circletake/x", 3, bytes(31))
    note = sign_note(checkpoint, public, private.sign(checkpoint.text.encode()))
    with pytest.raises(CheckpointInvalid, match="spelled"):
        read_note(note, verifier_key("circletake/x", public))


def test_a_book_that_was_restored_is_not_signed_until_a_person_begins_a_new_log(
    engine: Engine, book: Book, signer: Signer, tmp_path: Path
) -> None:
    write(book, 4)
    make_checkpoint(book, signer)
    write(book, 4)
    make_checkpoint(book, signer)
    sixth = book.entries()[5].chain
    with writing(engine) as conn:
        on = "" if engine.dialect.name == "sqlite" else " ON entry"
        conn.exec_driver_sql(f"DROP TRIGGER entry_is_never_deleted{on}")
        conn.execute(delete(tables.entry).where(tables.entry.c.seq > 6))
        conn.execute(update(tables.head).values(seq=6, chain=sixth))
        conn.execute(delete(tables.checkpoint).where(tables.checkpoint.c.size > 6))
    with pytest.raises(CheckpointRefused, match="8 were signed already") as refused:
        make_checkpoint(book, signer)
    assert refused.value.detail == {"entries": 6, "signed": 8}
    write(book, 5)
    with pytest.raises(CheckpointRefused, match="not those that were signed"):
        make_checkpoint(book, signer)
    newer = signer.retire()
    assert newer.key != signer.key
    made = make_checkpoint(book, newer)
    assert made is not None
    assert (made.size, made.key) == (11, newer.key)
    kept = sorted(path.name for path in (tmp_path / "keys").iterdir())
    assert len(kept) == 4
    assert len(signer.retire().key) == len(newer.key)


def test_what_was_signed_last_is_known_from_the_book_too(book: Book, signer: Signer, tmp_path: Path) -> None:
    write(book, 4)
    make_checkpoint(book, signer)
    last = tmp_path / "keys" / LAST
    last.unlink()
    write(book)
    assert make_checkpoint(book, signer) is not None
    assert json.loads(last.read_text())["size"] == 5
    last.unlink()
    with writing(book._engine) as conn:
        conn.execute(update(tables.checkpoint).values(root=bytes(32)))
    with pytest.raises(CheckpointRefused):
        make_checkpoint(book, signer)


def test_an_unreadable_word_about_the_last_signature_is_said(
    book: Book, signer: Signer, tmp_path: Path
) -> None:
    write(book)
    (tmp_path / "keys" / LAST).write_text("{}")
    with pytest.raises(ConfigInvalid, match="restore it"):
        make_checkpoint(book, signer)


def test_a_checkpoint_that_was_changed_in_the_database_breaks_the_book(book: Book, signer: Signer) -> None:
    write(book, 3)
    make_checkpoint(book, signer)
    write(book, 3)
    with writing(book._engine) as conn:
        conn.execute(update(tables.checkpoint).values(peaks=bytes(64)))
    with pytest.raises(BookBroken, match="checkpoint of 3 entries"):
        make_checkpoint(book, signer)
    with writing(book._engine) as conn:
        conn.execute(update(tables.checkpoint).values(root=bytes(32)))
    found = book.verify()
    assert (found.holds, found.broken_at) == (False, 3)
    assert "not those of the checkpoint" in found.sentence


def test_two_that_sign_at_once_sign_once(book: Book, signer: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    write(book, 2)
    grow = module._grow

    def late(*given: object) -> object:
        edge = grow(*given)  # type: ignore[arg-type]  # as it was called
        monkeypatch.setattr(module, "_grow", grow)
        make_checkpoint(book, signer)
        return edge

    monkeypatch.setattr(module, "_grow", late)
    first = make_checkpoint(book, signer)
    with book.reading() as conn:
        assert checkpoints(conn) == [first]


def test_what_another_signs_meanwhile_is_no_reason_to_refuse(book: Book, signer: Signer) -> None:
    write(book, 2)
    last = signer.last()
    with book.reading() as conn:
        head = read_head(conn)
        write(book, 3)
        made = make_checkpoint(book, signer)
        assert made is not None
        assert made.size == head.seq + 3
        module.check_continues(conn, signer, head, last)
        with pytest.raises(CheckpointRefused):
            module.check_continues(conn, signer, head, signer.last())


def test_a_key_that_signed_nothing_is_put_away_as_well(signer: Signer, tmp_path: Path) -> None:
    newer = signer.retire()
    assert newer.name != signer.name
    kept = {path.name for path in (tmp_path / "keys").iterdir()}
    assert kept == {KEY, f"{signer.name.rpartition('/')[2]}-{KEY}"}
