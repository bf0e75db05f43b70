"""Typed reads of the projections, for recipes: nouns of the domain out, never rows of a table."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Column, ColumnElement, Connection, Row, Select, bindparam, func, select

from circletake.db import tables
from circletake.domain.entity import Entity, EntityKind, SourceClass
from circletake.domain.production import Production
from circletake.domain.take import ChangeKind, Origin, Take, Task
from circletake.domain.time import FrameRange
from circletake.domain.verdict import Disposition, Region, Severity, Value, Verdict
from circletake.errors import NotFound
from circletake.ledger.roles import HELD, roles_of

__all__ = ["Connection", "roles_of"]

_MAX_IN = 500


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task with what it is for."""

    task: Task
    entity: Entity
    hold_reason: str | None
    omitted: bool


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """Evidence as lists need it; the whole of it is the content of its id."""

    id: str
    content: str
    check: str
    version: int
    flagged: bool
    sentence: str
    summary: dict[str, str | int | bool]
    worst_frame: int | None
    references: tuple[str, ...]
    seq: int


@dataclass(frozen=True, slots=True)
class BoundRow:
    """What a gate last said of a content; a cache that sealing never trusts."""

    result: str
    ever_satisfied: bool


@dataclass(frozen=True, slots=True)
class CutRow:
    """A version of the cut as recorded."""

    hash: str
    number: int
    body: str


@dataclass(frozen=True, slots=True)
class CutVersionRow:
    """A version of the cut as recorded, with who recorded it and when."""

    hash: str
    number: int
    body: str
    at: str
    by: str


@dataclass(frozen=True, slots=True)
class SealedRow:
    """A sealed deliverable."""

    seq: int
    at: str
    cut: str
    master: str
    record: str


@dataclass(frozen=True, slots=True)
class DeliveredRow:
    """What was written out of a seal.

    Args:
        deliverable: SHA-256 of the signed file; None where nothing was signed.
        manifest: SHA-256 of its credentials, where they lie beside it.
    """

    seq: int
    sealed: int
    folder_name: str
    deliverable: str | None
    manifest: str | None


def _production(row: Row[Any]) -> Production:
    return Production(
        id=row.id,
        code=row.code,
        title=row.title,
        rate=Fraction(row.rate_num, row.rate_den),
        width_px=row.width_px,
        height_px=row.height_px,
        policy=row.policy,
    )


# Built once: what is asked at every verdict and every page is not put together each time.
_FIND_PRODUCTION = select(tables.production).where(
    (tables.production.c.code == bindparam("named")) | (tables.production.c.id == bindparam("named"))
)


def find_production(conn: Connection, code: str) -> Production | None:
    """The production of this code or id, or None."""
    row = conn.execute(_FIND_PRODUCTION, {"named": code}).first()
    return _production(row) if row else None


def productions(conn: Connection) -> list[Production]:
    """Every production, in order of opening."""
    return [
        _production(row) for row in conn.execute(select(tables.production).order_by(tables.production.c.seq))
    ]


def has_tasks_at(conn: Connection, production: str, stage: str) -> bool:
    """Whether any task of a production is at this stage."""
    table = tables.task
    query = select(table.c.id).where(table.c.production == production, table.c.stage == stage).limit(1)
    return conn.execute(query).first() is not None


def has_policy(conn: Connection, policy_hash: str) -> bool:
    """Whether the book holds this policy."""
    return (
        conn.execute(select(tables.policy.c.hash).where(tables.policy.c.hash == policy_hash)).first()
        is not None
    )


def policy_body(conn: Connection, policy_hash: str) -> dict[str, Any]:
    """A policy as the book holds it."""
    body = conn.execute(select(tables.policy.c.body).where(tables.policy.c.hash == policy_hash)).scalar_one()
    return cast("dict[str, Any]", json.loads(body))


def _entity(row: Row[Any]) -> Entity:
    return Entity(
        id=row.id,
        production=row.production,
        kind=cast("EntityKind", row.kind),
        code=row.code,
        title=row.title,
        position=row.position,
        frames=row.frames,
        source_class=cast("SourceClass | None", row.source_class),
    )


def find_entity(conn: Connection, production: str, code: str) -> Entity | None:
    """The entity of this code in a production, or None."""
    table = tables.entity
    row = conn.execute(select(table).where(table.c.production == production, table.c.code == code)).first()
    return _entity(row) if row else None


