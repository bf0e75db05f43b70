"""Facts a gate is judged on, and the findings that come of it. Built in one place, judged purely."""

from dataclasses import dataclass, field
from typing import Literal

from circletake.domain.lineage import Lost, StaleCause
from circletake.domain.people import Role
from circletake.domain.policy import Stage
from circletake.domain.verdict import Severity, Verdict

Result = Literal["satisfied", "unsatisfied", "overridden", "error"]
# What lets a content through a gate, in one place for everybody who reads a `bound` row.
PASSES: frozenset[str] = frozenset({"satisfied", "overridden"})


@dataclass(frozen=True, slots=True)
class EvidenceFact:
    """What a gate needs to know of one piece of evidence.

    Args:
        outdated: references it was measured against that were adopted once and are no longer.
    """

    id: str
    check: str
    version: int
    flagged: bool
    sentence: str
    seq: int
    outdated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OverrideFact:
    """Somebody let this content pass a gate although rules of it did not hold.

    Args:
        person: pseudonym `p_…`.
        role: in which they did; it counts while they hold it.
        rules: those that did not hold when it was given; it covers no others.
        upstream: slot → content adopted when it was given; it ends when one of them moves.
    """

    seq: int
    person: str
    gate: str
    role: Role
    gate_hash: str
    rules: tuple[str, ...]
    upstream: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NoteFact:
    """A note on this content that nobody has resolved."""

    seq: int
    person: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class ConsentFact:
    """What somebody agreed to, or a right that was obtained, for something this content shows.

    Args:
        kind: `consent` (of a person) or `permit` (of an owner of rights).
        entity: code of what it is attached to.
        uses: what it covers.
        until: last day on which it covers anything, `2027-01-31`; None is without end.
        granted: False once revoked.
        lapsed: True once the book says that its last day is over.
    """

    id: str
    seq: int
    kind: Literal["consent", "permit"]
    entity: str
    uses: tuple[str, ...]
    until: str | None = None
    granted: bool = True
    lapsed: bool = False


@dataclass(frozen=True, slots=True)
class Carried:
    """An approval of content with the same decoded frames and sound, carried here by rule.

    Args:
        verdict: entry of the original.
        seq: entry of the carry.
        makers: of the original's content; their approvals are no more four eyes here than there.
    """

    verdict: int
    seq: int
    makers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that decides whether one content passes the gates of its task.

    Args:
        task: `t_…`.
        content: SHA-256 in question.
        stage: with its ordered gates, as the policy in force has them.
        makers: actors who made this content, by whatever route it came to this task.
        verdicts: live verdicts on this task (latest of each person at content and gate), any content,
            and those on `veto_ancestors` at whatever task.
        roles: person → roles held now.
        evidence: on this content.
        current_versions: check → version in force; a check absent here is not installed.
        leans: slot → content this take was made against.
        upstream: slot → content adopted now.
        veto_ancestors: contents whose veto also blocks this one (trims, same-recipe re-runs).
        now: UTC, ISO 8601.
        made_by: how somebody had a part in it (`author`, `prompter` …) → who; a way that is not named here
            is taken to be every maker's.
        n_frames: frames of this content that can be played.
        overrides: given for this content at this task, oldest first.
        notes: open ones on this content at this task.
        consents: attached to the task's entity and to what this content leans on.
        upstream_lost: slots whose adopted content no longer passes its own gates.
        former: content that was adopted once and no longer is → the slot that held it.
        same_essence: other contents of this task that decode to the same frames and sound.
        carried: approvals of those that were carried here; a gate has to ask for them.
        sealing: asked in order to seal; then nothing carried counts.
    """

    task: str
    content: str
    stage: Stage
    makers: frozenset[str]
    verdicts: tuple[Verdict, ...]
    roles: dict[str, frozenset[Role]]
    evidence: tuple[EvidenceFact, ...]
    current_versions: dict[str, int]
    leans: dict[str, str]
    upstream: dict[str, str]
    veto_ancestors: frozenset[str]
    policy: str
    now: str
    made_by: dict[str, frozenset[str]] = field(default_factory=dict)
    n_frames: int = 0
    overrides: tuple[OverrideFact, ...] = ()
    notes: tuple[NoteFact, ...] = ()
    consents: tuple[ConsentFact, ...] = ()
    upstream_lost: dict[str, Lost] = field(default_factory=dict)
    former: dict[str, str] = field(default_factory=dict)
    same_essence: frozenset[str] = frozenset()
    carried: tuple[Carried, ...] = ()
    sealing: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says.

    Args:
        rule: its name.
        holds: whether it holds.
        sentence: why, for a person.
        missing: what would make it hold, a sentence each; empty when it holds.
        uses: book entries it leaned on.
        stale: True where it held before and only a change upstream broke it.
        error: True where the rule itself failed; never passes.
        against: entries that speak against it; an override given before one of them does not cover it.
        causes: what changed, where it is stale.
    """

    rule: str
    holds: bool
    sentence: str
    missing: tuple[str, ...] = ()
    uses: tuple[int, ...] = ()
    stale: bool = False
    error: bool = False
    against: tuple[int, ...] = ()
    causes: tuple[StaleCause, ...] = ()


@dataclass(frozen=True, slots=True)
class GateResult:
    """What a gate says of one content: satisfied only when every finding holds.

    Args:
        override: entry of the override that lets it pass where findings do not hold.
    """

    gate: str
    result: Result
    findings: tuple[Finding, ...]
    override: int | None = None

    @property
    def passes(self) -> bool:
        """Whether the content may pass."""
        return self.result in PASSES

    @property
    def only_stale(self) -> bool:
        """Whether it fails by a stale cause and by nothing else."""
        broken = [finding for finding in self.findings if not finding.holds]
        return bool(broken) and all(finding.stale for finding in broken)
