"""The head of a character: how much each scorer counts, as what people answered has shown."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from circletake.checks.answers import Answer, plain_answers
from circletake.checks.consistency._look import Rows
from circletake.checks.covariance import shrunk

FEWEST_ANSWERS = 30
"""Answers about one character below which every scorer counts alike."""
# Of either kind: less says nothing of what tells them apart.
_FEWEST_EACH = 5
# Share of the equal weights that always stays, so that no scorer is silenced, and what one may count at most
# beside the others before that.
_EQUAL, _MOST = 0.2, 5.0
_PLACES = 6
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Head:
    """Weights of a character's scorers.

    Args:
        names: of the scores.
        weights: of each, one on the mean, none below a fifth.
        answers: what they were learnt from.
    """

    names: tuple[str, ...]
    weights: tuple[float, ...]
    answers: tuple[Answer, ...]

    def to_bytes(self) -> bytes:
        """The head as canonical JSON: weights, and all that they were learnt from."""
        told = {
            "answers": plain_answers(self.answers),
            "v": _VERSION,
            "weights": dict(zip(self.names, self.weights, strict=True)),
        }
        return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    @property
    def hash(self) -> str:
        """SHA-256 of `to_bytes`."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def rows(self) -> Rows:
        """The weights, [score]."""
        return np.array(self.weights, dtype=np.float32)


def learn_head(answers: Sequence[Answer], names: tuple[str, ...]) -> Head | None:
    """Learn how much each scorer counts; None where too little was answered for that.

    Scorers that tell answered drift from what people let pass no better than chance keep the least weight.

    Args:
        answers: about one character; those that lack a score are left out.
        names: of the scores, in order.

    Source:
        Fisher 1936; Ledoit & Wolf 2004, “A well-conditioned estimator for large-dimensional covariance
        matrices”, lemma 3.2 to 3.5 for the shrinkage; weights below nothing are cut, as of scores that are
        higher for what is further off.
    """
    known = [one for one in _in_order(answers) if set(names) <= set(one.scores)]
    values = np.array([[one.scores[name] for name in names] for one in known], dtype=np.float64)
    drift = np.array([one.is_drift for one in known], dtype=bool)
    each = min(int(drift.sum()), int((~drift).sum()))
    if len(known) < FEWEST_ANSWERS or each < _FEWEST_EACH:
        return None
    apart = values[drift].mean(axis=0) - values[~drift].mean(axis=0)
    within = values - np.where(drift[:, None], values[drift].mean(axis=0), values[~drift].mean(axis=0))
    weights = np.maximum(np.linalg.solve(shrunk(within), apart), 0)
    weights[~_tells(values, drift)] = 0
    if weights.sum() <= 0:
        return None
    weights = np.minimum(weights / weights.mean(), _MOST)
    weights = _EQUAL + (1 - _EQUAL) * weights / weights.mean()
    rounded = tuple(round(float(weight), _PLACES) for weight in weights)
    return Head(names, rounded, tuple(known))


def _tells(values: NDArray[np.float64], drift: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which scores rank drift above the rest more often than chance does, by one standard error."""
    here, there = values[drift][:, None], values[~drift][None]
    above = ((here > there) + 0.5 * (here == there)).mean(axis=(0, 1))
    chance = np.sqrt((len(values) + 1) / (12 * int(drift.sum()) * int((~drift).sum())))
    return np.asarray(above > 0.5 + chance)


def _in_order(answers: Sequence[Answer]) -> list[Answer]:
    return sorted(answers, key=lambda one: (one.evidence, one.frame, one.character))
