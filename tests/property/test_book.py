"""Whatever is appended: replay gives the same tables, and any byte that is changed is found by its number."""

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from circletake.db import tables
from circletake.db.connect import dialect_of, migrate_book, open_jobs, writing
from circletake.domain.people import PersonId, actor_of
from circletake.errors import CircletakeError
from circletake.ledger.book import Book
from circletake.ledger.canonical import canonical
from circletake.ledger.replay import table_hash

Database = Any  # of the conftest above, which cannot be imported
EXAMPLES = int(os.environ.get("CIRCLETAKE_EXAMPLES", "30"))
POLICIES = [{"name": name} for name in ("one", "two")]
HASHES = [hashlib.sha256(canonical(policy)).hexdigest() for policy in POLICIES]

few = st.integers(0, 2)
names = few.map(lambda number: "abc"[number])
people = names.map("p_{}".format)
anybody = st.one_of(people, st.just("m_x"))
productions = st.sampled_from(["pr_1", "pr_1", "pr_2"])
contents = names.map(lambda name: name * 64)
ids = st.integers(0, 5).map("01940b6c-3f4e-7c1d-9a6e-{:012x}".format)
text = st.text(max_size=8).filter(lambda value: value.isprintable())
pairs = st.lists(st.tuples(names.map("sheet:{}".format), contents), max_size=2).map(
    lambda found: [list(pair) for pair in found]
)


