"""Accounts, sessions and one-time links: private rows beside the book, never in it.

A token is shown once and kept as its SHA-256, so that a stolen database signs nobody in. Passwords
are argon2id.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection, delete, insert, select, update

from circletake.db import tables
from circletake.domain.people import PersonId
from circletake.errors import AlreadyThere, NameInvalid, NotFound, SignInFailed, SignInNeeded

_MAX_NAME = 80
_MIN_PASSWORD = 8
# Source: RFC 9106, second recommended option (64 MiB, three passes).
_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)


@cache
def _nobody() -> str:
    """Verified against when nobody has the name, so that both answers take the same time."""
    return _HASHER.hash("nobody has this password")


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in: who, and the pseudonym under which entries name this sitting."""

    person: PersonId
    pseudonym: str


def token_hash(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def hash_password(password: str) -> str:
    """Hash a password; takes about a third of a second on purpose.

    Raises:
        NameInvalid: shorter than eight characters.
    """
    if len(password) < _MIN_PASSWORD:
        raise NameInvalid(f"A password needs at least {_MIN_PASSWORD} characters.")
    return _HASHER.hash(password)


def checked_name(name: str) -> str:
    """A person's name as given, if it can be one.

    Raises:
        NameInvalid: empty, too long, or with control characters.
    """
    stripped = " ".join(name.split())
    if not stripped or len(stripped) > _MAX_NAME or not stripped.isprintable():
        raise NameInvalid(f"A name needs 1–{_MAX_NAME} printable characters.")
    return stripped


def open_account(conn: Connection, *, person: PersonId, name: str, password_hash: str | None) -> None:
    """Give a person an account.

    Raises:
        AlreadyThere: somebody has this name.
    """
    if find_person(conn, name) is not None:
        raise AlreadyThere(f"Somebody is called “{name}” already; choose another name.")
    conn.execute(insert(tables.account).values(person=str(person), name=name, password_hash=password_hash))


def find_person(conn: Connection, name: str) -> PersonId | None:
    """The person of this name, or None."""
    row = conn.execute(select(tables.account.c.person).where(tables.account.c.name == name)).first()
    return PersonId(row.person) if row else None


def get_person(conn: Connection, name: str) -> PersonId:
    """The person of this name.

    Raises:
        NotFound: there is nobody.
    """
    found = find_person(conn, name)
    if found is None:
        known = ", ".join(sorted(names(conn).values()))
        raise NotFound(f"Nobody here is called “{name}”; there are: {known or 'no people yet'}.")
    return found


def names(conn: Connection) -> dict[str, str]:
    """Person → name, of everybody who has not been erased."""
    rows = conn.execute(select(tables.account.c.person, tables.account.c.name))
    return {row.person: row.name for row in rows}


def set_password(conn: Connection, *, person: PersonId, password_hash: str) -> None:
    """Replace a password; sessions stay."""
    account = tables.account
    conn.execute(update(account).where(account.c.person == str(person)).values(password_hash=password_hash))


def find_password_hash(conn: Connection, name: str) -> tuple[PersonId, str] | None:
    """Person and password hash of a name, or None where either is missing."""
    account = tables.account
    row = conn.execute(
        select(account.c.person, account.c.password_hash).where(account.c.name == name)
    ).first()
    return (PersonId(row.person), row.password_hash) if row and row.password_hash else None


def check_password(known: tuple[PersonId, str] | None, password: str) -> PersonId:
    """The person whose password this is.

    Raises:
        SignInFailed: name or password is not right; which of the two is not said.
    """
    try:
        _HASHER.verify(known[1] if known else _nobody(), password)
    except (VerifyMismatchError, InvalidHashError):
        known = None
    if known is None:
        raise SignInFailed("Name or password is not right; try again, or ask for a sign-in link.")
    return known[0]


def open_session(conn: Connection, *, person: PersonId, now: datetime, days: int) -> str:
    """Sign a person in.

    Returns:
        The token; only its hash is kept.
    """
    token = secrets.token_urlsafe(32)
    conn.execute(
        insert(tables.session).values(
            token_hash=token_hash(token),
            person=str(person),
            pseudonym="n_" + secrets.token_hex(8),
            created_at=now.isoformat(),
            expires_at=(now + timedelta(days=days)).isoformat(),
        )
    )
    return token


def session_of(conn: Connection, token: str | None, *, now: datetime) -> Session:
    """Who holds this token.

    Raises:
        SignInNeeded: no token, an unknown one, or one that has expired.
    """
    session = tables.session
    row = (
        conn.execute(
            select(session.c.person, session.c.pseudonym, session.c.expires_at).where(
                session.c.token_hash == token_hash(token)
            )
        ).first()
        if token
        else None
    )
    if row is None or datetime.fromisoformat(row.expires_at) <= now:
        raise SignInNeeded("Nobody is signed in here; sign in with a name and password or with a link.")
    return Session(person=PersonId(row.person), pseudonym=row.pseudonym)


def close_session(conn: Connection, token: str) -> None:
    """Sign out; an unknown token changes nothing."""
    conn.execute(delete(tables.session).where(tables.session.c.token_hash == token_hash(token)))


def open_link(conn: Connection, *, person: PersonId, now: datetime, hours: int) -> str:
    """Make a link token that signs a person in once.

    Returns:
        The token; only its hash is kept.
    """
    token = secrets.token_urlsafe(32)
    conn.execute(
        insert(tables.sign_in_link).values(
            token_hash=token_hash(token),
            person=str(person),
            expires_at=(now + timedelta(hours=hours)).isoformat(),
        )
    )
    return token


def use_link(conn: Connection, token: str, *, now: datetime) -> PersonId:
    """Use a link up.

    Raises:
        SignInFailed: unknown, used or expired.
    """
    link = tables.sign_in_link
    row = conn.execute(
        delete(link).where(link.c.token_hash == token_hash(token)).returning(link.c.person, link.c.expires_at)
    ).first()
    if row is None or datetime.fromisoformat(row.expires_at) <= now:
        raise SignInFailed("This sign-in link was used or has expired; ask for a new one.")
    return PersonId(row.person)


def utc_now() -> datetime:
    """The wall clock, for expiry only: nothing in the book is ordered by it."""
    return datetime.now(UTC)
