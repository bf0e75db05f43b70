"""A drawn character's model: what it learns from a sheet and from takes, and what drifts look like to it."""

import hashlib
from dataclasses import replace
from functools import cache
from types import ModuleType

import numpy as np
import pytest

from circletake.checks.consistency._look import Look, look_at
from circletake.checks.consistency._meter import Meter, spread_to
from circletake.checks.consistency._model import SCORES, CharacterModel, build_model
from circletake.checks.consistency._pixels import Mask
from circletake.checks.consistency.scorers import lines, outline, palette, patches
from circletake.checks.consistency.scorers.protocol import View
from circletake.checks.protocol import ApprovedShot, Rgb, SheetRef
from circletake.generate.characters import Character, Drift, DriftKind, composite, sheet_poses, shot_poses
from circletake.generate.characters import background as draw_background

SCORERS = (palette, patches, outline, lines)
_PAPER = 245
_SEED = 41


@cache
def sheet() -> SheetRef:
    character = Character.from_seed(_SEED)
    images, boxes = [], []
    for pose in sheet_poses():
        drawn = character.draw(pose, 192)
        share = drawn.alpha[..., None] / 255
        images.append((drawn.rgb * share + _PAPER * (1 - share)).astype(np.uint8))
        rows, columns = np.nonzero(drawn.alpha)
        left, top = int(columns.min()), int(rows.min())
        boxes.append((left, top, int(columns.max()) + 1 - left, int(rows.max()) + 1 - top))
    return SheetRef("drawn", hashlib.sha256(b"drawn").hexdigest(), images, boxes)


@cache
def model() -> CharacterModel:
    learned = build_model(sheet(), long_side_px=640)
    assert learned is not None
    return learned


def framed(seed: int, drift: DriftKind | None = None, n: int = 0) -> tuple[Rgb, Mask]:
    """A frame with the character in it, and where it is."""
    character = Character.from_seed(_SEED)
    pose = shot_poses(seed, 8, turn_deg=20.0)[n]
    drawn = character.draw(pose, 200, None if drift is None else Drift(drift, 7))
    frame = composite(
        drawn, draw_background(seed, 640, 360), place_px=(320.0, 190.0), scale=1.0, light=(1.0, 1.0, 1.0)
    )
    return frame.rgb, frame.mask > 127


def seen(seed: int, drift: DriftKind | None = None, n: int = 0) -> Look:
    rgb, mask = framed(seed, drift, n)
    look = look_at(rgb, mask)
    assert look is not None
    return look


def approved(count: int) -> list[ApprovedShot]:
    shots = []
    for seed in range(count):
        frames = [framed(seed, n=n) for n in range(0, 8, 2)]
        shots.append(ApprovedShot(f"{seed:064x}", [rgb for rgb, _ in frames], [mask for _, mask in frames]))
    return shots


@pytest.mark.parametrize("scorer", SCORERS, ids=lambda scorer: scorer.__name__.rpartition(".")[2])
def test_a_scorer_finds_a_bank_view_no_distance_from_itself(scorer: ModuleType) -> None:
    views = [view for view in model().views if not view.mirrored]
    learned = scorer.learn(views)
    assert len(scorer.names) == len(scorer.least_spread) == len(learned.measure(views[0].look))
    for view in views[:4]:
        own, others = learned.measure(view.look), learned.measure(view.look, without=view.group)
        assert (own <= others + 1e-5).all()
        assert own.sum() < others.sum()


@pytest.mark.parametrize("scorer", SCORERS, ids=lambda scorer: scorer.__name__.rpartition(".")[2])
def test_an_approved_view_brings_its_own_frame_nearer(scorer: ModuleType) -> None:
    views = [view for view in model().views if not view.mirrored]
    for seed in range(3):
        look = seen(seed)
        before = scorer.learn(views).measure(look)
        after = scorer.learn([*views, View(look, 99)]).measure(look)
        assert after.sum() < before.sum()


