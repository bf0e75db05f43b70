"""Guest links and guests: what the book says of them, and the private rows that open them.

A link's token and a guest's session are shown once and kept as their SHA-256; passphrases are argon2id.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection, Row, func, insert, select, update

from circletake.db import tables
from circletake.domain.guests import GuestRight
from circletake.domain.people import PersonId
from circletake.ledger.accounts import token_hash

_SEEN_EVERY = timedelta(minutes=1)  # a write now and then, not one a frame


@dataclass(frozen=True, slots=True)
class GuestLink:
    """A link as the book has it.

    Args:
        maker: pseudonym of whoever made it.
        label: what it is called; None once erased.
        until: moment of its end, ISO 8601 in UTC.
        contents: (task, content) of each take, in the order in which they are shown.
        ended_by: pseudonym of whoever revoked it, or None.
    """

    id: str
    production: str
    at: str
    maker: str
    label: str | None
    rights: frozenset[GuestRight]
    until: str
    has_passphrase: bool
    is_marked: bool
    ended_by: str | None
    contents: tuple[tuple[str, str], ...]

    @property
    def ends_at(self) -> datetime:
        """Its end."""
        return datetime.fromisoformat(self.until)

    def shows(self, content: str) -> bool:
        """Whether this content is among what it shows."""
        return any(shown == content for _, shown in self.contents)


@dataclass(frozen=True, slots=True)
class Opening:
    """What is kept beside the book of a link.

    Args:
        used_at: the latest moment at which somebody used it; it is never earlier than that again.
        lapsed: it was once seen to be past its end, and stays so whatever the clock says.
    """

    link: str
    passphrase_hash: str | None
    used_at: str | None
    lapsed: bool


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who named themselves at a link; `name` is None once erased."""

    person: str
    link: str
    name: str | None
    at: str
    seen_at: str | None


def keep_secret(conn: Connection, link: str, *, passphrase_hash: str | None) -> str:
    """Make what opens a link.

    Returns:
        The token, of which only the hash is kept.
    """
    token = secrets.token_urlsafe(32)
    conn.execute(
        insert(tables.guest_secret).values(
            link=link,
            token_hash=token_hash(token),
            passphrase_hash=passphrase_hash,
            used_at=None,
            lapsed=False,
        )
    )
    return token


def find_opening(conn: Connection, *, token: str | None = None, link: str | None = None) -> Opening | None:
    """What is kept of a link, by its token or its id, or None."""
    table = tables.guest_secret
    is_it = table.c.link == link if token is None else table.c.token_hash == token_hash(token)
    row = conn.execute(select(table).where(is_it)).first()
    return Opening(row.link, row.passphrase_hash, row.used_at, bool(row.lapsed)) if row else None


def note_used(conn: Connection, link: str, *, now: datetime) -> None:
    """Note that a link was used now."""
    table = tables.guest_secret
    conn.execute(update(table).where(table.c.link == link).values(used_at=now.isoformat()))


def note_lapsed(conn: Connection, link: str) -> None:
    """Note that a link is past its end; a clock that steps back opens it no more."""
    conn.execute(update(tables.guest_secret).where(tables.guest_secret.c.link == link).values(lapsed=True))


_LINKS = select(tables.guest_link, tables.private_text.c.text).outerjoin_from(
    tables.guest_link,
    tables.private_text,
    tables.guest_link.c.label_commitment == tables.private_text.c.commitment,
)


def find_link(conn: Connection, link: str) -> GuestLink | None:
    """The link of this id, or None."""
    row = conn.execute(_LINKS.where(tables.guest_link.c.id == link)).first()
    return _link(conn, row) if row else None


def links_of(conn: Connection, production: str) -> list[GuestLink]:
    """Links of a production, the newest first; ended ones stay to be seen."""
    table = tables.guest_link
    query = _LINKS.where(table.c.production == production).order_by(table.c.seq.desc())
    return [_link(conn, row) for row in conn.execute(query).all()]


def _link(conn: Connection, row: Row[Any]) -> GuestLink:
    shown = tables.guest_content
    query = select(shown.c.task, shown.c.content).where(shown.c.link == row.id).order_by(shown.c.position)
    return GuestLink(
        id=row.id,
        production=row.production,
        at=row.at,
        maker=row.person,
        label=row.text,
        rights=frozenset(cast("list[GuestRight]", row.rights.split())),
        until=row.until,
        has_passphrase=bool(row.passphrase),
        is_marked=bool(row.watermark),
        ended_by=row.ended_by,
        contents=tuple((one.task, one.content) for one in conn.execute(query)),
    )


def _guests() -> Any:  # noqa: ANN401 (a select of many columns)
    guest, person, text, session = tables.guest, tables.person, tables.private_text, tables.guest_session
    seen = select(func.max(session.c.seen_at)).where(session.c.person == guest.c.person).scalar_subquery()
    return (
        select(guest, text.c.text, seen.label("seen_at"))
        .join_from(guest, person, guest.c.person == person.c.id)
        .outerjoin(text, person.c.name_commitment == text.c.commitment)
        .order_by(guest.c.seq)
    )


_GUESTS = _guests()


def guests_of(conn: Connection, link: str) -> list[Guest]:
    """Guests who came by a link, in that order."""
    query = _GUESTS.where(tables.guest.c.link == link)
    return [Guest(row.person, row.link, row.text, row.at, row.seen_at) for row in conn.execute(query)]


def find_guest(conn: Connection, person: str) -> Guest | None:
    """The guest of this pseudonym, or None: nobody has it, or somebody who works here."""
    row = conn.execute(_GUESTS.where(tables.guest.c.person == person)).first()
    return Guest(row.person, row.link, row.text, row.at, row.seen_at) if row else None


def guest_names(conn: Connection) -> dict[str, str]:
    """Guest → name, marked as a guest's, of those who were not erased."""
    guest, person, text = tables.guest, tables.person, tables.private_text
    query = (
        select(guest.c.person, text.c.text)
        .join_from(guest, person, guest.c.person == person.c.id)
        .join(text, person.c.name_commitment == text.c.commitment)
    )
    return {row.person: f"{row.text} (guest)" for row in conn.execute(query)}


def open_session(conn: Connection, *, person: PersonId, link: str, now: datetime) -> str:
    """Let a guest in; the session lasts as long as the link.

    Returns:
        The token; only its hash is kept.
    """
    token = secrets.token_urlsafe(32)
    conn.execute(
        insert(tables.guest_session).values(
            token_hash=token_hash(token),
            person=str(person),
            link=link,
            pseudonym="n_" + secrets.token_hex(8),
            created_at=now.isoformat(),
            seen_at=now.isoformat(),
        )
    )
    return token


def find_session(conn: Connection, token: str) -> tuple[Guest, str] | None:
    """Who holds this token and under which pseudonym they sit, or None."""
    table = tables.guest_session
    row = conn.execute(select(table).where(table.c.token_hash == token_hash(token))).first()
    found = find_guest(conn, row.person) if row else None
    return (found, row.pseudonym) if row and found else None


def is_due(opening: Opening, now: datetime) -> bool:
    """Whether it is time to note that a link is being used."""
    return opening.used_at is None or now - datetime.fromisoformat(opening.used_at) > _SEEN_EVERY


def note_seen(conn: Connection, token: str, *, now: datetime) -> None:
    """Note that a guest is here."""
    table = tables.guest_session
    conn.execute(update(table).where(table.c.token_hash == token_hash(token)).values(seen_at=now.isoformat()))
