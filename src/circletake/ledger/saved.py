"""What people keep for themselves beside the book: views of boards, and how far they have seen.

Private rows. Nothing is decided by them, and they go with the person.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from circletake.db import tables
from circletake.errors import NotFound, RequestInvalid


@dataclass(frozen=True, slots=True)
class SavedView:
    """A board as somebody likes to look at it.

    Args:
        query: filters and order, as they stand in the page's address.
    """

    id: str
    name: str
    query: str


MOST_VIEWS = 100


def views_of(conn: Connection, person: str, production: str) -> list[SavedView]:
    """A person's views of a production's board, by name."""
    table = tables.saved_view
    query = (
        select(table.c.id, table.c.name, table.c.query)
        .where(table.c.person == person, table.c.production == production)
        .order_by(func.lower(table.c.name), table.c.name)
    )
    return [SavedView(id=row.id, name=row.name, query=row.query) for row in conn.execute(query)]


def save_view(
    conn: Connection, *, person: str, production: str, name: str, query: str, now: datetime
) -> None:
    """Keep a view under a name; the same name again means the newer view.

    Raises:
        RequestInvalid: the person keeps as many as they may.
    """
    table = tables.saved_view
    mine = (table.c.person == person, table.c.production == production)
    if conn.execute(update(table).where(*mine, table.c.name == name).values(query=query)).rowcount:
        return
    if conn.execute(select(func.count()).select_from(table).where(*mine)).scalar_one() >= MOST_VIEWS:
        raise RequestInvalid(
            f"You keep {MOST_VIEWS} views of this board; delete one that you no longer need."
        )
    conn.execute(
        insert(table).values(
            id="w_" + secrets.token_hex(8),
            person=person,
            production=production,
            name=name,
            query=query,
            created_at=now.isoformat(),
        )
    )


def delete_view(conn: Connection, *, person: str, production: str, view: str) -> None:
    """Forget a view.

    Raises:
        NotFound: the person keeps none of this id.
    """
    table = tables.saved_view
    mine = (table.c.id == view, table.c.person == person, table.c.production == production)
    if conn.execute(delete(table).where(*mine)).rowcount != 1:
        raise NotFound(f"You keep no view {view} of this board; reload the page.")


def seen_by(conn: Connection, person: str) -> int:
    """The newest entry somebody has been told of; 0 before they were told of any."""
    return conn.execute(select(tables.seen.c.seq).where(tables.seen.c.person == person)).scalar() or 0


def note_seen(conn: Connection, person: str, seq: int) -> None:
    """Remember how far somebody has seen; it never goes back."""
    table = tables.seen
    known = conn.execute(select(table.c.seq).where(table.c.person == person)).scalar()
    if known is None:
        conn.execute(insert(table).values(person=person, seq=seq))
    elif seq > known:
        conn.execute(update(table).where(table.c.person == person).values(seq=seq))