def entities(conn: Connection, production: str) -> list[Entity]:
    """Every entity, by kind and place."""
    table = tables.entity
    query = select(table).where(table.c.production == production).order_by(table.c.kind, table.c.position)
    return [_entity(row) for row in conn.execute(query)]


def next_position(conn: Connection, production: str, kind: EntityKind) -> int:
    """The place after the last of its kind."""
    table = tables.entity
    query = select(func.max(table.c.position)).where(table.c.production == production, table.c.kind == kind)
    return int(conn.execute(query).scalar() or 0) + 1


_TASKS = select(
    tables.task.c.id.label("task_id"),
    tables.task.c.stage,
    tables.task.c.hold_reason,
    tables.entity,
).join_from(tables.task, tables.entity, tables.task.c.entity == tables.entity.c.id)


_FIND_TASK = _TASKS.where(tables.task.c.id == bindparam("task"))


def _task(row: Row[Any], known: dict[str, Entity] | None = None) -> TaskRow:
    """A task and its entity, which is made once where several of its tasks are read."""
    entity = known.get(row.id) if known is not None else None
    if entity is None:
        entity = _entity(row)
        if known is not None:
            known[entity.id] = entity
    task = Task(id=row.task_id, production=entity.production, entity=entity.id, stage=row.stage)
    return TaskRow(task=task, entity=entity, hold_reason=row.hold_reason, omitted=row.omitted)


def find_task(conn: Connection, task: str) -> TaskRow | None:
    """The task of this id, or None."""
    row = conn.execute(_FIND_TASK, {"task": task}).first()
    return _task(row) if row else None


def find_task_of(conn: Connection, entity: str, stage: str) -> TaskRow | None:
    """The task of an entity at a stage, or None."""
    row = conn.execute(_TASKS.where(tables.task.c.entity == entity, tables.task.c.stage == stage)).first()
    return _task(row) if row else None


def tasks(conn: Connection, production: str) -> list[TaskRow]:
    """Every task of a production, by kind and place of its entity."""
    query = _TASKS.where(tables.task.c.production == production).order_by(
        tables.entity.c.kind, tables.entity.c.position, tables.task.c.seq
    )
    known: dict[str, Entity] = {}
    return [_task(row, known) for row in conn.execute(query)]


def _take(row: Row[Any]) -> Take:
    return Take(
        id=row.id,
        production=row.production,
        task=row.task,
        number=row.number,
        content=row.content,
        makers=_texts(row.makers),
        origin=cast("Origin", row.origin),
        n_frames=row.n_frames,
        rate=_rate(row.rate_num, row.rate_den) if row.rate_num else None,
        width_px=row.width_px,
        height_px=row.height_px,
        parent=row.parent,
        change=cast("ChangeKind", row.change),
        leans=dict(_leans(row.leans)),
        label=row.label,
        seq=row.seq,
        made_by=_pairs(row.made_by),
    )


# Takes of a production have few rates, makers and references between them, and there are many takes.
_rate = lru_cache(maxsize=64)(Fraction)


@lru_cache(maxsize=4096)
def _texts(written: str) -> tuple[str, ...]:
    return tuple(json.loads(written))


@lru_cache(maxsize=4096)
def _leans(written: str) -> dict[str, str]:
    return dict(json.loads(written))


@lru_cache(maxsize=4096)
def _pairs(written: str) -> tuple[tuple[str, str], ...]:
    return tuple((first, second) for first, second in json.loads(written))


def _takes(conn: Connection, query: Select[Any]) -> list[Take]:
    return [_take(row) for row in conn.execute(query.order_by(tables.take.c.task, tables.take.c.number))]


_TAKES_OF = select(tables.take).where(tables.take.c.task == bindparam("task")).order_by(tables.take.c.number)


def takes_of(conn: Connection, task: str) -> list[Take]:
    """A task's takes, in order of arrival."""
    return [_take(row) for row in conn.execute(_TAKES_OF, {"task": task})]


def takes_in(conn: Connection, production: str) -> list[Take]:
    """Every take of a production, by task and number."""
    return _takes(conn, select(tables.take).where(tables.take.c.production == production))


def takes_with(conn: Connection, content: str) -> list[Take]:
    """Every take of a content, whatever its task."""
    return _takes(conn, select(tables.take).where(tables.take.c.content == content))


