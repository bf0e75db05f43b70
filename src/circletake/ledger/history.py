"""Reads for the history of a shot: what the book says of some tasks, with who and when of every entry."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from circletake.db import tables
from circletake.domain.verdict import Verdict
from circletake.ledger import reads


@dataclass(frozen=True, slots=True)
class Entered:
    """An entry of the book, as far as a line of history needs it."""

    seq: int
    at: str
    actor: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, and the entry that ended it: a newer verdict, or its withdrawal; None while it stands."""

    verdict: Verdict
    ended: Entered | None
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Change:
    """An entry that says something of a task, a note or an entity.

    Args:
        kind: `hold`, `omit` or `resolve`.
        about: id of the task, entity or note.
        said: the disposition of a note; `yes` or empty for a hold or an omission.
        words: the reason of a hold; None where there is none, or it was erased.
    """

    entered: Entered
    kind: str
    about: str
    said: str
    words: str | None


@dataclass(frozen=True, slots=True)
class Placed:
    """A content that stood in some slot of a version of the cut."""

    slot: str
    content: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """A seal that holds some contents; `folder` is empty before it was written out."""

    entered: Entered
    contents: frozenset[str]
    folder: str


_ENTRY = tables.entry


def _entered(row: Row[*tuple[Any, ...]]) -> Entered:
    return Entered(seq=row.seq, at=row.at, actor=row.actor)


def takes_entered(conn: Connection, tasks: Sequence[str]) -> dict[int, Entered]:
    """Entry → who brought the take of it, and when, of every take of these tasks."""
    query = (
        select(_ENTRY.c.seq, _ENTRY.c.at, _ENTRY.c.actor)
        .join_from(tables.take, _ENTRY, tables.take.c.seq == _ENTRY.c.seq)
        .where(tables.take.c.task.in_(tasks))
    )
    return {row.seq: _entered(row) for row in conn.execute(query)}


def verdicts_at(conn: Connection, tasks: Sequence[str]) -> list[Judged]:
    """Every verdict on these tasks, past ones too, with what ended each."""
    table = tables.verdict
    ends = (
        select(table.c.seq.label("verdict"), _ENTRY.c.seq, _ENTRY.c.at, _ENTRY.c.actor, _ENTRY.c.kind)
        .join_from(table, _ENTRY, table.c.ended_by == _ENTRY.c.seq)
        .where(table.c.task.in_(tasks))
    )
    ended = {row.verdict: (_entered(row), row.kind == "withdraw") for row in conn.execute(ends)}
    return [
        Judged(verdict, *ended.get(verdict.seq, (None, False)))
        for verdict, _ in reads.verdicts_on(conn, tasks)
    ]


@dataclass(frozen=True, slots=True)
class Carried:
    """An approval that was carried to content of the same essence, and the verdict it stands for."""

    entered: Entered
    verdict: int
    task: str
    content: str


def carried_to(conn: Connection, tasks: Sequence[str]) -> list[Carried]:
    """Every approval that was carried to a take of these tasks, oldest first."""
    table = tables.carry
    query = (
        select(_ENTRY.c.seq, _ENTRY.c.at, _ENTRY.c.actor, table.c.verdict, table.c.task, table.c.content)
        .join_from(table, _ENTRY, table.c.seq == _ENTRY.c.seq)
        .where(table.c.task.in_(tasks))
        .order_by(table.c.seq)
    )
    return [Carried(_entered(row), row.verdict, row.task, row.content) for row in conn.execute(query)]


def recalls_by(conn: Connection, tasks: Sequence[str]) -> list[tuple[Entered, int, int]]:
    """(Entry, seal that it recalls, verdict it is for) of every recall by a verdict on these tasks."""
    table, verdict = tables.recalled, tables.verdict
    query = (
        select(_ENTRY.c.seq, _ENTRY.c.at, _ENTRY.c.actor, table.c.sealed, table.c.verdict)
        .join_from(table, _ENTRY, table.c.seq == _ENTRY.c.seq)
        .join(verdict, verdict.c.seq == table.c.verdict)
        .where(verdict.c.task.in_(tasks))
        .order_by(table.c.seq)
    )
    return [(_entered(row), row.sealed, row.verdict) for row in conn.execute(query)]


