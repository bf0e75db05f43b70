"""Reads of lineage: what a task leans on, what leans on a slot, which task fills a slot."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from circletake.db import tables
from circletake.domain.lineage import source_of

Pair = tuple[str, str]
_MAX_IN = 500


@dataclass(frozen=True, slots=True)
class Lean:
    """One content of a task leans, or leaned when it was approved, on a content of a slot."""

    task: str
    content: str
    slot: str
    upstream: str


def leans_of(conn: Connection, task: str) -> list[Lean]:
    """Everything the takes of a task lean on, in order of slots."""
    table = tables.lean
    query = (
        select(table.c.task, table.c.content, table.c.slot, table.c.upstream)
        .where(table.c.task == task)
        .order_by(table.c.slot, table.c.content, table.c.upstream)
    )
    return [Lean(*row) for row in conn.execute(query)]


def pairs_leaning_on(conn: Connection, production: str, slots: Iterable[str]) -> set[Pair]:
    """(task, content) of everything that leans on any of these slots."""
    listed = sorted(set(slots))
    table = tables.lean
    found: set[Pair] = set()
    for start in range(0, len(listed), _MAX_IN):
        query = select(table.c.task, table.c.content).where(
            table.c.production == production, table.c.slot.in_(listed[start : start + _MAX_IN])
        )
        found |= {(row.task, row.content) for row in conn.execute(query)}
    return found


def pairs_measured_against(conn: Connection, production: str, references: Iterable[str]) -> set[Pair]:
    """(task, content) of every take that was measured against any of these contents."""
    table = tables.measured
    query = (
        select(tables.take.c.task, tables.take.c.content)
        .join_from(
            tables.take,
            table,
            (tables.take.c.content == table.c.content) & (tables.take.c.production == table.c.production),
        )
        .where(table.c.production == production, table.c.reference.in_(sorted(set(references))))
    )
    return {(row.task, row.content) for row in conn.execute(query)}


def filler_of(conn: Connection, production: str, slot: str) -> str | None:
    """The task that fills a slot, or None where none does."""
    named = source_of(slot)
    if named is None:
        return None
    query = (
        select(tables.task.c.id)
        .join_from(tables.task, tables.entity, tables.task.c.entity == tables.entity.c.id)
        .where(
            tables.task.c.production == production,
            tables.entity.c.code == named[0],
            tables.task.c.stage == named[1],
        )
    )
    return conn.execute(query).scalar()


def is_take_of(conn: Connection, task: str, content: str) -> bool:
    """Whether a content is a take of a task."""
    table = tables.take
    query = select(table.c.id).where(table.c.task == task, table.c.content == content).limit(1)
    return conn.execute(query).first() is not None


def slots_filled_by(conn: Connection, production: str, pairs: Iterable[Pair]) -> dict[str, Pair]:
    """Slot → (task, content) for every slot that holds one of these contents of its own task."""
    wanted = set(pairs)
    contents = {content for _, content in wanted}
    table = tables.slot
    rows = conn.execute(select(table.c.slot, table.c.content).where(table.c.production == production)).all()
    found: dict[str, Pair] = {}
    for row in rows:
        if row.content in contents:
            task = filler_of(conn, production, row.slot)
            if task is not None and (task, row.content) in wanted:
                found[row.slot] = (task, row.content)
    return found


# A trim or a re-run of the same recipe shares its parent's veto; a rework does not.
_INHERITS_VETO = ("subrange", "upstream_only")


def same_essence(conn: Connection, task: str, content: str) -> set[str]:
    """Other contents of a task that decode to the same frames and sound."""
    own, other = tables.essence.alias("own"), tables.essence.alias("other")
    query = (
        select(other.c.content)
        .join_from(own, other, (own.c.essence == other.c.essence) & (own.c.production == other.c.production))
        .join(
            tables.take,
            (tables.take.c.content == other.c.content) & (tables.take.c.production == other.c.production),
        )
        .where(own.c.content == content, other.c.content != content, tables.take.c.task == task)
    )
    return {row.content for row in conn.execute(query)}


def family_of(conn: Connection, task: str, content: str) -> set[Pair]:
    """A content, what decodes to the same, and what was cut from any of them, however often."""
    table = tables.take
    found: set[Pair] = {(task, content)}
    waiting = [(task, content)]
    while waiting:
        at, what = waiting.pop()
        ids = select(table.c.id).where(table.c.task == at, table.c.content == what)
        cut = select(table.c.task, table.c.content).where(
            table.c.parent.in_(ids), table.c.change.in_(_INHERITS_VETO)
        )
        near = {(row.task, row.content) for row in conn.execute(cut)}
        near |= {(at, twin) for twin in same_essence(conn, at, what)}
        waiting += sorted(near - found)
        found |= near
    return found


def slots_leaned_on(conn: Connection, task: str) -> list[str]:
    """Slots that any take of a task, or any approval of one, leans on."""
    table = tables.lean
    query = select(table.c.slot).where(table.c.task == task).distinct().order_by(table.c.slot)
    return list(conn.execute(query).scalars())


def contents_of(conn: Connection, production: str) -> list[Pair]:
    """(task, content) of every take of a production."""
    table = tables.take
    query = select(table.c.task, table.c.content).where(table.c.production == production)
    return [(row.task, row.content) for row in conn.execute(query.order_by(table.c.task, table.c.number))]
