"""Bring scripts and boards in: a plan first, which a person takes; the same file twice changes nothing."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from circletake.board.imported import FoundPanel, Imported
from circletake.board.plan import plain, plan_import
from circletake.board.planned import Known, Plan
from circletake.board.read import read_board
from circletake.domain.board import Board, BoardShot, Layer, Panel
from circletake.domain.entity import checked_entity_code
from circletake.domain.production import Production
from circletake.domain.take import Take
from circletake.errors import CircletakeError, MatchUnsure, WorldMoved
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction
from circletake.media.flatten import Flat, Sheet, flatten_safely
from circletake.media.sandbox import probe_safely
from circletake.media.source import RATE_HZ
from circletake.workflows.board_book import find_panels, keep_document, record_panels
from circletake.workflows.film import STORYBOARD
from circletake.workflows.found_production import add_entity
from circletake.workflows.house import House, require
from circletake.workflows.panel_views import BoardPlanView, PlanChangeView, UnsureView
from circletake.workflows.receive_take import Attempt, adopted_sheets, record_take

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person said about a file before it is taken.

    Args:
        scenes: place in the file, from 1 → id of the scene on the board, or `new`.
        shot: code of the shot that pictures belong to whose name says none.
        drops: scenes that are not in the file leave the board.
    """

    scenes: Mapping[int, str] | None = None
    shot: str | None = None
    drops: bool = False


def plan_board(
    house: House, who: Session, production: str, path: Path, answers: Answers | None = None
) -> BoardPlanView:
    """Say what bringing a script or a board in would do; nothing is done.

    Raises:
        NotFound: there is no such file or folder.
        BoardUnreadable: it cannot be read.
        BoardInvalid: an answer names a scene that is not there.
    """
    plan, _, found = _planned(house, who, production, path, answers or Answers())
    return _view(plan, number=found.number - 1, taken=False)


def take_board(
    house: House, who: Session, production: str, path: Path, answers: Answers | None = None
) -> BoardPlanView:
    """Take a script or a board in, in one transaction: all of it, or nothing.

    Pictures become takes at the storyboard's stage, and pass its gates like all others. A picture that cannot
    be read leaves its panel without one, and is named.

    Raises:
        MatchUnsure: a scene could be more than one, or a picture's name says no shot.
        WorldMoved: the board was changed meanwhile.
        CircletakeError: as `plan_board`.
    """
    answers = answers or Answers()
    plan, parent, board = _planned(house, who, production, path, answers)
    if plan.unsure:
        first = plan.unsure[0]
        raise MatchUnsure(
            f"Scene {first.place} of the file, “{first.slugline}”, could be {' or '.join(first.may_be)}; say "
            f"which, or that it is new: --match {first.place}={first.may_be[0]}, or {first.place}=new.",
            unsure=[one.place for one in plan.unsure],
        )
    if plan.asks and answers.shot is None:
        raise MatchUnsure(
            f"The name of {plan.asks[0]} says no shot; say which such pictures belong to with --shot.",
            files=list(plan.asks),
        )
    if not plan.changes:
        return _view(plan, number=board.number - 1, taken=False)
    drawn, said = _drawn(house, plan)
    kept = {
        layer.path: house.store.put_file(layer.path)
        for found in plan.drawn.values()
        for layer in found.layers
    }
    for sound in plan.sounds:
        house.store.put_file(sound)
    panels = tuple(
        _pictured(panel, plan.drawn[panel.uid], drawn.get(panel.uid), kept)
        if panel.uid in plan.drawn
        else panel
        for panel in board.panels
    )
    board = replace(board, panels=panels, parent=parent)
    if plan.script is not None:
        house.store.put_bytes(plan.script)
    name = keep_document(house, board)
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "edit_shots")
        before = find_panels(house, tx.conn, found.id)
        if (before[1] if before else None) != parent:
            raise WorldMoved("The board was changed while the file was read; import it again.")
        rows = _shots(house, tx, who, found, board)
        for panel in board.panels:
            flat = drawn.get(panel.uid)
            row = rows.get(panel.shot)
            if flat is not None and panel.picture is not None and row is not None:
                _record(house, tx, who, found, row, panel, flat, before[0] if before else None)
        record_panels(tx, who.actor, board, name, session=who.pseudonym)
    if drawn and not any(rows.values()):
        said.append(
            f"The policy has no stage “{STORYBOARD}”: pictures are on the board, and nobody judges them."
        )
    return _view(replace(plan, said=(*plan.said, *said)), number=board.number, taken=True)


def _planned(
    house: House, who: Session, production: str, path: Path, answers: Answers
) -> tuple[Plan, str | None, Board]:
    """The plan, the hash of the version it comes after, and the version it would make."""
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "edit_shots")
        before = find_panels(house, conn, found.id)
        codes = frozenset(entity.code for entity in reads.entities(conn, found.id))
    imported = _named(read_board(path), answers.shot)
    digests = {
        file: digest
        for panel in imported.panels
        for file in (*(one.path for one in panel.layers), *(one.path for one in panel.sounds if one.path))
        if (digest := _digest(file)) is not None
    }
    lengths, said = _lengths(imported)
    known = Known(
        production=found.id,
        rate=found.rate,
        digests=digests,
        sounds_ms=lengths,
        codes=codes,
        told=answers.scenes,
        drops=answers.drops,
    )
    plan = plan_import(before[0] if before else None, imported, known)
    return replace(plan, said=(*plan.said, *said)), before[1] if before else None, plan.board


