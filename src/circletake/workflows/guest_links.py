"""Guest links, for those who make them: made, listed, revoked."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from circletake.domain.guests import GUEST_RIGHTS, MOST_CONTENTS, MOST_HOURS, GuestRight
from circletake.errors import AlreadyThere, NameInvalid, NotFound
from circletake.ledger import accounts, guests, reads
from circletake.ledger.accounts import Session
from circletake.workflows.guest_door import state_of
from circletake.workflows.guest_marks import forget_marks
from circletake.workflows.guest_views import GuestLinkView, GuestSeenView, GuestShownView
from circletake.workflows.house import House, require
from circletake.workflows.remarks import find_take
from circletake.workflows.show import Names

_LONGEST_LABEL = 64
_SHORTEST_PASSPHRASE = 8


@dataclass(frozen=True, slots=True)
class Showing:
    """A link that somebody wants.

    Args:
        label: what it is called; it is burnt into what guests see.
        contents: (task, content) of each take.
        passphrase: has to be said beside the link; None for no such thing.
    """

    label: str
    contents: Sequence[tuple[str, str]]
    rights: Sequence[str]
    hours: int
    passphrase: str | None = None
    is_marked: bool = True


def make_link(house: House, who: Session, production: str, showing: Showing) -> tuple[str, str]:
    """Make a link; returns its id and its token.

    Raises:
        NameInvalid: a label, right, time or passphrase that cannot be.
        NotFound: it would show what is no take of the production.
    """
    session = who.sitting("make a guest link")
    label, rights = _checked_label(showing.label), _checked_rights(showing.rights)
    contents = list(dict.fromkeys(showing.contents))
    if not 0 < len(contents) <= MOST_CONTENTS:
        raise NameInvalid(
            f"A guest link shows 1–{MOST_CONTENTS} takes; name at least one, or make two links."
        )
    if not 0 < showing.hours <= MOST_HOURS:
        raise NameInvalid(f"A guest link lasts 1–{MOST_HOURS} hours; make another when it ends.")
    if showing.passphrase is not None and len(showing.passphrase) < _SHORTEST_PASSPHRASE:
        raise NameInvalid(f"A passphrase needs at least {_SHORTEST_PASSPHRASE} characters.")
    hashed = accounts.hash_password(showing.passphrase) if showing.passphrase is not None else None
    until = accounts.utc_now() + timedelta(hours=showing.hours)
    link = "g_" + secrets.token_hex(6)
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "share")
        for task, content in contents:
            row = reads.find_task(tx.conn, task)
            if row is None or row.task.production != found.id:
                raise NotFound(f"There is no task {task} in {found.title}; the board lists them.")
            find_take(tx.conn, task, content)
        tx.append(
            "guest_link",
            actor=who.person,
            session=session,
            production=found.id,
            body={
                "contents": [list(pair) for pair in contents],
                "label": tx.keep_text(label),
                "link": link,
                "passphrase": hashed is not None,
                "rights": rights,
                "until": until.isoformat(),
                "watermark": showing.is_marked,
            },
        )
        return link, guests.keep_secret(tx.conn, link, passphrase_hash=hashed)


def _checked_label(label: str) -> str:
    named = " ".join(label.split())
    if not named or len(named) > _LONGEST_LABEL or not named.isprintable():
        raise NameInvalid(f"A guest link needs a name of 1–{_LONGEST_LABEL} printable characters.")
    return named


def _checked_rights(asked: Iterable[str]) -> list[GuestRight]:
    wanted = {*asked, "look"}
    for right in sorted(wanted - set(GUEST_RIGHTS)):
        raise NameInvalid(f"“{right}” is no right of a guest; say one of {', '.join(GUEST_RIGHTS)}.")
    return [right for right in GUEST_RIGHTS if right in wanted]


def list_links(house: House, who: Session, production: str) -> list[GuestLinkView]:
    """Guest links of a production, the newest first, with who came by them."""
    who.sitting("list guest links")
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "share")
        people = Names.read(conn)
        return [_view(conn, link, people) for link in guests.links_of(conn, found.id)]


def _view(conn: reads.Connection, link: guests.GuestLink, people: Names) -> GuestLinkView:
    opening = guests.find_opening(conn, link=link.id)
    rows = reads.tasks_named(conn, {task for task, _ in link.contents})
    numbers = {(take.task, take.content): take.number for task in rows for take in reads.takes_of(conn, task)}
    return GuestLinkView(
        id=link.id,
        label=link.label or "",
        rights=[right for right in GUEST_RIGHTS if right in link.rights],
        state=state_of(conn, link, opening, now=accounts.utc_now()),
        until=link.until,
        made_by=people.person(link.maker),
        made_at=link.at,
        used_at=opening.used_at if opening else None,
        passphrase=link.has_passphrase,
        watermark=link.is_marked,
        contents=[
            GuestShownView(
                task=task,
                content=content,
                code=rows[task].entity.code,
                stage=rows[task].task.stage,
                take=numbers[task, content],
            )
            for task, content in link.contents
        ],
        guests=[
            GuestSeenView(id=one.person, name=one.name or "erased guest", came_at=one.at, seen_at=one.seen_at)
            for one in guests.guests_of(conn, link.id)
        ],
    )


def revoke_link(house: House, who: Session, production: str, link: str) -> None:
    """Revoke a link: whoever came by it sees nothing from now on.

    Raises:
        NotFound: there is none of this id in the production.
        AlreadyThere: it was revoked before.
    """
    session = who.sitting("revoke a guest link")
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "share")
        known = guests.find_link(tx.conn, link)
        if known is None or known.production != found.id:
            raise NotFound(f"{found.title} has no guest link {link}; `circletake guest list` lists them.")
        if known.ended_by is not None:
            raise AlreadyThere(f"The guest link {link} was revoked already.")
        tx.append("guest_end", actor=who.person, session=session, production=found.id, body={"link": link})
        came = [one.person for one in guests.guests_of(tx.conn, link)]
    for person in came:
        forget_marks(house, person)
