"""What is measured of a run of frames: each by itself, and each against the one before it; and of its sound.

A run goes on with another one: what stands beside several splices is measured once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields

import cv2
import numpy as np

from circletake.checks.protocol import Rgb, Samples
from circletake.checks.seam.sound import Heard, Numbers, click, clicks_of, ends_of, loudness_of
from circletake.media.detail import Field, blurred, fineness_of, luma
from circletake.media.motion import Grey, fetched, grey, motion, small

_BLUR = 4.0  # pixels; edges that are a pixel off no longer count as colour
_OF_PAIRS = frozenset({"colour", "flow", "change", "click"})

Seen = tuple[Grey, Field]
"""A frame as it is compared to the next one: small, grey, and in blurred Lab."""


@dataclass(frozen=True, slots=True)
class Signals:
    """A run of n frames in numbers; those of sound are NaN where there is none.

    Args:
        grain: standard deviation of the finest detail on flat ground, in 8-bit code values; [n].
        sharp: fine over coarse detail, a bare ratio; [n].
        lab: mean CIE Lab; [n, 3].
        loud: mean square of the sound as ears weight it; [n].
        hush: mean square of the quietest hundredth of a second; [n].
        colour: median Lab distance of a frame to the one before it, motion taken away; [n − 1].
        flow: mean length of motion, in thousandths of the picture's width; [n − 1].
        change: mean difference of a frame to the one before it, in 8-bit code values; [n − 1].
        click: how much the sound breaks between two frames, over how rough it is there; [n − 1].
    """

    grain: Numbers
    sharp: Numbers
    lab: Numbers
    loud: Numbers
    hush: Numbers
    colour: Numbers
    flow: Numbers
    change: Numbers
    click: Numbers

    def __len__(self) -> int:
        """How many frames."""
        return len(self.grain)

    @property
    def has_sound(self) -> bool:
        """Anything was to be heard in it, if only silence."""
        return bool(np.any(~np.isnan(self.loud)))

    def part(self, start: int, end: int) -> "Signals":
        """The run from a frame up to another, which is left out."""
        pairs = slice(start, max(end - 1, start))
        return Signals(
            **{name: getattr(self, name)[pairs if name in _OF_PAIRS else slice(start, end)] for name in NAMES}
        )


NAMES = tuple(one.name for one in fields(Signals))


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is measured, and as much of its ends as going on takes.

    Args:
        ends: its first frame and its last; None where it has no frames.
        sound: its beginning and its end; None where it has no sound.
    """

    signals: Signals
    ends: tuple[Seen, Seen] | None
    sound: tuple[Samples, Samples] | None

    def then(self, other: "Run") -> "Run":
        """This run and another one right after it."""
        if self.ends is None or other.ends is None:
            return other if self.ends is None else self
        colour, flow, change = compare(self.ends[1], other.ends[0])
        sound = (self.sound[0], other.sound[1]) if self.sound and other.sound else None
        broken = click(self.sound[1], other.sound[0]) if self.sound and other.sound else np.nan
        meet = {"colour": [colour], "flow": [flow], "change": [change], "click": [broken]}
        joined = {
            name: np.concatenate(
                [
                    getattr(self.signals, name),
                    *([meet[name]] if name in meet else []),
                    getattr(other.signals, name),
                ]
            )
            for name in NAMES
        }
        return Run(Signals(**joined), (self.ends[0], other.ends[1]), sound)


def measure_run(frames: Iterable[Rgb], sound: Heard | None = None) -> Run:
    """Measure a run of frames.

    Args:
        frames: sRGB, uint8 [height, width, 3], in order; all of one size.
        sound: what is heard with them; None is no sound.
    """
    fine: list[tuple[float, float]] = []
    lab: list[Numbers] = []
    pairs: list[tuple[float, float, float]] = []
    ends: tuple[Seen, Seen] | None = None
    for rgb in frames:
        fine.append(fineness_of(luma(rgb)))
        tiny = small(rgb)
        colours = np.asarray(cv2.cvtColor(tiny.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
        here = (grey(tiny), blurred(colours, _BLUR))
        lab.append(here[1].mean(axis=(0, 1), dtype=np.float64))
        if ends is not None:
            pairs.append(compare(ends[1], here))
        ends = (ends[0] if ends else here, here)
    n = len(fine)
    grain, sharp = np.array(fine, np.float64).reshape(-1, 2).T
    colour, flow, change = np.array(pairs, np.float64).reshape(-1, 3).T
    loud, hush = loudness_of(sound) if sound else (np.full(n, np.nan), np.full(n, np.nan))
    signals = Signals(
        grain=grain,
        sharp=sharp,
        lab=np.array(lab).reshape(-1, 3),
        loud=loud,
        hush=hush,
        colour=colour,
        flow=flow,
        change=change,
        click=clicks_of(sound) if sound else np.full(max(n - 1, 0), np.nan),
    )
    return Run(signals, ends, ends_of(sound) if sound else None)


def compare(before: Seen, after: Seen) -> tuple[float, float, float]:
    """Colour, flow and change of a frame against the one before it."""
    flow = motion(before[0], after[0])
    apart = np.linalg.norm(fetched(after[1], flow) - before[1], axis=2)
    length = np.linalg.norm(flow, axis=2) * (1000 / flow.shape[1])
    return float(np.median(apart)), float(np.mean(length)), float(np.mean(cv2.absdiff(before[0], after[0])))
