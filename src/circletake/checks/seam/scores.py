"""How unlike the plate itself a seam is: each step at it against the same step between untouched frames.

A *step* is a number for a place between two frames. What is usual is learnt from this plate alone, at
every place of it that has frames enough on either side; a lone number is then so many spreads off.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from circletake.checks.seam.signals import Signals

REACH = 6
"""Frames on either side of a place that its steps are read from: a quarter of a second of film."""
LEAST_PLATE = 2 * REACH + 4

_MAD = 1.4826

Steps = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that is compared.

    Args:
        name: as certificates and thresholds know it.
        of: steps between a run's frames; [n − 1], NaN where there are too few frames on a side.
        floor: a spread under which nothing is told apart: what untouched footage has where it is stillest.
    """

    name: str
    of: Callable[[Signals], Steps]
    floor: float


def _spikes(values: NDArray[np.float64], least: float) -> Steps:
    """How far each value is off those around it, as a ratio in natural logarithms."""
    logs = np.log(values + least)
    steps = np.full(len(logs), np.nan)
    for at in range(REACH - 1, len(logs) - REACH + 1):
        around = np.concatenate([logs[at - REACH + 1 : at], logs[at + 1 : at + REACH]])
        steps[at] = logs[at] - np.median(around)
    return steps


def _levels(values: NDArray[np.float64], least: float) -> Steps:
    """How far a value's level after each place is off that before it, in natural logarithms.

    Args:
        values: [n], one a frame.
    """
    logs = np.log(values + least)
    steps = np.full(len(logs) - 1, np.nan)
    for at in range(REACH - 1, len(logs) - REACH):
        steps[at] = np.median(logs[at + 1 : at + 1 + REACH]) - np.median(logs[at + 1 - REACH : at + 1])
    return steps


def _flow_levels(signals: Signals) -> Steps:
    logs = np.log(signals.flow + 0.1)
    steps = np.full(len(logs), np.nan)
    for at in range(REACH - 1, len(logs) - REACH + 1):
        steps[at] = np.median(logs[at + 1 : at + REACH]) - np.median(logs[at - REACH + 1 : at])
    return steps


def _lab_steps(signals: Signals) -> Steps:
    return _spikes(np.linalg.norm(np.diff(signals.lab, axis=0), axis=1), 0.15)


# What is added before a logarithm is what eight bits cannot tell from nothing.
KINDS = (
    Kind("colour", lambda signals: _spikes(signals.colour, 0.5), 0.15),
    Kind("flow", lambda signals: _spikes(signals.flow, 0.1), 0.1),
    Kind("motion", _flow_levels, 0.1),
    Kind("light", _lab_steps, 0.2),
    Kind("grain", lambda signals: _levels(signals.grain, 0.1), 0.04),
    Kind("sharp", lambda signals: _levels(signals.sharp, 0.01), 0.04),
)


def seam_scores(run: Signals, seam: int, plates: list[Signals]) -> Mapping[str, tuple[float, float]]:
    out = {}
    for kind in KINDS:
        usual = np.concatenate([kind.of(p) for p in plates])
        usual = usual[~np.isnan(usual)]
        v = kind.of(run)[seam - 1]
        med = float(np.median(usual))
        mad = _MAD * float(np.median(np.abs(usual - med)))
        z = (v - med) / np.hypot(mad, kind.floor)
        p = (1 + int(np.sum(np.abs(usual - med) >= abs(v - med)))) / (1 + len(usual))
        out[kind.name] = (float(z), p)
    return out
