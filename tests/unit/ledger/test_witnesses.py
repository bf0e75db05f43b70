"""Witnesses see a checkpoint once, say so, and never hold anything up when they cannot."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from circletake.domain.people import MachineId
from circletake.errors import ConfigInvalid, WitnessUnavailable
from circletake.ledger.book import Book
from circletake.ledger.checkpoint import Made, make_checkpoint
from circletake.ledger.signer import Signer
from circletake.ledger.witness import (
    Receipt,
    Witnessed,
    ask,
    is_due,
    keep_answer,
    read_witnesses,
    witnessed,
)
from circletake.ledger.witnesses import git as git_witness

if TYPE_CHECKING:
    from tests.conftest import TimeAuthority


def made_of(book: Book, signer: Signer, count: int = 1) -> Made:
    with book.transact() as tx:
        for _ in range(count):
            tx.append("machine", actor=MachineId("m_a"), body={"machine": "m_a", "label": str(tx.seq)})
    made = make_checkpoint(book, signer)
    assert made is not None
    return made


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer(tmp_path / "keys")


@pytest.fixture
def made(book: Book, signer: Signer) -> Made:
    return made_of(book, signer)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"oracle": {}}, "no witness “oracle”; there are file, git, rfc3161"),
        ({"file": {}}, "needs path"),
        ({"file": {"path": "x", "mode": "y"}}, "no parameter mode"),
    ],
)
def test_a_witness_that_cannot_be_is_said(settings: dict[str, dict[str, str]], says: str) -> None:
    with pytest.raises(ConfigInvalid, match=says):
        read_witnesses(settings)


# file


def test_a_file_holds_each_checkpoint_once(tmp_path: Path, book: Book, signer: Signer) -> None:
    path = tmp_path / "elsewhere.txt"
    witness = read_witnesses({"file": {"path": str(path)}})["file"]
    first = made_of(book, signer)
    receipt = witness(first)
    assert witness(first) == receipt
    second = made_of(book, signer)
    assert witness(second).sentence == f"It stands in {path} from byte {len(first.note.encode()) + 1} on."
    assert path.read_text("utf-8") == f"{first.note}\n{second.note}\n"
    assert witness(first) == receipt


def test_a_file_that_saw_more_of_a_book_refuses_less(
    tmp_path: Path, book: Book, signer: Signer, made: Made
) -> None:
    witness = read_witnesses({"file": {"path": str(tmp_path / "seen.txt")}})["file"]
    witness(made_of(book, signer, 3))
    with pytest.raises(WitnessUnavailable, match="has seen 4 entries of this book, and not these 1"):
        witness(made)


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path, made: Made) -> None:
    witness = read_witnesses({"file": {"path": str(tmp_path / "nowhere" / "x")}})["file"]
    with pytest.raises(WitnessUnavailable, match="cannot be written"):
        witness(made)


# git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A working copy of a bare repository."""
    bare, copy = tmp_path / "bare.git", tmp_path / "copy"
    subprocess.run(["git", "init", "--quiet", "--bare", str(bare)], check=True)
    subprocess.run(["git", "clone", "--quiet", str(bare), str(copy)], check=True, capture_output=True)
    return copy


def log(repository: Path) -> list[str]:
    told = subprocess.run(
        ["git", "-C", str(repository), "log", "--format=%s", "--all"],
        check=True,
        capture_output=True,
        text=True,
    )
    return told.stdout.splitlines()


def test_a_repository_gets_a_commit_for_each_checkpoint_and_pushes_it(
    tmp_path: Path, repository: Path, book: Book, signer: Signer
) -> None:
    witness = read_witnesses({"git": {"repository": str(repository)}})["git"]
    first = made_of(book, signer)
    receipt = witness(first)
    assert witness(first) == receipt
    assert log(tmp_path / "bare.git") == [f"{signer.name}: 1 entries"]
    assert receipt.data.decode().strip() in receipt.sentence
    second = made_of(book, signer)
    witness(second)
    assert log(tmp_path / "bare.git") == [f"{signer.name}: 2 entries", f"{signer.name}: 1 entries"]
    shown = (repository / (signer.name.replace("/", "-") + ".txt")).read_text("utf-8")
    assert shown == f"{first.note}\n{second.note}\n"


def test_what_was_committed_and_not_pushed_is_pushed_when_it_is_asked_again(
    tmp_path: Path, repository: Path, made: Made
) -> None:
    witness = read_witnesses({"git": {"repository": str(repository)}})["git"]
    (tmp_path / "bare.git").rename(tmp_path / "away.git")
    with pytest.raises(WitnessUnavailable, match="refuses"):
        witness(made)
    (tmp_path / "away.git").rename(tmp_path / "bare.git")
    witness(made)
    assert len(log(tmp_path / "bare.git")) == 1


