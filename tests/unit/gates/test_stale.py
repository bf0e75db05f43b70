"""Which approvals are stale and why, and what was carried: to the letter, cause by cause."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from circletake.domain.facts import Carried, EvidenceFact, Facts, Finding
from circletake.domain.lineage import Lost, StaleCause
from circletake.domain.people import Role
from circletake.gates.causes import StaleApproval, stale_approvals
from circletake.gates.context import carried_here
from circletake.gates.engine import evaluate

if TYPE_CHECKING:
    from tests.unit.gates.conftest import Case

Make = Callable[..., "Case"]
Rule = Callable[..., dict[str, Any]]

MOVED = StaleCause("sheet:max", "s1", "s2")
LEANS = (("sheet:max", "s1"),)
MEASURED = EvidenceFact("ev_c", "consistency", 1, flagged=False, sentence="", seq=3, outdated=("s1",))
AGAIN = "Look again, then circle it at g or make another take."


def told(facts: Facts) -> list[StaleApproval]:
    return stale_approvals(facts, evaluate(facts))


def reworded(verdict: Any, gate: Any) -> StaleCause:  # noqa: ANN401 - a verdict, a gate
    return StaleCause("g", verdict.gate_hash, gate.hash, kind="policy")


def test_every_approval_that_leans_on_what_moved_is_told_once_in_the_books_order(
    case: Make, rule: Rule
) -> None:
    asked = case(rule("circled", roles=["director"]), rule("circled", roles=["producer"]), rule("not_stale"))
    both = asked.verdict(4, "p_both", upstream=LEANS)
    dana = asked.verdict(2, "p_dana", upstream=LEANS, gate_hash="an older gate")
    fresh = asked.verdict(3, "p_pia", upstream=(("sheet:max", "s2"),))
    facts = replace(asked.facts, verdicts=(both, dana, fresh), upstream={"sheet:max": "s2"})
    assert told(facts) == [
        StaleApproval("g", dana, (reworded(dana, asked.gate), MOVED)),
        StaleApproval("g", both, (MOVED,)),
    ]


def test_what_was_leaned_on_counts_only_where_the_gate_asks(case: Make, rule: Rule) -> None:
    asked = case(rule("circled"), rule("fresh_evidence", checks=["consistency"]))
    given = asked.verdict(1, "p_dana", upstream=LEANS)
    facts = replace(
        asked.facts,
        verdicts=(given,),
        upstream={"sheet:max": "s2"},
        current_versions={"consistency": 1},
        evidence=(replace(MEASURED, outdated=()),),
    )
    assert told(facts) == []
    outdated = replace(facts, evidence=(MEASURED,), former={"s1": "sheet:max"})
    assert told(outdated) == [StaleApproval("g", given, (MOVED,))], "evidence against it is asked for"


def test_a_cause_is_told_once_though_two_rules_name_it(case: Make, rule: Rule) -> None:
    asked = case(rule("circled"), rule("fresh_evidence", checks=["consistency"]), rule("not_stale"))
    given = asked.verdict(1, "p_dana", upstream=LEANS)
    facts = replace(
        asked.facts,
        verdicts=(given,),
        upstream={"sheet:max": "s2", "sheet:tom": "t2"},
        current_versions={"consistency": 1},
        evidence=(replace(MEASURED, outdated=("s1", "t1")),),
        former={"s1": "sheet:max", "t1": "sheet:tom"},
    )
    (one,) = told(facts)
    assert one.causes == (MOVED, StaleCause("sheet:tom", "t1", "t2"))


def test_evidence_names_what_the_newest_of_it_was_measured_against(case: Make, rule: Rule) -> None:
    asked = case(rule("fresh_evidence", checks=["consistency", "technical"]))
    newer = replace(MEASURED, id="ev_d", seq=9, outdated=("s2",))
    other = replace(MEASURED, id="ev_e", seq=5, check="technical", outdated=("t1",))
    found = asked.finding(
        "fresh_evidence",
        evidence=(newer, MEASURED, other),
        current_versions={"consistency": 1, "technical": 1},
        former={"s1": "sheet:max", "s2": "sheet:max", "t1": "sheet:tom"},
        upstream={"sheet:max": "s3"},
    )
    assert found.causes == (StaleCause("sheet:max", "s2", "s3"), StaleCause("sheet:tom", "t1", None))


def test_an_approval_that_was_carried_says_so(case: Make, rule: Rule) -> None:
    asked = case(rule("circled"), rule("not_stale"), carry=True)
    original = asked.verdict(1, "p_dana", content="bb", upstream=LEANS)
    facts = replace(
        asked.facts,
        verdicts=(original,),
        upstream={"sheet:max": "s2"},
        carried=(Carried(verdict=1, seq=2, makers=frozenset()),),
    )
    assert told(facts) == [StaleApproval("g", original, (MOVED,), carried=True)]


def test_gates_are_told_in_their_order_and_each_of_its_own(case: Make, rule: Rule) -> None:
    asked = case(rule("circled"), rule("not_stale"))
    second = replace(asked.gate, key="h")
    given = asked.verdict(1, "p_dana", upstream=LEANS)
    there = replace(given, seq=2, gate="h", gate_hash=second.hash)
    facts = replace(
        asked.facts,
        stage=replace(asked.stage, gates=(asked.gate, second)),
        verdicts=(there, given),
        upstream={"sheet:max": "s2"},
    )
    assert [(one.gate, one.verdict.seq) for one in told(facts)] == [("g", 1), ("h", 2)]


def test_what_no_longer_passes_heals_by_itself_and_what_moved_does_not(case: Make, rule: Rule) -> None:
    asked = case(rule("circled"), rule("not_stale"))
    lost = {
        "sheet:max": Lost("sheet:max", root="sheet:rex", why="It was vetoed."),
        "sheet:tom": Lost("sheet:tom", root="sheet:tom", why="It was vetoed."),
    }
    on_max = asked.verdict(1, "p_dana", upstream=LEANS)
    gone = "sheet:max no longer passes its own gates because of sheet:rex: It was vetoed."
    found = asked.finding("not_stale", on_max, upstream={"sheet:max": "s1"}, upstream_lost=lost)
    assert (found.holds, found.sentence) == (False, gone)
    assert found.missing == (f"{gone} It heals by itself when sheet:rex passes again.",)
    on_both = replace(on_max, upstream=(*LEANS, ("sheet:tom", "t1")))
    found = asked.finding(
        "not_stale", on_both, upstream={"sheet:max": "s1", "sheet:tom": "t1"}, upstream_lost=lost
    )
    assert found.missing[0].endswith(" It heals by itself when sheet:rex and sheet:tom pass again.")
    found = asked.finding(
        "not_stale", on_both, upstream={"sheet:max": "s1", "sheet:tom": "t2"}, upstream_lost={
            "sheet:max": lost["sheet:max"]
        }
    )  # fmt: skip
    moved = "sheet:tom changed (t1 → t2) after this was approved."
    assert found.sentence == f"{gone} {moved}"
    assert found.missing == (f"{gone} {moved} It heals by itself when sheet:rex passes again. {AGAIN}",)


def test_a_changed_gate_and_what_moved_are_both_causes(case: Make, rule: Rule) -> None:
    asked = case(rule("circled"), rule("not_stale"))
    old = asked.verdict(1, "p_dana", upstream=LEANS, gate_hash="an older gate")
    found = asked.finding("not_stale", old, upstream={"sheet:max": "s2"})
    assert set(found.causes) == {reworded(old, asked.gate), MOVED}


def test_one_circled_that_is_short_stays_short_whatever_the_next_has(case: Make, rule: Rule) -> None:
    asked = case(rule("circled", roles=["director"]), rule("circled", roles=["producer"]), rule("not_stale"))
    short = asked.verdict(1, "p_dana", upstream=LEANS)
    old, new = asked.verdict(2, "p_pia", upstream=LEANS), asked.verdict(3, "p_both")
    roles: dict[str, frozenset[Role]] = asked.facts.roles | {"p_both": frozenset({"producer"})}
    assert not asked.finding("not_stale", short, old, new, upstream={"sheet:max": "s2"}, roles=roles).holds


def test_the_same_pictures_in_another_file_are_vetoed_with_it(case: Make, rule: Rule) -> None:
    asked = case(rule("no_veto"))
    twin = asked.verdict(8, "p_lea", -2, content="bb")
    found = asked.finding("no_veto", twin, same_essence=frozenset({"bb"}))
    assert found.sentence == "The same pictures in another file were vetoed (entry 8)."
    exactly = asked.verdict(9, "p_dana", -2)
    found = asked.finding("no_veto", twin, exactly, same_essence=frozenset({"bb"}))
    assert found == Finding(
        "no_veto",
        holds=False,
        sentence="It was vetoed (entry 8, 9).",
        missing=("Another take, or the withdrawal of the veto in entry 8, 9 by whoever gave it.",),
        uses=(8, 9),
        against=(8, 9),
    )


@pytest.fixture
def carries(case: Make, rule: Rule) -> "Case":
    """A gate that accepts what was carried: dana's fine on other content of the same essence."""
    asked = case(rule("circled", at_least=1), rule("four_eyes"), carry=True)
    asked.facts = replace(
        asked.facts,
        verdicts=(asked.verdict(1, "p_dana", content="bb"),),
        carried=(Carried(verdict=1, seq=5, makers=frozenset({"p_mo"})),),
    )
    return asked


