"""Says in plain words who must do what: a policy, gate by gate."""

import inspect
from dataclasses import dataclass

from circletake.domain.policy import Gate, Policy, RuleCall
from circletake.domain.verdict import VALUE_NAMES
from circletake.gates.soundness import module_of


@dataclass(frozen=True, slots=True)
class ExplainedGate:
    """A gate in sentences.

    Args:
        votes: who may say what.
        asks: what has to hold, all of it.
        also: what else is special about it.
    """

    key: str
    label: str
    votes: tuple[str, ...]
    asks: tuple[str, ...]
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExplainedStage:
    """A stage in sentences."""

    key: str
    label: str
    sentence: str
    gates: tuple[ExplainedGate, ...]


def explain(policy: Policy) -> list[ExplainedStage]:
    """Every stage and gate of a policy in plain words."""
    return [
        ExplainedStage(
            key=stage.key,
            label=stage.label,
            sentence=f"For each {_either(stage.kinds)}"
            + (", and nothing of it leaves without passing here." if stage.ships else "."),
            gates=tuple(_gate(gate) for gate in stage.gates),
        )
        for stage in policy.stages
    ]


def _gate(gate: Gate) -> ExplainedGate:
    return ExplainedGate(
        key=gate.key,
        label=gate.label,
        votes=tuple(
            f"{role}: {_span(low, high)}" for role, (low, high) in sorted(gate.vote.items(), key=_strongest)
        ),
        asks=tuple(_asked(gate, call) for call in gate.rules),
        also=tuple(_also(gate)),
    )


def _strongest(vote: tuple[str, tuple[int, int]]) -> tuple[int, str]:
    return -vote[1][1], vote[0]


def _span(low: int, high: int) -> str:
    return VALUE_NAMES[low] if low == high else f"{VALUE_NAMES[low]} to {VALUE_NAMES[high]}"


def _asked(gate: Gate, call: RuleCall) -> str:
    """What a rule says of itself: `explain(gate, params)` beside it, or else its module's first line."""
    module = module_of(call.rule)
    said = getattr(module, "explain", None)
    if said is not None:
        return str(said(gate, dict(call.params)))
    return (inspect.getdoc(module) or f"The rule {call.rule}, which is not installed here.").splitlines()[0]


def _also(gate: Gate) -> list[str]:
    said: list[str] = []
    if gate.reason_needed:
        words = _either([VALUE_NAMES[value] for value in sorted(gate.reason_needed)])
        said.append(f"A {words} needs a reason.")
    if gate.carry:
        said.append("An approval counts for another file whose pictures and sound decode to the same.")
    if gate.blind:
        said.append("Whoever judges sees neither scores nor others' verdicts before their own.")
    if gate.override is not None:
        said.append(
            f"A {_either(gate.override.roles)} may let it pass although {_either(gate.override.rules)} does "
            f"not hold, with a reason; it shows as overridden for ever."
        )
    return said


def _either(words: tuple[str, ...] | list[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
