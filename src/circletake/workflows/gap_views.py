"""Records of gaps: what stands around a missing shot, and what could be made of it."""

from dataclasses import dataclass

from circletake.workflows.views import ProductionView, RangeView


@dataclass(frozen=True, slots=True)
class GapEdgeView:
    """What a gap touches.

    Args:
        frame: of its take, that touches the gap; None where that is a gap too.
        picture: address of that frame, or None while there is none.
    """

    slot: str
    shot: str
    take: str | None
    take_number: int | None
    frame: int | None
    picture: str | None


@dataclass(frozen=True, slots=True)
class BoardPanelView:
    """What the storyboard has of a shot.

    Args:
        task: where it is judged.
        take: id of the take, to make something from.
    """

    task: str
    take: str
    number: int
    state: str
    n_frames: int
    poster: str | None


@dataclass(frozen=True, slots=True)
class MakerView:
    """What could be made for this gap without a model.

    Args:
        refused: why not, in a sentence; empty where it could.
        needs_take: a take has to be named to make it from.
    """

    name: str
    summary: str
    refused: str
    needs_take: bool


@dataclass(frozen=True, slots=True)
class GapView:
    """A missing shot.

    Args:
        description: what the shot is, in its own words.
        frames: a take must have so many.
        wanted_frames: it should have so many, handles included.
        planned_frames: length that the shot was planned with; 0 where nobody said.
        handles: frames wished for at either end.
        before: what the cut comes from; None at the head.
        after: what it goes to; None at the tail.
    """

    slot: str
    shot: str
    description: str
    task: str | None
    record: RangeView
    frames: int
    wanted_frames: int
    planned_frames: int
    handles: int
    before: GapEdgeView | None
    after: GapEdgeView | None
    board: BoardPanelView | None
    makers: list[MakerView]


@dataclass(frozen=True, slots=True)
class GapsView:
    """Every gap of the cut, in order.

    Args:
        cut: hash of the version.
        may_make: whether this person may have takes made.
    """

    production: ProductionView
    cut: str
    rate: list[int]
    may_make: bool
    gaps: list[GapView]


@dataclass(frozen=True, slots=True)
class ReturnedView:
    """What came of a film that was sent for a gap.

    Args:
        take: id of the new take.
        said: what moved since its pack went out, a sentence each.
    """

    take: str
    slot: str
    said: list[str]
