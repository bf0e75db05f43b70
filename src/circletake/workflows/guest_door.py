"""The door for guests: what a link opens and for how long, who comes in, and that they are still let."""

import contextlib
from dataclasses import dataclass
from datetime import datetime

from circletake.domain.guests import GUEST_RIGHTS, MOST_GUESTS
from circletake.domain.people import MAY, PersonId
from circletake.errors import (
    CircletakeError,
    GuestLinkEnded,
    GuestNeeded,
    NotFound,
    RoleMissing,
    SignInFailed,
)
from circletake.ledger import accounts, guests, reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction
from circletake.ledger.guests import GuestLink, Opening
from circletake.workflows.found_production import fresh_id
from circletake.workflows.guest_marks import forget_marks, marked_guests
from circletake.workflows.guest_views import GuestDoorView
from circletake.workflows.house import STUDIO, House
from circletake.workflows.show import Names


@dataclass(frozen=True, slots=True)
class GuestSession:
    """A guest who came in. No ordinary session: nothing but a guest's recipes takes one.

    Args:
        sitting: under whom entries stand; holds no role anywhere.
        came_at: when they first named themselves.
    """

    sitting: Session
    link: GuestLink
    name: str
    came_at: str

    @property
    def person(self) -> str:
        """Their pseudonym."""
        return str(self.sitting.person)

    def within(self, content: str, *, task: str | None = None) -> None:
        """Let what the link shows through.

        Raises:
            NotFound: it does not show this.
        """
        if not any(shown == content and task in {None, at} for at, shown in self.link.contents):
            raise NotFound("This link does not show that; the page lists what it shows.")

    def may_note(self) -> None:
        """Let whoever may note something through.

        Raises:
            RoleMissing: the link only lets look.
        """
        if "note" not in self.link.rights:
            raise RoleMissing("This link lets you look, not note; ask whoever sent it.")


def state_of(conn: reads.Connection, link: GuestLink, opening: Opening | None, *, now: datetime) -> str:
    """What a link is: open, revoked, expired, or barred, as its maker may not share any more.

    It is never earlier than when the link was last used, and a link once seen to be over stays so: a clock
    that steps back gives nobody more time.
    """
    if link.ended_by is not None or opening is None:
        return "revoked"
    if opening.used_at is not None:
        now = max(now, datetime.fromisoformat(opening.used_at))
    if opening.lapsed or now >= link.ends_at:
        return "expired"
    if not reads.roles_of(conn, link.production, link.maker) & MAY["share"]:
        return "barred"
    return "open"


def _check(conn: reads.Connection, link: GuestLink, opening: Opening | None, *, now: datetime) -> None:
    state = state_of(conn, link, opening, now=now)
    if state == "open":
        return
    maker = Names.read(conn).person(link.maker).name
    said = {
        "revoked": "This link was revoked",
        "expired": f"This link expired on {link.until[:16].replace('T', ' at ')} (UTC)",
        "barred": "Whoever made this link may not share this production any more",
    }[state]
    raise GuestLinkEnded(f"{said}; ask {maker} for a new one.", state=state)


def _check_and_note(
    house: House, conn: reads.Connection, link: GuestLink, opening: Opening | None, *, now: datetime
) -> None:
    """As `_check`; where a link is first found to be past its end, that is noted for good."""
    try:
        _check(conn, link, opening, now=now)
    except GuestLinkEnded as ended:
        if ended.detail.get("state") == "expired" and opening is not None and not opening.lapsed:
            with contextlib.suppress(CircletakeError):  # a book that cannot be written: noted another time
                _note_end(house, link)
        raise


def _by_token(conn: reads.Connection, token: str) -> tuple[GuestLink, Opening]:
    opening = guests.find_opening(conn, token=token)
    link = guests.find_link(conn, opening.link) if opening else None
    if opening is None or link is None:
        raise SignInFailed("This link is not one of ours, or was cut short; ask whoever sent it to you.")
    return link, opening


def see_door(house: House, token: str, *, session: str | None = None) -> GuestDoorView:
    """What a link is for; whoever holds it may know.

    Args:
        session: token of the guest's session that came along, if any.

    Raises:
        SignInFailed: there is no such link.
        GuestLinkEnded: it has expired or was revoked.
    """
    with house.book.reading() as conn:
        link, opening = _by_token(conn, token)
        _check_and_note(house, conn, link, opening, now=accounts.utc_now())
        found = reads.find_production(conn, link.production)
        here = guests.find_session(conn, session) if session else None
        return GuestDoorView(
            production=found.title if found else "",
            label=link.label or "",
            made_by=Names.read(conn).person(link.maker).name,
            until=link.until,
            passphrase=link.has_passphrase,
            rights=[right for right in GUEST_RIGHTS if right in link.rights],
            name=(here[0].name or "") if here and here[0].link == link.id else "",
        )