def test_what_was_carried_is_an_approval_of_this_task_and_gate(carries: "Case") -> None:
    (original,) = carries.facts.verdicts
    assert carried_here(carries.facts, carries.gate) == [original]
    fine = replace(original, value=1)
    assert carried_here(replace(carries.facts, verdicts=(fine,)), carries.gate) == [fine]
    for stray in ({"seq": 2}, {"task": "t_9"}, {"gate": "h"}, {"value": 0}, {"person": "m_render"}):
        facts = replace(carries.facts, verdicts=(replace(original, **stray),))
        assert carried_here(facts, carries.gate) == [], stray


def test_a_gate_that_does_not_ask_and_a_seal_count_nothing_carried(carries: "Case") -> None:
    assert carried_here(replace(carries.facts, sealing=True), carries.gate) == []
    assert carried_here(carries.facts, replace(carries.gate, carry=False)) == []
    assert carried_here(replace(carries.facts, carried=()), carries.gate) == []


def test_a_persons_own_word_here_goes_before_what_was_carried_of_theirs(carries: "Case") -> None:
    own = carries.verdict(7, "p_dana", 0)
    facts = replace(carries.facts, verdicts=(*carries.facts.verdicts, own))
    assert carried_here(facts, carries.gate) == []
    others = replace(carries.facts, verdicts=(*carries.facts.verdicts, replace(own, person="p_dora")))
    assert carried_here(others, carries.gate) == [carries.facts.verdicts[0]]


