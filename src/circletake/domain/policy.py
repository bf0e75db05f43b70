"""Policy: stages, their gates and the gates' rules. Hashed content in the book, never config."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from circletake.domain.entity import EntityKind
from circletake.domain.people import Role
from circletake.domain.reasons import ReasonFamily

Param = str | int | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleCall:
    """One rule with its parameters, as a gate asks for it."""

    rule: str
    params: tuple[tuple[str, Param], ...] = ()


@dataclass(frozen=True, slots=True)
class Override:
    """Who may let a content pass a gate although rules of it do not hold, and which rules that may be.

    Args:
        roles: whose holders may.
        rules: those that may be overridden; `consent` never is.
    """

    roles: tuple[Role, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gate:
    """An ordered layer of supervision; its rules are ANDed.

    Args:
        key: stable name (`lead`, `director`).
        label: as shown.
        vote: role → (lowest, highest) value it may give here.
        rules: all must hold.
        reason_needed: values that need at least one reason code.
        carry: whether approvals of the same decoded essence count here; never when something is sealed.
        blind: whether whoever judges sees neither scores nor others' verdicts before their own.
        override: who may override what; None where nobody may.
        hash: SHA-256 of all but the wording, so that rewording stales nothing.
    """

    key: str
    label: str
    vote: dict[Role, tuple[int, int]]
    rules: tuple[RuleCall, ...]
    reason_needed: tuple[int, ...] = (-2, -1)
    carry: bool = False
    blind: bool = False
    override: Override | None = None
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a task is at: `storyboard`, `animation`, `master` …, for some kinds of entity."""

    key: str
    label: str
    kinds: tuple[EntityKind, ...]
    gates: tuple[Gate, ...]
    ships: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything a production's supervision asks for.

    Args:
        hash: SHA-256 of its canonical JSON.
        thresholds: settings of checks: check → setting → value as text, for a policy holds no fractions.
        reasons: its own words for why; empty for those that come with circletake.
        start_frame: number that people see on the first frame of a take; stored frames count from 0.
    """

    name: str
    stages: tuple[Stage, ...]
    hash: str = ""
    thresholds: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    reasons: tuple[ReasonFamily, ...] = ()
    start_frame: int = 0

    def stage(self, key: str) -> Stage | None:
        """The stage of this key, or None."""
        return next((stage for stage in self.stages if stage.key == key), None)

    def gate(self, stage_key: str, gate_key: str) -> Gate | None:
        """The gate of this key at this stage, or None."""
        stage = self.stage(stage_key)
        return next((gate for gate in stage.gates if gate.key == gate_key), None) if stage else None
