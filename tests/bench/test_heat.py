"""Heat against the pixels that a drift changed, on drawn characters that nothing was set on."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from circletake.checks.consistency._look import CELLS, Look, look_at
from circletake.checks.consistency._model import CharacterModel, build_model
from circletake.checks.consistency._say import heat_of
from circletake.checks.consistency._track import Tracker
from circletake.checks.protocol import ApprovedShot, SheetRef

from .figures import auroc, tell
from .procedural import Production, Shot, productions

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

_LONG_SIDE_PX = 640
_COUNT, _FIRST_SEED = 6, 9000
"""Characters that are reported; `heat_of` was set on those of seeds 300 to 309."""
_CHANGED = 0.25  # share of a cell's pixels that a drift changes, from which the cell is adrift
_FEWEST_CELLS = 4


@dataclass(slots=True)
class Heats:
    """By kind of drift, an area under the curve for each frame: of all cells of the crop, of those on it."""

    crop: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    on_it: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    frames: int = 0
    seen: int = 0


def model_of(made: Production) -> CharacterModel:
    boxes = []
    for _, mask in made.sheet:
        rows, columns = np.nonzero(mask)
        boxes.append((int(columns.min()), int(rows.min()), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1))
    approved = [
        ApprovedShot(shot.name, shot.frames[::3], [mask > 0 for mask in shot.masks[::3]])
        for shot in made.approved
    ]
    sheet = SheetRef("c", "c" * 64, [rgb for rgb, _ in made.sheet], boxes, approved=approved)
    model = build_model(sheet, long_side_px=_LONG_SIDE_PX)
    assert model is not None
    return model


def with_masks(_: CharacterModel, shot: Shot) -> dict[int, Look]:
    looks = {
        n: look_at(rgb, mask > 0) for n, (rgb, mask) in enumerate(zip(shot.frames, shot.masks, strict=True))
    }
    return {n: look for n, look in looks.items() if look is not None}


def by_itself(model: CharacterModel, shot: Shot) -> dict[int, Look]:
    """Every look that is measured, not those alone that are kept for showing."""
    tracker = Tracker(model)
    looks: dict[int, Look] = {}
    measure = tracker._meter.measure

    def noted(n: int, look: Look, *rest: object) -> float:
        looks[n] = look
        return measure(n, look, *rest)  # type: ignore[arg-type]  # what the meter is given

    tracker._meter.measure = noted  # type: ignore[method-assign, assignment]  # overheard
    for n, rgb in enumerate(shot.frames):
        tracker.frame(n, rgb)
    tracker.finish()
    return looks


def cells_of(plane: NDArray[np.bool_], look: Look) -> NDArray[np.float32]:
    """Share of each of the crop's cells that a plane of the frame covers."""
    x, y, side, _ = look.box
    move = np.array(
        [[CELLS * 8 / side, 0, -x * CELLS * 8 / side], [0, CELLS * 8 / side, -y * CELLS * 8 / side]]
    )
    near = cv2.warpAffine(plane.astype(np.float32), move, (CELLS * 8, CELLS * 8), flags=cv2.INTER_LINEAR)
    return np.asarray(near.reshape(CELLS, 8, CELLS, 8).mean(axis=(1, 3)), np.float32)


def measured(how: Callable[[CharacterModel, Shot], dict[int, Look]], *, first: int, count: int) -> Heats:
    heats = Heats()
    for made in productions(count, first_seed=first):
        model = model_of(made)
        for shot in made.tests:
            if shot.drift is None:
                continue
            looks = how(model, shot)
            for n in range(len(shot.frames)):
                if not shot.drifted(n):
                    continue
                heats.frames += 1
                look = looks.get(n)
                if look is None:
                    continue
                heats.seen += 1
                adrift = cells_of(shot.changed[n], look) >= _CHANGED
                on_it = (cells_of(shot.masks[n] > 0, look) >= 0.5) | adrift
                if adrift.sum() < _FEWEST_CELLS or (on_it & ~adrift).sum() < _FEWEST_CELLS:
                    continue
                heat = heat_of(model, look, None)
                hot = [float(value) for value in heat[adrift]]
                heats.crop[shot.drift].append(auroc(hot, [float(v) for v in heat[~adrift]]))
                heats.on_it[shot.drift].append(auroc(hot, [float(v) for v in heat[on_it & ~adrift]]))
    return heats


def test_heat_is_where_the_drift_is() -> None:
    given = measured(with_masks, first=_FIRST_SEED, count=_COUNT)
    found = measured(by_itself, first=_FIRST_SEED, count=_COUNT)
    kinds = sorted(given.crop)
    tables = {
        "masks given, all cells of the crop": given.crop,
        "masks given, cells of the character": given.on_it,
        "found by itself, all cells of the crop": found.crop,
        "found by itself, cells of the character": found.on_it,
    }
    means = {
        name: {kind: float(np.mean(areas[kind])) for kind in kinds if areas[kind]}
        for name, areas in tables.items()
    }
    rows = [
        "| pixel AUROC | " + " | ".join(kinds) + " | mean |",
        "|---" * (len(kinds) + 2) + "|",
        *(
            f"| {name} | "
            + " | ".join(f"{of.get(kind, float('nan')):.3f}" for kind in kinds)
            + f" | {np.mean(list(of.values())):.3f} |"
            for name, of in means.items()
        ),
        "",
        (
            f"{_COUNT} drawn characters, seeds {_FIRST_SEED} to {_FIRST_SEED + _COUNT - 1}, sheet and four "
            f"approved shots; 28×28 cells of the crop, those that the drift changes by a quarter of their "
            f"pixels against the others, mean over frames. Another character leaves no cell unchanged on "
            f"itself and is not counted. By itself {found.seen} of {found.frames} drifted frames measured."
        ),
    ]
    tell("heat", "Heat against the pixels that a drift changed", rows)
    assert np.mean(list(means["masks given, all cells of the crop"].values())) >= 0.85
    assert np.mean(list(means["found by itself, all cells of the crop"].values())) >= 0.8
