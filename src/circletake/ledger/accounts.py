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
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from circletake.db import tables
from circletake.domain.people import SCOPE_OF, Action, Actor, MachineId, PersonId, Scope
from circletake.errors import (
    AlreadyThere,
    NameInvalid,
    NotAPerson,
    NotFound,
    ScopeMissing,
    SignInFailed,
    SignInNeeded,
)

_MAX_NAME = 80
_MIN_PASSWORD = 8
_SEEN_EVERY = timedelta(minutes=5)  # a write now and then, not one a request
# Source: RFC 9106, second recommended option (64 MiB, three passes).
_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)


_SESSION = select(
    tables.session.c.person,
    tables.session.c.pseudonym,
    tables.session.c.created_at,
    tables.session.c.seen_at,
    tables.session.c.expires_at,
).where(tables.session.c.token_hash == bindparam("hash"))


@cache
def _nobody() -> str:
    """Verified against when nobody has the name, so that both answers take the same time."""
    return _HASHER.hash("nobody has this password")


@dataclass(frozen=True, slots=True)
class Session:
    """Who acts: somebody who signed in, or a program that came with an API token.

    Args:
        person: whose rights are asked; of a machine, the person who owns it.
        pseudonym: under which entries name this sitting; None for a token, which is no sitting.
        machine: the account that acts; None where the person does.
        scopes: what the token covers; None for somebody who signed in.
    """

    person: PersonId
    pseudonym: str | None = None
    machine: MachineId | None = None
    scopes: frozenset[Scope] | None = None

    @property
    def actor(self) -> Actor:
        """Whom entries name."""
        return self.machine or self.person

    @property
    def makers(self) -> tuple[Actor, ...]:
        """Who made what comes in by this: the machine and its owner, or the person."""
        return (self.machine, self.person) if self.machine else (self.person,)

    def sitting(self, what: str) -> str:
        """The pseudonym of the sitting.

        Args:
            what: would be done, as in “give a verdict”.

        Raises:
            NotAPerson: a program acts, by a token.
        """
        if self.pseudonym is None:
            raise NotAPerson(f"To {what} somebody has to be signed in themselves; no API token covers it.")
        return self.pseudonym

    def allow(self, action: Action) -> None:
        """Let what a token covers through; what a person may do is asked elsewhere.

        Raises:
            NotAPerson: a token never covers this.
            ScopeMissing: this token does not; names the scope that would.
        """
        if self.scopes is None:
            return
        scope = SCOPE_OF.get(action)
        if scope is None:
            self.sitting(action.replace("_", " "))
        elif scope != "read" and scope not in self.scopes:
            raise ScopeMissing(
                f"This token covers {', '.join(sorted(self.scopes))}; to {action.replace('_', ' ')} it takes "
                f"the scope “{scope}”: make another with `circletake token make`.",
                scope=scope,
            )


@dataclass(frozen=True, slots=True)
class Sitting:
    """A session as its owner sees it."""

    pseudonym: str
    label: str
    created_at: str
    seen_at: str
    expires_at: str


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
    """Replace a password; every session and every open sign-in link of the person ends with the old one."""
    account, link = tables.account, tables.sign_in_link
    conn.execute(update(account).where(account.c.person == str(person)).values(password_hash=password_hash))
    close_sessions(conn, person)
    conn.execute(delete(link).where(link.c.person == str(person)))


def has_password(conn: Connection, person: PersonId) -> bool:
    """Whether a person can sign in with a password."""
    account = tables.account
    query = select(account.c.password_hash).where(account.c.person == str(person))
    return conn.execute(query).scalar() is not None


def name_of(conn: Connection, person: PersonId) -> str:
    """A person's name; empty once erased."""
    account = tables.account
    return conn.execute(select(account.c.name).where(account.c.person == str(person))).scalar() or ""


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


def is_secret(kept: str | None, given: str) -> bool:
    """Whether this is the secret that a hash was made of; takes as long where there is no hash."""
    try:
        _HASHER.verify(kept or _nobody(), given)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return kept is not None


def open_session(conn: Connection, *, person: PersonId, now: datetime, days: int, label: str = "") -> str:
    """Sign a person in; what expired is swept out on the way.

    Args:
        label: browser or terminal, as its owner will find it in a list.

    Returns:
        The token; only its hash is kept.
    """
    token = secrets.token_hex(32)  # in these letters it never begins as an API token does
    conn.execute(delete(tables.session).where(tables.session.c.expires_at <= now.isoformat()))
    conn.execute(
        insert(tables.session).values(
            token_hash=token_hash(token),
            person=str(person),
            pseudonym="n_" + secrets.token_hex(8),
            created_at=now.isoformat(),
            expires_at=(now + timedelta(days=days)).isoformat(),
            seen_at=now.isoformat(),
            label=label[:_MAX_NAME],
        )
    )
    return token


def session_of(
    conn: Connection, token: str | None, *, now: datetime, idle: timedelta | None = None
) -> tuple[Session, bool]:
    """Who holds this token, and whether it is time to note that they were seen.

    Args:
        idle: the longest that a session may lie unused; None for as long as it lasts.

    Raises:
        SignInNeeded: no token, an unknown one, or one that has expired or lain unused too long.
    """
    row = conn.execute(_SESSION, {"hash": token_hash(token)}).first() if token else None
    seen = datetime.fromisoformat(row.seen_at or row.created_at) if row else now
    if (
        row is None
        or datetime.fromisoformat(row.expires_at) <= now
        or (idle is not None and now - seen > idle)
    ):
        raise SignInNeeded("Nobody is signed in here; sign in with a name and password or with a link.")
    return Session(person=PersonId(row.person), pseudonym=row.pseudonym), now - seen > _SEEN_EVERY


def note_seen(conn: Connection, token: str, *, now: datetime) -> None:
    """Note that a session is being used."""
    session = tables.session
    conn.execute(
        update(session).where(session.c.token_hash == token_hash(token)).values(seen_at=now.isoformat())
    )


def sessions_of(
    conn: Connection, person: PersonId, *, now: datetime, idle: timedelta | None = None
) -> list[Sitting]:
    """A person's sessions that last, the one used last first."""
    table = tables.session
    query = select(table).where(table.c.person == str(person), table.c.expires_at > now.isoformat())
    found = [
        Sitting(
            pseudonym=row.pseudonym,
            label=row.label or "",
            created_at=row.created_at,
            seen_at=row.seen_at or row.created_at,
            expires_at=row.expires_at,
        )
        for row in conn.execute(query)
    ]
    lasting = [one for one in found if idle is None or now - datetime.fromisoformat(one.seen_at) <= idle]
    return sorted(lasting, key=lambda one: one.seen_at, reverse=True)


def close_sessions(
    conn: Connection, person: PersonId, *, only: str | None = None, but: str | None = None
) -> int:
    """End sessions of a person: one by its pseudonym, all but one, or all.

    Returns:
        How many ended.
    """
    table = tables.session
    statement = delete(table).where(table.c.person == str(person))
    if only is not None:
        statement = statement.where(table.c.pseudonym == only)
    if but is not None:
        statement = statement.where(table.c.pseudonym != but)
    return conn.execute(statement).rowcount


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
