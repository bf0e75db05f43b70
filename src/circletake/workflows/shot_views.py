"""Records of a shot's page: its takes stage by stage, and all that was decided about them."""

from dataclasses import dataclass

from circletake.workflows.person_view import PersonView
from circletake.workflows.views import ProductionView


@dataclass(frozen=True, slots=True)
class ShotTakeView:
    """A take on the page of its shot.

    Args:
        parent: number of the take it was made from, or None.
        state: circled, stale, vetoed, concern or review.
        flags: checks that point at it; 0 while they are hidden.
        hidden: what others said or was measured is hidden from this person until they decide.
    """

    id: str
    number: int
    label: str
    origin: str
    content: str
    made_by: list[PersonView]
    parent: int | None
    state: str
    poster: str | None
    flags: int
    in_cut: bool
    hidden: bool


@dataclass(frozen=True, slots=True)
class ShotStageView:
    """A stage of a shot: its task and takes, the newest first."""

    task: str
    stage: str
    label: str
    status: str
    takes: list[ShotTakeView]


@dataclass(frozen=True, slots=True)
class ShotLineView:
    """One thing that happened, as the book has it.

    Args:
        seq: its entry in the book.
        kind: take, verdict, withdrawn, carried, recalled, override, note, answer, settled, hold, resumed,
            omitted, restored, adopted, emptied, cut_in, cut_out, sealed or delivered.
        stage: key of the stage it belongs to; empty where it concerns the shot as a whole.
        take: number of the take it is about, or None.
        content: of that take, in hex; empty where there is none.
        value: of a verdict, else None.
        reasons: in words.
        words: what somebody wrote, or None.
        said: by kind a disposition, a severity, rules that did not hold, a folder, the entry it follows from.
        ended: `withdrawn` or `superseded` for what no longer counts, else empty.
        ended_by: entry that ended it, or None.
    """

    seq: int
    at: str
    kind: str
    person: PersonView
    task: str
    stage: str
    stage_label: str
    take: int | None
    content: str
    gate: str
    gate_label: str
    value: int | None
    value_name: str
    reasons: list[str]
    words: str | None
    said: str
    ended: str
    ended_by: int | None


@dataclass(frozen=True, slots=True)
class ShotView:
    """A shot, or anything else that takes are made for, with its history.

    Args:
        frames: length that is wanted; 0 where that means nothing.
        stages: those it has a task at, in the policy's order.
        lines: everything that was decided or said, the newest first.
        hidden: some of it is hidden from this person until they decide.
    """

    production: ProductionView
    entity: str
    kind: str
    code: str
    title: str
    frames: int
    source_class: str | None
    stages: list[ShotStageView]
    lines: list[ShotLineView]
    hidden: bool
    book_seq: int
