"""What the book keeps of guests, on both databases: links, who came by them, and what is refused."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.exc import DBAPIError

from circletake.db import tables
from circletake.db.connect import writing
from circletake.domain.people import MachineId, PersonId
from circletake.errors import AlreadyThere, CircletakeError, Conflict, EntryInvalid, NotFound, RoleMissing
from circletake.ledger import accounts, guests
from circletake.ledger.verifier import World

if TYPE_CHECKING:
    from tests.unit.ledger.conftest import Floor

UNTIL = "2026-12-01T00:00:00+00:00"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
CAME = {"guest": "p_nia", "link": "g_1"}


def shown(floor: "Floor", **change: object) -> dict[str, Any]:
    """A link's body."""
    with floor.book.transact() as tx:
        label = tx.keep_text("Screening")
    return {"link": "g_1", "label": label, "contents": [], "rights": ["look"], "until": UNTIL, **change}


def opened(floor: "Floor") -> str:
    """A link, and Nia who came by it; the content it shows."""
    content = floor.take("one")
    floor.append("guest_link", **shown(floor, contents=[["t_1", content]], rights=["look", "note"]))
    with floor.book.transact() as tx:
        tx.append(
            "person", actor=MachineId("m_studio"), body={"person": "p_nia", "name": tx.keep_text("Nia")}
        )
    floor.append("guest", "m_studio", **CAME)
    return content


def test_a_link_and_its_guests_are_read_as_they_were_written_and_replay_says_the_same(
    floor: "Floor",
) -> None:
    content = opened(floor)
    floor.append("note", "p_nia", note="n_1", task="t_1", content=content, text="0" * 64, severity="fyi")
    with floor.book.reading() as conn:
        (link,) = guests.links_of(conn, "pr_1")
        assert guests.find_link(conn, "g_1") == link
        assert guests.find_link(conn, "g_none") is None
        (guest,) = guests.guests_of(conn, "g_1")
        assert guests.find_guest(conn, "p_nia") == guest
        assert guests.find_guest(conn, "p_lea") is None
        assert guests.guest_names(conn) == {"p_nia": "Nia (guest)"}
    assert (link.label, link.maker, link.rights) == ("Screening", "p_dana", frozenset(("look", "note")))
    assert link.contents == (("t_1", content),)
    assert link.shows(content)
    assert not link.shows("0" * 64)
    assert link.ends_at == datetime.fromisoformat(UNTIL)
    assert (guest.name, guest.link, guest.seen_at) == ("Nia", "g_1", None)
    floor.append("guest_end", link="g_1")
    with floor.book.reading() as conn:
        found = guests.find_link(conn, "g_1")
    assert found is not None
    assert found.ended_by == "p_dana"
    assert floor.book.verify().holds
    assert floor.book.replay().equal


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"contents": []}, EntryInvalid),
        ({"rights": ["note"]}, EntryInvalid),
        ({"until": "soon"}, EntryInvalid),
        ({"until": "2026-12-01T00:00:00"}, EntryInvalid),
        ({"contents": [["t_1", "0" * 64]]}, NotFound),
        ({"contents": [["t_2", "one"]]}, NotFound),
        ({"rights": ["look", "judge"]}, EntryInvalid),
    ],
)
def test_a_link_that_shows_nothing_or_ends_never_is_refused(
    floor: "Floor", change: dict[str, Any], refused: type[CircletakeError]
) -> None:
    content = floor.take("one")
    named = change.get("contents", [["t_1", "one"]])
    contents = [[task, content if name == "one" else name] for task, name in named]
    body = shown(floor, **change) | {"contents": contents}
    with pytest.raises(refused):
        floor.append("guest_link", **body)


