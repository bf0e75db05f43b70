"""What entries about the board do to the tables: versions, and proposals that people answer."""

from sqlalchemy import Connection

from circletake.db import tables
from circletake.errors import AlreadyThere, Conflict, EntryInvalid, NotFound
from circletake.ledger import entries as e
from circletake.ledger import rows


def keep_board_version(conn: Connection, entry: e.Entry, body: e.BoardBody) -> None:
    """A version of the board comes after the one before it.

    Raises:
        Conflict: it does not.
        EntryInvalid: it belongs to no production.
    """
    production = _production(entry)
    last = {"production": production, "number": body.number - 1}
    parent = rows.find(conn, tables.board_version, "hash", **last)
    taken = rows.find(conn, tables.board_version, "hash", production=production, number=body.number)
    if taken is not None or body.parent != parent or (body.number > 1 and parent is None):
        raise Conflict("The board was changed since it was looked at; look again, then decide.")
    rows.add(
        conn,
        tables.board_version,
        seq=entry.seq,
        production=production,
        number=body.number,
        hash=body.board,
        parent=body.parent,
        script=body.script,
    )


def keep_proposals(conn: Connection, entry: e.Entry, body: e.ProposedBody) -> None:
    """Proposals are there to be answered.

    Raises:
        NotFound: there is no such version of the board.
        AlreadyThere: an id is taken.
        EntryInvalid: it belongs to no production.
    """
    production = _production(entry)
    if rows.find(conn, tables.board_version, "hash", production=production, hash=body.board) is None:
        raise NotFound(f"There is no version {body.board[:12]} of the board in this production.")
    taken = rows.among(conn, tables.proposal, "id", [one for one, _ in body.proposals])
    if taken:
        raise AlreadyThere(f"There is a proposal {min(taken)} already; give this one an id of its own.")
    for rank, (one, sort) in enumerate(body.proposals):
        rows.add(
            conn,
            tables.proposal,
            id=one,
            conform=body.conform,
            production=production,
            board=body.board,
            document=body.document,
            sort=sort,
            taken=None,
            person=None,
            reason_commitment=None,
            rank=rank,
            seq=entry.seq,
        )


def keep_answers(conn: Connection, entry: e.Entry, body: e.AnsweredBody) -> None:
    """Proposals are answered, each once.

    Raises:
        NotFound: there is no such proposal.
        Conflict: one was answered already.
        EntryInvalid: it belongs to no production.
    """
    production = _production(entry)
    for one in body.proposals:
        here = {"id": one, "production": production, "conform": body.conform}
        if rows.find(conn, tables.proposal, "id", **here) is None:
            raise NotFound(f"There is no proposal {one} here; `circletake board proposals` lists them.")
        if rows.find(conn, tables.proposal, "person", **here) is not None:
            raise Conflict(f"The proposal {one} was answered already; look again.")
        rows.change(
            conn,
            tables.proposal,
            here,
            taken=body.taken,
            person=entry.actor,
            reason_commitment=body.reason,
        )


def _production(entry: e.Entry) -> str:
    if entry.production is None:
        raise EntryInvalid(f"The entry “{entry.kind}” belongs to a production; name it.")
    return entry.production