def test_what_git_cannot_do_is_said(
    tmp_path: Path, repository: Path, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness = read_witnesses({"git": {"repository": str(tmp_path)}})["git"]
    with pytest.raises(WitnessUnavailable, match="not a git repository"):
        witness(made)
    witness = read_witnesses({"git": {"repository": str(repository)}})["git"]
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "git").write_text("#!/bin/sh\nexit 3\n")
    (tools / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    with pytest.raises(WitnessUnavailable, match="refuses: 3"):
        witness(made)
    (tools / "git").write_text("#!/bin/sh\nsleep 20\n")
    monkeypatch.setattr(git_witness, "_TIMEOUT_S", 0.1)
    with pytest.raises(WitnessUnavailable, match="took longer"):
        witness(made)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(WitnessUnavailable, match="cannot be run"):
        witness(made)


# RFC 3161


def test_an_authority_stamps_a_checkpoint_and_openssl_agrees(authority: "TimeAuthority", made: Made) -> None:
    given = {"url": authority.url, "certificates": str(authority.folder / "root.pem")}
    receipt = read_witnesses({"rfc3161": given})["rfc3161"](made)
    assert receipt.suffix == "tsr"
    assert receipt.sentence.startswith(f"{authority.url} stamped it at 20")
    (authority.folder / "note.txt").write_text(made.note, "utf-8")
    (authority.folder / "receipt.tsr").write_bytes(receipt.data)
    authority.openssl("ts", "-verify", "-data", "note.txt", "-in", "receipt.tsr", "-CAfile", "root.pem")


def test_a_stamp_that_does_not_hold_is_no_receipt(authority: "TimeAuthority", made: Made) -> None:
    def stamped(**other: str) -> Receipt:
        given = {"url": authority.url, "certificates": str(authority.folder / "root.pem")} | other
        return read_witnesses({"rfc3161": given})["rfc3161"](made)

    whole = stamped().data
    authority.answer = whole  # of another request: another nonce
    with pytest.raises(WitnessUnavailable, match="does not hold"):
        stamped()
    authority.answer = b"no stamp"
    with pytest.raises(WitnessUnavailable, match="answers with no time stamp"):
        stamped()
    authority.answer = bytes.fromhex("30053003020102")  # a TimeStampResp with status “rejection” alone
    with pytest.raises(WitnessUnavailable, match="grants no time stamp: REJECTION"):
        stamped()
    authority.answer = None
    authority.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                      "-keyout", "o.key", "-out", "other.pem", "-subj", "/CN=other")  # fmt: skip
    with pytest.raises(WitnessUnavailable, match="does not hold"):
        stamped(certificates=str(authority.folder / "other.pem"))
    with pytest.raises(WitnessUnavailable, match="certificates in"):
        stamped(certificates=str(authority.folder / "nothing.pem"))
    with pytest.raises(WitnessUnavailable, match="no address"):
        stamped(url="ftp://127.0.0.1/")
    with pytest.raises(WitnessUnavailable, match="does not answer"):
        stamped(url="http://127.0.0.1:1/")


# what is kept of an answer


def test_a_failure_is_kept_counted_and_tried_later_and_an_answer_that_holds_stays(
    book: Book, made: Made
) -> None:
    def fails(_: Made) -> Receipt:
        raise WitnessUnavailable("It is not there.")

    def breaks(_: Made) -> Receipt:
        raise ZeroDivisionError

    def holds(_: Made) -> Receipt:
        return Receipt(sentence="Seen.", data=b"proof")

    told = []
    for witness in (fails, breaks, holds, fails):
        with book.transact() as tx:
            keep_answer(tx.conn, made, "file", ask(witness, made), at="2026-01-01T00:00:00+00:00")
        with book.reading() as conn:
            (one,) = witnessed(conn)
        told.append((one.tries, one.holds, one.sentence, one.data))
    assert told[0] == (1, False, "It is not there.", b"")
    assert told[1] == (2, False, "It failed: ZeroDivisionError().", b"")
    assert told[2] == told[3] == (3, True, "Seen.", b"proof")


def test_a_witness_that_failed_is_asked_twice_as_late_each_time() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)

    def before(minutes: float, tries: int, *, holds: bool = False) -> Witnessed:
        at = (now - timedelta(minutes=minutes)).isoformat()
        return Witnessed("n", 1, "file", at, tries, holds, "", b"", "")

    assert is_due(None, now)
    assert not is_due(before(1, 1), now)
    assert is_due(before(2, 1), now)
    assert not is_due(before(59, 9), now)
    assert is_due(before(60, 9), now)
    assert is_due(before(-5, 1), now)
    assert not is_due(before(600, 1, holds=True), now)
