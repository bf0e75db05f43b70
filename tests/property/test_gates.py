"""However takes, verdicts, roles, sheets, evidence and policies interleave, a gate asks for its people.

A real book is written and asked; beside it a plain model in sets and dicts says what each gate of the
animation stage has to answer. The two must agree after every step.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine

from circletake.db.connect import migrate_book, open_jobs
from circletake.domain.people import MachineId, PersonId
from circletake.domain.policy import Policy
from circletake.errors import NotAPerson
from circletake.gates.engine import evaluate
from circletake.gates.policy import policy_dict, read_policy, shipped
from circletake.ledger.book import Book
from circletake.ledger.facts import facts_of

Server = Any  # of the conftest above, which cannot be imported
STEPS = 30
EXAMPLES = int(os.environ.get("CIRCLETAKE_EXAMPLES", "20"))
PRODUCTION = "pr_1"
PEOPLE = ["p_dana", "p_dora", "p_lea", "p_art"]
ROLES = ["director", "lead", "artist", "reviewer"]
CONTENTS = [letter * 64 for letter in "abcd"]
SHEETS = [letter * 64 for letter in "12"]
SLOT = "sheet:dog"
CHECKS = {"technical": 1, "consistency": 1}
VOTES = {"lead": {"lead", "director"}, "director": {"director"}}


def policies() -> list[Policy]:
    """As shipped, and with a director's gate that asks for reasons in another case."""
    other = policy_dict(shipped())
    other["name"] = "other"
    other["stages"][2]["gates"][1]["reason_needed"] = [-2]
    return [shipped(), read_policy(other)]


POLICIES = policies()


@dataclass
class Given:
    """A live verdict, as the model keeps it."""

    value: int
    gate_hash: str
    pins: dict[str, str]
    answers: set[str]


@dataclass
class Model:
    """What there is, in plain sets and dicts."""

    policy: int = 0
    takes: dict[str, tuple[str | None, bool, dict[str, str]]] = field(default_factory=dict)
    makers: dict[str, set[str]] = field(default_factory=dict)
    live: dict[tuple[str, str, str], Given] = field(default_factory=dict)  # person, content, gate
    roles: set[tuple[str, str]] = field(default_factory=set)
    sheet: str | None = None
    ever: set[str] = field(default_factory=set)
    evidence: list[tuple[str, str, str, bool, str | None]] = field(default_factory=list)

    def hash_of(self, gate: str) -> str:
        found = POLICIES[self.policy].gate("animation", gate)
        assert found is not None
        return found.hash

    def may(self, person: str, gate: str) -> bool:
        return any((person, role) in self.roles for role in VOTES[gate])

    def ancestors(self, content: str) -> set[str]:
        found: set[str] = set()
        parent, inherits, _ = self.takes[content]
        while parent is not None and inherits and parent not in found:
            found.add(parent)
            parent, inherits, _ = self.takes[parent]
        return found - {content}

    def is_vetoed(self, content: str) -> bool:
        closed = {content} | self.ancestors(content)
        return any(given.value == -2 and on in closed for (_, on, _), given in self.live.items())

    def approvers(self, content: str, gate: str) -> list[Given]:
        barred = self.makers[content] if gate == "director" else set()
        return [
            given
            for (person, on, at), given in self.live.items()
            if (on, at) == (content, gate)
            and given.value == 2
            and given.gate_hash == self.hash_of(gate)
            and self.may(person, gate)
            and person not in barred
        ]

    def answered(self, content: str, gate: str) -> set[str]:
        barred = self.makers[content] if gate == "director" else set()
        return {
            answer
            for (person, on, at), given in self.live.items()
            if (on, at) == (content, gate) and given.value >= 1 and person not in barred
            for answer in given.answers
            if self.may(person, gate)
            or (given.value == 1 and any((person, role) in self.roles for role in ("lead", "reviewer")))
        }

    def is_measured(self, content: str, gate: str) -> bool:
        for check in CHECKS:
            fresh = [
                one
                for one in self.evidence
                if one[1:3] == (content, check)
                and (one[4] is None or one[4] == self.sheet or one[4] not in self.ever)
            ]
            if not fresh or (fresh[-1][3] and fresh[-1][0] not in self.answered(content, gate)):
                return False
        return True

    def passes(self, content: str, gate: str) -> bool:
        leans = self.takes[content][2]
        approved = [
            given
            for given in self.approvers(content, gate)
            if gate == "lead" or all(self.sheet == sheet for sheet in {**leans, **given.pins}.values())
        ]
        before = gate == "lead" or self.passes(content, "lead")
        return before and bool(approved) and not self.is_vetoed(content) and self.is_measured(content, gate)


