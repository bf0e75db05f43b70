"""Characters without end: the same from a seed, whole in their frame, adrift by exactly known pixels."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from circletake.generate.characters import (
    DRIFT_KINDS,
    Character,
    Drift,
    DriftKind,
    Pose,
    background,
    composite,
    sheet_poses,
    shot_poses,
)
from circletake.generate.characters.bodies import PLANS
from circletake.generate.characters.design import SURFACES
from circletake.generate.characters.drifts import drifted

SIDE = 96
SEEDS = range(40)
SEEN_PX = 12  # of 96×96: what a look would not miss
THREE_QUARTER = Pose(turn_deg=25, arm_l=0.4, arm_r=-0.3, head_turn=0.2)


def digest(character: Character, pose: Pose, drift: Drift | None = None) -> bytes:
    drawn = character.draw(pose, SIDE, drift)
    return drawn.rgb.tobytes() + drawn.alpha.tobytes() + drawn.label.tobytes()


def test_the_same_seed_draws_the_same_bytes() -> None:
    for seed in range(8):
        assert digest(Character.from_seed(seed), THREE_QUARTER) == digest(
            Character.from_seed(seed), THREE_QUARTER
        )


@pytest.mark.parametrize("kind", DRIFT_KINDS)
def test_a_drift_draws_the_same_bytes_however_often_it_is_asked_for(kind: DriftKind) -> None:
    drift = Drift(kind, 4)
    first, second = Character.from_seed(3), Character.from_seed(3)
    for other in range(3):  # what was drawn between is no matter
        second.draw(THREE_QUARTER, SIDE, Drift("extra", other))
    assert digest(first, THREE_QUARTER, drift) == digest(second, THREE_QUARTER, drift)
    assert drifted(first.design, drift) == drifted(second.design, drift)


def test_a_changed_design_drifts_as_itself() -> None:
    character = Character.from_seed(3)
    drift = Drift("limb", 1)
    before = character.draw(THREE_QUARTER, SIDE, drift).rgb
    palette = dict.fromkeys(character.design.palette, (9, 9, 9))
    changed = replace(character, design=replace(character.design, palette=palette))
    assert changed.draw(THREE_QUARTER, SIDE, drift).rgb.max() < before.max()


def test_no_two_characters_are_the_same() -> None:
    assert len({digest(Character.from_seed(seed), THREE_QUARTER) for seed in SEEDS}) == len(SEEDS)


def test_every_plan_line_shading_and_surface_is_met() -> None:
    designs = [Character.from_seed(seed).design for seed in range(150)]
    assert {design.plan for design in designs} == set(PLANS)
    assert {design.style.line for design in designs} == {"none", "outer", "every"}
    assert {design.style.shading for design in designs} == {"flat", "cel", "soft"}
    assert {design.style.surface for design in designs} == set(SURFACES)
    assert len({design.palette["fur"] for design in designs}) > 140
    assert any(design.style.pixels for design in designs)
    assert max(Counter(design.plan for design in designs).values()) < 75


def test_a_figure_is_whole_in_its_frame_on_its_sheet() -> None:
    for seed in SEEDS:
        character = Character.from_seed(seed)
        for pose in sheet_poses()[:8]:
            alpha = character.draw(pose, SIDE).alpha
            rim = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
            assert not rim.any(), (seed, pose.turn_deg)
            assert 0.03 < (alpha > 127).mean() < 0.75


def test_labels_lie_where_the_figure_does_and_name_its_parts() -> None:
    for seed in range(12):
        drawn = Character.from_seed(seed).draw(THREE_QUARTER, SIDE)
        assert not drawn.rgb[drawn.alpha == 0].any()
        assert (drawn.label[drawn.alpha == 255] > 0).all()
        assert not drawn.label[drawn.alpha == 0].any()
        assert drawn.label.max() <= len(drawn.names)
        design = Character.from_seed(seed).design
        assert drawn.part(design.body).sum() > 20
        assert not drawn.part("nobody").any()


def test_a_turned_figure_shows_another_side_and_a_posed_one_another_pose() -> None:
    character = Character.from_seed(2)
    front = character.draw(Pose(), SIDE)
    for pose in (Pose(turn_deg=90), Pose(turn_deg=180), Pose(arm_l=1), Pose(lean_deg=20), Pose(squash=0.8)):
        assert (character.draw(pose, SIDE).alpha != front.alpha).sum() > 50
    eyes = [name for name in front.names if name.startswith("eye_")]
    back = character.draw(Pose(turn_deg=180), SIDE)
    assert sum(int(front.part(name).sum()) for name in eyes) > 10
    assert not any(back.part(name).any() for name in eyes)


@pytest.mark.parametrize("kind", DRIFT_KINDS)
def test_what_changed_is_exactly_where_pixels_differ(kind: DriftKind) -> None:
    for seed in range(10):
        character = Character.from_seed(seed)
        pair = character.drifting(THREE_QUARTER, SIDE, Drift(kind, seed))
        clean = character.draw(THREE_QUARTER, SIDE)
        adrift = character.draw(THREE_QUARTER, SIDE, Drift(kind, seed))
        assert np.array_equal(pair.clean.rgb, clean.rgb)
        assert np.array_equal(pair.drifted.rgb, adrift.rgb)
        before = np.dstack([clean.rgb, clean.alpha]).astype(int)
        after = np.dstack([adrift.rgb, adrift.alpha]).astype(int)
        assert np.array_equal(pair.changed, (np.abs(before - after) > 0).any(2))


@pytest.mark.parametrize("kind", DRIFT_KINDS)
def test_a_drift_can_be_seen(kind: DriftKind) -> None:
    seen = [
        int(Character.from_seed(seed).drifting(THREE_QUARTER, SIDE, Drift(kind, seed)).changed.sum())
        for seed in SEEDS
    ]
    assert sum(pixels >= SEEN_PX for pixels in seen) >= 0.95 * len(seen), sorted(seen)[:5]


def test_a_missing_part_is_missing() -> None:
    gone = 0
    for seed in SEEDS:
        character = Character.from_seed(seed)
        left = drifted(character.design, Drift("missing", seed))
        [group] = character.design.groups - left.groups
        lost = {part.name for part in character.design.parts if part.group == group}
        for pose in (THREE_QUARTER, Pose(turn_deg=-60), Pose(turn_deg=180)):
            drawn = character.draw(pose, SIDE, Drift("missing", seed))
            assert not any(drawn.part(name).any() for name in lost)
            gone += sum(int(character.draw(pose, SIDE).part(name).sum()) for name in lost)
        kept = [part for part in character.design.parts if part.name not in lost and part.on not in lost]
        assert list(left.parts) == kept
    assert gone > 1000


def test_each_drift_changes_what_it_says_and_nothing_else() -> None:
    for seed in SEEDS:
        design = Character.from_seed(seed).design
        made = {kind: drifted(design, Drift(kind, seed)) for kind in DRIFT_KINDS}
        assert replace(made["hue"], palette=design.palette) == design
        assert made["hue"].palette != design.palette
        assert replace(made["texture"], style=design.style) == design
        assert made["texture"].style.surface not in {design.style.surface, "plain"}
        for kind in ("extra", "limb"):
            assert made[kind].parts[: len(design.parts)] == design.parts
            assert len(made[kind].parts) > len(design.parts)
            assert made[kind].palette == design.palette
        assert [part.name for part in made["proportion"].parts] == [part.name for part in design.parts]
        assert made["proportion"].parts != design.parts
        assert made["identity"].style == design.style
        assert made["identity"].palette != design.palette


@pytest.mark.parametrize("kind", ["hue", "proportion"])
def test_a_growing_drift_goes_from_nothing_to_all_of_it(kind: DriftKind) -> None:
    for seed in range(6):
        character = Character.from_seed(seed)
        assert drifted(character.design, Drift(kind, seed, 0.0)) == character.design
        clean = character.draw(THREE_QUARTER, SIDE).rgb.astype(int)
        apart = [
            float(np.abs(character.draw(THREE_QUARTER, SIDE, Drift(kind, seed, amount)).rgb - clean).mean())
            for amount in (0.2, 1.0)
        ]
        assert 0 < apart[0] < apart[1], (seed, apart)


def test_no_drift_gives_two_parts_or_bones_one_name() -> None:
    for seed in SEEDS:
        for kind in DRIFT_KINDS:
            made = drifted(Character.from_seed(seed).design, Drift(kind, seed))
            names, bones = [part.name for part in made.parts], [bone.name for bone in made.bones]
            assert len(names) == len(set(names)), (seed, kind)
            assert len(bones) == len(set(bones)), (seed, kind)


def test_a_shot_moves_and_takes_the_short_way_round() -> None:
    poses = shot_poses(3, 9, turn_deg=170)
    assert len(poses) == 9
    assert poses[0].turn_deg == 170
    assert poses == shot_poses(3, 9, turn_deg=170)
    assert poses[0] != poses[4] != poses[8]
    half = Pose(turn_deg=170).toward(Pose(turn_deg=-170, arm_l=1), 0.5)
    assert half.turn_deg == 180
    assert half.arm_l == 0.5
    assert len(shot_poses(1, 1)) == 1


def test_a_background_is_the_same_from_the_same_seed_and_sometimes_busy() -> None:
    drawn = [background(seed, 160, 90) for seed in range(12)]
    assert all(picture.shape == (90, 160, 3) for picture in drawn)
    assert np.array_equal(drawn[4], background(4, 160, 90))
    assert max(float(picture.std()) for picture in drawn) > 40
    assert len({picture.tobytes() for picture in drawn}) == 12


def test_a_figure_is_set_where_it_is_asked_to_be() -> None:
    drawn = Character.from_seed(1).draw(Pose(), SIDE)
    behind = background(1, 200, 120)
    frame = composite(drawn, behind, place_px=(130, 60), scale=0.5)
    rows, columns = np.nonzero(frame.mask)
    own_rows, own_columns = np.nonzero(drawn.alpha > 127)
    assert abs(columns.mean() - (130 + 0.5 * (own_columns.mean() + 0.5 - SIDE / 2))) < 1
    assert abs(rows.mean() - (60 + 0.5 * (own_rows.mean() + 0.5 - SIDE / 2))) < 1
    assert abs(len(rows) / len(own_rows) - 0.25) < 0.05
    assert np.array_equal(frame.rgb[:, :60], behind[:, :60])
    assert set(np.unique(frame.mask)) == {0, 255}
    assert not frame.label[frame.mask == 0].any()


def test_at_its_own_size_a_drawing_is_set_in_pixel_for_pixel() -> None:
    drawn = Character.from_seed(1).draw(Pose(), SIDE)
    frame = composite(drawn, np.zeros((SIDE, SIDE, 3), np.uint8), place_px=(SIDE / 2, SIDE / 2))
    solid = drawn.alpha == 255
    assert np.array_equal(frame.rgb[solid], drawn.rgb[solid])
    assert np.array_equal(frame.mask > 0, drawn.alpha > 127)


def test_light_blur_and_compression_each_change_the_picture() -> None:
    drawn = Character.from_seed(1).draw(Pose(), SIDE)
    behind = background(1, 128, 128)
    place = (64.0, 64.0)
    plain = composite(drawn, behind, place_px=place)
    lit = composite(drawn, behind, place_px=place, light=(0.5, 0.5, 0.5))
    solid = plain.label > 0
    assert abs(float(lit.rgb[solid].mean() / plain.rgb[solid].mean()) - 0.5) < 0.08
    assert np.array_equal(lit.rgb[~(plain.mask > 0)][:50], plain.rgb[~(plain.mask > 0)][:50])
    blurred = composite(drawn, behind, place_px=place, blur_px=2)
    assert float(np.abs(np.diff(blurred.rgb.astype(int), axis=0)).mean()) < float(
        np.abs(np.diff(plain.rgb.astype(int), axis=0)).mean()
    )
    coarse = composite(drawn, behind, place_px=place, jpeg_quality=20)
    assert not np.array_equal(coarse.rgb, plain.rgb)
    assert float(np.abs(coarse.rgb.astype(int) - plain.rgb.astype(int)).mean()) < 12
    assert np.array_equal(coarse.mask, plain.mask)
