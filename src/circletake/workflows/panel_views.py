"""Records of the board of panels, as doors show them."""

from dataclasses import dataclass

from circletake.workflows.views import ProductionView


@dataclass(frozen=True, slots=True)
class PlanChangeView:
    """One thing that taking an import would do; `what` is a scene's id, a shot's code or a panel's uid."""

    sort: str
    what: str
    text: str


@dataclass(frozen=True, slots=True)
class UnsureView:
    """A scene of the file, by its place from 1, that could be one of several on the board."""

    place: int
    slugline: str
    may_be: list[str]


@dataclass(frozen=True, slots=True)
class BoardPlanView:
    """An import as it would be, or as it was taken.

    Args:
        summary: all of it in a sentence.
        unsure: what a person has to say first.
        asks: pictures whose shot nobody knows.
        said: what reading had to say, a sentence each.
        number: of the version of the board; that before, where nothing changes or nothing was taken.
        taken: whether it is on the board now.
    """

    summary: str
    changes: list[PlanChangeView]
    unsure: list[UnsureView]
    asks: list[str]
    said: list[str]
    number: int
    taken: bool


@dataclass(frozen=True, slots=True)
class PanelView:
    """A panel.

    Args:
        clip: what it is called in timelines and on disks.
        start: frame of the board on which it begins.
        state: of its picture at the storyboard stage, or `gap` where there is no picture.
        camera: x, y, width, height of its start and of its end in 1/65,536, ease and hold; None is at rest.
        task: where its picture is judged.
    """

    uid: str
    clip: str
    scene: str
    shot: str
    start: int
    frames: int
    picture: str | None
    expected: str
    is_lossy: bool
    state: str
    task: str | None
    take_number: int
    dialogue: str
    action: str
    notes: str
    camera: dict[str, list[int] | str | int] | None
    sounds: list[str]


@dataclass(frozen=True, slots=True)
class SceneView:
    """A scene; `number` as written."""

    id: str
    number: str
    slugline: str
    eighths: str
    shots: list[str]


@dataclass(frozen=True, slots=True)
class PanelsView:
    """A version of the board."""

    production: ProductionView
    number: int
    hash: str
    rate: list[int]
    n_frames: int
    may_edit: bool
    scenes: list[SceneView]
    panels: list[PanelView]


@dataclass(frozen=True, slots=True)
class CoverageRowView:
    """What there is of a shot.

    Args:
        scene: number of its scene, or nothing where the board does not have the shot.
        panels: how many panels it has, and how many of their pictures are approved.
        candidates: takes of the stage that ships that nobody vetoed.
        approved: number of the circled one.
        state: `approved`, `candidates`, `panel`, `gap` or `not needed`.
    """

    shot: str
    title: str
    scene: str
    panels: int
    panels_approved: int
    candidates: int
    approved: int | None
    state: str


@dataclass(frozen=True, slots=True)
class CoverageView:
    """What is there of every shot, and scenes that have none."""

    production: ProductionView
    rows: list[CoverageRowView]
    scenes_without_shots: list[str]
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class ProposalView:
    """What an edited timeline would change of the board.

    Args:
        how: what its panel was known by: metadata, marker, name or file; nothing for what is new.
        state: `open`, `taken` or `refused`.
    """

    id: str
    sort: str
    panel: str
    text: str
    how: str
    state: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class ProposalsView:
    """All that the newest timeline proposed; `board` is the number of the version it is held against."""

    conform: str | None
    board: int
    hash: str
    proposals: list[ProposalView]
    said: list[str]
