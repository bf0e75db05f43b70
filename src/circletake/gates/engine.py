"""Judges facts by the gates of their stage. Labels only record; these rules decide."""

from collections.abc import Callable, Sequence
from typing import cast

from circletake.domain.facts import Facts, Finding, GateResult, OverrideFact
from circletake.domain.lineage import stale_causes
from circletake.domain.people import PERSON_PREFIX
from circletake.domain.policy import Gate, RuleCall
from circletake.gates.context import FINE, NEVER_OVERRIDDEN, RuleContext, asks_four_eyes, counted
from circletake.plugins import find_members

Rule = Callable[[Facts, RuleContext], Finding]
RULES = "circletake.gates.rules"


def rules() -> dict[str, Rule]:
    """Every rule there is, by name."""
    return cast("dict[str, Rule]", find_members(RULES, "rule"))


def evaluate(facts: Facts) -> tuple[GateResult, ...]:
    """Say of each gate of the stage, in order, whether this content passes it, and why not.

    A gate is satisfied only when every rule holds and a person approved exactly this content there. A
    rule that fails is an error, and an error never passes. Where rules do not hold and somebody who may
    let exactly this content pass all the same did so, the gate is overridden: it passes, and says so.
    """
    results: tuple[GateResult, ...] = ()
    for gate in facts.stage.gates:
        results = (*results, _judge(facts, gate, results))
    return results


def _judge(facts: Facts, gate: Gate, earlier: tuple[GateResult, ...]) -> GateResult:
    findings = [_ask(facts, gate, call, earlier) for call in gate.rules]
    if all(finding.holds for finding in findings) and not _is_approved(facts, gate):
        # whatever the rules of a policy or of a stranger's plugin say: nothing passes without a person
        findings.append(
            Finding(
                "a_person",
                holds=False,
                sentence="No person approved exactly this here.",
                missing=(f"A person has to approve it at {gate.label}.",),
            )
        )
    if any(finding.error for finding in findings):
        return GateResult(gate=gate.key, result="error", findings=tuple(findings))
    if all(finding.holds for finding in findings):
        return GateResult(gate=gate.key, result="satisfied", findings=tuple(findings))
    override = covering(facts, gate, findings)
    return GateResult(
        gate=gate.key,
        result="overridden" if override else "unsatisfied",
        findings=tuple(findings),
        override=override.seq if override else None,
    )


def covering(facts: Facts, gate: Gate, findings: Sequence[Finding]) -> OverrideFact | None:
    """The newest override that lets a content pass although these findings do not hold, or None.

    It covers the rules that it named and the policy lets override, while the gate, what the content
    leans on and the role of whoever gave it are as they were. It covers nothing that was said against
    the content after it. Whoever made a content cannot give it where four eyes are asked for.
    """
    if gate.override is None:
        return None
    broken = [finding for finding in findings if not finding.holds]
    names = {finding.rule for finding in broken}
    newest = max((seq for finding in broken for seq in finding.against), default=0)
    may = set(gate.override.rules) - NEVER_OVERRIDDEN
    for one in sorted(facts.overrides, key=lambda one: one.seq, reverse=True):
        if (
            (one.gate, one.gate_hash) == (gate.key, gate.hash)
            and names <= may & set(one.rules)
            and one.seq > newest
            and one.person.startswith(PERSON_PREFIX)
            and one.role in gate.override.roles
            and one.role in facts.roles.get(one.person, frozenset())
            and not (asks_four_eyes(gate) and one.person in facts.makers)
            and not stale_causes(dict(one.upstream), facts.upstream)
        ):
            return one
    return None


def _ask(facts: Facts, gate: Gate, call: RuleCall, earlier: tuple[GateResult, ...]) -> Finding:
    rule = rules().get(call.rule)
    if rule is None:
        return _failed(call.rule, f"There is no rule “{call.rule}” here; install it or change the policy.")
    context = RuleContext(gate=gate, params=dict(call.params), earlier=earlier)
    try:
        finding: object = rule(facts, context)
    except Exception as failed:  # noqa: BLE001 (a rule may be a stranger's; whatever it raises closes the gate)
        return _failed(call.rule, f"The rule {call.rule} failed ({type(failed).__name__}: {failed}).")
    if not isinstance(finding, Finding):
        return _failed(call.rule, f"The rule {call.rule} gave no finding.")
    return finding


def _failed(rule: str, sentence: str) -> Finding:
    return Finding(rule, holds=False, sentence=sentence, missing=(sentence,), error=True)


def _is_approved(facts: Facts, gate: Gate) -> bool:
    return bool(counted(facts, gate, at_least=FINE))
