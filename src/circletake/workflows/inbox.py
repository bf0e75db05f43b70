"""The inbox: what waits for a person and why, and what has happened since they last looked.

All of it is read off the book; only how far somebody has seen is remembered. What is hidden from them
until they decide (`circletake.workflows.veil`) neither waits nor is told.
"""

from collections.abc import Iterator
from dataclasses import replace

from circletake.domain.policy import Policy
from circletake.domain.production import Production
from circletake.domain.verdict import VALUE_NAMES
from circletake.ledger import notices, reads, saved
from circletake.ledger.accounts import Session
from circletake.ledger.roles import productions_of
from circletake.ledger.transaction import read_head
from circletake.workflows.floor import veil_of
from circletake.workflows.give_verdict import vote_range
from circletake.workflows.house import House
from circletake.workflows.inbox_views import InboxItemView, NoticesView, NoticeView
from circletake.workflows.mentions import mentions
from circletake.workflows.show import Names, posters_of
from circletake.workflows.show_board import seen_board
from circletake.workflows.show_queue import may_circle
from circletake.workflows.veil import Veil
from circletake.workflows.views import CellView, RowView

_SHOWN = 50
_READ = 400  # before what is hidden is taken out
_WAITING = {"review", "stale"}


def show_inbox(house: House, who: Session) -> list[InboxItemView]:
    """What waits for this person, production by production in board order, and why."""
    found: list[InboxItemView] = []
    with house.book.reading() as conn:
        people = Names.read(conn)
        held = productions_of(conn, str(who.person))
        for production in reads.productions(conn):
            if production.id not in held:
                continue
            policy = house.policy(conn, production.policy)
            rows = seen_board(house, conn, who, production.id, policy).rows
            cells = {cell.task: (row.view, cell) for row in rows for cell in row.view.cells if cell}
            found += _cells(conn, who, production, policy, cells)
            veil = veil_of(house, conn, who, production.id)
            found += _words(conn, who, production, policy, cells, veil, people)
    posters = posters_of(house, {one.poster for one in found if one.poster})
    return [replace(one, poster=posters.get(one.poster or "")) for one in found]


Cells = dict[str, tuple[RowView, CellView]]


def _cells(
    conn: reads.Connection, who: Session, production: Production, policy: Policy, cells: Cells
) -> Iterator[InboxItemView]:
    """Gates at which this person may circle, and approvals of theirs that went stale."""
    roles = reads.roles_of(conn, production.id, str(who.person))
    approved = notices.approved_by(conn, str(who.person), production.id)
    for row, cell in cells.values():
        if cell.status not in _WAITING:
            continue
        gate = policy.gate(cell.stage, cell.waits_for)
        if cell.status == "stale" and (cell.task, cell.content or "") in approved:
            moved = f"{', '.join(cell.causes)} moved" if cell.causes else "the policy or a measurement moved"
            yield _item("stale", f"Your approval went stale: {moved}.", production, policy, row, cell)
        elif gate is not None and may_circle(gate, vote_range(gate, roles)):
            why, flags = "gate", ""
            if cell.flagged:
                why, flags = (
                    "flags",
                    f" {cell.flagged} of its takes {'is' if cell.flagged == 1 else 'are'} flagged.",
                )
            yield _item(why, f"Your voice at {gate.label}.{flags}", production, policy, row, cell)


def _words(
    conn: reads.Connection,
    who: Session,
    production: Production,
    policy: Policy,
    cells: Cells,
    veil: Veil,
    people: Names,
) -> Iterator[InboxItemView]:
    """Open notes that name this person, or that are on a take they made."""
    me = str(who.person)
    for one in notices.heard_by(conn, me, [production.id], most=_READ):
        if not one.open or one.task not in cells or veil.hides(one.task, one.content):
            continue
        row, cell = cells[one.task]
        why = "mention" if mentions(one.text, me) else "note"
        if why == "note" and not one.mine:
            continue
        words = people.words(one.text) or "(erased)"
        yield replace(
            _item(why, words, production, policy, row, cell),
            number=one.number,
            person=people.person(one.person),
            at=one.at,
            poster=one.content,
            gate="",
        )


def _item(
    why: str, sentence: str, production: Production, policy: Policy, row: RowView, cell: CellView
) -> InboxItemView:
    stage = policy.stage(cell.stage)
    return InboxItemView(
        why=why,
        sentence=sentence,
        task=cell.task,
        production=production.code,
        code=row.code,
        title=row.title,
        stage_label=stage.label if stage else cell.stage,
        gate=cell.waits_for,
        number=cell.number,
        takes=cell.takes,
        flagged=cell.flagged,
        status=cell.status,
        poster=cell.content,
        person=None,
        at="",
    )


def show_notices(house: House, who: Session) -> NoticesView:
    """What others said that concerns this person, the newest first."""
    me = str(who.person)
    with house.book.reading() as conn:
        people, seen = Names.read(conn), saved.seen_by(conn, me)
        held = productions_of(conn, me)
        known = {one.id: one for one in reads.productions(conn) if one.id in held}
        policies = {one.id: house.policy(conn, one.policy) for one in known.values()}
        veils = {production: veil_of(house, conn, who, production) for production in known}
        found = [
            _notice(one, me, known[one.production], policies[one.production], people, seen)
            for one in notices.heard_by(conn, me, sorted(known), most=_READ)
            if not _is_hidden(veils[one.production], one)
        ]
        head = read_head(conn).seq
    unseen = sum(one.unseen for one in found)
    return NoticesView(notices=found[:_SHOWN], unseen=unseen, book_seq=head)


def _is_hidden(veil: Veil, one: notices.Heard) -> bool:
    return one.seq in veil.verdicts if one.kind == "verdict" else veil.hides(one.task, one.content)


def _notice(
    one: notices.Heard, me: str, production: Production, policy: Policy, people: Names, seen: int
) -> NoticeView:
    stage, gate = policy.stage(one.stage), policy.gate(one.stage, one.gate)
    take = f"{one.code} take {one.number}"
    named = mentions(one.text, me)
    if named:
        kind, sentence = "mention", f"named you at {take}"
    elif one.answers:
        kind, sentence = "answer", f"answered your note at {take}"
    elif one.value is None:
        kind, sentence = "note", f"noted something on your {take}"
    else:
        kind = "verdict"
        sentence = f"said {VALUE_NAMES[one.value]} of your {take} at {gate.label if gate else one.gate}"
    return NoticeView(
        seq=one.seq,
        at=one.at,
        kind=kind,
        person=people.person(one.person),
        production=production.code,
        task=one.task,
        code=one.code,
        stage_label=stage.label if stage else one.stage,
        number=one.number,
        gate=one.gate,
        sentence=sentence,
        text=people.words(one.text),
        unseen=one.seq > seen,
    )


def note_seen(house: House, who: Session, seq: int) -> None:
    """Remember that somebody has seen everything up to an entry.

    Raises:
        NotAPerson: nobody sits there.
    """
    who.sitting("say what one has seen")
    with house.book.transact() as tx:
        saved.note_seen(tx.conn, str(who.person), min(seq, read_head(tx.conn).seq))
