"""Turning sightings of a take into numbers, whatever its length; only the looks worth showing are kept."""

from bisect import bisect_left
from dataclasses import dataclass, field

import numpy as np

from circletake.checks.consistency._fitness import LOST, Fitness
from circletake.checks.consistency._light import light_of
from circletake.checks.consistency._look import Look, Rows
from circletake.checks.consistency._model import CharacterModel, Seen
from circletake.checks.consistency._pixels import Mask
from circletake.checks.consistency._sudden import Surprise
from circletake.checks.protocol import Rgb

# Sightings from which the take's light is judged; measured once more when it is known.
_FOR_LIGHT = 64
# One look is kept of each second of a film, the furthest from the bank; the least far make room.
_SECOND, _KEPT = 24, 160
# Pictures of the character kept for the bank, should people circle the take.
_PICTURES = 12


@dataclass(frozen=True, slots=True)
class Picture:
    """The character in one frame, cut out.

    Args:
        n: frame.
        rgb: a square around it, uint8 height×width×3.
        mask: True on the character.
    """

    n: int
    rgb: Rgb
    mask: Mask


@dataclass(frozen=True, slots=True)
class Track:
    """The character through a take.

    Args:
        frames: in which it was sighted, in order.
        measured: those that were measured, in order; the rest lie between two that hardly differ.
        values: distances from the bank, the take's light taken off, [measured score].
        changes: mean Lab change since the frame before in 3×3 parts, by frame, where that is known.
        looks: of the worst measured frame of each second, by frame.
        light: what the take's light does to Lab, where it is taken off.
        pictures: of the character, spread evenly over the take.
        surprises: by frame, where two before it are known.
        unfit: frames in which it was sighted and that cannot be judged, and why.
    """

    frames: list[int]
    measured: list[int]
    values: Rows
    changes: dict[int, Rows]
    looks: dict[int, Look]
    light: Rows | None
    pictures: list[Picture]
    surprises: dict[int, Surprise] = field(default_factory=dict)
    unfit: dict[int, str] = field(default_factory=dict)

    def look_near(self, n: int) -> tuple[int, Look]:
        """The kept look nearest to a frame, and its frame."""
        nearest = min(self.looks, key=lambda at: (abs(at - n), at))
        return nearest, self.looks[nearest]


