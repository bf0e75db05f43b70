"""Exactly the approvals that leaned on what changed go stale, directly or over others, and nothing else.

Random takes of random shots lean on random slots; random slots are filled with other takes, verdicts are
withdrawn and given again, unrelated takes are judged. Beside the studio a plain model in dicts says which
approvals must be stale. Before every change it is asked what would happen, and that must be what happens.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from circletake.config import Config
from circletake.domain.lineage import take_slot
from circletake.domain.take import Take
from circletake.errors import GateClosed, LeansInCircle
from circletake.gates.policy import policy_dict, read_policy
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.studio import Studio
from circletake.workflows.bind import bind_production
from circletake.workflows.receive_take import Attempt, record_take, task_of

EXAMPLES = int(os.environ.get("CIRCLETAKE_EXAMPLES", "6"))
STEPS = 25
SHOTS = ["A", "B", "C", "D"]
POLICY = {
    "name": "one gate",
    "stages": [
        {
            "key": "animation",
            "kinds": ["shot"],
            "ships": True,
            "gates": [
                {
                    "key": "director",
                    "vote": {"director": [-2, 2]},
                    "rules": [
                        {"rule": "circled", "params": {"n": 1}},
                        {"rule": "no_veto"},
                        {"rule": "not_stale"},
                    ],
                }
            ],
        }
    ],
}


@dataclass
class Made:
    """A take as the model has it: what it leans on, and what its live approval pinned."""

    take: Take
    code: str
    leans: dict[str, str]
    pinned: dict[str, str] | None = None
    vetoed: bool = False


@dataclass
class Model:
    """What there is, in plain dicts."""

    takes: list[Made] = field(default_factory=list)
    slots: dict[str, str] = field(default_factory=dict)

    def holder(self, slot: str) -> Made | None:
        return next((one for one in self.takes if one.take.content == self.slots.get(slot)), None)

    def is_stale(self, one: Made) -> bool:
        """Whether its approval is stale: something it leans on moved, or does not pass."""
        leaned = {**one.leans, **(one.pinned or {})}
        return one.pinned is not None and any(
            self.slots.get(slot) != content or not self.passes(self.holder(slot))
            for slot, content in leaned.items()
        )

    def passes(self, one: Made | None) -> bool:
        return one is not None and one.pinned is not None and not one.vetoed and not self.is_stale(one)

    def circle(self, code: str, onto: set[str]) -> bool:
        """Whether leaning on these shots' slots would come back to this shot."""
        seen, waiting = set[str](), list(onto)
        while waiting:
            at = waiting.pop()
            if at == code:
                return True
            if at not in seen:
                seen.add(at)
                waiting += [
                    slot.removeprefix("take:").partition("/")[0]
                    for one in self.takes
                    if one.code == at
                    for slot in one.leans
                ]
        return False


