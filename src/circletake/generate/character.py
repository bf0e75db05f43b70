"""Characters as data: colours, proportions and markings; the rig draws whatever these say."""

from dataclasses import dataclass, field, replace

from circletake.generate.drawing.shapes import Colour


@dataclass(frozen=True, slots=True)
class Palette:
    """sRGB of every part; a part off this list is off-model."""

    fur: Colour
    fur_shade: Colour
    muzzle: Colour
    ear: Colour
    ear_shade: Colour
    spot: Colour
    collar: Colour
    tag: Colour
    nose: Colour
    eye: Colour
    pupil: Colour
    mouth: Colour
    tongue: Colour
    line: Colour


@dataclass(frozen=True, slots=True)
class Proportions:
    """Sizes against the standard build, 1 being the drawing's own; `line_px` is the outline's weight."""

    head: float = 1.0
    muzzle: float = 1.0
    ear: float = 1.0
    eye: float = 1.0
    body: float = 1.0
    leg: float = 1.0
    tail: float = 1.0
    line_px: float = 3.4


@dataclass(frozen=True, slots=True)
class Spot:
    """A marking.

    Args:
        name: `eye`, `side`, `rump` …
        head: (x, y, rx, ry) on the head seen from the front; None where it is on the body.
        sitting: (x, y, rx, ry, tilt in degrees) on the sitting body, ground at y = 0; None off it.
        standing: the same on the standing body in profile.
    """

    name: str
    head: tuple[float, float, float, float] | None = None
    sitting: tuple[float, float, float, float, float] | None = None
    standing: tuple[float, float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Character:
    """Everything that makes one figure this figure and no other.

    Args:
        code: of the model sheet.
        name: as written in the script.
        palette: colours.
        build: proportions.
        spots: markings, in drawing order.
    """

    code: str
    name: str
    palette: Palette
    build: Proportions = field(default_factory=Proportions)
    spots: tuple[Spot, ...] = ()

    def without_spot(self, name: str) -> "Character":
        """Return the same figure with one marking gone."""
        return replace(self, spots=tuple(spot for spot in self.spots if spot.name != name))


LORD_QUESO = Character(
    code="QUESO",
    name="Lord Queso",
    palette=Palette(
        fur=(250, 226, 180),
        fur_shade=(228, 192, 138),
        muzzle=(255, 246, 226),
        ear=(138, 82, 44),
        ear_shade=(112, 62, 32),
        spot=(166, 102, 56),
        collar=(206, 44, 48),
        tag=(250, 200, 64),
        nose=(48, 34, 38),
        eye=(255, 253, 246),
        pupil=(44, 28, 26),
        mouth=(112, 32, 44),
        tongue=(238, 122, 128),
        line=(58, 36, 32),
    ),
    spots=(
        Spot("eye", head=(-25.0, -9.0, 23.0, 26.0)),
        Spot("side", sitting=(-25.0, -93.0, 13.0, 18.0, 20.0), standing=(8.0, -104.0, 27.0, 16.0, 4.0)),
        Spot("rump", sitting=(54.0, -34.0, 13.0, 13.0, 0.0), standing=(-66.0, -94.0, 16.0, 19.0, 12.0)),
    ),
)
