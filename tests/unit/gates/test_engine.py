"""Gates pass on the verdicts of people on exactly this content, and on nothing else."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from circletake.domain.facts import EvidenceFact, Facts, Finding, GateResult
from circletake.domain.people import Role
from circletake.domain.policy import Policy, RuleCall
from circletake.domain.verdict import Verdict
from circletake.gates import engine
from circletake.gates.context import RuleContext
from circletake.gates.engine import evaluate, rules
from circletake.gates.policy import policy_dict, read_policy, shipped

POLICY = shipped()
TECHNICAL = EvidenceFact("ev_t", "technical", 1, flagged=False, sentence="Fine.", seq=3)
CONSISTENCY = EvidenceFact("ev_c", "consistency", 1, flagged=False, sentence="On model.", seq=4)
ROLES: dict[str, frozenset[Role]] = {
    "p_dana": frozenset({"director"}),
    "p_dora": frozenset({"director"}),
    "p_lea": frozenset({"lead"}),
    "p_rex": frozenset({"reviewer"}),
    "p_art": frozenset({"artist"}),
}


def verdict(seq: int, person: str, gate: str, value: int, **more: object) -> Verdict:
    known = POLICY.gate("animation", gate)
    given = Verdict(
        seq=seq, at="", person=person, task="t_1", content="aa", gate=gate, value=value,
        gate_hash=known.hash if known else "", policy=POLICY.hash,
    )  # fmt: skip
    return replace(given, **more)  # type: ignore[arg-type]  # members of a verdict


def facts(*verdicts: Verdict, stage: str = "animation", policy: Policy = POLICY, **more: object) -> Facts:
    found = policy.stage(stage)
    assert found is not None
    made = Facts(
        task="t_1",
        content="aa",
        stage=found,
        makers=frozenset({"p_art", "m_render"}),
        verdicts=verdicts,
        roles=ROLES,
        evidence=(TECHNICAL, CONSISTENCY),
        current_versions={"technical": 1, "consistency": 1},
        leans={},
        upstream={},
        veto_ancestors=frozenset(),
        policy=policy.hash,
        now="2026-01-01T00:00:00Z",
    )
    return replace(made, **more)  # type: ignore[arg-type]  # members of facts


LEAD = verdict(10, "p_lea", "lead", 2)
DIRECTOR = verdict(11, "p_dana", "director", 2)


def said(asked: Facts) -> dict[str, str]:
    return {result.gate: result.result for result in evaluate(asked)}


def finding(asked: Facts, gate: str, rule: str) -> Finding:
    result = next(result for result in evaluate(asked) if result.gate == gate)
    return next(found for found in result.findings if found.rule == rule)


BOTH = {"lead": "satisfied", "director": "satisfied"}
NEITHER = {"lead": "unsatisfied", "director": "unsatisfied"}


def test_every_rule_of_the_design_is_there() -> None:
    assert set(rules()) >= {"circled", "no_veto", "four_eyes", "order", "fresh_evidence", "not_stale"}


def test_nothing_passes_before_anybody_decided() -> None:
    assert said(facts()) == NEITHER
    missing = [line for result in evaluate(facts()) for one in result.findings for line in one.missing]
    assert "Nobody who may has said circled yet; it takes a director." in missing


def test_lead_and_director_together_pass_and_say_by_which_entries() -> None:
    asked = facts(LEAD, DIRECTOR)
    assert said(asked) == BOTH
    assert finding(asked, "director", "circled").uses == (11,)


def test_the_director_alone_may_be_the_lead_as_well() -> None:
    assert said(facts(verdict(10, "p_dana", "lead", 2), DIRECTOR)) == BOTH


def test_order_keeps_the_second_gate_shut_while_the_first_is() -> None:
    asked = facts(DIRECTOR)
    assert said(asked) == NEITHER
    assert finding(asked, "director", "circled").holds
    assert not finding(asked, "director", "order").holds


@pytest.mark.parametrize(
    "stray",
    [
        {"content": "bb"},
        {"task": "t_2"},
        {"gate": "lead"},
        {"person": "m_render"},
        {"person": "p_art"},
        {"person": "p_rex"},
        {"person": "p_lea"},
        {"person": "p_nobody"},
        {"value": 1},
        {"value": 0},
    ],
)
def test_a_verdict_on_something_else_or_of_somebody_else_opens_nothing(stray: dict[str, object]) -> None:
    assert said(facts(LEAD, replace(DIRECTOR, **stray)))["director"] == "unsatisfied"  # type: ignore[arg-type]  # members of a verdict


def test_who_lost_the_role_no_longer_counts() -> None:
    assert said(facts(LEAD, DIRECTOR, roles=ROLES | {"p_dana": frozenset()}))["director"] == "unsatisfied"


def test_a_maker_who_is_director_does_not_circle_their_own() -> None:
    asked = facts(LEAD, DIRECTOR, makers=frozenset({"p_dana"}))
    assert said(asked)["director"] == "unsatisfied"
    assert finding(asked, "director", "four_eyes").sentence == "Only somebody who made it circled it."
    other = verdict(12, "p_dora", "director", 2)
    assert said(facts(LEAD, DIRECTOR, other, makers=frozenset({"p_dana"}))) == BOTH


def test_a_veto_closes_every_gate_whoever_else_circled() -> None:
    asked = facts(LEAD, DIRECTOR, verdict(12, "p_dora", "director", -2))
    assert said(asked) == NEITHER
    assert finding(asked, "lead", "no_veto").uses == (12,)


def test_a_veto_sticks_when_its_giver_loses_the_role() -> None:
    vetoed = facts(
        LEAD, DIRECTOR, verdict(12, "p_dora", "director", -2), roles=ROLES | {"p_dora": frozenset()}
    )
    assert said(vetoed) == NEITHER


def test_a_veto_on_other_content_closes_nothing_unless_this_was_cut_from_it() -> None:
    other = verdict(12, "p_dora", "director", -2, content="bb", task="t_9")
    assert said(facts(LEAD, DIRECTOR, other)) == BOTH
    assert said(facts(LEAD, DIRECTOR, other, veto_ancestors=frozenset({"bb"}))) == NEITHER


def test_evidence_of_each_check_in_force_is_asked_for_and_of_no_other() -> None:
    assert said(facts(LEAD, DIRECTOR, evidence=(TECHNICAL,))) == NEITHER
    assert said(facts(LEAD, DIRECTOR, evidence=(TECHNICAL,), current_versions={"technical": 1})) == NEITHER
    assert said(facts(LEAD, DIRECTOR, current_versions={"technical": 2, "consistency": 1})) == NEITHER


FLAGGED = replace(CONSISTENCY, flagged=True, sentence="The markings drift.")


def test_flagged_evidence_waits_for_an_answer_at_each_gate_and_never_fails_by_itself() -> None:
    evidence = (TECHNICAL, FLAGGED)
    asked = facts(LEAD, DIRECTOR, evidence=evidence)
    assert said(asked) == NEITHER
    assert "The markings drift." in finding(asked, "lead", "fresh_evidence").sentence
    lead, director = replace(LEAD, answers=("ev_c",)), replace(DIRECTOR, answers=("ev_c",))
    assert said(facts(lead, DIRECTOR, evidence=evidence)) == {"lead": "satisfied", "director": "unsatisfied"}
    assert said(facts(lead, director, evidence=evidence)) == BOTH


@pytest.mark.parametrize(
    "stray",
    [
        {"person": "m_render"},
        {"person": "p_art"},
        {"content": "bb"},
        {"gate": "lead"},
        {"value": 0},
        {"value": -1},
    ],
)
def test_an_answer_of_a_machine_a_maker_or_on_other_content_is_none(stray: dict[str, object]) -> None:
    answer = replace(verdict(12, "p_dora", "director", 1, answers=("ev_c",)), **stray)  # type: ignore[arg-type]  # members of a verdict
    lead = replace(LEAD, answers=("ev_c",))
    asked = facts(
        lead,
        DIRECTOR,
        answer,
        evidence=(TECHNICAL, FLAGGED),
        roles=ROLES | {"p_art": frozenset({"director"})},
    )
    assert said(asked)["director"] == "unsatisfied"


def test_a_later_measurement_takes_the_place_of_an_earlier_one() -> None:
    clean = replace(CONSISTENCY, id="ev_d", seq=9)
    assert said(facts(LEAD, DIRECTOR, evidence=(TECHNICAL, FLAGGED, clean))) == BOTH
    assert said(facts(LEAD, DIRECTOR, evidence=(TECHNICAL, clean, replace(FLAGGED, seq=20)))) == NEITHER


SHEET = {"sheet:dog": "s1"}
MOVED = {"sheet:dog": "s2", "sheet:cat": "c1"}


def test_a_changed_sheet_stales_the_approval_and_says_which() -> None:
    pinned = replace(DIRECTOR, upstream=(("sheet:dog", "s1"),))
    assert said(facts(LEAD, pinned, leans=SHEET, upstream=SHEET)) == BOTH
    asked = facts(LEAD, pinned, leans=SHEET, upstream=MOVED)
    result = evaluate(asked)[1]
    assert (result.result, result.only_stale) == ("unsatisfied", True)
    assert "sheet:dog changed" in finding(asked, "director", "not_stale").sentence


def test_circling_again_against_the_new_sheet_heals_and_so_does_the_old_sheets_return() -> None:
    again = replace(DIRECTOR, upstream=(("sheet:dog", "s2"),))
    assert said(facts(LEAD, again, leans=SHEET, upstream=MOVED)) == BOTH
    assert (
        said(facts(LEAD, replace(DIRECTOR, upstream=(("sheet:dog", "s1"),)), leans=SHEET, upstream=SHEET))
        == BOTH
    )


def test_what_a_take_was_made_against_counts_where_the_approval_pinned_nothing() -> None:
    assert said(facts(LEAD, DIRECTOR, leans=SHEET, upstream=MOVED))["director"] == "unsatisfied"
    assert said(facts(LEAD, DIRECTOR, leans=SHEET, upstream={}))["director"] == "unsatisfied"


def test_a_sheet_nobody_leaned_on_stales_nothing() -> None:
    assert said(facts(LEAD, DIRECTOR, leans={}, upstream=MOVED)) == BOTH


def test_another_director_who_circled_it_against_the_new_sheet_is_enough() -> None:
    old = replace(DIRECTOR, upstream=(("sheet:dog", "s1"),))
    new = verdict(12, "p_dora", "director", 2, upstream=(("sheet:dog", "s2"),))
    assert said(facts(LEAD, old, new, leans=SHEET, upstream=MOVED)) == BOTH


def test_evidence_against_a_replaced_sheet_is_stale_and_not_merely_missing() -> None:
    outdated = replace(CONSISTENCY, outdated=("s1",))
    pinned = replace(DIRECTOR, upstream=(("sheet:dog", "s1"),))
    result = evaluate(facts(LEAD, pinned, leans=SHEET, upstream=MOVED, evidence=(TECHNICAL, outdated)))[1]
    assert result.only_stale
    flagged_now = replace(FLAGGED, id="ev_n", seq=30)
    result = evaluate(
        facts(LEAD, pinned, leans=SHEET, upstream=MOVED, evidence=(TECHNICAL, outdated, flagged_now))
    )[1]
    assert result.only_stale
    never = evaluate(facts(LEAD, pinned, leans=SHEET, upstream=MOVED, evidence=(TECHNICAL,)))[1]
    assert not never.only_stale


def test_a_changed_gate_stales_what_was_circled_under_the_old_one() -> None:
    data = policy_dict(POLICY)
    data["stages"][2]["gates"][1]["reason_needed"] = [-2]
    asked = facts(LEAD, DIRECTOR, policy=read_policy(data))
    assert said(asked) == {"lead": "satisfied", "director": "unsatisfied"}
    assert evaluate(asked)[1].only_stale


def test_more_than_one_person_may_be_asked_for() -> None:
    data = policy_dict(POLICY)
    data["stages"][2]["gates"][1]["rules"][1]["params"]["n"] = 2
    policy = read_policy(data)
    gate = policy.gate("animation", "director")
    assert gate is not None
    first = replace(DIRECTOR, gate_hash=gate.hash)
    second = replace(first, seq=12, person="p_dora")
    assert said(facts(LEAD, first, policy=policy))["director"] == "unsatisfied"
    assert said(facts(LEAD, first, replace(first, seq=12), policy=policy))["director"] == "unsatisfied"
    assert said(facts(LEAD, first, second, policy=policy)) == BOTH
    assert (
        said(facts(LEAD, first, second, policy=policy, makers=frozenset({"p_dora"})))["director"]
        == "unsatisfied"
    )


def with_rule(monkeypatch: pytest.MonkeyPatch, rule: Callable[[Facts, RuleContext], object]) -> Facts:
    """Facts that would pass the lead's gate, if it were not for a rule of a stranger."""
    monkeypatch.setattr(engine, "rules", lambda: rules() | {"theirs": rule})
    stage = facts().stage
    gate = replace(stage.gates[0], rules=(RuleCall("theirs"),))
    return replace(facts(LEAD), stage=replace(stage, gates=(gate,)))


