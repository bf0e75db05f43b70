"""The book as doors show it: its entries, whether it verifies, whether the tables follow from it."""

from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.workflows.house import House
from circletake.workflows.show_board import veil_of
from circletake.workflows.veil import HIDDEN
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


def entries(house: House, who: Session, *, after: int, limit: int) -> list[BookEntryView]:
    """Entries after a number, of the studio as a whole and of productions this person is part of.

    Of an entry that is hidden from them until they decide, only its number, time and production show:
    not even its hash, which could be tried out.
    """
    with house.book.reading() as conn:
        mine = {
            production.id: veil_of(house, conn, who, production.id)
            for production in reads.productions(conn)
            if reads.roles_of(conn, production.id, str(who.person))
        }
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
