"""Drift over a production: rare while nothing drifts, soon when something does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.checks.consistency._calibrate import p_values
from circletake.checks.consistency._whole import e_value
from circletake.checks.consistency.production import e_cusum, e_value_in

ALPHA, SHOTS, BEFORE = 0.05, 40, 19


def production(random: np.random.Generator, *, since: int = SHOTS, by: float = 0.0) -> list[float]:
    """E-values of shots that are measured one after the other, each by those before it."""
    approved = [
        (random.normal(0, 1) + 0.3 * random.normal(size=24)).astype(np.float32) for _ in range(BEFORE)
    ]
    found = []
    for shot in range(SHOTS):
        level = random.normal(0, 1) + (by if shot >= since else 0)
        scores = (level + 0.3 * random.normal(size=24)).astype(np.float32)
        found.append(e_value(np.asarray(p_values(scores, approved), np.float32)))
        if shot < since:
            approved.append(scores)  # people circle what is itself
    return found


def test_a_thousand_productions_in_which_nothing_drifts_are_rarely_alarmed() -> None:
    random = np.random.default_rng(20063)
    alarms = [e_cusum(production(random), alpha=ALPHA).alarmed is not None for _ in range(1000)]
    assert np.mean(alarms) <= ALPHA + 2 * np.sqrt(ALPHA * (1 - ALPHA) / 1000)


def test_a_production_that_drifts_is_alarmed_within_a_few_shots() -> None:
    random = np.random.default_rng(20064)
    delays, began = [], []
    for _ in range(300):
        found = e_cusum(production(random, since=20, by=3.0), alpha=ALPHA)
        if found.alarmed is not None and found.alarmed >= 20:
            delays.append(found.alarmed - 20 + 1)
            began.append(found.since)
    assert len(delays) >= 0.95 * 300
    assert np.median(delays) <= 4, "of forty e-values at most 3.2: three shots at the least"
    assert np.mean(np.abs(np.array(began) - 20) <= 2) > 0.7, "and it is said where it began"


def test_a_drift_that_ended_is_said_to_be_over_and_a_second_one_begins_anew() -> None:
    found = e_cusum([0.6, 3, 3, 3, 0.2, 0.2, 0.1, 0.5, 3], alpha=ALPHA)
    assert (found.since, found.alarmed, found.until, found.is_drifting) == (1, 3, 6, False)
    again = e_cusum([0.6, 3, 3, 3, 0.2, 0.2, 0.1, 0.5, 3, 3, 3], alpha=ALPHA)
    assert (again.since, again.alarmed, again.until, again.is_drifting) == (8, 10, None, True)
    assert e_cusum([3, 3, 3, 0.01], alpha=ALPHA).until == 3
    assert e_cusum([], alpha=ALPHA).sums == ()


@given(st.lists(st.floats(0.5, 4), max_size=30))
def test_a_sum_is_the_best_product_of_shots_up_to_there(values: list[float]) -> None:
    found = e_cusum(values, alpha=ALPHA)
    for at, total in enumerate(found.sums):
        best = max(float(np.prod(values[start : at + 1])) for start in range(at + 1))
        assert total == pytest.approx(best)
    assert (found.alarmed is None) == all(total < found.limit for total in found.sums)


def test_a_characters_number_is_read_back_out_of_its_evidence() -> None:
    summary: dict[str, str | int | bool] = {"e_values": "queso=1.250000 a=b=0.500000", "frames": 3}
    assert e_value_in(summary, "queso") == 1.25
    assert e_value_in(summary, "rana") is None
    assert e_value_in({}, "queso") is None