_ABOUT = {"hold": "task", "omit": "entity", "resolve": "note"}


def changes_of(conn: Connection, production: str, about: frozenset[str]) -> list[Change]:
    """Holds, omissions and settlings of these tasks, entities and notes, oldest first."""
    query = (
        select(_ENTRY.c.seq, _ENTRY.c.at, _ENTRY.c.actor, _ENTRY.c.kind, _ENTRY.c.body)
        .where(_ENTRY.c.kind.in_(sorted(_ABOUT)), _ENTRY.c.production == production)
        .order_by(_ENTRY.c.seq)
    )
    found = [(row, json.loads(row.body)["body"]) for row in conn.execute(query)]
    found = [(row, body) for row, body in found if body[_ABOUT[row.kind]] in about]
    words = _texts(conn, [body["reason"] for row, body in found if row.kind == "hold" and body["reason"]])
    return [
        Change(
            entered=_entered(row),
            kind=row.kind,
            about=body[_ABOUT[row.kind]],
            said=_said(row.kind, body),
            words=words.get(body["reason"]) if row.kind == "hold" else None,
        )
        for row, body in found
    ]


def _said(kind: str, body: dict[str, Any]) -> str:
    if kind == "resolve":
        return str(body["disposition"])
    on = body["omitted"] if kind == "omit" else body["reason"] is not None
    return "yes" if on else ""


def _texts(conn: Connection, commitments: Sequence[str]) -> dict[str, str]:
    table = tables.private_text
    query = select(table.c.commitment, table.c.text).where(table.c.commitment.in_(commitments))
    return {row.commitment: row.text for row in conn.execute(query)}


def adoptions_of(conn: Connection, production: str, slots: Sequence[str]) -> list[tuple[Entered, str, str]]:
    """(Entry, slot, content) of every adoption into these slots; an empty content where one was emptied."""
    table = tables.adopted
    query = (
        select(_ENTRY.c.seq, _ENTRY.c.at, _ENTRY.c.actor, table.c.slot, table.c.content)
        .join_from(table, _ENTRY, table.c.seq == _ENTRY.c.seq)
        .where(table.c.production == production, table.c.slot.in_(slots))
        .order_by(table.c.seq)
    )
    return [(_entered(row), row.slot, row.content or "") for row in conn.execute(query)]


class _Slot(msgspec.Struct):
    """As much of a slot of the cut as is asked for: a version lists the whole film."""

    id: str
    shot: str
    take: str | None = None


class _Cut(msgspec.Struct):
    slots: list[_Slot]


def cut_versions(conn: Connection, production: str, shot: str) -> Iterator[tuple[Entered, set[Placed]]]:
    """Each version of the cut, oldest first, with what fills the slots of a shot in it."""
    table = tables.cut
    query = (
        select(_ENTRY.c.seq, _ENTRY.c.at, _ENTRY.c.actor, table.c.body)
        .join_from(table, _ENTRY, table.c.seq == _ENTRY.c.seq)
        .where(table.c.production == production)
        .order_by(table.c.number)
        .execution_options(yield_per=20)
    )
    read = msgspec.json.Decoder(_Cut).decode
    for row in conn.execute(query):
        slots = read(row.body).slots
        yield _entered(row), {Placed(one.id, one.take) for one in slots if one.shot == shot and one.take}


def deliveries_with(conn: Connection, production: str, contents: frozenset[str]) -> list[Delivered]:
    """Every seal that holds one of these contents, oldest first."""
    sealed, delivered = tables.sealed, tables.delivered
    query = (
        select(_ENTRY.c.seq, _ENTRY.c.at, _ENTRY.c.actor, sealed.c.contents, delivered.c.folder_name)
        .join_from(sealed, _ENTRY, sealed.c.seq == _ENTRY.c.seq)
        .outerjoin(delivered, delivered.c.sealed == sealed.c.seq)
        .where(sealed.c.production == production)
        .order_by(sealed.c.seq)
    )
    found: dict[int, Delivered] = {}
    for row in conn.execute(query):
        shipped = contents.intersection(json.loads(row.contents))
        if shipped:
            found.setdefault(row.seq, Delivered(_entered(row), shipped, row.folder_name or ""))
    return list(found.values())