class Supervision(RuleBasedStateMachine):
    """Steps that people and machines take on a floor."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = self.open_engine()
        self.book = Book(self.engine)
        self.model = Model()
        self.count = 0
        self.given: list[tuple[int, tuple[str, str, str]]] = []

    def teardown(self) -> None:
        assert self.book.verify().holds
        assert self.book.replay().equal
        self.close_engine()

    def open_engine(self) -> Engine:
        self.folder = tempfile.mkdtemp()
        # not synced at every commit: the power will not fail in here
        engine = open_jobs(Path(self.folder) / "book.sqlite")
        migrate_book(engine)
        return engine

    def close_engine(self) -> None:
        self.engine.dispose()
        shutil.rmtree(self.folder)

    def append(self, kind: str, actor: str = "p_dana", /, **body: object) -> int:
        with self.book.transact() as tx:
            who = PersonId(actor) if actor.startswith("p_") else MachineId(actor)
            return tx.append(kind, actor=who, session="n_1", production=PRODUCTION, body=body).seq

    @initialize()
    def found(self) -> None:
        with self.book.transact() as tx:
            dana = PersonId("p_dana")
            for person in PEOPLE:
                tx.append("person", actor=dana, body={"person": person})
            for policy in POLICIES:
                tx.append("policy", actor=dana, body={"hash": policy.hash, "policy": policy_dict(policy)})
        self.append(
            "opened",
            production=PRODUCTION,
            code="queso",
            title="",
            rate=[24, 1],
            size=[1, 1],
            policy=POLICIES[0].hash,
        )
        self.append("entity", entity="e_1", kind="shot", code="a", title="", position=1)
        self.append("task", task="t_1", entity="e_1", stage="animation")
        for person, role in (("p_dana", "director"), ("p_dora", "director"), ("p_lea", "lead")):
            self.cast(person, role, granted=True)
        for content in CONTENTS[:2]:
            self.add_take(content, "p_art", parent=0, inherits=False, leans=True)

    @rule(person=st.sampled_from(PEOPLE), role=st.sampled_from(ROLES), granted=st.booleans())
    def cast(self, person: str, role: str, *, granted: bool) -> None:
        self.append("grant", person=person, role=role, granted=granted)
        (self.model.roles.add if granted else self.model.roles.discard)((person, role))

    @rule(
        content=st.sampled_from(CONTENTS),
        maker=st.sampled_from([*PEOPLE, "m_render"]),
        parent=st.integers(0, 3),
        inherits=st.booleans(),
        leans=st.booleans(),
    )
    def add_take(self, content: str, maker: str, *, parent: int, inherits: bool, leans: bool) -> None:
        model = self.model
        if content in model.takes:
            return
        above = list(model.takes)[parent] if parent < len(model.takes) else None
        against = {SLOT: model.sheet} if leans and model.sheet else {}
        self.append(
            "take",
            maker,
            take=f"k_{content[0]}",
            task="t_1",
            number=len(model.takes) + 1,
            content=content,
            makers=[maker],
            origin="generated",
            n_frames=1,
            size=[1, 1],
            parent=f"k_{above[0]}" if above else None,
            change="subrange" if inherits else "rework",
            leans=[list(pair) for pair in against.items()],
        )
        model.takes[content] = (above, inherits, {slot: sheet for slot, sheet in against.items() if sheet})
        model.makers[content] = {maker}

    @rule(
        at=st.integers(0, 3),
        person=st.sampled_from(PEOPLE),
        gate=st.sampled_from(["lead", "director"]),
        value=st.sampled_from([-2, -1, 0, 1, 2, 2, 2, 2]),
        old_gate=st.booleans(),
        pins=st.booleans(),
        answers=st.booleans(),
    )
    def decide(
        self, at: int, person: str, gate: str, value: int, *, old_gate: bool, pins: bool, answers: bool
    ) -> None:
        """Somebody decides, whoever they are; a door would refuse most of these, the gates must as well."""
        model = self.model
        content = list(model.takes)[at % len(model.takes)]
        seen = model.hash_of(gate) if not old_gate else "0" * 64
        pinned = {SLOT: model.sheet} if pins and model.sheet else {}
        told = {one[0] for one in model.evidence if one[1] == content} if answers else set()
        self.count += 1
        seq = self.append(
            "verdict",
            person,
            task="t_1",
            content=content,
            gate=gate,
            value=value,
            key=f"key{self.count}",
            gate_hash=seen,
            policy=POLICIES[model.policy].hash,
            upstream=[list(pair) for pair in pinned.items()],
            answers=sorted(told),
        )
        key = (person, content, gate)
        model.live[key] = Given(value, seen, {slot: sheet for slot, sheet in pinned.items() if sheet}, told)
        self.given = [one for one in self.given if one[1] != key]
        self.given.append((seq, key))

    @rule(at=st.integers(0, 3))
    def circle_as_asked(self, at: int) -> None:
        """Lead and director do all that is asked of them, so that gates are seen open as well."""
        for gate, person in (("lead", "p_lea"), ("director", "p_dora")):
            self.decide(at, person, gate, 2, old_gate=False, pins=True, answers=True)

    @rule(person=st.sampled_from(["m_render", "m_check"]), gate=st.sampled_from(["lead", "director"]))
    def decide_as_a_machine(self, person: str, gate: str) -> None:
        body: dict[str, Any] = {"task": "t_1", "content": CONTENTS[0], "gate": gate, "value": 2, "key": "m"}
        try:
            self.append("verdict", person, gate_hash=self.model.hash_of(gate), policy="", **body)
        except NotAPerson:
            return
        raise AssertionError("a machine gave a verdict")

    @precondition(lambda self: self.given)
    @rule(at=st.integers(0, 100))
    def withdraw(self, at: int) -> None:
        seq, key = self.given.pop(at % len(self.given))
        self.append("withdraw", key[0], verdict=seq, key="w")
        del self.model.live[key]

    @rule(sheet=st.sampled_from([*SHEETS, None]))
    def move_slot(self, sheet: str | None) -> None:
        self.append("slot", slot=SLOT, content=sheet)
        self.model.sheet = sheet
        if sheet:
            self.model.ever.add(sheet)

    @rule(
        at=st.integers(0, 3),
        check=st.sampled_from(sorted(CHECKS)),
        flagged=st.booleans(),
        against=st.booleans(),
    )
    def measure(self, at: int, check: str, *, flagged: bool, against: bool) -> None:
        model = self.model
        content = list(model.takes)[at % len(model.takes)]
        reference = model.sheet if against and check == "consistency" else None
        self.count += 1
        evidence = f"{self.count:064d}"
        self.append(
            "evidence",
            "m_check",
            evidence=evidence,
            content=content,
            check=check,
            version=1,
            job=evidence,
            flagged=flagged,
            sentence="",
            references=[reference] if reference else [],
        )
        model.evidence.append((evidence, content, check, flagged, reference))

    @rule(at=st.integers(0, 3))
    def measure_all(self, at: int) -> None:
        for check in CHECKS:
            self.measure(at, check, flagged=False, against=True)

    @rule(number=st.integers(0, 1))
    def change_policy(self, number: int) -> None:
        policy = POLICIES[number]
        self.append("policy", hash=policy.hash, policy=policy_dict(policy))
        self.model.policy = number

    @invariant()
    def gates_answer_as_the_model_does(self) -> None:
        if not self.model.takes:
            return
        with self.book.reading() as conn:
            found = facts_of(
                conn,
                [("t_1", content) for content in self.model.takes],
                policy=POLICIES[self.model.policy],
                current_versions=CHECKS,
                now="",
            )
        for (_, content), facts in found.items():
            answered = {result.gate: result.result for result in evaluate(facts)}
            expected = {
                gate: "satisfied" if self.model.passes(content, gate) else "unsatisfied"
                for gate in ("lead", "director")
            }
            assert answered == expected, content


Supervision.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
test_gates_ask_for_their_people = Supervision.TestCase


class SupervisionOnPostgreSQL(Supervision):
    """The same steps, on a database of their own on a server."""

    server: Server = None

    def open_engine(self) -> Engine:
        self.name = self.server.create()
        return open_jobs(self.server.address(self.name))

    def close_engine(self) -> None:
        self.engine.dispose()
        self.server.drop(self.name)


def test_gates_ask_for_their_people_on_postgresql_too(postgresql: Server) -> None:
    SupervisionOnPostgreSQL.server = postgresql
    fewer = settings(Supervision.TestCase.settings, max_examples=max(3, EXAMPLES // 10))
    run_state_machine_as_test(SupervisionOnPostgreSQL, settings=fewer)
