"""Calibration: p-values, thresholds and steps do what their sources promise."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from circletake.checks.consistency._calibrate import (
    false_alarm_interval,
    fewest_shots,
    p_values,
    scale_of,
    threshold_of,
)
from circletake.checks.consistency._steps import steps_of

Rows = NDArray[np.float32]


def shots_of(random: np.random.Generator, count: int) -> list[Rows]:
    """Shots of 12 to 60 frames that share most of what they are; some scenes are simply further off."""
    return [
        (random.normal(0, 1) + 0.3 * random.normal(size=random.integers(12, 60))).astype(np.float32)
        for _ in range(count)
    ]


@pytest.mark.parametrize(("alpha", "fewest"), [(0.05, 19), (0.1, 9), (0.01, 99)])
def test_nothing_is_flagged_before_there_are_enough_shots(alpha: float, fewest: int) -> None:
    random = np.random.default_rng(1)
    assert fewest_shots(alpha) == fewest
    assert math.isinf(threshold_of(shots_of(random, fewest - 1), alpha))
    assert math.isfinite(threshold_of(shots_of(random, fewest), alpha))
    everything = np.array([1e6], np.float32)
    assert p_values(everything, shots_of(random, fewest - 1))[0] > alpha
    assert p_values(everything, shots_of(random, fewest))[0] <= alpha + 1e-12


def test_the_false_alarm_rate_holds_over_a_thousand_productions() -> None:
    random = np.random.default_rng(20061)
    alpha, rates = 0.05, []
    for _ in range(1000):
        shots = shots_of(random, 81)
        rates.append(float((p_values(shots[-1], shots[:-1]) <= alpha).mean()))
    # most shots flag nothing and some nearly all of their frames
    sigma = float(np.std(rates)) / math.sqrt(1000)
    assert np.mean(rates) <= alpha + 2 * sigma
    assert np.mean(rates) >= alpha / 3, "a check that never flags holds every rate"


def test_p_values_of_exchangeable_shots_are_uniform() -> None:
    random = np.random.default_rng(7)
    found = []
    for _ in range(2000):
        shots = shots_of(random, 40)
        found.append(float(random.choice(p_values(shots[-1], shots[:-1]))))
    for share in (0.1, 0.25, 0.5, 0.75, 0.9):
        assert np.mean(np.array(found) <= share) == pytest.approx(share, abs=0.035)


@given(st.integers(0, 2**32 - 1), st.integers(19, 60), st.sampled_from([0.05, 0.1, 0.2]))
@settings(max_examples=60)
def test_the_threshold_and_the_p_value_say_the_same(seed: int, count: int, alpha: float) -> None:
    random = np.random.default_rng(seed)
    shots = shots_of(random, count)
    asked = random.normal(0, 2, 200).astype(np.float32)
    limit = threshold_of(shots, alpha)
    asked = asked[~np.isclose(asked, limit)]
    assert ((p_values(asked, shots) <= alpha + 1e-12) == (asked > limit)).all()


@pytest.mark.parametrize(("shots", "alpha"), [(19, 0.05), (99, 0.05), (40, 0.1)])
def test_the_interval_is_the_spread_of_the_true_rate(shots: int, alpha: float) -> None:
    low, high = false_alarm_interval(shots, alpha)
    k = math.floor(alpha * (shots + 1))
    drawn = np.random.default_rng(3).beta(k, shots + 1 - k, 200_000)
    assert low == pytest.approx(np.quantile(drawn, 0.05), abs=0.002)
    assert high == pytest.approx(np.quantile(drawn, 0.95), abs=0.002)
    assert false_alarm_interval(3, alpha) == (0.0, 1.0)


def test_near_equal_views_have_a_floor_under_their_spread() -> None:
    scale = scale_of(np.full((5, 2), 3.0, np.float32), least=np.array([0.5, 2.0], np.float32))
    assert scale.spread.tolist() == [0.5, 2.0]
    assert scale.deviations(np.array([[4.0, 3.0]], np.float32)).tolist() == [[2.0, 0.0]]
    assert scale.deviations(np.array([[99.0, -99.0]], np.float32)).tolist() == [[6.0, -3.0]]


def test_steps_keep_their_edges_and_lose_the_noise() -> None:
    random = np.random.default_rng(5)
    truth = np.repeat([0.0, 2.0, 0.5], [40, 25, 60]).astype(np.float32)
    stepped = steps_of(truth + 0.3 * random.normal(size=125).astype(np.float32))
    assert np.flatnonzero(np.abs(np.diff(stepped)) > 0.5).tolist() == [39, 64]
    assert np.abs(stepped - truth).max() < 0.25


def test_steps_of_nothing_but_noise_are_flat_and_of_a_ramp_rise() -> None:
    random = np.random.default_rng(6)
    assert np.ptp(steps_of(random.normal(size=200).astype(np.float32))) < 1
    ramp = steps_of(np.linspace(0, 5, 120).astype(np.float32))
    assert (np.diff(ramp) >= -1e-6).all()
    assert ramp[-1] - ramp[0] > 4


@given(st.lists(st.floats(-5, 5, width=32), max_size=40))
@settings(max_examples=60)
def test_steps_keep_the_length_and_the_mean(values: list[float]) -> None:
    rows = np.array(values, np.float32)
    stepped = steps_of(rows)
    assert len(stepped) == len(rows)
    if len(rows):
        assert float(stepped.mean()) == pytest.approx(float(rows.mean()), abs=1e-3)
        assert stepped.min() >= rows.min() - 1e-4
        assert stepped.max() <= rows.max() + 1e-4
