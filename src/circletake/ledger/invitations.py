"""Invitations: a link that lets somebody in who is not here yet, with the roles they were asked for.

Private rows. What comes of one stands in the book: a `person`, and a `grant` that names the inviter.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from circletake.db import tables
from circletake.domain.people import PersonId, Role
from circletake.errors import NotFound, SignInFailed
from circletake.ledger.accounts import token_hash


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation; `ended` is `used`, `revoked` or `expired`, empty while it is open."""

    id: str
    production: str
    roles: tuple[str, ...]
    inviter: str
    created_at: str
    expires_at: str
    ended: str
    person: str | None


def invite(
    conn: Connection, *, production: str, roles: list[Role], inviter: PersonId, now: datetime, hours: int
) -> tuple[str, str]:
    """Make an invitation.

    Returns:
        Its id, and the token of its link, of which only the hash is kept.
    """
    made, token = "i_" + secrets.token_hex(6), secrets.token_urlsafe(32)
    conn.execute(
        insert(tables.invitation).values(
            id=made,
            token_hash=token_hash(token),
            production=production,
            roles=" ".join(roles),
            inviter=str(inviter),
            created_at=now.isoformat(),
            expires_at=(now + timedelta(hours=hours)).isoformat(),
        )
    )
    return made, token


def invitations(conn: Connection, production: str, *, now: datetime) -> list[Invitation]:
    """Invitations to a production, the newest first."""
    table = tables.invitation
    query = select(table).where(table.c.production == production).order_by(table.c.created_at.desc())
    return [_invitation(row, now) for row in conn.execute(query)]


def get_open(conn: Connection, token: str, *, now: datetime) -> Invitation:
    """The invitation of a link, while it is open.

    Raises:
        SignInFailed: it is unknown, used, revoked or expired; which of them is not said.
    """
    table = tables.invitation
    row = conn.execute(select(table).where(table.c.token_hash == token_hash(token))).first()
    found = _invitation(row, now) if row else None
    if found is None or found.ended:
        raise SignInFailed("This invitation was used or revoked, or has expired; ask for a new one.")
    return found


def use_up(conn: Connection, invitation: str, *, person: PersonId) -> None:
    """End an invitation by accepting it.

    Raises:
        SignInFailed: somebody else was faster.
    """
    table = tables.invitation
    still = table.c.id == invitation, table.c.ended.is_(None)
    if conn.execute(update(table).where(*still).values(ended="used", person=str(person))).rowcount != 1:
        raise SignInFailed("This invitation was used already; ask for a new one.")


def revoke(conn: Connection, production: str, invitation: str) -> None:
    """End an invitation that nobody has used.

    Raises:
        NotFound: there is none that is open.
    """
    table = tables.invitation
    mine = table.c.id == invitation, table.c.production == production, table.c.ended.is_(None)
    if conn.execute(update(table).where(*mine).values(ended="revoked")).rowcount != 1:
        raise NotFound(
            f"There is no open invitation {invitation}; `circletake person invitations` lists them."
        )


def _invitation(row: Row[Any], now: datetime) -> Invitation:
    expired = datetime.fromisoformat(row.expires_at) <= now
    return Invitation(
        id=row.id,
        production=row.production,
        roles=tuple(row.roles.split()),
        inviter=row.inviter,
        created_at=row.created_at,
        expires_at=row.expires_at,
        ended=row.ended or ("expired" if expired else ""),
        person=row.person,
    )
