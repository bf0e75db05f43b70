"""How unlike the plate itself a seam is: each step at it against the same step between untouched frames.

A *step* is a number for a place between two frames. What is usual is learnt from this plate alone, at
every place of it that has frames enough on either side; a lone number is then so many spreads off.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from circletake.checks.seam.signals import Signals
from circletake.checks.seam.sound import Numbers

REACH = 6
"""Frames on either side of a place that its steps are read from: a quarter of a second of film."""

_MAD = 1.4826  # a normal distribution's standard deviation over its median absolute deviation


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that is compared.

    Args:
        name: as certificates and thresholds know it.
        label: for a person.
        of: steps of a run, in natural logarithms; [n − 1], NaN where there are too few frames on a side.
        floor: a spread that nobody sees; a plate that hardly moves is not held to less.
        is_either_way: too little of it is as wrong as too much.
    """

    name: str
    label: str
    of: Callable[[Signals], Numbers]
    floor: float
    is_either_way: bool = True

    def off(self, z: float) -> float:
        """How far off a seam is, the way that counts."""
        return abs(z) if self.is_either_way else z


@dataclass(frozen=True, slots=True)
class Score:
    """What one kind says of a seam.

    Args:
        z: spreads of the plate that it is off the plate's own middle.
        p: share of the plate's places that are at least as far off, the seam counted among them.
        plate: how many places of the plate that was read from.
    """

    kind: Kind
    z: float
    p: float
    plate: int

    @property
    def off(self) -> float:
        """How far off it is the way that counts."""
        return self.kind.off(self.z)


def score_seam(run: Signals, seam: int, plates: Sequence[Signals]) -> list[Score]:
    """Score one seam.

    Args:
        run: frames on both sides of it, `REACH` on each at the least.
        seam: how many of them stand before it.
        plates: untouched runs, each without a cut.

    Returns:
        One score a kind; none of a kind that the plates have no place for.
    """
    scores: list[Score] = []
    for kind in KINDS:
        usual = np.concatenate([kind.of(plate) for plate in plates])
        usual = usual[~np.isnan(usual)]
        here = float(kind.of(run)[seam - 1])
        if not len(usual) or np.isnan(here):
            continue
        middle = float(np.median(usual))
        off = np.abs(usual - middle)
        spread = float(np.hypot(_MAD * np.median(off), kind.floor))
        as_far = int(np.sum(off >= abs(here - middle)))
        scores.append(
            Score(
                kind=kind,
                z=(here - middle) / spread,
                p=(1 + as_far) / (1 + len(usual)),
                plate=len(usual),
            )
        )
    return scores


def _spikes(values: Numbers, unseen: float) -> Numbers:
    """How far each value of a pair is off those of the pairs around it."""
    logs = np.log(values + unseen)
    steps = np.full(len(logs), np.nan)
    for at in range(REACH - 1, len(logs) - REACH + 1):
        around = np.concatenate([logs[at - REACH + 1 : at], logs[at + 1 : at + REACH]])
        steps[at] = logs[at] - np.median(around)
    return steps


def _levels(values: Numbers, unseen: float) -> Numbers:
    """How far the level of a frame's value after each place is off that before it."""
    return _stepped(np.log(values + unseen), np.median)


def _loudness(signals: Signals) -> Numbers:
    """How far the loudness after each place is off that before it; powers are averaged, as R 128 does."""
    return _stepped(signals.loud, lambda part: np.log(np.mean(part) + _UNHEARD))


def _stepped(values: Numbers, level: Callable[[Numbers], float]) -> Numbers:
    steps = np.full(max(len(values) - 1, 0), np.nan)
    for at in range(REACH - 1, len(values) - REACH):
        steps[at] = level(values[at + 1 : at + 1 + REACH]) - level(values[at + 1 - REACH : at + 1])
    return steps


def _pace(signals: Signals) -> Numbers:
    """How far the motion after each place is off that before it, whatever the pair at it does."""
    logs = np.log(signals.flow + _STILL)
    steps = np.full(len(logs), np.nan)
    for at in range(REACH - 1, len(logs) - REACH + 1):
        steps[at] = np.median(logs[at + 1 : at + REACH]) - np.median(logs[at - REACH + 1 : at])
    return steps


def _light(signals: Signals) -> Numbers:
    return _spikes(np.linalg.norm(np.diff(signals.lab, axis=0), axis=1), _UNSEEN_MEAN_LAB)


# A just noticeable difference is 2.3 of CIE76 (Mahy et al. 1994): a fifth of it side by side, and less of
# what flickers all over the picture.
_UNSEEN_LAB, _UNSEEN_MEAN_LAB = 0.5, 0.15
_STILL = 0.1  # a twentieth of a pixel at the width that is looked at
_UNSEEN_GRAIN, _UNSEEN_SHARP = 0.1, 0.01  # what eight bits cannot tell from none
_UNHEARD, _UNHEARD_HUSH = 1e-7, 1e-9  # −70 LUFS, under which BS.1770 counts nothing; the last bit of sixteen

KINDS: tuple[Kind, ...] = (
    Kind("colour", "colour", lambda run: _spikes(run.colour, _UNSEEN_LAB), floor=0.15, is_either_way=False),
    Kind("light", "light", _light, floor=0.2, is_either_way=False),
    Kind("flow", "motion across it", lambda run: _spikes(run.flow, _STILL), floor=0.1),
    Kind("pace", "pace", _pace, floor=0.1),
    Kind("grain", "grain", lambda run: _levels(run.grain, _UNSEEN_GRAIN), floor=0.04),
    Kind("sharp", "sharpness", lambda run: _levels(run.sharp, _UNSEEN_SHARP), floor=0.04),
    Kind("click", "a click", lambda run: np.log(run.click), floor=0.35, is_either_way=False),
    Kind("loud", "loudness", _loudness, floor=0.46),
    Kind("hush", "room tone", lambda run: _levels(run.hush, _UNHEARD_HUSH), floor=0.46),
)
"""Everything that is compared; floors are what nobody sees or hears: a tenth of motion, 4 % of grain, 3 dB of
a click, 2 dB of a room, 2 LU of loudness: twice what EBU R 128 lets a live programme be off."""
