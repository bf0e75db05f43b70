"""Which approvals lean on something that is no longer as it was, and what that is."""

from collections.abc import Mapping
from dataclasses import dataclass

from circletake.domain.facts import Facts, GateResult
from circletake.domain.lineage import StaleCause, stale_causes
from circletake.domain.policy import Gate, Param
from circletake.domain.verdict import Verdict
from circletake.gates.context import CIRCLED, counted


@dataclass(frozen=True, slots=True)
class StaleApproval:
    """One approval that is no longer worth what it was, and why.

    Args:
        gate: key of the gate it was given at.
        carried: it was given on other content of the same essence.
    """

    gate: str
    verdict: Verdict
    causes: tuple[StaleCause, ...]
    carried: bool = False


def approvals(facts: Facts, gate: Gate, params: Mapping[str, Param]) -> list[Verdict]:
    """What one call of `circled` counts, also where the gate itself was changed since."""
    at_least, roles, without = (params.get(name) for name in ("at_least", "roles", "without"))
    return counted(
        facts,
        gate,
        at_least=at_least if isinstance(at_least, int) else CIRCLED,
        roles=roles if isinstance(roles, tuple) else (),
        without=without if isinstance(without, tuple) else (),
        any_wording=True,
    )


def causes_of(facts: Facts, gate: Gate, verdict: Verdict) -> tuple[StaleCause, ...]:
    """What has changed of what this approval leaned on: references, and the gate itself."""
    causes: list[StaleCause] = []
    if verdict.gate_hash != gate.hash:
        causes.append(_policy(gate, verdict))
    if facts.leans or verdict.upstream:
        causes += stale_causes({**facts.leans, **dict(verdict.upstream)}, facts.upstream, facts.upstream_lost)
    return tuple(causes)


def stale_approvals(facts: Facts, results: tuple[GateResult, ...]) -> list[StaleApproval]:
    """Every approval of a content that has gone stale, gate by gate, in the book's order.

    What an approval leans on is asked only where its gate asks `not_stale`; a changed gate counts
    everywhere; evidence against a replaced reference counts where the gate asks for it.
    """
    found: list[StaleApproval] = []
    for gate, result in zip(facts.stage.gates, results, strict=True):
        measured = tuple(
            cause
            for finding in result.findings
            if finding.stale and finding.rule not in {"circled", "not_stale"}
            for cause in finding.causes
        )
        asks = any(call.rule == "not_stale" for call in gate.rules)
        given = {
            verdict.seq: verdict
            for call in gate.rules
            if call.rule == "circled"
            for verdict in approvals(facts, gate, dict(call.params))
        }
        for seq in sorted(given):
            verdict = given[seq]
            own = causes_of(facts, gate, verdict) if asks else ()
            if not asks and verdict.gate_hash != gate.hash:
                own = (_policy(gate, verdict),)
            slots = {cause.slot for cause in own}
            causes = (*own, *(cause for cause in measured if cause.slot not in slots))
            if causes:
                found.append(
                    StaleApproval(gate.key, verdict, causes, carried=verdict.content != facts.content)
                )
    return found


def _policy(gate: Gate, verdict: Verdict) -> StaleCause:
    return StaleCause(slot=gate.label, leaned_on=verdict.gate_hash, adopted=gate.hash, kind="policy")
