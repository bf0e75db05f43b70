"""What the book keeps of attempts, on both databases: read as written, replayed to the same, refused."""

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from circletake.domain.people import MachineId, PersonId
from circletake.errors import (
    AlreadyThere,
    AttemptInvalid,
    BudgetSpent,
    CircletakeError,
    CostInvalid,
    EntryInvalid,
    NotAPerson,
    NotFound,
    WorldMoved,
)
from circletake.ledger import attempts
from circletake.ledger.attempts import AttemptRow

if TYPE_CHECKING:
    from tests.unit.ledger.conftest import Floor

_numbers = itertools.count(1)


def ask(floor: "Floor", *, most: int = 5, count: int = 2, **more: Any) -> tuple[str, list[str]]:  # noqa: ANN401 (members of a body)
    """Plan attempts; the request's id and theirs."""
    number = next(_numbers)
    planned = [[f"a_{number}_{n}", f"key-{number}-{n}"] for n in range(count)]
    with floor.book.transact() as tx:
        words = {"decision": tx.keep_text("which door"), "prompt": tx.keep_text("a red door")}
    body = {
        "request": f"q_{number}", "task": "t_1", "provider": "fake", "kind": "video", "ask": "c" * 64,
        "attempts": planned, "unit": "USD", "most": most, "inputs": [["first", "d" * 64]], "seed": 7,
    }  # fmt: skip
    floor.append("request", **{**body, **words, **more})
    return f"q_{number}", [one for one, _ in planned]


def go(floor: "Floor", attempt: str, before: str, after: str, **more: object) -> None:
    floor.append("attempt", "m_render", attempt=attempt, before=before, after=after, **more)


def budget(floor: "Floor", limit: int | None, purse: str = "production", owner: str = "pr_1") -> None:
    floor.append("budget", purse=purse, owner=owner, unit="USD", limit=limit)


def row(floor: "Floor", attempt: str) -> AttemptRow:
    with floor.book.reading() as conn:
        found = attempts.find_attempt(conn, attempt)
    assert found is not None
    return found


def test_an_attempt_is_read_as_it_was_written_and_replay_says_the_same(floor: "Floor") -> None:
    budget(floor, 20)
    request, (one, two) = ask(floor)
    for attempt in (one, two):
        go(floor, attempt, "planned", "reserved")
    floor.append("cost", "m_render", attempt=one, line="estimate", micro=4, unit="USD")
    go(floor, one, "reserved", "submitting")
    go(floor, one, "submitting", "queued", handle="job 1")
    go(floor, one, "queued", "running")
    go(floor, one, "running", "collecting")
    content = floor.take("made")
    floor.append("cost", "m_render", attempt=one, line="reported", micro=3, unit="USD")
    go(floor, one, "collecting", "done", charged="yes", outputs=[content], takes=["k_made"])
    go(floor, two, "reserved", "cancelled", charged="no")
    with floor.book.reading() as conn:
        asked = attempts.find_request(conn, request)
        assert asked is not None
        assert [asked] == attempts.requests_of(conn, "pr_1", most=5)
        assert (asked.decision, asked.prompt, asked.override) == ("which door", "a red door", None)
        assert asked.wanted.inputs == (("first", "d" * 64),)
        assert (asked.wanted.count, asked.wanted.seed, asked.person) == (2, 7, "p_dana")
        assert [found.id for found in attempts.attempts_of(conn, request)] == [one, two]
        assert attempts.open_attempts(conn) == []
        assert attempts.attempts_in(conn, "pr_1") == attempts.attempts_of(conn, request)
        assert attempts.attempts_in(conn, "pr_2") == []
        assert attempts.takes_of_attempts(conn, "pr_1") == {one: ["k_made"]}
        assert attempts.attempt_of_take(conn, "k_made") == one
        assert attempts.attempt_of_take(conn, "k_other") is None
        assert attempts.find_attempt(conn, "a_none") is None
        assert attempts.find_request(conn, "q_none") is None
        purses = {found.kind: found.purse for found in attempts.purses_of(conn, "pr_1")}
        assert {(kind, p.held_micro, p.spent_micro) for kind, p in purses.items()} == {
            ("production", 0, 3),
            ("shot", 0, 3),
            ("person", 0, 3),
        }
    done = row(floor, one)
    assert (done.state, done.handle, done.outputs, done.settled_micro) == ("done", "job 1", (content,), 3)
    assert floor.book.replay().differing == ()


