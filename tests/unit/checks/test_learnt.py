"""What a model says it has learnt: from drawings alone, from circled shots, from other characters'."""

from functools import cache

import numpy as np
import pytest

from circletake.checks.consistency import _pool
from circletake.checks.consistency.learnt import Learnt, learnt_of
from circletake.checks.protocol import ApprovedShot, SheetRef
from circletake.generate.film import model_sheet

ALPHA = 0.05


@cache
def drawings() -> tuple[list[np.ndarray], list[tuple[int, int, int, int]]]:
    drawn = model_sheet()
    return [picture for picture, _ in drawn], [box for _, box in drawn]


def shot(number: int) -> ApprovedShot:
    """A circled shot: two drawings, brighter by a little, each in its box."""
    images, masks = [], []
    for index in (number % 12, (number + 1) % 12):
        picture, (x, y, width, height) = drawings()[0][index], drawings()[1][index]
        part = picture[y : y + height, x : x + width]
        images.append(np.clip(part.astype(np.int16) + number % 5, 0, 255).astype(np.uint8))
        masks.append(np.asarray(part.min(axis=2) < 250))
    return ApprovedShot(f"{number:064x}", images, masks)


def sheet(character: str = "queso", *, shots: int = 0, pictures: int = 12) -> SheetRef:
    images, boxes = drawings()
    approved = [shot(number) for number in range(shots)]
    return SheetRef(character, "b" * 64, images[:pictures], boxes[:pictures], approved)


def learnt(*sheets: SheetRef, alpha: float = ALPHA) -> Learnt:
    return learnt_of(sheets, alpha=alpha)[sheets[0].character]


def test_drawings_alone_are_uncalibrated_and_say_what_is_lacking() -> None:
    found = learnt(sheet())
    assert (found.state, found.shots, found.needed, found.interval) == ("uncalibrated", 0, 19, (0.0, 1.0))
    assert found.views == tuple(range(12))
    assert found.unseen == ()
    assert found.advice[0] == "19 more circled shots make it its own measure."
    assert "No circled take shows it yet" in found.advice[1]
    assert 0.95 < sum(one.share for one in found.palette) <= 1.001


def test_drawings_are_no_circled_shots_however_many_there_are() -> None:
    found = learnt(sheet(), alpha=0.1)
    assert (found.state, found.shots, found.needed) == ("uncalibrated", 0, 9)


def test_enough_circled_shots_make_it_its_own_measure_with_an_interval() -> None:
    found = learnt(sheet(shots=12), alpha=0.1)
    assert (found.state, found.shots, found.lent, found.needed) == ("own", 12, 0, 9)
    assert 0 < found.interval[0] < 0.1 < found.interval[1] < 1
    assert not any("its own measure" in said for said in found.advice)
    assert found.approved == tuple(shot.content for shot in sheet(shots=12).approved)


def test_what_no_circled_take_shows_is_named_by_its_number() -> None:
    found = learnt(sheet(shots=2))
    assert 0 < len(found.unseen) < 12
    named = next(said for said in found.advice if "No circled take looks like" in said)
    assert str(found.unseen[0] + 1) in named
    assert found.advice[0] == "17 more circled shots make it its own measure."


def test_other_characters_lend_what_was_circled_and_drawings_are_not_lent() -> None:
    sheets = [sheet("new", shots=10), sheet("old", shots=11), sheet("drawn")]
    models = _pool.models_of(sheets, long_side_px=640)
    new, old, drawn = (models[name] for name in ("new", "old", "drawn"))
    assert new is not None
    assert old is not None
    assert drawn is not None
    assert [rows.tolist() for rows in new.pooled] == [rows.tolist() for rows in old.shots]
    assert len(drawn.pooled) == 21
    assert [model.state(ALPHA) for model in (new, old, drawn)] == ["pooled", "pooled", "uncalibrated"]
    found = learnt(*sheets)
    assert (found.state, found.shots, found.lent) == ("pooled", 21, 11)
    alone = learnt(sheets[0], sheets[2])
    assert (alone.state, alone.shots, alone.lent) == ("uncalibrated", 0, 0)


@pytest.mark.parametrize("pictures", [1, 2])
def test_a_sheet_of_too_few_drawings_learns_nothing_and_says_so(pictures: int) -> None:
    found = learnt(sheet(pictures=pictures))
    assert found.state is None
    assert found.palette == ()
    assert "too few usable views" in found.advice[0]
