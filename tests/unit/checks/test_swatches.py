"""A palette in a few colours: shares that were painted come back, and chance has no part in it."""

import cv2
import numpy as np

from circletake.checks.swatches import MOST, swatches_of

PAINTED = {"#c81e1e": 0.5, "#1e1ec8": 0.3, "#14961e": 0.2}


def lab(hexes: list[str]) -> np.ndarray:
    rgb = np.array([[int(one[i : i + 2], 16) for i in (1, 3, 5)] for one in hexes], np.float32) / 255
    return np.asarray(cv2.cvtColor(rgb[None], cv2.COLOR_RGB2LAB)[0], np.float32)


def painted(noise: float = 1.0) -> np.ndarray:
    pixels = lab([one for one, share in PAINTED.items() for _ in range(round(share * 1000))])
    return np.asarray(pixels + np.random.default_rng(2).normal(0, noise, pixels.shape), np.float32)


def test_what_was_painted_comes_back_with_its_share() -> None:
    found = swatches_of(painted())
    assert [round(one.share, 2) for one in found] == [0.5, 0.3, 0.2]
    for one, wanted in zip(found, PAINTED, strict=True):
        assert float(np.abs(np.array(one.lab) - lab([wanted])[0]).max()) < 1


def test_the_order_of_pixels_does_not_matter() -> None:
    pixels = painted()
    shuffled = np.random.default_rng(3).permutation(pixels)
    assert swatches_of(pixels) == swatches_of(shuffled)


def test_there_are_never_more_than_asked_for_and_none_of_nothing() -> None:
    many = np.asarray(np.random.default_rng(4).uniform((0, -80, -80), (100, 80, 80), (4000, 3)), np.float32)
    assert len(swatches_of(many)) == MOST
    assert len(swatches_of(many, most=3)) == 3
    assert swatches_of(np.zeros((0, 3), np.float32)) == []


def test_shares_of_what_is_shown_are_never_more_than_the_whole() -> None:
    for noise in (0.0, 5.0, 20.0):
        assert 0.9 < sum(one.share for one in swatches_of(painted(noise))) <= 1.001
