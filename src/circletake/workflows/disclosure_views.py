"""What the desk shows of a disclosure sheet and of a deliverable that was checked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShareView:
    """Frames that have something in common.

    Args:
        name: `whole`, `part`, `none` or `unknown`: how much of them a model made.
        label: the same in words.
        share: of the whole film, `33.3 %`.
    """

    name: str
    label: str
    frames: int
    seconds: str
    share: str


@dataclass(frozen=True, slots=True)
class DisclosedView:
    """A shot of the sheet: how it was made, in words; `term` is its digital source type."""

    slot: str
    kind: str
    shot: str
    seconds: str
    take_number: str
    made: str
    term: str
    by_a_model: str
    tool: str
    consents: str
    people: str


@dataclass(frozen=True, slots=True)
class DisclosureView:
    """What of the cut as it stands is made how; gaps are left out."""

    frames: int
    seconds: str
    term: str
    shares: list[ShareView]
    slots: list[DisclosedView]


@dataclass(frozen=True, slots=True)
class CheckLineView:
    """One line of a check; `holds` is None for what cannot be proven."""

    holds: bool | None
    text: str


@dataclass(frozen=True, slots=True)
class DeliveryCheckView:
    """What holds of a deliverable as it lies in its folder now.

    Args:
        answer: intact, container, altered, stripped, unproven, foreign or unknown.
        approvals: how many approvals were judged anew and hold.
    """

    seq: int
    answer: str
    sentence: str
    approvals: int
    lines: list[CheckLineView]
