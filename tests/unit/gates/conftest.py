"""A gate of any rules over one content, and whoever may say what about it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from circletake.domain.facts import Facts, Finding, GateResult
from circletake.domain.people import Role
from circletake.domain.policy import Gate
from circletake.domain.verdict import Verdict
from circletake.gates.engine import evaluate
from circletake.gates.policy import read_policy

VOTE = {"lead": [-2, 2], "director": [-2, 2], "producer": [-2, 2], "reviewer": [-1, 1]}
ROLES: dict[str, frozenset[Role]] = {
    "p_dana": frozenset({"director"}),
    "p_dora": frozenset({"director"}),
    "p_pia": frozenset({"producer"}),
    "p_lea": frozenset({"lead"}),
    "p_rex": frozenset({"reviewer"}),
    "p_both": frozenset({"director", "producer"}),
}


class Case:
    """One content before one gate of the rules given."""

    def __init__(self, *rules: dict[str, Any], **gate: object) -> None:
        asked = [*rules] if any(one["rule"] == "circled" for one in rules) else [{"rule": "circled"}, *rules]
        data = {
            "name": "case",
            "stages": [
                {
                    "key": "animation",
                    "kinds": ["shot"],
                    "gates": [{"key": "g", "vote": VOTE, "rules": asked, **gate}],
                }
            ],
        }
        self.stage = read_policy(data).stages[0]
        self.facts = Facts(
            task="t_1",
            content="aa",
            stage=self.stage,
            makers=frozenset({"p_art", "m_render"}),
            verdicts=(),
            roles=ROLES,
            evidence=(),
            current_versions={},
            leans={},
            upstream={},
            veto_ancestors=frozenset(),
            policy="",
            now="2026-06-15T12:00:00Z",
        )

    @property
    def gate(self) -> Gate:
        return self.stage.gates[0]

    def verdict(self, seq: int, person: str, value: int = 2, **more: object) -> Verdict:
        given = Verdict(
            seq=seq,
            at="",
            person=person,
            task="t_1",
            content="aa",
            gate="g",
            value=value,
            gate_hash=self.gate.hash,
        )
        return replace(given, **more)  # type: ignore[arg-type]  # members of a verdict

    def ask(self, *verdicts: Verdict, **more: object) -> GateResult:
        asked = replace(self.facts, verdicts=verdicts, **more)  # type: ignore[arg-type]  # members of facts
        return evaluate(asked)[0]

    def finding(self, rule: str, *verdicts: Verdict, **more: object) -> Finding:
        return next(one for one in self.ask(*verdicts, **more).findings if one.rule == rule)


@pytest.fixture
def case() -> Callable[..., Case]:
    """`case(rule, …, carry=True, …)`: one content before one gate."""
    return Case


def rule(name: str, **params: object) -> dict[str, Any]:
    """A rule as a policy asks for it."""
    return {"rule": name, "params": params}


@pytest.fixture(name="rule")
def rule_fixture() -> Callable[..., dict[str, Any]]:
    """`rule(name, **params)`: a rule as a policy asks for it."""
    return rule
