"""Records of drawings, as pages get them."""

from dataclasses import dataclass

from circletake.workflows.person_view import PersonView
from circletake.workflows.views import RangeView


@dataclass(frozen=True, slots=True)
class DrawingView:
    """A drawing that stands on a take.

    Args:
        seq: the entry in which it begins.
        changed: the entry that last changed it.
        shape: pen, line, arrow, rect, ellipse or text.
        points: [x, y] in 1/65,536 of the picture, y down.
        width: of the line, or the height of a text's letters, in 1/65,536 of the picture's height.
        colour: `#rrggbb`.
        text: of a text, else empty; None once erased.
        mine: whether this person may change and delete it.
    """

    id: str
    seq: int
    changed: int
    at: str
    person: PersonView
    frames: RangeView
    shape: str
    points: list[list[int]]
    width: int
    colour: str
    text: str | None
    mine: bool
