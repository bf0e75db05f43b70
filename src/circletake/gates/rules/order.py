"""Order: the gates before this one pass on this content."""

from collections.abc import Mapping
from dataclasses import dataclass

from circletake.domain.facts import Facts, Finding
from circletake.domain.policy import Gate, Param
from circletake.gates.context import RuleContext
from circletake.gates.params import read_params


@dataclass(frozen=True, slots=True)
class Params:
    """Nothing can be set."""


def rule(_facts: Facts, context: RuleContext) -> Finding:
    """Hold when every earlier gate of the stage passes on the same content."""
    read_params(Params, context.params)
    closed = [result for result in context.earlier if not result.passes]
    if not closed:
        return Finding("order", holds=True, sentence="Every gate before this one passes.")
    names = ", ".join(result.gate for result in closed)
    return Finding(
        "order",
        holds=False,
        sentence=f"The gate {names} comes first and does not pass.",
        missing=(f"The gate {names} has to pass first.",),
        stale=all(result.only_stale for result in closed),
    )


def explain(_gate: Gate, _params: Mapping[str, Param]) -> str:
    """Say what is asked for."""
    return "Every gate before this one passes on the same content."