def _named(imported: Imported, shot: str | None) -> Imported:
    """What was found, with a shot for pictures whose name says none."""
    if shot is None or not imported.asks:
        return imported
    code = checked_entity_code(shot)
    scenes = tuple(
        replace(scene, shots=tuple(replace(one, code=one.code or code) for one in scene.shots))
        for scene in imported.scenes
    )
    return replace(imported, scenes=scenes)


def _digest(path: Path) -> str | None:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
    except OSError:
        return None
    return digest.hexdigest()


def _lengths(imported: Imported) -> tuple[dict[Path, Fraction], list[str]]:
    """How long sounds last whose file does not say so, in milliseconds."""
    lengths: dict[Path, Fraction] = {}
    said: list[str] = []
    for panel in imported.panels:
        for one in panel.sounds:
            if one.path is None or one.length_ms is not None or one.path in lengths:
                continue
            try:
                audio = probe_safely(one.path).audio
            except CircletakeError as refused:
                said.append(f"The sound “{one.name}” is not heard: {refused.message}")
                continue
            if audio is not None:
                lengths[one.path] = Fraction(audio.samples * 1000, audio.rate_hz or RATE_HZ)
    return lengths, said


def _drawn(house: House, plan: Plan) -> tuple[dict[str, tuple[str, Flat]], list[str]]:
    """Uid → content of its picture and what it is; and what cannot be read, a sentence each."""
    seen = {
        uid: [Sheet(one.path, one.opacity) for one in found.layers if not one.is_apart]
        for uid, found in plan.drawn.items()
    }
    wanted = {uid: stack for uid, stack in seen.items() if stack}
    drawn: dict[str, tuple[str, Flat]] = {}
    said: list[str] = []
    for (uid, stack), flat in zip(wanted.items(), flatten_safely(list(wanted.values())), strict=True):
        if isinstance(flat, CircletakeError):
            said.append(f"Panel {uid} has no picture: {flat.message}")
        else:
            content = house.store.put_bytes(flat.png) if flat.png else house.store.put_file(stack[0].path)
            drawn[uid] = (content, flat)
    return drawn, said


def _pictured(
    panel: Panel, found: FoundPanel, drawn: tuple[str, Flat] | None, kept: Mapping[Path, str]
) -> Panel:
    """A panel with its new picture, or without one."""
    layers = tuple(Layer(plain(one.name), kept[one.path], one.opacity) for one in found.layers)
    return replace(panel, picture=drawn[0] if drawn else None, layers=layers, is_lossy=found.is_lossy)


def _shots(
    house: House, tx: Transaction, who: Session, production: Production, board: Board
) -> dict[str, reads.TaskRow | None]:
    """Id of a shot → its task at the storyboard's stage; shots that the production lacks are added."""
    policy = house.policy(tx.conn, production.policy)
    rows: dict[str, reads.TaskRow | None] = {}
    scenes = {scene.id: scene for scene in board.scenes}
    for shot in board.shots:
        entity = reads.find_entity(tx.conn, production.id, shot.code)
        if entity is None:
            add_entity(
                tx,
                who.actor,
                production=production.id,
                policy=policy,
                kind="shot",
                code=shot.code,
                title=_title(scenes[shot.scene].slugline, shot, board),
                frames=sum(panel.frames for panel in board.panels if panel.shot == shot.id),
                source_class="drawn",
            )
            entity = reads.find_entity(tx.conn, production.id, shot.code)
        rows[shot.id] = reads.find_task_of(tx.conn, entity.id, STORYBOARD) if entity else None
    return rows


def _title(slugline: str, shot: BoardShot, board: Board) -> str:
    words = next((panel.action for panel in board.panels if panel.shot == shot.id and panel.action), slugline)
    return words.split("\n")[0][:200]


def _record(
    house: House,
    tx: Transaction,
    who: Session,
    production: Production,
    row: reads.TaskRow,
    panel: Panel,
    drawn: tuple[str, Flat],
    before: Board | None,
) -> None:
    """A panel's picture becomes a take, unless its task has exactly that one."""
    content, flat = drawn
    takes: list[Take] = reads.takes_of(tx.conn, row.task.id)
    if any(take.content == content for take in takes):
        return
    was = next((one.picture for one in before.panels if one.uid == panel.uid), None) if before else None
    parent = next((take for take in takes if take.content == was), None)
    record_take(
        house,
        tx,
        who.actor,
        session=who.pseudonym,
        task=row,
        attempt=Attempt(
            content=content,
            makers=who.makers,
            made_by=(("importer", who.person),),
            origin="drawn",
            n_frames=1,
            rate=None,
            width_px=flat.width_px,
            height_px=flat.height_px,
            label=f"panel {panel.uid}",
            parent=parent.id if parent else None,
            change="rework" if parent else "new",
            leans=adopted_sheets(tx.conn, production.id),
        ),
    )


def _view(plan: Plan, *, number: int, taken: bool) -> BoardPlanView:
    return BoardPlanView(
        summary=plan.summary,
        changes=[PlanChangeView(one.sort, one.what, one.text) for one in plan.changes],
        unsure=[UnsureView(one.place, one.slugline, list(one.may_be)) for one in plan.unsure],
        asks=list(plan.asks),
        said=list(plan.said),
        number=number,
        taken=taken,
    )
