"""Makes checkpoints of the book: grown from the last one, signed, kept beside the book.

None is ever made that contradicts one made before. A book that is shorter than what was signed, or that
begins otherwise, is a restored backup or worse: a person has to say so, and a new key begins a new log.
"""

from dataclasses import dataclass
from typing import cast

from sqlalchemy import BigInteger, Connection, Integer, bindparam, select

from circletake.db import tables
from circletake.errors import BookBroken, CheckpointRefused
from circletake.ledger import rows
from circletake.ledger.book import Book
from circletake.ledger.chain import Head
from circletake.ledger.merkle import Frontier
from circletake.ledger.signer import Signed, Signer
from circletake.ledger.transaction import read_head

_BATCH = 5000


@dataclass(frozen=True, slots=True)
class Made:
    """A checkpoint as it is kept.

    Args:
        name: of the key, which is the origin.
        size: entries.
        root: Merkle root over them.
        at: when it was made, as the studio's clock had it; not signed.
        note: the signed text.
        key: the public key, as it is handed round.
    """

    name: str
    size: int
    root: bytes
    at: str
    note: str
    key: str


def checkpoints(conn: Connection) -> list[Made]:
    """Every checkpoint, in order of size."""
    table = tables.checkpoint
    query = select(table).order_by(table.c.size, table.c.at)
    return [
        Made(name=row.name, size=row.size, root=row.root, at=row.at, note=row.note, key=row.key)
        for row in conn.execute(query)
    ]


def make_checkpoint(book: Book, signer: Signer) -> Made | None:
    """Sign what the book is now.

    Returns:
        The checkpoint; the last one if nothing came since; None of an empty book.

    Raises:
        CheckpointRefused: the book is not a continuation of what this key signed last.
    """
    last = signer.last()
    with book.reading() as conn:
        head = read_head(conn)
        check_continues(conn, signer, head, last)
        if head.seq == 0:
            return None
        known = _find(conn, signer.name, head.seq)
        edge = _grow(conn, head.seq) if known is None else None
    if edge is not None:
        known = _keep(book, signer, edge)
    signed = Signed(size=head.seq, root=known.root.hex(), chain=head.chain.hex()) if known else None
    if signed is not None and signer.last() != signed:
        signer.remember(signed)
    return known


def _keep(book: Book, signer: Signer, edge: Frontier) -> Made:
    with book.transact() as tx:
        known = _find(tx.conn, signer.name, edge.size)
        if known is not None:
            return known  # another process of this studio was first
        made = Made(
            name=signer.name,
            size=edge.size,
            root=edge.root(),
            at=tx.now,
            note=signer.sign(size=edge.size, root=edge.root()),
            key=signer.key,
        )
        rows.add(
            tx.conn,
            tables.checkpoint,
            name=made.name,
            size=made.size,
            root=made.root,
            peaks=edge.peaks,
            at=made.at,
            note=made.note,
            key=made.key,
        )
    return made


def check_continues(conn: Connection, signer: Signer, head: Head, last: Signed | None) -> None:
    """Make sure that the book begins with exactly what its key signed last.

    Args:
        last: what the signer says it signed last, asked before `conn` saw the book: what somebody signs in
            between is of a longer book than the one that is seen.

    Raises:
        CheckpointRefused: it does not; says what to do.
    """
    last = last or _last_kept(conn, signer)
    if last is None:
        return
    if last.size > head.seq:
        matter = f"it has {head.seq} entries, and {last.size} were signed already"
    else:
        chain = rows.find(conn, tables.entry, "chain", seq=last.size)
        if chain == bytes.fromhex(last.chain):
            return
        matter = f"its first {last.size} entries are not those that were signed"
    raise CheckpointRefused(
        f"No checkpoint of this book can be signed: {matter}. If a backup was restored, say so with "
        f"`circletake book checkpoint --new-key`: a new key begins a new log, and what the old key signed "
        f"stays as it is.",
        entries=head.seq,
        signed=last.size,
    )


def _last_kept(conn: Connection, signer: Signer) -> Signed | None:
    """What the database holds as signed last, where the file beside the key is gone."""
    mine = [made for made in checkpoints(conn) if made.name == signer.name]
    if not mine:
        return None
    size = mine[-1].size
    edge = Frontier()
    for leaf in leaves(conn, upto=size):
        edge.append(leaf)
    chain = rows.find(conn, tables.entry, "chain", seq=size) if edge.root() == mine[-1].root else b""
    return Signed(size=size, root=mine[-1].root.hex(), chain=cast("bytes", chain or b"").hex())


def _find(conn: Connection, name: str, size: int) -> Made | None:
    return next((made for made in checkpoints(conn) if (made.name, made.size) == (name, size)), None)


_LEAVES = (
    select(tables.entry.c.leaf)
    .where(tables.entry.c.seq > bindparam("after", type_=BigInteger))
    .where(tables.entry.c.seq <= bindparam("upto", type_=BigInteger))
    .order_by(tables.entry.c.seq)
    .limit(bindparam("most", type_=Integer))
)


def _grow(conn: Connection, size: int) -> Frontier:
    """The tree's edge at a size, grown from the newest one that is kept."""
    table = tables.checkpoint
    query = select(table.c.size, table.c.peaks, table.c.root).where(table.c.size <= size)
    row = conn.execute(query.order_by(table.c.size.desc()).limit(1)).first()
    edge = Frontier(row.size, row.peaks) if row else Frontier()
    if row and edge.root() != row.root:
        raise BookBroken(f"The checkpoint of {row.size} entries was changed; restore the book from a backup.")
    for leaf in leaves(conn, after=edge.size, upto=size):
        edge.append(leaf)
    return edge


def leaves(conn: Connection, *, after: int = 0, upto: int) -> list[bytes]:
    """Hashes of entries after a number, up to and with another, in order."""
    found: list[bytes] = []
    while batch := rows.fetch(conn, _LEAVES, after=after + len(found), upto=upto, most=_BATCH):
        found += [row[0] for row in batch]
    return found
