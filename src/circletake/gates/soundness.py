"""Says of a policy what could never be satisfied, and of a team what it lacks, before either is in force."""

import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import ModuleType

from circletake.domain.people import Role
from circletake.domain.policy import Gate, Policy, RuleCall, Stage
from circletake.gates.context import asked_of, may_give
from circletake.gates.engine import rules


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that a policy asks for and will not get.

    Args:
        path: where in its document.
        never: no team and no content could satisfy it; otherwise it only looks wrong.
    """

    path: str
    sentence: str
    never: bool


def module_of(rule: str) -> ModuleType | None:
    """The module that a rule stands in, or None where there is no such rule."""
    found = rules().get(rule)
    return sys.modules.get(found.__module__) if found is not None else None


def faults_of(policy: Policy, *, checks: Collection[str] | None = None) -> list[Fault]:
    """Everything in a policy that could never hold, or looks wrong.

    A rule says itself what it could never satisfy: `never(gate, params)` beside it gives a sentence.

    Args:
        checks: names of the checks there are; None where nobody knows.
    """
    found: list[Fault] = []
    for stage_at, stage in enumerate(policy.stages):
        for gate_at, gate in enumerate(stage.gates):
            path = f"stages[{stage_at}].gates[{gate_at}]"
            for call_at, call in enumerate(gate.rules):
                found += _of_call(stage, gate, call, f"{path}.rules[{call_at}]", checks)
    ships = {kind for stage in policy.stages if stage.ships for kind in stage.kinds}
    found += [
        Fault("stages", f"No stage that ships is for a {kind}, so no {kind} could ever leave.", never=False)
        for kind in ("shot", "film")
        if kind not in ships
    ]
    found += [
        Fault(
            f"thresholds.{check}", f"There is no check “{check}” here whose thresholds to set.", never=False
        )
        for check in policy.thresholds
        if checks is not None and check not in checks
    ]
    return found


def _of_call(
    stage: Stage, gate: Gate, call: RuleCall, path: str, checks: Collection[str] | None
) -> list[Fault]:
    params = dict(call.params)
    never = getattr(module_of(call.rule), "never", None)
    said = never(gate, params) if never is not None else None
    found = [Fault(f"{path}.params", f"{stage.key}/{gate.key}: {said}", never=True)] if said else []
    asked = params.get("checks", ())
    if checks is None or not isinstance(asked, tuple):
        return found
    return found + [
        Fault(
            f"{path}.params.checks",
            f"{stage.key}/{gate.key}: there is no check “{check}” here; nothing passes without it.",
            never=False,
        )
        for check in asked
        if check not in checks
    ]


def lacking(policy: Policy, roles: Mapping[str, frozenset[Role]]) -> list[str]:
    """What a policy asks of people that nobody here could give, a sentence each.

    Args:
        roles: person → roles held now in the production.
    """
    found: list[str] = []
    for stage in policy.stages:
        for gate in stage.gates:
            for asked in asked_of(gate):
                able = [
                    person
                    for person, held in roles.items()
                    if not held & asked.without and may_give(gate, asked, held)
                ]
                wanted = sorted(asked.roles or gate.vote)
                if len(able) < asked.n:
                    who = f"only {len(able)} of {asked.n}" if able else "nobody"
                    found.append(
                        f"{stage.label}, {gate.label}: {who} here holds a role that may: {', '.join(wanted)}."
                    )
    return found
