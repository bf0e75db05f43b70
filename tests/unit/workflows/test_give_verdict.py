"""Verdicts through the whole transaction: who may, what is refused, what changes, what is recorded once."""

from typing import TYPE_CHECKING

import pytest

from circletake.errors import (
    AnswerNeeded,
    Conflict,
    NotFound,
    ReasonNeeded,
    RoleMissing,
    SameEyes,
    VerdictInvalid,
    WorldMoved,
)

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor


def test_a_take_passes_when_lead_and_director_circle_it(floor: "Floor") -> None:
    take = floor.take(b"one")
    floor.measured(take)
    assert floor.status() == "review"
    after = floor.judge("leo", take, 2)
    assert [gate.result for gate in after.takes[0].gates] == ["satisfied", "unsatisfied"]
    assert floor.status() == "review"
    after = floor.judge("dora", take, 2, gate="director")
    assert after.takes[0].state == "circled"
    assert floor.status() == "circled"


def test_the_second_gate_waits_for_the_first(floor: "Floor") -> None:
    take = floor.take(b"one")
    floor.measured(take)
    after = floor.judge("dora", take, 2, gate="director")
    assert [gate.result for gate in after.takes[0].gates] == ["unsatisfied", "unsatisfied"]
    assert floor.status() == "review"


def test_a_take_nobody_measured_does_not_pass(floor: "Floor") -> None:
    take = floor.take(b"one")
    assert floor.circle(take).takes[0].state == "review"
    floor.measured(take)
    assert floor.status() == "circled"


def test_the_same_key_counts_once(floor: "Floor") -> None:
    take = floor.take(b"one")
    floor.measured(take)
    for _ in range(3):
        floor.judge("leo", take, 2, key="the same key")
    assert floor.kinds().count("verdict") == 1
    with pytest.raises(Conflict):
        floor.judge("leo", take, 1, key="the same key")
    with pytest.raises(Conflict):
        floor.judge("dora", take, 2, key="the same key")


def test_a_maker_cannot_circle_by_whatever_route_the_bytes_came(floor: "Floor") -> None:
    floor.studio.set_role(floor["ana"], "spring", person="arti", role="director")
    take = floor.take(b"one", by="leo")
    again = floor.take(b"one", code="SH020", by="arti")
    assert again.content == take.content
    floor.measured(take)
    floor.judge("leo", take, 2)
    with pytest.raises(SameEyes):
        floor.judge("arti", take, 2, gate="director")
    assert floor.judge("arti", take, 1, gate="director").takes[0].state == "review"


def test_roles_bound_what_may_be_said(floor: "Floor") -> None:
    take = floor.take(b"one")
    with pytest.raises(RoleMissing):
        floor.judge("arti", take, 1)
    with pytest.raises(RoleMissing):
        floor.judge("leo", take, 2, gate="director")
    with pytest.raises(RoleMissing):
        floor.judge("ed", take, 2)
    assert floor.judge("ed", take, 1).takes[0].verdicts[0].value == 1


def test_what_stops_a_take_needs_a_reason_there_is(floor: "Floor") -> None:
    take = floor.take(b"one")
    call = {"task": take.task, "content": take.content, "gate": "lead", "key": "no reason"}
    with pytest.raises(ReasonNeeded):
        floor.studio.record_verdict(floor["leo"], value=-1, **call)  # type: ignore[arg-type]  # words
    with pytest.raises(VerdictInvalid, match=r"character\.off_model"):
        floor.judge("leo", take, -1, reasons=("character.ugly",))
    assert floor.judge("leo", take, -1, reasons=("character.off_model",)).status == "retake"
    assert floor.judge("leo", take, -2, reasons=("character.off_model",)).status == "no_good"


def test_frames_outside_the_take_are_refused(floor: "Floor") -> None:
    take = floor.take(b"one")
    with pytest.raises(VerdictInvalid, match="24"):
        floor.studio.record_verdict(
            floor["leo"],
            task=take.task,
            content=take.content,
            gate="lead",
            value=0,
            key="beyond",
            ranges=[(20, 30)],
        )


def test_a_flag_has_to_be_answered_by_whoever_approves(floor: "Floor") -> None:
    take = floor.take(b"one")
    flags = tuple(floor.measured(take, flagged=True).values())
    with pytest.raises(AnswerNeeded) as refused:
        floor.judge("leo", take, 2)
    assert set(refused.value.detail["unanswered"]) == set(flags)  # type: ignore[call-overload]  # a list
    floor.judge("leo", take, -1)
    after = floor.judge("leo", take, 2, answers=flags)
    assert after.takes[0].gates[0].result == "satisfied"


def test_an_approval_of_something_that_moved_is_refused_and_a_veto_is_taken(floor: "Floor") -> None:
    take = floor.take(b"one")
    floor.measured(take)
    with pytest.raises(WorldMoved):
        floor.judge("leo", take, 2, gate_hash="0" * 64)
    assert floor.judge("leo", take, -2, gate_hash="0" * 64).status == "no_good"


def test_a_newer_verdict_replaces_and_a_withdrawn_one_counts_no_more(floor: "Floor") -> None:
    take = floor.take(b"one")
    floor.measured(take)
    floor.circle(take)
    assert floor.status() == "circled"
    after = floor.judge("dora", take, -1, gate="director")
    assert floor.status() == "retake"
    last = after.takes[0].verdicts[-1]
    floor.studio.withdraw(floor["dora"], verdict_seq=last.seq, key="changed my mind")
    assert floor.status() == "review"
    with pytest.raises(NotFound):
        floor.studio.withdraw(floor["leo"], verdict_seq=last.seq, key="not mine")


def test_a_veto_stands_on_what_was_cut_from_it_and_not_on_a_rework(floor: "Floor") -> None:
    take = floor.take(b"one")
    trim = floor.take(b"one, trimmed", parent=take, change="subrange")
    rework = floor.take(b"one, again", parent=take, change="rework")
    for made in (take, trim, rework):
        floor.measured(made)
    floor.circle(trim)
    assert floor.status() == "circled"
    floor.judge("dora", take, -2, gate="director")
    states = {made.content: made.state for made in floor.studio.task(floor["ana"], take.task).takes}
    assert states[trim.content] != "circled"
    assert floor.circle(rework).takes[2].state == "circled"


def test_a_verdict_on_other_content_changes_nothing(floor: "Floor") -> None:
    take, other = floor.take(b"one"), floor.take(b"two")
    for made in (take, other):
        floor.measured(made)
    floor.circle(take)
    before = floor.studio.task(floor["ana"], take.task).takes[0]
    floor.judge("dora", other, -2, gate="director")
    after = floor.studio.task(floor["ana"], take.task).takes[0]
    assert (after.state, after.gates) == (before.state, before.gates) == ("circled", before.gates)


def test_a_parked_task_says_so_and_is_taken_up_again(floor: "Floor") -> None:
    take = floor.take(b"one")
    floor.studio.hold(floor["dora"], take.task, "The script changes.")
    assert floor.status() == "hold"
    floor.studio.release(floor["dora"], take.task)
    assert floor.status() == "review"
    with pytest.raises(RoleMissing):
        floor.studio.hold(floor["arti"], take.task, "I am tired.")
    with pytest.raises(ReasonNeeded):
        floor.studio.hold(floor["dora"], take.task, "  ")