def test_what_contradicts_the_book_about_guests_is_refused(floor: "Floor") -> None:
    opened(floor)
    for kind, actor, body, refused in (
        ("guest_end", "p_dana", {"link": "g_none"}, NotFound),
        ("guest", "m_studio", {"guest": "p_nia", "link": "g_none"}, NotFound),
        ("guest", "m_studio", CAME, AlreadyThere),
        ("guest", "m_studio", {"guest": "p_lea", "link": "g_1"}, AlreadyThere),
        ("guest", "m_studio", {"guest": "p_nobody", "link": "g_1"}, NotFound),
        ("grant", "p_dana", {"person": "p_nia", "role": "lead", "granted": True}, EntryInvalid),
    ):
        with pytest.raises(refused):
            floor.append(kind, actor, **body)
    with pytest.raises(EntryInvalid, match="belongs to a production"), floor.book.transact() as tx:
        tx.append("guest", actor=MachineId("m_studio"), body=CAME)
    floor.append("guest_end", link="g_1")
    with pytest.raises(Conflict, match="revoked already"):
        floor.append("guest_end", link="g_1")
    with pytest.raises(Conflict, match="nobody comes by it"):
        floor.append("guest", "m_studio", guest="p_other", link="g_1")


def test_somebody_of_a_group_is_no_guest_and_no_guest_is_put_in_one(floor: "Floor") -> None:
    opened(floor)
    with floor.book.transact() as tx:
        tx.append("person", actor=PersonId("p_new"), body={"person": "p_new"})
    floor.append("group", group="x_1", label="friends")
    floor.append("member", group="x_1", person="p_new", member=True)
    with pytest.raises(AlreadyThere, match="is no guest"):
        floor.append("guest", "m_studio", guest="p_new", link="g_1")
    with pytest.raises(EntryInvalid, match="holds no role"):
        floor.append("member", group="x_1", person="p_nia", member=True)


def test_book_and_database_each_refuse_a_guest_s_verdict_and_the_verifier_counts_none(
    floor: "Floor", engine: Engine
) -> None:
    content = opened(floor)
    with pytest.raises(RoleMissing, match="looks and notes"):
        floor.verdict("p_nia", content, "lead", 2)
    row = {"seq": floor.book.head().seq + 1, "at": "x", "kind": "verdict", "actor": "p_nia"}
    with pytest.raises(DBAPIError, match="a guest looks and notes"), writing(engine) as conn:
        conn.execute(insert(tables.entry).values(**row, body=b"", leaf=b"", chain=b""))
    with pytest.raises(DBAPIError, match="a guest holds no role"), writing(engine) as conn:
        conn.execute(insert(tables.role).values(production="pr_1", person="p_nia", role="lead", seq=1))
    world = World("pr_1")
    for entry in floor.book.entries(0, 1000):
        world.learn(json.loads(entry.raw))  # as a stranger reads it
    assert world.roles("p_nia") == set()


def test_secrets_are_kept_as_hashes_beside_the_book(floor: "Floor") -> None:
    opened(floor)
    with floor.book.transact() as tx:
        token = guests.keep_secret(tx.conn, "g_1", passphrase_hash="argon")  # noqa: S106 (a hash's place)
        session = guests.open_session(tx.conn, person=PersonId("p_nia"), link="g_1", now=NOW)
    with floor.book.reading() as conn:
        opening = guests.find_opening(conn, token=token)
        assert opening == guests.find_opening(conn, link="g_1")
        assert guests.find_opening(conn, token=session) is None
        found = guests.find_session(conn, session)
        assert guests.find_session(conn, token) is None
    assert opening is not None
    assert found is not None
    assert (found[0].person, opening.used_at, opening.lapsed) == ("p_nia", None, False)
    assert guests.is_due(opening, NOW)
    with floor.book.transact() as tx:
        guests.note_used(tx.conn, "g_1", now=NOW)
        guests.note_seen(tx.conn, session, now=NOW)
        guests.note_lapsed(tx.conn, "g_1")
    with floor.book.reading() as conn:
        opening = guests.find_opening(conn, link="g_1")
        (guest,) = guests.guests_of(conn, "g_1")
    assert opening is not None
    assert (opening.used_at, opening.lapsed, guest.seen_at) == (NOW.isoformat(), True, NOW.isoformat())
    assert not guests.is_due(opening, NOW)


def test_a_secret_is_compared_with_its_hash_and_none_is_like_any_other() -> None:
    hashed = accounts.hash_password("a red bicycle")
    assert accounts.is_secret(hashed, "a red bicycle")
    assert not accounts.is_secret(hashed, "a blue bicycle")
    assert not accounts.is_secret(None, "nobody has this password")
    assert not accounts.is_secret("no hash", "a red bicycle")
