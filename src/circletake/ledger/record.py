"""Writes what a deliverable is verified with: the book, the names behind it, and the verifier itself."""

import shutil
from pathlib import Path

from sqlalchemy import Connection, select

from circletake.db import tables
from circletake.errors import BookBroken, NotFound
from circletake.ledger.book import Book
from circletake.ledger.canonical import canonical
from circletake.ledger.chain import ROOT, Head, chain_hash, leaf_hash

ENTRIES, HEADS, PEOPLE, VERIFIER = "entries.jsonl", "heads.json", "people.json", "verify.py"
_BATCH = 1000


def export_record(book: Book, folder: Path, *, seal: int) -> Head:
    """Write the book as it is now, and what it takes to verify a seal in it, beside a deliverable.

    The whole book goes along, because each link of its chain needs the one before; of names, only those
    of people who gave verdicts in the seal's production.

    Args:
        folder: is there already; files of these names are replaced.
        seal: number of the `sealed` entry.

    Returns:
        Where the book ended.

    Raises:
        NotFound: no entry of this number seals anything.
        BookBroken: the book does not hold up to here; nothing is to be proven with it.
    """
    with book.reading() as conn:
        production = conn.execute(
            select(tables.sealed.c.production).where(tables.sealed.c.seq == seal)
        ).scalar()
        if production is None:
            raise NotFound(f"Entry {seal} seals nothing; `circletake book show` lists the entries.")
        head = _write_entries(conn, folder / ENTRIES)
        (folder / HEADS).write_bytes(canonical({"chain": head.chain.hex(), "seq": head.seq}) + b"\n")
        (folder / PEOPLE).write_bytes(canonical(_names(conn, production)) + b"\n")
    shutil.copyfile(Path(__file__).with_name("verifier.py"), folder / VERIFIER)
    return head


def _write_entries(conn: Connection, path: Path) -> Head:
    """An entry a line: its canonical bytes, a tab (which they cannot hold), the chain's hash there in hex."""
    table = tables.entry
    query = select(table.c.seq, table.c.body, table.c.chain).order_by(table.c.seq)
    head = Head(seq=0, chain=ROOT)
    with path.open("wb") as file, conn.execute(query.execution_options(yield_per=_BATCH)) as found:
        for row in found:
            chain = chain_hash(head.chain, leaf_hash(row.body))
            if chain != row.chain or row.seq != head.seq + 1:
                raise BookBroken(f"Entry {head.seq + 1} is not the one that was chained.", seq=head.seq + 1)
            file.write(row.body + b"\t" + chain.hex().encode() + b"\n")
            head = Head(seq=row.seq, chain=chain)
    return head


def _names(conn: Connection, production: str) -> dict[str, dict[str, str]]:
    """Pseudonym → name and salt, which together open the commitment that the book holds."""
    judges = select(tables.verdict.c.person).where(tables.verdict.c.production == production)
    query = (
        select(tables.person.c.id, tables.private_text.c.text, tables.private_text.c.salt)
        .join_from(
            tables.person,
            tables.private_text,
            tables.person.c.name_commitment == tables.private_text.c.commitment,
        )
        .where(tables.person.c.id.in_(judges))
    )
    return {row.id: {"name": row.text, "salt": row.salt.hex()} for row in conn.execute(query)}
