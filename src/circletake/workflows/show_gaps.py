"""Gaps of the cut: each with what stands on either side, its board panel and what could be made of it."""

from collections.abc import Mapping

from circletake.cut.document import cut_hash
from circletake.cut.gaps import Gap, Neighbour, gaps
from circletake.cut.makers.protocol import Maker, makers
from circletake.domain.people import MAY
from circletake.domain.policy import Policy
from circletake.domain.take import Take
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.media.recipes import FRAMES, POSTER
from circletake.workflows.cut_book import get_cut
from circletake.workflows.film import STORYBOARD, best_take
from circletake.workflows.floor import Floor, seen_floor
from circletake.workflows.gap_views import BoardPanelView, GapEdgeView, GapsView, GapView, MakerView
from circletake.workflows.house import House, require
from circletake.workflows.make_take import SIDES, why_not
from circletake.workflows.show import production_view
from circletake.workflows.show_task import take_state
from circletake.workflows.views import RangeView


def show_gaps(house: House, who: Session, production: str) -> GapsView:
    """Every gap of the cut, in a number of readings that does not grow with them.

    Raises:
        NotFound: there is no cut yet.
    """
    with house.book.reading() as conn:
        found, roles = require(conn, who, production, "see")
        policy = house.policy(conn, found.policy)
        cut = get_cut(conn, found.id)
        floor = seen_floor(house, conn, who, found.id)
        numbers = {take.content: take.number for take in reads.takes_in(conn, found.id)}
        rows: dict[str, list[reads.TaskRow]] = {}
        for row in reads.tasks(conn, found.id):
            if row.entity.kind == "shot":
                rows.setdefault(row.entity.code, []).append(row)
    holes = gaps(cut)
    boards = {gap.shot: _board(policy, floor, rows.get(gap.shot, [])) for gap in holes}
    touched = {edge.content for gap in holes for edge in (gap.before, gap.after) if edge and edge.content}
    wanted = touched | {take.content for board in boards.values() if board for _, take in [board]}
    made = house.queue.derived_among(wanted)

    def edge(neighbour: Neighbour | None) -> GapEdgeView | None:
        return _edge(neighbour, numbers, made) if neighbour else None

    def view(gap: Gap) -> GapView:
        own = rows.get(gap.shot, [])
        ships = next((row for row in own if (at := policy.stage(row.task.stage)) and at.ships), None)
        board = boards[gap.shot]
        return GapView(
            slot=gap.slot,
            shot=gap.shot,
            description=own[0].entity.title if own else "",
            task=ships.task.id if ships else None,
            record=RangeView(start=gap.record.start, end=gap.record.end),
            frames=gap.frames,
            wanted_frames=gap.wanted_frames,
            planned_frames=own[0].entity.frames if own else 0,
            handles=gap.handles,
            before=edge(gap.before),
            after=edge(gap.after),
            board=_board_view(policy, floor, board, made) if board else None,
            makers=[
                MakerView(
                    name=name,
                    summary=maker.summary,
                    refused=_refused(maker, gap) if ships else _NO_TASK,
                    needs_take="take" in maker.needs,
                )
                for name, maker in makers().items()
            ],
        )

    return GapsView(
        production=production_view(found, roles),
        cut=cut_hash(cut),
        rate=[cut.rate.numerator, cut.rate.denominator],
        may_make=bool(roles & MAY["add_take"]),
        gaps=[view(gap) for gap in holes],
    )


def _refused(maker: Maker, gap: Gap) -> str:
    """Why a maker is of no use for a gap from either side, whatever take is named where one has to be."""
    has_source = "take" in maker.needs
    said = [why_not(maker, gap, side=side, has_source=has_source) for side in SIDES]
    return said[0] if all(said) else ""


_NO_TASK = "It is no shot of this production; add the shot first."
_Board = tuple[reads.TaskRow, Take]


def _board(policy: Policy, floor: Floor, rows: list[reads.TaskRow]) -> _Board | None:
    stage = policy.stage(STORYBOARD)
    row = next((row for row in rows if row.task.stage == STORYBOARD), None)
    take = best_take(floor, stage, row) if stage and row else None
    return (row, take) if row and take else None


def _board_view(
    policy: Policy, floor: Floor, board: _Board, made: Mapping[str, Mapping[str, str]]
) -> BoardPanelView:
    row, take = board
    stage = policy.stage(row.task.stage)
    return BoardPanelView(
        task=row.task.id,
        take=take.id,
        number=take.number,
        state=take_state(floor, stage, take) if stage else "",
        n_frames=take.n_frames,
        poster=f"/media/{take.content}/poster.jpg" if POSTER in made.get(take.content, {}) else None,
    )


def _edge(
    neighbour: Neighbour, numbers: Mapping[str, int], made: Mapping[str, Mapping[str, str]]
) -> GapEdgeView:
    content = neighbour.content
    has_frames = content is not None and FRAMES in made.get(content, {})
    return GapEdgeView(
        slot=neighbour.slot,
        shot=neighbour.shot,
        take=content,
        take_number=numbers.get(content) if content else None,
        frame=neighbour.frame if content else None,
        picture=f"/media/{content}/frames/{neighbour.frame}.jpg" if has_frames else None,
    )
