"""A book on a real file, with a small production in it."""

from typing import Any

import pytest
from sqlalchemy import Engine

from circletake.domain.facts import Facts, GateResult
from circletake.domain.people import MachineId, PersonId, Role
from circletake.domain.policy import Policy
from circletake.gates.engine import evaluate
from circletake.gates.policy import policy_dict, shipped
from circletake.ledger.book import Book
from circletake.ledger.entries import Entry
from circletake.ledger.facts import facts_for

Database = Any  # of the conftest above, which cannot be imported
PRODUCTION = "pr_1"
VERSIONS = {"technical": 1, "consistency": 1}


def content_of(name: str) -> str:
    """A content hash that a test can tell from others."""
    return (name.encode().hex() + "0" * 64)[:64]


class Floor:
    """Does in one line what a recipe does in ten."""

    def __init__(self, book: Book, engine: Engine) -> None:
        self.book = book
        self.engine = engine
        self.policy: Policy = shipped()
        self.machine = MachineId("m_render")
        self._keys = 0

    def append(self, kind: str, actor: str = "p_dana", /, **body: object) -> Entry:
        """Append one entry of the production, as a person who is signed in or as a machine."""
        with self.book.transact() as tx:
            return tx.append(
                kind,
                actor=PersonId(actor) if actor.startswith("p_") else MachineId(actor),
                session="n_1" if actor.startswith("p_") else None,
                production=PRODUCTION,
                body=body,
            )

    def found(self) -> None:
        """Two leads, a director, an artist; a shot and a character, with their tasks."""
        with self.book.transact() as tx:
            for person in ("p_dana", "p_lea", "p_art"):
                tx.append(
                    "person", actor=PersonId(person), body={"person": person, "name": tx.keep_text(person)}
                )
            tx.append("machine", actor=self.machine, body={"machine": "m_render", "label": "renderer"})
            tx.append(
                "policy",
                actor=PersonId("p_dana"),
                body={"hash": self.policy.hash, "policy": policy_dict(self.policy)},
            )
        self.append(
            "opened",
            production=PRODUCTION,
            code="queso",
            title="Queso",
            rate=[24, 1],
            size=[1920, 1080],
            policy=self.policy.hash,
        )
        for person, role in (("p_dana", "director"), ("p_lea", "lead"), ("p_art", "artist")):
            self.grant(person, role)  # type: ignore[arg-type]  # every one of them is a role
        self.append("entity", entity="e_1", kind="shot", code="SH010", title="", position=1, frames=24)
        self.append("task", task="t_1", entity="e_1", stage="animation")
        self.append("entity", entity="e_2", kind="character", code="queso", title="", position=1)
        self.append("task", task="t_2", entity="e_2", stage="design")

    def grant(self, person: str, role: Role, *, granted: bool = True) -> None:
        """Give or take a role."""
        self.append("grant", person=person, role=role, granted=granted)

    def take(
        self, name: str, *, task: str = "t_1", makers: tuple[str, ...] = ("p_art",), **more: object
    ) -> str:
        """Add a take; returns its content."""
        self._keys += 1
        self.append(
            "take",
            take=f"k_{name}",
            task=task,
            number=self._keys,
            makers=list(makers),
            origin="generated",
            rate=[24, 1],
            size=[1920, 1080],
            **{"content": content_of(name), "n_frames": 24} | more,
        )
        return content_of(name)

    def measure(
        self,
        content: str,
        check: str,
        *,
        name: str = "",
        flagged: bool = False,
        references: tuple[str, ...] = (),
    ) -> str:
        """Record evidence; returns its id."""
        evidence = content_of(name or check + content[:6])
        self.append(
            "evidence",
            "m_render",
            evidence=evidence,
            content=content,
            check=check,
            version=VERSIONS[check],
            job=evidence,
            flagged=flagged,
            sentence="The markings drift.",
            references=list(references),
        )
        return evidence

    def verdict(
        self,
        person: str,
        content: str,
        gate: str,
        value: int,
        *,
        task: str = "t_1",
        stage: str = "animation",
        answers: tuple[str, ...] = (),
        **more: object,
    ) -> Entry:
        """Record a verdict."""
        self._keys += 1
        known = self.policy.gate(stage, gate)
        body = {
            "task": task,
            "content": content,
            "gate": gate,
            "value": value,
            "key": f"key{self._keys}",
            "gate_hash": known.hash if known else "",
            "policy": self.policy.hash,
            "answers": list(answers),
        }
        return self.append("verdict", person, **(body | more))

    def facts(self, content: str, task: str = "t_1") -> Facts:
        """Facts about a content, with both checks in force."""
        with self.book.reading() as conn:
            return facts_for(
                conn,
                task=task,
                content=content,
                policy=self.policy,
                current_versions=VERSIONS,
                now="2026-01-01T00:00:00Z",
            )

    def ask(self, content: str, task: str = "t_1") -> dict[str, GateResult]:
        """What each gate says of a content."""
        return {result.gate: result for result in evaluate(self.facts(content, task))}


@pytest.fixture
def engine(database: Database) -> Engine:
    """An empty book's database, on SQLite and on PostgreSQL."""
    made: Engine = database.book()
    return made


@pytest.fixture
def book(engine: Engine) -> Book:
    """An empty book."""
    return Book(engine)


@pytest.fixture
def floor(book: Book, engine: Engine) -> Floor:
    """A book with a small production in it."""
    made = Floor(book, engine)
    made.found()
    return made
