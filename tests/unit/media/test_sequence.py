"""Parts of proxies as one film: which frame stands where, what is heard, what is copied, what coded anew."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from circletake.domain.time import FrameRange, sample_of
from circletake.errors import NoFrames
from circletake.media.listen import listen
from circletake.media.proxy import ProxyWriter
from circletake.media.sequence import Part, write_sequence
from circletake.media.source import open_file

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Drawing, FilmMaker

    from circletake.media.store import ContentStore

RATES = [Fraction(24000, 1001), Fraction(25), Fraction(60000, 1001)]


def proxy_of(store: ContentStore, film: Path) -> Path:
    writer = ProxyWriter(store)
    assert listen(open_file(film), [writer])
    return store.path(writer.content)


def tone(n_frames: int, rate: Fraction, level: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    wave = level * np.sin(np.arange(sample_of(n_frames, rate, 48_000)) * 2 * np.pi * 440 / 48_000)
    return np.stack([wave, wave], axis=1).astype(np.float32)


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(one) for one in container.demux(container.streams.video[0]) if one.size]


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_frames_stand_in_a_row_and_not_a_bit_of_them_is_changed(
    rate: Fraction, film: FilmMaker, store: ContentStore, drawing: Drawing, tmp_path: Path
) -> None:
    one = proxy_of(store, film(40, rate=rate, samples=tone(40, rate, 0.1)))
    two = proxy_of(store, film(30, rate=rate, samples=tone(30, rate, 0.4)))
    parts = [
        Part(one, FrameRange(28, 40)),
        Part(two, FrameRange(0, 30)),
        Part(one, FrameRange(3, 4)),
        Part(two, FrameRange(7, 19)),
    ]
    out = tmp_path / "out.mp4"
    write_sequence(out, parts, rate=rate)
    wanted = [n for part in parts for n in range(part.frames.start, part.frames.end)]
    played = open_file(out)
    assert (played.n_frames, played.rate, played.is_vfr) == (len(wanted), rate, False)
    assert [drawing.read(frame.rgb()) for frame in played.frames()] == wanted
    sources = {path: packets(path) for path in (one, two)}
    copied = [sources[part.path][n] for part in parts for n in range(part.frames.start, part.frames.end)]
    assert packets(out) == copied
    heard = played.samples()
    assert abs(len(heard) - sample_of(len(wanted), rate, 48_000)) <= 1
    at = sample_of(12, rate, 48_000)
    assert np.abs(heard[at - 2400 : at - 400]).max() < 0.15
    assert np.abs(heard[at + 400 : at + 2400]).max() > 0.3


def test_another_size_is_shown_whole_with_bars_in_that_of_the_first(
    film: FilmMaker, store: ContentStore, drawing: Drawing, tmp_path: Path
) -> None:
    wide = proxy_of(store, film(5))
    width_px, height_px = open_file(wide).width_px, open_file(wide).height_px
    drawing.width_px, drawing.height_px = 96, 96
    square = proxy_of(store, film(6))
    out = tmp_path / "out.mp4"
    write_sequence(out, [Part(wide, FrameRange(0, 5)), Part(square, FrameRange(1, 6))], rate=Fraction(24))
    played = open_file(out)
    assert (played.n_frames, played.width_px, played.height_px) == (10, width_px, height_px)
    last = played.frame(9).rgb()
    bar = (width_px - height_px) // 2
    assert last[:, : bar - 4].max() < 24
    assert last[:, -bar + 4 :].max() < 24
    assert drawing.read(last[:, bar:-bar]) == 5


def test_silence_stands_where_a_part_has_no_sound(
    film: FilmMaker, store: ContentStore, tmp_path: Path
) -> None:
    loud = proxy_of(store, film(24, samples=tone(24, Fraction(24), 0.4)))
    mute = proxy_of(store, film(24))
    out = tmp_path / "out.mp4"
    parts = [Part(mute, FrameRange(0, 24)), Part(loud, FrameRange(0, 24))]
    write_sequence(out, parts, rate=Fraction(24))
    heard = open_file(out).samples()
    assert np.abs(heard[:46_000]).max() < 0.02
    assert np.abs(heard[50_000:]).max() > 0.3
    write_sequence(out, parts[:1], rate=Fraction(24))
    assert not open_file(out).has_sound


def test_frames_that_are_not_there_leave_no_file(
    film: FilmMaker, store: ContentStore, tmp_path: Path
) -> None:
    proxy = proxy_of(store, film(5))
    out = tmp_path / "out.mp4"
    with pytest.raises(NoFrames):
        write_sequence(out, [Part(proxy, FrameRange(2, 9))], rate=Fraction(24))
    with pytest.raises(NoFrames):
        write_sequence(out, [], rate=Fraction(24))
    assert not out.exists()