def newest_pairs(conn: Connection, production: str) -> list[tuple[str, str]]:
    """(Task, content) of every take of a production, newest first."""
    table = tables.take
    query = select(table.c.task, table.c.content).where(table.c.production == production)
    return [(row.task, row.content) for row in conn.execute(query.order_by(table.c.seq.desc()))]


def find_take(conn: Connection, take: str) -> Take | None:
    """The take of this id, or None."""
    row = conn.execute(select(tables.take).where(tables.take.c.id == take)).first()
    return _take(row) if row else None


_SLOTS = select(tables.slot.c.slot, tables.slot.c.content).where(
    tables.slot.c.production == bindparam("production")
)


def slots(conn: Connection, production: str) -> dict[str, str]:
    """Slot → content adopted now."""
    return {row.slot: row.content for row in conn.execute(_SLOTS, {"production": production})}


def _batches(values: Iterable[str]) -> Iterator[list[str]]:
    listed = sorted(set(values))
    for start in range(0, len(listed), _MAX_IN):
        yield listed[start : start + _MAX_IN]


def _evidence(row: Row[Any]) -> EvidenceRow:
    return EvidenceRow(
        id=row.id,
        content=row.content,
        check=row.check,
        version=row.version,
        flagged=row.flagged,
        sentence=row.sentence,
        summary=dict(json.loads(row.summary)),
        worst_frame=row.worst_frame,
        references=tuple(json.loads(row.references)),
        seq=row.seq,
    )


def evidence_on(conn: Connection, contents: Iterable[str]) -> dict[str, list[EvidenceRow]]:
    """Content → the latest evidence of each check on it, by name of the check."""
    latest: dict[str, dict[str, EvidenceRow]] = defaultdict(dict)
    table = tables.evidence
    for batch in _batches(contents):
        for row in conn.execute(select(table).where(table.c.content.in_(batch)).order_by(table.c.seq)):
            latest[row.content][row.check] = _evidence(row)
    return {content: [found[check] for check in sorted(found)] for content, found in latest.items()}


def find_evidence(conn: Connection, evidence: str) -> EvidenceRow | None:
    """The evidence of this id, or None."""
    row = conn.execute(select(tables.evidence).where(tables.evidence.c.id == evidence)).first()
    return _evidence(row) if row else None


def flagged_counts(conn: Connection, production: str, tasks: Iterable[str] | None = None) -> dict[str, int]:
    """Task → how many of its takes carry flagged evidence of the latest measurement.

    Args:
        tasks: only of these; None is every task of the production.
    """
    take, evidence = tables.take, tables.evidence
    query = (
        select(take.c.task, take.c.content, evidence.c.check, evidence.c.flagged)
        .join_from(take, evidence, take.c.content == evidence.c.content)
        .where(take.c.production == production)
        .order_by(evidence.c.seq)
    )
    latest: dict[tuple[str, str], dict[str, bool]] = defaultdict(dict)
    for row in _of_tasks(conn, query, take.c.task, tasks):
        latest[row.task, row.content][row.check] = row.flagged
    counts: dict[str, int] = defaultdict(int)
    for (task, _), flags in latest.items():
        counts[task] += any(flags.values())
    return counts


def _of_tasks(
    conn: Connection, query: Select[Any], column: Column[Any], tasks: Iterable[str] | None
) -> Iterator[Row[*tuple[Any, ...]]]:
    """A query's rows, of these tasks or of all."""
    if tasks is None:
        yield from conn.execute(query)
    else:
        for batch in _batches(tasks):
            yield from conn.execute(query.where(column.in_(batch)))


def takes_at(conn: Connection, production: str, tasks: Iterable[str] | None = None) -> dict[str, list[Take]]:
    """Task → its takes in order of arrival, of these tasks or of a whole production."""
    table = tables.take
    query = select(table).where(table.c.production == production).order_by(table.c.task, table.c.number)
    found: dict[str, list[Take]] = defaultdict(list)
    for row in _of_tasks(conn, query, table.c.task, tasks):
        found[row.task].append(_take(row))
    return dict(found)


def being_made(conn: Connection) -> frozenset[str]:
    """Tasks for which a take is owed: it is being drawn or rendered."""
    table = tables.outbox
    query = select(table.c.args).where(table.c.op.in_(("draw", "render")))
    ordered = (json.loads(args) for args in conn.execute(query).scalars())
    return frozenset(str(args["task"]) for args in ordered if "task" in args)


