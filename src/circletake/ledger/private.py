"""Erases what is kept of a person beside the book: texts with their salts, and every private row.

What an entry holds of a name or note is SHA-256(salt ‖ text). Once the salt is gone nobody can try
names on it, so the entry says nothing any more, and is still exactly what was hashed.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, delete, select

from circletake.db import tables
from circletake.db.connect import zeroing
from circletake.ledger.canonical import read_canonical

# Members of a body that commit to words of whoever made the entry. (What commits to somebody else's
# name, as a consent does to its subject's, is not among them.)
_WORDS = ("label", "note", "reason", "text")


def erase(conn: Connection, person: str, *, notes: bool) -> int:
    """Delete a person's name, account, sessions and whatever else is private to them.

    Args:
        conn: holds the write lock.
        notes: the texts they wrote as well.

    Returns:
        How many texts are gone.
    """
    zeroing(conn)
    gone = set(_names(conn, person))
    if notes:
        gone |= set(_words(conn, person))
    text = tables.private_text
    count = sum(
        conn.execute(delete(text).where(text.c.commitment == commitment)).rowcount
        for commitment in sorted(gone)
    )
    for table in tables.book_metadata.sorted_tables:
        if table not in tables.projections and table is not tables.entry and "person" in table.c:
            conn.execute(delete(table).where(table.c.person == person))
    return count


def _names(conn: Connection, person: str) -> Iterator[str]:
    """What the book commits to as this person's name, every one they ever had."""
    query = select(tables.entry.c.body).where(tables.entry.c.kind == "person")
    for row in conn.execute(query):
        body = read_canonical(row.body)["body"]
        if body["person"] == person and body["name"] is not None:
            yield body["name"]


def _words(conn: Connection, person: str) -> Iterator[str]:
    query = select(tables.entry.c.body).where(tables.entry.c.actor == person)
    for row in conn.execute(query):
        body = read_canonical(row.body)["body"]
        yield from (body[member] for member in _WORDS if isinstance(body.get(member), str))
