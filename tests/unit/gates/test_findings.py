"""What each rule says, to the letter: its sentence, what is missing, what it used, whether it is stale."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from circletake.domain.facts import ConsentFact, EvidenceFact, Facts, Finding
from circletake.domain.lineage import StaleCause
from circletake.domain.policy import RuleCall
from circletake.domain.time import FrameRange
from circletake.gates import engine
from circletake.gates.causes import stale_approvals
from circletake.gates.context import RuleContext, approvals, asked_of
from circletake.gates.engine import evaluate

if TYPE_CHECKING:
    from tests.unit.gates.conftest import Case

Make = Callable[..., "Case"]
Rule = Callable[..., dict[str, Any]]

TOLD = EvidenceFact("ev_t", "technical", 1, flagged=False, sentence="Fine.", seq=3)
FLAGGED = replace(TOLD, id="ev_f", flagged=True, sentence="It flickers.", seq=4)
OTHER = replace(TOLD, id="ev_c", check="consistency", seq=5)


def test_four_eyes_to_the_letter(case: Make, rule: Rule) -> None:
    asked = case(rule("four_eyes"), rule("circled", at_least=1))
    mine = frozenset({"p_dana"})
    own, other = asked.verdict(1, "p_dana"), asked.verdict(2, "p_dora")
    missing = ("Somebody who did not make it has to circle it at g.",)
    assert asked.finding("four_eyes", own, other, makers=mine) == Finding(
        "four_eyes", holds=True, sentence="Somebody who did not make it circled it.", uses=(2,)
    )
    assert asked.finding("four_eyes", own, makers=mine) == Finding(
        "four_eyes",
        holds=False,
        sentence="Only somebody who made it circled it.",
        missing=missing,
        uses=(1,),
    )
    assert asked.finding("four_eyes", makers=mine) == Finding(
        "four_eyes", holds=False, sentence="Nobody but its makers has seen to it yet.", missing=missing
    )
    assert not asked.finding("four_eyes", replace(other, value=1), makers=mine).holds, "fine is no circle"
    old = asked.finding("four_eyes", replace(other, gate_hash="00"), makers=mine)
    assert (old.holds, old.stale) == (False, True)
    assert not asked.finding("four_eyes", replace(own, gate_hash="00"), makers=mine).stale


def test_no_veto_to_the_letter(case: Make, rule: Rule) -> None:
    asked = case(rule("no_veto"))
    veto, second = asked.verdict(8, "p_lea", -2), asked.verdict(5, "p_dora", -2)
    assert asked.finding("no_veto") == Finding("no_veto", holds=True, sentence="Nobody vetoed it.")
    assert asked.finding("no_veto", veto, second) == Finding(
        "no_veto",
        holds=False,
        sentence="It was vetoed (entry 5, 8).",
        missing=("Another take, or the withdrawal of the veto in entry 5, 8 by whoever gave it.",),
        uses=(5, 8),
        against=(5, 8),
    )
    above = replace(veto, content="bb", task="t_9")
    inherited = asked.finding("no_veto", above, veto_ancestors=frozenset({"bb"}))
    assert inherited.sentence == "What it was made from was vetoed (entry 8)."
    for stray in ({"content": "bb"}, {"task": "t_9"}, {"person": "m_render"}, {"value": -1}):
        assert asked.finding("no_veto", replace(veto, **stray)).holds, stray


def test_fresh_evidence_to_the_letter(case: Make, rule: Rule) -> None:
    asked = case(rule("fresh_evidence", checks=["technical", "consistency"]))
    both = {"technical": 1, "consistency": 1}
    held = asked.finding("fresh_evidence", evidence=(TOLD, OTHER), current_versions=both)
    assert held == Finding(
        "fresh_evidence", holds=True, sentence="Measured, and what was flagged is answered.", uses=(3, 5)
    )
    gone = "The check technical is not installed here, so nothing says what it would find."
    later = "The check consistency has not measured it yet."
    assert asked.finding("fresh_evidence", current_versions={"consistency": 1}) == Finding(
        "fresh_evidence", holds=False, sentence=f"{gone} {later}", missing=(gone, later)
    )
    flag = "The check technical points at it and nobody has answered: It flickers."
    flagged = asked.finding("fresh_evidence", evidence=(FLAGGED, OTHER), current_versions=both)
    assert flagged == Finding("fresh_evidence", holds=False, sentence=flag, missing=(flag,), uses=(5,))
    fine = asked.verdict(9, "p_rex", 1, answers=("ev_f",))
    assert asked.finding("fresh_evidence", fine, evidence=(FLAGGED, OTHER), current_versions=both).holds
    old = replace(fine, gate_hash="00")
    assert asked.finding("fresh_evidence", old, evidence=(FLAGGED, OTHER), current_versions=both).holds
    for stray in ({"value": 0}, {"answers": ("ev_t",)}, {"person": "p_nobody"}):
        found = asked.finding(
            "fresh_evidence",
            replace(fine, **stray),
            evidence=(FLAGGED, OTHER),
            current_versions=both,
        )
        assert not found.holds, stray


def test_evidence_against_a_replaced_reference_is_stale_only_where_it_would_have_done(
    case: Make, rule: Rule
) -> None:
    asked = case(rule("fresh_evidence", checks=["technical", "consistency"]))
    both = {"technical": 1, "consistency": 1}
    outdated = replace(OTHER, outdated=("s1",))
    again = (
        "The check consistency measured it against a reference that has been replaced; it has to run again."
    )
    found = asked.finding("fresh_evidence", evidence=(TOLD, outdated), current_versions=both)
    assert found == Finding(
        "fresh_evidence",
        holds=False,
        sentence=again,
        missing=(again,),
        uses=(3,),
        stale=True,
        causes=(StaleCause("", "s1", None),),
    )
    unanswered = replace(outdated, flagged=True)
    assert not asked.finding("fresh_evidence", evidence=(TOLD, unanswered), current_versions=both).stale
    answered = asked.verdict(9, "p_dana", answers=("ev_c",))
    assert asked.finding("fresh_evidence", answered, evidence=(TOLD, unanswered), current_versions=both).stale
    assert not asked.finding("fresh_evidence", evidence=(outdated,), current_versions=both).stale
    missing_one = asked.finding("fresh_evidence", evidence=(outdated,), current_versions={"consistency": 1})
    assert not missing_one.stale, "a check that is not installed was never asked"
    newer = replace(TOLD, id="ev_2", version=2, seq=2)
    assert not asked.finding("fresh_evidence", evidence=(newer, OTHER), current_versions=both).holds


def test_order_to_the_letter(case: Make, rule: Rule) -> None:
    asked = case(rule("circled"))
    second = replace(asked.gate, key="h", rules=(RuleCall("order"),))
    third = replace(asked.gate, key="i", rules=(RuleCall("order"),))
    asked.facts = replace(asked.facts, stage=replace(asked.stage, gates=(asked.gate, second, third)))
    result = {one.gate: one.findings[0] for one in evaluate(asked.facts)}
    assert result["h"] == Finding(
        "order",
        holds=False,
        sentence="The gate g comes first and does not pass.",
        missing=("The gate g has to pass first.",),
    )
    assert result["i"].missing == ("The gate g, h has to pass first.",)
    old = asked.verdict(1, "p_dana", gate_hash="00")
    stale = {one.gate: one.findings[0] for one in evaluate(replace(asked.facts, verdicts=(old,)))}
    assert stale["h"].stale
    good = asked.verdict(1, "p_dana")
    held = {one.gate: one.findings[0] for one in evaluate(replace(asked.facts, verdicts=(good,)))}
    assert held["h"] == Finding("order", holds=True, sentence="Every gate before this one passes.")


def test_not_stale_to_the_letter(case: Make, rule: Rule) -> None:
    asked = case(rule("circled", at_least=1, roles=["lead"], without=["director"]), rule("not_stale"))
    old = asked.verdict(1, "p_lea", 1, upstream=(("sheet:max", "s1"),))
    said = "sheet:max changed (s1 → s2) after this was approved."
    assert asked.finding("not_stale", old, upstream={"sheet:max": "s2"}) == Finding(
        "not_stale",
        holds=False,
        sentence=said,
        missing=(f"{said} Look again, then circle it at g or make another take.",),
        uses=(1,),
        stale=True,
        causes=(StaleCause("sheet:max", "s1", "s2"),),
    )
    assert asked.finding("not_stale", old, upstream={"sheet:max": "s1"}) == Finding(
        "not_stale", holds=True, sentence="What it leans on is what is adopted.", uses=(1,)
    )
    for who in ("p_rex", "p_dana", "p_pia"):
        assert asked.finding("not_stale", replace(old, person=who), upstream={"sheet:max": "s2"}).holds, who
    both = asked.facts.roles | {"p_lea": frozenset({"lead", "director"})}
    assert asked.finding("not_stale", old, upstream={"sheet:max": "s2"}, roles=both).holds
    worded = replace(old, gate_hash="00")
    assert asked.finding("not_stale", worded, upstream={"sheet:max": "s2"}).stale


def test_a_rule_that_fails_to_the_letter(case: Make) -> None:
    asked = case()
    gate = replace(asked.gate, rules=(RuleCall("gone"),))
    asked.facts = replace(asked.facts, stage=replace(asked.stage, gates=(gate,)))
    said = "There is no rule “gone” here; install it or change the policy."
    assert asked.ask().findings == (Finding("gone", holds=False, sentence=said, missing=(said,), error=True),)


def test_what_no_person_approved_to_the_letter(case: Make, rule: Rule) -> None:
    asked = case(rule("no_veto"))
    gate = replace(asked.gate, rules=(RuleCall("no_veto"),))
    asked.facts = replace(asked.facts, stage=replace(asked.stage, gates=(gate,)))
    assert asked.ask().findings[1] == Finding(
        "a_person",
        holds=False,
        sentence="No person approved exactly this here.",
        missing=("A person has to approve it at g.",),
    )


def test_the_quiet_ones_to_the_letter(case: Make, rule: Rule) -> None:
    asked = case(rule("no_open_notes"), rule("consent"), rule("watched", share=50))
    assert asked.finding("no_open_notes") == Finding(
        "no_open_notes", holds=True, sentence="No note on it is open."
    )
    held = ConsentFact(id="c_1", seq=5, kind="consent", entity="max", uses=("release",))
    over = replace(held, id="c_2", seq=4, until="2026-06-14")
    found = asked.finding("consent", consents=(held, over))
    assert found == Finding(
        "consent",
        holds=False,
        sentence="The consent c_2 of max ended on 2026-06-14.",
        missing=("The consent c_2 of max ended on 2026-06-14.",),
        uses=(5,),
        stale=True,
    )
    idle = asked.verdict(1, "p_dana", watched=(FrameRange(0, 1),))
    assert asked.finding("watched", idle, n_frames=10) == Finding(
        "watched",
        holds=False,
        sentence="Whoever circled it has not played enough of it: 50 % of the frames.",
        missing=("Play 50 % of the frames of it, then circle it at g.",),
    )


def test_whose_approval_counts_is_the_same_for_everybody_who_asks(case: Make, rule: Rule) -> None:
    asked = case(rule("circled", at_least=1, roles=["lead", "reviewer"], without=["director", "author"]))
    (wish,) = asked_of(asked.gate)
    given = [
        asked.verdict(seq, person, 1) for seq, person in enumerate(("p_lea", "p_rex", "p_dana", "p_pia"), 1)
    ]
    facts = replace(
        asked.facts,
        verdicts=tuple(given),
        made_by={"author": frozenset({"p_rex"})},
        makers=frozenset({"p_rex"}),
    )
    assert [one.person for one in approvals(facts, asked.gate, wish)] == ["p_lea"]
    (plain,) = asked_of(case(rule("circled", at_least=1)).gate)
    assert [one.person for one in approvals(facts, asked.gate, plain)] == [
        "p_lea",
        "p_rex",
        "p_dana",
        "p_pia",
    ]


def test_each_circled_that_is_short_of_fresh_approvals_counts_whatever_the_next_says(
    case: Make, rule: Rule
) -> None:
    asked = case(rule("circled", n=2), rule("circled", roles=["producer"]), rule("not_stale"))
    new = {"sheet:max": "s2", "sheet:tom": "t2"}
    dana = asked.verdict(1, "p_dana", upstream=(("sheet:max", "s1"),))
    pia = asked.verdict(2, "p_pia", upstream=(("sheet:max", "s2"),))
    first = asked.finding("not_stale", dana, pia, upstream=new)
    assert (first.holds, first.uses) == (False, (1, 2, 2)), (
        "the first asks for two, and one saw the old sheet"
    )
    lone = case(rule("circled", roles=["director"]), rule("circled", roles=["producer"]), rule("not_stale"))
    dana = lone.verdict(1, "p_dana", upstream=(("sheet:max", "s1"),))
    pia = lone.verdict(2, "p_pia", upstream=(("sheet:tom", "t1"),))
    both = lone.finding("not_stale", dana, pia, upstream=new)
    assert "sheet:max changed" in both.sentence
    assert "sheet:tom changed" in both.sentence
    assert both.uses == (1, 2)
    enough = case(rule("circled", n=1, roles=["director"]), rule("not_stale"))
    old, fresh = (
        enough.verdict(1, "p_dana", upstream=(("sheet:max", "s1"),)),
        enough.verdict(2, "p_dora", upstream=(("sheet:max", "s2"),)),
    )
    assert enough.finding("not_stale", old, fresh, upstream=new).holds
    left_out = case(rule("circled", roles=["director"]), rule("not_stale"))
    old, fresh = (replace(one, gate_hash=left_out.gate.hash) for one in (old, fresh))
    assert left_out.finding("not_stale", old, fresh, upstream=new).holds, "left out, n is 1"


def test_watched_says_whose_playing_it_leaned_on(case: Make, rule: Rule) -> None:
    asked = case(
        rule("circled", roles=["director"]), rule("circled", roles=["producer"]), rule("watched", share=50)
    )
    dana = asked.verdict(1, "p_dana", watched=(FrameRange(0, 10),))
    pia = asked.verdict(2, "p_pia", watched=(FrameRange(0, 10),))
    assert asked.finding("watched", dana, pia, n_frames=10).uses == (1, 2)
    assert asked.finding("watched", dana, n_frames=10).uses == (1,)


def test_circled_to_the_letter(case: Make, rule: Rule) -> None:
    asked = case(rule("circled", at_least=1))
    given = asked.verdict(1, "p_rex", 1)
    assert asked.finding("circled", given) == Finding(
        "circled", holds=True, sentence="1 of 1 said fine.", uses=(1,)
    )
    assert asked.finding("circled", replace(given, gate_hash="00")).sentence == (
        "g itself was changed after this was circled."
    )


def test_a_strangers_rule_that_fails_is_named(case: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = case()
    gate = replace(asked.gate, rules=(RuleCall("theirs"),))
    asked.facts = replace(asked.facts, stage=replace(asked.stage, gates=(gate,)))

    def raising(_facts: Facts, _context: RuleContext) -> Finding:
        raise ZeroDivisionError("by zero")

    for theirs, said in (
        (raising, "The rule theirs failed (ZeroDivisionError: by zero)."),
        (lambda _facts, _context: None, "The rule theirs gave no finding."),
    ):
        monkeypatch.setattr(engine, "rules", lambda theirs=theirs: {"theirs": theirs})
        result = asked.ask()
        assert (result.gate, result.result) == ("g", "error")
        assert result.findings == (
            Finding("theirs", holds=False, sentence=said, missing=(said,), error=True),
        )


def test_an_approval_under_another_wording_is_stale_where_nothing_asks_after_references(case: Make) -> None:
    asked = case()
    before = asked.verdict(1, "p_dana", gate_hash="an older gate")
    facts = replace(asked.facts, verdicts=(before, asked.verdict(2, "p_pia")))
    (told,) = stale_approvals(facts, evaluate(facts))
    assert told.verdict == before
    assert [(cause.kind, cause.leaned_on, cause.adopted) for cause in told.causes] == [
        ("policy", "an older gate", asked.gate.hash)
    ]
