"""What the book keeps of playlists, on both databases: read as written, replayed to the same, refused."""

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from circletake.db import tables
from circletake.db.connect import writing
from circletake.domain import playlist as domain
from circletake.domain.people import MachineId, PersonId
from circletake.domain.playlist import PlaylistOp, check_operation, place
from circletake.errors import (
    AlreadyThere,
    CircletakeError,
    Conflict,
    EntryInvalid,
    NotAPerson,
    NotFound,
    PlaylistEmpty,
    PlaylistInvalid,
)
from circletake.ledger import playlists

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from tests.unit.ledger.conftest import Floor

_numbers = itertools.count(1)


def new_id() -> str:
    return f"01940b6c-3f4e-7c1d-9a6e-{next(_numbers):012x}"


LIST = new_id()
ONE, TWO, THREE = new_id(), new_id(), new_id()


def do(floor: "Floor", act: str, actor: str = "p_dana", **members: object) -> None:
    words = {}
    if act in {"make", "rename"}:
        with floor.book.transact() as tx:
            words = {"label": tx.keep_text("Monday"), "text": tx.keep_text("what came in")}
    floor.append("playlist", actor, **{"op": new_id(), "act": act, "playlist": LIST, **words, **members})


def made(floor: "Floor") -> str:
    """A playlist of two entries; the content of both."""
    content = floor.take("one")
    do(floor, "make", entries=[ONE, TWO], takes=[["t_1", content], ["t_1", content]])
    return content


def order(floor: "Floor") -> list[str]:
    with floor.book.reading() as conn:
        return [one.id for one in playlists.entries_of(conn, LIST)]


def test_a_playlist_is_read_as_it_was_written_and_replay_says_the_same(floor: "Floor") -> None:
    content = made(floor)
    newer = floor.take("two")
    do(floor, "add", "p_lea", entries=[THREE], takes=[["t_1", content]], after=ONE)
    do(floor, "start", entries=[ONE, THREE, TWO], takes=[["t_1", content]] * 3)
    do(floor, "take_in", entries=[TWO], takes=[["t_1", newer]])
    do(floor, "move", entries=[TWO], after="first")
    do(floor, "remove", entries=[ONE])
    do(floor, "rename")
    do(floor, "archive")
    with floor.book.reading() as conn:
        (found,) = playlists.playlists_of(conn, "pr_1")
        assert playlists.find_playlist(conn, "pr_1", LIST) == found
        assert playlists.find_playlist(conn, "pr_2", LIST) is None
        entries = playlists.entries_of(conn, LIST)
        (screening,) = playlists.screenings_of(conn, LIST)
        assert set(playlists.entries_ever(conn, LIST)) == {ONE, TWO, THREE}
        assert playlists.contents_in(conn, "pr_1") == {LIST: [newer, content]}
        assert playlists.last_started(conn, "pr_1") == {LIST: screening.at}
        acts = playlists.acts_on(conn, LIST, most=3)
        assert playlists.find_act(conn, new_id()) is None
        assert playlists.words_of(conn, None) is None
    assert (found.label, found.text, found.archived, found.person) == (
        "Monday", "what came in", True, "p_dana",
    )  # fmt: skip
    assert [(one.id, one.content, one.person) for one in entries] == [
        (TWO, newer, "p_dana"),
        (THREE, content, "p_lea"),
    ]
    assert screening.shown == tuple((one, "t_1", content) for one in (ONE, THREE, TWO)), "as it was watched"
    assert [one.body["act"] for one in acts] == ["archive", "rename", "remove"]
    assert floor.book.verify().holds
    assert floor.book.replay().equal


def test_replay_puts_a_row_right_that_somebody_altered(floor: "Floor", engine: "Engine") -> None:
    made(floor)
    with writing(engine) as conn:
        conn.execute(tables.playlist_entry.update().values(removed=True))
    assert floor.book.replay().differing == ("playlist_entry",)
    assert order(floor) == [ONE, TWO]


def test_what_stands_after_an_entry_that_was_removed_keeps_its_place(floor: "Floor") -> None:
    content = made(floor)
    do(floor, "remove", entries=[ONE])
    do(floor, "add", "p_lea", entries=[THREE], takes=[["t_1", content]], after=ONE)
    assert order(floor) == [THREE, TWO]
    do(floor, "put_back", entries=[ONE])
    assert order(floor) == [ONE, THREE, TWO]


def test_a_playlist_is_never_empty(floor: "Floor") -> None:
    made(floor)
    do(floor, "remove", entries=[ONE])
    with pytest.raises(PlaylistEmpty, match="archive it"):
        do(floor, "remove", entries=[ONE, TWO])
    do(floor, "remove", entries=[ONE])  # somebody else did it already: nothing is left to do
    assert order(floor) == [TWO]
    with pytest.raises(PlaylistInvalid, match="not saved empty"):
        do(floor, "make", playlist=new_id(), entries=[], takes=[])


def test_hundreds_put_at_one_place_all_find_room(floor: "Floor") -> None:
    content = made(floor)
    put = [new_id() for _ in range(70)]
    for one in put:
        do(floor, "add", entries=[one], takes=[["t_1", content]], after=ONE)
    assert order(floor) == [ONE, *reversed(put), TWO]
    for one in put:
        do(floor, "move", entries=[one], after=ONE)
    assert order(floor) == [ONE, *reversed(put), TWO]
    assert floor.book.replay().equal


