"""A character over a whole shot: what its course adds up to, against what approved shots' courses do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from circletake.checks.bank import evenly
from circletake.checks.consistency._calibrate import State, fewest_shots, p_values, threshold_of
from circletake.checks.consistency._look import Rows
from circletake.checks.consistency._meter import Track
from circletake.checks.consistency._model import CharacterModel
from circletake.checks.consistency.functionals import cusum, percentile, slope, warp, worst_second
from circletake.checks.consistency.functionals.protocol import Course, Functional
from circletake.domain.evidence import FlagRange
from circletake.domain.time import FrameRange

FUNCTIONALS: tuple[Functional, ...] = tuple(
    cast("Functional", one) for one in (percentile, cusum, slope, warp, worst_second)
)
# Spread of deviations below which approved shots are as good as the same.
_LEAST_SPREAD = 0.05
# A normal's standard deviations to its median absolute deviation.
_PER_MEDIAN = 1.4826
_FEWEST_OWN = 2
E_VALUES = "e_values"
"""Under this the evidence's summary keeps each character's e-value: `code=1.234567`, blanks between."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One functional of one shot.

    Args:
        name: of the functional.
        label: of the flag it would raise.
        value: higher is further.
        p: share of approved shots that are at least as far; None where too few tell.
        shots: how many approved shots p is of; without p, how many there are.
        state: whose.
        frames: to look at.
        sure: frame by which it is beyond what approved shots reach; None where only the whole shot tells.
        sentence: what is the matter if p is small.
    """

    name: str
    label: str
    value: float
    p: float | None
    shots: int
    state: State
    frames: FrameRange
    sure: int | None
    sentence: str

    @property
    def said(self) -> str:
        """In short, for the evidence's summary."""
        if self.p is None:
            return f"{self.value:.3f} uncalibrated, {self.shots} shots"
        sure = "" if self.sure is None else f", sure by frame {self.sure}"
        return f"{self.value:.3f} p {self.p:.3f} of {self.shots} shots, {self.state}{sure}"


