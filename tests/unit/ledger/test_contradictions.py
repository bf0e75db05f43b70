"""What contradicts the book is refused when it is appended, and named when somebody forced it in."""

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql.psycopg import dialect as psycopg

from circletake.db import tables
from circletake.db.connect import dialect_of, writing
from circletake.domain.people import MachineId, PersonId
from circletake.errors import (
    AlreadyThere,
    BookBroken,
    Bug,
    CircletakeError,
    Conflict,
    EntryInvalid,
    NotAPerson,
    NotFound,
)
from circletake.ledger import rows
from circletake.ledger.book import Book
from circletake.ledger.canonical import canonical
from circletake.ledger.chain import chain_hash, leaf_hash
from circletake.ledger.entries import DoneBody
from circletake.ledger.projections import project
from circletake.ledger.record import export_record

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.ledger.conftest import Floor

DANA = PersonId("p_dana")


@pytest.mark.parametrize(
    ("kind", "body", "production", "refused"),
    [
        ("person", {"person": "m_x"}, None, EntryInvalid),
        ("grant", {"person": "p_lea", "role": "lead", "granted": True}, None, EntryInvalid),
        ("entity", {"entity": "e_1", "kind": "shot", "code": "Z", "title": "", "position": 1}, "pr_2",
         AlreadyThere),
        ("task", {"task": "t_7", "entity": "e_7", "stage": "a"}, "pr_1", NotFound),
        ("task", {"task": "t_1", "entity": "e_1", "stage": "comp"}, "pr_1", AlreadyThere),
        ("hold", {"task": "t_7", "reason": None}, "pr_1", NotFound),
        ("omit", {"entity": "e_7", "omitted": True}, "pr_1", NotFound),
        ("withdraw", {"verdict": 1, "key": "k"}, "pr_1", NotFound),
        ("erased", {"person": "p_nobody"}, None, NotFound),
        ("cut", {"hash": "7d" * 32, "cut": {}}, "pr_1", EntryInvalid),
        ("member", {"group": "g_7", "person": "p_lea", "member": True}, "pr_1", NotFound),
        ("resolve", {"note": "n_7", "disposition": "waive", "key": "k"}, "pr_1", NotFound),
        ("resolve", {"note": "n_7", "disposition": "fix", "key": "k"}, "pr_1", EntryInvalid),
        ("consent", {"consent": "c_1", "kind": "consent", "entity": "e_7", "subject": "00", "uses": []},
         "pr_1", NotFound),
        ("lapsed", {"consent": "c_7", "until": "2026-01-01"}, "pr_1", NotFound),
        ("note", {"note": "n_1", "task": "t_1", "content": "ff" * 32, "text": "00"}, "pr_1", NotFound),
        ("carry", {"verdict": 1, "task": "t_7", "content": "ff" * 32}, "pr_1", NotFound),
        ("carry", {"verdict": 1, "task": "t_1", "content": "ff" * 32}, "pr_1", NotFound),
        ("carry", {"verdict": 1, "task": "t_1", "content": "ff" * 32}, None, EntryInvalid),
    ],
)  # fmt: skip
def test_an_entry_that_contradicts_the_book_is_refused(
    floor: "Floor", kind: str, body: dict[str, Any], production: str | None, refused: type[CircletakeError]
) -> None:
    before = floor.book.head()
    with pytest.raises(refused), floor.book.transact() as tx:
        tx.append(kind, actor=DANA, session="n_1", production=production, body=body)
    assert floor.book.head() == before


OVERRIDE = {
    "task": "t_1", "gate": "lead", "role": "director", "rules": ["circled"], "code": "time", "note": "00",
    "gate_hash": "", "key": "once",
}  # fmt: skip


def test_an_override_names_rules_never_consent_and_is_recorded_once(floor: "Floor") -> None:
    body = OVERRIDE | {"content": floor.take("a")}
    for rules in ([], ["circled", "consent"]):
        with pytest.raises(EntryInvalid, match="consent is never one of them"):
            floor.append("override", **body | {"rules": rules})
    floor.append("override", **body)
    with pytest.raises(Conflict, match="recorded already"):
        floor.append("override", **body)


def test_a_reply_is_to_a_note_on_the_same_content(floor: "Floor") -> None:
    on = {"task": "t_1", "content": floor.take("a"), "text": "00"}
    floor.append("note", note="n_1", **on)
    other = on | {"content": floor.take("b")}
    for where, above in ((on, "n_7"), (other, "n_1")):
        with pytest.raises(NotFound, match="to reply to"):
            floor.append("note", note="n_2", **where | {"reply_to": above})


