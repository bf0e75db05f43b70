"""Repairs: what they mend, what they leave alone, and that a recipe makes the same bytes again."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from tests.panned import HEIGHT, WIDTH, degraded, panned

from circletake.checks.protocol import Rgb
from circletake.checks.seam.certificate import certify
from circletake.cut.repair.colour import fit_colour
from circletake.cut.repair.colours import touching
from circletake.cut.repair.head import is_repeated
from circletake.cut.repair.recipe import Footage, Recipe, Step, read_recipe, recipe_bytes, steps_named
from circletake.cut.repair.run import repaired, run_recipe
from circletake.cut.repair.sound import crossfaded
from circletake.domain.time import FrameRange
from circletake.errors import CutUnreadable, HandlesShort
from circletake.media.encode import write_movie
from circletake.media.source import open_source
from circletake.media.store import ContentStore

FILM = panned(76)
BEFORE, HOLE, AFTER = FILM[:30], FILM[30:46], FILM[46:]


def recipe(**how: object) -> Recipe:
    plate = Footage("b" * 64, 0, 30)
    made = {"frames": 16, "source": Footage("a" * 64, 0, 16), "before": plate, "after": plate}
    return Recipe(**{**made, "steps": steps_named(), **how})  # type: ignore[arg-type]  # as Recipe has them


def mend(clip: list[Rgb], one: Recipe) -> list[Rgb]:
    def span(frames: FrameRange) -> Iterator[Rgb]:
        return iter(clip[frames.start : frames.end])

    return list(repaired(one, span, before=BEFORE[-8:] if one.before else [], after=AFTER[:8]))


def test_a_recipe_is_read_back_as_it_was_and_named_by_its_bytes() -> None:
    one = recipe(before=None)
    assert read_recipe(recipe_bytes(one)) == one
    assert one.hash != recipe().hash
    assert one.seed != recipe().seed


@pytest.mark.parametrize("data", [b"{}", b"[]", b'{"v":2}', b"no", recipe_bytes(recipe())[:-1]])
def test_what_is_no_recipe_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(CutUnreadable, match="recipe"):
        read_recipe(data)


def test_an_unknown_repair_names_those_there_are() -> None:
    with pytest.raises(CutUnreadable, match="head, colour"):
        steps_named(("polish",))


def test_a_degraded_clip_is_told_and_repaired_it_is_not() -> None:
    bad = degraded(HOLE)
    assert not certify(BEFORE, bad, AFTER).holds
    certificate = certify(BEFORE, mend(bad, recipe()), AFTER)
    assert certificate.holds, certificate.sentence


def test_the_same_recipe_makes_the_same_frames_and_another_one_other_grain() -> None:
    bad = degraded(HOLE)
    one, again = mend(bad, recipe()), mend(bad, recipe())
    assert all(np.array_equal(*pair) for pair in zip(one, again, strict=True))
    other = mend(bad, recipe(source=Footage("c" * 64, 0, 16)))
    assert not np.array_equal(one[3], other[3])


def test_without_steps_nothing_is_touched() -> None:
    assert all(np.array_equal(*pair) for pair in zip(mend(HOLE, recipe(steps=())), HOLE, strict=True))


def test_one_plate_is_enough() -> None:
    done = mend(degraded(HOLE), recipe(before=None))
    assert certify([], done, AFTER).holds


def test_a_flat_frame_is_fitted_within_bounds() -> None:
    flat = np.full((HEIGHT, WIDTH, 3), 120.0, np.float32)
    fit = fit_colour(flat, touching(BEFORE), Step("colour", steps_named(("colour",))[0].params))
    gains = np.linalg.svd(fit.matrix, compute_uv=False)
    assert np.all(gains <= 2.001)
    assert np.all(gains >= 0.499)
    assert np.all(np.isfinite(fit.apply(flat)))


def test_a_head_that_repeats_the_plate_is_known_and_one_that_goes_on_is_not() -> None:
    bad = degraded([BEFORE[-1], *HOLE])
    assert is_repeated(BEFORE, bad[0], bad[1])
    assert not is_repeated(BEFORE, bad[1], bad[2])
    assert not is_repeated(BEFORE, HOLE[0], HOLE[1])


def test_a_still_plate_has_no_head_to_drop() -> None:
    still = [BEFORE[0]] * 9
    assert not is_repeated(still, still[0], still[0])


def test_sound_goes_over_at_equal_power_and_its_middle_is_left_alone() -> None:
    loud, none = np.ones((100, 2), np.float32), np.zeros((0, 2), np.float32)
    mixed = crossfaded(loud, head=np.zeros((10, 2), np.float32), tail=none)
    assert mixed[0, 0] == 0
    assert mixed[9, 0] == pytest.approx(1)
    assert np.array_equal(mixed[10:], loud[10:])
    same = crossfaded(loud, head=none, tail=loud[:20])
    assert np.array_equal(same[:80], loud[:80])


def _stored(store: ContentStore, path: Path, frames: list[Rgb]) -> str:
    write_movie(path, frames, rate=Fraction(24), width_px=WIDTH, height_px=HEIGHT, lossless=True)
    return store.put_file(path)


def test_a_recipe_run_again_gives_the_same_bytes(store: ContentStore, tmp_path: Path) -> None:
    plate = _stored(store, tmp_path / "plate.mp4", FILM)
    clip = _stored(store, tmp_path / "clip.mp4", degraded([BEFORE[-1], *HOLE]))
    one = recipe(source=Footage(clip, 0, 17), before=Footage(plate, 0, 30), after=Footage(plate, 46, 30))
    made, again = run_recipe(store, one), run_recipe(store, read_recipe(recipe_bytes(one)))
    assert made == again
    assert (made.n_frames, made.dropped) == (16, 1)
    frames = [frame.rgb() for frame in open_source(store, made.content).frames()]
    certificate = certify(BEFORE, frames, AFTER)
    assert certificate.holds, certificate.sentence


def test_a_source_without_frames_enough_says_how_many_it_has(store: ContentStore, tmp_path: Path) -> None:
    clip = _stored(store, tmp_path / "clip.mp4", HOLE[:10])
    with pytest.raises(HandlesShort, match="has 10"):
        run_recipe(store, recipe(source=Footage(clip, 0, 10), before=None, after=None))