def changed_at(track: Track, frames: Sequence[int], *, second: int) -> list[float | None]:
    """Lab a frame by which it changed in one direction, beyond motion, in the half second up to each frame.

    The flow carries each frame onto the next; what then still differs is no motion. What comes and goes is
    flicker and cancels; what goes on in one direction turns one character into another. Of nine parts the
    middling one counts: a blink or a bark changes one or two.
    """
    half = max(second // 2, 1)
    found: list[float | None] = []
    for n in frames:
        here = [track.changes[at] for at in range(n - half + 1, n + 1) if at in track.changes]
        total = np.sum(here, axis=0) if 2 * len(here) >= half else np.zeros((1, 3))
        seen = (total != 0).any(axis=1)
        moved = np.linalg.norm(total[seen], axis=1) / max(len(here), 1)
        found.append(float(np.median(moved)) if seen.any() else None)
    return found


def read_whole(model: CharacterModel, track: Track, *, alpha: float, second: int) -> list[Reading]:
    """Read every functional of a take.

    A take is held against approved shots by the pictures that would stand for it if people circled it, so
    that both are known by equally few moments; where in the take to look is told by all that was measured.

    Args:
        model: of the character.
        track: of it through the take; not empty.
        alpha: false-alarm rate at which there may be enough shots for a p-value.
        second: frames in a second.
    """
    deviations = model.off(track.values)
    row_of = {n: row for row, n in enumerate(track.measured)}
    kept = evenly([one.n for one in track.pictures if one.n in row_of]) or track.measured
    few = _course([deviations[row_of[n]] for n in kept], kept, track, second)
    full = _course(deviations, track.measured, track, second)
    own, lent = model.courses, model.lent
    middle, spread = _usual([*own, *lent, few] if own else [])

    def told(course: Course) -> Course:
        values = np.asarray((course.values - middle) / spread, dtype=np.float32)
        return replace(course, values=values, second=second)

    few, full = told(few), told(full)
    return [
        reading
        for functional in FUNCTIONALS
        if (
            reading := _read(
                functional, few, full, [told(one) for one in own], [told(one) for one in lent], alpha
            )
        )
    ]


def flags_of(
    readings: Sequence[Reading], flags: Sequence[FlagRange], *, alpha: float, who: str
) -> list[FlagRange]:
    """Flags of what approved shots hardly ever do, unless all of its frames are flagged already.

    Args:
        readings: of one character.
        flags: that its frames have.
        alpha: at and below which p flags.
        who: begins each sentence; empty where there is one character.
    """
    flagged = {n for flag in flags for n in range(flag.frames.start, flag.frames.end)}
    found = []
    for one in readings:
        if (
            one.p is None
            or one.p > alpha + 1e-12
            or flagged.issuperset(range(one.frames.start, one.frames.end))
        ):
            continue
        flagged.update(range(one.frames.start, one.frames.end))
        strength = min(alpha / one.p / 2, 1.0)
        told = f"{who}{one.sentence} (p {one.p:.3f}, {one.shots} approved shots)."
        found.append(FlagRange(one.frames, one.label, told, round(strength, 6)))
    return found


def summary_of(read: Sequence[tuple[str, Sequence[Reading], Rows | None]]) -> dict[str, str | int | bool]:
    """What evidence keeps of it: a line for each functional, and what each character's shot is worth.

    Args:
        read: character, its readings, and its frames' p-values where approved shots gave them.
    """
    many = len(read) > 1
    told = {
        one.name: "; ".join(
            f"{character} {here.said}" if many else here.said
            for character, readings, _ in read
            for here in readings
            if here.name == one.name
        )
        for one in FUNCTIONALS
    }
    told[E_VALUES] = " ".join(f"{character}={e_value(p):.6f}" for character, _, p in read if p is not None)
    return {name: said for name, said in told.items() if said}


def e_value(p: Rows) -> float:
    """What a shot's p-values are worth as evidence of drift: 1 on the mean, or less, while nothing drifts.

    The mean of e-values is one, however they depend on each other.

    Source:
        Vovk & Wang 2021, “E-values: calibration, combination and applications”: e(p) = ½ p^−½.
    """
    return float((0.5 * np.asarray(p, dtype=np.float64) ** -0.5).mean())


def _course(values: Sequence[float] | Rows, frames: Sequence[int], track: Track, second: int) -> Course:
    changed = changed_at(track, frames, second=second)
    return Course(
        values=np.asarray(values, dtype=np.float32),
        frames=tuple(frames),
        changed=tuple(changed),
        second=second,
    )


def _usual(courses: Sequence[Course]) -> tuple[float, float]:
    """Middle and spread of some shots, the one in question among them, so that none is treated otherwise."""
    if not courses:
        return 0.0, 1.0
    middle = float(np.median([np.median(one.values) for one in courses]))
    away = [np.median(np.abs(one.values - middle)) for one in courses]
    return middle, max(_PER_MEDIAN * float(np.median(away)), _LEAST_SPREAD)


def _read(
    functional: Functional,
    few: Course,
    full: Course,
    own: Sequence[Course],
    lent: Sequence[Course],
    alpha: float,
) -> Reading | None:
    value = functional.measure(few)
    if value is None:
        return None
    mine = [one for course in own if (one := functional.measure(course)) is not None]
    others = [one for course in lent if (one := functional.measure(course)) is not None]
    state = _state(len(mine), len(others), alpha)
    shots = [np.array([one], np.float32) for one in (mine if state == "own" else [*mine, *others])]
    p, limit = None, float("inf")
    if state != "uncalibrated":
        p = float(p_values(np.array([value], np.float32), shots)[0])
        limit = threshold_of(shots, alpha)
    frames = functional.where(full, limit)
    return Reading(
        name=functional.name,
        label=functional.label,
        value=value,
        p=p,
        shots=len(mine) if state == "uncalibrated" else len(shots),
        state=state,
        frames=frames,
        sure=None if p is None or p > alpha + 1e-12 else functional.alarmed_at(full, limit),
        sentence=functional.say(frames).removesuffix("."),
    )


def _state(own: int, lent: int, alpha: float) -> State:
    """As `CharacterModel.state`, of the shots that a functional is known of."""
    if own < _FEWEST_OWN or own + lent < fewest_shots(alpha):
        return "uncalibrated"
    return "own" if own >= fewest_shots(alpha) else "pooled"
