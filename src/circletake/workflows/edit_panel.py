"""Edit a panel by hand: its length, its words, its camera, its place. Each edit is a version of the board."""

from dataclasses import dataclass, replace

from circletake.board.plan import plain
from circletake.domain.board import Board, Camera, Panel
from circletake.errors import NotFound
from circletake.ledger.accounts import Session
from circletake.workflows.board_book import get_panels, keep_document, record_panels
from circletake.workflows.house import House, require


@dataclass(frozen=True, slots=True)
class PanelEdit:
    """What is to be otherwise of a panel; None leaves it.

    Args:
        frames: how long it stands.
        camera: how it is looked at; one that is still takes the camera away.
        after: uid of the panel it is put behind; empty puts it first.
    """

    frames: int | None = None
    dialogue: str | None = None
    action: str | None = None
    notes: str | None = None
    camera: Camera | None = None
    after: str | None = None


def edit_panel(
    house: House, who: Session, production: str, uid: str, edit: PanelEdit, *, seen: str | None = None
) -> int:
    """Change a panel.

    Args:
        seen: hash of the board that the person looked at.

    Returns:
        The number of the board's version; no new one where nothing would be otherwise.

    Raises:
        NotFound: there is no such panel.
        BoardInvalid: it would last no frame.
        WorldMoved: the board is not what was looked at any more.
    """
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "edit_shots")
        board, name = get_panels(house, tx.conn, found.id, seen=seen)
        after = edited(board, uid, edit)
        if after == board:
            return board.number
        after = replace(after, number=board.number + 1, parent=name)
        record_panels(tx, who.actor, after, keep_document(house, after), session=who.pseudonym)
        return after.number


def edited(board: Board, uid: str, edit: PanelEdit) -> Board:
    """The board with a panel changed.

    Raises:
        NotFound: there is no such panel.
        BoardInvalid: it would last no frame.
    """
    panel = _panel(board, uid)
    changed = replace(
        panel,
        frames=panel.frames if edit.frames is None else edit.frames,
        dialogue=panel.dialogue if edit.dialogue is None else plain(edit.dialogue.strip()),
        action=panel.action if edit.action is None else plain(edit.action.strip()),
        notes=panel.notes if edit.notes is None else plain(edit.notes.strip()),
        camera=panel.camera if edit.camera is None else None if edit.camera.is_still else edit.camera,
    )
    panels = [changed if one.uid == uid else one for one in board.panels]
    if edit.after is not None and edit.after != uid:
        panels.remove(changed)
        behind = (
            panels.index(_panel(replace(board, panels=tuple(panels)), edit.after)) + 1 if edit.after else 0
        )
        panels.insert(behind, changed)
    return replace(board, panels=tuple(panels))


def _panel(board: Board, uid: str) -> Panel:
    panel = next((one for one in board.panels if one.uid == uid), None)
    if panel is None:
        raise NotFound(f"There is no panel {uid} on the board; `circletake board show` lists them.")
    return panel
