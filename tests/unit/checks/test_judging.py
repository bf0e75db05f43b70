"""What a take is judged by does not hang on how often each of its moments was measured."""

from functools import cache

import numpy as np
import pytest
from tests.unit.checks.test_sampling import film_sheet

from circletake.checks.consistency._judge import judge
from circletake.checks.consistency._look import Rows
from circletake.checks.consistency._meter import Track
from circletake.checks.consistency._model import SCORES, CharacterModel, build_model

FRAMES, DRIFTED = 200, range(70, 136)


@cache
def model() -> CharacterModel:
    made = build_model(film_sheet(), long_side_px=640)
    assert made is not None
    return made


def track(measured: list[int]) -> Track:
    """On the sheet, but for colours that are far off in a third of the take."""
    off: Rows = np.zeros((len(measured), len(SCORES)), np.float32)
    colours = [SCORES.index(name) for name in ("palette", "strange colours", "colours", "part colours")]
    for row, n in enumerate(measured):
        if n in DRIFTED:
            off[row, colours] = 3.0
    values = model().drawn.mean + off * model().drawn.spread
    return Track(list(range(FRAMES)), measured, values, {}, {}, None, [])


@pytest.mark.parametrize("dense", [1, 2])
def test_a_drift_that_is_measured_more_often_is_no_more_of_the_take(dense: int) -> None:
    sparse = list(range(0, FRAMES, 6))
    often = sorted({*sparse, *DRIFTED[::dense]})
    told = [
        judge(model(), track(measured), alpha=0.05, level=0.95, least_frames=5)
        for measured in (sparse, often)
    ]
    for judged in told:
        over = {n for n, beyond in zip(judged.frames, judged.beyond, strict=True) if beyond >= 1}
        assert over.issuperset(range(DRIFTED.start + 6, DRIFTED.stop - 6))
        assert over <= set(range(DRIFTED.start - 6, DRIFTED.stop + 6))
    assert told[1].beyond[100] == pytest.approx(told[0].beyond[100], rel=0.05)
