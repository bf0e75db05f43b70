"""What cannot be judged is said not to be, and why: never passed in silence, nor flagged from end to end."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from circletake.checks.protocol import SheetRef
from circletake.domain.time import FrameRange
from circletake.generate.characters import Drift, Frame, background

from .hard_shots import (
    FRAMES,
    HEIGHT_PX,
    WIDTH_PX,
    against_the_sky,
    behind_a_pillar,
    box_of,
    flagged,
    graded,
    in_greys,
    judged,
    seen,
    sheet,
    shot,
)

characters = pytest.mark.parametrize("seed", [5, 23])


@characters
def test_what_is_plainly_to_be_seen_is_judged_and_left_alone(seed: int) -> None:
    """Or the other tests of this file could be passed by abstaining from everything."""
    evidence = seen([frame.rgb for frame in shot(seed)], sheet(seed))
    assert evidence.abstained == ()
    assert evidence.flags == ()
    assert evidence.summary["not_judged"] == ""
    assert evidence.summary["sighted"] == f"c{seed} {FRAMES}"


@characters
def test_a_picture_without_the_character_abstains(seed: int) -> None:
    evidence = seen([background(31, WIDTH_PX, HEIGHT_PX)] * 12, sheet(seed))
    assert evidence.abstained == (FrameRange(0, 12),)
    assert evidence.flags == ()
    assert evidence.sentence == "The character was not found in any frame; nothing was judged."
    assert evidence.summary["not_judged"] == "it was not found (frames 0–11)"


@characters
def test_who_walks_out_over_the_edge_is_not_judged_until_back(seed: int) -> None:
    frames = shot(
        seed, frames=96, place=lambda n: (320 + (min(n, 40) if n < 50 else max(90 - n, 0)) * 11.0, 190)
    )
    whole = float((frames[0].mask > 0).sum())
    there = [float((frame.mask > 0).sum()) / whole for frame in frames]
    evidence = seen([frame.rgb for frame in frames], sheet(seed))
    gone = {n for n, share in enumerate(there) if share < 0.02}
    assert len(gone) > 10
    # Two frames after the last that showed it: every third frame is looked at.
    assert len(gone & judged(evidence)) <= 2
    assert len(flagged(evidence)) <= 0.2 * len(frames)
    assert judged(evidence) & set(range(84, 96)), "it was not found again"
    assert "frames were not judged" in evidence.sentence


@characters
def test_who_is_covered_is_not_judged_while_covered(seed: int) -> None:
    frames = shot(seed)
    clear = [frame.rgb for frame in frames]
    # left to right over the whole figure
    x, _, width, _ = box_of(np.maximum.reduce([frame.mask for frame in frames]))
    covered = behind_a_pillar(frames, left=max(x - 4, 0), right=min(x + width + 4, WIDTH_PX))
    evidence = seen([*clear[:6], *covered[6:18], *clear[18:]], sheet(seed))
    inside = set(range(6, 18))
    assert len(judged(evidence) & inside) <= 2
    assert set(range(6)) <= judged(evidence)
    assert len(flagged(evidence)) <= 2


@characters
def test_who_passes_behind_a_pillar_is_never_passed_while_hidden(seed: int) -> None:
    frames = shot(seed, frames=48, place=lambda n: (150 + n * 7.0, 190))
    covered = behind_a_pillar(frames, left=290, right=350)
    hidden = {
        n
        for n, frame in enumerate(frames)
        if (frame.mask[:, 290:350] > 0).sum() > 0.6 * (frame.mask > 0).sum()
    }
    evidence = seen(covered, sheet(seed))
    passed = (judged(evidence) - flagged(evidence)) & hidden
    assert len(passed) <= 2


@characters
def test_a_close_up_of_a_part_is_never_passed(seed: int) -> None:
    frames = shot(seed, scale=6.0, place=lambda _: (320, 460))
    assert max(float((frame.mask > 0).mean()) for frame in frames) > 0.4
    evidence = seen([frame.rgb for frame in frames], sheet(seed))
    assert len(judged(evidence) - flagged(evidence)) <= FRAMES // 3
    assert len(flagged(evidence)) <= FRAMES // 2


@characters
def test_a_silhouette_is_not_judged(seed: int) -> None:
    evidence = seen([against_the_sky(frame) for frame in shot(seed)], sheet(seed))
    assert judged(evidence) == set()
    assert evidence.flags == ()
    assert "nothing was judged" in evidence.sentence.lower()


def test_a_silhouette_that_was_found_is_called_one() -> None:
    evidence = seen([against_the_sky(frame) for frame in shot(5)], sheet(5))
    assert evidence.sentence == f"Nothing was judged: only its outline is lit (frames 0–{FRAMES - 1})."


@characters
def test_film_without_colour_is_judged_in_greys_and_says_so(seed: int) -> None:
    evidence = seen([in_greys(frame.rgb) for frame in shot(seed)], sheet(seed))
    assert len(flagged(evidence)) <= 0.1 * FRAMES
    assert evidence.summary["colourless"] == FRAMES
    if judged(evidence):
        assert "Colours were not judged" in evidence.sentence
    else:
        assert "nothing was judged" in evidence.sentence


def test_somebody_else_in_film_without_colour_is_not_passed() -> None:
    frames = shot(5, drift=Drift("identity", 7))
    evidence = seen([in_greys(frame.rgb) for frame in frames], sheet(5))
    assert len(judged(evidence) - flagged(evidence)) <= 2


def test_colour_film_is_judged_in_greys_against_a_sheet_without_colour() -> None:
    drawn = sheet(5)
    grey = replace(drawn, images=[in_greys(one) for one in drawn.images])
    evidence = seen([frame.rgb for frame in shot(5)], grey)
    assert len(judged(evidence)) > FRAMES // 2
    assert len(flagged(evidence)) <= 0.1 * FRAMES


@characters
@pytest.mark.parametrize("grade", [(0.10, 0.12, 0.22), (0.3, 0.36, 0.6)])
def test_a_night_grade_is_not_judged(seed: int, grade: tuple[float, float, float]) -> None:
    evidence = seen(graded(shot(seed), grade), sheet(seed))
    assert judged(evidence) == set()
    assert evidence.flags == ()
    if grade[0] < 0.2:
        assert evidence.sentence == f"Nothing was judged: it is too dark (frames 0–{FRAMES - 1})."


@characters
def test_boxed_frames_of_film_are_a_sheet(seed: int) -> None:
    film = filmed(seed)
    clean = seen([frame.rgb for frame in shot(seed)], film)
    assert len(judged(clean)) >= 0.8 * FRAMES
    assert flagged(clean) == set()
    other = seen([frame.rgb for frame in shot(seed, drift=Drift("identity", 7))], film)
    assert len(judged(other) - flagged(other)) <= 2


@characters
def test_boxes_over_whole_frames_pass_nobody_else(seed: int) -> None:
    film = filmed(seed)
    film = replace(film, boxes=[(0, 0, WIDTH_PX, HEIGHT_PX)] * len(film.boxes))
    other = seen([frame.rgb for frame in shot(seed, drift=Drift("identity", 7))], film)
    assert len(judged(other) - flagged(other)) <= 2


@characters
def test_pictures_that_do_not_show_one_character_are_no_sheet(seed: int) -> None:
    for boxes in [(0, 0, WIDTH_PX, HEIGHT_PX)], [(100, 60, 300, 250)]:
        pictures = [background(seed * 50 + n, WIDTH_PX, HEIGHT_PX) for n in range(6)]
        views = SheetRef("views", "d" * 64, pictures, boxes * 6)
        evidence = seen([frame.rgb for frame in shot(seed, frames=12)], views)
        assert judged(evidence) == set()
        assert "too little in common" in evidence.sentence
    both = seen([frame.rgb for frame in shot(seed, frames=12)], views, sheet(seed))
    assert judged(both) == set(range(12))
    assert "The sheet of views shows pictures with too little in common" in both.sentence


def test_of_two_alike_it_is_said_who_was_judged_where() -> None:
    """One of them is there; that the other one was not must be readable."""
    evidence = seen([frame.rgb for frame in shot(11)], sheet(11), sheet(11, Drift("identity", 7)))
    assert evidence.summary["sighted"] == f"c11 {FRAMES}, twin 0"


def filmed(seed: int) -> SheetRef:
    """A sheet of boxed frames of film, in four places."""
    frames: list[Frame] = []
    for turn in range(4):
        x = 170.0 + turn * 90
        taken = shot(seed, frames=12, place=partial(standing_at, x), behind_seed=40 + turn)
        frames += taken[turn::4]
    boxes = [box_of(frame.mask) for frame in frames]
    return SheetRef(f"c{seed}", "e" * 64, [frame.rgb for frame in frames], boxes)


def standing_at(x: float, _: int) -> tuple[float, float]:
    return x, 190
