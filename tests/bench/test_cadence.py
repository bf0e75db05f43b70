"""Doubled and dropped frames planted in real film, and what is flagged in it untouched."""

import sys
from pathlib import Path

import numpy as np
import pytest

from circletake.checks.technical._cadence import cadence_of
from circletake.checks.technical._flicker import flicker_runs
from circletake.checks.technical._picture import STILL, PictureMeter, luma_of
from circletake.media.source import open_file

pytestmark = [pytest.mark.bench, pytest.mark.footage]

_PLANTED = 60
_APART = 16


def metered(frames: list[np.ndarray]) -> PictureMeter:
    meter = PictureMeter()
    for rgb in frames:
        meter.frame(rgb, luma_of(rgb), is_corrupt=False)
    return meter


def test_planted_doubles_and_drops(footage: Path) -> None:
    film = [frame.rgb_at(480, 270) for frame in open_file(footage / "bbb.mp4").frames()]
    own = metered(film)
    clean = cadence_of(own.difference, still=STILL)
    flicker = flicker_runs(own.mean_luma, own.agreement)
    moving = [n for n in range(8, len(film) - 8) if min(own.difference[n - 3 : n + 4]) > 1.0]
    moving = [n for n in moving if max(own.difference[n - 3 : n + 4]) < 20]
    rng = np.random.default_rng(7)
    spots: list[int] = []
    for n in rng.permutation(moving):
        if all(abs(int(n) - other) >= _APART for other in spots):
            spots.append(int(n))
    doubled, dropped = spots[::2][: _PLANTED // 2], spots[1::2][: _PLANTED // 2]
    found = {"doubled": 0, "dropped": 0}
    for kind, at in (("doubled", doubled), ("dropped", dropped)):
        for n in at:
            around = film[n - 8 : n + 8]
            changed = (
                [*around[:8], around[7], *around[8:]] if kind == "doubled" else [*around[:8], *around[9:]]
            )
            told = cadence_of(metered(changed).difference, still=STILL)
            runs = told.doubled if kind == "doubled" else told.dropped
            found[kind] += any(run.start <= 8 < run.end for run in runs)
    sys.stdout.write(
        f"\n{len(film)} frames untouched: {len(clean.doubled)} doubled, {len(clean.dropped)} dropped, "
        f"{len(flicker)} flickers flagged\n"
        f"planted: {found['doubled']} of {len(doubled)} doubled, "
        f"{found['dropped']} of {len(dropped)} dropped\n"
    )
    assert not clean.doubled
    assert not clean.dropped
    assert not flicker
    assert found["doubled"] >= 0.9 * len(doubled)
