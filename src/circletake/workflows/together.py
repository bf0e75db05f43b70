"""Meeting in a review room: who may come in, and who may lead."""

from dataclasses import dataclass

from circletake.domain.people import MAY
from circletake.ledger.accounts import Session
from circletake.workflows.house import House, require
from circletake.workflows.show import Names


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody's place in the rooms of a production.

    Args:
        production: its id.
        person: id of who sits there.
        name: as the others see it.
        may_lead: whether they may move what everybody sees: whoever may say something about a take may.
    """

    production: str
    person: str
    name: str
    may_lead: bool


def take_seat(house: House, who: Session, production: str) -> Seat:
    """Tell what somebody may in the rooms of a production.

    Raises:
        NotFound: there is no such production of theirs.
        NotAPerson: a program asks; a room is for people.
    """
    who.sitting("meet in a room")
    with house.book.reading() as conn:
        found, roles = require(conn, who, production, "see")
        name = Names.read(conn).person(str(who.person)).name
    return Seat(found.id, str(who.person), name, may_lead=bool(roles & MAY["note"]))