def come_in(house: House, token: str, *, name: str, passphrase: str) -> str:
    """Name oneself at a link; whoever gives a name that was given there is that guest again.

    Returns:
        The token of the guest's session.

    Raises:
        SignInFailed: there is no such link, or the passphrase is not right.
        GuestLinkEnded: it has expired or was revoked.
        NameInvalid: nobody is called that.
        RoleMissing: too many came by it.
    """
    with house.book.reading() as conn:
        link, opening = _by_token(conn, token)
        _check_and_note(house, conn, link, opening, now=accounts.utc_now())
    if link.has_passphrase and not accounts.is_secret(opening.passphrase_hash, passphrase):
        raise SignInFailed("The passphrase is not right; ask whoever sent you the link.")
    called = accounts.checked_name(name)
    now = accounts.utc_now()
    with house.book.transact() as tx:
        link, opening = _by_token(tx.conn, token)
        _check(tx.conn, link, opening, now=now)
        person = _guest(tx, link, called)
        _note_used(tx.conn, opening, now=now)
        return guests.open_session(tx.conn, person=person, link=link.id, now=now)


def _guest(tx: Transaction, link: GuestLink, called: str) -> PersonId:
    here = guests.guests_of(tx.conn, link.id)
    known = next((one for one in here if (one.name or "").casefold() == called.casefold()), None)
    if known is not None:
        return PersonId(known.person)
    if len(here) >= MOST_GUESTS:
        raise RoleMissing(f"{MOST_GUESTS} people came by this link, and it lets in no more; ask for another.")
    person = PersonId(fresh_id("p"))
    tx.append("person", actor=STUDIO, body={"name": tx.keep_text(called), "person": str(person)})
    tx.append("guest", actor=STUDIO, production=link.production, body={"guest": str(person), "link": link.id})
    return person


def session_of(house: House, token: str | None) -> GuestSession:
    """Who holds this guest's session, as long as their link is open.

    Raises:
        GuestNeeded: nobody does.
        GuestLinkEnded: the link has expired or was revoked.
    """
    now = accounts.utc_now()
    with house.book.reading() as conn:
        found = guests.find_session(conn, token) if token else None
        link = guests.find_link(conn, found[0].link) if found else None
        if found is None or link is None or found[0].name is None:
            raise GuestNeeded("Nobody came in here by a guest link; open the link that you were sent.")
        guest, pseudonym = found
        opening = guests.find_opening(conn, link=link.id)
        _check_and_note(house, conn, link, opening, now=now)
    if opening is not None and token is not None and guests.is_due(opening, now):
        # a book that cannot be written now is still read by whoever is in
        with contextlib.suppress(CircletakeError), house.book.transact() as tx:
            _note_used(tx.conn, opening, now=now)
            guests.note_seen(tx.conn, token, now=now)
    session = Session(person=PersonId(guest.person), pseudonym=pseudonym)
    return GuestSession(session, link, guest.name or "", guest.at)


def still_here(conn: reads.Connection, guest: GuestSession) -> None:
    """Ask once more, inside a transaction, whether a guest's link is open.

    Raises:
        GuestLinkEnded: it has expired or was revoked meanwhile.
    """
    link = guests.find_link(conn, guest.link.id)
    opening = guests.find_opening(conn, link=guest.link.id)
    _check(conn, link or guest.link, opening if link else None, now=accounts.utc_now())


def _note_used(conn: reads.Connection, opening: Opening, *, now: datetime) -> None:
    if opening.used_at is None or now > datetime.fromisoformat(opening.used_at):
        guests.note_used(conn, opening.link, now=now)


def lapse_links(house: House) -> int:
    """Note which links are past their end, and throw away what was made for whoever came by them.

    Returns:
        How many there were that nobody had noted.
    """
    now = accounts.utc_now()
    with house.book.reading() as conn:
        over = [
            link
            for production in reads.productions(conn)
            for link in guests.links_of(conn, production.id)
            if (opening := guests.find_opening(conn, link=link.id)) is not None
            and not opening.lapsed
            and state_of(conn, link, opening, now=now) == "expired"
        ]
    for link in over:
        _note_end(house, link)
    with house.book.reading() as conn:
        # a film that was ordered in the moment of a revocation, or came back with a backup
        for person in marked_guests(house):
            guest = guests.find_guest(conn, person)
            seen = guests.find_link(conn, guest.link) if guest and guest.name is not None else None
            opening = guests.find_opening(conn, link=seen.id) if seen else None
            if seen is None or state_of(conn, seen, opening, now=now) != "open":
                forget_marks(house, person)
    return len(over)


def _note_end(house: House, link: GuestLink) -> None:
    with house.book.transact() as tx:
        guests.note_lapsed(tx.conn, link.id)
        came = guests.guests_of(tx.conn, link.id)
    for guest in came:
        forget_marks(house, guest.person)
