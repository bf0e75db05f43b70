"""Ways to sign in beside a password: passkeys, and identities at a provider. Private rows.

What is begun at the door and finished a moment later (a challenge, a state) is kept here between the
two, so that it is good once, for minutes, whichever server answers.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from circletake.db import tables
from circletake.domain.people import PersonId
from circletake.errors import AlreadyThere, NotFound, SignInFailed

_LASTS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey: the public half, and how often its authenticator says it signed."""

    id: str
    person: PersonId
    public_key: bytes
    sign_count: int
    label: str
    created_at: str
    used_at: str | None


@dataclass(frozen=True, slots=True)
class Begun:
    """What the second half of a ceremony needs to know of the first."""

    person: PersonId | None
    kept: dict[str, Any]


def begin(
    conn: Connection,
    secret: bytes,
    *,
    purpose: str,
    now: datetime,
    person: PersonId | None = None,
    kept: dict[str, Any] | None = None,
) -> None:
    """Remember what was begun under a secret that comes back with the second half."""
    table = tables.ceremony
    conn.execute(delete(table).where(table.c.expires_at <= now.isoformat()))
    conn.execute(
        insert(table).values(
            key=hashlib.sha256(secret).hexdigest(),
            purpose=purpose,
            person=str(person) if person else None,
            kept=json.dumps(kept or {}),
            expires_at=(now + _LASTS).isoformat(),
        )
    )


def finish(conn: Connection, secret: bytes, *, purpose: str, now: datetime) -> Begun:
    """Use up what was begun.

    Raises:
        SignInFailed: nothing was begun so, or it was finished, or too long ago.
    """
    table = tables.ceremony
    row = conn.execute(
        delete(table)
        .where(table.c.key == hashlib.sha256(secret).hexdigest(), table.c.purpose == purpose)
        .returning(table.c.person, table.c.kept, table.c.expires_at)
    ).first()
    if row is None or datetime.fromisoformat(row.expires_at) <= now:
        raise SignInFailed("This was begun too long ago, or is finished already; begin again.")
    return Begun(person=PersonId(row.person) if row.person else None, kept=json.loads(row.kept))


def passkeys_of(conn: Connection, person: PersonId) -> list[Passkey]:
    """A person's passkeys, the oldest first."""
    table = tables.passkey
    query = select(table).where(table.c.person == str(person)).order_by(table.c.created_at)
    return [
        Passkey(
            id=row.id,
            person=PersonId(row.person),
            public_key=row.public_key,
            sign_count=row.sign_count,
            label=row.label,
            created_at=row.created_at,
            used_at=row.used_at,
        )
        for row in conn.execute(query)
    ]


def find_passkey(conn: Connection, passkey: str) -> Passkey | None:
    """The passkey of this id, or None."""
    table = tables.passkey
    owner = conn.execute(select(table.c.person).where(table.c.id == passkey)).scalar()
    mine = passkeys_of(conn, PersonId(owner)) if owner else []
    return next((one for one in mine if one.id == passkey), None)


def add_passkey(
    conn: Connection,
    *,
    passkey: str,
    person: PersonId,
    public_key: bytes,
    sign_count: int,
    label: str,
    now: datetime,
) -> None:
    """Keep a passkey's public half.

    Raises:
        AlreadyThere: somebody has registered it.
    """
    if find_passkey(conn, passkey) is not None:
        raise AlreadyThere("This passkey is registered already; use another authenticator.")
    conn.execute(
        insert(tables.passkey).values(
            id=passkey,
            person=str(person),
            public_key=public_key,
            sign_count=sign_count,
            label=" ".join(label.split())[:80] or "a passkey",
            created_at=now.isoformat(),
        )
    )


def note_signed(conn: Connection, passkey: str, *, sign_count: int, now: datetime) -> None:
    """Note that a passkey signed somebody in."""
    table = tables.passkey
    changed = {"sign_count": sign_count, "used_at": now.isoformat()}
    conn.execute(update(table).where(table.c.id == passkey).values(**changed))


def remove_passkey(conn: Connection, person: PersonId, passkey: str) -> None:
    """Forget a passkey of one's own.

    Raises:
        NotFound: it is unknown, or somebody else's.
    """
    table = tables.passkey
    mine = table.c.id == passkey, table.c.person == str(person)
    if conn.execute(delete(table).where(*mine)).rowcount != 1:
        raise NotFound("You have no such passkey; the account page lists yours.")


def find_identity(conn: Connection, *, issuer: str, subject: str) -> PersonId | None:
    """Who this is at an identity provider, or None."""
    table = tables.identity
    query = select(table.c.person).where(table.c.issuer == issuer, table.c.subject == subject)
    found = conn.execute(query).scalar()
    return PersonId(found) if found else None


def identities_of(conn: Connection, person: PersonId) -> list[str]:
    """Issuers at which a person is known."""
    table = tables.identity
    return list(conn.execute(select(table.c.issuer).where(table.c.person == str(person))).scalars())


def add_identity(conn: Connection, *, issuer: str, subject: str, person: PersonId, now: datetime) -> None:
    """Let somebody sign in by an identity provider from now on.

    Raises:
        AlreadyThere: this identity is somebody else's here.
    """
    known = find_identity(conn, issuer=issuer, subject=subject)
    if known not in {None, person}:
        raise AlreadyThere("This identity belongs to somebody else here; sign in with it, or use another.")
    if known is None:
        conn.execute(
            insert(tables.identity).values(
                issuer=issuer, subject=subject, person=str(person), created_at=now.isoformat()
            )
        )


def remove_identity(conn: Connection, person: PersonId, issuer: str) -> None:
    """Let a person sign in by an identity provider no more."""
    table = tables.identity
    conn.execute(delete(table).where(table.c.person == str(person), table.c.issuer == issuer))