def test_a_purse_that_does_not_hold_it_refuses_and_says_which(floor: "Floor") -> None:
    _, (one, _) = ask(floor)
    with pytest.raises(BudgetSpent, match="no budget in USD"):
        go(floor, one, "planned", "reserved")
    budget(floor, 100)
    budget(floor, 4, "shot", "e_1")
    with pytest.raises(BudgetSpent, match="this shot has"):
        go(floor, one, "planned", "reserved")
    budget(floor, None, "shot", "e_1")
    budget(floor, 4, "person", "p_dana")
    with pytest.raises(BudgetSpent, match="this person has"):
        go(floor, one, "planned", "reserved")
    budget(floor, 5, "person", "p_dana")
    go(floor, one, "planned", "reserved")
    _, (free, _) = ask(floor, most=0)
    go(floor, free, "planned", "reserved")


def test_of_two_who_would_send_it_one_does_nothing(floor: "Floor") -> None:
    _, (one, _) = ask(floor, most=0)
    go(floor, one, "planned", "reserved")
    go(floor, one, "reserved", "submitting")
    with pytest.raises(WorldMoved):
        go(floor, one, "reserved", "submitting")
    with floor.book.reading() as conn:
        assert [found.id for found in attempts.open_attempts(conn, {"submitting"})] == [one]


def test_a_bill_counts_whenever_it_comes(floor: "Floor") -> None:
    budget(floor, 100)
    _, (one, _) = ask(floor, most=10)
    go(floor, one, "planned", "reserved")
    go(floor, one, "reserved", "submitting")
    go(floor, one, "submitting", "unknown")
    floor.append("attempt_call", attempt=one, call="write_off", key="w1")
    assert (row(floor, one).state, row(floor, one).settled_micro) == ("lost", 10)
    floor.append("cost", "m_render", attempt=one, line="reported", micro=2, unit="USD")
    assert row(floor, one).settled_micro == 2
    floor.append("cost", attempt=one, line="reconciled", micro=12, unit="USD")
    floor.append("cost", "m_render", attempt=one, line="reported", micro=3, unit="USD")
    floor.append("cost", "m_render", attempt=one, line="estimate", micro=3, unit="USD")
    assert row(floor, one).settled_micro == 12
    assert floor.book.replay().differing == ()


@pytest.mark.parametrize(
    ("call", "handle", "state", "settled"),
    [("did_not", "", "failed", 0), ("ran", "", "lost", 5), ("ran", "job 9", "queued", 0)],
)
def test_a_person_ends_what_is_unknown(
    floor: "Floor", call: str, handle: str, state: str, settled: int
) -> None:
    budget(floor, 100)
    _, (one, _) = ask(floor)
    with pytest.raises(WorldMoved):
        floor.append("attempt_call", attempt=one, call=call, key="c", handle=handle)
    go(floor, one, "planned", "reserved")
    go(floor, one, "reserved", "submitting")
    go(floor, one, "submitting", "unknown")
    with pytest.raises(NotAPerson):
        floor.append("attempt_call", "m_render", attempt=one, call=call, key="c", handle=handle)
    floor.append("attempt_call", attempt=one, call=call, key="c", handle=handle)
    found = row(floor, one)
    assert (found.state, found.settled_micro, found.handle or "") == (state, settled, handle)


