"""Builds the facts that gates are judged on; the only place that does."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row

from circletake.domain.facts import Facts
from circletake.domain.policy import Policy, Stage
from circletake.domain.take import RELATIONS
from circletake.errors import NotFound
from circletake.ledger.roles import role_map
from circletake.ledger.sources import load

__all__ = ["facts_for", "facts_of", "role_map"]

Pair = tuple[str, str]


def facts_for(
    conn: Connection,
    *,
    task: str,
    content: str,
    policy: Policy,
    current_versions: Mapping[str, int],
    now: str,
) -> Facts:
    """Facts about one content at one task.

    Args:
        policy: in force in the task's production.
        current_versions: check → version in force; a check absent here is not installed.
        now: UTC, ISO 8601.

    Raises:
        NotFound: no such task, or the policy has no such stage.
    """
    pair = (task, content)
    return facts_of(conn, [pair], policy=policy, current_versions=current_versions, now=now)[pair]


def facts_of(
    conn: Connection,
    pairs: Iterable[Pair],
    *,
    policy: Policy,
    current_versions: Mapping[str, int],
    now: str,
    supposed: Mapping[str, str | None] | None = None,
    sealing: bool = False,
) -> dict[Pair, Facts]:
    """Facts about many (task, content) of one production, in a few reads.

    Makers are those of every take with the same bytes in the production, by whatever route they came.
    Evidence is outdated when a reference that it was measured against had been adopted and no longer
    is: such evidence is kept in the facts, told apart, so that a rule can say why it does not do.
    Whether what a slot holds still passes its own gates is not known here: who asks the gates says so.

    Args:
        supposed: slot → content, as if that had been adopted (None: emptied); nothing is changed.
        sealing: the gates are asked in order to seal.

    Raises:
        NotFound: no such task, or the policy has no such stage, or they are of several productions.
    """
    wanted = sorted(set(pairs))
    sources = load(conn, wanted, supposed or {})
    versions = dict(current_versions)
    return {
        (task, content): Facts(
            task=task,
            content=content,
            stage=_stage(policy, sources.stages[task]),
            makers=frozenset(
                maker for take in sources.by_content[content] for maker in json.loads(take.makers)
            ),
            verdicts=sources.verdicts_on(task, content),
            roles=sources.roles,
            evidence=tuple(sources.evidence[content]),
            current_versions=versions,
            leans=sources.leans.get((task, content), {}),
            upstream=sources.upstream,
            veto_ancestors=sources.above[task, content],
            policy=policy.hash,
            now=now,
            made_by=_made_by(sources.by_content[content]),
            n_frames=sources.n_frames.get((task, content), 0),
            overrides=tuple(sources.overrides[task, content]),
            notes=tuple(sources.notes[task, content]),
            consents=sources.consents_of(task, content),
            former=sources.former,
            same_essence=frozenset(sources.twins.get((task, content), ())),
            carried=sources.carried_to(task, content),
            sealing=sealing,
        )
        for task, content in wanted
    }


def _made_by(takes: list[Row[Any]]) -> dict[str, frozenset[str]]:
    """Part in a content → who had it; whoever made a take that does not say so is taken to have had all."""
    parts: dict[str, set[str]] = {part: set() for part in RELATIONS}
    for take in takes:
        told = json.loads(take.made_by) or [
            (part, maker) for part in RELATIONS for maker in json.loads(take.makers)
        ]
        for part, actor in told:
            parts.setdefault(part, set()).add(actor)
    return {part: frozenset(actors) for part, actors in parts.items()}


def _stage(policy: Policy, key: str) -> Stage:
    stage = policy.stage(key)
    if stage is None:
        raise NotFound(f"The policy {policy.name} has no stage “{key}”; it decides nothing about this task.")
    return stage
