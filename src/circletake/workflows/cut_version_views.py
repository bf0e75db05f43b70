"""Records of the cut's versions: which there are, and what was done between two of them."""

from dataclasses import dataclass

from circletake.workflows.person_view import PersonView
from circletake.workflows.views import ProductionView


@dataclass(frozen=True, slots=True)
class CutVersionView:
    """A version of the cut in the list of them.

    Args:
        hash: names exactly this version.
        by: who made it.
        gaps: slots without a take.
        changes: how many things were done since the version before.
        said: the first few of them, a sentence each.
        is_now: it is the cut as it stands, or says the same.
    """

    number: int
    hash: str
    at: str
    by: PersonView
    n_frames: int
    slots: int
    gaps: int
    changes: int
    said: list[str]
    is_now: bool


@dataclass(frozen=True, slots=True)
class CutVersionsView:
    """Versions of the cut, the newest first.

    Args:
        may_edit: whether this person may step back to one of them.
        more: there are older ones; ask for those before the last number.
    """

    production: ProductionView
    hash: str
    may_edit: bool
    versions: list[CutVersionView]
    more: bool


@dataclass(frozen=True, slots=True)
class CutSideSlotView:
    """A slot in one of two versions that are compared.

    Args:
        start: frame of the cut on which it begins.
        take_number: of its take, or None.
    """

    id: str
    shot: str
    start: int
    frames: int
    take: str | None
    take_number: int | None
    source_in: int
    poster: str | None


@dataclass(frozen=True, slots=True)
class CutSideView:
    """One of two versions that are compared."""

    number: int
    hash: str
    at: str
    by: PersonView
    n_frames: int
    slots: list[CutSideSlotView]


@dataclass(frozen=True, slots=True)
class CutChangeView:
    """One thing that was done between two versions.

    Args:
        sort: whole, gone, new, split, moved, renamed, filled, emptied, replaced, slipped, head, tail, length,
            retimed, dissolve or sound.
        slot: id of the slot; empty where it is about the whole cut.
    """

    sort: str
    slot: str
    shot: str
    text: str


@dataclass(frozen=True, slots=True)
class CutDiffView:
    """Two versions of the cut and what was done between them."""

    production: ProductionView
    rate: list[int]
    before: CutSideView
    after: CutSideView
    changes: list[CutChangeView]
