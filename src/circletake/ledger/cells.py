"""Reads for the board: who said something at a task and when, what is open there, and what moved under it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from circletake.db import tables

Pair = tuple[str, str]
_MAX_IN = 500


@dataclass(frozen=True, slots=True)
class Word:
    """A verdict or note at a task, as far as a cell of the board needs it.

    Args:
        seq: its entry.
        live: a verdict that stands, or a note that is open; an answer to a note never is.
    """

    seq: int
    content: str
    person: str
    live: bool


def verdicts_said(
    conn: Connection, production: str, tasks: Iterable[str] | None = None
) -> dict[str, list[Word]]:
    """Task → every verdict ever given there, past ones too; of these tasks or of a whole production."""
    table = tables.verdict
    query = select(table.c.task, table.c.seq, table.c.content, table.c.person, table.c.live).where(
        table.c.production == production
    )
    found: dict[str, list[Word]] = defaultdict(list)
    for one in _some(query, tasks, "verdict"):
        for task, seq, content, person, live in conn.execute(one):
            found[task].append(Word(seq, content, person, bool(live)))
    return dict(found)


def notes_said(
    conn: Connection, production: str, tasks: Iterable[str] | None = None
) -> dict[str, list[Word]]:
    """Task → every note and answer there; of these tasks or of a whole production."""
    table = tables.note
    query = select(
        table.c.task, table.c.seq, table.c.content, table.c.person, table.c.disposition, table.c.reply_to
    ).where(table.c.production == production)
    found: dict[str, list[Word]] = defaultdict(list)
    for one in _some(query, tasks, "note"):
        for task, seq, content, person, disposition, reply_to in conn.execute(one):
            found[task].append(Word(seq, content, person, disposition is None and reply_to is None))
    return dict(found)


def slots_moved(
    conn: Connection, production: str, tasks: Iterable[str] | None = None
) -> dict[Pair, tuple[str, ...]]:
    """(Task, content) that some gate holds for stale → slots that hold none of what it leans on any more."""
    lean, bound, slot = tables.lean, tables.bound, tables.slot
    stale = select(bound.c.task, bound.c.content).where(bound.c.result == "stale").distinct().subquery()
    query = (
        select(lean.c.task, lean.c.content, lean.c.slot, lean.c.upstream)
        .join_from(lean, stale, (lean.c.task == stale.c.task) & (lean.c.content == stale.c.content))
        .where(lean.c.production == production)
    )
    filled = select(slot.c.slot, slot.c.content).where(slot.c.production == production)
    adopted = {row.slot: row.content for row in conn.execute(filled)}
    leans: dict[Pair, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one in _some(query, tasks, "lean"):
        for task, content, name, upstream in conn.execute(one):
            leans[task, content][name].add(upstream)
    return {
        pair: moved
        for pair, by_slot in leans.items()
        if (moved := tuple(sorted(name for name, known in by_slot.items() if adopted.get(name) not in known)))
    }


def tasks_of_notes(conn: Connection, notes: Iterable[str]) -> set[str]:
    """Tasks that some notes are on."""
    table, listed = tables.note, sorted(set(notes))
    return {
        task
        for start in range(0, len(listed), _MAX_IN)
        for task in conn.execute(
            select(table.c.task).where(table.c.id.in_(listed[start : start + _MAX_IN]))
        ).scalars()
    }


def _some(query: Select[Any], tasks: Iterable[str] | None, table: str) -> list[Select[Any]]:
    """A query of all, or one for each handful of tasks."""
    if tasks is None:
        return [query]
    column = tables.book_metadata.tables[table].c.task
    listed = sorted(set(tasks))
    return [
        query.where(column.in_(listed[start : start + _MAX_IN])) for start in range(0, len(listed), _MAX_IN)
    ]
