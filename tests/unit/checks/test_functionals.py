"""What a whole shot adds up to: functionals of its course, conformal over approved shots, and their flags."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from circletake.checks.consistency import _whole
from circletake.checks.consistency._meter import Track
from circletake.checks.consistency.functionals import cusum, percentile, slope, warp, worst_second
from circletake.checks.consistency.functionals.protocol import Course
from circletake.domain.evidence import FlagRange
from circletake.domain.time import FrameRange

ALPHA = 0.05


def course(
    values: Sequence[float] | NDArray[np.float64], *, every: int = 4, changed: Sequence[float | None] = ()
) -> Course:
    frames = tuple(range(0, every * len(values), every))
    return Course(np.array(values, np.float32), frames, tuple(changed))


def shots_of(random: np.random.Generator, count: int, *, drifting: float = 0.0) -> list[Course]:
    """Shots of eight moments that share most of what they are, and turn away from it if they drift."""
    return [
        course(random.normal(0, 1) + 0.3 * random.normal(size=8) + np.linspace(0, drifting, 8))
        for _ in range(count)
    ]


def test_each_functional_is_high_for_what_it_is_there_for_and_low_for_the_rest() -> None:
    still, ramp = course([0.0] * 24), course(list(np.linspace(0, 3, 24)))
    off, blip = course([3.0] * 24), course([0.0] * 12 + [4.0] + [0.0] * 11)
    second = course([0.0] * 9 + [2.5] * 6 + [0.0] * 9)
    for one in (percentile, cusum, slope, worst_second):
        assert one.measure(still) == 0
    assert percentile.measure(blip) == pytest.approx(4 - 0.46 * 4, abs=0.01)
    assert slope.measure(ramp) == pytest.approx(16 / 23 * 3, abs=1e-5)
    assert slope.measure(off) == 0
    assert (cusum.measure(ramp) or 0) > 4 * (cusum.measure(blip) or 1)
    assert cusum.measure(off) == 0, "what a whole shot is off by is no drift within it"
    assert worst_second.measure(second) == pytest.approx(2.5)
    assert worst_second.measure(blip) == pytest.approx(4 / 6)
    assert slope.measure(second) == pytest.approx(0)


def test_the_sum_is_the_same_however_often_a_shot_was_measured() -> None:
    dense, sparse = np.linspace(0, 4, 96), np.linspace(0, 4, 96)[::6]
    assert cusum.measure(course(list(dense), every=1)) == pytest.approx(
        cusum.measure(course(list(sparse), every=6)), rel=0.08
    )


def test_where_to_look_is_where_it_happens() -> None:
    late = course([0.0] * 12 + [0.5 * k for k in range(12)])
    assert cusum.where(late, 0.0).start == pytest.approx(12 * 4, abs=8)
    assert cusum.where(late, 0.0).end == 23 * 4 + 1
    at = cusum.alarmed_at(late, 0.2)
    assert at is not None
    assert 48 < at < 80
    assert cusum.alarmed_at(late, 99) is None
    second = course([0.0] * 9 + [2.5] * 6 + [0.0] * 9)
    assert worst_second.where(second, 0.0) == FrameRange(36, 57)
    assert percentile.where(second, 2.0) == FrameRange(36, 57)
    assert slope.where(late, 0.0).start == 64
    turned = course([0.0] * 8, changed=[None, 0.1, 0.1, 0.9, 0.8, 0.1, 0.1, None])
    assert warp.measure(turned) == 0.9
    assert warp.where(turned, 0.5) == FrameRange(0, 17)
    assert warp.alarmed_at(turned, 0.5) == 12


def test_nothing_is_made_up_where_nothing_is_known() -> None:
    unknown = Course(np.array([1.0, 2.0], np.float32))
    assert worst_second.measure(unknown) is None
    assert warp.measure(unknown) is None
    assert slope.measure(unknown) is None
    assert percentile.measure(Course(np.zeros(0, np.float32))) is None
    assert cusum.measure(Course(np.zeros(0, np.float32))) is None


def read(take: Course, own: Sequence[Course], lent: Sequence[Course] = ()) -> dict[str, _whole.Reading]:
    found = (_whole._read(one, take, take, own, lent, ALPHA) for one in _whole.FUNCTIONALS)
    return {one.name: one for one in found if one is not None}


def test_with_too_few_shots_there_is_a_number_and_no_p() -> None:
    random = np.random.default_rng(3)
    take = course(list(np.linspace(0, 9, 8)))
    for own, lent in ((0, 40), (1, 40), (18, 0), (10, 8)):
        reading = read(take, shots_of(random, own), shots_of(random, lent))["cusum"]
        assert (reading.state, reading.p, reading.shots) == ("uncalibrated", None, own)
        assert "uncalibrated" in reading.said
        assert _whole.flags_of([reading], [], alpha=ALPHA, who="") == []


def test_with_enough_shots_p_says_of_how_many_and_whose() -> None:
    random = np.random.default_rng(4)
    take = course(list(np.linspace(0, 9, 8)))
    own = read(take, shots_of(random, 19), shots_of(random, 30))["slope"]
    assert (own.state, own.shots) == ("own", 19)
    assert own.p == pytest.approx(1 / 20)
    pooled = read(take, shots_of(random, 5), shots_of(random, 30))["slope"]
    assert (pooled.state, pooled.shots) == ("pooled", 35)
    assert pooled.p == pytest.approx(1 / 36)
    assert pooled.said.endswith("p 0.028 of 35 shots, pooled")


def test_false_alarms_of_each_functional_hold_over_a_thousand_shots() -> None:
    random = np.random.default_rng(20062)
    alarms = dict.fromkeys(("percentile_98", "cusum", "slope", "worst_second"), 0)
    joint = 0
    for _ in range(1000):
        *own, take = shots_of(random, 40)
        found = read(take, own)
        hit = [name for name in alarms if (found[name].p or 1) <= ALPHA]
        joint += bool(hit)
        for name in hit:
            alarms[name] += 1
    sigma = math.sqrt(ALPHA * (1 - ALPHA) / 1000)
    for name, count in alarms.items():
        assert count / 1000 <= ALPHA + 2 * sigma, name
        assert count / 1000 >= ALPHA / 3, name
    # Each is asked at alpha by itself: a clean shot may meet any of them.
    assert joint / 1000 <= 3 * ALPHA


def test_a_slow_drift_is_told_though_no_single_moment_is_out_of_the_ordinary() -> None:
    random = np.random.default_rng(9)
    own, slow = shots_of(random, 60), shots_of(random, 200, drifting=2.0)
    worst = np.array([percentile.measure(one) for one in own], np.float32)
    quiet = [one for one in slow if (percentile.measure(one) or 0) < np.quantile(worst, 0.95)]
    assert len(quiet) > 80
    assert np.mean([(read(one, own)["slope"].p or 1) <= ALPHA for one in quiet]) > 0.9
    assert np.mean([(read(one, own)["cusum"].p or 1) <= ALPHA for one in quiet]) > 0.5


def test_a_flag_names_what_is_the_matter_and_points_once() -> None:
    random = np.random.default_rng(5)
    take = course(list(np.linspace(0, 9, 8)))
    readings = list(read(take, shots_of(random, 30)).values())
    flags = _whole.flags_of(readings, [], alpha=ALPHA, who="queso: ")
    assert any(one.label == "drifting" for one in flags)
    told = next(one for one in flags if one.label == "drifting").sentence
    assert told.startswith("queso: It slowly drifts away over the shot, from about frame ")
    assert told.endswith("(p 0.032, 30 approved shots).")
    seen: set[int] = set()
    for one in flags:
        here = set(range(one.frames.start, one.frames.end))
        assert here - seen, "no second flag on the same frames"
        seen |= here
    whole = FlagRange(FrameRange(0, 29), "off_colour", "All of it.")
    assert _whole.flags_of(readings, [whole], alpha=ALPHA, who="") == []


def test_what_goes_one_way_counts_and_what_comes_and_goes_does_not() -> None:
    def track(step: float, *, back: bool) -> Track:
        changes = {n: np.full((9, 3), step * (-1 if back and n % 2 else 1), np.float32) for n in range(1, 25)}
        return Track(list(range(25)), [0], np.zeros((1, 1), np.float32), changes, {}, None, [])

    on = _whole.changed_at(track(0.5, back=False), [2, 12, 24], second=24)
    assert on[0] is None, "a sixth of half a second tells nothing"
    assert on[1:] == pytest.approx([0.5 * math.sqrt(3)] * 2)
    assert _whole.changed_at(track(0.5, back=True), [24], second=24) == [None]


def test_e_values_of_evenly_spread_p_are_one_on_the_mean() -> None:
    p = (np.arange(200_000) + 0.5) / 200_000
    assert _whole.e_value(p.astype(np.float32)) == pytest.approx(1, abs=0.01)
    assert _whole.e_value(np.full(9, 0.01, np.float32)) == pytest.approx(5, abs=1e-4)


def test_the_summary_keeps_a_line_for_each_and_a_number_for_each_character() -> None:
    random = np.random.default_rng(6)
    readings = list(read(course([0.0] * 8), shots_of(random, 20)).values())
    one = _whole.summary_of([("queso", readings, np.full(4, 0.25, np.float32))])
    assert set(one) == {"percentile_98", "cusum", "slope", "worst_second", "e_values"}
    assert one["e_values"] == "queso=1.000000"
    two = _whole.summary_of([("queso", readings, None), ("rana", readings, np.full(4, 0.04, np.float32))])
    assert two["e_values"] == "rana=2.500000"
    assert str(two["slope"]).startswith("queso 0.000 p ")
    assert "; rana 0.000 p " in str(two["slope"])
