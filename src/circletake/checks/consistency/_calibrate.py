"""Calibration: distances to deviations, deviations to p-values; never a threshold on a similarity."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from circletake.checks.consistency._look import Rows

State = Literal["uncalibrated", "pooled", "own"]
# A deviation counts for no more than this many of the approved views' own, and excuses no more than that.
_LEAST, _MOST = -3.0, 6.0


@dataclass(frozen=True, slots=True)
class Scale:
    """What each score is among approved views that were left out, [score].

    Args:
        mean: of the score.
        spread: its standard deviation.
        worst: largest deviation of an approved view itself.
    """

    mean: Rows
    spread: Rows
    worst: Rows

    def deviations(self, values: Rows) -> Rows:
        """Scores as deviations from what approved views have: [view score], clipped to −3…6."""
        return np.asarray(np.clip((values - self.mean) / self.spread, _LEAST, _MOST), dtype=np.float32)


def scale_of(values: Rows, *, least: Rows) -> Scale:
    """Learn the scale of scores from approved views, each measured without its own group.

    Args:
        values: [view score].
        least: spread below which a score of near-equal drawings would blow every difference up, [score].
    """
    mean = values.mean(axis=0)
    spread = np.maximum(values.std(axis=0), least)
    worst = np.maximum(((values - mean) / spread).max(axis=0), 1.0)
    return Scale(mean.astype(np.float32), spread.astype(np.float32), worst.astype(np.float32))


def fewest_shots(alpha: float) -> int:
    """How many approved shots it takes before anything can be flagged at a false-alarm rate.

    >>> fewest_shots(0.05)
    19
    """
    return math.ceil(1 / alpha - 1e-9) - 1


def p_values(scores: Rows, shots: Sequence[Rows]) -> Rows:
    """Conformal p of each score against approved shots; a shot counts as one whatever its length.

    Args:
        scores: [frame].
        shots: scores of each approved shot, measured without it.

    Returns:
        p in (0, 1], [frame]: (1 + Σₖ share of shot k that is as high) / (K + 1).

    Source:
        Lee, Barber, Willett 2023, arXiv 2306.06342, hierarchical conformal prediction, eq. (7), as a p-value.
    """
    higher = np.zeros(len(scores), dtype=np.float64)
    for shot in shots:
        ranked = np.sort(shot)
        higher += (len(ranked) - np.searchsorted(ranked, scores, side="left")) / len(ranked)
    return np.asarray((1 + higher) / (len(shots) + 1), dtype=np.float64)


def threshold_of(shots: Sequence[Rows], alpha: float) -> float:
    """Score above which p is at most alpha; infinite where there are too few shots to say.

    Source:
        As `p_values`: the (1 − α) quantile of Σₖ 1/(K+1) Σⱼ 1/Nₖ δₛ + 1/(K+1) δ∞.
    """
    if len(shots) < fewest_shots(alpha):
        return math.inf
    scores = np.concatenate(shots)
    weights = np.concatenate([np.full(len(shot), 1 / len(shot) / (len(shots) + 1)) for shot in shots])
    order = np.argsort(-scores, kind="stable")
    mass = 1 / (len(shots) + 1) + np.cumsum(weights[order])
    over = int((mass <= alpha + 1e-12).sum())
    # all scores above this one have p at most alpha
    return float(scores[order[over]]) if over < len(scores) else float(scores.min())


def false_alarm_interval(shots: int, alpha: float, *, level: float = 0.9) -> tuple[float, float]:
    """Where the true false-alarm rate lies, given how many approved shots the threshold was set on.

    Over draws of the approved shots it is Beta(k, n + 1 − k) with k = ⌊α (n + 1)⌋.

    Returns:
        Its lower and upper bound at the level; (0, 1) where nothing can be said.

    Source:
        Vovk 2012, “Conditional validity of inductive conformal predictors”, proposition 2a.

    >>> false_alarm_interval(199, 0.05)
    (0.027, 0.078)
    """
    k = math.floor(alpha * (shots + 1) + 1e-9)
    if k < 1:
        return 0.0, 1.0
    tail = (1 - level) / 2
    return round(_beta_quantile(tail, k, shots), 3), round(_beta_quantile(1 - tail, k, shots), 3)


def _beta_quantile(share: float, k: int, n: int) -> float:
    # P(Beta(k, n + 1 − k) ≤ x) = P(Binomial(n, x) ≥ k) for whole numbers; bisected.
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        below = sum(math.comb(n, i) * middle**i * (1 - middle) ** (n - i) for i in range(k))
        low, high = (middle, high) if 1 - below < share else (low, middle)
    return (low + high) / 2
