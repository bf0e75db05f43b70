"""Saved views of a board: a name and what stands in the page's address; each person keeps their own."""

from datetime import datetime

from circletake.errors import NameInvalid
from circletake.ledger import saved
from circletake.ledger.accounts import Session
from circletake.ledger.book import utc_now
from circletake.workflows.board_views import SavedBoardView
from circletake.workflows.house import House, require


def list_views(house: House, who: Session, production: str) -> list[SavedBoardView]:
    """This person's views of a production's board, by name."""
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "see")
        kept = saved.views_of(conn, str(who.person), found.id)
    return [SavedBoardView(id=one.id, name=one.name, query=one.query) for one in kept]


def save_view(house: House, who: Session, production: str, *, name: str, query: str) -> None:
    """Keep a view under a name; the same name again means the newer view.

    Raises:
        NameInvalid: the name says nothing.
        RequestInvalid: the person keeps as many as they may.
        NotAPerson: nobody sits there.
    """
    if not name.strip():
        raise NameInvalid("A view has a name; write a word or two.")
    who.sitting("keep a view")
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "see")
        saved.save_view(
            tx.conn,
            person=str(who.person),
            production=found.id,
            name=name.strip(),
            query=query.removeprefix("?"),
            now=datetime.fromisoformat(utc_now()),
        )


def delete_view(house: House, who: Session, production: str, *, view: str) -> None:
    """Forget a view.

    Raises:
        NotFound: they keep none of this id.
        NotAPerson: nobody sits there.
    """
    who.sitting("forget a view")
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "see")
        saved.delete_view(tx.conn, person=str(who.person), production=found.id, view=view)
