"""Reads what facts are made of: the rows about many contents of one production, in a few statements."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, cast

import msgspec
from sqlalchemy import Column, Connection, Row, Select, bindparam, select

from circletake.db import tables
from circletake.domain.facts import Carried, ConsentFact, EvidenceFact, NoteFact, OverrideFact
from circletake.domain.lineage import sheet_slot
from circletake.domain.people import Role
from circletake.domain.time import FrameRange
from circletake.domain.verdict import Disposition, Severity, Verdict
from circletake.errors import NotFound
from circletake.ledger.roles import role_map

Pair = tuple[str, str]

_read = msgspec.json.decode  # several times as fast as the standard library's, and many rows are read
_MAX_IN = 500  # values in one IN list; SQLite takes a thousand bound values in old builds
# A trim or a re-run of the same recipe shares its parent's veto; a rework does not.
_INHERITS_VETO = {"subrange", "upstream_only"}


@dataclass(slots=True)
class Sources:
    """What was read for a batch; `by_id` and `by_content` are takes."""

    stages: dict[str, str]
    roles: dict[str, frozenset[Role]]
    upstream: dict[str, str]
    by_id: dict[str, Row[Any]] = field(default_factory=dict)
    by_content: dict[str, list[Row[Any]]] = field(default_factory=lambda: defaultdict(list))
    at: dict[Pair, Row[Any]] = field(default_factory=dict)
    leans: dict[Pair, dict[str, str]] = field(default_factory=dict)
    above: dict[Pair, frozenset[str]] = field(default_factory=dict)  # whose veto a content shares
    twins: dict[Pair, set[str]] = field(default_factory=dict)  # others of the task with its essence
    carries: dict[Pair, list[Row[Any]]] = field(default_factory=lambda: defaultdict(list))
    former: dict[str, str] = field(default_factory=dict)
    evidence: dict[str, list[EvidenceFact]] = field(default_factory=lambda: defaultdict(list))
    by_task: dict[str, list[Verdict]] = field(default_factory=lambda: defaultdict(list))
    on_ancestor: dict[str, list[Verdict]] = field(default_factory=lambda: defaultdict(list))
    n_frames: dict[Pair, int] = field(default_factory=dict)
    overrides: dict[Pair, list[OverrideFact]] = field(default_factory=lambda: defaultdict(list))
    notes: dict[Pair, list[NoteFact]] = field(default_factory=lambda: defaultdict(list))
    consents: list[ConsentFact] = field(default_factory=list)
    shown: dict[Pair, frozenset[str]] = field(default_factory=dict)  # codes of what a content leans on

    def consents_of(self, task: str, content: str) -> tuple[ConsentFact, ...]:
        """What is attached to the task's entity and to everything that the content leans on."""
        codes = self.shown.get((task, content), frozenset())
        return tuple(one for one in self.consents if one.entity in codes)

    def verdicts_on(self, task: str, content: str) -> tuple[Verdict, ...]:
        """Live verdicts on a task, and on what its content was cut from."""
        found = {verdict.seq: verdict for verdict in self.by_task[task]}
        for ancestor in self.above[task, content]:
            found |= {verdict.seq: verdict for verdict in self.on_ancestor[ancestor]}
        return tuple(found[seq] for seq in sorted(found))

    def carried_to(self, task: str, content: str) -> tuple[Carried, ...]:
        """Approvals that were carried here, with who made what they were given on."""
        on = {verdict.seq: verdict.content for verdict in self.by_task[task]}
        return tuple(
            Carried(
                verdict=row.verdict,
                seq=row.seq,
                makers=frozenset(
                    maker for take in self.by_content.get(on[row.verdict], ()) for maker in _read(take.makers)
                ),
            )
            for row in self.carries.get((task, content), ())
            if row.verdict in on
        )


def load(conn: Connection, pairs: list[Pair], supposed: Mapping[str, str | None]) -> Sources:
    """Read everything about these (task, content).

    Args:
        supposed: slot → content, as if that had been adopted (None: emptied).

    Raises:
        NotFound: no such task, or they are of several productions.
    """
    tasks = {task for task, _ in pairs}
    contents = {content for _, content in pairs}
    rows = {row.id: row for row in _in(conn, tables.task.c.id, tasks)}
    for task in sorted(tasks - set(rows)):
        raise NotFound(f"There is no task {task} here; the board lists them.")
    productions = {row.production for row in rows.values()}
    if len(productions) > 1:
        raise NotFound("These tasks are of several productions; ask about one production at a time.")
    production = productions.pop() if productions else ""
    sources = Sources(
        stages={task: row.stage for task, row in rows.items()},
        roles=role_map(conn, production),
        upstream=_upstream(conn, production, supposed),
    )
    sources.former = _former(conn, production, sources.upstream)
    _load_twins(conn, sources, production, pairs)
    _load_takes(conn, sources, production, contents | set().union(*sources.twins.values()))
    for content, takes in sources.by_content.items():
        sources.leans |= {(take.task, content): _read(take.leans) for take in takes}
    sources.at = {(take.task, take.content): take for take in sources.by_id.values()}
    sources.above = {pair: _above(sources, *pair) for pair in pairs}
    _load_verdicts(conn, sources, production, tasks)
    _load_evidence(conn, sources, production, contents)
    _load_words(conn, sources, tasks)
    _load_consents(conn, sources, production, {row.id: row.entity for row in rows.values()})
    return sources


