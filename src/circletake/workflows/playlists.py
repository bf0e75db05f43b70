"""Keep playlists of dailies: operation by operation, so that two people at once lose nothing."""

import unicodedata
from dataclasses import replace
from typing import Any

from circletake.domain.playlist import PlaylistOp, check_operation
from circletake.errors import Conflict, NotFound
from circletake.ledger import playlists
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction
from circletake.workflows.house import House, require


def keep_playlist(house: House, who: Session, production: str, done: PlaylistOp) -> None:
    """Record what somebody did to a playlist; sent again, it is done once.

    To start one names no entries: they are written down as they stand.

    Raises:
        NotFound: no such production of theirs, playlist, entry or take.
        RoleMissing: the person may not keep dailies here.
        PlaylistInvalid: this cannot be done to a playlist.
        PlaylistEmpty: nothing would be left of it.
        Conflict: it is archived, or the id was used for something else.
        NotAPerson: nobody sits there.
    """
    who.sitting("keep dailies")
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "keep_dailies")
        check_operation(done)
        if _is_done(tx, who, done):
            return
        if done.act != "make" and playlists.find_playlist(tx.conn, found.id, done.playlist) is None:
            raise NotFound(f"There is no playlist {done.playlist} here; the dailies list them.")
        tx.append(
            "playlist",
            actor=who.person,
            session=who.pseudonym,
            production=found.id,
            body=_body(tx, done)
            | {
                "label": tx.keep_text(done.label.strip()) if done.label else None,
                "text": tx.keep_text(done.text.strip()) if done.text.strip() else None,
            },
        )


def _body(tx: Transaction, done: PlaylistOp) -> dict[str, Any]:
    """The entry's body, its words left out."""
    if done.act == "start":
        standing = playlists.entries_of(tx.conn, done.playlist)
        done = replace(
            done,
            entries=tuple(one.id for one in standing),
            takes=tuple((one.task, one.content) for one in standing),
        )
    return {
        "act": done.act,
        "after": done.after,
        "entries": list(done.entries),
        "op": done.id,
        "playlist": done.playlist,
        "takes": [list(pair) for pair in done.takes],
    }


def _is_done(tx: Transaction, who: Session, done: PlaylistOp) -> bool:
    """Whether exactly this was done already.

    Raises:
        Conflict: something else was done under its id.
    """
    known = playlists.find_act(tx.conn, done.id)
    if known is None:
        return False
    own = {"label", "text"} | ({"entries", "takes"} if done.act == "start" else set())
    same = {name: value for name, value in _body(tx, done).items() if name not in own} == {
        name: value for name, value in known.body.items() if name not in own
    }
    for said, member in ((done.label, "label"), (done.text, "text")):
        words = playlists.words_of(tx.conn, known.body[member])
        is_erased = words is None and known.body[member] is not None  # nothing is left to compare
        same = same and (is_erased or (words or "") == unicodedata.normalize("NFC", said.strip()))
    if known.person != str(who.person) or not same:
        raise Conflict("This id was used for something else; send the new operation with a new id.")
    return True