def test_what_approved_takes_say_replaces_what_drawings_say() -> None:
    grown = build_model(replace(sheet(), approved=approved(3)), long_side_px=640)
    assert grown is not None
    assert (model().has_approved, grown.has_approved) == (False, True)
    assert len(grown.shots) == 3
    assert model().state(0.05) == grown.state(0.05) == "uncalibrated"
    assert grown.state(0.25) == "own"
    pooled = [np.zeros(4, np.float32) + n for n in range(16)]
    pooling = build_model(replace(sheet(), approved=approved(3), pooled=pooled), long_side_px=640)
    assert pooling is not None
    assert pooling.state(0.05) == "pooled"
    # nearer to frames than to drawings
    fresh = seen(11)
    assert (
        grown.measure(fresh)[SCORES.index("unlike every view")]
        < model().measure(fresh)[SCORES.index("unlike every view")]
    )


def test_a_recoloured_and_a_swapped_figure_stand_out_from_a_clean_one() -> None:
    grown = build_model(replace(sheet(), approved=approved(4)), long_side_px=640)
    assert grown is not None

    def off(drift: DriftKind | None) -> float:
        values = np.stack([grown.measure(seen(seed, drift, 3)) for seed in range(20, 24)])
        return float(grown.scale.deviations(values).mean())

    clean = off(None)
    assert off("hue") > clean
    assert off("identity") > clean + 1.5


def overlap(a: Mask, b: Mask) -> float:
    return float((a & b).sum() / (a | b).sum())


def test_a_drawing_is_laid_over_the_figure_and_its_mask_fits() -> None:
    aligner = model().aligner
    assert aligner is not None
    before, after = [], []
    for seed in range(2, 8):
        rgb, mask = framed(seed)
        rough = np.roll(mask, (9, -11), axis=(0, 1))
        laid = aligner.lay(rgb, rough)
        assert laid is not None
        before.append(overlap(rough, mask))
        after.append(overlap(aligner.mask(rgb, rough, laid), mask))
    assert np.mean(after) > np.mean(before) + 0.05
    assert np.mean(after) > 0.75


def test_a_drawing_of_the_sheet_is_found_anywhere_in_a_scene() -> None:
    aligner = model().aligner
    assert aligner is not None
    for seed, number in ((1, 0), (4, 3), (8, 9)):
        rgb, drawn = draw_background(seed, 640, 360).copy(), sheet().images[number]
        mask = np.asarray(np.abs(drawn.astype(int) - _PAPER).max(axis=2) > 6)
        place = (slice(120, 312), slice(300, 492))
        rgb[place][mask] = drawn[mask]
        found = aligner.search(rgb)
        assert found is not None
        whole = np.zeros(rgb.shape[:2], dtype=bool)
        whole[place] = mask
        assert overlap(aligner.silhouette(found, rgb.shape[:2]) > 0.5, whole) > 0.6


def test_an_empty_scene_has_no_drawing_in_it() -> None:
    aligner = model().aligner
    assert aligner is not None
    empty = [draw_background(seed, 640, 360) for seed in range(6)]
    assert sum(aligner.search(rgb) is not None for rgb in empty) <= 1


def test_a_meter_keeps_numbers_and_few_looks_of_a_long_take() -> None:
    meter = Meter(model())
    look = seen(1)
    values = model().see(look)
    rgb, mask = framed(1)
    for n in range(0, 24 * 400, 12):
        meter.passed(n, None)
        meter.measure(n, look, values if n < 24 else None)
        meter.picture(n, rgb, mask)
    track = meter.finish()
    assert len(track.measured) == 800
    assert track.values.shape == (800, len(SCORES))
    assert len(track.looks) <= 160
    assert 12 <= len(track.pictures) <= 24


def test_frames_between_measurements_take_the_nearer() -> None:
    assert spread_to([4, 5, 6, 7], [4, 7]) == [0, 0, 1, 1]
    assert spread_to([0, 9], [3]) == [0, 0]