def _load_words(conn: Connection, sources: Sources, tasks: set[str]) -> None:
    """Overrides and open notes, and how many frames there are to watch."""
    sources.n_frames = {
        (take.task, content): take.n_frames for content, takes in sources.by_content.items() for take in takes
    }
    for row in sorted(_in(conn, tables.overridden.c.task, tasks), key=lambda row: int(row.seq)):
        body = json.loads(row.body)
        sources.overrides[row.task, row.content].append(
            OverrideFact(
                seq=row.seq,
                person=row.person,
                gate=row.gate,
                role=cast("Role", body["role"]),
                gate_hash=body["gate_hash"],
                rules=tuple(body["rules"]),
                upstream=tuple((slot, content) for slot, content in body["upstream"]),
            )
        )
    for row in sorted(_in(conn, tables.note.c.task, tasks), key=lambda row: int(row.seq)):
        if row.disposition is None and row.reply_to is None:
            sources.notes[row.task, row.content].append(
                NoteFact(seq=row.seq, person=row.person, severity=cast("Severity", row.severity))
            )


def _load_consents(conn: Connection, sources: Sources, production: str, entities: dict[str, str]) -> None:
    """Consents and permits of the production, and what each content leans on, however far down."""
    held = list(_in(conn, tables.consent.c.production, {production}))
    if not held:
        return
    codes = {row.id: row.code for row in _in(conn, tables.entity.c.production, {production})}
    sources.consents = [
        ConsentFact(
            id=row.id,
            seq=row.seq,
            kind=cast("Literal['consent', 'permit']", row.kind),
            entity=codes[row.entity],
            uses=tuple(json.loads(row.uses)),
            until=row.until,
            granted=bool(row.granted),
            lapsed=bool(row.lapsed),
        )
        for row in sorted(held, key=lambda row: int(row.seq))
    ]
    leans: dict[str, dict[str, str]] = defaultdict(dict)  # content → what any take of it leans on
    for row in _in(conn, tables.take.c.production, {production}):
        leans[row.content] |= json.loads(row.leans)
    for task, content in sources.leans:
        if task in entities:
            seen, ask, found = {content}, [content], {codes[entities[task]]}
            while ask:
                for slot, below in leans[ask.pop()].items():
                    found.add(shown_by(slot))
                    if below not in seen:
                        seen.add(below)
                        ask.append(below)
            sources.shown[task, content] = frozenset(found)


def shown_by(slot: str) -> str:
    """Code of the entity whose approved content a slot holds: `sheet:CODE` or `take:CODE/STAGE`.

    >>> shown_by("sheet:queso"), shown_by("take:SH010/animation"), shown_by("cut")
    ('queso', 'SH010', '')
    """
    if slot.startswith(sheet_slot("")):
        return slot.removeprefix(sheet_slot(""))
    return slot.removeprefix("take:").rsplit("/", 1)[0] if slot.startswith("take:") else ""


def _upstream(conn: Connection, production: str, supposed: Mapping[str, str | None]) -> dict[str, str]:
    held = {row.slot: row.content for row in _in(conn, tables.slot.c.production, {production})}
    return {slot: content for slot, content in {**held, **supposed}.items() if content is not None}


def _former(conn: Connection, production: str, upstream: Mapping[str, str]) -> dict[str, str]:
    """What was adopted once and, as slots stand or are supposed to, no longer is; with its slot."""
    held = {row.slot: row.content for row in _in(conn, tables.slot.c.production, {production})}
    moves = sorted(_in(conn, tables.adopted.c.production, {production}), key=lambda row: int(row.seq))
    ever = {row.content: row.slot for row in moves} | {content: slot for slot, content in held.items()}
    now = set(upstream.values())
    return {content: slot for content, slot in ever.items() if content is not None and content not in now}


