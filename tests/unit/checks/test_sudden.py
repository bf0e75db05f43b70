from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from tests.unit.checks.hard_shots import seen, sheet, shot

from circletake.checks.consistency._sudden import Change, Surprise, changes_of, doubt_of
from circletake.checks.protocol import Rgb
from circletake.generate.characters import Drift

FRAMES, AT = 48, 20


@cache
def film(seed: int, drift: Drift | None) -> tuple[Rgb, ...]:
    """A shot in whose second part the character has drifted, from one frame to the next."""
    before, after = shot(seed, frames=FRAMES), shot(seed, frames=FRAMES, drift=drift)
    return tuple(frame.rgb for frame in [*before[:AT], *after[AT:]])


def calm(frames: int = FRAMES, inside: float = 2.0) -> dict[int, Surprise]:
    return {n: Surprise(inside, 2.0) for n in range(1, frames)}


def found(surprises: dict[int, Surprise], fused: list[float] | None = None) -> list[Change]:
    frames = list(range(FRAMES))
    return changes_of(surprises, frames, frames, np.array(fused or [0.0] * FRAMES, np.float32))


# Figures of which no limb passes before another from one frame to the next, which is such a change as well.
@pytest.mark.parametrize("seed", [5, 23])
def test_a_part_that_vanishes_is_told_at_its_frame(seed: int) -> None:
    evidence = seen(film(seed, Drift("missing", seed=1)), sheet(seed))
    sudden = [flag for flag in evidence.flags if flag.label == "sudden_change"]
    assert [flag.frames.start for flag in sudden] == [AT]
    assert f"from frame {AT - 1} to frame {AT}" in sudden[0].sentence


@pytest.mark.parametrize("seed", [5, 23])
def test_a_shot_in_which_nothing_drifts_has_no_sudden_change(seed: int) -> None:
    evidence = seen(film(seed, None), sheet(seed))
    assert [flag for flag in evidence.flags if flag.label == "sudden_change"] == []


def test_a_light_that_is_switched_is_not_the_characters_change() -> None:
    frames = [np.asarray(rgb * (0.6 if n >= AT else 1.0), np.uint8) for n, rgb in enumerate(film(5, None))]
    assert [flag for flag in seen(frames, sheet(5)).flags if flag.label == "sudden_change"] == []


def test_frames_that_are_not_judged_have_no_sudden_change() -> None:
    surprises = calm() | {AT: Surprise(20.0, 2.0)}

    def told(sighted: list[int]) -> list[tuple[int, int]]:
        changes = changes_of(surprises, sighted, sighted, np.zeros(len(sighted), np.float32))
        return [(one.start, one.end) for one in changes]

    assert told([n for n in range(FRAMES) if n < AT - 2 or n >= AT + 2]) == []
    assert told(list(range(AT + 9))) == [(AT, AT + 9)]
    assert told([n for n in range(FRAMES) if not AT + 5 <= n < AT + 8]) == [(AT, AT + 5)]


def test_a_change_is_flagged_for_a_second_and_doubted_ever_less() -> None:
    changes = found(calm() | {AT: Surprise(20.0, 2.0)})
    assert [(one.at, one.start, one.end) for one in changes] == [(AT, AT, AT + 24)]
    doubt = doubt_of(changes, range(FRAMES))
    assert doubt[AT - 1] == 0
    assert (doubt[AT : AT + 24] >= 1).all()
    assert 0 < doubt[-1] < doubt[AT + 24] < 1


def test_a_change_and_the_way_back_enclose_what_drifted() -> None:
    changes = found(calm() | {12: Surprise(20.0, 2.0), 30: Surprise(20.0, 2.0)})
    assert [(one.start, one.end) for one in changes] == [(12, 30)]
    assert doubt_of(changes, range(FRAMES))[30:].max() == 0


def test_the_side_that_is_less_like_the_sheet_is_flagged() -> None:
    changes = found(calm() | {AT: Surprise(20.0, 2.0)}, [3.0] * AT + [0.0] * (FRAMES - AT))
    assert [(one.start, one.end) for one in changes] == [(0, AT)]


def test_what_changes_around_it_as_well_is_the_light_or_the_camera() -> None:
    assert found(calm() | {AT: Surprise(20.0, 18.0)}) == []


def test_a_quick_turn_surprises_for_more_than_one_frame() -> None:
    turn = {AT + n: Surprise(20.0, 2.0) for n in range(-1, 3)}
    assert found(calm() | turn) == []


def test_an_animation_that_holds_its_poses_is_not_told_off_for_each() -> None:
    poses = {n: Surprise(20.0, 2.0) for n in range(4, FRAMES, 8)}
    assert found(calm(inside=0.0) | poses) == []


def test_too_few_frames_say_nothing_of_what_is_usual() -> None:
    assert found({1: Surprise(2.0, 2.0), 2: Surprise(20.0, 2.0), 3: Surprise(2.0, 2.0)}) == []
