"""Drawings laid over one another, in a child that may die of one of them."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.boards import png

from circletake.errors import CircletakeError, MediaKindRefused, MediaTooLarge, MediaUnreadable
from circletake.media.flatten import Flat, Sheet, flatten, flatten_safely


def drawn(path: Path, colour: int, alpha: int, size: tuple[int, int] = (16, 9)) -> Sheet:
    bgra = np.full((size[1], size[0], 4), colour, np.uint8)
    bgra[:, :, 3] = alpha
    cv2.imwrite(str(path), bgra)
    return Sheet(path)


def test_half_of_black_on_white_is_grey_and_opacity_counts(tmp_path: Path) -> None:
    half = drawn(tmp_path / "half.png", 0, 128)
    clear = drawn(tmp_path / "clear.png", 0, 0)
    picture, data = flatten([clear, half])
    assert int(picture[0, 0, 0]) == 127
    again = np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR))
    assert again[0, 0].tolist() == [127, 127, 127]
    fainter, _ = flatten([clear, Sheet(half.path, 5_000)])
    assert int(fainter[0, 0, 0]) == 191
    over, _ = flatten(
        [drawn(tmp_path / "black.png", 0, 255), Sheet(drawn(tmp_path / "w.png", 255, 255).path, 5_000)]
    )
    assert int(over[0, 0, 0]) in {127, 128}  # half of 255


def test_one_file_that_is_all_of_it_is_that_file(tmp_path: Path) -> None:
    one = drawn(tmp_path / "a.png", 30, 255)
    found = list(flatten_safely([[one], [one, drawn(tmp_path / "b.png", 0, 0, (32, 18))]]))
    assert found[0] == Flat(16, 9, None)
    assert isinstance(found[1], Flat)
    assert (found[1].width_px, found[1].png is None) == (16, False)


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    good = drawn(tmp_path / "good.png", 0, 255)
    (tmp_path / "text.png").write_bytes(b"no picture")
    (tmp_path / "cut.png").write_bytes(png(30)[:60])
    bomb = bytearray(png(30))
    bomb[16:24] = (40_000).to_bytes(4, "big") * 2
    (tmp_path / "bomb.png").write_bytes(bytes(bomb))
    names = ["text.png", "cut.png", "bomb.png", "none.png"]
    found = list(flatten_safely([[good], *([Sheet(tmp_path / name)] for name in names), [], [good]]))
    assert [type(one) for one in found] == [
        Flat, MediaKindRefused, MediaUnreadable, MediaTooLarge, MediaUnreadable, MediaUnreadable, Flat,
    ]  # fmt: skip


def test_a_child_that_ends_costs_one_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = drawn(tmp_path / "good.png", 0, 255)
    # what the child runs ends it at its third picture, as a decoder that is broken into would
    run = (
        "import json, sys; sys.path[:] = json.loads(sys.argv[1]); import os; "
        "from circletake.media import flatten as f; real = f.flatten; count = [0]\n"
        "def dying(stack):\n count[0] += 1\n return os._exit(9) if count[0] == 3 else real(stack)\n"
        "f.flatten = dying; f.child()"
    )
    monkeypatch.setattr("circletake.media.flatten._RUN", run)
    found = list(flatten_safely([[good]] * 5))
    assert [isinstance(one, CircletakeError) for one in found] == [False, False, True, False, False]
