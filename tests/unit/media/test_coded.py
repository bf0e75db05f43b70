"""Film that says its own frame numbers: read back from every frame, of the file and of what is made of it."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from circletake.errors import MediaUnreadable
from circletake.media.coded import BITS, coded_frame, read_code, write_coded
from circletake.media.frames import FramePackWriter, read_frame, read_rgb
from circletake.media.listen import listen
from circletake.media.proxy import ProxyWriter
from circletake.media.source import open_source
from circletake.media.store import ContentStore


@pytest.mark.parametrize("n", [0, 1, 1043, (1 << BITS) - 1])
def test_a_frame_says_its_number(n: int) -> None:
    assert read_code(coded_frame(n, 320, 180)) == n


def test_a_number_that_does_not_fit_is_refused() -> None:
    with pytest.raises(MediaUnreadable, match="12 squares"):
        coded_frame(1 << BITS, 320, 180)


def test_neighbours_differ_beyond_their_numbers() -> None:
    below = slice(20, None)
    assert np.abs(coded_frame(1, 320, 180)[below] - coded_frame(2, 320, 180)[below].astype(int)).mean() > 1


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), Fraction(25), Fraction(60000, 1001)])
def test_pack_and_proxy_show_each_frame_by_its_number(tmp_path: Path, rate: Fraction) -> None:
    write_coded(tmp_path / "coded.mp4", rate=rate, n_frames=26, width_px=320, height_px=180, first=1000)
    store = ContentStore(tmp_path / "store")
    source = open_source(store, store.put_file(tmp_path / "coded.mp4"))
    assert source.rate == rate
    pack, proxy = FramePackWriter(store), ProxyWriter(store)
    listen(source, [pack, proxy])
    packed = [read_code(read_rgb(read_frame(store, pack.content, n))) for n in range(26)]
    played = [read_code(frame.rgb()) for frame in open_source(store, proxy.content).frames()]
    assert packed == played == list(range(1000, 1026))
