"""The whole film as it stands today: in cut order, the best that there is of every shot."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from circletake.domain.cut import CutVersion, Slot
from circletake.domain.policy import Policy, Stage
from circletake.domain.take import Take
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.workflows.cut_book import find_cut
from circletake.workflows.floor import Floor, seen_floor
from circletake.workflows.house import House, require
from circletake.workflows.show import media_view, production_view
from circletake.workflows.show_task import take_state
from circletake.workflows.views import MediaView, ProductionView, RangeView

STORYBOARD = "storyboard"
FilmKind = Literal["take", "board", "slate"]


@dataclass(frozen=True, slots=True)
class FilmPartView:
    """What stands at one place of the film.

    Args:
        slot: of the cut; None while the production has no cut.
        shot: its code.
        kind: `take` of a stage that ships, `board` from the storyboard, `slate` where there is neither.
        task: where it is judged; of a slate, where its take is wanted, or None.
        take: SHA-256 of the content, or None for a slate.
        number: of the take; 0 for a slate.
        state: of the take where it is judged, or `gap` for a slate.
        length: frames that it lasts in the film.
        frames: which of its own frames play; where they are fewer than `length`, the last one is held.
    """

    slot: str | None
    shot: str
    title: str
    kind: FilmKind
    task: str | None
    take: str | None
    number: int
    state: str
    length: int
    frames: RangeView
    media: MediaView | None


@dataclass(frozen=True, slots=True)
class FilmView:
    """The film as it stands.

    Args:
        cut: number of the version of the cut; None where shots stand in order of their codes.
        rate: frames a second, as a fraction.
        parts: in order.
    """

    production: ProductionView
    cut: int | None
    rate: list[int]
    n_frames: int
    parts: list[FilmPartView]


@dataclass(frozen=True, slots=True)
class _Standing:
    """A take that stands for a shot, and from which of its frames on."""

    kind: FilmKind
    row: reads.TaskRow
    take: Take
    stage: Stage
    start: int = 0


def show_film(house: House, who: Session, production: str) -> FilmView:
    """Every place of the cut with what stands there today, in a number of readings that does not grow.

    That is the slot's own take; else the best take of the stage that ships; else the storyboard's; else
    nothing. Of takes the best is the newest circled one, else the newest that nobody vetoed.

    Raises:
        NotFound: no such production of theirs.
    """
    with house.book.reading() as conn:
        found, roles = require(conn, who, production, "see")
        policy = house.policy(conn, found.policy)
        cut = find_cut(conn, found.id)
        floor = seen_floor(house, conn, who, found.id)
        shots = _shots(reads.tasks(conn, found.id))
    slots = cut.slots if cut else _as_if_cut(shots)
    standing = [_standing(policy, floor, slot, shots.get(slot.shot, [])) for slot in slots]
    made = house.queue.derived_among({one.take.content for one in standing if one})
    rate = cut.rate if cut else found.rate
    return FilmView(
        production=production_view(found, roles),
        cut=cut.number if cut else None,
        rate=[rate.numerator, rate.denominator],
        n_frames=sum(slot.frames for slot in slots),
        parts=[
            _part(cut, slot, one, made.get(one.take.content, {}), floor)
            if one
            else _slate(policy, cut, slot, shots.get(slot.shot, []))
            for slot, one in zip(slots, standing, strict=True)
        ],
    )


def _shots(tasks: Iterable[reads.TaskRow]) -> dict[str, list[reads.TaskRow]]:
    shots: dict[str, list[reads.TaskRow]] = {}
    for row in tasks:
        if row.entity.kind == "shot":
            shots.setdefault(row.entity.code, []).append(row)
    return shots


def _as_if_cut(shots: dict[str, list[reads.TaskRow]]) -> tuple[Slot, ...]:
    """Shots in order of their codes, each as long as it is wanted, without those left out of the film."""
    return tuple(
        Slot(id=code, shot=code, frames=max(1, shots[code][0].entity.frames or 0))
        for code in sorted(shots)
        if not all(row.omitted for row in shots[code])
    )


def _standing(policy: Policy, floor: Floor, slot: Slot, rows: list[reads.TaskRow]) -> _Standing | None:
    at = {row.task.stage: row for row in rows}
    ships = [(stage, at[stage.key]) for stage in policy.stages if stage.ships and stage.key in at]
    for stage, row in ships:
        for take in floor.takes.get(row.task.id, []):
            if slot.take is not None and take.content == slot.take:
                return _Standing("take", row, take, stage, slot.source_in)
    board = policy.stage(STORYBOARD)
    boards = [(board, at[STORYBOARD])] if board and not board.ships and STORYBOARD in at else []
    for kind, places in (("take", ships), ("board", boards)):
        for stage, row in places:
            best = best_take(floor, stage, row)
            if best is not None:
                return _Standing("take" if kind == "take" else "board", row, best, stage)
    return None


def best_take(floor: Floor, stage: Stage, row: reads.TaskRow) -> Take | None:
    """Of a task's takes the newest circled one, else the newest that nobody vetoed; None without one."""
    states = [(take_state(floor, stage, take), take) for take in floor.takes.get(row.task.id, [])]
    return max(
        ((state == "circled", take.number, take) for state, take in states if state != "vetoed"),
        key=lambda one: one[:2],
        default=(False, 0, None),
    )[2]


def _part(
    cut: CutVersion | None, slot: Slot, one: _Standing, made: dict[str, str], floor: Floor
) -> FilmPartView:
    last = max(one.start + 1, min(one.take.n_frames, one.start + slot.source_range().frames))
    return FilmPartView(
        slot=slot.id if cut else None,
        shot=slot.shot,
        title=one.row.entity.title,
        kind=one.kind,
        task=one.row.task.id,
        take=one.take.content,
        number=one.take.number,
        state=take_state(floor, one.stage, one.take),
        length=slot.frames,
        frames=RangeView(start=one.start, end=last),
        media=media_view(one.take, made),
    )


def _slate(policy: Policy, cut: CutVersion | None, slot: Slot, rows: list[reads.TaskRow]) -> FilmPartView:
    wanted = next((row for row in rows if (stage := policy.stage(row.task.stage)) and stage.ships), None)
    return FilmPartView(
        slot=slot.id if cut else None,
        shot=slot.shot,
        title=rows[0].entity.title if rows else "",
        kind="slate",
        task=wanted.task.id if wanted else None,
        take=None,
        number=0,
        state="gap",
        length=slot.frames,
        frames=RangeView(start=0, end=slot.frames),
        media=None,
    )
