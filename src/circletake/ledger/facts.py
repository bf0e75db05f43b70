"""Builds the facts that gates are judged on; the only place that does."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

from sqlalchemy import Column, Connection, Row, Select, bindparam, select

from circletake.db import tables
from circletake.domain.facts import EvidenceFact, Facts
from circletake.domain.people import Role
from circletake.domain.policy import Policy, Stage
from circletake.domain.time import FrameRange
from circletake.domain.verdict import Disposition, Severity, Verdict
from circletake.errors import NotFound
from circletake.ledger.roles import role_map

__all__ = ["facts_for", "facts_of", "role_map"]

Pair = tuple[str, str]

_MAX_IN = 500  # values in one IN list; SQLite takes a thousand bound values in old builds
# A trim or a re-run of the same recipe shares its parent's veto; a rework does not.
_INHERITS_VETO = {"subrange", "upstream_only"}


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
) -> dict[Pair, Facts]:
    """Facts about many (task, content) of one production, in a few reads.

    Makers are those of every take with the same bytes in the production, by whatever route they came.
    Evidence is outdated when a reference that it was measured against had been adopted and no longer
    is: such evidence is kept in the facts, told apart, so that a rule can say why it does not do.

    Raises:
        NotFound: no such task, or the policy has no such stage, or they are of several productions.
    """
    wanted = sorted(set(pairs))
    sources = _load(conn, wanted)
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
            veto_ancestors=sources.ancestors[content],
            policy=policy.hash,
            now=now,
        )
        for task, content in wanted
    }


@dataclass(slots=True)
class _Sources:
    """What was read for a batch; `by_id` and `by_content` are takes."""

    stages: dict[str, str]
    roles: dict[str, frozenset[Role]]
    upstream: dict[str, str]
    by_id: dict[str, Row[Any]] = field(default_factory=dict)
    by_content: dict[str, list[Row[Any]]] = field(default_factory=lambda: defaultdict(list))
    leans: dict[Pair, dict[str, str]] = field(default_factory=dict)
    ancestors: dict[str, frozenset[str]] = field(default_factory=dict)
    evidence: dict[str, list[EvidenceFact]] = field(default_factory=lambda: defaultdict(list))
    by_task: dict[str, list[Verdict]] = field(default_factory=lambda: defaultdict(list))
    on_ancestor: dict[str, list[Verdict]] = field(default_factory=lambda: defaultdict(list))

    def verdicts_on(self, task: str, content: str) -> tuple[Verdict, ...]:
        """Live verdicts on a task, and on what its content was cut from."""
        found = {verdict.seq: verdict for verdict in self.by_task[task]}
        for ancestor in self.ancestors[content]:
            found |= {verdict.seq: verdict for verdict in self.on_ancestor[ancestor]}
        return tuple(found[seq] for seq in sorted(found))


def _load(conn: Connection, pairs: list[Pair]) -> _Sources:
    tasks = {task for task, _ in pairs}
    contents = {content for _, content in pairs}
    rows = {row.id: row for row in _in(conn, tables.task.c.id, tasks)}
    for task in sorted(tasks - set(rows)):
        raise NotFound(f"There is no task {task} here; the board lists them.")
    productions = {row.production for row in rows.values()}
    if len(productions) > 1:
        raise NotFound("These tasks are of several productions; ask about one production at a time.")
    production = productions.pop() if productions else ""
    sources = _Sources(
        stages={task: row.stage for task, row in rows.items()},
        roles=role_map(conn, production),
        upstream=_upstream(conn, production),
    )
    _load_takes(conn, sources, production, contents)
    for content, takes in sources.by_content.items():
        sources.leans |= {(take.task, content): json.loads(take.leans) for take in takes}
    sources.ancestors = {content: _ancestors(sources, content) for content in contents}
    _load_verdicts(conn, sources, production, tasks)
    _load_evidence(conn, sources, production, contents)
    return sources


def _upstream(conn: Connection, production: str) -> dict[str, str]:
    return {row.slot: row.content for row in _in(conn, tables.slot.c.production, {production})}


def _load_takes(conn: Connection, sources: _Sources, production: str, contents: set[str]) -> None:
    """Takes with these contents, then parents whose veto they share, then those parents' parents …."""
    found = _in(conn, tables.take.c.content, contents)
    for row in found:
        if row.production == production:
            sources.by_id[row.id] = row
            sources.by_content[row.content].append(row)
    asked: set[str] = set()
    while (
        parents := {
            row.parent for row in sources.by_id.values() if row.parent and row.change in _INHERITS_VETO
        }
        - asked
    ):
        asked |= parents
        sources.by_id |= {row.id: row for row in _in(conn, tables.take.c.id, parents)}


def _ancestors(sources: _Sources, content: str) -> frozenset[str]:
    seen: set[str] = set()
    above = list(sources.by_content[content])
    found: set[str] = set()
    while above:
        take = above.pop()
        parent = sources.by_id.get(take.parent) if take.change in _INHERITS_VETO else None
        if parent is not None and parent.id not in seen:
            seen.add(parent.id)
            found.add(parent.content)
            above.append(parent)
    return frozenset(found - {content})


def _load_verdicts(conn: Connection, sources: _Sources, production: str, tasks: set[str]) -> None:
    table = tables.verdict
    for row in _in(conn, table.c.task, tasks):
        if row.live:
            sources.by_task[row.task].append(_verdict(row))
    above = {content for contents in sources.ancestors.values() for content in contents}
    for row in _in(conn, table.c.content, above):
        if row.live and row.production == production:
            sources.on_ancestor[row.content].append(_verdict(row))


def _verdict(row: Row[Any]) -> Verdict:
    body = json.loads(row.body)
    return Verdict(
        seq=row.seq,
        at=row.at,
        person=row.person,
        task=row.task,
        content=row.content,
        gate=row.gate,
        value=row.value,
        reasons=tuple(body["reasons"]),
        severity=cast("Severity", body["severity"]),
        disposition=cast("Disposition", body["disposition"]),
        ranges=tuple(FrameRange(start, end) for start, end in body["ranges"]),
        answers=tuple(body["answers"]),
        upstream=tuple((slot, content) for slot, content in body["upstream"]),
        gate_hash=body["gate_hash"],
        policy=body["policy"],
    )


def _load_evidence(conn: Connection, sources: _Sources, production: str, contents: set[str]) -> None:
    ever = {row.content for row in _in(conn, tables.adopted.c.production, {production})}
    replaced = ever - set(sources.upstream.values())
    table = tables.evidence
    for row in sorted(_in(conn, table.c.content, contents), key=lambda row: int(row.seq)):
        if row.production != production:
            continue
        sources.evidence[row.content].append(
            EvidenceFact(
                id=row.id,
                check=row.check,
                version=row.version,
                flagged=row.flagged,
                sentence=row.sentence,
                seq=row.seq,
                outdated=tuple(one for one in json.loads(row.references) if one in replaced),
            )
        )


def _stage(policy: Policy, key: str) -> Stage:
    stage = policy.stage(key)
    if stage is None:
        raise NotFound(f"The policy {policy.name} has no stage “{key}”; it decides nothing about this task.")
    return stage


def _in(conn: Connection, column: Column[Any], values: set[str]) -> Iterator[Row[Any]]:
    listed = sorted(values)
    for start in range(0, len(listed), _MAX_IN):
        yield from conn.execute(_statement(column), {"values": listed[start : start + _MAX_IN]})


@cache
def _statement(column: Column[Any]) -> Select[Any]:
    return select(column.table).where(column.in_(bindparam("values", expanding=True)))
