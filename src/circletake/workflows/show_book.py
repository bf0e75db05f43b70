"""The book as doors show it: its entries, whether it verifies, whether the tables follow from it."""

from pathlib import Path

from circletake.domain.people import MAY, Action
from circletake.errors import AlreadyThere, DiskFull
from circletake.ledger.accounts import Session
from circletake.ledger.record import export_record
from circletake.ledger.roles import productions_of
from circletake.workflows.floor import veil_of
from circletake.workflows.house import House
from circletake.workflows.veil import HIDDEN, Veil
from circletake.workflows.views import BookCheckView, BookEntryView

_MOST = 1000


def verify(house: House) -> BookCheckView:
    """Check every byte of the book."""
    found = house.book.verify()
    return BookCheckView(
        holds=found.holds,
        entries=found.entries,
        head=found.head,
        broken_at=found.broken_at,
        sentence=found.sentence,
    )


def replay(house: House) -> BookCheckView:
    """Rebuild every projection and say whether anything differed from what was there."""
    rebuilt = house.book.replay()
    return BookCheckView(
        holds=rebuilt.equal,
        entries=rebuilt.entries,
        head=rebuilt.head,
        broken_at=None,
        sentence=rebuilt.sentence,
    )


def export(house: House, folder: Path) -> BookCheckView:
    """Write the record of the book alone.

    Raises:
        AlreadyThere: the folder holds other things.
        DiskFull: it cannot be written.
    """
    if folder.exists() and any(folder.iterdir()):
        raise AlreadyThere(f"{folder} holds other things; name a new or empty folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        head = export_record(house.book, folder)
    except OSError as refused:
        raise DiskFull(f"{folder} cannot be written ({refused.strerror}); choose another place.") from refused
    return BookCheckView(
        holds=True,
        entries=head.seq,
        head=head.chain.hex(),
        broken_at=None,
        sentence=f"{head.seq} entries are in {folder}; to check: python -I {folder}/verify.py {folder}",
    )


def entries(house: House, who: Session, *, after: int, limit: int) -> list[BookEntryView]:
    """Entries after a number, of the studio as a whole and of productions this person is part of.

    Of an entry that is hidden from them until they decide, only its number, time and production show:
    not even its hash, which could be tried out.
    """
    mine = _veils(house, who, "read_book")
    return [
        BookEntryView(seq=entry.seq, at=entry.at, kind=HIDDEN, actor="", leaf="", production=entry.production)
        if entry.production in mine and mine[entry.production].covers(entry.kind, entry.actor, entry.body)
        else BookEntryView(
            seq=entry.seq,
            at=entry.at,
            kind=entry.kind,
            actor=entry.actor,
            leaf=entry.leaf.hex(),
            body=entry.body,
            production=entry.production,
        )
        for entry in house.book.entries(after, min(limit, _MOST))
        if entry.production is None or entry.production in mine
    ]


def news(house: House, who: Session, *, after: int, limit: int) -> list[BookEntryView]:
    """That something happened, where this person may see: the same entries with nothing of their bodies."""
    mine = _veils(house, who, "see")
    return [
        BookEntryView(
            seq=entry.seq,
            at=entry.at,
            kind=HIDDEN
            if entry.production in mine and mine[entry.production].covers(entry.kind, entry.actor, entry.body)
            else entry.kind,
            actor="",
            leaf="",
            production=entry.production,
        )
        for entry in house.book.entries(after, min(limit, _MOST))
        if entry.production is None or entry.production in mine
    ]


def _veils(house: House, who: Session, action: Action) -> dict[str, Veil]:
    """Production → what of it this person may not see yet, where they may do this."""
    with house.book.reading() as conn:
        held = productions_of(conn, str(who.person))
        return {
            production: veil_of(house, conn, who, production)
            for production, roles in held.items()
            if roles & MAY[action]
        }
