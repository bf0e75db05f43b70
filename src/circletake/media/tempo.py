"""Sound at another speed and at its own pitch."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
import av.filter
import numpy as np

from circletake.media.sound import Samples

SLOWEST, FASTEST = Fraction(1, 2), Fraction(2)
"""Beyond these speech is no speech any more."""

RULE = "atempo-1"
"""The rule by which sound is stretched; part of the key of a cut's sound."""


def is_stretched(speed: Fraction) -> bool:
    """Whether sound can be heard at a speed.

    >>> [is_stretched(Fraction(speed)) for speed in ("0", "1/2", "1", "2", "9/4")]
    [False, True, True, True, False]
    """
    return SLOWEST <= speed <= FASTEST


def stretched(blocks: Iterable[Samples], speed: Fraction, *, count: int, rate_hz: int) -> Iterator[Samples]:
    """Play samples faster or slower without changing their pitch.

    Args:
        blocks: float32 [n, 2] each.
        speed: samples that go by in the time of one.
        count: how many are wanted; silence fills what is lacking.

    Yields:
        float32 [n, 2], `count` in all.

    Source:
        FFmpeg's filter atempo: waveform similarity overlap-add, in windows of a twenty-fourth of a second.
    """
    left = count
    for block in _played(blocks, speed, rate_hz):
        part = block[:left]
        left -= len(part)
        if len(part):
            yield part
        if not left:
            return
    yield np.zeros((left, 2), np.float32)


def _played(blocks: Iterable[Samples], speed: Fraction, rate_hz: int) -> Iterator[Samples]:
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        format="flt", sample_rate=rate_hz, layout="stereo", time_base=Fraction(1, rate_hz)
    )
    tempo, sink = graph.add("atempo", f"{float(speed):.9f}"), graph.add("abuffersink")
    source.link_to(tempo)
    tempo.link_to(sink)
    graph.configure()
    at = 0
    for block in blocks:
        packed = np.ascontiguousarray(block, dtype=np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, format="flt", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = rate_hz, at, Fraction(1, rate_hz)
        at += len(block)
        graph.push(frame)
        yield from _pulled(graph)
    graph.push(None)
    yield from _pulled(graph)


def _pulled(graph: av.filter.Graph) -> Iterator[Samples]:
    while True:
        try:
            pulled = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        if isinstance(pulled, av.AudioFrame):
            yield np.asarray(pulled.to_ndarray(), np.float32).reshape(-1, 2)