def tasks_named(conn: Connection, tasks: Iterable[str]) -> dict[str, TaskRow]:
    """Id → task, of those among these that there are."""
    return {row.task_id: _task(row) for row in _of_tasks(conn, _TASKS, tables.task.c.id, tasks)}


_AT_STAGE = (
    select(tables.task.c.id)
    .join_from(tables.task, tables.entity, tables.task.c.entity == tables.entity.c.id)
    .where(tables.task.c.production == bindparam("production"), tables.task.c.stage == bindparam("stage"))
    .order_by(tables.entity.c.kind, tables.entity.c.position, tables.task.c.seq)
)


def tasks_at_stage(conn: Connection, production: str, stage: str) -> list[str]:
    """Every task at a stage, by kind and place of its entity."""
    return list(conn.execute(_AT_STAGE, {"production": production, "stage": stage}).scalars())


def tasks_of_entities(conn: Connection, production: str, entities: Iterable[str]) -> list[TaskRow]:
    """Every task of some entities of a production."""
    query = _TASKS.where(tables.task.c.production == production).order_by(tables.task.c.seq)
    return [
        _task(row)
        for batch in _batches(entities)
        for row in conn.execute(query.where(tables.task.c.entity.in_(batch)))
    ]


def entities_of_tasks(conn: Connection, tasks: Iterable[str]) -> set[str]:
    """Entities that some tasks are for."""
    query = select(tables.task.c.entity)
    return {row.entity for row in _of_tasks(conn, query, tables.task.c.id, tasks)}


def entities_with(conn: Connection, production: str, contents: Iterable[str]) -> set[str]:
    """Entities of a production that have a take of one of these contents."""
    query = (
        select(tables.task.c.entity)
        .join_from(tables.take, tables.task, tables.take.c.task == tables.task.c.id)
        .where(tables.take.c.production == production)
    )
    return {row.entity for row in _of_tasks(conn, query, tables.take.c.content, contents)}


def tasks_of_verdicts(conn: Connection, verdicts: Iterable[int]) -> set[str]:
    """Tasks that some verdicts are on."""
    table, found = tables.verdict, sorted(set(verdicts))
    return {
        task
        for start in range(0, len(found), _MAX_IN)
        for task in conn.execute(
            select(table.c.task).where(table.c.seq.in_(found[start : start + _MAX_IN]))
        ).scalars()
    }


def news_of(conn: Connection, production: str, *, after: int, most: int) -> list[tuple[str, dict[str, Any]]]:
    """(Kind, body) of a production's entries after a number, in order."""
    table = tables.entry
    query = (
        select(table.c.kind, table.c.body)
        .where(table.c.seq > after, table.c.production == production)
        .order_by(table.c.seq)
        .limit(most)
    )
    return [(row.kind, json.loads(row.body)["body"]) for row in conn.execute(query)]


def chain_at(conn: Connection, seq: int) -> bytes | None:
    """The chain's hash at an entry, or None where the book has no such entry."""
    return conn.execute(select(tables.entry.c.chain).where(tables.entry.c.seq == seq)).scalar()


def _verdict(row: Row[Any]) -> tuple[Verdict, bool]:
    body = json.loads(row.body)
    verdict = Verdict(
        seq=row.seq,
        at=row.at,
        person=row.person,
        task=row.task,
        content=row.content,
        gate=row.gate,
        value=cast("Value", row.value),
        reasons=tuple(body["reasons"]),
        severity=cast("Severity", body["severity"]),
        disposition=cast("Disposition", body["disposition"]),
        ranges=tuple(FrameRange(start, end) for start, end in body["ranges"]),
        answers=tuple(body["answers"]),
        upstream=tuple((slot, content) for slot, content in body["upstream"]),
        gate_hash=body["gate_hash"],
        policy=body["policy"],
        note=row.text,
        regions=tuple(cast("Region", tuple(one)) for one in body.get("regions", ())),
        watched=tuple(FrameRange(start, end) for start, end in body.get("watched", ())),
        dwell_ms=body.get("dwell_ms", 0),
        scores_hidden=body.get("scores_hidden", False),
    )
    return verdict, row.live


_VERDICTS = select(tables.verdict, tables.private_text.c.text).outerjoin_from(
    tables.verdict,
    tables.private_text,
    tables.verdict.c.note_commitment == tables.private_text.c.commitment,
)


