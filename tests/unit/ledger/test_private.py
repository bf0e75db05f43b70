"""Erasing takes what is a person's own, every private row of theirs, and nothing of anybody else."""

from typing import TYPE_CHECKING

from sqlalchemy import select

from circletake.db import tables
from circletake.db.connect import writing
from circletake.domain.people import PersonId
from circletake.ledger import accounts, private

if TYPE_CHECKING:
    from tests.unit.ledger.conftest import Floor


def texts(floor: "Floor") -> set[str]:
    with floor.book.reading() as conn:
        return {row.text for row in conn.execute(select(tables.private_text.c.text))}


def test_a_name_goes_and_notes_go_only_where_that_is_asked(floor: "Floor") -> None:
    content = floor.take("a")
    with floor.book.transact() as tx:
        notes = {who: tx.keep_text(f"a note of {who}") for who in ("p_lea", "p_dana")}
        tx.append("person", actor=PersonId("p_art"), body={"person": "p_art"})  # without a name
    floor.verdict("p_lea", content, "lead", -1, note=notes["p_lea"])
    floor.verdict("p_dana", content, "director", -1, note=notes["p_dana"])
    floor.verdict("p_lea", content, "director", 1)
    with writing(floor.engine) as conn:
        accounts.open_account(conn, person=PersonId("p_lea"), name="Lea", password_hash=None)
        accounts.open_account(conn, person=PersonId("p_dana"), name="Dana", password_hash=None)
        for who in ("p_lea", "p_dana"):
            accounts.open_session(conn, person=PersonId(who), now=accounts.utc_now(), days=1)
            accounts.open_link(conn, person=PersonId(who), now=accounts.utc_now(), hours=1)
        assert private.erase(conn, "p_lea", notes=False) == 1
    assert texts(floor) == {"p_dana", "p_art", "a note of p_lea", "a note of p_dana"}
    with floor.book.reading() as conn:
        for table in (tables.account, tables.session, tables.sign_in_link):
            assert {row.person for row in conn.execute(select(table))} == {"p_dana"}
    with writing(floor.engine) as conn:
        assert private.erase(conn, "p_lea", notes=True) == 1
        assert private.erase(conn, "p_lea", notes=True) == 0
    assert texts(floor) == {"p_dana", "p_art", "a note of p_dana"}
    assert floor.book.verify().holds


def test_an_erased_persons_row_has_no_commitment_and_replay_agrees(floor: "Floor") -> None:
    floor.append("erased", person="p_lea", notes=True)
    with floor.book.reading() as conn:
        row = conn.execute(select(tables.person).where(tables.person.c.id == "p_lea")).one()
    assert row.name_commitment is None
    assert floor.book.replay().equal
    floor.book.scrub()
    assert floor.book.verify().holds
