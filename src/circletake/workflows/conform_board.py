"""Conform the board back: an edited timeline becomes proposals, and a person takes or refuses each."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from circletake.board.conform_back import Clip, ConformBack, conform_back, taken_into
from circletake.board.document import board_hash, read_board_document
from circletake.cut.arrange import shown
from circletake.cut.timelines import read_safely
from circletake.domain.board import Board
from circletake.errors import NotFound, RequestInvalid
from circletake.ledger import boards, reads
from circletake.ledger.accounts import Session
from circletake.ledger.boards import ProposalRow
from circletake.ledger.canonical import canonical
from circletake.workflows.animatic import ALL, Selection
from circletake.workflows.board_book import get_panels, keep_document, record_panels
from circletake.workflows.house import House, require
from circletake.workflows.panel_views import ProposalsView, ProposalView


def propose_back(
    house: House, who: Session, production: str, path: Path, part: Selection = ALL, *, form: str | None = None
) -> ProposalsView:
    """Read an edited timeline and keep what it would change of the board; nothing is changed.

    The same timeline against the same board is kept once.

    Args:
        part: what of the board the timeline was made of.
        form: name of the form, where the file's ending does not say it.

    Raises:
        NotFound: there is no such file, or no board.
        CutUnreadable: it is no timeline.
        BoardInvalid: there is no such scene or shot.
    """
    if not path.exists():
        raise NotFound(f"{path} cannot be read: there is no such file.")
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "edit_cut")
        board, name = get_panels(house, conn, found.id)
    scope = [panel.uid for panel in board.panels_in(scenes=part.scenes, shots=part.shots)]
    try:
        events, said = shown(read_safely(path, rate=found.rate, named=form), rate=found.rate)
        source = house.store.put_file(path)
    except OSError as refused:
        raise NotFound(f"{path} cannot be read: {refused.strerror}.") from refused
    clips = [Clip(one.frames, one.slot, one.marks, one.name, one.hints, is_gap=one.is_gap) for one in events]
    told = hashlib.sha256("\0".join([name, source, *scope]).encode()).hexdigest()
    conform = conform_back(board, clips, scope=scope, key=f"cf_{told[:12]}")
    conform = replace(conform, said=(*said, *conform.said))
    document = house.store.put_bytes(canonical(msgspec.to_builtins(conform)))
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "edit_cut")
        get_panels(house, tx.conn, found.id, seen=name)
        key = f"cf_{told[:12]}"
        if conform.proposals and not boards.proposals_of(tx.conn, found.id, conform=key):
            tx.append(
                "proposed",
                actor=who.actor,
                session=who.pseudonym,
                production=found.id,
                body={
                    "board": name,
                    "conform": key,
                    "document": document,
                    "proposals": [[one.id, one.sort] for one in conform.proposals],
                    "source": source,
                },
            )
    if not conform.proposals:
        return ProposalsView(
            None, board.number, name, [], [*conform.said, "The timeline is the board as it is."]
        )
    return show_proposals(house, who, production, conform=key)


def show_proposals(
    house: House, who: Session, production: str, *, conform: str | None = None
) -> ProposalsView:
    """What a timeline proposed, the newest one where none is named, and how each was answered.

    Raises:
        NotFound: there is no board yet.
    """
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "see")
        board, name = get_panels(house, conn, found.id)
        rows = boards.proposals_of(conn, found.id, conform=conform)
    if not rows:
        return ProposalsView(None, board.number, name, [], [])
    told = _document(house, rows)
    by_id = {row.id: row for row in rows}
    return ProposalsView(
        conform=rows[0].conform,
        board=board.number,
        hash=name,
        proposals=[
            ProposalView(
                one.id, one.sort, one.panel, one.text, one.how, _state(by_id[one.id]), by_id[one.id].reason
            )
            for one in told.proposals
        ],
        said=list(told.said),
    )


def _state(row: ProposalRow) -> str:
    return "open" if row.taken is None else "taken" if row.taken else "refused"


def _document(house: House, rows: Sequence[ProposalRow]) -> ConformBack:
    return msgspec.json.decode(house.store.read(rows[0].document), type=ConformBack)


def answer_proposals(
    house: House,
    who: Session,
    production: str,
    ids: Sequence[str],
    *,
    taken: bool,
    reason: str = "",
    seen: str | None = None,
) -> ProposalsView:
    """Take proposals into a new version of the board, or refuse them.

    Args:
        ids: of the proposals, all of one timeline.
        reason: why, in a few words.
        seen: hash of the board that the person looked at.

    Raises:
        NotFound: there is no such proposal.
        Conflict: one was answered already.
        WorldMoved: the board is not what was looked at any more.
        NotAPerson: a machine cannot say this.
    """
    who.sitting("answer proposals")
    if not ids:
        raise RequestInvalid("Name at least one proposal.")
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "edit_cut")
        board, name = get_panels(house, tx.conn, found.id, seen=seen)
        rows = _rows(tx.conn, found.id, ids)
        after: str | None = None
        if taken:
            next_board = _with(house, board, rows, ids)
            if replace(next_board, number=board.number, parent=board.parent) != board:
                next_board = replace(next_board, number=board.number + 1, parent=name)
                after = keep_document(house, next_board)
                record_panels(tx, who.actor, next_board, after, session=who.pseudonym)
        tx.append(
            "answered",
            actor=who.actor,
            session=who.pseudonym,
            production=found.id,
            body={
                "board": after,
                "conform": rows[0].conform,
                "key": hashlib.sha256("\0".join([str(taken), *sorted(ids)]).encode()).hexdigest()[:32],
                "proposals": sorted(set(ids)),
                "reason": tx.keep_text(reason.strip()) if reason.strip() else None,
                "taken": taken,
            },
        )
    return show_proposals(house, who, production, conform=rows[0].conform)


def _rows(conn: reads.Connection, production: str, ids: Sequence[str]) -> list[ProposalRow]:
    conforms = {one.rsplit("_", 1)[0] for one in ids}
    if len(conforms) != 1:
        raise RequestInvalid("These proposals are of more than one timeline; answer those of one at a time.")
    rows = boards.proposals_of(conn, production, conform=conforms.pop())
    strange = sorted(set(ids) - {row.id for row in rows})
    if strange:
        raise NotFound(f"There is no proposal {strange[0]} here; `circletake board proposals` lists them.")
    return rows


def _with(house: House, board: Board, rows: Sequence[ProposalRow], ids: Sequence[str]) -> Board:
    """The board with these proposals taken, and all that were taken of this timeline before.

    Where nothing else was done to the board meanwhile, it is worked out anew from what the timeline was held
    against, so that it does not matter in which order proposals are taken.
    """
    conform = _document(house, rows)
    before = {row.id for row in rows if row.taken}
    base = read_board_document(house.store.read(rows[0].board))
    as_taken = taken_into(base, conform, before)
    same = board_hash(replace(as_taken, number=1, parent=None)) == board_hash(
        replace(board, number=1, parent=None)
    )
    return taken_into(base, conform, before | set(ids)) if same else taken_into(board, conform, set(ids))