def verdicts_of(conn: Connection, task: str) -> list[tuple[Verdict, bool]]:
    """Every verdict on a task with whether it is live, oldest first, notes read back."""
    return verdicts_on(conn, [task])


def verdicts_on(conn: Connection, tasks: Sequence[str]) -> list[tuple[Verdict, bool]]:
    """The same of a handful of tasks."""
    query = _VERDICTS.where(tables.verdict.c.task.in_(tasks)).order_by(tables.verdict.c.seq)
    return [_verdict(row) for row in conn.execute(query)]


def find_verdict(
    conn: Connection, *, seq: int | None = None, key: str | None = None
) -> tuple[Verdict, bool] | None:
    """The verdict of this entry or of this idempotency key, with whether it is live, or None."""
    wanted = tables.verdict.c.seq == seq if seq is not None else tables.verdict.c.key == key
    row = conn.execute(_VERDICTS.where(wanted)).first()
    return _verdict(row) if row else None


def find_essence(conn: Connection, production: str, content: str) -> str | None:
    """What a content decodes to, or None while nobody measured it."""
    table = tables.essence
    query = select(table.c.essence).where(table.c.production == production, table.c.content == content)
    return conn.execute(query).scalar()


def carried_in(conn: Connection, task: str) -> list[tuple[int, int, str]]:
    """(entry of the carry, entry of the original verdict, content it was carried to), of a task."""
    table = tables.carry
    query = select(table.c.seq, table.c.verdict, table.c.content).where(table.c.task == task)
    return [(row.seq, row.verdict, row.content) for row in conn.execute(query.order_by(table.c.seq))]


def given_by(conn: Connection, production: str, person: str) -> set[tuple[str, str, str]]:
    """(task, content, gate) of every verdict a person ever gave in a production."""
    table = tables.verdict
    query = select(table.c.task, table.c.content, table.c.gate).where(
        table.c.production == production, table.c.person == person
    )
    return {(row.task, row.content, row.gate) for row in conn.execute(query)}


def verdict_places(conn: Connection, production: str) -> list[tuple[int, str, str, str, str]]:
    """(entry, task, content, gate, person) of every verdict of a production, past ones too."""
    table = tables.verdict
    query = select(table.c.seq, table.c.task, table.c.content, table.c.gate, table.c.person).where(
        table.c.production == production
    )
    return [(row.seq, row.task, row.content, row.gate, row.person) for row in conn.execute(query)]


def last_values(
    conn: Connection, production: str, tasks: Iterable[str] | None = None
) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """(task, content) → (entry, value) of its live verdicts, oldest first; of these tasks or of all."""
    table = tables.verdict
    query = (
        select(table.c.task, table.c.content, table.c.seq, table.c.value)
        .where(table.c.production == production, table.c.live)
        .order_by(table.c.seq)
    )
    values: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for task, content, seq, value in _of_tasks(conn, query, table.c.task, tasks):
        values[task, content].append((seq, value))
    return values


def bound_in(
    conn: Connection, production: str, tasks: Iterable[str] | None = None
) -> dict[tuple[str, str, str], BoundRow]:
    """(task, content, gate) → what that gate last said, over a production or of some of its tasks."""
    bound = tables.bound
    query = (
        select(bound.c.task, bound.c.content, bound.c.gate, bound.c.result, bound.c.ever_satisfied)
        .join_from(bound, tables.task, bound.c.task == tables.task.c.id)
        .where(tables.task.c.production == production)
    )
    said: dict[tuple[str, bool], BoundRow] = {}
    found = {}
    for task, content, gate, result, ever in _of_tasks(conn, query, tables.bound.c.task, tasks):
        row = said.get((result, ever))
        if row is None:
            row = said[result, ever] = BoundRow(result=result, ever_satisfied=ever)
        found[task, content, gate] = row
    return found


_BOUND_OF = select(tables.bound).where(tables.bound.c.task == bindparam("task"))


def bound_of(conn: Connection, task: str) -> dict[tuple[str, str], BoundRow]:
    """(content, gate) → what that gate last said, of one task."""
    return {
        (row.content, row.gate): BoundRow(result=row.result, ever_satisfied=row.ever_satisfied)
        for row in conn.execute(_BOUND_OF, {"task": task})
    }


