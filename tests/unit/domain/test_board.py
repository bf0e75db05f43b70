"""The board as data: what it refuses, what it adds up."""

from dataclasses import replace
from fractions import Fraction

import pytest

from circletake.domain.board import FULL, Board, BoardShot, Camera, Panel, Scene, frames_of
from circletake.errors import BoardInvalid

BOARD = Board(
    "pr_1",
    1,
    Fraction(24),
    scenes=(Scene("1-AAAAA", "1", "INT. A"), Scene("2-BBBBB", "2", "INT. B")),
    shots=(BoardShot("bs_1", "1-AAAAA", "SC01_SH010"), BoardShot("bs_2", "2-BBBBB", "SC02_SH010")),
    panels=(Panel("P0001", "bs_1", 12), Panel("P0002", "bs_2", 24), Panel("P0003", "bs_1", 6)),
)


def test_a_board_is_as_long_as_its_panels() -> None:
    assert BOARD.n_frames == 42
    assert BOARD.shot("bs_2") == BOARD.shots[1]
    assert BOARD.shot("bs_9") is None


def test_some_scenes_and_shots_are_chosen_by_number_id_and_code() -> None:
    def uids(**how: list[str]) -> list[str]:
        return [panel.uid for panel in BOARD.panels_in(**how)]

    assert uids() == ["P0001", "P0002", "P0003"]
    assert uids(scenes=["1"]) == uids(scenes=["1-AAAAA"]) == ["P0001", "P0003"]
    assert uids(shots=["SC02_SH010"]) == ["P0002"]
    assert uids(scenes=["1"], shots=["SC02_SH010"]) == ["P0001", "P0002", "P0003"]
    with pytest.raises(BoardInvalid, match="no scene or shot 7"):
        uids(scenes=["7"])


def test_what_no_board_is_is_refused() -> None:
    with pytest.raises(BoardInvalid, match="have one id"):
        replace(BOARD, panels=(*BOARD.panels, BOARD.panels[0]))
    with pytest.raises(BoardInvalid, match="does not have"):
        replace(BOARD, shots=BOARD.shots[:1])
    with pytest.raises(BoardInvalid, match="does not have"):
        replace(BOARD, scenes=BOARD.scenes[:1])
    with pytest.raises(BoardInvalid, match="lasts 0 frames"):
        Panel("P0001", "bs_1", 0)


def test_a_camera_stays_in_the_picture() -> None:
    assert Camera().is_still
    assert not Camera(end=(0, 0, 100, 100)).is_still
    for wrong in ((0, 0, 0, 5), (-1, 0, 5, 5), (60_000, 0, 6_000, 5)):
        with pytest.raises(BoardInvalid, match="outside the picture"):
            Camera(start=wrong)
    with pytest.raises(BoardInvalid, match="less than no time"):
        Camera(FULL, FULL, "linear", -1)
    with pytest.raises(BoardInvalid, match="no way a camera moves"):
        Camera(ease="bouncing")  # type: ignore[arg-type]  # what a file may say


def test_every_panel_lasts_a_frame_at_least() -> None:
    assert frames_of([Fraction(0), Fraction(1000)], Fraction(24)) == [1, 24]
