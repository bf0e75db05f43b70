"""Erasing a person takes their name out of everything here, and leaves every hash and every decision."""

import json
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from circletake.db import connect
from circletake.errors import DatabaseBusy, NotFound, RoleMissing, SignInNeeded
from circletake.ledger import accounts
from circletake.ledger.record import export_record
from circletake.ledger.verifier import verify_folder

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor

NAME = "Quetzalcoatlina Unverwechselbar"
NOTE = "the ears are on upside down, unmistakably"


def bytes_of(folder: Path) -> bytes:
    """Every byte of the book's database, its write-ahead log included."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("book.sqlite*")))


def judged(floor: "Floor") -> str:
    """Somebody with an unmistakable name gives a verdict with a note, and parks a task; their token."""
    floor.studio.add_person(NAME)
    token = floor.studio.sign_in_by_link(floor.studio.make_link(NAME))
    floor.people[NAME] = floor.studio.session_of(token)
    floor.studio.set_role(floor["ana"], "spring", person=NAME, role="lead")
    take = floor.take(b"drawn")
    floor.studio.record_verdict(
        floor[NAME], task=take.task, content=take.content, gate="lead", value=-1, key="erase-me-1",
        reasons=("character.face",), note=NOTE,
    )  # fmt: skip
    floor.studio.hold(floor[NAME], take.task, "waiting for unmistakable paint")
    return token


def test_a_name_is_gone_from_every_byte_and_the_book_still_holds(floor: "Floor", tmp_path: Path) -> None:
    token = judged(floor)
    folder = floor.studio.folder
    delivered = folder / "deliveries" / "000001-spring"
    delivered.mkdir(parents=True)
    export_record(floor.house.book, delivered)
    (folder / "deliveries" / "000002-spring").mkdir()
    (folder / "deliveries" / "000002-spring" / "people.json").write_bytes(b"{}\n")
    assert NAME.encode() in bytes_of(folder)
    person = str(floor[NAME].person)
    gone = floor.studio.erase_person(floor["ana"], NAME)
    assert (gone.person, gone.texts, gone.notes, gone.deliveries) == (person, 1, False, ["000001-spring"])
    assert NAME.encode() not in bytes_of(folder)
    assert NOTE.encode() in bytes_of(folder)
    assert person not in json.loads((delivered / "people.json").read_bytes())
    with pytest.raises(SignInNeeded):
        floor.studio.session_of(token)
    with pytest.raises(NotFound):
        floor.studio.make_link(NAME)
    assert floor.studio.book_verify().holds
    assert floor.studio.book_replay().holds
    (tmp_path / "out").mkdir()
    export_record(floor.house.book, tmp_path / "out")
    report = verify_folder(tmp_path / "out")
    assert report.holds, report.text()
    assert NAME not in report.text()
    history = floor.studio.task(floor["ana"], floor.task_id())
    assert any(verdict.person.name == "erased person" for take in history.takes for verdict in take.verdicts)
    assert floor.kinds()[-1] == "erased"


def test_notes_go_too_where_that_is_asked(floor: "Floor") -> None:
    judged(floor)
    kept = floor.take(b"another")
    floor.judge("leo", kept, -1)
    gone = floor.studio.erase_person(floor["ana"], NAME, notes=True)
    assert gone.texts == 3  # name, note, reason of the hold
    for text in (NAME, NOTE, "unmistakable"):
        assert text.encode() not in bytes_of(floor.studio.folder)


def test_an_approval_of_an_erased_person_stays_one(floor: "Floor") -> None:
    take = floor.take(b"drawn")
    floor.measured(take)
    floor.circle(take)
    assert floor.status() == "circled"
    floor.studio.erase_person(floor["ana"], "leo")
    assert floor.status() == "circled"


def test_only_a_producer_or_admin_of_all_their_productions_erases_a_person(floor: "Floor") -> None:
    for name in ("dora", "leo"):
        with pytest.raises(RoleMissing, match="producer or admin"):
            floor.studio.erase_person(floor[name], "arti")
    with pytest.raises(RoleMissing, match="themselves"):
        floor.studio.erase_person(floor["ana"], "ana")
    with pytest.raises(NotFound):
        floor.studio.erase_person(floor["ana"], "nobody")
    floor.studio.new_production(
        floor["dora"], code="autumn", title="Autumn", rate=Fraction(24), width_px=96, height_px=64
    )
    floor.studio.set_role(floor["dora"], "autumn", person="arti", role="artist")
    with pytest.raises(RoleMissing, match="every production"):
        floor.studio.erase_person(floor["ana"], "arti")
    floor.studio.set_role(floor["dora"], "autumn", person="ana", role="admin")
    floor.studio.erase_person(floor["ana"], "arti")
    with floor.house.book.reading() as conn:
        assert accounts.find_person(conn, "arti") is None


def test_a_file_that_cannot_be_written_anew_is_said_and_the_name_is_gone_all_the_same(
    floor: "Floor", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("circletake.db.sqlite.BUSY_TIMEOUT_MS", 10)
    floor.studio._book_engine.dispose()  # what connects from here on waits no longer than that
    with connect.writing(floor.studio._book_engine), pytest.raises(DatabaseBusy, match="run VACUUM"):
        floor.house.book.scrub()
