"""Typed reads of the board: its versions, and what timelines proposed."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from circletake.db import tables


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A version of the board; `by` made it at `at`."""

    hash: str
    number: int
    script: str | None
    at: str
    by: str


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal; `taken` and `person` are None until it is answered, `reason` where nobody gave one."""

    id: str
    conform: str
    board: str
    document: str
    sort: str
    taken: bool | None
    person: str | None
    reason: str | None


def board_versions(
    conn: Connection, production: str, *, number: int | None = None, limit: int = 1
) -> list[BoardRow]:
    """Versions of a production's board, the newest first; only the one of a number where it is given."""
    table, entry = tables.board_version, tables.entry
    query = (
        select(table, entry.c.at, entry.c.actor)
        .join_from(table, entry, table.c.seq == entry.c.seq)
        .where(table.c.production == production)
        .order_by(table.c.number.desc())
        .limit(limit)
    )
    if number is not None:
        query = query.where(table.c.number == number)
    return [BoardRow(row.hash, row.number, row.script, row.at, row.actor) for row in conn.execute(query)]


def proposals_of(conn: Connection, production: str, *, conform: str | None = None) -> list[ProposalRow]:
    """Proposals of a production, of the newest timeline where none is named, in the order of the timeline."""
    table, text = tables.proposal, tables.private_text
    if conform is None:
        newest = select(table.c.conform).where(table.c.production == production)
        conform = conn.execute(newest.order_by(table.c.seq.desc()).limit(1)).scalar()
    query = (
        select(table, text.c.text)
        .outerjoin_from(table, text, table.c.reason_commitment == text.c.commitment)
        .where(table.c.production == production, table.c.conform == conform)
        .order_by(table.c.rank)
    )
    return [
        ProposalRow(row.id, row.conform, row.board, row.document, row.sort, row.taken, row.person, row.text)
        for row in conn.execute(query)
    ]
