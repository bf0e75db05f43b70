"""An override lets exact content pass, by whom the policy lets, and covers nothing it did not name."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from circletake.domain.facts import ConsentFact, NoteFact, OverrideFact
from circletake.domain.policy import Override
from circletake.domain.verdict import Verdict
from circletake.gates.engine import evaluate

if TYPE_CHECKING:
    from tests.unit.gates.conftest import Case

Make = Callable[..., "Case"]
Rule = Callable[..., dict[str, Any]]
MAY = {"roles": ["producer"], "rules": ["circled", "fresh_evidence", "no_veto", "no_open_notes"]}


@pytest.fixture
def asked(case: Make, rule: Rule) -> "Case":
    """A gate that asks for a measurement nobody made; the producer may override that."""
    return case(
        rule("circled", roles=["director"]),
        rule("fresh_evidence", checks=["technical"]),
        rule("no_veto"),
        rule("no_open_notes"),
        override=MAY,
    )


def given(asked: "Case", **more: object) -> OverrideFact:
    made = OverrideFact(
        seq=50,
        person="p_pia",
        gate="g",
        role="producer",
        gate_hash=asked.gate.hash,
        rules=("circled", "fresh_evidence", "no_veto", "no_open_notes"),
        upstream=(("sheet:max", "s1"),),
    )
    return replace(made, **more)  # type: ignore[arg-type]  # members of an override


def result(
    asked: "Case", *verdicts: Verdict, override: OverrideFact | None, **more: object
) -> tuple[str, int | None]:
    found = asked.ask(
        *verdicts,
        overrides=(override,) if override else (),
        **{"upstream": {"sheet:max": "s1"}, **more},
    )
    assert found.passes is (found.result in {"satisfied", "overridden"})
    return found.result, found.override


def test_it_passes_and_says_so(asked: "Case") -> None:
    circled = asked.verdict(1, "p_dana")
    assert result(asked, circled, override=None) == ("unsatisfied", None)
    assert result(asked, circled, override=given(asked)) == ("overridden", 50)
    assert result(asked, override=given(asked)) == ("overridden", 50), "the override is the person's word"


def test_findings_still_say_what_does_not_hold(asked: "Case") -> None:
    found = asked.ask(overrides=(given(asked),), upstream={"sheet:max": "s1"})
    assert {one.rule for one in found.findings if not one.holds} == {"circled", "fresh_evidence"}


@pytest.mark.parametrize(
    "stray",
    [
        {"gate": "other"},
        {"gate_hash": "00"},
        {"person": "m_render"},
        {"person": "p_dana"},
        {"person": "p_nobody"},
        {"role": "director", "person": "p_both"},
        {"role": "lead", "person": "p_lea"},
        {"rules": ("circled",)},
        {"rules": ("fresh_evidence",)},
        {"upstream": (("sheet:max", "s0"),)},
        {"upstream": (("sheet:cat", "s1"),)},
    ],
)
def test_one_that_is_not_of_this_gate_person_rules_or_references_covers_nothing(
    asked: "Case", stray: dict[str, object]
) -> None:
    assert result(asked, override=given(asked, **stray)) == ("unsatisfied", None)


def test_a_machine_never_overrides_even_with_the_role(asked: "Case") -> None:
    roles = asked.facts.roles | {"m_render": frozenset({"producer"})}
    assert result(asked, override=given(asked, person="m_render"), roles=roles) == ("unsatisfied", None)


def test_it_ends_when_its_giver_loses_the_role_and_when_a_reference_moves(asked: "Case") -> None:
    assert result(asked, override=given(asked), roles={"p_pia": frozenset({"director"})})[0] == "unsatisfied"
    assert result(asked, override=given(asked), upstream={"sheet:max": "s2"})[0] == "unsatisfied"
    assert result(asked, override=given(asked), upstream={})[0] == "unsatisfied"


def test_it_covers_a_veto_before_it_and_none_after(asked: "Case") -> None:
    before, after = asked.verdict(49, "p_dana", -2), asked.verdict(51, "p_dana", -2)
    assert result(asked, before, override=given(asked)) == ("overridden", 50)
    assert result(asked, after, override=given(asked)) == ("unsatisfied", None)
    assert result(asked, before, replace(after, person="p_dora"), override=given(asked))[0] == "unsatisfied"


def test_it_covers_a_note_before_it_and_none_after(asked: "Case") -> None:
    before = NoteFact(seq=49, person="p_rex", severity="blocker")
    assert result(asked, override=given(asked), notes=(before,)) == ("overridden", 50)
    assert result(asked, override=given(asked), notes=(replace(before, seq=51),))[0] == "unsatisfied"


def test_an_approval_after_it_takes_nothing_away(asked: "Case") -> None:
    assert result(asked, asked.verdict(60, "p_dana"), override=given(asked)) == ("overridden", 50)


def test_the_newest_that_covers_counts(asked: "Case") -> None:
    later = given(asked, seq=70, rules=("circled",))
    found = asked.ask(overrides=(given(asked), given(asked, seq=60), later), upstream={"sheet:max": "s1"})
    assert found.override == 60


def test_where_everything_holds_nothing_is_overridden(asked: "Case", rule: Rule, case: Make) -> None:
    plain = case(rule("no_veto"), override={"roles": ["producer"], "rules": ["no_veto"]})
    found = plain.ask(plain.verdict(1, "p_dana"), overrides=(given(plain, upstream=()),))
    assert (found.result, found.override) == ("satisfied", None)
    assert asked.gate.override is not None


def test_a_gate_that_lets_nobody_override_is_not_overridden(case: Make, rule: Rule) -> None:
    plain = case(rule("no_veto"))
    found = plain.ask(overrides=(given(plain, upstream=()),))
    assert found.result == "unsatisfied"


def test_consent_is_never_overridden_whatever_a_policy_or_an_entry_says(case: Make, rule: Rule) -> None:
    asked = case(rule("consent", needed=1), override=MAY | {"rules": ["circled"]})
    gate = replace(asked.gate, override=Override(roles=("producer",), rules=("circled", "consent")))
    asked.stage = replace(asked.stage, gates=(gate,))
    asked.facts = replace(asked.facts, stage=asked.stage)
    override = given(asked, rules=("circled", "consent"), upstream=())
    assert asked.ask(overrides=(override,)).result == "unsatisfied"
    held = ConsentFact(id="c", seq=1, kind="consent", entity="max", uses=("release",))
    assert asked.ask(overrides=(override,), consents=(held,)).result == "overridden"


def test_an_error_is_never_overridden(case: Make, rule: Rule) -> None:
    asked = case(
        rule("no_open_notes", severity="grave"), override={"roles": ["producer"], "rules": ["no_open_notes"]}
    )
    assert asked.ask(asked.verdict(1, "p_dana"), overrides=(given(asked, upstream=()),)).result == "error"


def test_a_maker_does_not_override_where_four_eyes_are_asked_for(case: Make, rule: Rule) -> None:
    may = {"roles": ["producer"], "rules": ["circled", "four_eyes"]}
    strict = case(rule("circled"), rule("four_eyes"), override=may)
    override = given(strict, rules=("circled", "four_eyes"), upstream=())
    mine = frozenset({"p_pia"})
    assert strict.ask(overrides=(override,), makers=mine).result == "unsatisfied"
    assert strict.ask(overrides=(override,)).result == "overridden"
    alone = case(rule("circled"), override={"roles": ["producer"], "rules": ["circled"]})
    assert (
        alone.ask(overrides=(given(alone, rules=("circled",), upstream=()),), makers=mine).result
        == "overridden"
    )


def test_the_gate_after_an_overridden_one_sees_it_pass(case: Make, rule: Rule) -> None:
    first = case(rule("circled"), override={"roles": ["producer"], "rules": ["circled"]})
    second = replace(case(rule("order"), rule("circled")).gate, key="h")
    asked = replace(first.stage, gates=(first.gate, second))
    first.facts = replace(first.facts, stage=asked)
    circled = first.verdict(1, "p_dana", gate="h", gate_hash=second.hash)
    override = given(first, rules=("circled",), upstream=())
    assert first.ask(circled).result == "unsatisfied"
    facts = replace(first.facts, verdicts=(circled,), overrides=(override,))
    assert [one.result for one in evaluate(facts)] == ["overridden", "satisfied"]