def test_a_playlist_holds_no_more_than_it_may(floor: "Floor", monkeypatch: pytest.MonkeyPatch) -> None:
    content = made(floor)
    monkeypatch.setattr("circletake.ledger.playlist_rows.MOST_ENTRIES", 3)
    do(floor, "add", entries=[THREE], takes=[["t_1", content]], after="last")
    with pytest.raises(PlaylistInvalid, match="at most 3"):
        do(floor, "add", entries=[new_id()], takes=[["t_1", content]], after="last")


@pytest.mark.parametrize(
    ("act", "members", "refused"),
    [
        ("add", {"playlist": new_id(), "entries": [THREE], "after": "last"}, NotFound),
        ("add", {"entries": [ONE], "after": "last"}, AlreadyThere),
        ("add", {"entries": [THREE], "after": new_id()}, PlaylistInvalid),
        ("add", {"entries": [THREE], "after": "last", "takes": [["t_1", "0" * 64]]}, NotFound),
        ("take_in", {"entries": [ONE], "takes": [["t_2", "0" * 64]]}, PlaylistInvalid),
        ("take_in", {"entries": [ONE], "takes": [["t_1", "0" * 64]]}, NotFound),
        ("move", {"entries": [THREE], "after": "last"}, NotFound),
        ("remove", {"entries": [THREE]}, NotFound),
        ("start", {"entries": [ONE]}, EntryInvalid),
        ("make", {"entries": [THREE]}, AlreadyThere),
    ],
)
def test_what_contradicts_the_book_is_refused(
    floor: "Floor", act: str, members: dict[str, Any], refused: type[CircletakeError]
) -> None:
    content = made(floor)
    given = (
        {"takes": [["t_1", content] for _ in members.get("entries", [])]} if act in {"add", "make"} else {}
    )
    with pytest.raises(refused):
        do(floor, act, **(given | members))
    assert order(floor) == [ONE, TWO]


def test_an_operation_is_done_once_by_somebody_signed_in_in_a_production(floor: "Floor") -> None:
    made(floor)
    op = new_id()
    do(floor, "move", op=op, entries=[TWO], after="first")
    with pytest.raises(AlreadyThere, match="done once"):
        do(floor, "move", op=op, entries=[TWO], after="first")
    body = {"op": new_id(), "act": "archive", "playlist": LIST}
    with pytest.raises(EntryInvalid, match="belongs to a production"), floor.book.transact() as tx:
        tx.append("playlist", actor=PersonId("p_dana"), session="n_1", body=body)
    with pytest.raises(NotAPerson), floor.book.transact() as tx:
        tx.append("playlist", actor=MachineId("m_render"), production="pr_1", body=body)


def test_an_archived_playlist_stands_still_until_it_is_restored(floor: "Floor") -> None:
    made(floor)
    do(floor, "archive")
    with pytest.raises(Conflict, match="restore it"):
        do(floor, "move", entries=[TWO], after="first")
    do(floor, "restore")
    do(floor, "move", entries=[TWO], after="first")
    assert order(floor) == [TWO, ONE]


@pytest.mark.parametrize(
    "done",
    [
        PlaylistOp("x", "archive", LIST),
        PlaylistOp(new_id(), "burn", LIST),  # type: ignore[arg-type]  # what nobody may send
        PlaylistOp(new_id(), "archive", LIST, entries=(ONE,)),
        PlaylistOp(new_id(), "remove", LIST),
        PlaylistOp(new_id(), "remove", LIST, entries=(ONE, ONE)),
        PlaylistOp(new_id(), "remove", LIST, entries=(ONE,), after="first"),
        PlaylistOp(new_id(), "add", LIST, entries=(ONE,), after="first"),
        PlaylistOp(new_id(), "move", LIST, entries=(ONE,)),
        PlaylistOp(new_id(), "move", LIST, entries=(ONE,), after=ONE),
        PlaylistOp(new_id(), "rename", LIST, label=" "),
        PlaylistOp(new_id(), "rename", LIST, label="x" * 81),
        PlaylistOp(new_id(), "rename", LIST, label="x", text="x" * 501),
        PlaylistOp(new_id(), "archive", LIST, text="x"),
    ],
)
def test_what_can_be_done_to_no_playlist_is_refused(done: PlaylistOp) -> None:
    with pytest.raises(PlaylistInvalid):
        check_operation(done)


def test_entries_that_find_no_room_move_the_others_and_nothing_else_does() -> None:
    standing = [("a", 1), ("b", 2), ("c", 3)]
    assert place(standing, ["n"], "last") == {"n": 3 + domain.STEP}
    assert place([("a", 8)], ["n"], "first") == {"n": 4}
    assert place(standing, ["n", "m"], "a") == {
        one: domain.STEP * nth for nth, one in enumerate("anmbc", start=1)
    }
    assert place(standing, ["c"], "first") == {"c": domain.STEP, "a": 2 * domain.STEP, "b": 3 * domain.STEP}
