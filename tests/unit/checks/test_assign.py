"""Two characters in one take: nobody takes the other's place, and where they are alike nobody is judged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import permutations

import numpy as np
import pytest
from numpy.typing import NDArray

from circletake.checks.codec import evidence_bytes
from circletake.checks.consistency._assign import assigned
from circletake.checks.consistency._find import overlap
from circletake.checks.consistency.drift import ConsistencyMeasure, check
from circletake.checks.protocol import CheckContext, Rgb, SheetRef
from circletake.domain.boxed import Boxed
from circletake.domain.evidence import Evidence
from circletake.generate.characters import (
    Character,
    Drawn,
    Drift,
    Pose,
    background,
    composite,
    sheet_poses,
    shot_poses,
)

SEED, FRAMES, SIZE = 11, 42, (480, 270)
Draw = Callable[[Pose, int], Drawn]
Mask = NDArray[np.bool_]


def original(pose: Pose, size_px: int) -> Drawn:
    return Character.from_seed(SEED).draw(pose, size_px)


def sibling(pose: Pose, size_px: int) -> Drawn:
    """Drawn like the other, with one part of another hue."""
    return Character.from_seed(SEED).drifting(pose, size_px, Drift("hue", SEED)).drifted


def around(mask: Mask) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(columns[0]), int(rows[0]), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


@cache
def sheet(code: str, draw: Draw) -> SheetRef:
    images, boxes = [], []
    for pose in sheet_poses():
        drawn = draw(pose, 192)
        share = drawn.alpha[..., None] / 255
        images.append((drawn.rgb * share + 245 * (1 - share)).astype(np.uint8))
        boxes.append(around(drawn.alpha > 127))
    return SheetRef(code, code[0] * 64, images, boxes)


@dataclass(frozen=True)
class Film:
    pictures: list[Rgb]
    masks: list[tuple[Mask, Mask]]


@cache
def film(one: Draw, two: Draw, crossing: bool) -> Film:  # noqa: FBT001 (cached by it)
    """Two figures; they stay apart, or one walks past the other, which it covers."""
    behind = background(3, *SIZE)
    first, second = shot_poses(1, FRAMES, turn_deg=10), shot_poses(8, FRAMES, turn_deg=10)
    pictures, masks = [], []
    for n in range(FRAMES):
        way = (270 if crossing else 40) * n / (FRAMES - 1)
        left = composite(one(first[n], 160), behind, place_px=(100 + way, 150), scale=0.8)
        right = composite(two(second[n], 160), left.rgb, place_px=(370 - way, 140), scale=0.8)
        pictures.append(right.rgb)
        masks.append(((left.mask > 0) & ~(right.mask > 0), right.mask > 0))
    return Film(pictures, masks)


def measuring(shown: Film, sheets: Sequence[SheetRef], boxes: Sequence[Boxed] = ()) -> ConsistencyMeasure:
    context = CheckContext(
        "0" * 64,
        FRAMES,
        Fraction(24),
        *SIZE,
        references=sheets,
        boxes=boxes,
        boxed_frames={box.frame: shown.pictures[box.frame] for box in boxes},
    )
    return check.begin(context)


def followed(shown: Film, measure: ConsistencyMeasure) -> tuple[Evidence, list[list[int]]]:
    """The evidence; for each character the frames in which it was the other that was followed."""
    swapped: list[dict[int, bool]] = [{}, {}]
    for n, picture in enumerate(shown.pictures):
        measure.frame(n, picture)
        for who, (_, tracker) in enumerate(measure._cast.trackers):
            sighting = tracker.sighting
            if sighting is not None and sighting[0].n == n:
                own, other = shown.masks[n][who], shown.masks[n][1 - who]
                swapped[who][n] = overlap(sighting[1], other) > overlap(sighting[1], own)
    evidence = measure.finish()
    judged = [set(swapped[who]) - lost for who, lost in enumerate(measure._cast.assigner.unclear)]
    return evidence, [[n for n in sorted(seen) if swapped[who][n]] for who, seen in enumerate(judged)]


def flagged(evidence: Evidence) -> set[int]:
    return {n for flag in evidence.flags for n in range(flag.frames.start, flag.frames.end)}


def test_twins_are_not_told_apart_and_nothing_is_judged_of_either() -> None:
    shown = film(original, original, False)
    evidence, _ = followed(shown, measuring(shown, [sheet("ada", original), sheet("bea", original)]))
    assert evidence.flags == ()
    assert evidence.summary["judged"] == 0
    assert evidence.summary["alike"] == FRAMES
    assert f"ada and bea cannot be told apart in {FRAMES} frames; not judged there." in evidence.sentence


def test_a_person_who_boxes_one_of_the_twins_settles_which_is_which() -> None:
    shown = film(original, original, False)
    x, y, width, height = around(shown.masks[6][0])
    box = (x * 10_000 // 480, y * 10_000 // 270, width * 10_000 // 480, height * 10_000 // 270)
    sheets = [sheet("ada", original), sheet("bea", original)]
    evidence, swapped = followed(shown, measuring(shown, sheets, [Boxed("x_1", "ada", 6, box)]))
    assert "alike" not in evidence.summary
    assert int(evidence.summary["judged"]) == FRAMES
    assert swapped == [[], []]


def test_siblings_apart_are_each_followed_as_themselves() -> None:
    shown = film(original, sibling, False)
    evidence, swapped = followed(shown, measuring(shown, [sheet("ada", original), sheet("bea", sibling)]))
    assert swapped == [[], []]
    assert int(evidence.summary["judged"]) == FRAMES


def test_siblings_who_cross_do_not_take_each_others_place() -> None:
    shown = film(original, sibling, True)
    sheets = [sheet("ada", original), sheet("bea", sibling)]
    alone = measuring(shown, sheets)
    alone._cast.assigner.trackers = []
    alone._cast.assigner.unclear = [set(), set()]
    without, lost = followed(shown, alone)
    evidence, swapped = followed(shown, measuring(shown, sheets))
    assert sum(map(len, lost)) > 5, "they would be taken for each other"
    assert swapped == [[], []]
    assert evidence.summary["alike"], "where they meet"
    assert int(evidence.summary["judged"]) > FRAMES // 3
    # Where one passes before the other masks hold some of both; nowhere else may anything be new.
    assert flagged(evidence) - set(range(12, 31)) <= flagged(without)


def test_the_same_take_gives_the_same_bytes() -> None:
    shown = film(original, sibling, True)
    sheets = [sheet("ada", original), sheet("bea", sibling)]
    first, second = (followed(shown, measuring(shown, sheets))[0] for _ in range(2))
    assert evidence_bytes(first) == evidence_bytes(second)


def test_one_character_alone_is_nobody_else() -> None:
    shown = film(original, original, False)
    evidence, _ = followed(shown, measuring(shown, [sheet("ada", original)]))
    assert "alike" not in evidence.summary
    assert int(evidence.summary["judged"]) == FRAMES


@pytest.mark.parametrize("seed", range(60))
def test_an_assignment_costs_no_more_than_any_other(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = int(random.integers(1, 6))
    columns = rows + int(random.integers(0, 2))
    # whole numbers, so that many ways are equally good
    costs = random.integers(-3, 6, (rows, columns)).astype(float)
    given = assigned(costs)
    assert len(set(given)) == rows
    least = min(sum(costs[range(rows), list(way)]) for way in permutations(range(columns), rows))
    assert sum(costs[range(rows), given]) == least
    assert given == assigned(costs.copy())