def test_a_step_says_all_that_it_has_to(floor: "Floor") -> None:
    _, (one, _) = ask(floor, most=0)
    go(floor, one, "planned", "reserved")
    go(floor, one, "reserved", "submitting")
    with pytest.raises(AttemptInvalid, match="handle"):
        go(floor, one, "submitting", "queued")
    go(floor, one, "submitting", "queued", handle="h")
    with pytest.raises(AttemptInvalid, match="paid for"):
        go(floor, one, "queued", "failed")
    with pytest.raises(AttemptInvalid, match="only then"):
        go(floor, one, "queued", "running", charged="yes")
    with pytest.raises(AttemptInvalid, match="Takes come"):
        go(floor, one, "queued", "failed", charged="no", takes=["k_1"])
    go(floor, one, "queued", "collecting")
    with pytest.raises(NotFound, match="no take"):
        go(floor, one, "collecting", "done", charged="no", takes=["k_none"])
    with pytest.raises(NotFound, match="no attempt"):
        go(floor, "a_none", "planned", "reserved")


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"task": "t_none"}, NotFound),
        ({"attempts": []}, AttemptInvalid),
        ({"most": -1}, AttemptInvalid),
        ({"unit": "US$"}, CostInvalid),
        ({"attempts": [["a", "k"], ["b", "k"]]}, AlreadyThere),
        ({"kind": "smell"}, EntryInvalid),
        ({"most": 1.5}, EntryInvalid),
    ],
)
def test_a_request_that_cannot_be_is_refused(
    floor: "Floor", wrong: dict[str, Any], error: type[CircletakeError]
) -> None:
    with pytest.raises(error):
        ask(floor, **wrong)


def test_nothing_is_asked_for_twice(floor: "Floor") -> None:
    request, (one, _) = ask(floor)
    with pytest.raises(AlreadyThere, match=request):
        ask(floor, request=request)
    with pytest.raises(AlreadyThere, match="id and a key"):
        ask(floor, attempts=[[one, "another key"]])


@pytest.mark.parametrize("kind", ["request", "budget"])
def test_what_spends_money_belongs_to_a_production(floor: "Floor", kind: str) -> None:
    bodies: dict[str, dict[str, Any]] = {
        "budget": {"purse": "production", "owner": "pr_1", "unit": "USD", "limit": 1},
        "request": {
            "request": "q", "task": "t_1", "provider": "fake", "kind": "image", "decision": "c" * 64,
            "prompt": None, "ask": "c" * 64, "attempts": [["a", "k"]], "unit": "USD", "most": 1,
        },
    }  # fmt: skip
    with pytest.raises(EntryInvalid), floor.book.transact() as tx:
        tx.append(kind, actor=PersonId("p_dana"), session="n_1", body=bodies[kind])


def test_a_budget_is_a_known_purses_and_an_amount(floor: "Floor") -> None:
    for purse, owner in (
        ("production", "pr_2"),
        ("review", "pr_2"),
        ("shot", "e_none"),
        ("person", "p_none"),
    ):
        with pytest.raises(NotFound):
            budget(floor, 1, purse, owner)
    with pytest.raises(CostInvalid):
        budget(floor, -1)


def test_a_cost_is_in_the_unit_of_its_request_and_no_less_than_nothing(floor: "Floor") -> None:
    _, (one, _) = ask(floor)
    with pytest.raises(CostInvalid, match="paid in USD"):
        floor.append("cost", "m_render", attempt=one, line="estimate", micro=1, unit="EUR")
    with pytest.raises(CostInvalid, match="0 or more"):
        floor.append("cost", "m_render", attempt=one, line="estimate", micro=-1, unit="USD")
    body = {"attempt": one, "line": "estimate", "micro": 1, "unit": "USD"}
    with pytest.raises(NotFound), floor.book.transact() as tx:
        tx.append("cost", actor=MachineId("m_render"), production=None, body=body)


def test_what_nobody_judged_is_counted_stage_by_stage(floor: "Floor") -> None:
    floor.take("one")
    seen = floor.take("two", n_frames=1)
    floor.take("three", n_frames=1)
    floor.verdict("p_lea", seen, "lead", 1)
    with floor.book.reading() as conn:
        (found,) = attempts.unjudged(conn, "pr_1")
        assert attempts.looks(conn, "pr_1", most=5) == [(False, 0)]
    assert (found.stage, found.stills, found.clips) == ("animation", 1, 1)
