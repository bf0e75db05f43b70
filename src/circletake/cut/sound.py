"""The cut's sound, mixed whole from its takes: every slot's samples on the grid of the whole film."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from circletake.domain.time import FrameRange, sample_of
from circletake.media.source import RATE_HZ, Source

Samples = NDArray[np.float32]

FADE_S = Fraction(5, 1000)  # long enough that a join does not click, too short to be heard as a fade


@dataclass(frozen=True, slots=True)
class Heard:
    """What is heard in one slot.

    Args:
        source: the take; None is silence.
        frames: of the take.
        record: of the cut.
        fades_in: False where the same film's sound goes on from the slot before.
        fades_out: False where it goes on into the next.
    """

    source: Source | None
    frames: FrameRange
    record: FrameRange
    fades_in: bool = True
    fades_out: bool = True


def mix(slots: list[Heard], *, rate: Fraction, rate_hz: int = RATE_HZ) -> Iterator[Samples]:
    """Mix the slots' sound, block by block.

    Args:
        slots: in the order of the cut, without holes between them.
        rate: of the cut.

    Yields:
        float32 [n, 2]; slot after slot, each from floor(frame·rate_hz/rate) on, nothing accumulated.
    """
    for slot in slots:
        first, end = (sample_of(frame, rate, rate_hz) for frame in (slot.record.start, slot.record.end))
        if slot.source is None or not slot.source.has_sound:
            yield from _silence(end - first, rate_hz)
        else:
            yield from _faded(slot, slot.source, end - first, rate_hz)


def _silence(count: int, rate_hz: int) -> Iterator[Samples]:
    for start in range(0, count, rate_hz):
        yield np.zeros((min(rate_hz, count - start), 2), np.float32)


def _faded(slot: Heard, source: Source, count: int, rate_hz: int) -> Iterator[Samples]:
    """Exactly `count` samples: a frame range may hold one more or less here than where it comes from."""
    fade = int(FADE_S * rate_hz)
    at = 0
    last = np.zeros((1, 2), np.float32)
    for block in source.sound(slot.frames, rate_hz=rate_hz):
        kept = block[: count - at]
        if not len(kept):
            break
        last = kept[-1:]
        yield _enveloped(kept, at, count, fade, slot)
        at += len(kept)
    while at < count:  # held, as a step to zero would click
        held = np.repeat(last, min(count - at, rate_hz), axis=0)
        yield _enveloped(held, at, count, fade, slot)
        at += len(held)


def _enveloped(block: Samples, at: int, count: int, fade: int, slot: Heard) -> Samples:
    place = np.arange(at, at + len(block), dtype=np.float32) + np.float32(0.5)
    gain = np.ones(len(block), np.float32)
    if slot.fades_in:
        gain = np.minimum(gain, place / fade)
    if slot.fades_out:
        gain = np.minimum(gain, (count - place) / fade)
    return (block * gain[:, np.newaxis]).astype(np.float32)
