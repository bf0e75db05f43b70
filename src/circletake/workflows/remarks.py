"""Notes: what people say about exact content beside their verdicts, answered and settled."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from circletake.domain.people import Role
from circletake.domain.policy import Stage
from circletake.domain.take import Take
from circletake.domain.time import FrameRange
from circletake.domain.verdict import CLOSING, SEVERITIES, WHOLE, Disposition, Region, Severity
from circletake.errors import Conflict, NotFound, ReasonNeeded, RoleMissing, VerdictInvalid
from circletake.ledger import reads, remarks
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction
from circletake.workflows.bind import bind_content, policy_of_task
from circletake.workflows.house import House, require
from circletake.workflows.mentions import spelled
from circletake.workflows.show import Names
from circletake.workflows.views import NoteView, OverrideView, RangeView

_CIRCLED = 2
_MAX_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class Remark:
    """A note as a door hands it in.

    Args:
        key: made by whoever calls, so that the same note sent twice is recorded once.
        reply_to: id of the note it answers, or None.
        drawings: ids of drawings on the same take that show what is meant.
    """

    task: str
    content: str
    text: str
    key: str
    severity: Severity = "issue"
    ranges: list[FrameRange] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    reply_to: str | None = None
    drawings: list[str] = field(default_factory=list)


def add_note(house: House, who: Session, remark: Remark) -> str:
    """Record a note, or an answer to one.

    Returns:
        Its id.

    Raises:
        NotFound: there is no such task, take or note.
        ReasonNeeded: it says nothing.
        VerdictInvalid: a severity, frame range or region that cannot be.
        Conflict: the key was used for another note.
    """
    _check_said(remark)
    who.sitting("note something")
    with house.book.transact() as tx:
        row = reads.find_task(tx.conn, remark.task)
        if row is None:
            raise NotFound(f"There is no task {remark.task} here; the board lists them.")
        production = row.task.production
        require(tx.conn, who, production, "note")
        said = replace(remark, text=spelled(tx.conn, production, remark.text))
        return record_note(house, tx, who, said, production=production)


def record_note(house: House, tx: Transaction, who: Session, remark: Remark, *, production: str) -> str:
    """Record a note of somebody who may, in the caller's transaction; the same one sent twice is one.

    Returns:
        Its id.

    Raises:
        As `add_note`.
    """
    _check_said(remark)
    note = "n_" + hashlib.sha256(f"{who.person}\n{remark.key}".encode()).hexdigest()[:16]
    known = remarks.find_note(tx.conn, note)
    if known is not None:
        if (known.task, known.content, known.text) != (remark.task, remark.content, remark.text):
            raise Conflict("This key was used for another note; send the new one with a new key.")
        return note
    take = find_take(tx.conn, remark.task, remark.content)
    check_where(take, remark.ranges, remark.regions)
    above = remarks.find_note(tx.conn, remark.reply_to) if remark.reply_to else None
    if remark.reply_to and (above is None or (above.task, above.content) != (take.task, take.content)):
        raise NotFound(f"There is no note {remark.reply_to} on this take to answer.")
    tx.append(
        "note",
        actor=who.person,
        session=who.pseudonym,
        production=production,
        body={
            "content": remark.content,
            "drawings": remark.drawings,
            "note": note,
            "ranges": [[frames.start, frames.end] for frames in remark.ranges],
            "regions": [list(region) for region in remark.regions],
            "reply_to": remark.reply_to,
            "severity": remark.severity,
            "task": remark.task,
            "text": tx.keep_text(remark.text),
        },
    )
    bind_content(house, tx, task=remark.task, content=remark.content)
    return note


def _check_said(remark: Remark) -> None:
    if not remark.text.strip():
        raise ReasonNeeded("A note says something; write a few words.")
    if len(remark.text) > _MAX_TEXT:
        raise VerdictInvalid(f"A note holds at most {_MAX_TEXT} characters.")
    if remark.severity not in SEVERITIES:
        raise VerdictInvalid(f"“{remark.severity}” is no severity; say one of {', '.join(SEVERITIES)}.")


def resolve_note(house: House, who: Session, note: str, *, disposition: Disposition, key: str) -> str:
    """Settle a note on exactly this content.

    Returns:
        The task it is on.

    Raises:
        NotFound: there is no such note in a production of theirs.
        VerdictInvalid: this disposition settles nothing on the same content.
        RoleMissing: neither whoever wrote it nor somebody who may circle here.
        Conflict: somebody settled it otherwise before.
    """
    if disposition not in CLOSING:
        raise VerdictInvalid(
            f"“{disposition}” asks for other pixels, so another take settles it; "
            f"say one of {', '.join(CLOSING)}."
        )
    who.sitting("settle a note")
    with house.book.transact() as tx:
        found = remarks.find_note(tx.conn, note)
        row = reads.find_task(tx.conn, found.task) if found else None
        if found is None or row is None:
            raise NotFound(f"There is no note {note} here; the task's page lists them.")
        _, roles = require(tx.conn, who, row.task.production, "note")
        if found.reply_to is not None:
            raise NotFound(f"{note} answers {found.reply_to}; settle that one.")
        if found.disposition is not None:
            if (found.disposition, found.resolved_by) != (disposition, str(who.person)):
                raise Conflict(f"This note was settled already: {found.disposition}. Write a new one.")
            return found.task
        if found.person != str(who.person) and not may_settle(
            house, tx.conn, who, row, roles, find_take(tx.conn, found.task, found.content)
        ):
            raise RoleMissing(
                "A note is settled by whoever wrote it, or by somebody who may circle here and did not "
                "make the take."
            )
        tx.append(
            "resolve",
            actor=who.person,
            session=who.pseudonym,
            production=row.task.production,
            body={"disposition": disposition, "key": key, "note": note},
        )
        bind_content(house, tx, task=found.task, content=found.content)
        return found.task


def may_settle(
    house: House,
    conn: reads.Connection,
    who: Session,
    row: reads.TaskRow,
    roles: frozenset[Role],
    take: Take,
) -> bool:
    """Whether somebody may end what another said of a take: they may circle here and did not make it."""
    stage = policy_of_task(house, conn, row.task.id).stage(row.task.stage)
    return may_circle(stage, roles) and str(who.person) not in take.makers


def may_circle(stage: Stage | None, roles: frozenset[str]) -> bool:
    """Whether one of these roles may circle at a gate of this stage."""
    gates = stage.gates if stage else ()
    return any(role in roles and high >= _CIRCLED for gate in gates for role, (_, high) in gate.vote.items())


def find_take(conn: reads.Connection, task: str, content: str) -> Take:
    """The take of this content at a task.

    Raises:
        NotFound: there is none.
    """
    for take in reads.takes_of(conn, task):
        if take.content == content:
            return take
    raise NotFound(f"There is no take of content {content[:12]} at this task; reload its page.")


def check_where(take: Take, ranges: Sequence[FrameRange], regions: Sequence[Region]) -> None:
    """Refuse frames and regions that are not in a take.

    Raises:
        VerdictInvalid: names the first that is not.
    """
    last = max(take.n_frames, 1)
    for frames in ranges:
        if frames.start < 0 or frames.end > last:
            raise VerdictInvalid(
                f"Frames {frames.start}–{frames.end} are outside the take, which has {take.n_frames}."
            )
    for frame, x, y, width, height in regions:
        inside = 0 <= frame < last and min(x, y) >= 0 and min(width, height) > 0
        if not inside or x + width > WHOLE or y + height > WHOLE:
            raise VerdictInvalid(
                f"The region {x},{y},{width},{height} on frame {frame} is outside the take; a region is in "
                f"ten-thousandths of the picture."
            )


def override_view(row: remarks.OverrideRow, people: Names) -> OverrideView:
    """An override as pages show it."""
    return OverrideView(
        seq=row.seq,
        at=row.at,
        person=people.person(row.person),
        gate=row.gate,
        role=row.role,
        rules=list(row.rules),
        code=row.code,
        note=row.note,
    )


def note_view(row: remarks.NoteRow, people: Names, *, may_settle: bool = False) -> NoteView:
    """A note as pages show it; `may_settle` says whether whoever looks may settle any note there."""
    return NoteView(
        id=row.id,
        seq=row.seq,
        at=row.at,
        person=people.person(row.person),
        severity=row.severity,
        text=people.words(row.text),
        ranges=[RangeView(start=frames.start, end=frames.end) for frames in row.ranges],
        regions=[list(region) for region in row.regions],
        reply_to=row.reply_to,
        disposition=row.disposition,
        resolved_by=people.person(row.resolved_by) if row.resolved_by else None,
        drawings=list(row.drawings),
        may_settle=may_settle and row.reply_to is None and row.disposition is None,
    )
