"""The benches' productions hold what they promise, and what a drawing costs is printed on request."""

import sys
import time

import numpy as np
import pytest

from circletake.generate.characters import Character, background, composite, sheet_poses

from .procedural import FRAMES, HEIGHT_PX, SHEET_PX, WIDTH_PX, draw_shot, production


def test_a_drifted_shot_is_drawn_with_its_truth() -> None:
    character = Character.from_seed(5)
    shot = draw_shot(character, 3, "hue", "hue")
    again = draw_shot(Character.from_seed(5), 3, "hue", "hue")
    assert len(shot.frames) == len(shot.masks) == len(shot.changed) == FRAMES
    for n in range(FRAMES):
        assert shot.frames[n].shape == (HEIGHT_PX, WIDTH_PX, 3)
        assert np.array_equal(shot.frames[n], again.frames[n])
        assert np.array_equal(shot.changed[n], again.changed[n])
        figure = shot.masks[n] > 0
        assert figure.sum() > 500
        # A hue is changed on the figure alone; half-covered pixels of its rim count as it.
        assert shot.changed[n].sum() > 0
        assert (shot.changed[n] & ~figure).sum() < 0.25 * shot.changed[n].sum()
    assert sum(shot.drifted(n) for n in range(FRAMES)) >= FRAMES - 1
    assert not np.array_equal(shot.masks[0], shot.masks[-1])


def test_a_clean_shot_has_nothing_changed() -> None:
    shot = draw_shot(Character.from_seed(5), 3, "clean_0", None)
    assert not any(changed.any() for changed in shot.changed)
    assert not any(shot.drifted(n) for n in range(FRAMES))


def test_a_morph_grows_from_its_onset() -> None:
    shot = draw_shot(Character.from_seed(5), 3, "hue", "hue", frames=10, onset=3, growing=6)
    assert not any(changed.any() for changed in shot.changed[:3])
    assert all(changed.any() for changed in shot.changed[3:])
    whole = draw_shot(Character.from_seed(5), 3, "hue", "hue", frames=10)
    clean = draw_shot(Character.from_seed(5), 3, "hue", None, frames=10)
    assert np.array_equal(shot.frames[9], whole.frames[9])
    assert clean.frames[0].shape == shot.frames[0].shape

    def apart(n: int) -> float:
        return float(np.abs(shot.frames[n].astype(int) - whole.frames[n].astype(int)).mean())

    assert apart(3) > apart(6) > apart(8) == 0


@pytest.mark.bench
def test_what_drawing_costs() -> None:
    say = sys.stdout.write
    characters = [Character.from_seed(seed) for seed in range(60)]
    pose = sheet_poses()[10]
    fastest = []
    for character in characters:
        times = []
        for _ in range(5):
            began = time.perf_counter()
            character.draw(pose, 128)
            times.append(time.perf_counter() - began)
        fastest.append(1e3 * min(times))
    median, most = np.quantile(fastest, [0.5, 0.9])
    say(f"\na drawing of 128 px: median {median:.1f} ms, 9 of 10 within {most:.1f} ms\n")
    began = time.perf_counter()
    for seed in range(100, 120):
        Character.from_seed(seed)
    say(f"a character from its seed: {(time.perf_counter() - began) / 20 * 1e3:.1f} ms\n")
    behind = background(3, WIDTH_PX, HEIGHT_PX)
    drawn = characters[3].draw(pose, SHEET_PX)
    began = time.perf_counter()
    for _ in range(20):
        composite(drawn, behind, place_px=(300, 180))
    say(f"set into a frame: {(time.perf_counter() - began) / 20 * 1e3:.1f} ms\n")
    began = time.perf_counter()
    made = production(7)
    say(f"a production: {time.perf_counter() - began:.1f} s\n")
    assert [shot.name for shot in made.tests[:5]] == [f"clean_{n}" for n in range(5)]
    assert len(made.sheet) == 12
    assert len(made.approved) == 4
    assert len(made.tests) == 13