def test_groups_and_agreements_belong_to_one_production(floor: "Floor") -> None:
    opened = {"code": "b", "title": "", "rate": [24, 1], "size": [1, 1], "policy": floor.policy.hash}
    agreed: dict[str, object] = {"consent": "c_1", "kind": "consent", "subject": "00", "uses": []}
    floor.append("group", group="g_1", label="Lights")
    floor.append("consent", entity="e_1", **agreed)
    other: dict[str, dict[str, object]] = {
        "opened": {"production": "pr_2", **opened},
        "entity": {"entity": "e_9", "kind": "shot", "code": "A", "title": "", "position": 1},
    }
    for kind, body in other.items():
        with floor.book.transact() as tx:
            tx.append(kind, actor=DANA, session="n_1", production="pr_2", body=body)
    theirs: dict[str, dict[str, object]] = {
        "group": {"group": "g_1", "label": "Theirs"},
        "consent": {"entity": "e_9", **agreed},
    }
    for kind, body in theirs.items():
        with pytest.raises(AlreadyThere, match="another production"), floor.book.transact() as tx:
            tx.append(kind, actor=DANA, session="n_1", production="pr_2", body=body)


def test_many_entries_at_once_are_refused_as_each_of_them_would_be(floor: "Floor") -> None:
    head = floor.book.head()
    bound = {"task": "t_7", "content": "aa", "gate": "lead", "result": "satisfied"}
    with pytest.raises(NotFound), floor.book.transact() as tx:
        tx.append_all("bound", actor=floor.machine, production="pr_1", bodies=[bound])
    with pytest.raises(NotAPerson, match="one by one"), floor.book.transact() as tx:
        tx.append_all("verdict", actor=floor.machine, production="pr_1", bodies=[{}])
    with floor.book.transact() as tx:
        tx.append_all("bound", actor=floor.machine, production="pr_1", bodies=[])
    assert floor.book.head() == head
    content = floor.take("a")
    essences = [{"content": content, "essence": essence} for essence in ("11" * 32, "22" * 32)]
    with floor.book.transact() as tx:
        tx.append_all("essence", actor=floor.machine, production="pr_1", bodies=essences)
    assert floor.book.replay().equal


def test_after_many_that_failed_nothing_is_appended(floor: "Floor") -> None:
    bound = {"task": "t_7", "content": "aa", "gate": "lead", "result": "satisfied"}

    def go_on() -> None:
        with floor.book.transact() as tx:
            with pytest.raises(NotFound):
                tx.append_all("bound", actor=floor.machine, production="pr_1", bodies=[bound])
            tx.append_all("bound", actor=floor.machine, production="pr_1", bodies=[bound])

    with pytest.raises(Bug, match="failed before"):
        go_on()


@pytest.mark.parametrize("text", ["a\0b", "half \ud800"])
def test_what_no_database_keeps_is_refused_in_texts_and_in_entries(floor: "Floor", text: str) -> None:
    with pytest.raises(EntryInvalid), floor.book.transact() as tx:
        tx.keep_text(text)
    with pytest.raises(EntryInvalid):
        floor.append("entity", entity="e_8", kind="shot", code="X", title=text, position=1)


def test_letters_that_only_look_like_a_nul_are_kept(floor: "Floor") -> None:
    title = chr(92) + "u0000"
    told = floor.append("entity", entity="e_8", kind="shot", code="X", title=title, position=1)
    assert told.body["title"] == title


def test_a_cut_without_a_number_cannot_be(floor: "Floor") -> None:
    cut = {"parent": None}
    with pytest.raises(EntryInvalid, match="cannot be"):
        floor.append("cut", cut=cut, hash=hashlib.sha256(canonical(cut)).hexdigest())


def test_a_policy_is_put_in_force_where_there_is_a_production(floor: "Floor") -> None:
    body = {"hash": floor.policy.hash, "policy": floor.book.entries()[4].body["policy"]}
    assert floor.append("policy", **body).production == "pr_1"
    with pytest.raises(NotFound, match="no production pr_7"), floor.book.transact() as tx:
        tx.append("policy", actor=DANA, production="pr_7", body=body)


