"""Peaks: found in the quarter of a frame in which they sound, however the sound comes in."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from circletake.domain.time import sample_of
from circletake.media.encode import write_movie
from circletake.media.listen import listen
from circletake.media.peaks import BINS_PER_FRAME, PeaksWriter
from circletake.media.source import RATE_HZ, open_source
from circletake.media.store import ContentStore

N_FRAMES = 40


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(30000, 1001)])
def test_a_click_is_loud_in_its_own_frame_alone(tmp_path: Path, rate: Fraction) -> None:
    samples = np.zeros((sample_of(N_FRAMES, rate, RATE_HZ), 2), np.float32)
    start, end = (sample_of(n, rate, RATE_HZ) for n in (17, 18))
    samples[start:end, 1] = 0.5  # one channel is enough
    frames = [np.full((48, 64, 3), 90, np.uint8)] * N_FRAMES
    write_movie(
        tmp_path / "click.mp4", frames, rate=rate, width_px=64, height_px=48, samples=samples, lossless=True
    )
    store = ContentStore(tmp_path / "store")
    writer = PeaksWriter(store)
    listen(open_source(store, store.put_file(tmp_path / "click.mp4")), [writer])
    peaks = np.frombuffer(store.read(writer.content), np.uint8).reshape(N_FRAMES, BINS_PER_FRAME)
    assert list(np.flatnonzero(peaks.max(axis=1))) == [17]
    assert set(peaks[17]) == {128}
