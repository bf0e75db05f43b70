"""Fresh evidence: what was to be measured was, and a person answered what was flagged."""

from collections.abc import Mapping
from dataclasses import dataclass

from circletake.domain.facts import EvidenceFact, Facts, Finding
from circletake.domain.lineage import StaleCause
from circletake.domain.policy import Gate, Param
from circletake.gates.context import FINE, RuleContext, counted
from circletake.gates.params import read_params


@dataclass(frozen=True, slots=True)
class Params:
    """What a policy may set.

    Args:
        checks: names of the checks whose evidence is asked for.
    """

    checks: tuple[str, ...] = ()


def rule(facts: Facts, context: RuleContext) -> Finding:
    """Hold when each check measured this content, and what it flagged was answered, never auto-failed.

    Evidence is fresh at the check's version in force, and while every reference it was measured against
    is still adopted. An answer is the id of the evidence in a verdict of at least “fine” that counts at
    this gate. A check that is not installed never holds: nobody looked. Where older evidence would do but
    for a reference that has been replaced since, the finding is stale.
    """
    params = read_params(Params, context.params)
    answered = {
        answer
        for verdict in counted(facts, context.gate, at_least=FINE, any_wording=True)
        for answer in verdict.answers
    }
    missing: list[str] = []
    uses: list[int] = []
    stale: list[bool] = []
    causes: dict[str, StaleCause] = {}
    for check in params.checks:
        version = facts.current_versions.get(check)
        if version is None:
            stale.append(False)
            missing.append(f"The check {check} is not installed here, so nothing says what it would find.")
            continue
        measured = sorted(
            (found for found in facts.evidence if found.check == check and found.version == version),
            key=lambda found: found.seq,
        )
        fresh = [found for found in measured if not found.outdated]
        if fresh and _is_answered(fresh[-1], answered):
            uses.append(fresh[-1].seq)
            continue
        stale.append(any(_is_answered(found, answered) for found in measured if found.outdated))
        missing.append(_lack(check, measured, fresh))
        causes |= _replaced(facts, measured) if stale[-1] else {}
    if missing:
        return Finding(
            "fresh_evidence",
            holds=False,
            sentence=" ".join(missing),
            missing=tuple(missing),
            uses=tuple(uses),
            stale=all(stale),
            causes=tuple(causes[slot] for slot in sorted(causes)),
        )
    return Finding(
        "fresh_evidence", holds=True, sentence="Measured, and what was flagged is answered.", uses=tuple(uses)
    )


def _is_answered(found: EvidenceFact, answered: set[str]) -> bool:
    return not found.flagged or found.id in answered


def _replaced(facts: Facts, measured: list[EvidenceFact]) -> dict[str, StaleCause]:
    """Slot → what it held when the newest evidence was measured that would do but for it."""
    newest = max((found for found in measured if found.outdated), key=lambda found: found.seq)
    slots = {content: facts.former.get(content, "") for content in newest.outdated}
    return {
        slot: StaleCause(slot=slot, leaned_on=content, adopted=facts.upstream.get(slot))
        for content, slot in slots.items()
    }


def _lack(check: str, measured: list[EvidenceFact], fresh: list[EvidenceFact]) -> str:
    if fresh:
        return f"The check {check} points at it and nobody has answered: {fresh[-1].sentence}"
    if measured:
        return (
            f"The check {check} measured it against a reference that has been replaced; it has to run again."
        )
    return f"The check {check} has not measured it yet."


def explain(_gate: Gate, params: Mapping[str, Param]) -> str:
    """Say what is asked for."""
    checks = ", ".join(read_params(Params, params).checks) or "no check"
    return f"Measured by {checks} as they are now; what they flagged was answered by a person."
