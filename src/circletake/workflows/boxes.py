"""Boxes: a person says where a character is in one frame of a take, and the take is measured anew by it."""

import hashlib
from dataclasses import dataclass

from circletake.domain.boxed import Boxed, Where
from circletake.errors import Conflict, NotFound, RoleMissing, VerdictInvalid
from circletake.ledger import boxes, reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction
from circletake.media.manifest import CHARACTER
from circletake.workflows.analyse import order_analyses
from circletake.workflows.approved_bank import adopted_characters
from circletake.workflows.house import House, require
from circletake.workflows.remarks import check_where, find_take, may_settle
from circletake.workflows.show import Names
from circletake.workflows.views import BoxView


@dataclass(frozen=True, slots=True)
class Placement:
    """A box as a door hands it in.

    Args:
        character: its code.
        frame: 0-based, in the take.
        where: x, y, width, height in ten-thousandths of the picture; None: the character is not in it.
        key: made by whoever calls, so that the same box sent twice is recorded once.
    """

    task: str
    content: str
    character: str
    frame: int
    where: Where | None
    key: str


def draw_box(house: House, who: Session, placed: Placement) -> str:
    """Record where a character is in a frame, and order a measurement that heeds it.

    Returns:
        The box's id.

    Raises:
        NotFound: there is no such task, take or character with an adopted sheet.
        VerdictInvalid: the frame or the box is outside the take.
        Conflict: the key was used for another box.
        RoleMissing: the person may not remark anything here.
        NotAPerson: nobody sits there.
    """
    box = "x_" + hashlib.sha256(f"{who.person}\n{placed.key}".encode()).hexdigest()[:16]
    boxed = Boxed(box, placed.character, placed.frame, placed.where)
    who.sitting("say where a character is")
    with house.book.transact() as tx:
        row = reads.find_task(tx.conn, placed.task)
        if row is None:
            raise NotFound(f"There is no task {placed.task} here; the board lists them.")
        require(tx.conn, who, row.task.production, "note")
        known = boxes.find_box(tx.conn, box)
        if known is not None:
            if (known.task, known.content, known.boxed) != (placed.task, placed.content, boxed):
                raise Conflict("This key was used for another box; send the new one with a new key.")
            return box
        take = find_take(tx.conn, placed.task, placed.content)
        if not 0 <= placed.frame < max(take.n_frames, 1):
            raise VerdictInvalid(
                f"Frame {placed.frame} is outside the take, which has {take.n_frames}; name one that it has."
            )
        check_where(take, (), [(placed.frame, *placed.where)] if placed.where else [])
        _check_character(tx.conn, row.task.production, placed.character)
        tx.append(
            "box",
            actor=who.person,
            session=who.pseudonym,
            production=row.task.production,
            body={
                "box": box,
                "character": placed.character,
                "content": placed.content,
                "frame": placed.frame,
                "task": placed.task,
                "where": list(placed.where) if placed.where else None,
            },
        )
        _measure_again(house, tx, row.task.production, placed.content)
    return box


def withdraw_box(house: House, who: Session, box: str, *, key: str) -> tuple[str, str]:
    """Take a box back, and order a measurement without it.

    Returns:
        The task it was drawn at, and the content it is on.

    Raises:
        NotFound: there is no such box in a production of theirs.
        RoleMissing: neither whoever drew it nor somebody who may circle here and did not make the take.
        Conflict: it was withdrawn before by somebody else.
    """
    who.sitting("withdraw a box")
    with house.book.transact() as tx:
        found = boxes.find_box(tx.conn, box)
        row = reads.find_task(tx.conn, found.task) if found else None
        if found is None or row is None:
            raise NotFound(f"There is no box {box} here; `circletake character boxes` lists them.")
        _, roles = require(tx.conn, who, row.task.production, "note")
        if found.withdrawn is not None and found.withdrawn_by == str(who.person):
            return found.task, found.content
        take = find_take(tx.conn, found.task, found.content)
        if found.person != str(who.person) and not may_settle(house, tx.conn, who, row, roles, take):
            raise RoleMissing(
                "A box is withdrawn by whoever drew it, or by somebody who may circle here and did not make "
                "the take."
            )
        tx.append(
            "unbox",
            actor=who.person,
            session=who.pseudonym,
            production=row.task.production,
            body={"box": box, "key": key},
        )
        _measure_again(house, tx, row.task.production, found.content)
        return found.task, found.content


def list_boxes(house: House, who: Session, task: str, *, content: str) -> list[BoxView]:
    """Every box on a take, oldest first, withdrawn ones among them.

    Raises:
        NotFound: there is no such task or take in a production of theirs.
    """
    with house.book.reading() as conn:
        row = reads.find_task(conn, task)
        if row is None:
            raise NotFound(f"There is no task {task} here; the board lists them.")
        _, roles = require(conn, who, row.task.production, "see")
        take = find_take(conn, task, content)
        people = Names.read(conn)
        settles = may_settle(house, conn, who, row, roles, take)
        found = boxes.boxes_on(conn, row.task.production, [content]).get(content, [])
        return [
            BoxView(
                id=one.boxed.id,
                seq=one.seq,
                at=one.at,
                person=people.person(one.person),
                character=one.boxed.character,
                frame=one.boxed.frame,
                where=list(one.boxed.where) if one.boxed.where else None,
                withdrawn_by=people.person(one.withdrawn_by) if one.withdrawn_by else None,
                may_withdraw=one.withdrawn is None and (settles or one.person == str(who.person)),
            )
            for one in found
        ]


def _check_character(conn: reads.Connection, production: str, character: str) -> None:
    codes = {one.code for one in reads.entities(conn, production) if one.kind == CHARACTER}
    followed = [code for code, _ in adopted_characters(conn, production) if code in codes]
    if character not in followed:
        raise NotFound(
            f"No model sheet of a character {character} is adopted, so nothing follows it; followed are "
            f"{', '.join(followed) or 'none yet'}."
        )


def _measure_again(house: House, tx: Transaction, production: str, content: str) -> None:
    """Order it wherever this content is a take: evidence is of a content."""
    takes = [take for take in reads.takes_with(tx.conn, content) if take.production == production]
    rows = [row for take in takes if (row := reads.find_task(tx.conn, take.task)) is not None]
    order_analyses(house, tx, production, [(row, content) for row in rows])
