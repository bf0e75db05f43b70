"""Reads of what others said that concerns somebody: of their takes, in answer to them, or naming them.

Nothing is kept for it: the book says all of this already.
"""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Select, and_, exists, or_, select

from circletake.db import tables

Kind = Literal["verdict", "note"]


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that somebody else said.

    Args:
        value: of a verdict; None for a note.
        text: their words with ids for names; None where there are none, or they were erased.
        id: of a note; empty for a verdict.
        mine: about a take this person made.
        answers: an answer to a note of theirs.
        open: a note that waits to be settled.
    """

    seq: int
    at: str
    kind: Kind
    person: str
    production: str
    task: str
    content: str
    number: int
    code: str
    stage: str
    gate: str
    value: int | None
    text: str | None
    id: str
    mine: bool
    answers: bool
    open: bool


def _made_by(person: str) -> Any:  # noqa: ANN401 (SQLAlchemy's own type of a condition is as wide)
    return tables.take.c.makers.contains(f'"{person}"', autoescape=True)


def _names(person: str) -> Any:  # noqa: ANN401 (SQLAlchemy's own type of a condition is as wide)
    return tables.private_text.c.text.contains(f"@{person}", autoescape=True)


def heard_by(conn: Connection, person: str, productions: list[str], *, most: int) -> list[Heard]:
    """What others said that concerns a person, the newest first.

    Args:
        productions: where they hold a role.
        most: of each kind.
    """
    if not productions:
        return []
    found = [
        *_verdicts(conn, person, productions, most),
        *_notes(conn, person, productions, most),
    ]
    return sorted(found, key=lambda one: -one.seq)


def _about(said: Any, text: Any) -> Select[Any]:  # noqa: ANN401 (a column's expression, as SQLAlchemy has it)
    take, task, entity, words = tables.take, tables.task, tables.entity, tables.private_text
    return (
        select(
            said,
            take.c.number,
            take.c.makers,
            entity.c.code.label("code"),
            task.c.stage.label("stage"),
            words.c.text.label("words"),
        )
        .join_from(said, take, and_(take.c.task == said.c.task, take.c.content == said.c.content))
        .join(task, task.c.id == said.c.task)
        .join(entity, entity.c.id == task.c.entity)
        .outerjoin(words, words.c.commitment == text)
    )


def _verdicts(conn: Connection, person: str, productions: list[str], most: int) -> list[Heard]:
    table = tables.verdict
    query = (
        _about(table, table.c.note_commitment)
        .where(
            table.c.production.in_(productions),
            table.c.live,
            table.c.person != person,
            or_(_made_by(person), _names(person)),
        )
        .order_by(table.c.seq.desc())
        .limit(most)
    )
    return [_heard(row, person, kind="verdict") for row in conn.execute(query)]


def _notes(conn: Connection, person: str, productions: list[str], most: int) -> list[Heard]:
    table, above = tables.note, tables.note.alias("above")
    answered = exists().where(above.c.id == table.c.reply_to, above.c.person == person)
    query = (
        _about(table, table.c.text_commitment)
        .add_columns(answered.label("answers"))
        .where(
            table.c.production.in_(productions),
            table.c.person != person,
            or_(_made_by(person), _names(person), answered),
        )
        .order_by(table.c.seq.desc())
        .limit(most)
    )
    return [_heard(row, person, kind="note") for row in conn.execute(query)]


def _heard(row: Any, person: str, *, kind: Kind) -> Heard:  # noqa: ANN401 (a row of either query)
    is_note = kind == "note"
    return Heard(
        seq=row.seq,
        at=row.at,
        kind=kind,
        person=row.person,
        production=row.production,
        task=row.task,
        content=row.content,
        number=row.number,
        code=row.code,
        stage=row.stage,
        gate="" if is_note else row.gate,
        value=None if is_note else row.value,
        text=row.words,
        id=row.id if is_note else "",
        mine=f'"{person}"' in row.makers,
        answers=bool(row.answers) if is_note else False,
        open=is_note and row.disposition is None and row.reply_to is None,
    )


def approved_by(conn: Connection, person: str, production: str) -> set[tuple[str, str]]:
    """(Task, content) of everything that a person's standing verdict speaks for."""
    table = tables.verdict
    query = select(table.c.task, table.c.content).where(
        table.c.production == production, table.c.person == person, table.c.live, table.c.value > 0
    )
    return {(row.task, row.content) for row in conn.execute(query)}