def test_whoever_made_the_original_is_no_fourth_eye_here(carries: "Case") -> None:
    mine = replace(carries.facts, carried=(Carried(verdict=1, seq=5, makers=frozenset({"p_dana"})),))
    assert carried_here(mine, carries.gate) == []
    two_eyes = replace(carries.gate, rules=carries.gate.rules[:1])
    assert carried_here(mine, two_eyes) == [carries.facts.verdicts[0]]


def test_what_does_not_count_leaves_the_verdicts_after_it_alone(case: Make, rule: Rule) -> None:
    asked = case(rule("circled", roles=["director"], without=["maker"]))
    before = [
        asked.verdict(1, "p_lea", 0),
        asked.verdict(2, "p_pia", gate_hash="an older gate"),
        asked.verdict(3, "p_both"),
    ]
    circled = asked.verdict(4, "p_dana")
    found = asked.finding("circled", *before, circled, makers=frozenset({"p_both"}))
    assert (found.holds, found.uses) == (True, (4,))


@pytest.mark.parametrize("value", [1, 2])
def test_a_role_without_a_vote_here_gives_none(case: Make, rule: Rule, value: int) -> None:
    asked = case(rule("circled", at_least=1))
    roles = asked.facts.roles | {"p_art": frozenset({"artist"})}
    assert not asked.finding("circled", asked.verdict(1, "p_art", value), roles=roles).holds


def test_the_lowest_and_the_highest_word_of_a_vote_are_votes(case: Make, rule: Rule) -> None:
    asked = case(rule("circled", at_least=1), vote={"reviewer": [1, 1]})
    assert asked.finding("circled", asked.verdict(1, "p_rex", 1)).holds
    assert not asked.finding("circled", asked.verdict(1, "p_rex", 2)).holds


def test_whose_word_is_missing_is_said_with_every_role_that_may_give_it(case: Make, rule: Rule) -> None:
    asked = case(rule("circled", roles=["director", "producer"]))
    assert "director or producer" in asked.finding("circled").missing[0]
