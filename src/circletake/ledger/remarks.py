"""Typed reads of what people said beside verdicts: overrides, notes, consents and permits."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Row, Select, select

from circletake.db import tables
from circletake.domain.people import Role
from circletake.domain.time import FrameRange
from circletake.domain.verdict import Disposition, Region, Severity


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """Somebody let a content pass a gate; `note` is None once erased."""

    seq: int
    at: str
    person: str
    task: str
    content: str
    gate: str
    role: Role
    rules: tuple[str, ...]
    code: str
    note: str | None


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note on a content; `disposition` is None while it is open, `text` once erased."""

    id: str
    seq: int
    at: str
    person: str
    task: str
    content: str
    severity: Severity
    text: str | None
    ranges: tuple[FrameRange, ...]
    regions: tuple[Region, ...]
    reply_to: str | None
    disposition: Disposition | None
    resolved_by: str | None
    drawings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A consent or permit as it stands; `subject` is None once erased."""

    id: str
    seq: int
    production: str
    kind: str
    entity: str
    code: str
    subject: str | None
    subject_commitment: str
    uses: tuple[str, ...]
    until: str | None
    document: str | None
    granted: bool
    lapsed: bool


_OVERRIDES = select(tables.overridden, tables.private_text.c.text).outerjoin_from(
    tables.overridden,
    tables.private_text,
    tables.overridden.c.note_commitment == tables.private_text.c.commitment,
)
_NOTES = select(tables.note, tables.private_text.c.text).outerjoin_from(
    tables.note, tables.private_text, tables.note.c.text_commitment == tables.private_text.c.commitment
)
_CONSENTS = (
    select(tables.consent, tables.entity.c.code, tables.private_text.c.text)
    .join_from(tables.consent, tables.entity, tables.consent.c.entity == tables.entity.c.id)
    .outerjoin(tables.private_text, tables.consent.c.subject_commitment == tables.private_text.c.commitment)
)


def _override(row: Row[Any]) -> OverrideRow:
    body = json.loads(row.body)
    return OverrideRow(
        seq=row.seq,
        at=row.at,
        person=row.person,
        task=row.task,
        content=row.content,
        gate=row.gate,
        role=cast("Role", body["role"]),
        rules=tuple(body["rules"]),
        code=body["code"],
        note=row.text,
    )


def overrides_of(conn: Connection, *tasks: str) -> list[OverrideRow]:
    """Every override ever given at a task, or at a handful of them, oldest first."""
    query = _OVERRIDES.where(tables.overridden.c.task.in_(tasks)).order_by(tables.overridden.c.seq)
    return [_override(row) for row in conn.execute(query)]


def find_override(conn: Connection, *, key: str) -> OverrideRow | None:
    """The override of this idempotency key, or None."""
    row = conn.execute(_OVERRIDES.where(tables.overridden.c.key == key)).first()
    return _override(row) if row else None


def _note(row: Row[Any]) -> NoteRow:
    body = json.loads(row.body)
    return NoteRow(
        id=row.id,
        seq=row.seq,
        at=row.at,
        person=row.person,
        task=row.task,
        content=row.content,
        severity=cast("Severity", row.severity),
        text=row.text,
        ranges=tuple(FrameRange(start, end) for start, end in body["ranges"]),
        regions=tuple(cast("Region", tuple(one)) for one in body["regions"]),
        reply_to=row.reply_to,
        disposition=cast("Disposition | None", row.disposition),
        resolved_by=row.resolved_by,
        drawings=tuple(body.get("drawings", ())),  # notes of before there were drawings say nothing of them
    )


def _notes(conn: Connection, query: Select[Any]) -> list[NoteRow]:
    return [_note(row) for row in conn.execute(query.order_by(tables.note.c.seq))]


def notes_of(conn: Connection, *tasks: str) -> list[NoteRow]:
    """Every note at a task, or at a handful of them, oldest first, replies among them."""
    return _notes(conn, _NOTES.where(tables.note.c.task.in_(tasks)))


def find_note(conn: Connection, note: str) -> NoteRow | None:
    """The note of this id, or None."""
    return next(iter(_notes(conn, _NOTES.where(tables.note.c.id == note))), None)


def _consents(conn: Connection, query: Select[Any]) -> list[ConsentRow]:
    return [
        ConsentRow(
            id=row.id,
            seq=row.seq,
            production=row.production,
            kind=row.kind,
            entity=row.entity,
            code=row.code,
            subject=row.text,
            subject_commitment=row.subject_commitment,
            uses=tuple(json.loads(row.uses)),
            until=row.until,
            document=row.document,
            granted=bool(row.granted),
            lapsed=bool(row.lapsed),
        )
        for row in conn.execute(query.order_by(tables.consent.c.seq))
    ]


def consents_in(conn: Connection, production: str) -> list[ConsentRow]:
    """Every consent and permit of a production, in the order in which they last changed."""
    return _consents(conn, _CONSENTS.where(tables.consent.c.production == production))


def find_consent(conn: Connection, consent: str) -> ConsentRow | None:
    """The consent or permit of this id, or None."""
    return next(iter(_consents(conn, _CONSENTS.where(tables.consent.c.id == consent))), None)


def ending_consents(conn: Connection) -> Sequence[ConsentRow]:
    """Consents and permits of every production that have a last day and are in force."""
    table = tables.consent
    return _consents(conn, _CONSENTS.where(table.c.until.is_not(None), table.c.granted, ~table.c.lapsed))
