"""Pictures of a character survive being written, with what is behind them; what is damaged is refused."""

import json

import numpy as np
import pytest

from circletake.errors import MediaUnreadable
from circletake.media.cutouts import Cutout, cutouts_bytes, read_cutouts
from circletake.media.recipes import FRAMES, POSTER, PROXY, SIGNATURE, cutouts_of


def cutout(n: int, size: tuple[int, int] = (7, 5)) -> Cutout:
    random = np.random.default_rng(n)
    return Cutout(n, random.integers(0, 256, (*size, 3), dtype=np.uint8), random.random(size) > 0.5)


def test_every_pixel_comes_back_also_behind_the_character() -> None:
    given = [cutout(3), cutout(11, (4, 9))]
    found = read_cutouts(cutouts_bytes(given))
    assert [one.n for one in found] == [3, 11]
    for one, other in zip(given, found, strict=True):
        np.testing.assert_array_equal(one.rgb, other.rgb)
        np.testing.assert_array_equal(one.mask, other.mask)


def test_the_bytes_know_no_order_and_leave_out_what_is_empty() -> None:
    empty = Cutout(5, np.zeros((0, 4, 3), np.uint8), np.zeros((0, 4), np.bool_))
    assert cutouts_bytes([cutout(11), empty, cutout(3)]) == cutouts_bytes([cutout(3), cutout(11)])


def test_no_picture_is_an_answer_too() -> None:
    assert read_cutouts(cutouts_bytes([])) == []


def test_what_is_damaged_or_newer_is_refused() -> None:
    told = json.loads(cutouts_bytes([cutout(3)]))
    newer = json.dumps({**told, "v": 2}).encode()
    cut_short = json.dumps({**told, "pictures": [{"n": 1, "png": told["pictures"][0]["png"][:40]}]}).encode()
    for data in (b"", b"[]", newer, cut_short, b'{"v":1,"pictures":[{"n":1,"png":"%%%"}]}'):
        with pytest.raises(MediaUnreadable):
            read_cutouts(data)


def test_recipes_of_characters_fit_the_tables_and_never_meet_another() -> None:
    long = [cutouts_of("a" * length) for length in (1, 40, 100)]
    assert len({*long, FRAMES, PROXY, POSTER, SIGNATURE}) == 7
    assert max(map(len, long)) <= 32
