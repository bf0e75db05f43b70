"""Typed reads of playlists of dailies: what stands in them, what was watched, and who did what to them."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from circletake.db import tables
from circletake.ledger.canonical import read_canonical


@dataclass(frozen=True, slots=True)
class PlaylistRow:
    """A playlist; words are None where there are none, or once they are erased."""

    id: str
    seq: int
    at: str
    person: str
    label: str | None
    text: str | None
    archived: bool
    changed: int


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A take in a playlist; `person` put it there."""

    id: str
    task: str
    content: str
    person: str
    at: str


@dataclass(frozen=True, slots=True)
class ScreeningRow:
    """A playlist as it was when somebody started it; `shown` is entry, task and content in order."""

    id: str
    at: str
    person: str
    shown: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class ActRow:
    """Something that was done to a playlist; `body` is the entry's."""

    seq: int
    at: str
    person: str
    body: dict[str, Any]


def _playlists() -> Any:  # noqa: ANN401 (a select of many columns)
    playlist, label, text = tables.playlist, tables.private_text.alias(), tables.private_text.alias()
    return (
        select(playlist, label.c.text.label("label"), text.c.text.label("text"))
        .outerjoin_from(playlist, label, playlist.c.label_commitment == label.c.commitment)
        .outerjoin(text, playlist.c.text_commitment == text.c.commitment)
    )


_PLAYLISTS = _playlists()


def _playlist(row: Row[Any]) -> PlaylistRow:
    return PlaylistRow(
        id=row.id,
        seq=row.seq,
        at=row.at,
        person=row.person,
        label=row.label,
        text=row.text,
        archived=bool(row.archived),
        changed=row.changed,
    )


def playlists_of(conn: Connection, production: str) -> list[PlaylistRow]:
    """Playlists of a production, the newest first, archived ones among them."""
    table = tables.playlist
    query = _PLAYLISTS.where(table.c.production == production).order_by(table.c.seq.desc())
    return [_playlist(row) for row in conn.execute(query)]


def find_playlist(conn: Connection, production: str, playlist: str) -> PlaylistRow | None:
    """The playlist of this id in a production, or None."""
    table = tables.playlist
    row = conn.execute(_PLAYLISTS.where(table.c.id == playlist, table.c.production == production)).first()
    return _playlist(row) if row else None


def entries_of(conn: Connection, playlist: str) -> list[EntryRow]:
    """What stands in a playlist, in order."""
    table = tables.playlist_entry
    query = (
        select(table).where(table.c.playlist == playlist, table.c.removed.is_(False)).order_by(table.c.rank)
    )
    return [EntryRow(row.id, row.task, row.content, row.person, row.at) for row in conn.execute(query)]


def entries_ever(conn: Connection, playlist: str) -> dict[str, EntryRow]:
    """Id → every entry that ever stood in a playlist."""
    table = tables.playlist_entry
    query = select(table).where(table.c.playlist == playlist)
    return {
        row.id: EntryRow(row.id, row.task, row.content, row.person, row.at) for row in conn.execute(query)
    }


def contents_in(conn: Connection, production: str) -> dict[str, list[str]]:
    """Playlist → contents that stand in it, in order, of every playlist of a production."""
    entry, playlist = tables.playlist_entry, tables.playlist
    query = (
        select(entry.c.playlist, entry.c.content)
        .join_from(entry, playlist, entry.c.playlist == playlist.c.id)
        .where(playlist.c.production == production, entry.c.removed.is_(False))
        .order_by(entry.c.playlist, entry.c.rank)
    )
    found: dict[str, list[str]] = {}
    for row in conn.execute(query):
        found.setdefault(row.playlist, []).append(row.content)
    return found


def screenings_of(conn: Connection, playlist: str) -> list[ScreeningRow]:
    """When a playlist was started, the newest first."""
    table = tables.screening
    query = select(table).where(table.c.playlist == playlist).order_by(table.c.seq.desc())
    return [_screening(row) for row in conn.execute(query)]


def last_started(conn: Connection, production: str) -> dict[str, str]:
    """Playlist → when it was last started, of those of a production that were."""
    screening, playlist = tables.screening, tables.playlist
    query = (
        select(screening.c.playlist, func.max(screening.c.at).label("at"))
        .join_from(
            screening,
            playlist,
            and_(screening.c.playlist == playlist.c.id, playlist.c.production == production),
        )
        .group_by(screening.c.playlist)
    )
    return {row.playlist: row.at for row in conn.execute(query)}


def _screening(row: Row[Any]) -> ScreeningRow:
    shown = tuple((entry, task, content) for entry, task, content in json.loads(row.shown))
    return ScreeningRow(row.id, row.at, row.person, shown)


_ACTS = select(tables.entry.c.seq, tables.entry.c.actor, tables.entry.c.at, tables.entry.c.body).join_from(
    tables.playlist_op, tables.entry, tables.playlist_op.c.seq == tables.entry.c.seq
)


def _act(row: Any) -> ActRow:  # noqa: ANN401 (a row of as many columns as are asked for)
    return ActRow(row.seq, row.at, row.actor, read_canonical(row.body)["body"])


def acts_on(conn: Connection, playlist: str, *, most: int) -> list[ActRow]:
    """What was done to a playlist, the newest first."""
    query = _ACTS.where(tables.playlist_op.c.playlist == playlist).order_by(tables.entry.c.seq.desc())
    return [_act(row) for row in conn.execute(query.limit(most))]


def find_act(conn: Connection, op: str) -> ActRow | None:
    """What was done under an operation's id, or None."""
    row = conn.execute(_ACTS.where(tables.playlist_op.c.id == op)).first()
    return _act(row) if row else None


def words_of(conn: Connection, commitment: str | None) -> str | None:
    """The words that an entry commits to; None where there are none, or once they are erased."""
    text = tables.private_text
    return conn.execute(select(text.c.text).where(text.c.commitment == (commitment or ""))).scalar()
