"""What an entry “drawing” does to the tables: a drawing begins, changes, goes, or comes back."""

from sqlalchemy import Connection

from circletake.db import tables
from circletake.errors import AlreadyThere, EntryInvalid, NotFound, RoleMissing
from circletake.ledger import entries as e
from circletake.ledger import rows
from circletake.ledger.canonical import spelled


def keep_drawing(conn: Connection, entry: e.Entry, body: e.DrawingBody) -> None:
    """Do to a drawing what the entry says.

    Raises:
        NotFound: there is no such take, or no such drawing on it.
        AlreadyThere: the operation was done already, or the drawing begins a second time.
        RoleMissing: it is somebody else's drawing.
        EntryInvalid: it belongs to no production, or says too little or too much for what it does.
    """
    if entry.production is None:
        raise EntryInvalid(f"The entry “{entry.kind}” belongs to a production; name it.")
    here = {"production": entry.production, "task": body.task, "content": body.content}
    if rows.find(conn, tables.take, "id", **here) is None:
        raise NotFound(f"The task {body.task} has no take of content {body.content}; reload its page.")
    if rows.find(conn, tables.drawn_op, "id", id=body.op) is not None:
        raise AlreadyThere(f"The operation {body.op} was done already; it is done once.")
    mark = _mark(body)
    if body.act == "add":
        if rows.find(conn, tables.drawn, "id", id=body.drawing) is not None:
            raise AlreadyThere(
                f"The drawing {body.drawing} was begun already; give this one an id of its own."
            )
        rows.add(
            conn,
            tables.drawn,
            id=body.drawing,
            at=entry.at,
            person=entry.actor,
            deleted=False,
            changed=entry.seq,
            seq=entry.seq,
            **here,
            **mark,
        )
    else:
        person = rows.find(conn, tables.drawn, "person", id=body.drawing, **here)
        if person is None:
            raise NotFound(f"There is no drawing {body.drawing} on this content; reload the page.")
        if person != entry.actor:
            raise RoleMissing("Only whoever drew it changes or deletes a drawing; answer it with a note.")
        if body.act != "update":
            mark = {"deleted": body.act == "delete"}
        rows.change(conn, tables.drawn, {"id": body.drawing}, changed=entry.seq, **mark)
    rows.add(conn, tables.drawn_op, id=body.op, drawing=body.drawing, seq=entry.seq)


def _mark(body: e.DrawingBody) -> dict[str, object]:
    says = body.shape is not None and body.frames is not None and bool(body.points)
    says_nothing = body.shape is None and body.frames is None and not body.points and body.text is None
    if not (says if body.act in {"add", "update"} else says_nothing):
        raise EntryInvalid(
            "To add or update says what is drawn; to delete or restore says nothing of it; make a new entry."
        )
    if body.frames is None:
        return {}
    return {
        "start": body.frames[0],
        "end": body.frames[1],
        "shape": body.shape,
        "points": spelled([list(point) for point in body.points]).decode(),
        "width": body.width,
        "colour": body.colour,
        "text_commitment": body.text,
    }