def body(**members: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries(members)


BODIES: dict[str, st.SearchStrategy[dict[str, object]]] = {
    "person": body(person=people, name=st.none() | contents),
    "machine": body(machine=names.map("m_{}".format), label=text),
    "policy": few.map(lambda at: {"hash": HASHES[at % 2], "policy": POLICIES[at % 2]}),
    "grant": body(person=people, role=st.sampled_from(["lead", "director"]), granted=st.booleans()),
    "entity": body(
        entity=names.map("e_{}".format), kind=st.sampled_from(["shot", "character"]), code=names, title=text,
        position=few, frames=few,
    ),
    "task": body(task=names.map("t_{}".format), entity=names.map("e_{}".format), stage=names),
    "take": body(
        take=names.map("k_{}".format), task=names.map("t_{}".format), number=few, content=contents,
        makers=st.lists(anybody, max_size=2), origin=st.just("drawn"), n_frames=few, size=st.just([1, 1]),
        rate=st.none() | st.just([24000, 1001]), parent=st.none() | names.map("k_{}".format),
        change=st.sampled_from(["new", "subrange"]), leans=pairs, label=text,
    ),
    "slot": body(slot=names.map("sheet:{}".format), content=st.none() | contents),
    "evidence": body(
        evidence=contents, content=contents, check=names, version=few, job=names, flagged=st.booleans(),
        sentence=text, summary=st.just([["drift", "0.25"], ["n", 3]]),
        references=st.lists(contents, max_size=2),
    ),
    "verdict": body(
        task=names.map("t_{}".format), content=contents, gate=names, value=st.integers(-2, 2),
        key=st.integers(0, 30).map(str), gate_hash=names, policy=names, upstream=pairs,
        answers=st.lists(contents, max_size=1), ranges=st.just([[0, 5]]),
    ),
    "withdraw": body(verdict=st.integers(1, 40), key=names),
    "bound": body(
        task=names.map("t_{}".format), content=contents, gate=names,
        result=st.sampled_from(["satisfied", "unsatisfied", "stale"]),
    ),
    "hold": body(task=names.map("t_{}".format), reason=st.none() | contents),
    "omit": body(entity=names.map("e_{}".format), omitted=st.booleans()),
    "cut": few.map(
        lambda number: {
            "cut": {"number": number, "parent": None},
            "hash": hashlib.sha256(canonical({"number": number, "parent": None})).hexdigest(),
        }
    ),
    "sealed": body(cut=contents, master=contents, record=contents, contents=st.lists(contents, max_size=3)),
    "delivered": body(sealed=st.integers(1, 40), master=contents, record=contents, folder_name=text),
    "recalled": body(sealed=st.integers(1, 40), verdict=st.integers(1, 40)),
    "done": body(job=contents, op=names, result=text),
    "playlist": st.one_of(
        body(
            op=ids, act=st.sampled_from(["make", "add", "take_in"]), playlist=ids,
            entries=ids.map(lambda one: [one]), takes=st.just([["t_a", "a" * 64]]),
            after=st.sampled_from(["", "first", "last"]), label=st.none() | contents,
        ),
        body(
            op=ids, act=st.sampled_from(["remove", "put_back"]), playlist=ids,
            entries=st.lists(ids, max_size=2),
        ),
        body(
            op=ids, act=st.just("move"), playlist=ids, entries=ids.map(lambda one: [one]),
            after=ids | st.just("first"),
        ),
        body(op=ids, act=st.sampled_from(["start", "archive", "restore"]), playlist=ids),
    ),
    "request": body(
        request=names.map("q_{}".format), task=st.just("t_a"), provider=names, kind=st.just("image"),
        decision=contents, prompt=st.none() | contents, ask=contents, unit=st.just("USD"), most=few,
        attempts=st.lists(names.map(lambda name: [f"a_{name}", f"key-{name}"]), min_size=1, max_size=2),
        inputs=st.lists(contents.map(lambda content: ["first", content]), max_size=1),
    ),
    "attempt": body(
        attempt=names.map("a_{}".format), before=st.sampled_from(["planned", "reserved", "submitting"]),
        after=st.sampled_from(["reserved", "submitting", "unknown", "queued"]), handle=st.none() | names,
    ),
    "attempt_call": body(
        attempt=names.map("a_{}".format), call=st.sampled_from(["ran", "did_not", "write_off"]), key=names,
    ),
    "cost": body(
        attempt=names.map("a_{}".format), line=st.sampled_from(["estimate", "reported", "reconciled"]),
        micro=few, unit=st.just("USD"),
    ),
    "budget": body(
        purse=st.just("production"), owner=productions, unit=st.just("USD"), limit=st.none() | few,
    ),
}  # fmt: skip

Step = tuple[str, str, str, dict[str, object]]


@st.composite
def steps(draw: st.DrawFn) -> Step:
    kind = draw(st.sampled_from(sorted(BODIES)))
    return kind, draw(anybody), draw(productions), draw(BODIES[kind])


class Empty:
    """Makes empty books, one for each example.

    Their commits need not outlive a power cut, so they are not synced.

    Args:
        database: of the conftest above; on PostgreSQL it is emptied again and again.
        folder: for SQLite.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._left = EXAMPLES if database.kind == "sqlite" else max(3, EXAMPLES // 5)
        self._engine = open_jobs(database.book_address)
        migrate_book(self._engine)
        if database.kind == "sqlite":
            self._engine.dispose()

    def is_enough(self) -> bool:
        """Whether this database has had its share of examples."""
        self._left -= 1
        return self._left < 0

    @contextlib.contextmanager
    def fresh(self) -> Iterator[tuple[Book, Engine]]:
        if self._database.kind == "postgresql":
            self._clear()
            yield Book(self._engine), self._engine
            return
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "book.sqlite"
            shutil.copyfile(self._database.book_address, path)
            engine = open_jobs(path)
            try:
                yield Book(engine), engine
            finally:
                engine.dispose()

    def _clear(self) -> None:
        with writing(self._engine) as conn:
            conn.exec_driver_sql("ALTER TABLE entry DISABLE TRIGGER USER")
            names = ", ".join(f'"{table.name}"' for table in tables.book_metadata.sorted_tables)
            conn.exec_driver_sql(f"TRUNCATE {names}")
            dialect_of(self._engine).put_guards(conn)

    def close(self) -> None:
        self._engine.dispose()


@pytest.fixture
def empty(database: Database, tmp_path: Path) -> Iterator[Empty]:
    made = Empty(database, tmp_path)
    yield made
    made.close()


def begin(book: Book) -> None:
    """Two productions, two people, a shot with a task and a take: so that most of what is drawn fits."""
    person = PersonId("p_a")
    with book.transact() as tx:
        for name in ("p_a", "p_b"):
            tx.append("person", actor=person, body={"person": name})
        tx.append("policy", actor=person, body={"hash": HASHES[0], "policy": POLICIES[0]})
        for number in (1, 2):
            opened = {
                "production": f"pr_{number}", "code": f"c{number}", "title": "", "rate": [24, 1],
                "size": [1, 1], "policy": HASHES[0],
            }  # fmt: skip
            tx.append("opened", actor=person, production=f"pr_{number}", body=opened)
        entity = {"entity": "e_a", "kind": "shot", "code": "a", "title": "", "position": 0}
        tx.append("entity", actor=person, production="pr_1", body=entity)
        tx.append(
            "task", actor=person, production="pr_1", body={"task": "t_a", "entity": "e_a", "stage": "a"}
        )
        take = {
            "take": "k_a", "task": "t_a", "number": 0, "content": "a" * 64, "makers": ["p_a"],
            "origin": "drawn", "n_frames": 1, "size": [1, 1],
        }  # fmt: skip
        tx.append("take", actor=person, production="pr_1", body=take)


def play(book: Book, history: list[list[Step]]) -> None:
    """Append what fits; a transaction in which something does not fit leaves nothing."""
    for transaction in history:
        with contextlib.suppress(CircletakeError), book.transact() as tx:
            for kind, actor, production, members in transaction:
                tx.append(kind, actor=actor_of(actor), session="n_1", production=production, body=members)


histories = st.lists(st.lists(steps(), min_size=1, max_size=3), max_size=40)
slow = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


@slow
@given(history=histories)
def test_replay_gives_byte_for_byte_the_same_tables(empty: Empty, history: list[list[Step]]) -> None:
    if empty.is_enough():
        return
    with empty.fresh() as (book, _):
        begin(book)
        play(book, history)
        with book.reading() as conn:
            before = {table.name: table_hash(conn, table) for table in tables.projections}
            rows = {table.name: conn.execute(table.select()).all() for table in tables.projections}
        found = book.replay()
        assert found.differing == ()
        with book.reading() as conn:
            for table in tables.projections:
                assert table_hash(conn, table) == before[table.name]
                assert sorted(map(repr, conn.execute(table.select()).all())) == sorted(
                    map(repr, rows[table.name])
                )
        assert book.verify().holds


@slow
@given(history=histories)
def test_no_verdict_is_ever_a_machines(empty: Empty, history: list[list[Step]]) -> None:
    if empty.is_enough():
        return
    with empty.fresh() as (book, _):
        begin(book)
        play(book, history)
        for entry in book.entries():
            if entry.kind in {"verdict", "withdraw", "slot", "hold", "omit"}:
                assert entry.actor.startswith("p_")
        with book.reading() as conn:
            people_known = {row.id for row in conn.execute(tables.person.select())}
            assert {row.person for row in conn.execute(tables.verdict.select())} <= people_known
            live = [row for row in conn.execute(tables.verdict.select()) if row.live]
        keys = [(row.person, row.task, row.content, row.gate) for row in live]
        assert len(keys) == len(set(keys))


TEXTS = {"at", "kind", "actor", "production"}


def tampered(engine: Engine, change: Callable[[object], str], seq: int, column: str) -> None:
    """Change one column of one entry with the triggers off, and put them back."""
    with writing(engine) as conn:
        take_guards_off(engine, conn)
        bare = column
        if column in TEXTS:
            bare = f"CAST({column} AS BLOB)" if is_sqlite(engine) else f"convert_to({column}, 'UTF8')"
        before = conn.exec_driver_sql(f"SELECT {bare} FROM entry WHERE seq = {seq}").scalar()  # noqa: S608 (our own names)
        after = change(before)
        conn.exec_driver_sql(f"UPDATE entry SET {column} = {after} WHERE seq = {seq}")  # noqa: S608 (our own names)
        dialect_of(engine).put_guards(conn)


def is_sqlite(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"


def take_guards_off(engine: Engine, conn: Connection) -> None:
    for name in dialect_of(engine).guards:
        if name.startswith("entry_"):
            conn.exec_driver_sql(f"DROP TRIGGER {name}" + ("" if is_sqlite(engine) else " ON entry"))


def literal(engine: Engine, column: str, flipped: bytes) -> str:
    """Bytes as the database's SQL spells them; where they are no text and have to be, another text."""
    if is_sqlite(engine):
        return f"CAST(x'{flipped.hex()}' AS {'TEXT' if column in TEXTS else 'BLOB'})"
    if column not in TEXTS:
        return f"'\\x{flipped.hex()}'::bytea"
    with contextlib.suppress(UnicodeDecodeError):
        if b"\0" not in flipped:
            flipped.decode()
            return f"convert_from('\\x{flipped.hex()}'::bytea, 'UTF8')"
    return "'x'"


@slow
@given(
    history=histories,
    place=st.integers(0, 10_000),
    column=st.sampled_from(["seq", "at", "kind", "actor", "production", "body", "leaf", "chain"]),
    at=st.integers(0, 10_000),
    mask=st.integers(1, 255),
)
def test_any_flipped_byte_is_found_and_its_number_named(
    empty: Empty, history: list[list[Step]], place: int, column: str, at: int, mask: int
) -> None:
    if empty.is_enough():
        return
    with empty.fresh() as (book, engine):
        begin(book)
        play(book, history)
        last = book.head().seq
        seq = place % last + 1

        def flip(before: object) -> str:
            if isinstance(before, int):
                return str(-mask if at % 2 else last + mask)
            if not isinstance(before, bytes) or not before:
                return "'x'"  # there was nothing: now there is something
            flipped = bytearray(before)
            flipped[at % len(before)] ^= mask
            return literal(engine, column, bytes(flipped))

        tampered(engine, flip, seq, column)
        found = book.verify()
        assert (found.holds, found.broken_at) == (False, seq)


@slow
@given(history=histories, place=st.integers(0, 10_000))
def test_an_entry_taken_out_is_found_and_its_number_named(
    empty: Empty, history: list[list[Step]], place: int
) -> None:
    if empty.is_enough():
        return
    with empty.fresh() as (book, engine):
        begin(book)
        play(book, history)
        seq = place % book.head().seq + 1
        with writing(engine) as conn:
            take_guards_off(engine, conn)
            conn.exec_driver_sql(f"DELETE FROM entry WHERE seq = {seq}")  # noqa: S608 (a number)
        assert book.verify().broken_at == seq