def test_a_production_is_opened_by_an_entry_of_its_own(floor: "Floor") -> None:
    with pytest.raises(EntryInvalid, match="an entry of its own"):
        floor.append(
            "opened",
            production="pr_2",
            code="b",
            title="",
            rate=[24, 1],
            size=[1, 1],
            policy=floor.policy.hash,
        )


def test_the_same_measurement_by_another_route_changes_nothing(floor: "Floor") -> None:
    content = floor.take("a")
    floor.measure(content, "technical")
    floor.measure(content, "technical", flagged=True)
    assert [one.flagged for one in floor.facts(content).evidence] == [False]
    assert floor.book.replay().equal


def test_a_slot_is_emptied_and_a_role_taken_back(floor: "Floor") -> None:
    floor.append("slot", slot="sheet:queso", content="d" * 64)
    floor.append("slot", slot="sheet:queso", content=None)
    floor.grant("p_lea", "lead", granted=False)
    facts = floor.facts(floor.take("a"))
    assert facts.upstream == {}
    assert "p_lea" not in facts.roles


def test_an_entity_is_cut_and_brought_back(floor: "Floor") -> None:
    for omitted in (True, False):
        floor.append("omit", entity="e_1", omitted=omitted)
        with floor.book.reading() as conn:
            assert rows.find(conn, tables.entity, "omitted", id="e_1") is omitted


def test_an_entry_is_not_projected_as_another_kind(floor: "Floor") -> None:
    entry = floor.book.entries()[0]
    with pytest.raises(EntryInvalid, match="does not hold a PersonBody"), floor.book.transact() as tx:
        project(tx.conn, entry, DoneBody(job="j", op="o"))


def test_after_an_append_that_failed_nothing_more_is_appended(floor: "Floor") -> None:
    def go_on() -> None:
        with floor.book.transact() as tx:
            with pytest.raises(EntryInvalid):
                tx.append("rumour", actor=DANA, body={})
            with pytest.raises(Bug, match="failed before"):
                tx.append("person", actor=DANA, body={"person": "p_dana"})

    with pytest.raises(Bug, match="none of it"):
        go_on()


def test_half_a_character_is_no_text(floor: "Floor") -> None:
    with pytest.raises(EntryInvalid, match="half a character"), floor.book.transact() as tx:
        tx.keep_text("\ud800")


def force(engine: Engine, members: dict[str, Any] | bytes, **columns: object) -> None:
    """Write an entry past every check, chained as it should be, as somebody with the file could."""
    raw = members if isinstance(members, bytes) else canonical(members)
    told = members if isinstance(members, dict) else {}
    with writing(engine) as conn:
        (before,) = conn.execute(select(tables.head.c.chain)).one()
        (last,) = conn.execute(select(tables.head.c.seq)).one()
        chain = chain_hash(before, leaf_hash(raw))
        row = {name: told.get(name, "x") for name in ("at", "kind", "actor", "production")}
        row |= {"seq": last + 1, "body": raw, "leaf": leaf_hash(raw), "chain": chain}
        conn.execute(insert(tables.entry).values(row | columns))
        conn.execute(update(tables.head).values(seq=last + 1, chain=chain))


def members(book: Book, **more: object) -> dict[str, Any]:
    told = {"v": 1, "seq": book.head().seq + 1, "kind": "done", "at": "", "actor": "m_x", "session": None}
    return told | {"production": None, "body": {"job": "j", "op": "o", "result": ""}} | more


def test_an_entry_that_was_forced_in_and_cannot_be_is_named_by_replay(floor: "Floor") -> None:
    force(floor.engine, members(floor.book))
    assert floor.book.replay().differing == ("recorded",)
    force(floor.engine, members(floor.book))
    assert floor.book.verify().holds
    with pytest.raises(BookBroken, match=r"\(done\) cannot be replayed: The outcome") as broken:
        floor.book.replay()
    assert broken.value.detail["seq"] == floor.book.head().seq


@pytest.mark.parametrize(
    "more", [{"v": 2}, {"more": 1}, {"body": []}, {"at": 7}, {"seq": 2**53 - 1}, {"production": 7}]
)
def test_an_entry_of_another_shape_is_named(floor: "Floor", more: dict[str, object]) -> None:
    at = floor.book.head().seq + 1
    told = members(floor.book) | more
    force(floor.engine, told, at="", production=None)
    found = floor.book.verify()
    assert (found.holds, found.broken_at) == (False, at)
    if "seq" not in more:
        with pytest.raises(BookBroken):
            floor.book.entries(after=at - 1)


