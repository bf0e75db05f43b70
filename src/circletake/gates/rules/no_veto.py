"""No veto: nobody's veto stands on this content, nor on what it was cut from."""

from collections.abc import Mapping
from dataclasses import dataclass

from circletake.domain.facts import Facts, Finding
from circletake.domain.people import PERSON_PREFIX
from circletake.domain.policy import Gate, Param
from circletake.gates.context import VETO, RuleContext, seqs
from circletake.gates.params import read_params


@dataclass(frozen=True, slots=True)
class Params:
    """Nothing can be set."""


def rule(facts: Facts, context: RuleContext) -> Finding:
    """Hold when no live veto is on this content or its essence, nor on a take it is a trim or re-run of.

    A veto stands until whoever gave it withdraws it or decides otherwise, also when they have since
    lost the role in which they gave it: vetoes stick, approvals do not.

    Source:
        Gerrit submit requirements, `-label:Code-Review=MIN`.
    """
    read_params(Params, context.params)
    own = {facts.content, *facts.same_essence}
    standing = [
        verdict
        for verdict in facts.verdicts
        if verdict.value <= VETO
        and verdict.person.startswith(PERSON_PREFIX)
        and (
            (verdict.task == facts.task and verdict.content in own) or verdict.content in facts.veto_ancestors
        )
    ]
    if not standing:
        return Finding("no_veto", holds=True, sentence="Nobody vetoed it.")
    matter = "What it was made from was vetoed"
    if any(verdict.content in own for verdict in standing):
        exactly = any(verdict.content == facts.content for verdict in standing)
        matter = "It was vetoed" if exactly else "The same pictures in another file were vetoed"
    entries = ", ".join(str(seq) for seq in seqs(standing))
    return Finding(
        "no_veto",
        holds=False,
        sentence=f"{matter} (entry {entries}).",
        missing=(f"Another take, or the withdrawal of the veto in entry {entries} by whoever gave it.",),
        uses=seqs(standing),
        against=seqs(standing),
    )


def explain(_gate: Gate, _params: Mapping[str, Param]) -> str:
    """Say what is asked for."""
    return "Nobody's veto stands on it, at any gate, nor on what it is a trim or a re-run of."
