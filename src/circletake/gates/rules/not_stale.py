"""Not stale: what the approval leaned on is still what is adopted."""

from collections.abc import Mapping
from dataclasses import dataclass

from circletake.domain.facts import Facts, Finding
from circletake.domain.lineage import StaleCause, stale_causes
from circletake.domain.policy import Gate, Param
from circletake.domain.verdict import Verdict
from circletake.gates.context import CIRCLED, RuleContext, counted, seqs
from circletake.gates.params import read_params


@dataclass(frozen=True, slots=True)
class Params:
    """Nothing can be set."""


def rule(facts: Facts, context: RuleContext) -> Finding:
    """Hold when enough approvals lean only on references that are still adopted.

    An approval leans on what it pinned when it was given, and for other slots on what the take was made
    against. So circling a take again against the new reference heals it, and a reference that comes
    back heals what leaned on it.
    """
    read_params(Params, context.params)
    causes: dict[str, StaleCause] = {}
    short = False
    uses: list[Verdict] = []
    for call in context.gate.rules:
        if call.rule != "circled":
            continue
        given = _approvals(facts, context, dict(call.params))
        fresh = [verdict for verdict in given if not _causes(facts, verdict)]
        if len(fresh) < len(given):
            # others who circled it against what is adopted now make up for those who did not
            needed = dict(call.params).get("n", 1)
            short = short or not isinstance(needed, int) or len(fresh) < needed
            causes |= {cause.slot: cause for verdict in given for cause in _causes(facts, verdict)}
        uses += given
    if not short:
        return Finding(
            "not_stale", holds=True, sentence="What it leans on is what is adopted.", uses=seqs(uses)
        )
    sentence = " ".join(causes[slot].sentence for slot in sorted(causes))
    return Finding(
        "not_stale",
        holds=False,
        sentence=sentence,
        missing=(f"{sentence} Look again, then circle it at {context.gate.label} or make another take.",),
        uses=seqs(uses),
        stale=True,
    )


def _approvals(facts: Facts, context: RuleContext, params: dict[str, Param]) -> list[Verdict]:
    at_least, roles, without = (params.get(name) for name in ("at_least", "roles", "without"))
    return counted(
        facts,
        context.gate,
        at_least=at_least if isinstance(at_least, int) else CIRCLED,
        roles=roles if isinstance(roles, tuple) else (),
        without=without if isinstance(without, tuple) else (),
        any_wording=True,
    )


def _causes(facts: Facts, verdict: Verdict) -> list[StaleCause]:
    return stale_causes({**facts.leans, **dict(verdict.upstream)}, facts.upstream)


def explain(_gate: Gate, _params: Mapping[str, Param]) -> str:
    """Say what is asked for."""
    return "Whoever circled it saw the references as they are adopted now."
