"""One end of a clip made like the plate that it touches: everything that is fitted there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from circletake.cut.repair.colour import ColourFit, fit_colour
from circletake.cut.repair.colours import touching
from circletake.cut.repair.grain import Spectrum, grain_like, spectrum_of
from circletake.cut.repair.level import LevelFit, fit_level, fit_remains, with_remains
from circletake.cut.repair.recipe import Recipe
from circletake.cut.repair.sharpness import Gains, detail_of, gains_at, grey_of, ratios_to, sharpened
from circletake.media.detail import Field, Plane, grain_of, luma, sharpness_of
from circletake.media.picture import Rgb

END_FRAMES = 4
"""Frames of a clip and of its plate that sharpness and grain are matched in."""

FADE_FRAMES = 12
"""Frames over which what differs from place to place fades out: half a second."""

_SOLVED_PX = 960  # sharpness and grain say as much in the middle of a large picture as in all of it
_ROUNDS, _HALVINGS = 3, 7  # to one part in a hundred; each of the two counts into the other
_MOST_AMOUNT = 2.5


@dataclass(frozen=True, slots=True)
class EndFit:
    """What is done to the frame at one end of a clip; between the ends it goes over from one to the other.

    Args:
        colour: None where the recipe leaves colour alone.
        gains: of the bands of detail; all 1 where sharpness is left alone.
        spectrum: of the plate's grain.
        grain: how much of it is added.
        level: None where the recipe leaves it alone.
        remains: what the touching frame lacks place by place; fades out from it.
    """

    colour: ColourFit | None
    gains: Gains
    spectrum: Spectrum
    grain: float
    level: LevelFit | None = None
    remains: Field | None = None

    def between(self, other: "EndFit", along: float) -> "EndFit":
        """What lies so far along from this one to another, 0–1."""
        return EndFit(
            colour=self.colour.between(other.colour, along) if self.colour and other.colour else None,
            gains=tuple(
                (1 - along) * one + along * two for one, two in zip(self.gains, other.gains, strict=True)
            ),
            spectrum=(1 - along) * self.spectrum + along * other.spectrum,
            grain=(1 - along) * self.grain + along * other.grain,
            level=self.level.between(other.level, along) if self.level and other.level else None,
        )

    def apply(self, rgb: Rgb, *, seed: int, frame: int) -> Field:
        """A frame of the clip as it is to be, in 8-bit code values, not rounded."""
        picture = self.colour.apply(rgb.astype(np.float32)) if self.colour else rgb.astype(np.float32)
        if any(gain != 1 for gain in self.gains):
            picture = sharpened(picture, detail_of(grey_of(picture)), self.gains)
        if self.grain:
            shape = (rgb.shape[0], rgb.shape[1])
            picture = picture + self.grain * grain_like(self.spectrum, shape, seed=seed, frame=frame)
        picture = np.clip(picture, 0, 255)
        return self.level.apply(picture) if self.level else picture


def fit_end(recipe: Recipe, clip: Sequence[Rgb], plate: Sequence[Rgb], *, first: int) -> EndFit:
    """Fit one end of a clip to its plate.

    Args:
        clip: its frames there, the one that touches the plate first.
        plate: frames of the plate, the one that touches the clip last.
        first: number of the touching frame in the splice, which its chance is drawn by.
    """
    at = touching(list(plate))
    colour, sharpness, grain, level = (
        recipe.step(name) for name in ("colour", "sharpness", "grain", "level")
    )
    fit = EndFit(
        colour=fit_colour(clip[0].astype(np.float32), at, colour) if colour else None,
        gains=(1.0, 1.0, 1.0),
        spectrum=spectrum_of(plate[-END_FRAMES:]),
        grain=0.0,
    )
    if sharpness or grain:
        fit = _matched(recipe, fit, clip[:END_FRAMES], plate[-END_FRAMES:])
    if level:
        done = fit.apply(clip[0], seed=recipe.seed, frame=first)
        fit = replace(fit, level=fit_level(done, at, level))
        done = fit.apply(clip[0], seed=recipe.seed, frame=first)
        fit = replace(fit, remains=fit_remains(done, at, level))
    return fit


def _matched(recipe: Recipe, fit: EndFit, clip: Sequence[Rgb], plate: Sequence[Rgb]) -> EndFit:
    """Sharpness and grain so that these frames measure as the plate's do; each is read with the other."""
    sharpness, grain = recipe.step("sharpness"), recipe.step("grain")
    pictures = [_middle(fit.apply(rgb, seed=0, frame=0)) for rgb in clip]
    plates = [luma(_middle(rgb.astype(np.float32))) for rgb in plate]
    planes = [grey_of(picture) for picture in pictures]
    details = [detail_of(plane) for plane in planes]
    shape = (pictures[0].shape[0], pictures[0].shape[1])
    grains = [
        grain_like(fit.spectrum, shape, seed=recipe.seed, frame=frame) for frame in range(len(pictures))
    ]
    ratios = ratios_to(planes, plates, sharpness) if sharpness else (1.0, 1.0, 1.0)

    def measured(amount: float, grained: float, how: Callable[[Plane], float]) -> float:
        gains = gains_at(ratios, amount)
        return float(
            np.median(
                [
                    how(luma(np.rint(np.clip(sharpened(picture, detail, gains) + grained * noise, 0, 255))))
                    for picture, detail, noise in zip(pictures, details, grains, strict=True)
                ]
            )
        )

    def sharp_at(amount: float, grained: float) -> float:
        return measured(amount, grained, sharpness_of)

    def grain_at(amount: float, grained: float) -> float:
        return measured(amount, grained, grain_of)

    wanted_sharp = float(np.median([sharpness_of(plane) for plane in plates]))
    wanted_grain = float(np.median([grain_of(plane) for plane in plates]))
    amount, grained = float(sharpness is not None), 0.0
    for _ in range(_ROUNDS):
        before = (amount, grained)
        if sharpness:
            amount = _reaching(partial(sharp_at, grained=grained), wanted_sharp, _MOST_AMOUNT)
        if grain:
            most = grain.whole("most_percent") / 100
            has_enough = grain_at(amount, 0.0) >= wanted_grain
            grained = 0.0 if has_enough else _reaching(partial(grain_at, amount), wanted_grain, most)
        if (amount, grained) == before:
            break  # each follows from the other: a further round finds the same again
    return replace(fit, gains=gains_at(ratios, amount), grain=grained)


def _reaching(rising: Callable[[float], float], wanted: float, most: float) -> float:
    """Where a rising measure comes to what is wanted, 0 to `most`."""
    least = 0.0
    for _ in range(_HALVINGS):
        half = (least + most) / 2
        if rising(half) < wanted:
            least = half
        else:
            most = half
    return (least + most) / 2


def _middle(picture: Field) -> Field:
    top, left = (max((side - _SOLVED_PX) // 2, 0) for side in picture.shape[:2])
    return picture[top : top + _SOLVED_PX, left : left + _SOLVED_PX]


def faded(picture: Field, ends: tuple[EndFit, EndFit], *, number: int, frames: int) -> Field:
    """A frame with what its ends lacked, the less the further they are."""
    reach = min(FADE_FRAMES, max(frames // 2, 1))
    sum_of: Field | None = None
    for end, away in zip(ends, (number, frames - 1 - number), strict=True):
        share = 1 - away / reach
        if end.remains is not None and share > 0:
            part = np.asarray(end.remains * np.float32(share), np.float32)
            sum_of = part if sum_of is None else sum_of + part
    return picture if sum_of is None else with_remains(picture, sum_of)
