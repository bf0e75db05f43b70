"""Drift over a production: each shot slightly further off than approved ones, until that is no chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from circletake.checks.consistency._whole import E_VALUES


@dataclass(frozen=True, slots=True)
class Drifting:
    """A character over the shots of a production.

    Args:
        sums: e-CUSUM after each shot.
        limit: at which it is an alarm, 1/α.
        since: index of the shot with which the sum began that raised the last alarm; None without one.
        alarmed: index of the shot that raised it.
        until: index of the first shot after it at which the sum is back to nothing; None while it is not.
    """

    sums: tuple[float, ...]
    limit: float
    since: int | None = None
    alarmed: int | None = None
    until: int | None = None

    @property
    def is_drifting(self) -> bool:
        """True while the last alarm stands."""
        return self.alarmed is not None and self.until is None


def e_cusum(e_values: Sequence[float], *, alpha: float) -> Drifting:
    """Multiply shots' e-values, from wherever that makes the most; past 1/α it is an alarm.

    While nothing drifts an e-value is one on the mean, or less, so that there is on average no more than one
    false alarm in 1/α shots, however long the production is.

    Args:
        e_values: of each shot, in the order of the cut.
        alpha: as rare as a false alarm should be.

    Source:
        Shin, Ramdas, Rinaldo 2023, “E-detectors: a nonparametric framework for sequential change detection”,
        arXiv 2203.03532, definition 2.4 and theorem 2.5: e-CUSUM, average run length at least 1/α.

    >>> e_cusum([0.5, 3.0, 3.0, 3.0], alpha=0.05)
    Drifting(sums=(0.5, 3.0, 9.0, 27.0), limit=20.0, since=1, alarmed=3, until=None)
    """
    limit = 1 / alpha
    sums: list[float] = []
    total, began = 0.0, 0
    since: int | None = None
    alarmed: int | None = None
    until: int | None = None
    for at, e_value in enumerate(e_values):
        if total <= 1:
            began = at
            if alarmed is not None and until is None:
                until = at - 1
        total = max(total, 1.0) * e_value
        if total >= limit and (alarmed is None or until is not None):
            since, alarmed, until = began, at, None
        sums.append(total)
    if alarmed is not None and until is None and total <= 1:
        until = len(sums) - 1
    return Drifting(tuple(sums), limit, since, alarmed, until)


def e_value_in(summary: Mapping[str, str | int | bool], character: str) -> float | None:
    """What a shot's evidence is worth for a character; None where too few shots were approved then."""
    for told in str(summary.get(E_VALUES, "")).split():
        code, _, value = told.rpartition("=")
        if code == character:
            return float(value)
    return None