def _load_twins(conn: Connection, sources: Sources, production: str, pairs: list[Pair]) -> None:
    """Contents of the same task that decode to the same, and approvals carried from one to another.

    Asked of whole tasks, because a trim shares the veto of whatever decodes to what it was cut from.
    """
    table = tables.essence
    tasks = {task for task, _ in pairs}
    if conn.execute(select(table.c.content).where(table.c.production == production).limit(1)).first() is None:
        return
    grouped: dict[Pair, set[str]] = defaultdict(set)
    for batch in _batches(tasks):
        query = (
            select(tables.take.c.task, tables.take.c.content, table.c.essence)
            .join_from(
                tables.take,
                table,
                (tables.take.c.content == table.c.content) & (tables.take.c.production == table.c.production),
            )
            .where(tables.take.c.task.in_(batch))
        )
        for take in conn.execute(query):
            grouped[take.task, take.essence].add(take.content)
    for (task, _), contents in grouped.items():
        if len(contents) > 1:
            sources.twins |= {(task, one): contents - {one} for one in contents}
    for row in _in(conn, tables.carry.c.task, tasks):
        sources.carries[row.task, row.content].append(row)


def _load_takes(conn: Connection, sources: Sources, production: str, contents: set[str]) -> None:
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
        found_parents = list(_in(conn, tables.take.c.id, parents))
        sources.by_id |= {row.id: row for row in found_parents}
        beside = _twins_of(conn, production, [(row.task, row.content) for row in found_parents])
        sources.twins |= beside
        for row in _in(conn, tables.take.c.content, set().union(*beside.values())):
            if row.production == production:
                sources.by_id[row.id] = row


def _twins_of(conn: Connection, production: str, pairs: list[Pair]) -> dict[Pair, set[str]]:
    """(task, content) → other contents of that task that decode to the same."""
    beside: dict[Pair, set[str]] = {}
    own, other = tables.essence.alias("own"), tables.essence.alias("other")
    for task, content in pairs:
        query = (
            select(other.c.content)
            .join_from(
                own, other, (own.c.essence == other.c.essence) & (own.c.production == other.c.production)
            )
            .join(tables.take, tables.take.c.content == other.c.content)
            .where(
                own.c.production == production,
                own.c.content == content,
                other.c.content != content,
                tables.take.c.task == task,
            )
        )
        found = {row.content for row in conn.execute(query)}
        if found:
            beside[task, content] = found
    return beside


def _above(sources: Sources, task: str, content: str) -> frozenset[str]:
    """Contents whose veto a content shares: what it, or its twin, is a trim or a re-run of; and so on."""
    twins = sources.twins.get((task, content), ())
    waiting = [take for take in sources.by_content.get(content, ()) if take.change in _INHERITS_VETO]
    for twin in twins:
        waiting += [
            take
            for take in sources.by_content.get(twin, ())
            if take.task == task and take.change in _INHERITS_VETO
        ]
    if not waiting:
        return frozenset()
    seen: set[str] = set()
    found: set[str] = set()
    while waiting:
        take = waiting.pop()
        parent = sources.by_id.get(take.parent) if take.change in _INHERITS_VETO else None
        if parent is not None and parent.id not in seen:
            seen.add(parent.id)
            found.add(parent.content)
            waiting.append(parent)
            for twin in sources.twins.get((parent.task, parent.content), ()):
                found.add(twin)
                waiting.append(sources.at[parent.task, twin])
    return frozenset(found - {content, *twins})


def _load_verdicts(conn: Connection, sources: Sources, production: str, tasks: set[str]) -> None:
    table = tables.verdict
    for row in _in(conn, table.c.task, tasks):
        if row.live:
            sources.by_task[row.task].append(_verdict(row))
    above = {content for contents in sources.above.values() for content in contents}
    for row in _in(conn, table.c.content, above):
        if row.live and row.production == production:
            sources.on_ancestor[row.content].append(_verdict(row))


def _verdict(row: Row[Any]) -> Verdict:
    body = _read(row.body)
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
        watched=tuple(FrameRange(start, end) for start, end in body.get("watched", ())),
        dwell_ms=body.get("dwell_ms", 0),
    )


def _load_evidence(conn: Connection, sources: Sources, production: str, contents: set[str]) -> None:
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
                outdated=tuple(one for one in _read(row.references) if one in sources.former),
            )
        )


def _in(conn: Connection, column: Column[Any], values: set[str]) -> Iterator[Row[Any]]:
    for batch in _batches(values):
        yield from conn.execute(_statement(column), {"values": batch})


def _batches(values: set[str]) -> Iterator[list[str]]:
    listed = sorted(values)
    for start in range(0, len(listed), _MAX_IN):
        yield listed[start : start + _MAX_IN]


@cache
def _statement(column: Column[Any]) -> Select[Any]:
    return select(column.table).where(column.in_(bindparam("values", expanding=True)))
