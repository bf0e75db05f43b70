"""Drawings through the book: drawn once however often sent, altered by whoever drew, never lost, replayed."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import pytest

from circletake.domain.drawing import DrawingOp, Mark
from circletake.domain.people import MachineId
from circletake.domain.time import FrameRange
from circletake.errors import Conflict, DrawingInvalid, NotAPerson, NotFound, RoleMissing
from circletake.gates.policy import policy_dict, read_policy, shipped
from circletake.ledger.drawings import drawings_on

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor

    from circletake.domain.drawing import Act
    from circletake.domain.take import Take
    from circletake.workflows.drawing_views import DrawingView

LINE = Mark(FrameRange(3, 6), "line", ((1000, 2000), (30000, 65536)), 300, "#ffd400")
_numbers = itertools.count(1)


def new_id() -> str:
    return f"01940b6c-3f4e-7c1d-9a6e-{next(_numbers):012x}"


@pytest.fixture
def take(floor: Floor) -> Take:
    return floor.take(b"a film")


def draw(
    floor: Floor,
    take: Take,
    act: Act = "add",
    *,
    drawing: str = "",
    mark: Mark | None = LINE,
    op: str = "",
    by: str = "leo",
) -> list[DrawingView]:
    done = DrawingOp(op or new_id(), act, drawing or new_id(), mark if act in {"add", "update"} else None)
    return floor.studio.draw(floor[by], task=take.task, content=take.content, done=done)


def test_what_is_drawn_stands_as_it_was_drawn_and_is_an_entry_of_its_person(floor: Floor, take: Take) -> None:
    before = floor.kinds()
    (view,) = draw(floor, take)
    assert floor.kinds()[len(before) :] == ["drawing"]
    assert (view.person.name, view.shape, view.points) == ("leo", "line", [[1000, 2000], [30000, 65536]])
    assert (view.frames.start, view.frames.end, view.width, view.colour) == (3, 6, 300, "#ffd400")
    assert view.mine
    (seen,) = floor.studio.drawings(floor["dora"], task=take.task, content=take.content)
    assert not seen.mine


def test_the_same_operation_sent_again_is_done_once_and_another_under_its_id_is_refused(
    floor: Floor, take: Take
) -> None:
    op, drawing = new_id(), new_id()
    text = Mark(FrameRange(0, 1), "text", ((5, 5),), 3000, "#ffffff", "Żółć: higher")
    for _ in range(3):
        draw(floor, take, drawing=drawing, op=op, mark=text)
    assert floor.kinds().count("drawing") == 1
    for mark in (LINE, Mark(text.frames, "text", text.points, text.width, text.colour, "lower")):
        with pytest.raises(Conflict):
            draw(floor, take, drawing=drawing, op=op, mark=mark)
    with pytest.raises(Conflict):
        draw(floor, take, drawing=drawing, op=op, mark=text, by="dora")
    with pytest.raises(Conflict):
        draw(floor, take, drawing=drawing)


def test_undo_is_an_entry_and_so_is_its_undoing(floor: Floor, take: Take) -> None:
    drawing = new_id()
    draw(floor, take, drawing=drawing)
    assert draw(floor, take, "delete", drawing=drawing) == []
    (back,) = draw(floor, take, "restore", drawing=drawing)
    assert back.points == [[1000, 2000], [30000, 65536]]
    assert floor.kinds().count("drawing") == 3, "nothing is erased"


def test_only_whoever_drew_it_changes_a_drawing(floor: Floor, take: Take) -> None:
    drawing = new_id()
    draw(floor, take, drawing=drawing)
    for act in ("update", "delete", "restore"):
        with pytest.raises(RoleMissing):
            draw(floor, take, act, drawing=drawing, by="dora")
    with pytest.raises(NotFound):
        draw(floor, take, "delete", drawing=new_id())


@pytest.mark.parametrize(
    "mark",
    [
        Mark(FrameRange(0, 25), "pen", ((0, 0),), 9, "#ffffff"),
        Mark(FrameRange(3, 3), "pen", ((0, 0),), 9, "#ffffff"),
        Mark(FrameRange(-1, 3), "pen", ((0, 0),), 9, "#ffffff"),
        Mark(FrameRange(0, 1), "line", ((0, 0),), 9, "#ffffff"),
        Mark(FrameRange(0, 1), "pen", (), 9, "#ffffff"),
        Mark(FrameRange(0, 1), "pen", ((0, 65537),), 9, "#ffffff"),
        Mark(FrameRange(0, 1), "pen", ((0, 0),), 0, "#ffffff"),
        Mark(FrameRange(0, 1), "pen", ((0, 0),), 9, "red"),
        Mark(FrameRange(0, 1), "text", ((0, 0),), 9, "#ffffff", " "),
        Mark(FrameRange(0, 1), "pen", ((0, 0),), 9, "#ffffff", "words"),
        None,
    ],
)
def test_what_cannot_be_drawn_is_refused(floor: Floor, take: Take, mark: Mark | None) -> None:
    with pytest.raises(DrawingInvalid):
        draw(floor, take, mark=mark)
    with pytest.raises(DrawingInvalid):
        draw(floor, take, op="not-a-uuid7")


def test_a_machine_draws_nothing(floor: Floor, take: Take) -> None:
    with floor.house.book.transact() as tx, pytest.raises(NotAPerson):
        tx.append("drawing", actor=MachineId("m_bot"), production=take.production, body={}, session="s")


def test_a_note_says_what_a_drawing_shows(floor: Floor, take: Take) -> None:
    drawing = new_id()
    draw(floor, take, drawing=drawing)
    said = {"task": take.task, "content": take.content, "text": "Ear late.", "drawings": [drawing]}
    view = floor.studio.note_add(floor["leo"], key="note-0001", **said)  # type: ignore[arg-type]  # as note_add has them
    (note,) = view.takes[0].notes
    assert (note.drawings, note.may_settle) == ([drawing], True)
    with pytest.raises(NotFound):
        floor.studio.note_add(floor["leo"], key="note-0002", **{**said, "drawings": [new_id()]})  # type: ignore[arg-type]  # as above


def test_words_on_the_picture_are_erased_with_whoever_wrote_them(floor: Floor, take: Take) -> None:
    text = Mark(FrameRange(0, 1), "text", ((5, 5),), 3000, "#ffffff", "ask Nobody Real")
    draw(floor, take, mark=text)
    floor.studio.erase_person(floor["ana"], "leo", notes=True)
    (left,) = floor.studio.drawings(floor["dora"], task=take.task, content=take.content)
    assert (left.text, left.shape, left.points) == (None, "text", [[5, 5]])
    assert floor.studio.book_replay().holds


def standing(history: list[DrawingOp]) -> dict[str, tuple[Mark, bool]]:
    """What a history leaves, and whether it is deleted; said without the book."""
    drawings: dict[str, tuple[Mark, bool]] = {}
    for done in {one.id: one for one in history}.values():
        if done.mark is not None:
            deleted = done.act != "add" and drawings[done.drawing][1]
            drawings[done.drawing] = (done.mark, deleted)
        else:
            drawings[done.drawing] = (drawings[done.drawing][0], done.act == "delete")
    return drawings


@pytest.mark.parametrize("seed", range(6))
def test_what_two_people_did_at_once_replays_to_the_same_and_duplicates_change_nothing(
    floor: Floor, take: Take, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 (a history, not a secret)
    owners: dict[str, str] = {}
    history: list[tuple[str, DrawingOp]] = []
    for _ in range(40):
        by = chance.choice(["leo", "dora"])
        own = [drawing for drawing, owner in owners.items() if owner == by]
        act: Act = chance.choice(["add", "update", "delete", "restore"]) if own else "add"
        drawing = new_id() if act == "add" else chance.choice(own)
        owners.setdefault(drawing, by)
        start = chance.randrange(20)
        point = (chance.randrange(65537), chance.randrange(65537))
        mark = Mark(FrameRange(start, start + 1), "pen", (point,), 1 + chance.randrange(900), "#00d8ff")
        history.append((by, DrawingOp(new_id(), act, drawing, mark if act in {"add", "update"} else None)))
    sent: list[tuple[str, DrawingOp]] = []
    for one in history:
        sent.append(one)
        if chance.random() < 0.3:
            sent.append(chance.choice(sent))
    for by, done in sent:
        floor.studio.draw(floor[by], task=take.task, content=take.content, done=done)
    assert floor.kinds().count("drawing") == len(history)
    with floor.house.book.reading() as conn:
        kept = {row.id: (row.mark, row.deleted) for row in drawings_on(conn, take.task, take.content)}
    assert kept == standing([done for _, done in sent])
    checked = floor.studio.book_replay()
    assert checked.holds, checked.sentence


def test_whoever_looks_blind_gets_only_their_own_drawings_and_notes_until_they_decide(
    floor: Floor, take: Take
) -> None:
    data = policy_dict(shipped())
    for gate in data["stages"][2]["gates"]:
        gate["blind"] = gate["key"] == "lead"
    policy = read_policy(data)
    with floor.house.book.transact() as tx:
        body = {"hash": policy.hash, "policy": policy_dict(policy)}
        tx.append("policy", actor=floor["ana"].person, production=take.production, body=body)
    begun = floor.studio.book_seq()
    for name, text in (("arti", "Look at the ear."), ("leo", "The tail.")):
        floor.studio.note_add(
            floor[name], task=take.task, content=take.content, text=text, key=f"note-{name}"
        )
    draw(floor, take, by="arti")
    draw(floor, take, by="leo")

    def seen() -> tuple[list[str], list[str], set[tuple[str, str]]]:
        drawn = [
            one.person.name
            for one in floor.studio.drawings(floor["leo"], task=take.task, content=take.content)
        ]
        notes = [one.person.name for one in floor.studio.task(floor["leo"], take.task).takes[0].notes]
        told = floor.studio.book_entries(floor["leo"], begun, 100)
        names = {str(floor[name].person): name for name in ("leo", "arti")}
        kept = {(one.kind, names[one.actor]) for one in told if one.kind in {"note", "drawing"}}
        return drawn, notes, kept

    own = {("note", "leo"), ("drawing", "leo")}
    assert seen() == (["leo"], ["leo"], own)
    floor.judge("leo", take, 0)
    assert seen() == (["arti", "leo"], ["arti", "leo"], own | {("note", "arti"), ("drawing", "arti")})
