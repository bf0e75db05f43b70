"""Records of what the seams of a slot measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SeamReadingView:
    """One thing that was compared at a seam.

    Args:
        z: spreads of the plate that it is off, as text.
        p: share of the plate's own places that are as far off, as text.
        limit: over which it is told.
        told: it can be told by this.
    """

    kind: str
    label: str
    z: str
    p: str
    limit: str
    told: bool


@dataclass(frozen=True, slots=True)
class SeamEndView:
    """One end of what stands in a slot.

    Args:
        end: in or out.
        state: holds, told or cut.
        plate: content that touches it; None at a cut.
        plate_frame: its frame that touches.
        frame: the frame of the take that touches.
    """

    end: str
    state: str
    plate: str | None
    plate_frame: int
    frame: int
    readings: list[SeamReadingView]


@dataclass(frozen=True, slots=True)
class SeamView:
    """What the seams of one take measured in a slot.

    Args:
        take: its id.
        stands: it is what the cut has there now.
        is_splice: it was made by a splice; then `made_from` is the number of the take that was repaired.
        stale: the take, its place or its neighbours are no longer those measured, or the check is newer.
        why: what moved; empty while nothing did.
        held: frames that stand still where the plate's do not.
        mute: it has no sound where what stands beside it has, so that none was compared.
    """

    take: str
    number: int
    content: str
    stands: bool
    is_splice: bool
    made_from: int | None
    joins: str
    holds: bool
    stale: bool
    why: str
    held: int
    mute: bool
    sentence: str
    ends: list[SeamEndView]


@dataclass(frozen=True, slots=True)
class SeamsView:
    """What is known of the seams of a slot, the newest take first.

    Args:
        may_measure: whether this person may have seams measured.
        may_splice: whether they may have a take made to fit.
    """

    slot: str
    shot: str
    may_measure: bool
    may_splice: bool
    seams: list[SeamView]
