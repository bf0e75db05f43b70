"""No open notes: every note of weight on this content was resolved."""

from collections.abc import Mapping
from dataclasses import dataclass

from circletake.domain.facts import Facts, Finding
from circletake.domain.people import PERSON_PREFIX
from circletake.domain.policy import Gate, Param
from circletake.domain.verdict import SEVERITIES
from circletake.gates.context import RuleContext
from circletake.gates.params import read_params


@dataclass(frozen=True, slots=True)
class Params:
    """What a policy may set.

    Args:
        severity: lightest note that has to be resolved: fyi, issue or blocker.
    """

    severity: str = "issue"


def rule(facts: Facts, context: RuleContext) -> Finding:
    """Hold when no note of this weight or more is open on exactly this content.

    A concern or veto is a note of its own weight, open until whoever gave it decides otherwise or takes
    it back.
    """
    least = SEVERITIES.index(read_params(Params, context.params).severity)
    heavy = SEVERITIES[least:]
    notes = [note.seq for note in facts.notes if note.severity in heavy]
    notes += [
        verdict.seq
        for verdict in facts.verdicts
        if (verdict.task, verdict.content) == (facts.task, facts.content)
        and verdict.value < 0
        and verdict.person.startswith(PERSON_PREFIX)
        and verdict.severity in heavy
    ]
    if not notes:
        return Finding("no_open_notes", holds=True, sentence="No note on it is open.")
    entries = tuple(sorted(notes))
    named = ", ".join(str(seq) for seq in entries)
    return Finding(
        "no_open_notes",
        holds=False,
        sentence=f"{len(entries)} notes on it are open (entry {named})."
        if len(entries) > 1
        else f"A note on it is open (entry {named}).",
        missing=(
            f"Resolve what entry {named} says: waive it, call it the best possible, or make another take.",
        ),
        uses=entries,
        against=entries,
    )


def explain(_gate: Gate, params: Mapping[str, Param]) -> str:
    """Say what is asked for."""
    return f"No note of weight {read_params(Params, params).severity} or more is open on it."


def never(_gate: Gate, params: Mapping[str, Param]) -> str | None:
    """Say why this could never hold, if so."""
    severity = read_params(Params, params).severity
    return (
        None if severity in SEVERITIES else f"“{severity}” is no weight; there are {', '.join(SEVERITIES)}."
    )
