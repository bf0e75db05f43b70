"""An approval is carried only by identical essence, only where the gate asks, and never into a delivery."""

from typing import TYPE_CHECKING

import pytest

from circletake.domain.take import Take
from circletake.errors import EntryInvalid, NotFound
from circletake.gates.policy import policy_dict, read_policy, shipped
from circletake.ledger import reads
from circletake.workflows.bind import ask_gates, bind_production
from circletake.workflows.carry import record_essence
from circletake.workflows.house import STUDIO

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor


def with_policy(floor: "Floor", **flags: bool) -> None:
    """Put the animation policy in force with these set on both gates of the animation stage."""
    data = policy_dict(shipped())
    for gate in next(stage for stage in data["stages"] if stage["key"] == "animation")["gates"]:
        gate.update(flags)
    policy = read_policy(data)
    with floor.house.book.transact() as tx:
        found = reads.find_production(tx.conn, "spring")
        assert found is not None
        tx.append(
            "policy",
            actor=floor["ana"].person,
            production=found.id,
            body={"hash": policy.hash, "policy": policy_dict(policy)},
        )
        bind_production(floor.house, tx, found.id)


def essence(floor: "Floor", take: Take, what: str) -> None:
    """Say what a take decodes to, and measure it."""
    with floor.house.book.transact() as tx:
        record_essence(tx, take.production, take.content, what * 64)
    floor.measured(take)


def results(floor: "Floor", take: Take, *, sealing: bool = False) -> dict[str, str]:
    with floor.house.book.reading() as conn:
        asked = ask_gates(floor.house, conn, task=take.task, content=take.content, now="", sealing=sealing)
    return {result.gate: result.result for result in asked}


BOTH = {"lead": "satisfied", "director": "satisfied"}
NEITHER = {"lead": "unsatisfied", "director": "unsatisfied"}


def original(floor: "Floor") -> Take:
    take = floor.take(b"one")
    essence(floor, take, "a")
    floor.circle(take)
    return take


def test_the_same_essence_takes_over_approvals_where_the_gate_asks_and_never_to_seal(
    floor: "Floor",
) -> None:
    with_policy(floor, carry=True)
    take = original(floor)
    again = floor.take(b"one, in another container")
    assert results(floor, again) == NEITHER
    essence(floor, again, "a")
    assert results(floor, again) == BOTH
    assert results(floor, again, sealing=True) == NEITHER
    assert results(floor, take, sealing=True) == BOTH
    carried = [entry for entry in floor.house.book.entries(0, 1000) if entry.kind == "carry"]
    given = [entry for entry in floor.house.book.entries(0, 1000) if entry.kind == "verdict"]
    assert [entry.body["verdict"] for entry in carried] == [entry.seq for entry in given]
    assert {(entry.actor, entry.body["change"]) for entry in carried} == {(str(STUDIO), "essence_same")}
    essence(floor, again, "a")
    assert floor.kinds().count("carry") == 2


def test_a_gate_that_does_not_ask_counts_nothing_carried(floor: "Floor") -> None:
    original(floor)
    again = floor.take(b"one, in another container")
    essence(floor, again, "a")
    assert floor.kinds().count("carry") == 2
    assert results(floor, again) == NEITHER


def test_near_is_not_the_same(floor: "Floor") -> None:
    with_policy(floor, carry=True)
    original(floor)
    near = floor.take(b"one, coded again")
    essence(floor, near, "b")
    assert results(floor, near) == NEITHER
    assert "carry" not in floor.kinds()


def test_another_task_takes_over_nothing(floor: "Floor") -> None:
    with_policy(floor, carry=True)
    original(floor)
    elsewhere = floor.take(b"one, in another container", code="SH020")
    essence(floor, elsewhere, "a")
    assert "carry" not in floor.kinds()


def test_withdrawing_or_superseding_the_original_ends_the_carry(floor: "Floor") -> None:
    with_policy(floor, carry=True)
    take = original(floor)
    again = floor.take(b"one, in another container")
    essence(floor, again, "a")
    last = floor.studio.task(floor["dora"], take.task).takes[0].verdicts[-1]
    floor.studio.withdraw(floor["dora"], verdict_seq=last.seq, key="changed my mind")
    assert results(floor, again) == {"lead": "satisfied", "director": "unsatisfied"}
    floor.judge("leo", take, 2)  # the same word again is another verdict: what was carried was the old one
    assert results(floor, again) == NEITHER


def test_a_persons_own_word_goes_before_what_was_carried_of_theirs(floor: "Floor") -> None:
    with_policy(floor, carry=True)
    original(floor)
    again = floor.take(b"one, in another container")
    essence(floor, again, "a")
    floor.judge("dora", again, -1, gate="director")
    assert results(floor, again) == {"lead": "satisfied", "director": "unsatisfied"}


def test_a_veto_stands_on_the_same_essence_and_on_its_trims_whichever_came_first(floor: "Floor") -> None:
    take = original(floor)
    again = floor.take(b"one, in another container")
    trim = floor.take(b"a trim of that", parent=again, change="subrange")
    rerun = floor.take(b"a re-run of the trim", parent=trim, change="upstream_only")
    rework = floor.take(b"a rework", parent=again, change="rework")
    for number, made in enumerate((again, trim, rerun, rework)):
        essence(floor, made, "a" if made is again else str(number))
        floor.circle(made)
        assert results(floor, made) == BOTH
    veto = floor.judge("dora", take, -2, gate="director").takes[0].verdicts[-1]
    assert [results(floor, made) for made in (take, again, trim, rerun)] == [NEITHER] * 4
    assert results(floor, rework) == BOTH
    states = {one.number: one.state for one in floor.studio.task(floor["ana"], take.task).takes}
    assert states[5] == "circled"
    assert {states[number] for number in (2, 3, 4)}.isdisjoint({"circled"})
    finding = next(
        one
        for gate in floor.studio.task(floor["ana"], take.task).takes[1].gates
        for one in gate.findings
        if one.rule == "no_veto"
    )
    assert finding.sentence == f"The same pictures in another file were vetoed (entry {veto.seq})."
    floor.studio.withdraw(floor["dora"], verdict_seq=veto.seq, key="a slip of the hand")
    assert [results(floor, made)["lead"] for made in (again, trim, rerun)] == ["satisfied"] * 3


def test_a_maker_of_the_original_is_no_fourth_eye_on_its_copy(floor: "Floor") -> None:
    floor.studio.set_role(floor["ana"], "spring", person="ed", role="director")
    with_policy(floor, carry=True)
    take = original(floor)
    again = floor.take(b"one, in another container", by="ed")
    essence(floor, again, "a")
    assert results(floor, again) == BOTH
    # it turns out that dora had a hand in the original
    floor.take(b"one", code="SH020", by="dora")
    assert results(floor, take)["director"] == "unsatisfied"
    assert results(floor, again)["director"] == "unsatisfied"


def test_the_book_takes_no_carry_to_another_essence(floor: "Floor") -> None:
    take = original(floor)
    near = floor.take(b"one, coded again")
    essence(floor, near, "b")
    verdict = floor.studio.task(floor["ana"], take.task).takes[0].verdicts[0].seq
    for content, error in ((near.content, EntryInvalid), (take.content, EntryInvalid), ("0" * 64, NotFound)):
        with pytest.raises(error), floor.house.book.transact() as tx:
            tx.append(
                "carry",
                actor=STUDIO,
                production=take.production,
                body={"verdict": verdict, "task": take.task, "content": content},
            )
