"""Whatever happens to attempts: purses are never overdrawn by us, what is over stays over, replay agrees."""

import hashlib
import itertools
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Engine

from circletake.db.connect import migrate_book, open_jobs
from circletake.domain.attempt import CALLS, HANDLED, NEXT, OVER, STATES, State, check_step
from circletake.domain.cost import LINES, PURSES
from circletake.domain.people import MachineId, PersonId
from circletake.errors import AttemptInvalid, BudgetSpent, CircletakeError, WorldMoved
from circletake.ledger import attempts
from circletake.ledger.attempts import AttemptRow
from circletake.ledger.book import Book
from circletake.ledger.canonical import canonical

EXAMPLES = int(os.environ.get("CIRCLETAKE_EXAMPLES", "30"))
ANA, STUDIO = PersonId("p_ana"), MachineId("m_studio")
OWNERS = {"production": "pr_1", "shot": "e_1", "person": "p_ana", "review": "pr_1"}
_numbers = itertools.count(1)


@pytest.fixture(scope="module", autouse=True)
def empty_book() -> Iterator[None]:
    """A migrated book to copy, for to make one takes longer than to use it."""
    with tempfile.TemporaryDirectory() as folder:
        Purses.empty = Path(folder) / "empty.sqlite"
        engine = open_jobs(Purses.empty)
        migrate_book(engine)
        book = Book(engine)
        with book.transact() as tx:
            tx.append("person", actor=ANA, body={"person": "p_ana"})
            policy = {"name": "one"}
            tx.append("policy", actor=ANA, body={"hash": _hash(policy), "policy": policy})
            opened = {
                "production": "pr_1", "code": "c", "title": "", "rate": [24, 1], "size": [1, 1],
                "policy": _hash(policy),
            }  # fmt: skip
            tx.append("opened", actor=ANA, production="pr_1", body=opened)
            entity = {"entity": "e_1", "kind": "shot", "code": "SH010", "title": "", "position": 0}
            tx.append("entity", actor=ANA, production="pr_1", body=entity)
            tx.append(
                "task", actor=ANA, production="pr_1", body={"task": "t_1", "entity": "e_1", "stage": "a"}
            )
            Purses.word = tx.keep_text("which of them opens the door")
        engine.dispose()
        yield


def _hash(policy: object) -> str:
    return hashlib.sha256(canonical(policy)).hexdigest()


