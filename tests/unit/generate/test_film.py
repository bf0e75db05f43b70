"""The script is whole, the truth is true, and the same plan gives the same bytes."""

import hashlib
import json

import numpy as np
import pytest

from circletake.errors import NotFound
from circletake.generate.film import (
    HEIGHT_PX,
    SHOTS,
    WIDTH_PX,
    Shot,
    character_box,
    get_shot,
    render_frame,
    render_take,
    truth,
)


def test_six_shots_of_two_to_four_seconds_with_three_to_six_takes_each() -> None:
    assert [shot.code for shot in SHOTS] == ["SH010", "SH020", "SH030", "SH040", "SH050", "SH060"]
    for shot in SHOTS:
        assert 48 <= shot.frames <= 96
        assert 3 <= len(shot.takes) <= 6
        assert [plan.number for plan in shot.takes] == list(range(1, len(shot.takes) + 1))
        assert any(plan.drift is None for plan in shot.takes)
    assert sum(shot.frames * len(shot.takes) for shot in SHOTS) <= 2000


def test_only_the_fourth_shot_is_missing_from_the_cut() -> None:
    assert [shot.code for shot in SHOTS if not shot.is_in_cut] == ["SH040"]


def test_the_truth_lists_exactly_the_faults_that_are_planted() -> None:
    told = json.loads(json.dumps(truth()))

    planted = [
        (shot.code, plan.number, drift.kind, [drift.frames.start, drift.frames.end], drift.part)
        for shot in SHOTS
        for plan in shot.takes
        if (drift := plan.drift) is not None
    ]
    assert [(f["shot"], f["take"], f["kind"], f["frames"], f["part"]) for f in told["faults"]] == planted
    clean = {(s["code"], t["number"]) for s in told["shots"] for t in s["takes"] if t["is_clean"]}
    assert not clean & {(f["shot"], f["take"]) for f in told["faults"]}


def test_a_take_has_as_many_frames_as_its_shot() -> None:
    shot = get_shot("SH040")

    frames = list(render_take(shot, shot.takes[1]))

    assert len(frames) == shot.frames
    assert {(frame.shape, frame.dtype.name) for frame in frames} == {((HEIGHT_PX, WIDTH_PX, 3), "uint8")}
    assert len({frame.tobytes() for frame in frames}) == shot.frames


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.code)
def test_the_same_plan_gives_the_same_bytes_whatever_was_drawn_between(shot: Shot) -> None:
    def digest(number: int) -> str:
        frames = (render_frame(shot, shot.get_take(number), n).tobytes() for n in (0, 20, shot.frames - 1))
        return hashlib.sha256(b"".join(frames)).hexdigest()

    first, other, again = digest(1), digest(2), digest(1)

    assert first == again
    assert first != other


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.code)
def test_the_character_is_in_the_picture_from_first_to_last(shot: Shot) -> None:
    for plan in shot.takes:
        for n in range(0, shot.frames, 6):
            x, y, width, height = character_box(shot, plan, n)
            assert width > 120
            assert height > 150
            assert x >= 0
            assert y >= 0
            assert x + width <= WIDTH_PX
            assert y + height <= HEIGHT_PX


def test_the_figure_moves_smoothly_from_frame_to_frame() -> None:
    for shot in SHOTS:
        # A leap leaves the ground in a frame or two; nothing else may jump.
        most_px = 80 if shot.code == "SH040" else 40
        for plan in shot.takes:
            if plan.drift is not None:
                continue
            boxes = np.array([character_box(shot, plan, n) for n in range(shot.frames)])
            assert np.abs(np.diff(boxes, axis=0)).max() < most_px, (shot.code, plan.number)


def test_a_shot_or_take_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFound, match="SH070"):
        get_shot("SH070")
    with pytest.raises(NotFound, match="takes 1 to 4, not 9"):
        get_shot("SH010").get_take(9)
