"""Four eyes: whoever made a take may not be the one who circles it."""

from collections.abc import Mapping
from dataclasses import dataclass

from circletake.domain.facts import Facts, Finding
from circletake.domain.policy import Gate, Param
from circletake.gates.context import CIRCLED, MAKER, RuleContext, by_people, counted, seqs
from circletake.gates.params import read_params


@dataclass(frozen=True, slots=True)
class Params:
    """Nothing can be set."""


def rule(facts: Facts, context: RuleContext) -> Finding:
    """Hold when somebody other than its makers circled exactly this content.

    Source:
        Gerrit submit requirements, `label:Code-Review=MAX,user=non_uploader`.
    """
    read_params(Params, context.params)
    others = counted(facts, context.gate, without=(MAKER,))
    if others:
        return Finding(
            "four_eyes", holds=True, sentence="Somebody who did not make it circled it.", uses=seqs(others)
        )
    before = counted(facts, context.gate, without=(MAKER,), any_wording=True)
    own = [verdict for verdict in by_people(facts, context.gate) if verdict.person in facts.makers]
    return Finding(
        "four_eyes",
        holds=False,
        sentence="Only somebody who made it circled it."
        if own
        else "Nobody but its makers has seen to it yet.",
        missing=(f"Somebody who did not make it has to circle it at {context.gate.label}.",),
        uses=seqs(own),
        stale=bool(before),
    )


def explain(_gate: Gate, _params: Mapping[str, Param]) -> str:
    """Say what is asked for."""
    return "Somebody who had no part in making it circled it; whoever made it does not count here."


def never(gate: Gate, _params: Mapping[str, Param]) -> str | None:
    """Say why nobody could ever do this, if so."""
    if any(high >= CIRCLED for _, high in gate.vote.values()):
        return None
    return "four_eyes asks for somebody else's circle, and nobody may circle here."