class Purses(RuleBasedStateMachine):
    """Two units, budgets that come and go, attempts that go every way there is."""

    empty: Path
    word: str

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "book.sqlite"
        shutil.copyfile(self.empty, path)
        self.engine: Engine = open_jobs(path)
        self.book = Book(self.engine)
        self.over: dict[str, State] = {}
        self.is_ours = True  # nobody but us has moved a purse past its limit

    def rows(self) -> list[AttemptRow]:
        with self.book.reading() as conn:
            return attempts.attempts_in(conn, "pr_1")

    @rule(purse=st.sampled_from(PURSES), unit=st.sampled_from(["USD", "gpu_s"]), limit=st.integers(0, 60))
    def set_budget(self, purse: str, unit: str, limit: int) -> None:
        with self.book.transact() as tx:
            held = attempts.find_purse(tx.conn, "pr_1", purse, OWNERS[purse], unit)
            # a limit below what is gone already is allowed; then nothing more fits
            self.is_ours = self.is_ours and limit >= held.held_micro + held.spent_micro
            body = {"purse": purse, "owner": OWNERS[purse], "unit": unit, "limit": limit}
            tx.append("budget", actor=ANA, session="n_1", production="pr_1", body=body)

    @rule(unit=st.sampled_from(["USD", "gpu_s"]), most=st.integers(0, 25), count=st.integers(1, 3))
    def ask(self, unit: str, most: int, count: int) -> None:
        number = next(_numbers)
        planned = [[f"a_{number}_{n}", str(uuid.uuid4())] for n in range(count)]
        body = {
            "request": f"q_{number}", "task": "t_1", "provider": "fake", "kind": "image",
            "decision": self.word, "prompt": None, "ask": "a" * 64, "attempts": planned, "unit": unit,
            "most": most,
        }  # fmt: skip
        before = self.rows()
        try:
            with self.book.transact() as tx:
                tx.append("request", actor=ANA, session="n_1", production="pr_1", body=body)
                for attempt, _ in planned:
                    step = {"attempt": attempt, "before": "planned", "after": "reserved"}
                    tx.append("attempt", actor=STUDIO, production="pr_1", body=step)
        except BudgetSpent:
            assert self.rows() == before

    @precondition(lambda self: bool(self.rows()))
    @rule(data=st.data(), after=st.sampled_from(STATES), charged=st.sampled_from(["yes", "no", "unknown"]))
    def go_on(self, data: st.DataObject, after: State, charged: str) -> None:
        row = data.draw(st.sampled_from(self.rows()))
        before = data.draw(st.sampled_from([row.state, row.state, row.state, "reserved", "unknown"]))
        body = {"attempt": row.id, "before": before, "after": after}
        if after in OVER:
            body["charged"] = charged
        if after in HANDLED:
            body["handle"] = "h"
        try:
            with self.book.transact() as tx:
                tx.append("attempt", actor=STUDIO, production="pr_1", body=body)
        except AttemptInvalid:
            assert after not in NEXT[before]
        except WorldMoved:
            assert before != row.state
        except BudgetSpent:
            assert (before, after) == ("planned", "reserved")

    @precondition(lambda self: bool(self.rows()))
    @rule(data=st.data(), call=st.sampled_from(CALLS), handle=st.sampled_from(["", "h"]))
    def say(self, data: st.DataObject, call: str, handle: str) -> None:
        row = data.draw(st.sampled_from(self.rows()))
        body = {"attempt": row.id, "call": call, "key": str(uuid.uuid4()), "handle": handle}
        try:
            with self.book.transact() as tx:
                tx.append("attempt_call", actor=ANA, session="n_1", production="pr_1", body=body)
        except WorldMoved:
            assert row.state != "unknown"

    @precondition(lambda self: bool(self.rows()))
    @rule(data=st.data(), line=st.sampled_from(LINES), micro=st.integers(0, 40))
    def cost(self, data: st.DataObject, line: str, micro: int) -> None:
        row = data.draw(st.sampled_from(self.rows()))
        with self.book.reading() as conn:
            request = attempts.find_request(conn, row.request)
        assert request is not None
        # a provider may charge more than it said, and then the book says so
        self.is_ours = self.is_ours and (line == "estimate" or micro <= row.reserved_micro)
        with self.book.transact() as tx:
            body = {"attempt": row.id, "line": line, "micro": micro, "unit": request.unit}
            tx.append("cost", actor=STUDIO, production="pr_1", body=body)

    @invariant()
    def purses_hold(self) -> None:
        if not hasattr(self, "book"):
            return
        with self.book.reading() as conn:
            rows = attempts.attempts_in(conn, "pr_1")
            units = {row.request: attempts.find_request(conn, row.request) for row in rows}
            purses = attempts.purses_of(conn, "pr_1")
        for found in purses:
            of_unit = [row for row in rows if (asked := units[row.request]) and asked.unit == found.unit]
            assert found.purse.held_micro == sum(r.reserved_micro for r in of_unit if r.state not in OVER)
            assert found.purse.spent_micro == sum(row.settled_micro for row in of_unit)
            if self.is_ours and found.purse.limit_micro is not None:
                assert found.purse.held_micro + found.purse.spent_micro <= found.purse.limit_micro

    @invariant()
    def what_is_over_stays_over(self) -> None:
        if not hasattr(self, "book"):
            return
        now = {row.id: row.state for row in self.rows()}
        for attempt, state in self.over.items():
            assert now[attempt] == state
        self.over = {attempt: state for attempt, state in now.items() if state in OVER}

    def teardown(self) -> None:
        if hasattr(self, "book"):
            assert self.book.replay().differing == ()
            self.engine.dispose()
            self.folder.cleanup()


Purses.TestCase.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestPurses = Purses.TestCase


def test_every_state_that_is_not_over_leads_to_one_that_is() -> None:
    for state in STATES:
        reached: set[State] = {state}
        found: set[State] = {state}
        while found:
            found = {after for one in found for after in NEXT[one]} - reached
            reached |= found
        assert reached & OVER, state


def test_nothing_that_may_have_been_sent_goes_back_to_be_sent_again() -> None:
    sent: tuple[State, ...] = ("queued", "running", "collecting", "unknown")
    for state in sent:
        reached: set[State] = {state}
        found: set[State] = {state}
        while found:
            found = {after for one in found for after in NEXT[one]} - reached
            reached |= found
        assert not reached & {"planned", "reserved", "submitting"}


@pytest.mark.parametrize("state", sorted(OVER))
def test_what_is_over_is_never_left(state: State) -> None:
    for after in STATES:
        with pytest.raises(CircletakeError):
            check_step(state, after)
