"""Records of what is found for a gap: takes made for another place, and why one cannot come here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FoundTakeView:
    """A take that was made for another shot.

    Args:
        production: code of where it was made.
        take: its id there.
        state: how it stands where it was made; that counts for nothing here.
        spare_frames: how many more it has than the gap needs.
        near_percent: of the pictures beside the gap, how much stands in the same colours in it; None while
            nobody looked at it, or nothing stands beside the gap.
        said: what to know before it is taken, a sentence each.
        refused: why it cannot be taken; empty where it can.
    """

    production: str
    production_title: str
    shot: str
    title: str
    take: str
    number: int
    content: str
    label: str
    state: str
    n_frames: int
    spare_frames: int
    near_percent: int | None
    poster: str | None
    said: list[str]
    refused: str


@dataclass(frozen=True, slots=True)
class FoundView:
    """What was found for a gap, the likeliest first.

    Args:
        words: that were asked for.
        count: how many were found in all.
    """

    slot: str
    shot: str
    frames: int
    words: str
    count: int
    found: list[FoundTakeView]
