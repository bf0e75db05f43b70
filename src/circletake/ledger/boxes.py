"""Typed reads of boxes: where people say that characters are, what stands and what was withdrawn."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Row, select

from circletake.db import tables
from circletake.domain.boxed import Boxed, Where

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class BoxRow:
    """A box; `withdrawn` is the entry that withdrew it, None while it stands."""

    seq: int
    at: str
    person: str
    task: str
    content: str
    boxed: Boxed
    withdrawn_by: str | None
    withdrawn: int | None


def _box(row: Row[Any]) -> BoxRow:
    where = json.loads(row.where)
    return BoxRow(
        seq=row.seq,
        at=row.at,
        person=row.person,
        task=row.task,
        content=row.content,
        boxed=Boxed(row.id, row.character, row.frame, cast("Where", tuple(where)) if where else None),
        withdrawn_by=row.withdrawn_by,
        withdrawn=row.withdrawn,
    )


def boxes_on(conn: Connection, production: str, contents: Iterable[str]) -> dict[str, list[BoxRow]]:
    """Content → every box ever drawn on it in a production, oldest first, at whatever task."""
    table, wanted = tables.boxed, sorted(set(contents))
    found: dict[str, list[BoxRow]] = defaultdict(list)
    for start in range(0, len(wanted), _AT_ONCE):
        query = (
            select(table)
            .where(table.c.production == production, table.c.content.in_(wanted[start : start + _AT_ONCE]))
            .order_by(table.c.seq)
        )
        for row in conn.execute(query):
            found[row.content].append(_box(row))
    return dict(found)


def find_box(conn: Connection, box: str) -> BoxRow | None:
    """The box of this id, or None."""
    row = conn.execute(select(tables.boxed).where(tables.boxed.c.id == box)).first()
    return _box(row) if row else None
