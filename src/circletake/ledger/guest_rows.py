"""What entries about guests do to the tables: a link begins and ends, and somebody comes by it."""

from datetime import datetime

from sqlalchemy import Connection

from circletake.db import tables
from circletake.errors import AlreadyThere, Conflict, EntryInvalid, NotFound
from circletake.ledger import entries as e
from circletake.ledger import rows


def keep_guest_link(conn: Connection, entry: e.Entry, body: e.GuestLinkBody) -> None:
    """A link shows exact contents from now on.

    Raises:
        NotFound: one of them is no take of the production.
        EntryInvalid: it belongs to no production, shows nothing, lets nobody look, or its end is no moment.
    """
    production = _production(entry)
    if not body.contents or "look" not in body.rights or not _is_moment(body.until):
        raise EntryInvalid(
            "A guest link shows at least one take, to look at, until a moment; name all three."
        )
    for task, content in body.contents:
        here = {"production": production, "task": task, "content": content}
        if rows.find(conn, tables.take, "id", **here) is None:
            raise NotFound(f"The task {task} has no take of content {content}; reload its page.")
    rows.add(
        conn,
        tables.guest_link,
        id=body.link,
        production=production,
        at=entry.at,
        person=entry.actor,
        label_commitment=body.label,
        rights=" ".join(body.rights),
        until=body.until,
        passphrase=body.passphrase,
        watermark=body.watermark,
        ended_by=None,
        ended=None,
        seq=entry.seq,
    )
    for position, (task, content) in enumerate(body.contents):
        rows.add(conn, tables.guest_content, link=body.link, task=task, content=content, position=position)


def end_guest_link(conn: Connection, entry: e.Entry, body: e.GuestEndBody) -> None:
    """A link is revoked.

    Raises:
        NotFound: there is none of this id in the production.
        Conflict: it was revoked before.
    """
    here = {"id": body.link, "production": _production(entry)}
    if rows.find(conn, tables.guest_link, "ended", **here) is not None:
        raise Conflict(f"The guest link {body.link} was revoked already; there is nothing left to revoke.")
    if rows.change(conn, tables.guest_link, here, ended_by=entry.actor, ended=entry.seq) == 0:
        raise NotFound(
            f"There is no guest link {body.link} in this production; `circletake guest list` lists them."
        )


def keep_guest(conn: Connection, entry: e.Entry, body: e.GuestBody) -> None:
    """Somebody came by a link.

    Raises:
        NotFound: there is no such link in the production.
        Conflict: it was revoked.
        AlreadyThere: whoever came is a guest already, or works here.
    """
    here = {"id": body.link, "production": _production(entry)}
    if rows.find(conn, tables.guest_link, "id", **here) is None:
        raise NotFound(f"There is no guest link {body.link} in this production.")
    if rows.find(conn, tables.guest_link, "ended", **here) is not None:
        raise Conflict(f"The guest link {body.link} was revoked; nobody comes by it any more.")
    held = rows.find(conn, tables.role, "role", person=body.guest)
    if held is not None or rows.find(conn, tables.crew_member, "crew", person=body.guest) is not None:
        raise AlreadyThere(f"{body.guest} works here and is no guest; let them sign in.")
    rows.add(conn, tables.guest, person=body.guest, link=body.link, at=entry.at, seq=entry.seq)


def refuse_guest(conn: Connection, person: str) -> None:
    """Refuse a role to a guest: nobody knows who they are.

    Raises:
        EntryInvalid: they are one.
    """
    if rows.find(conn, tables.guest, "link", person=person) is not None:
        raise EntryInvalid(
            f"{person} is a guest and holds no role; invite them, and they come as themselves."
        )


def _production(entry: e.Entry) -> str:
    if entry.production is None:
        raise EntryInvalid(f"The entry “{entry.kind}” belongs to a production; name it.")
    return entry.production


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