def ask(asked: Facts) -> GateResult:
    return evaluate(asked)[0]


def test_a_rule_that_raises_is_an_error_and_never_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    def raising(_facts: Facts, _context: RuleContext) -> Finding:
        raise ZeroDivisionError("by zero")

    result = ask(with_rule(monkeypatch, raising))
    assert result.result == "error"
    assert "by zero" in result.findings[0].sentence


def test_a_rule_that_gives_no_finding_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(with_rule(monkeypatch, lambda _facts, _context: True)).result == "error"


def test_a_rule_that_is_not_installed_is_an_error() -> None:
    asked = facts(LEAD)
    gate = replace(asked.stage.gates[0], rules=(RuleCall("gone"),))
    assert ask(replace(asked, stage=replace(asked.stage, gates=(gate,)))).result == "error"


def test_a_rule_with_parameters_it_does_not_know_is_an_error() -> None:
    asked = facts(LEAD)
    gate = replace(asked.stage.gates[0], rules=(RuleCall("circled", (("m", 1),)),))
    assert ask(replace(asked, stage=replace(asked.stage, gates=(gate,)))).result == "error"


def test_no_rule_whatever_it_says_lets_anything_pass_without_a_person(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = with_rule(
        monkeypatch, lambda _facts, _context: Finding("theirs", holds=True, sentence="Fine by me.")
    )
    assert ask(asked).result == "satisfied"
    assert ask(replace(asked, verdicts=())).result == "unsatisfied"
    assert ask(replace(asked, verdicts=(replace(LEAD, person="m_render"),))).result == "unsatisfied"


def test_a_gate_without_rules_never_passes_without_a_person() -> None:
    asked = facts()
    gate = replace(asked.stage.gates[0], rules=())
    assert ask(replace(asked, stage=replace(asked.stage, gates=(gate,)))).result == "unsatisfied"
