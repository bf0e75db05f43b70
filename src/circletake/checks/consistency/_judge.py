"""From distances to drift: how far beyond what this sheet and this take let expect."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from circletake.checks.consistency._light import light_of
from circletake.checks.consistency._look import Rows
from circletake.checks.consistency._match import ASPECTS, Scores
from circletake.checks.consistency._sheet import CharacterModel
from circletake.checks.consistency._track import Sighting

# What each aspect differs by when nothing is the matter: masks and poses. Starting values, set on clean
# drawn takes and one 3-D film; figures worth reporting come from other characters.
_PLAY = np.array([0.08, 0.60, 0.03, 0.35, 0.20, 0.03], dtype=np.float32)
_WEIGHT = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 0.6], dtype=np.float32)
# The take's own level is that of its best tenth, but no better than the sheet's middle and no worse than
# one and a half times the sheet's worst tenth: a take that is off throughout has no level to hide behind.
_LEVEL, _WORST_TENTH, _BEYOND = 0.1, 0.9, 1.5
_SPREAD = 0.3
# No aspect counts for more than six of its spreads.
_MOST = 6.0
_SMOOTH = 5
# Lab that the parts must jump by, there and back between two frames, to flicker.
_FLICKER_LAB = 1.5


@dataclass(frozen=True, slots=True)
class Judged:
    """A take's frames in which the character was sighted, measured.

    Args:
        frames: their numbers.
        scores: against the sheet, the take's light taken off.
        excess: how far beyond its level each aspect is, in its spreads, [frame aspect].
        drift: root mean square of the excess.
        p: share of the sheet's own views that are at least as far from the others.
        flicker: jump in Lab, there and back, of the middling part.
        light: what the take's light does to Lab, where it is taken off.
    """

    frames: list[int]
    scores: list[Scores]
    excess: Rows
    drift: Rows
    p: Rows
    flicker: Rows
    light: Rows | None


def judge(model: CharacterModel, sightings: Sequence[Sighting]) -> Judged:
    """Measure all sightings of a take against the sheet.

    Source:
        Vovk, Gammerman, Shafer 2005, conformal p = (1 + #{sᵢ ≥ s}) / (n + 1), over leave-one-out views.
    """
    light = light_of([sighting.scores.light for sighting in sightings if sighting.scores is not None])
    scores = [model.bank.scores(sighting.look, light=light) for sighting in sightings]
    values = np.stack([score.values for score in scores])
    frames = [sighting.n for sighting in sightings]
    calm = _smoothed(values, frames)
    middle = np.median(model.own, axis=0)
    worst = np.maximum(np.quantile(model.own, _WORST_TENTH, axis=0), middle)
    level = np.clip(np.quantile(calm, _LEVEL, axis=0), middle, worst * _BEYOND + 2 * _PLAY)
    noise = 1.5 * np.median(np.abs(values - calm), axis=0)
    spread = np.maximum(np.maximum(_PLAY, noise), (worst - middle) * _SPREAD)
    excess = np.clip((calm - level) / spread, 0, _MOST) * _WEIGHT
    own = np.sqrt((np.maximum((model.own - middle) / spread, 0) ** 2).mean(axis=1))
    here = np.sqrt((np.maximum((calm - middle) / spread, 0) ** 2).mean(axis=1))
    return Judged(
        frames=frames,
        scores=scores,
        excess=excess.astype(np.float32),
        drift=np.sqrt((excess**2).mean(axis=1)).astype(np.float32),
        p=((1 + (own[None] >= here[:, None]).sum(axis=1)) / (len(own) + 1)).astype(np.float32),
        flicker=_flicker(sightings),
        light=light,
    )


def is_flickering(judged: Judged) -> NDArray[np.bool_]:
    """Frames in which the character visibly jumps there and back, more than it mostly does in this take."""
    usual = float(np.median(judged.flicker)) if len(judged.flicker) else 0.0
    return np.asarray(judged.flicker >= max(_FLICKER_LAB, 4 * usual))


def leading_aspect(excess: Rows) -> int:
    """Index of the aspect that is furthest beyond its level over some frames, [frame aspect]."""
    return int(excess.mean(axis=0).argmax())


def aspect_name(index: int) -> str:
    """Name of an aspect."""
    return ASPECTS[index]


def _smoothed(values: Rows, frames: Sequence[int]) -> Rows:
    """Median over five frames, not across gaps."""
    calm = np.empty_like(values)
    half = _SMOOTH // 2
    for i, n in enumerate(frames):
        around = range(max(i - half, 0), min(i + half + 1, len(frames)))
        near = [j for j in around if abs(frames[j] - n) <= half]
        calm[i] = np.median(values[near], axis=0)
    return calm


def _flicker(sightings: Sequence[Sighting]) -> Rows:
    jumps = np.zeros(len(sightings), dtype=np.float32)
    for i, (here, after) in enumerate(pairwise(sightings)):
        if here.change is None or after.change is None or after.n != here.n + 1:
            continue
        # There and back: opposite signs in the same part and channel. In most parts at once, since a blink
        # or a bark goes there and back as well.
        turned = np.sqrt(np.maximum(-here.change * after.change, 0).sum(axis=1))
        measured = (here.change != 0).any(axis=1) & (after.change != 0).any(axis=1)
        jumps[i] = float(np.median(turned[measured])) if measured.any() else 0.0
    return jumps
