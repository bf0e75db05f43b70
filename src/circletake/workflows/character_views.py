"""What the page of a character shows beside what was learnt: whether it drifts over the production."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DriftShotView:
    """A shot with a character in it, measured.

    Args:
        take: number of the take that stands for the shot: the one in the cut, else the newest measured.
        e_value: what it is worth as evidence of drift; 1 on the mean while nothing drifts.
        sum: e-CUSUM up to here.
    """

    code: str
    stage: str
    task: str
    take: int
    content: str
    e_value: float
    sum: float


@dataclass(frozen=True, slots=True)
class WeightView:
    """How much one score counts for a character; one is as much as the others."""

    name: str
    weight: float


@dataclass(frozen=True, slots=True)
class CharacterHeadView:
    """What measurements of a character that arrive now learn from people's answers.

    Args:
        answers: how many moments people answered about.
        drift: how many of them were drift.
        needed: from how many on scores are weighed.
        hash: SHA-256 of the head; None while all scores count alike.
        weights: of the scores, the largest first.
    """

    answers: int
    drift: int
    needed: int
    hash: str | None
    weights: list[WeightView]


@dataclass(frozen=True, slots=True)
class CharacterDriftView:
    """A character over the shots of a production, in the order of the cut.

    Args:
        shots: those whose evidence has p-values of approved shots.
        unread: how many measured shots have none yet.
        limit: sum from which it is an alarm.
        since: code of the shot that the drift began with; None while nothing drifts.
        alarmed: code of the shot at which that was sure.
        until: code of the shot by which it was over; None while it lasts.
        sentence: the same in words.
    """

    shots: list[DriftShotView]
    unread: int
    limit: float
    since: str | None
    alarmed: str | None
    until: str | None
    sentence: str
