"""A policy says in plain words who must do what."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from circletake.domain.policy import Policy, RuleCall
from circletake.gates.explain import ExplainedGate, explain

if TYPE_CHECKING:
    from tests.unit.gates.conftest import Case

FOUR_EYES = "Somebody who had no part in making it circled it; whoever made it does not count here."

Make = Callable[..., "Case"]
Rule = Callable[..., dict[str, Any]]


def told(case: "Case") -> ExplainedGate:
    (stage,) = explain(Policy(name="p", stages=(case.stage,)))
    return stage.gates[0]


@pytest.mark.parametrize(
    ("name", "params", "sentence"),
    [
        ("circled", {}, "A director or lead or producer or reviewer said circled of exactly this content."),
        ("circled", {"roles": ["lead"]}, "A lead said circled of exactly this content."),
        (
            "circled",
            {"n": 2, "at_least": 1, "roles": ["lead", "director"], "without": ["author", "maker"]},
            (
                "2 different people, each a lead or director, said fine of exactly this content, "
                "not counting author, maker."
            ),
        ),
        ("no_veto", {}, "Nobody's veto stands on it, at any gate, nor on what it is a trim or a re-run of."),
        (
            "four_eyes",
            {},
            "Somebody who had no part in making it circled it; whoever made it does not count here.",
        ),
        ("order", {}, "Every gate before this one passes on the same content."),
        ("not_stale", {}, "Whoever circled it saw the references as they are adopted now."),
        (
            "fresh_evidence",
            {"checks": ["technical", "consistency"]},
            "Measured by technical, consistency as they are now; what they flagged was answered by a person.",
        ),
        (
            "fresh_evidence",
            {},
            "Measured by no check as they are now; what they flagged was answered by a person.",
        ),
        (
            "watched",
            {"share": 80, "dwell_s": 9},
            "Whoever circled it had played 80 % of the frames, for 9 s.",
        ),
        ("no_open_notes", {"severity": "fyi"}, "No note of weight fyi or more is open on it."),
        (
            "consent",
            {"use": "dub", "needed": 2},
            (
                "Every consent attached to it, or to what it leans on, is in force and covers dub; "
                "at least 2 must be there."
            ),
        ),
        (
            "permits",
            {},
            "Every permit attached to it, or to what it leans on, is in force and covers release.",
        ),
    ],
)
def test_each_rule_says_what_it_asks_for(
    case: Make, rule: Rule, name: str, params: dict[str, Any], sentence: str
) -> None:
    assert sentence in told(case(rule(name, **params))).asks


def test_who_may_say_what_comes_strongest_first(case: Make) -> None:
    assert told(case()).votes == (
        "director: veto to circled",
        "lead: veto to circled",
        "producer: veto to circled",
        "reviewer: concern to fine",
    )
    assert told(case(vote={"lead": [2, 2]})).votes == ("lead: circled",)


def test_what_else_is_special_about_a_gate_is_said(case: Make) -> None:
    plain = told(case())
    assert plain.also == ("A veto or concern needs a reason.",)
    special = told(
        case(
            reason_needed=[],
            carry=True,
            blind=True,
            override={"roles": ["producer", "lead"], "rules": ["circled"]},
        )
    )
    assert special.also == (
        "An approval counts for another file whose pictures and sound decode to the same.",
        "Whoever judges sees neither scores nor others' verdicts before their own.",
        (
            "A producer or lead may let it pass although circled does not hold, with a reason; "
            "it shows as overridden for ever."
        ),
    )


def test_a_rule_that_is_not_installed_is_said_to_be(case: Make) -> None:
    asked = case()
    gate = replace(asked.gate, rules=(RuleCall("theirs"),))
    (stage,) = explain(Policy(name="p", stages=(replace(asked.stage, gates=(gate,), ships=True),)))
    assert stage.gates[0].asks == ("The rule theirs, which is not installed here.",)
    assert stage.sentence == "For each shot, and nothing of it leaves without passing here."
    (other,) = explain(Policy(name="p", stages=(replace(asked.stage, kinds=("shot", "film", "prop")),)))
    assert other.sentence == "For each shot, film or prop."


def test_what_is_explained_is_named_as_the_policy_names_it(case: Make) -> None:
    (stage,) = explain(Policy(name="p", stages=(replace(case(label="Lead").stage, label="Shots"),)))
    assert (stage.key, stage.label, stage.gates[0].key, stage.gates[0].label) == (
        "animation",
        "Shots",
        "g",
        "Lead",
    )
    mixed = case(vote={"director": [-1, 1], "lead": [-2, 2], "producer": [-2, 2]})
    assert [vote.split(":")[0] for vote in told(mixed).votes] == ["lead", "producer", "director"]
