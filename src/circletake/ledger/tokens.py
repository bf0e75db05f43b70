"""API tokens and the machine accounts that act by them: private rows, kept as hashes, shown once.

A token is no sitting. Whatever it covers, nobody decides by it: see `domain.people.SCOPE_OF`.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Connection, insert, select, update

from circletake.db import tables
from circletake.domain.people import SCOPES, MachineId, PersonId, Scope
from circletake.errors import NameInvalid, NotFound, SignInNeeded
from circletake.ledger.accounts import Session, token_hash

PREFIX = "ct_"  # by which a token is known for one, also by programs that look for leaked ones
MOST_DAYS = 366
_SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as its owner sees it; the secret itself is kept nowhere."""

    id: str
    label: str
    machine: str | None
    scopes: tuple[str, ...]
    created_at: str
    expires_at: str
    used_at: str | None
    revoked_at: str | None


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine account that somebody owns."""

    id: str
    label: str
    retired: bool


def checked_scopes(scopes: Iterable[str]) -> list[Scope]:
    """Scopes as they are kept; every token reads what its owner may see.

    Raises:
        NameInvalid: one of them is none; lists those there are.
    """
    asked = {*scopes, "read"}
    for scope in sorted(asked - set(SCOPES)):
        raise NameInvalid(
            f"“{scope}” is no scope; say one of {', '.join(SCOPES)}. No scope gives a verdict, adopts, "
            f"overrides or signs in: that takes a person."
        )
    return [scope for scope in SCOPES if scope in asked]


def make_token(
    conn: Connection,
    *,
    person: PersonId,
    machine: MachineId | None,
    label: str,
    scopes: list[Scope],
    now: datetime,
    days: int,
) -> tuple[str, str]:
    """Make a token.

    Returns:
        Its id, and the secret, of which only the hash is kept.

    Raises:
        NameInvalid: no label, or it would last too long.
    """
    named = " ".join(label.split())[:80]
    if not named or not named.isprintable():
        raise NameInvalid("A token needs a name, so that you know later what it was for.")
    if not 0 < days <= MOST_DAYS:
        raise NameInvalid(f"A token lasts 1–{MOST_DAYS} days; make another when it ends.")
    made, secret = "k_" + secrets.token_hex(6), PREFIX + secrets.token_urlsafe(32)
    conn.execute(
        insert(tables.api_token).values(
            id=made,
            token_hash=token_hash(secret),
            person=str(person),
            machine=str(machine) if machine else None,
            label=named,
            scopes=" ".join(scopes),
            created_at=now.isoformat(),
            expires_at=(now + timedelta(days=days)).isoformat(),
        )
    )
    return made, secret


def bearer_of(conn: Connection, secret: str, *, now: datetime) -> tuple[Session, bool]:
    """Who comes with this token, and whether it is time to note that it was used.

    Raises:
        SignInNeeded: it is unknown, revoked or expired, or its machine was retired.
    """
    table, machine = tables.api_token, tables.machine
    row = conn.execute(
        select(table, machine.c.retired)
        .outerjoin_from(table, machine, table.c.machine == machine.c.id)
        .where(table.c.token_hash == token_hash(secret))
    ).first()
    if (
        row is None
        or row.revoked_at is not None
        or row.retired
        or datetime.fromisoformat(row.expires_at) <= now
    ):
        raise SignInNeeded(
            "This API token is unknown, revoked or has expired; make another: `circletake token make`."
        )
    session = Session(
        person=PersonId(row.person),
        machine=MachineId(row.machine) if row.machine else None,
        scopes=frozenset(cast("list[Scope]", row.scopes.split())),
    )
    return session, row.used_at is None or now - datetime.fromisoformat(row.used_at) > _SEEN_EVERY


def note_used(conn: Connection, secret: str, *, now: datetime) -> None:
    """Note that a token is being used."""
    table = tables.api_token
    conn.execute(
        update(table).where(table.c.token_hash == token_hash(secret)).values(used_at=now.isoformat())
    )


def tokens_of(conn: Connection, person: PersonId) -> list[Token]:
    """A person's tokens and those of their machines, the newest first; ended ones stay to be seen."""
    table = tables.api_token
    query = select(table).where(table.c.person == str(person)).order_by(table.c.created_at.desc())
    return [
        Token(
            id=row.id,
            label=row.label,
            machine=row.machine,
            scopes=tuple(row.scopes.split()),
            created_at=row.created_at,
            expires_at=row.expires_at,
            used_at=row.used_at,
            revoked_at=row.revoked_at,
        )
        for row in conn.execute(query)
    ]


def revoke_token(conn: Connection, person: PersonId, token: str, *, now: datetime) -> None:
    """End a token of one's own, by its id; one that has ended stays ended.

    Raises:
        NotFound: it is unknown, or somebody else's.
    """
    table = tables.api_token
    mine = table.c.id == token, table.c.person == str(person)
    if conn.execute(select(table.c.id).where(*mine)).first() is None:
        raise NotFound(f"You have no token {token}; `circletake token list` lists yours.")
    conn.execute(update(table).where(*mine, table.c.revoked_at.is_(None)).values(revoked_at=now.isoformat()))


def machines_of(conn: Connection, person: PersonId) -> list[Machine]:
    """Machine accounts that a person owns, by name."""
    table = tables.machine
    query = select(table).where(table.c.owner == str(person)).order_by(table.c.label, table.c.id)
    return [Machine(id=row.id, label=row.label, retired=bool(row.retired)) for row in conn.execute(query)]


def find_machine(conn: Connection, person: PersonId, named: str) -> Machine | None:
    """A machine that somebody owns, by id or name, if it was not retired; else None."""
    return next(
        (one for one in machines_of(conn, person) if named in {one.id, one.label} and not one.retired), None
    )


def machine_labels(conn: Connection) -> dict[str, str]:
    """Machine → what people call it."""
    table = tables.machine
    return {row.id: row.label for row in conn.execute(select(table.c.id, table.c.label))}