class Leaning(RuleBasedStateMachine):
    """Steps on a floor whose shots lean on each other."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.studio = Studio.create(self.folder / "studio", config=Config(workers=1))
        self.model = Model()
        self.people: dict[str, Session] = {}
        self.numbers = count(1)

    def teardown(self) -> None:
        assert self.studio.book_verify().holds
        assert self.studio.book_replay().holds
        self.studio.close()
        shutil.rmtree(self.folder)

    @initialize()
    def found(self) -> None:
        studio = self.studio
        for name in ("ana", "dora", "arti"):
            studio.add_person(name)
            self.people[name] = studio.session_of(studio.sign_in_by_link(studio.make_link(name)))
        ana = self.people["ana"]
        studio.new_production(ana, code="spring", title="", rate=Fraction(24), width_px=96, height_px=64)
        for name, role in (("dora", "director"), ("arti", "artist")):
            studio.set_role(ana, "spring", person=name, role=role)
        for code in SHOTS:
            studio.add_shot(ana, "spring", code=code, title="", frames=24, source_class="drawn")
        policy = read_policy(POLICY)
        with studio.house.book.transact() as tx:
            production = reads.find_production(tx.conn, "spring")
            assert production is not None
            self.production = production.id
            tx.append(
                "policy",
                actor=ana.person,
                production=production.id,
                body={"hash": policy.hash, "policy": policy_dict(policy)},
            )
            bind_production(studio.house, tx, production.id)
        # a chain, and one beside it: random steps alone seldom get that far
        for code, onto in (("A", ""), ("B", "A"), ("C", "B"), ("D", "A")):
            self.make_take(code, {onto} - {""})
            self.give(self.model.takes[-1], 2)
            self.fill(self.model.takes[-1])

    @rule(code=st.sampled_from(SHOTS), onto=st.sets(st.sampled_from(SHOTS), max_size=2))
    def make(self, code: str, onto: set[str]) -> None:
        """A take that leans on some of what is adopted; never in a circle."""
        self.make_take(code, onto)

    def make_take(self, code: str, onto: set[str]) -> None:
        leans = {
            slot: self.model.slots[slot]
            for one in sorted(onto - {code})
            if (slot := take_slot(one, "animation")) in self.model.slots
        }
        closes = self.model.circle(code, {slot[5:].partition("/")[0] for slot in leans})
        content = self.studio.house.store.put_bytes(f"take {next(self.numbers)}".encode())
        before = self.studio.book_seq()
        try:
            with self.studio.house.book.transact() as tx:
                production = reads.find_production(tx.conn, "spring")
                assert production is not None
                made = record_take(
                    self.studio.house,
                    tx,
                    self.people["arti"].person,
                    task=task_of(tx.conn, production, code, "animation"),
                    attempt=Attempt(
                        content=content, makers=(self.people["arti"].person,), origin="drawn", n_frames=24,
                        rate=Fraction(24), width_px=96, height_px=64, leans=tuple(sorted(leans.items())),
                    ),
                )  # fmt: skip
        except LeansInCircle:
            assert closes
            assert self.studio.book_seq() == before
            return
        assert not closes
        with self.studio.house.book.reading() as conn:
            take = reads.find_take(conn, made)
        assert take is not None
        self.model.takes.append(Made(take, code, leans))

    @precondition(lambda self: self.model.takes)
    @rule(data=st.data(), value=st.sampled_from([2, 2, 2, 2, -1, -2]))
    def judge(self, data: st.DataObject, value: int) -> None:
        """An approval pins what is adopted now; anything less ends the approval; a veto closes the take."""
        self.give(data.draw(st.sampled_from(self.model.takes)), value)

    def give(self, one: Made, value: int) -> None:
        self.studio.record_verdict(
            self.people["dora"],
            task=one.take.task,
            content=one.take.content,
            gate="director",
            value=value,
            key=f"property-{next(self.numbers):06}",
            reasons=["style.line"] if value < 0 else [],
        )
        one.vetoed = value == -2
        one.pinned = None
        if value == 2:
            one.pinned = {slot: self.model.slots[slot] for slot in one.leans if slot in self.model.slots}

    @precondition(lambda self: self.model.takes)
    @rule(data=st.data())
    def adopt(self, data: st.DataObject) -> None:
        """What is told beforehand is what happens, and nothing else does."""
        self.fill(data.draw(st.sampled_from(self.model.takes)))

    def fill(self, one: Made) -> None:
        slot = take_slot(one.code, "animation")
        ana, dora = self.people["ana"], self.people["dora"]
        stale, said = self.stale(), self.said()
        told = self.studio.what_if(ana, "spring", supposed={slot: one.take.content})
        assert (self.stale(), self.said()) == (stale, said)
        if not self.model.passes(one):
            try:
                self.studio.adopt(dora, one.take.task, number=one.take.number)
            except GateClosed:
                assert told.doubts or self.model.slots.get(slot) == one.take.content
                return
            raise AssertionError("a take that does not pass was adopted")
        self.studio.adopt(dora, one.take.task, number=one.take.number)
        self.model.slots[slot] = one.take.content
        after, said_after = self.stale(), self.said()
        assert {one.verdict for one in told.goes_stale} == after - stale
        assert {one.verdict for one in told.heals} == stale - after
        moved = {key: said_after[key] for key in said_after if said_after[key] != said.get(key)}
        assert {(one.task, one.content, one.gate): one.after for one in told.gates} == moved

    def stale(self) -> set[int]:
        return {one.verdict for one in self.studio.stale(self.people["ana"], "spring")}

    def said(self) -> dict[tuple[str, str, str], str]:
        with self.studio.house.book.reading() as conn:
            return {key: row.result for key, row in reads.bound_in(conn, self.production).items()}

    @invariant()
    def exactly_these_are_stale(self) -> None:
        if not self.people:
            return
        views = self.studio.stale(self.people["ana"], "spring")
        found = {one.content for one in views}
        assert found == {one.take.content for one in self.model.takes if self.model.is_stale(one)}
        passing = {key[1] for key, result in self.said().items() if result == "satisfied"}
        assert passing == {one.take.content for one in self.model.takes if self.model.passes(one)}
        for view in views:
            for cause in view.causes:
                lost = cause.kind == "upstream_lost"
                assert (self.model.slots.get(cause.slot) == cause.leaned_on) == lost
                if lost:  # the root is the lowest that does not pass, and leans on nothing that does not
                    root = self.model.holder(cause.root)
                    assert root is not None
                    assert not self.model.passes(root)
                    assert root.pinned is None or root.vetoed or self.moved(root)

    def moved(self, one: Made) -> bool:
        leaned = {**one.leans, **(one.pinned or {})}
        return any(self.model.slots.get(slot) != content for slot, content in leaned.items())


Leaning.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
test_exactly_what_leaned_on_it_goes_stale = Leaning.TestCase
