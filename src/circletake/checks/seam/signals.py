"""What is measured of a run of frames: each frame by itself, and each against the one before it."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.checks.protocol import Rgb
from circletake.media.detail import Field, blurred, grain_of, luma, sharpness_of
from circletake.media.motion import Grey, fetched, grey, motion, small

_BLUR = 4.0  # pixels; edges that are a pixel off no longer count as colour

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Signals:
    """A run of n frames in numbers.

    Args:
        grain: standard deviation of the finest detail on flat ground, in 8-bit code values; [n].
        sharp: fine over coarse detail, a bare ratio; [n].
        lab: mean CIE Lab; [n, 3].
        colour: median Lab distance of a frame to the one before it, motion taken away; [n − 1].
        flow: mean length of motion, in thousandths of the picture's width; [n − 1].
        change: mean difference of a frame to the one before it, in 8-bit code values; [n − 1].
    """

    grain: Numbers
    sharp: Numbers
    lab: Numbers
    colour: Numbers
    flow: Numbers
    change: Numbers

    def __len__(self) -> int:
        """How many frames."""
        return len(self.grain)

    def part(self, start: int, end: int) -> "Signals":
        """The run from a frame up to another, which is left out."""
        pairs = slice(start, max(end - 1, start))
        return Signals(
            grain=self.grain[start:end],
            sharp=self.sharp[start:end],
            lab=self.lab[start:end],
            colour=self.colour[pairs],
            flow=self.flow[pairs],
            change=self.change[pairs],
        )


def measure_signals(frames: Iterable[Rgb]) -> Signals:
    """Measure a run of frames.

    Args:
        frames: sRGB, uint8 [height, width, 3], in order; all of one size.
    """
    grain: list[float] = []
    sharp: list[float] = []
    lab: list[Numbers] = []
    pairs: list[tuple[float, float, float]] = []
    before: tuple[Grey, Field] | None = None
    for rgb in frames:
        plane = luma(rgb)
        grain.append(grain_of(plane))
        sharp.append(sharpness_of(plane))
        tiny = small(rgb)
        colours = np.asarray(cv2.cvtColor(tiny.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
        here = (grey(tiny), blurred(colours, _BLUR))
        lab.append(here[1].mean(axis=(0, 1), dtype=np.float64))
        if before is not None:
            pairs.append(_compare(before, here))
        before = here
    colour, flow, change = np.array(pairs, np.float64).reshape(-1, 3).T
    return Signals(
        grain=np.array(grain),
        sharp=np.array(sharp),
        lab=np.array(lab).reshape(-1, 3),
        colour=colour,
        flow=flow,
        change=change,
    )


def _compare(before: tuple[Grey, Field], after: tuple[Grey, Field]) -> tuple[float, float, float]:
    flow = motion(before[0], after[0])
    apart = np.linalg.norm(fetched(after[1], flow) - before[1], axis=2)
    length = np.linalg.norm(flow, axis=2) * (1000 / flow.shape[1])
    return float(np.median(apart)), float(np.mean(length)), float(np.mean(cv2.absdiff(before[0], after[0])))
