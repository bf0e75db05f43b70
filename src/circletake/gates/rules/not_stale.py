"""Not stale: what the approval leaned on is still adopted and still passes."""

from collections.abc import Mapping
from dataclasses import dataclass

from circletake.domain.facts import Facts, Finding
from circletake.domain.lineage import StaleCause
from circletake.domain.policy import Gate, Param
from circletake.domain.verdict import Verdict
from circletake.gates.causes import approvals, causes_of
from circletake.gates.context import RuleContext, seqs
from circletake.gates.params import read_params


@dataclass(frozen=True, slots=True)
class Params:
    """Nothing can be set."""


def rule(facts: Facts, context: RuleContext) -> Finding:
    """Hold when enough approvals lean only on what is still adopted, still passes and still asks the same.

    An approval leans on what it pinned when it was given, and for other slots on what the take was made
    against. So circling a take again against the new reference heals it, and a reference that comes
    back heals what leaned on it. A reference that no longer passes its own gates stales what leans on
    it, over however many slots, until it passes again.
    """
    read_params(Params, context.params)
    causes: dict[tuple[str, str], StaleCause] = {}
    short = False
    uses: list[Verdict] = []
    for call in context.gate.rules:
        if call.rule != "circled":
            continue
        params = dict(call.params)
        given = approvals(facts, context.gate, params)
        moved = {verdict.seq: causes_of(facts, context.gate, verdict) for verdict in given}
        fresh = [verdict for verdict in given if not moved[verdict.seq]]
        if len(fresh) < len(given):
            # others who circled it against what is adopted now make up for those who did not
            needed = params.get("n", 1)
            short = short or not isinstance(needed, int) or len(fresh) < needed
            causes |= {(cause.slot, cause.kind): cause for found in moved.values() for cause in found}
        uses += given
    if not short:
        return Finding(
            "not_stale", holds=True, sentence="What it leans on is what is adopted.", uses=seqs(uses)
        )
    found = tuple(causes[key] for key in sorted(causes))
    sentence = " ".join(cause.sentence for cause in found)
    return Finding(
        "not_stale",
        holds=False,
        sentence=sentence,
        missing=(f"{sentence} {_way_out(found, context.gate.label)}",),
        uses=seqs(uses),
        stale=True,
        causes=found,
    )


def _way_out(causes: tuple[StaleCause, ...], label: str) -> str:
    lost = sorted({cause.root for cause in causes if cause.kind == "upstream_lost"})
    again = f"Look again, then circle it at {label} or make another take."
    if not lost:
        return again
    heals = f"It heals by itself when {' and '.join(lost)} {'pass' if len(lost) > 1 else 'passes'} again."
    return heals if all(cause.kind == "upstream_lost" for cause in causes) else f"{heals} {again}"


def explain(_gate: Gate, _params: Mapping[str, Param]) -> str:
    """Say what is asked for."""
    return "Whoever circled it saw the references as they are adopted now."
