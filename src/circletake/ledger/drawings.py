"""Typed reads of drawings: what people drew on pictures, as it stands, and what was done already."""

import json
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Row, select

from circletake.db import tables
from circletake.domain.drawing import Mark, Shape
from circletake.domain.time import FrameRange
from circletake.ledger.canonical import read_canonical


@dataclass(frozen=True, slots=True)
class DrawingRow:
    """A drawing; `changed` is the entry that last changed it, `text` commits to the words of a text."""

    id: str
    seq: int
    at: str
    person: str
    task: str
    content: str
    mark: Mark
    text: str | None
    deleted: bool
    changed: int


_DRAWINGS = select(tables.drawn, tables.private_text.c.text).outerjoin_from(
    tables.drawn, tables.private_text, tables.drawn.c.text_commitment == tables.private_text.c.commitment
)


def _drawing(row: Row[Any]) -> DrawingRow:
    return DrawingRow(
        id=row.id,
        seq=row.seq,
        at=row.at,
        person=row.person,
        task=row.task,
        content=row.content,
        mark=Mark(
            frames=FrameRange(row.start, row.end),
            shape=cast("Shape", row.shape),
            points=tuple((x, y) for x, y in json.loads(row.points)),
            width=row.width,
            colour=row.colour,
            text="" if row.text_commitment is None else row.text,
        ),
        text=row.text_commitment,
        deleted=bool(row.deleted),
        changed=row.changed,
    )


def drawings_on(conn: Connection, task: str, content: str) -> list[DrawingRow]:
    """Every drawing on a take, oldest first, deleted ones among them."""
    table = tables.drawn
    query = _DRAWINGS.where(table.c.task == task, table.c.content == content).order_by(table.c.seq)
    return [_drawing(row) for row in conn.execute(query)]


def find_drawing(conn: Connection, drawing: str) -> DrawingRow | None:
    """The drawing of this id, or None."""
    row = conn.execute(_DRAWINGS.where(tables.drawn.c.id == drawing)).first()
    return _drawing(row) if row else None


def find_done(conn: Connection, op: str) -> tuple[str, dict[str, Any], str | None] | None:
    """What was done under an operation's id: by whom, the entry's body, and the words of a text if any."""
    entry, done, text = tables.entry, tables.drawn_op, tables.private_text
    row = conn.execute(
        select(entry.c.actor, entry.c.body)
        .join_from(done, entry, done.c.seq == entry.c.seq)
        .where(done.c.id == op)
    ).first()
    if row is None:
        return None
    body = read_canonical(row.body)["body"]
    words = conn.execute(select(text.c.text).where(text.c.commitment == (body["text"] or ""))).scalar()
    return row.actor, body, words
