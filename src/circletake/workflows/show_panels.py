"""The board of panels as it stands, and what there is of every shot."""

from circletake.board.spell import clip_name
from circletake.domain.board import Camera
from circletake.domain.people import MAY
from circletake.domain.policy import Policy
from circletake.domain.take import Take
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.workflows.board_book import find_panels, get_panels
from circletake.workflows.film import STORYBOARD
from circletake.workflows.floor import Floor, seen_floor
from circletake.workflows.house import House, require
from circletake.workflows.panel_views import (
    CoverageRowView,
    CoverageView,
    PanelsView,
    PanelView,
    SceneView,
)
from circletake.workflows.show import production_view
from circletake.workflows.show_task import take_state

_NO_STATES = frozenset({"vetoed"})


def show_panels(house: House, who: Session, production: str, *, number: int | None = None) -> PanelsView:
    """A version of the board, the newest where no number is named.

    Raises:
        NotFound: there is no board yet, or no such version.
    """
    with house.book.reading() as conn:
        found, roles = require(conn, who, production, "see")
        board, name = get_panels(house, conn, found.id, number=number)
        policy = house.policy(conn, found.policy)
        floor = seen_floor(house, conn, who, found.id)
        tasks = {row.entity.code: row for row in reads.tasks(conn, found.id) if row.task.stage == STORYBOARD}
    shots = {shot.id: shot for shot in board.shots}
    panels: list[PanelView] = []
    start = 0
    for place, panel in enumerate(board.panels, start=1):
        shot = shots[panel.shot]
        row = tasks.get(shot.code)
        take, state = _judged(floor, policy, row, panel.picture)
        panels.append(
            PanelView(
                uid=panel.uid,
                clip=clip_name(place, panel.uid),
                scene=shot.scene,
                shot=shot.code,
                start=start,
                frames=panel.frames,
                picture=panel.picture,
                expected=panel.expected,
                is_lossy=panel.is_lossy,
                state=state,
                task=row.task.id if row else None,
                take_number=take.number if take else 0,
                dialogue=panel.dialogue,
                action=panel.action,
                notes=panel.notes,
                camera=_camera(panel.camera),
                sounds=[cue.name for cue in panel.cues],
            )
        )
        start += panel.frames
    return PanelsView(
        production=production_view(found, roles),
        number=board.number,
        hash=name,
        rate=[board.rate.numerator, board.rate.denominator],
        n_frames=board.n_frames,
        may_edit=bool(roles & MAY["edit_shots"]),
        scenes=[
            SceneView(
                scene.id,
                scene.number,
                scene.slugline,
                scene.eighths,
                [shot.code for shot in board.shots if shot.scene == scene.id],
            )
            for scene in board.scenes
        ],
        panels=panels,
    )


def _camera(camera: Camera | None) -> dict[str, list[int] | str | int] | None:
    if camera is None:
        return None
    return {"start": list(camera.start), "end": list(camera.end), "ease": camera.ease, "hold": camera.hold}


def _judged(
    floor: Floor, policy: Policy, row: reads.TaskRow | None, picture: str | None
) -> tuple[Take | None, str]:
    """The take that a panel's picture is, and how it is judged."""
    stage = policy.stage(STORYBOARD)
    takes = floor.takes.get(row.task.id, []) if row else []
    take = next((one for one in takes if one.content == picture), None)
    return take, take_state(floor, stage, take) if take and stage else "gap"


def show_coverage(house: House, who: Session, production: str) -> CoverageView:
    """What there is of every shot: an approved take, candidates, a panel, nothing, or no need of it.

    Raises:
        NotFound: no such production of theirs.
    """
    with house.book.reading() as conn:
        found, roles = require(conn, who, production, "see")
        kept = find_panels(house, conn, found.id)
        policy = house.policy(conn, found.policy)
        floor = seen_floor(house, conn, who, found.id)
        tasks = reads.tasks(conn, found.id)
    board = kept[0] if kept else None
    scenes = {scene.id: scene.number or scene.id for scene in board.scenes} if board else {}
    places = {shot.code: (at, shot) for at, shot in enumerate(board.shots)} if board else {}
    by_shot: dict[str, list[reads.TaskRow]] = {}
    for row in tasks:
        if row.entity.kind == "shot":
            by_shot.setdefault(row.entity.code, []).append(row)
    rows: list[CoverageRowView] = []
    for code in sorted(by_shot, key=lambda one: (places[one][0] if one in places else len(places), one)):
        here = by_shot[code]
        shot = places[code][1] if code in places else None
        panels = [panel for panel in board.panels if shot and panel.shot == shot.id] if board else []
        boards = next((row for row in here if row.task.stage == STORYBOARD), None)
        states = [_judged(floor, policy, boards, panel.picture)[1] for panel in panels]
        ships = [
            (take.number, take_state(floor, stage, take))
            for row in here
            if (stage := policy.stage(row.task.stage)) is not None and stage.ships
            for take in floor.takes.get(row.task.id, [])
        ]
        candidates = [number for number, state in ships if state not in _NO_STATES]
        approved = max((number for number, state in ships if state == "circled"), default=None)
        drawn = sum(panel.picture is not None for panel in panels)
        rows.append(
            CoverageRowView(
                shot=code,
                title=here[0].entity.title,
                scene=scenes.get(shot.scene, "") if shot else "",
                panels=len(panels),
                panels_approved=states.count("circled"),
                candidates=len(candidates),
                approved=approved,
                state=_state(
                    omitted=all(row.omitted for row in here),
                    approved=approved is not None,
                    candidates=bool(candidates),
                    drawn=bool(drawn),
                ),
            )
        )
    counts: dict[str, int] = {}
    for one in rows:
        counts[one.state] = counts.get(one.state, 0) + 1
    filled = {shot.scene for shot in board.shots} if board else set()
    return CoverageView(
        production=production_view(found, roles),
        rows=rows,
        scenes_without_shots=[
            f"{scene.number} {scene.slugline}".strip()
            for scene in (board.scenes if board else ())
            if scene.id not in filled
        ],
        counts=counts,
    )


def _state(*, omitted: bool, approved: bool, candidates: bool, drawn: bool) -> str:
    if omitted:
        return "not needed"
    if approved:
        return "approved"
    return "candidates" if candidates else "panel" if drawn else "gap"
