"""What an entry “playlist” does to the tables: dailies begin, are put in order, started and archived."""

from sqlalchemy import Connection, bindparam, select

from circletake.db import tables
from circletake.domain.playlist import LAST, MOST_ENTRIES, PlaylistOp, check_operation, place
from circletake.errors import AlreadyThere, Conflict, EntryInvalid, NotFound, PlaylistEmpty, PlaylistInvalid
from circletake.ledger import entries as e
from circletake.ledger import rows
from circletake.ledger.canonical import spelled

_table = tables.playlist_entry
_ENTRIES = (
    select(_table.c.id, _table.c.rank, _table.c.removed, _table.c.task, _table.c.content)
    .where(_table.c.playlist == bindparam("playlist"))
    .order_by(_table.c.rank)
)


def keep_playlist(conn: Connection, entry: e.Entry, body: e.PlaylistBody) -> None:
    """Do to a playlist what the entry says.

    Raises:
        NotFound: there is no such playlist, entry or take in the production.
        AlreadyThere: the operation was done already, or an id is taken.
        Conflict: it is archived.
        PlaylistEmpty: nothing would be left of it.
        PlaylistInvalid: this cannot be done to it.
        EntryInvalid: it belongs to no production.
    """
    if entry.production is None:
        raise EntryInvalid(f"The entry “{entry.kind}” belongs to a production; name it.")
    _check(body)
    if rows.find(conn, tables.playlist_op, "id", id=body.op) is not None:
        raise AlreadyThere(f"The operation {body.op} was done already; it is done once.")
    here = {"id": body.playlist, "production": entry.production}
    if body.act == "make":
        _make(conn, entry, body)
    else:
        archived = rows.find(conn, tables.playlist, "archived", **here)
        if archived is None:
            raise NotFound(f"There is no playlist {body.playlist} in this production; the dailies list them.")
        if archived and body.act not in {"archive", "restore"}:
            raise Conflict("This playlist is archived; restore it before you change or start it.")
        rows.change(conn, tables.playlist, here, changed=entry.seq, **_told(body))
    rows.add(conn, tables.playlist_op, id=body.op, playlist=body.playlist, seq=entry.seq)
    if body.act in {"make", "add"}:
        _add(conn, entry, body)
    elif body.act in {"remove", "put_back", "move", "take_in"}:
        _alter(conn, entry, body)
    elif body.act == "start":
        _start(conn, entry, body)


def _check(body: e.PlaylistBody) -> None:
    """The entry says what such an operation says; of words it has what commits to them."""
    is_start = body.act == "start"
    check_operation(
        PlaylistOp(
            id=body.op,
            act=body.act,
            playlist=body.playlist,
            entries=() if is_start else tuple(body.entries),
            takes=() if is_start else tuple(body.takes),
            after=body.after,
            label=body.label or "",
            text=body.text or "",
        )
    )


def _told(body: e.PlaylistBody) -> dict[str, object]:
    """Columns of the playlist itself that an operation changes."""
    if body.act == "rename":
        return {"label_commitment": body.label, "text_commitment": body.text}
    return {"archived": body.act == "archive"} if body.act in {"archive", "restore"} else {}


def _make(conn: Connection, entry: e.Entry, body: e.PlaylistBody) -> None:
    if rows.find(conn, tables.playlist, "id", id=body.playlist) is not None:
        raise AlreadyThere(f"There is a playlist {body.playlist} already; give this one an id of its own.")
    rows.add(
        conn,
        tables.playlist,
        id=body.playlist,
        production=entry.production,
        at=entry.at,
        person=entry.actor,
        label_commitment=body.label,
        text_commitment=body.text,
        archived=False,
        changed=entry.seq,
        seq=entry.seq,
    )


def _add(conn: Connection, entry: e.Entry, body: e.PlaylistBody) -> None:
    found = rows.fetch(conn, _ENTRIES, playlist=body.playlist)
    if sum(not row[2] for row in found) + len(body.entries) > MOST_ENTRIES:
        raise PlaylistInvalid(f"A playlist holds at most {MOST_ENTRIES} entries; make another one.")
    taken = rows.among(conn, _table, "id", body.entries)
    if taken:
        raise AlreadyThere(f"There is an entry {min(taken)} already; give this one an id of its own.")
    ranks = place([(row[0], row[1]) for row in found], body.entries, body.after or LAST)
    for one, rank in ranks.items():
        if one not in body.entries:
            rows.change(conn, _table, {"id": one}, rank=rank)
    for one, (task, content) in zip(body.entries, body.takes, strict=True):
        _check_take(conn, entry, task, content)
        rows.add(
            conn,
            _table,
            id=one,
            playlist=body.playlist,
            task=task,
            content=content,
            rank=ranks[one],
            removed=False,
            at=entry.at,
            person=entry.actor,
            seq=entry.seq,
        )


def _alter(conn: Connection, entry: e.Entry, body: e.PlaylistBody) -> None:
    found = rows.fetch(conn, _ENTRIES, playlist=body.playlist)
    tasks = {row[0]: row[3] for row in found}
    strange = sorted(set(body.entries) - set(tasks))
    if strange:
        raise NotFound(f"There is no entry {strange[0]} in this playlist; reload the page.")
    if body.act == "move":
        for one, rank in place([(row[0], row[1]) for row in found], body.entries, body.after).items():
            rows.change(conn, _table, {"id": one}, rank=rank)
        return
    if body.act == "take_in":
        for one, (task, content) in zip(body.entries, body.takes, strict=True):
            if task != tasks[one]:
                raise PlaylistInvalid("An entry shows takes of one task; add the other task's take to it.")
            _check_take(conn, entry, task, content)
            rows.change(conn, _table, {"id": one}, content=content)
        return
    removed = body.act == "remove"
    standing = {row[0] for row in found if not row[2]}
    if removed and standing and standing <= set(body.entries):
        raise PlaylistEmpty("This would leave the playlist empty; archive it if it is done with.")
    for one in body.entries:
        rows.change(conn, _table, {"id": one}, removed=removed)


def _start(conn: Connection, entry: e.Entry, body: e.PlaylistBody) -> None:
    found = rows.fetch(conn, _ENTRIES, playlist=body.playlist)
    shown = [[row[0], row[3], row[4]] for row in found if not row[2]]
    if [[one, *take] for one, take in zip(body.entries, body.takes, strict=False)] != shown:
        raise EntryInvalid("A playlist is started as it stands; the entry says something else.")
    rows.add(
        conn,
        tables.screening,
        id=body.op,
        playlist=body.playlist,
        at=entry.at,
        person=entry.actor,
        shown=spelled(shown).decode(),
        seq=entry.seq,
    )


def _check_take(conn: Connection, entry: e.Entry, task: str, content: str) -> None:
    here = {"production": entry.production, "task": task, "content": content}
    if rows.find(conn, tables.take, "id", **here) is None:
        raise NotFound(f"The task {task} has no take of content {content}; reload its page.")
