"""From distances to drift: how far beyond what approved views, or the take's own best frames, let expect."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from circletake.checks.consistency._calibrate import State, p_values, threshold_of
from circletake.checks.consistency._fuse import fuse
from circletake.checks.consistency._look import Rows
from circletake.checks.consistency._meter import Track, spread_to
from circletake.checks.consistency._model import SCORES, CharacterModel
from circletake.checks.consistency._steps import steps_of
from circletake.checks.consistency._sudden import Change, changes_of, doubt_of, flashes_of
from circletake.domain.time import ranges_of

# Without approved takes the take's own level is that of its best tenth, but no further from the sheet than
# this many of the sheet's spreads in each score: a take that is off throughout has no level to hide behind.
# Poses differ from a sheet's more than colours do; light that was taken off leaves a rest in the palette.
_LEVEL, _NEAREST = 0.1, -0.3
_FURTHEST = {"palette": 5.0, "strange colours": 8.0, "widths": 8.0, "heights": 8.0, "grain": 12.0}
_FURTHEST_ELSE, _FURTHEST_RELIT = 5.0, 12.0
# Within one take a silhouette changes with every pose, and motion softens every line.
_WORTH = {"widths": 0.5, "heights": 0.5, "sharpness": 0.2, "line weight": 0.2}
# Spreads that a difference within one take has to have before it is worth anything by itself: what the
# better half of the take plays in, within bounds.
_PLAY, _LEAST_PLAY, _PLAY_MOST = 1.5, 1.2, 4.5
_MOST = 6.0
# Drawings vary less than film does, so that all of what drifts stands out further.
_DRAWN = 1.4
_SMOOTH = 5
LEAST_FRAMES = 5
"""Shortest run that is flagged for what it looks like, unless a policy says otherwise."""
# Frames without a measurement from which what comes after is another stretch: of film, which is measured half
# as often, half a second, of drawings a quarter.
_FILM_GAP, _DRAWN_GAP = 12, 5
# Lab that the parts must jump by, there and back between two frames, to flicker; times what they mostly jump
# by in this take, if that is more; and from which it is flicker however much of the take does it.
_FLICKER_LAB, _TIMES_MOSTLY, _PLAINLY_LAB = 1.5, 4.0, 8.0


@dataclass(frozen=True, slots=True)
class Judged:
    """A take's frames in which the character was sighted, measured.

    Args:
        frames: their numbers.
        excess: how far beyond its level each score is, [frame score].
        beyond: all scores in one number: 1 is what is flagged.
        drift: the same, or how much a sudden change makes one doubt, whichever is more.
        p: share of approved shots that are at least as far; a share of the sheet's own views where there
            are too few approved shots.
        flicker: jump in Lab, there and back, of the middling part.
        state: whose approved shots say what is usual.
        changes: where it is suddenly another.
    """

    frames: list[int]
    excess: Rows
    beyond: Rows
    drift: Rows
    p: Rows
    flicker: Rows
    state: State
    changes: list[Change]


def judge(
    model: CharacterModel, track: Track, *, alpha: float, level: float, least_frames: int = LEAST_FRAMES
) -> Judged:
    """Say how far the character drifts in a take.

    Args:
        model: of the character.
        track: of it through the take; not empty.
        alpha: false-alarm rate, where approved shots say what is usual.
        level: root mean square of the excess at which a frame is flagged, where they do not yet.
        least_frames: shortest run that is flagged for what it looks like.
    """
    frames, values = track.measured, track.values
    nearest = spread_to(track.frames, track.measured)
    off = model.off(values)
    state = model.state(alpha)
    if state == "uncalibrated":
        excess, drift, p = _within(model, track, level)
    else:
        shots = model.shots if state == "own" else (*model.shots, *model.pooled)
        excess = np.maximum(model.scale.deviations(values), 0)
        fused = _stepped(off, frames, _gap(model))
        p = p_values(fused, shots)
        limit = threshold_of(shots, alpha)
        middle = float(np.mean([shot.mean() for shot in shots]))
        drift = np.maximum(fused - middle, 0) / max(limit - middle, 1e-3)
    # What is flagged for what it looks like says itself how long; the word of a change alone is not needed.
    runs = ranges_of([n for n, row in zip(track.frames, nearest, strict=True) if drift[row] >= 1])
    over = {n for run in runs if run.frames >= least_frames for n in range(run.start, run.end)}
    changes = [
        change
        for change in changes_of(track.surprises, track.frames, frames, off)
        if over.isdisjoint(range(change.at - 3, change.at + 3))
    ]
    told = {n for change in changes for n in range(change.start, change.end)}
    short = [
        run
        for run in runs
        if run.frames < least_frames and told.isdisjoint(range(run.start, run.end))
        if set(track.measured).issuperset(range(run.start, run.end))
    ]
    changes = sorted([*changes, *flashes_of(track.surprises, short, 1.0)], key=lambda change: change.at)
    doubt = doubt_of(changes, track.frames)
    return Judged(
        frames=track.frames,
        excess=np.asarray(excess[nearest], dtype=np.float32),
        beyond=np.asarray(drift[nearest], dtype=np.float32),
        drift=np.maximum(drift[nearest], doubt).astype(np.float32),
        p=np.asarray(p[nearest], dtype=np.float32),
        flicker=_flicker(track),
        state=state,
        changes=changes,
    )


def _within(model: CharacterModel, track: Track, level: float) -> tuple[Rows, Rows, Rows]:
    """Judge a take by its own best frames, as far as the sheet lets them be a measure.

    What is measured more often in film, since it moves or turns, is no more of the take: a frame that was
    measured counts once for each frame that it stands for.

    Source:
        Vovk, Gammerman, Shafer 2005, conformal p = (1 + #{sᵢ ≥ s}) / (n + 1), over leave-one-out views.
    """
    frames, values = track.measured, track.values
    deviations = (values - model.drawn.mean) / model.drawn.spread
    calm = _smoothed(deviations, frames)
    furthest = np.array([_FURTHEST.get(name, _FURTHEST_ELSE) for name in SCORES], dtype=np.float32)
    if track.light is not None:
        furthest[SCORES.index("palette")] = _FURTHEST_RELIT
    # Drawings are measured as often wherever nothing turns.
    told = calm[spread_to(track.frames, frames)] if model.aligner is None else calm
    best, half = np.quantile(told, [_LEVEL, 0.5], axis=0)
    # A frame that is itself on the sheet is nearer than any other can be expected to be.
    usual = np.clip(best, _NEAREST, furthest)
    noise = 1.5 * np.median(np.abs(deviations - calm), axis=0)
    play = np.maximum(np.clip(_PLAY * (half - best), _LEAST_PLAY, _PLAY_MOST), noise)
    excess = np.clip((deviations - usual) / play, 0, _MOST)
    excess *= np.array([_WORTH.get(name, 1.0) for name in SCORES], dtype=np.float32)
    level = level if model.aligner is None else level * _DRAWN
    drift = _stepped(np.sqrt(fuse(excess**2, model.weights)), frames, _gap(model)) / level
    here = model.off(values)
    own = np.concatenate(model.shots) if model.shots else np.zeros(0, dtype=np.float32)
    p = (1 + (own[None] >= here[:, None]).sum(axis=1)) / (len(own) + 1)
    return excess, drift, p


def is_flickering(judged: Judged) -> NDArray[np.bool_]:
    """Frames in which the character visibly jumps there and back, more than it mostly does in this take."""
    usual = float(np.median(judged.flicker)) if len(judged.flicker) else 0.0
    return np.asarray(judged.flicker >= np.clip(_TIMES_MOSTLY * usual, _FLICKER_LAB, _PLAINLY_LAB))


def leading_score(excess: Rows) -> int:
    """Index of the score that is furthest beyond its level over some frames, [frame score]."""
    return int(excess.mean(axis=0).argmax())


def _gap(model: CharacterModel) -> int:
    return _FILM_GAP if model.aligner is None else _DRAWN_GAP


def _runs(frames: Sequence[int], gap: int) -> list[slice]:
    """Stretches of frames without a gap of more than so many."""
    cuts = [i + 1 for i, (a, b) in enumerate(pairwise(frames)) if b - a > gap]
    return [slice(a, b) for a, b in pairwise([0, *cuts, len(frames)])]


def _stepped(values: Rows, frames: Sequence[int], gap: int) -> Rows:
    return np.concatenate([steps_of(values[run]) for run in _runs(frames, gap)])


def _smoothed(values: Rows, frames: Sequence[int]) -> Rows:
    """Median over five frames, not across gaps."""
    calm = np.empty_like(values)
    half = _SMOOTH // 2
    for i, n in enumerate(frames):
        around = range(max(i - half, 0), min(i + half + 1, len(frames)))
        near = [j for j in around if abs(frames[j] - n) <= half]
        calm[i] = np.median(values[near], axis=0)
    return calm


def _flicker(track: Track) -> Rows:
    jumps = np.zeros(len(track.frames), dtype=np.float32)
    for i, n in enumerate(track.frames):
        here, after = track.changes.get(n), track.changes.get(n + 1)
        if here is None or after is None:
            continue
        # There and back: opposite signs in the same part and channel. In most parts at once, since a blink
        # or a bark goes there and back as well.
        turned = np.sqrt(np.maximum(-here * after, 0).sum(axis=1))
        measured = (here != 0).any(axis=1) & (after != 0).any(axis=1)
        jumps[i] = float(np.median(turned[measured])) if measured.any() else 0.0
    return jumps
