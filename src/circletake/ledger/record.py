"""Writes what a stranger verifies a book with: entries, what was signed of them, names, the verifier."""

import shutil
from pathlib import Path

from sqlalchemy import Connection, Select, select

from circletake.db import tables
from circletake.errors import BookBroken, NotFound
from circletake.ledger.book import Book
from circletake.ledger.canonical import canonical
from circletake.ledger.chain import ROOT, Head, chain_hash, leaf_hash
from circletake.ledger.checkpoint import Made, checkpoints
from circletake.ledger.merkle import Tree
from circletake.ledger.witness import witnessed

ENTRIES, HEADS, PEOPLE, VERIFIER = "entries.jsonl", "heads.json", "people.json", "verify.py"
CHECKPOINTS = "checkpoints.json"
_BATCH = 1000


def export_record(book: Book, folder: Path, *, seal: int | None = None) -> Head:
    """Write the book as it is now, and what it takes to verify it, and a seal in it.

    The whole book goes along, because each link of its chain needs the one before. Of names, beside a
    deliverable, only those of people who gave verdicts in the seal's production.

    Args:
        folder: is there already; files of these names are replaced.
        seal: number of the `sealed` entry; None for the book alone.

    Returns:
        Where the book ended.

    Raises:
        NotFound: no entry of this number seals anything.
        BookBroken: the book does not hold up to here; nothing is to be proven with it.
    """
    with book.reading() as conn:
        people = select(tables.person.c.id)
        if seal is not None:
            people = _judges(conn, seal)
        signed = checkpoints(conn)
        tree = Tree()
        head = _write_entries(conn, folder / ENTRIES, tree if signed else None)
        _write(folder / HEADS, {"chain": head.chain.hex(), "seq": head.seq})
        _write(folder / PEOPLE, _names(conn, people))
        _write(folder / CHECKPOINTS, _signed(tree, signed, seal))
        _write_receipts(conn, folder, {(made.name, made.size): made.note for made in signed})
    shutil.copyfile(Path(__file__).with_name("verifier.py"), folder / VERIFIER)
    return head


def _write(path: Path, value: object) -> None:
    path.write_bytes(canonical(value) + b"\n")


def _judges(conn: Connection, seal: int) -> Select[tuple[str]]:
    """Who gave verdicts in a seal's production."""
    production = conn.execute(select(tables.sealed.c.production).where(tables.sealed.c.seq == seal)).scalar()
    if production is None:
        raise NotFound(f"Entry {seal} seals nothing; `circletake book show` lists the entries.")
    return select(tables.verdict.c.person).where(tables.verdict.c.production == production)


def _write_entries(conn: Connection, path: Path, tree: Tree | None) -> Head:
    """An entry a line: its canonical bytes, a tab (which they cannot hold), the chain's hash there in hex."""
    table = tables.entry
    query = select(table.c.seq, table.c.body, table.c.chain).order_by(table.c.seq)
    head = Head(seq=0, chain=ROOT)
    with path.open("wb") as file, conn.execute(query.execution_options(yield_per=_BATCH)) as found:
        for row in found:
            leaf = leaf_hash(row.body)
            chain = chain_hash(head.chain, leaf)
            if chain != row.chain or row.seq != head.seq + 1:
                raise BookBroken(f"Entry {head.seq + 1} is not the one that was chained.", seq=head.seq + 1)
            file.write(row.body + b"\t" + chain.hex().encode() + b"\n")
            head = Head(seq=row.seq, chain=chain)
            if tree is not None:
                tree.append(leaf)
    return head


def _signed(tree: Tree, signed: list[Made], seal: int | None) -> dict[str, object]:
    """Checkpoints, each with the proof that it continues the one before; the newest holds the seal."""
    listed, before = [], 0
    for made in signed:
        if tree.root(made.size) != made.root:
            raise BookBroken(
                f"The first {made.size} entries are not those of their checkpoint.", seq=made.size
            )
        proof = tree.consistency(before, made.size) if before else []
        listed.append({"key": made.key, "note": made.note, "proof": [part.hex() for part in proof]})
        before = made.size
    held = None
    if seal is not None and seal <= before:
        held = {"proof": [part.hex() for part in tree.inclusion(seal - 1, before)], "seq": seal}
    return {"checkpoints": listed, "seal": held}


def _write_receipts(conn: Connection, folder: Path, notes: dict[tuple[str, int], str]) -> None:
    """What witnesses gave, each beside the note it is about, for the tools that read such receipts."""
    for one in witnessed(conn):
        note = notes.get((one.name, one.size))
        if one.holds and note is not None:
            (folder / f"checkpoint-{one.size}.txt").write_bytes(note.encode())
            (folder / f"witness-{one.size}-{one.witness}.{one.suffix}").write_bytes(one.data)


def _names(conn: Connection, people: Select[tuple[str]]) -> dict[str, dict[str, str]]:
    """Pseudonym → name and salt, which together open the commitment that the book holds."""
    query = (
        select(tables.person.c.id, tables.private_text.c.text, tables.private_text.c.salt)
        .join_from(
            tables.person,
            tables.private_text,
            tables.person.c.name_commitment == tables.private_text.c.commitment,
        )
        .where(tables.person.c.id.in_(people))
    )
    return {row.id: {"name": row.text, "salt": row.salt.hex()} for row in conn.execute(query)}
