"""Sound brought to a loudness: one static gain over the whole film, then a limiter for what stands out.

A gain that moves with the sound would remix it, so there is none.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import av
import av.filter
import numpy as np

from circletake.media.loudness import Loudness, LoudnessMeter
from circletake.media.sound import Samples

_TRIES = 3  # of finding limit and gain; each hears the film once
_MARGIN_DB = 0.3  # the limiter looks at samples, and true peaks stand between them
_CLOSE_LU = 0.1
_LOUDEST_GAIN_DB = 30.0  # noise is not made programme


@dataclass(frozen=True, slots=True)
class Target:
    """A loudness to bring sound to.

    Args:
        name: by which it is asked for.
        label: as people say it.
        lufs: integrated, in hundredths.
        ceiling_dbtp: highest true peak, in hundredths.
    """

    name: str
    label: str
    lufs: int
    ceiling_dbtp: int

    def plain(self) -> tuple[int, int]:
        """As whole numbers that a hash is made of."""
        return self.lufs, self.ceiling_dbtp


TARGETS: Mapping[str, Target] = {
    target.name: target
    for target in (
        Target("r128", "EBU R 128: −23 LUFS, −1 dBTP", -2300, -100),
        Target("a85", "ATSC A/85: −24 LUFS, −2 dBTP", -2400, -200),
        Target("netflix", "Netflix, programme: −24 LUFS, −2 dBTP", -2400, -200),
        Target("web", "Streaming: −14 LUFS, −1 dBTP", -1400, -100),
        Target("podcast", "Speech on the web: −16 LUFS, −1 dBTP", -1600, -100),
    )
}
"""Where sound goes to. Sources: EBU R 128 (2023); ATSC A/85:2013; AES TD1008 for streaming."""


def levelled(make: Callable[[], Iterator[Samples]], target: Target, *, rate_hz: int) -> Iterator[Samples]:
    """Bring sound to a loudness.

    Args:
        make: gives the sound from its start, float32 [n, 2] in blocks; asked several times.

    Yields:
        As many samples as there were. Silence, and what is too short to have a loudness, stays as it is.
    """
    heard = _measured(make(), rate_hz)
    if heard.integrated_lufs is None:
        yield from make()
        return
    wanted, ceiling = target.lufs / 100, target.ceiling_dbtp / 100
    gain_db = min(wanted - heard.integrated_lufs, _LOUDEST_GAIN_DB)
    if (heard.true_peak_dbtp or -math.inf) + gain_db <= ceiling:
        yield from _amplified(make(), gain_db)
        return
    limit_db = ceiling - _MARGIN_DB
    for _ in range(_TRIES):
        now = _measured(_limited(make(), gain_db, limit_db, rate_hz), rate_hz)
        over_db = (now.true_peak_dbtp or -math.inf) - ceiling
        short_lu = wanted - (now.integrated_lufs or wanted)
        if over_db <= 0 and abs(short_lu) <= _CLOSE_LU:
            break
        if over_db > 0:
            limit_db -= over_db + _CLOSE_LU
        gain_db = min(gain_db + short_lu, _LOUDEST_GAIN_DB)
    yield from _limited(make(), gain_db, limit_db, rate_hz)


def _measured(blocks: Iterator[Samples], rate_hz: int) -> Loudness:
    meter = LoudnessMeter(rate_hz=rate_hz, channels=2)
    for block in blocks:
        meter.feed(block)
    return meter.finish()


def _amplified(blocks: Iterator[Samples], gain_db: float) -> Iterator[Samples]:
    factor = np.float32(10 ** (gain_db / 20))
    for block in blocks:
        yield block * factor


def _limited(blocks: Iterator[Samples], gain_db: float, limit_db: float, rate_hz: int) -> Iterator[Samples]:
    """Amplified, and held under a limit; what the limiter looks ahead is taken back."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        format="dbl", sample_rate=rate_hz, layout="stereo", time_base=Fraction(1, rate_hz)
    )
    limit = 10 ** (limit_db / 20)
    limiter = graph.add("alimiter", f"limit={limit:.6f}:attack=5:release=50:level=false:latency=true")
    sink = graph.add("abuffersink")
    source.link_to(limiter)
    limiter.link_to(sink)
    graph.configure()
    given = taken = 0
    for block in _amplified(blocks, gain_db):
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(block, dtype=np.float64).reshape(1, -1), format="dbl", layout="stereo"
        )
        frame.sample_rate, frame.pts, frame.time_base = rate_hz, given, Fraction(1, rate_hz)
        given += len(block)
        graph.push(frame)
        for made in _pulled(graph):
            taken += len(made)
            yield made
    graph.push(None)
    for made in _pulled(graph):
        kept = made[: given - taken]
        taken += len(kept)
        yield kept
    if taken < given:
        yield np.zeros((given - taken, 2), np.float32)


def _pulled(graph: av.filter.Graph) -> Iterator[Samples]:
    while True:
        try:
            pulled = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        yield np.asarray(pulled.to_ndarray()).reshape(-1, 2).astype(np.float32)
