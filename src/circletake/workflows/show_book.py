"""The book as doors show it: its entries, whether it verifies, whether the tables follow from it."""

from circletake.domain.people import MAY, Action
from circletake.ledger.accounts import Session
from circletake.ledger.roles import productions_of
from circletake.workflows.house import House
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
    found = verify(house)
    return BookCheckView(
        holds=rebuilt.equal,
        entries=rebuilt.entries,
        head=found.head,
        broken_at=None,
        sentence=rebuilt.sentence,
    )


def entries(house: House, who: Session, *, after: int, limit: int) -> list[BookEntryView]:
    """Entries after a number, of the studio as a whole and of productions whose book this person may read."""
    mine = _productions(house, who, "read_book")
    return [
        BookEntryView(
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
    mine = _productions(house, who, "see")
    return [
        BookEntryView(
            seq=entry.seq, at=entry.at, kind=entry.kind, actor="", leaf="", production=entry.production
        )
        for entry in house.book.entries(after, min(limit, _MOST))
        if entry.production is None or entry.production in mine
    ]


def _productions(house: House, who: Session, action: Action) -> set[str]:
    with house.book.reading() as conn:
        held = productions_of(conn, str(who.person))
    return {production for production, roles in held.items() if roles & MAY[action]}