class Meter:
    """Measures looks of one character.

    Args:
        model: of it.
        every: one look in so many frames, where nothing moves away from its neighbours.
    """

    def __init__(self, model: CharacterModel, *, every: int = 1) -> None:
        self._model = model
        self._frames: set[int] = set()
        self._values: dict[int, Rows] = {}
        self._changes: dict[int, Rows] = {}
        self._surprises: dict[int, Surprise] = {}
        self._waiting: dict[int, Look] = {}
        self._lights: list[Rows] = []
        self._light: Rows | None = None
        # Approved takes say what light does to the character; until they do the take itself has to.
        self._knows_light = model.knows_light
        self._kept: dict[int, tuple[float, int, Look]] = {}
        self._pictures: list[Picture] = []
        self._apart = 1
        self._fitness = Fitness(model.views, drawings=model.aligner is not None, every=every)
        self._unfit: dict[int, str] = {}
        self._lost: set[int] = set()
        # So that there is one to show whatever is lost later.
        self._first: tuple[float, int, Look] | None = None

    def passed(self, n: int, change: Rows | None) -> None:
        """Hear that the character is in a frame, measured or not."""
        self._frames.add(n)
        if change is None:
            self._fitness.anew()
        else:
            self._changes[n] = change

    def surprised(self, n: int, surprise: Surprise) -> None:
        """Hear how much a frame surprises."""
        self._surprises[n] = surprise

    def measure(self, n: int, look: Look, seen: Seen | None = None) -> float:
        """Measure a look; returns how many of the bank's deviations it is off, on the mean of all scores."""
        self._frames.add(n)
        if (why := self._fitness.why_not(look)) is not None:
            self._unfit[n] = why
            values = self._model.measure(look, light=self._light)
            return float(self._model.scale.deviations(values[None]).mean())
        if seen is not None and not self._knows_light:
            self._lights.append(seen.light)
        if seen is not None and self._light is None:
            values = seen.values
        else:
            values = self._model.measure(look, light=self._light)
        off = self._note(n, look, values)
        if not self._knows_light:
            self._waiting[n] = look
            if len(self._waiting) >= _FOR_LIGHT:
                self._settle_light()
        return off

    def lost(self, after: int) -> None:
        """Hear that what was followed behind a frame cannot be told to have been the character."""
        self._lost |= {n for n in self._frames if n > after}
        self._frames -= self._lost
        self._values = {n: kept for n, kept in self._values.items() if n <= after}
        self._unfit = {n: kept for n, kept in self._unfit.items() if n <= after}
        self._waiting = {n: kept for n, kept in self._waiting.items() if n <= after}
        self._kept = {second: kept for second, kept in self._kept.items() if kept[1] <= after}
        if not self._kept and self._first is not None and self._first[1] <= after:
            self._kept = {self._first[1] // _SECOND: self._first}
        self._pictures = [one for one in self._pictures if one.n <= after]

    def picture(self, n: int, rgb: Rgb, mask: Mask) -> None:
        """See the character cut out; twelve to twenty-four are kept, evenly spread."""
        if len(self._pictures) >= 2 * _PICTURES:
            self._pictures = self._pictures[::2]
            self._apart *= 2
        if not self._pictures or n - self._pictures[-1].n >= self._apart:
            self._pictures.append(Picture(n, rgb, mask))

    def finish(self) -> Track:
        """Close the take."""
        self._settle_light()
        measured, unfit = sorted(self._values), self._unfit_frames()
        step = max(len(self._pictures) // _PICTURES, 1)
        return Track(
            frames=sorted(self._frames - set(unfit)),
            measured=measured,
            values=np.stack([self._values[n] for n in measured])
            if measured
            else np.zeros((0, 0), np.float32),
            changes=self._changes,
            surprises=self._surprises,
            looks={n: look for _, n, look in self._kept.values()},
            light=self._light,
            pictures=self._pictures[::step],
            unfit=unfit,
        )

    def _unfit_frames(self) -> dict[int, str]:
        """Frames that cannot be judged: those looked at, and those nearest to them."""
        frames, looked = sorted(self._frames), sorted({*self._values, *self._unfit})
        near = spread_to(frames, looked) if looked else []
        reasons = dict.fromkeys(self._lost - self._frames, LOST)
        for n, at in zip(frames, near, strict=False):
            if (why := self._unfit.get(looked[at])) is not None:
                reasons[n] = why
        return reasons

    def _note(self, n: int, look: Look, values: Rows) -> float:
        self._values[n] = values
        off = float(self._model.off(values[None])[0])
        second = n // _SECOND
        self._first = self._first or (off, n, look)
        if second not in self._kept or off > self._kept[second][0]:
            self._kept[second] = (off, n, look)
        if len(self._kept) > _KEPT:
            del self._kept[min(self._kept, key=lambda at: (self._kept[at][0], at))]
        return off

    def _settle_light(self) -> None:
        if self._knows_light:
            return
        self._knows_light = True
        self._light = light_of(self._lights)
        if self._light is not None:
            self._kept.clear()
            for n, look in self._waiting.items():
                self._note(n, look, self._model.measure(look, light=self._light))
        self._waiting.clear()


def spread_to(frames: list[int], measured: list[int]) -> list[int]:
    """For each frame the index of the measured frame nearest to it; the earlier of two.

    >>> spread_to([0, 1, 2, 3, 4], [0, 3])
    [0, 0, 1, 1, 1]
    """
    nearest = []
    for n in frames:
        at = bisect_left(measured, n)
        before, after = max(at - 1, 0), min(at, len(measured) - 1)
        nearest.append(before if n - measured[before] <= measured[after] - n else after)
    return nearest
