"""One's own account: how one signs in, where one is signed in, and the programs that act for one."""

from collections.abc import Iterable
from datetime import timedelta

from circletake.domain.people import MAY, PersonId
from circletake.errors import NotFound, SignInFailed
from circletake.ledger import accounts, passkeys, reads, roles, tokens
from circletake.ledger.accounts import Session
from circletake.workflows.house import House
from circletake.workflows.machines import show_tokens
from circletake.workflows.people import join, open_person
from circletake.workflows.person_view import PersonView
from circletake.workflows.show import Names
from circletake.workflows.views import (
    AccountView,
    MachineView,
    PasskeyView,
    SessionView,
)


def show_account(house: House, who: Session, *, idle: timedelta) -> AccountView:
    """Everything somebody may know and end about their own account."""
    now = accounts.utc_now()
    with house.book.reading() as conn:
        found = AccountView(
            person=Names.read(conn).person(str(who.person)),
            has_password=accounts.has_password(conn, who.person),
            identities=passkeys.identities_of(conn, who.person),
            sessions=[
                SessionView(
                    id=one.pseudonym,
                    label=one.label,
                    created_at=one.created_at,
                    seen_at=one.seen_at,
                    expires_at=one.expires_at,
                    current=one.pseudonym == who.pseudonym,
                )
                for one in accounts.sessions_of(conn, who.person, now=now, idle=idle)
            ],
            passkeys=[
                PasskeyView(id=one.id, label=one.label, created_at=one.created_at, used_at=one.used_at)
                for one in passkeys.passkeys_of(conn, who.person)
            ],
            machines=[
                MachineView(id=one.id, label=one.label, retired=one.retired)
                for one in tokens.machines_of(conn, who.person)
            ],
            tokens=[],
        )
    found.tokens.extend(show_tokens(house, who, now=now))
    return found


def people_seen(house: House, who: Session) -> list[PersonView]:
    """Everybody of the studio, for whoever works here; somebody who only visits sees themselves."""
    with house.book.reading() as conn:
        held = roles.productions_of(conn, str(who.person)).values()
        known = accounts.names(conn)
    if not any(of & MAY["see_people"] for of in held):
        known = {key: name for key, name in known.items() if key == str(who.person)}
    return [PersonView(id=key, name=name) for key, name in sorted(known.items(), key=lambda item: item[1])]


def end_session(house: House, who: Session, session: str) -> None:
    """End a session of one's own, by its id.

    Raises:
        NotFound: one has none of this id.
    """
    who.sitting("end a session")
    with house.book.transact() as tx:
        if accounts.close_sessions(tx.conn, who.person, only=session) == 0:
            raise NotFound(f"You have no session {session}; the account page lists yours.")


def end_other_sessions(house: House, who: Session) -> int:
    """End every session of one's own but this one; returns how many ended."""
    here = who.sitting("end sessions")
    with house.book.transact() as tx:
        return accounts.close_sessions(tx.conn, who.person, but=here)


def change_password(house: House, who: Session, *, current: str, password: str) -> None:
    """Change or set one's own password; every session ends, this one too.

    Args:
        current: the one there is; not looked at where there is none yet.

    Raises:
        SignInFailed: it is not the current one.
        NameInvalid: the new one is too short.
    """
    who.sitting("change a password")
    with house.book.reading() as conn:
        known = accounts.find_password_hash(conn, accounts.name_of(conn, who.person))
    if known is not None:
        accounts.check_password(known, current)
    hashed = accounts.hash_password(password)
    with house.book.transact() as tx:
        accounts.set_password(tx.conn, person=who.person, password_hash=hashed)


def enter_by_identity(
    house: House,
    *,
    issuer: str,
    subject: str,
    name: str,
    is_of_our_domain: bool,
    invitation: str | None,
    person: PersonId | None,
) -> PersonId:
    """Who comes by an identity that a provider vouched for; the subject decides, never an e-mail address.

    Args:
        name: what the provider calls them, for somebody new.
        is_of_our_domain: their verified address is of a domain that needs no invitation.
        invitation: token of the link they opened, if they came by one.
        person: who was signed in and asked for the identity to be theirs.

    Raises:
        SignInFailed: nobody here is known by this identity, and nothing lets somebody new in.
        AlreadyThere: the identity is somebody else's.
    """
    now = accounts.utc_now()
    with house.book.transact() as tx:
        known = passkeys.find_identity(tx.conn, issuer=issuer, subject=subject)
        if invitation is not None:
            found = join(house, tx, invitation, person=known or person, name=_free(tx.conn, name))
        elif known is not None and person in {None, known}:
            found = known
        elif person is not None:
            found = person
        elif is_of_our_domain:
            found = open_person(tx, _free(tx.conn, name))
        else:
            raise SignInFailed(
                "Nobody here is known by this identity; open the invitation you were sent, or ask for one."
            )
        passkeys.add_identity(tx.conn, issuer=issuer, subject=subject, person=found, now=now)
        return found


def _free(conn: reads.Connection, name: str) -> str:
    """A name that nobody has: as given, or with a number."""
    wanted = accounts.checked_name(name)
    tries: Iterable[str] = (wanted, *(f"{wanted[:70]} {number}" for number in range(2, 1000)))
    return next(one for one in tries if accounts.find_person(conn, one) is None)