def test_each_way_of_not_holding_has_its_words(floor: "Floor") -> None:
    at = floor.book.head().seq + 1
    whole = members(floor.book)
    ways: list[tuple[Any, dict[str, object], str]] = [
        (b"[", {}, "cannot be read"),
        (whole, {"leaf": bytes(32)}, "was changed (its hash is not that of its bytes)"),
        (whole, {"chain": bytes(32)}, "is not the one that was chained"),
        (whole, {"kind": "open"}, "has a column that is not what its bytes say"),
        (whole, {"production": "pr_1"}, "has a column that is not what its bytes say"),
    ]
    for told, columns, says in ways:
        with writing(floor.engine) as conn:
            kept = conn.execute(select(tables.head.c.seq, tables.head.c.chain)).one()
        force(floor.engine, told, **{"at": "", "kind": "done", "actor": "m_x", "production": None} | columns)
        found = floor.book.verify()
        assert (found.broken_at, says in found.sentence) == (at, True), found.sentence
        with writing(floor.engine) as conn:
            conn.exec_driver_sql(dropped(floor.engine, "entry_is_never_deleted"))
            conn.execute(delete(tables.entry).where(tables.entry.c.seq == at))
            conn.execute(update(tables.head).values(seq=kept.seq, chain=kept.chain))
            dialect_of(floor.engine).put_guards(conn)
    assert floor.book.verify().holds


def unguarded(engine: Engine, *sql: str) -> None:
    """Change entries with the guards off, and put them back."""
    with writing(engine) as conn:
        for name in dialect_of(engine).guards:
            if name.startswith("entry_"):
                conn.exec_driver_sql(dropped(engine, name))
        for one in sql:
            conn.exec_driver_sql(one)
        dialect_of(engine).put_guards(conn)


def dropped(engine: Engine, name: str) -> str:
    """What takes a guard of the entries off."""
    return f"DROP TRIGGER {name}" + ("" if engine.dialect.name == "sqlite" else " ON entry")


def test_an_entry_under_another_number_and_one_that_is_missing_are_told_apart(floor: "Floor") -> None:
    last = floor.book.head().seq
    unguarded(floor.engine, "UPDATE entry SET seq = -1 WHERE seq = (SELECT max(seq) FROM entry)")
    assert floor.book.verify().sentence.startswith(
        f"The book does not hold: entry {last} bears another number"
    )
    unguarded(floor.engine, "DELETE FROM entry WHERE seq = 3", "DELETE FROM entry WHERE seq < 0")
    assert "entry 3 is missing" in floor.book.verify().sentence


def test_a_book_without_its_end_written_down_ends_where_nothing_was(floor: "Floor") -> None:
    with writing(floor.engine) as conn:
        conn.execute(delete(tables.head))
    found = floor.book.verify()
    assert (found.holds, found.broken_at) == (False, 1)


def test_a_book_that_does_not_chain_is_not_written_out(floor: "Floor", tmp_path: "Path") -> None:
    unguarded(floor.engine, "UPDATE entry SET chain = leaf WHERE seq = 4")
    with pytest.raises(BookBroken, match="Entry 4 is not the one"):
        export_record(floor.book, tmp_path)


# rows


def test_a_row_is_found_on_a_connection_that_has_not_begun(floor: "Floor") -> None:
    with floor.engine.connect() as conn:
        assert not conn.in_transaction()
        assert rows.find(conn, tables.person, "id", id="p_dana") == "p_dana"
        assert conn.in_transaction()
        assert rows.find(conn, tables.person, "id", id="p_x") is None
        assert rows.find(conn, tables.entity, "omitted", id="e_1") is False


def test_values_go_by_name_where_the_database_wants_names() -> None:
    query = select(tables.person.c.id).where(tables.person.c.id == bindparam("one")).limit(1)
    compiled = query.compile(dialect=psycopg())  # type: ignore[no-untyped-call]  # SQLAlchemy has no type there
    arrange = rows._arranged(compiled, ["one"])
    assert arrange(["p_a"]) == {"one": "p_a", "param_1": 1}


def test_a_machine_is_no_person_to_the_database_either(floor: "Floor") -> None:
    with pytest.raises(CircletakeError), floor.book.transact() as tx:
        tx.append("machine", actor=MachineId("m_x"), body={"machine": "p_x", "label": ""})
