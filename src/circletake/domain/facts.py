"""Facts a gate is judged on, and the findings that come of it. Built in one place, judged purely."""

from dataclasses import dataclass, field
from typing import Literal

from circletake.domain.lineage import Lost, StaleCause
from circletake.domain.people import Role
from circletake.domain.policy import Stage
from circletake.domain.verdict import Verdict

Result = Literal["satisfied", "unsatisfied", "error"]


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
        causes: what changed, where it is stale.
    """

    rule: str
    holds: bool
    sentence: str
    missing: tuple[str, ...] = ()
    uses: tuple[int, ...] = ()
    stale: bool = False
    error: bool = False
    causes: tuple[StaleCause, ...] = ()


@dataclass(frozen=True, slots=True)
class GateResult:
    """What a gate says of one content: satisfied only when every finding holds."""

    gate: str
    result: Result
    findings: tuple[Finding, ...]

    @property
    def passes(self) -> bool:
        """Whether the content may pass."""
        return self.result == "satisfied"

    @property
    def only_stale(self) -> bool:
        """Whether it fails by a stale cause and by nothing else."""
        broken = [finding for finding in self.findings if not finding.holds]
        return bool(broken) and all(finding.stale for finding in broken)
