"""Drawings on pictures: drawn, altered, deleted and taken back; nothing is measured or passed by it."""

import unicodedata
from dataclasses import dataclass
from typing import Any

from circletake.domain.drawing import DrawingOp, Mark, check_operation
from circletake.errors import Conflict, NotFound, RoleMissing
from circletake.ledger import drawings, reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction
from circletake.workflows.drawing_views import DrawingView
from circletake.workflows.floor import veil_of
from circletake.workflows.house import House, require
from circletake.workflows.remarks import find_take
from circletake.workflows.show import Names
from circletake.workflows.views import RangeView


@dataclass(frozen=True, slots=True)
class Stroke:
    """An operation as a door hands it in; its id makes that the same one sent twice is done once."""

    task: str
    content: str
    done: DrawingOp


def draw(house: House, who: Session, stroke: Stroke) -> None:
    """Record what somebody did to a drawing.

    Raises:
        NotFound: there is no such task or take, or no such drawing on it.
        DrawingInvalid: it cannot be drawn on this take.
        RoleMissing: the person may not remark anything here, or it is somebody else's drawing.
        Conflict: the id was used for another operation or another drawing.
        NotAPerson: nobody sits there.
    """
    who.sitting("draw")
    with house.book.transact() as tx:
        row = reads.find_task(tx.conn, stroke.task)
        if row is None:
            raise NotFound(f"There is no task {stroke.task} here; the board lists them.")
        require(tx.conn, who, row.task.production, "note")
        record_drawing(tx, who, stroke, production=row.task.production)


def record_drawing(tx: Transaction, who: Session, stroke: Stroke, *, production: str) -> None:
    """Record what somebody who may did to a drawing, in the caller's transaction.

    Raises:
        As `draw`.
    """
    done = stroke.done
    take = find_take(tx.conn, stroke.task, stroke.content)
    if _is_done(tx, who, stroke):
        return
    check_operation(done, n_frames=take.n_frames)
    found = drawings.find_drawing(tx.conn, done.drawing)
    if done.act == "add" and found is not None:
        raise Conflict("This id was used for another drawing; send the new one with a new id.")
    if done.act != "add":
        if found is None or (found.task, found.content) != (stroke.task, stroke.content):
            raise NotFound(f"There is no drawing {done.drawing} on this take; reload the page.")
        if found.person != str(who.person):
            raise RoleMissing("Only whoever drew it changes or deletes a drawing; answer it with a note.")
    tx.append(
        "drawing",
        actor=who.person,
        session=who.pseudonym,
        production=production,
        body=_body(tx, stroke, found),
    )


def _is_done(tx: Transaction, who: Session, stroke: Stroke) -> bool:
    """Whether exactly this was done already.

    Raises:
        Conflict: something else was done under its id.
    """
    known = drawings.find_done(tx.conn, stroke.done.id)
    if known is None:
        return False
    actor, body, words = known
    given = _spoken(stroke)
    # of an erased text nothing is left to compare
    said = (stroke.done.mark.text or "") if stroke.done.mark else ""
    same_words = words is None or words == unicodedata.normalize("NFC", said)
    if actor != str(who.person) or not same_words or {**body, "text": None} != {**given, "text": None}:
        raise Conflict("This id was used for something else; send the new operation with a new id.")
    return True


def _spoken(stroke: Stroke) -> dict[str, Any]:
    """The entry's body, its words left out."""
    done, mark = stroke.done, stroke.done.mark
    return {
        "act": done.act,
        "colour": mark.colour if mark else "",
        "content": stroke.content,
        "drawing": done.drawing,
        "frames": [mark.frames.start, mark.frames.end] if mark else None,
        "op": done.id,
        "points": [list(point) for point in mark.points] if mark else [],
        "shape": mark.shape if mark else None,
        "task": stroke.task,
        "text": None,
        "width": mark.width if mark else 0,
    }


def _body(tx: Transaction, stroke: Stroke, before: drawings.DrawingRow | None) -> dict[str, Any]:
    mark: Mark | None = stroke.done.mark
    if mark is None or not mark.text:
        return _spoken(stroke)
    # the same words keep their salt, so that erasing them once erases them
    same = before is not None and before.mark.text == mark.text
    return {**_spoken(stroke), "text": before.text if before and same else tx.keep_text(mark.text)}


def list_drawings(house: House, who: Session, task: str, *, content: str) -> list[DrawingView]:
    """Drawings that stand on a take, oldest first; who looks blind sees only their own.

    Raises:
        NotFound: there is no such task or take in a production of theirs.
    """
    with house.book.reading() as conn:
        row = reads.find_task(conn, task)
        if row is None:
            raise NotFound(f"There is no task {task} here; the board lists them.")
        require(conn, who, row.task.production, "see")
        find_take(conn, task, content)
        hidden = veil_of(house, conn, who, row.task.production).hides(task, content)
        people = Names.read(conn)
        me = str(who.person)
        return [
            drawing_view(one, people, me=me)
            for one in drawings.drawings_on(conn, task, content)
            if not one.deleted and (one.person == me or not hidden)
        ]


def drawing_view(row: drawings.DrawingRow, people: Names, *, me: str) -> DrawingView:
    """A drawing as pages show it."""
    return DrawingView(
        id=row.id,
        seq=row.seq,
        changed=row.changed,
        at=row.at,
        person=people.person(row.person),
        frames=RangeView(start=row.mark.frames.start, end=row.mark.frames.end),
        shape=row.mark.shape,
        points=[list(point) for point in row.mark.points],
        width=row.mark.width,
        colour=row.mark.colour,
        text=row.mark.text,
        mine=row.person == me,
    )