def bound_on(conn: Connection, tasks: Iterable[str]) -> dict[tuple[str, str, str], str]:
    """(task, content, gate) → what that gate last said, of these tasks."""
    table = tables.bound
    known: dict[tuple[str, str, str], str] = {}
    for batch in _batches(tasks):
        query = select(table.c.task, table.c.content, table.c.gate, table.c.result).where(
            table.c.task.in_(batch)
        )
        known |= {(row.task, row.content, row.gate): row.result for row in conn.execute(query)}
    return known


def find_cut(conn: Connection, production: str) -> CutRow | None:
    """The newest version of a production's cut, or None."""
    table = tables.cut
    row = conn.execute(
        select(table).where(table.c.production == production).order_by(table.c.number.desc())
    ).first()
    return CutRow(hash=row.hash, number=row.number, body=row.body) if row else None


def cut_versions(
    conn: Connection, production: str, *, before: int | None = None, limit: int
) -> list[CutVersionRow]:
    """Versions of a production's cut, the newest first; only those with a number under `before`."""
    table, entry = tables.cut, tables.entry
    query = (
        select(table, entry.c.at, entry.c.actor)
        .join_from(table, entry, table.c.seq == entry.c.seq)
        .where(table.c.production == production)
        .order_by(table.c.number.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(table.c.number < before)
    return [
        CutVersionRow(hash=row.hash, number=row.number, body=row.body, at=row.at, by=row.actor)
        for row in conn.execute(query)
    ]


def get_cut_body(conn: Connection, cut_hash: str) -> str | None:
    """A version of a cut by its hash, or None."""
    return conn.execute(select(tables.cut.c.body).where(tables.cut.c.hash == cut_hash)).scalar()


def sealed_in(conn: Connection, production: str) -> list[SealedRow]:
    """Every seal of a production, newest first."""
    return _seals(conn, tables.sealed.c.production == production)


def every_seal(conn: Connection) -> list[SealedRow]:
    """Every seal of every production, newest first."""
    return _seals(conn)


def _seals(conn: Connection, *only: ColumnElement[bool]) -> list[SealedRow]:
    table = tables.sealed
    query = (
        select(table, tables.entry.c.at)
        .join_from(table, tables.entry, table.c.seq == tables.entry.c.seq)
        .where(*only)
        .order_by(table.c.seq.desc())
    )
    return [
        SealedRow(seq=row.seq, at=row.at, cut=row.cut, master=row.master, record=row.record)
        for row in conn.execute(query)
    ]


def find_delivered(conn: Connection, seal: int) -> DeliveredRow | None:
    """What was first written out of a seal, or None."""
    table = tables.delivered
    row = conn.execute(select(table).where(table.c.sealed == seal).order_by(table.c.seq)).first()
    if row is None:
        return None
    return DeliveredRow(
        seq=row.seq,
        sealed=row.sealed,
        folder_name=row.folder_name,
        deliverable=row.deliverable,
        manifest=row.manifest,
    )


def get_delivered(conn: Connection, seal: int) -> DeliveredRow:
    """What was first written out of a seal.

    Raises:
        NotFound: nothing was.
    """
    found = find_delivered(conn, seal)
    if found is None:
        raise NotFound(f"Nothing was delivered from entry {seal} yet; deliver again.")
    return found


def is_recorded(conn: Connection, job_key: str) -> bool:
    """Whether a job's outcome is in the book."""
    table = tables.recorded
    return conn.execute(select(table.c.job_key).where(table.c.job_key == job_key)).first() is not None


def open_orders(conn: Connection) -> dict[str, list[dict[str, Any]]]:
    """Operation → arguments of every job that is owed: ordered and not yet recorded."""
    orders: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in conn.execute(select(tables.outbox.c.op, tables.outbox.c.args)):
        orders[row.op].append(json.loads(row.args))
    return orders


def may_see(conn: Connection, person: str, content: str) -> bool:
    """Whether a content is a take of a production in which the person holds a role."""
    query = (
        select(tables.take.c.id)
        .join_from(tables.take, HELD, tables.take.c.production == HELD.c.production)
        .where(tables.take.c.content == content, HELD.c.person == person)
    )
    return conn.execute(query.limit(1)).first() is not None


def seals_of(conn: Connection, content: str) -> list[int]:
    """Entries of every seal that ships this content."""
    table = tables.sealed
    return [
        row.seq
        for row in conn.execute(select(table.c.seq, table.c.contents).order_by(table.c.seq))
        if content in json.loads(row.contents)
    ]
