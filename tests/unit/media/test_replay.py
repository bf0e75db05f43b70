"""A take made again: the same bits, the same to the eye, or something else."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from tests.panned import HEIGHT, WIDTH, panned

from circletake.checks.protocol import Rgb
from circletake.media.encode import write_movie
from circletake.media.replay import NOT_TRIED, SAME_TO_THE_EYE_DB, replayed
from circletake.media.source import Source, open_file

FRAMES = panned(8)


def film(
    path: Path, frames: Iterable[Rgb], *, hz: float | None = None, rate: int = 24, **how: object
) -> Source:
    samples = None
    if hz is not None:
        wave = 0.3 * np.sin(np.arange(16000) * hz * 2 * np.pi / 48000)
        samples = np.stack([wave, wave], 1).astype(np.float32)
    write_movie(path, frames, rate=Fraction(rate), width_px=WIDTH, height_px=HEIGHT, samples=samples, **how)  # type: ignore[arg-type]  # as write_movie has them
    return open_file(path)


@pytest.fixture
def before(tmp_path: Path) -> Source:
    return film(tmp_path / "before.mp4", FRAMES, hz=440, lossless=True)


def test_the_same_frames_and_samples_in_another_file_are_bit_exact(before: Source, tmp_path: Path) -> None:
    found = replayed(before, film(tmp_path / "after.mp4", FRAMES, hz=440, lossless=True))
    assert (found.replay, found.worst_frame, found.worst_db) == ("bit_exact", None, None)


def test_a_film_encoded_again_is_the_same_to_the_eye(before: Source, tmp_path: Path) -> None:
    found = replayed(before, film(tmp_path / "after.mp4", FRAMES, hz=440))
    assert found.replay == "perceptual"
    assert found.worst_db is not None
    assert found.worst_db > SAME_TO_THE_EYE_DB


def test_one_frame_of_another_seed_is_enough(before: Source, tmp_path: Path) -> None:
    frames = [*FRAMES[:5], panned(8, seed=2)[5], *FRAMES[6:]]
    found = replayed(before, film(tmp_path / "after.mp4", frames, hz=440, lossless=True))
    assert (found.replay, found.worst_frame) == ("unrepeatable", 5)
    assert "Frame 5 differs most" in found.why


def test_what_an_eye_would_see_is_not_the_same(before: Source, tmp_path: Path) -> None:
    chance = np.random.default_rng(7)
    noise = [np.asarray(np.clip(one + chance.normal(0, 12, one.shape), 0, 255), np.uint8) for one in FRAMES]
    moved = [np.roll(one, 1, 1) for one in FRAMES]
    warmer = [np.asarray(np.clip(one + np.array([8.0, 0, -8]), 0, 255), np.uint8) for one in FRAMES]
    for name, frames in (("noise", noise), ("moved", moved), ("warmer", warmer)):
        found = replayed(before, film(tmp_path / f"{name}.mp4", frames, hz=440, lossless=True))
        assert found.replay == "unrepeatable", name
    assert replayed(before, film(tmp_path / "coarse.mp4", FRAMES, hz=440, crf=30)).replay == "unrepeatable"


def test_sound_counts(before: Source, tmp_path: Path) -> None:
    assert replayed(before, film(tmp_path / "a.mp4", FRAMES, hz=470, lossless=True)).replay == "unrepeatable"
    silent = film(tmp_path / "b.mp4", FRAMES, hz=0, lossless=True)
    assert replayed(before, silent).replay == "unrepeatable"
    assert replayed(silent, silent).replay == "bit_exact"
    assert replayed(silent, before).why == "Its sound differs by 100% of its level."


def test_another_length_or_no_sound_is_another_take(before: Source, tmp_path: Path) -> None:
    for name, frames, hz in (("short", FRAMES[:7], 440), ("mute", FRAMES, None)):
        found = replayed(before, film(tmp_path / f"{name}.mp4", frames, hz=hz, lossless=True))
        assert (found.replay, found.worst_frame) == ("unrepeatable", None)
    assert NOT_TRIED.replay == "not_tried"
