"""Whatever is done to a file's bytes, the parent lives, and what is lost is said."""

from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from circletake.domain.time import FrameRange, sample_of
from circletake.errors import Invalid
from circletake.media.encode import write_movie
from circletake.media.sandbox import probe_safely
from circletake.media.source import open_file

_N_FRAMES = 24
_RATE = Fraction(24)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("damage") / "whole.mp4"
    noise = np.random.default_rng(0)
    frames = (noise.integers(0, 255, (48, 64, 3), dtype=np.uint8) for _ in range(_N_FRAMES))
    samples = noise.uniform(-1, 1, (sample_of(_N_FRAMES, _RATE, 48000), 2)).astype(np.float32)
    write_movie(path, frames, rate=_RATE, width_px=64, height_px=48, samples=samples)
    return path


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kept=st.floats(0.0, 1.0),
    flips=st.lists(st.tuples(st.floats(0.0, 1.0, exclude_max=True), st.integers(1, 255)), max_size=30),
)
def test_damage_is_survived_and_loss_is_said(
    whole: Path, tmp_path: Path, kept: float, flips: list[tuple[float, int]]
) -> None:
    data = bytearray(whole.read_bytes())
    for where, mask in flips:
        data[int(where * len(data))] ^= mask
    path = tmp_path / "damaged.mp4"
    path.write_bytes(bytes(data[: int(kept * len(data))]))
    # Anything but a refusal of ours would end the test: a crash of the child is one, too.
    with suppress(Invalid):
        found = probe_safely(path, timeout_s=20)
        if found.kind == "movie" and found.n_frames < _N_FRAMES and not flips:
            assert found.warnings


@settings(max_examples=30, deadline=None)
@given(start=st.integers(0, _N_FRAMES - 1), length=st.integers(1, _N_FRAMES))
def test_any_range_is_that_part_of_the_whole(whole: Path, start: int, length: int) -> None:
    source = open_file(whole)
    span = FrameRange(start, min(start + length, _N_FRAMES))
    hashes = [frame.plane_hash() for frame in source.frames()]
    assert [frame.plane_hash() for frame in source.frames(span)] == hashes[span.start : span.end]
    first = source.sample_at(span.start)
    part = source.samples(frames=span)
    assert len(part) == source.sample_at(span.end) - first
    assert np.abs(part - source.samples()[first : first + len(part)]).max() < 1e-6
