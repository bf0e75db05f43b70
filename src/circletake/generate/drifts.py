"""Drift planted on purpose: the ways a generated character stops being itself, each from an exact frame.

Lord Queso is fiction, and so are his faults; because they are planted, what a check says can be compared
with what is true.
"""

from dataclasses import dataclass, fields, replace
from typing import Literal, get_args

from circletake.domain.time import FrameRange
from circletake.generate.character import Character, Palette
from circletake.generate.drawing.shapes import Colour

DriftKind = Literal["ear_colour", "missing_spot", "proportions", "flicker", "horror_face"]
DRIFT_KINDS: tuple[DriftKind, ...] = get_args(DriftKind)

PART_OF: dict[DriftKind, str] = {
    "ear_colour": "ears",
    "missing_spot": "spot:side",
    "proportions": "body",
    "flicker": "whole",
    "horror_face": "face",
}

_WRONG_EAR: Colour = (82, 120, 128)  # slate where brown belongs: plainly off, yet a colour a model might pick
_WRONG_EAR_SHADE: Colour = (62, 94, 104)
_FLICKER = 0.16  # share of luminance, up and down in turn
_HORROR_ONSET_FRAMES = 8
_HORROR_FIRST = 0.35  # visible on its very first frame


@dataclass(frozen=True, slots=True)
class Drift:
    """A fault planted in a take.

    Args:
        kind: what goes wrong.
        frames: half-open, 0-based in the take; outside it the drawing is exactly the clean one.
    """

    kind: DriftKind
    frames: FrameRange

    @property
    def part(self) -> str:
        """Which part of the figure is off-model."""
        return PART_OF[self.kind]


@dataclass(frozen=True, slots=True)
class Drifted:
    """A drift as it stands on one frame.

    Args:
        kind: what is wrong.
        amount: 0–1, how far it has gone.
        beat: frames since it began.
    """

    kind: DriftKind
    amount: float
    beat: int


def drift_at(drift: Drift | None, n: int) -> Drifted | None:
    """Return the drift as it stands on frame `n`; None outside its frames."""
    if drift is None or n not in drift.frames:
        return None
    beat = n - drift.frames.start
    amount = 1.0
    if drift.kind == "horror_face":
        amount = min(1.0, _HORROR_FIRST + (1 - _HORROR_FIRST) * beat / _HORROR_ONSET_FRAMES)
    return Drifted(drift.kind, amount, beat)


def altered(model: Character, drifted: Drifted | None) -> Character:
    """Return the character that a drift turns `model` into; the model itself when there is none."""
    if drifted is None:
        return model
    match drifted.kind:
        case "ear_colour":
            return replace(model, palette=replace(model.palette, ear=_WRONG_EAR, ear_shade=_WRONG_EAR_SHADE))
        case "missing_spot":
            return model.without_spot("side")
        case "proportions":
            build = replace(
                model.build,
                head=model.build.head * 0.8,
                ear=model.build.ear * 0.72,
                muzzle=model.build.muzzle * 1.3,
                leg=model.build.leg * 1.28,
            )
            return replace(model, build=build)
        case "flicker":
            factor = 1 - _FLICKER if drifted.beat % 2 == 0 else 1 + _FLICKER
            return replace(model, palette=dimmed(model.palette, (factor, factor, factor)))
        case "horror_face":
            return model


def dimmed(palette: Palette, factors: tuple[float, float, float]) -> Palette:
    """Return a palette under another light: each channel times its factor, as far as white allows."""

    def under(colour: Colour) -> Colour:
        red, green, blue = (
            min(255, round(value * factor)) for value, factor in zip(colour, factors, strict=True)
        )
        return (red, green, blue)

    return Palette(**{part.name: under(getattr(palette, part.name)) for part in fields(Palette)})
