"""Print the board: panels with words and lengths as PDF, all of it or some scenes and shots."""

from circletake.board.animatic import TAIL
from circletake.domain.time import format_timecode
from circletake.errors import CircletakeError, RequestInvalid
from circletake.ledger.accounts import Session
from circletake.media.frames import fitted, jpeg
from circletake.media.source import open_source
from circletake.review.boards import LAYOUTS, Printed, board_pdf
from circletake.workflows.animatic import ALL, Selection, planned
from circletake.workflows.house import House

_WIDTH_PX = 1200
_QUALITY = 88


def print_board(
    house: House, who: Session, production: str, *, layout: str = "six", part: Selection = ALL
) -> bytes:
    """The board as PDF.

    Args:
        layout: one, two, six or nine panels a page, or a column of four with their words beside them.

    Raises:
        RequestInvalid: there is no such layout.
        CircletakeError: as `planned`.
    """
    if layout not in LAYOUTS:
        raise RequestInvalid(f"“{layout}” is no layout of a board; say one of {', '.join(LAYOUTS)}.")
    chosen = next(one for one in LAYOUTS if one == layout)
    found, board, plan = planned(house, who, production, part)
    panels = {panel.uid: panel for panel in board.panels}
    scenes = {scene.id: scene.number for scene in board.scenes}
    shots = {shot.code: scenes[shot.scene] for shot in board.shots}
    printed: list[Printed] = []
    at = 0
    for slot in plan.slots:
        if slot.uid == TAIL:
            continue
        panel = panels[slot.uid]
        scene = f"scene {shots[slot.shot]} · " if shots[slot.shot] else ""
        time = format_timecode(at, plan.rate)
        words = [
            (what, text)
            for what, text in (("Action", panel.action), ("Dialogue", panel.dialogue), ("Notes", panel.notes))
            if text
        ]
        if slot.camera is not None:
            words.append(("Camera", f"moves, {slot.camera.ease.replace('_', ' and ')}"))
        head = f"{slot.clip} · {scene}{slot.shot} · {time} · {slot.frames} f"
        printed.append(Printed(head, words, _Picture(house, slot.picture), panel.expected))
        at += slot.frames
    return board_pdf(f"{found.title} · board {board.number}", printed, layout=chosen)


class _Picture:
    """A panel's picture, made small when it is asked for."""

    def __init__(self, house: House, content: str | None) -> None:
        self._house = house
        self._content = content

    def __call__(self) -> bytes | None:
        """The picture as JPEG, or None where there is none that can be read."""
        if self._content is None:
            return None
        try:
            source = open_source(self._house.store, self._content)
            frame = source.frame(0)
        except CircletakeError:
            return None
        size = fitted(source.width_px, source.height_px, _WIDTH_PX)
        return jpeg(frame.rgb_at(*size), quality=_QUALITY)
