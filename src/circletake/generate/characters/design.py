"""A character as data: bones, solid parts on them, markings on those, colours and a style of drawing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

Vector = tuple[float, float, float]
Colour = tuple[int, int, int]

Solid = Literal["ball", "box", "cone", "leaf", "rod"]
Mark = Literal["disc", "stripe", "star", "heart", "diamond", "patch", "smile", "mouth", "drop"]
Form = Solid | Mark
Line = Literal["none", "outer", "every"]
Shading = Literal["flat", "cel", "soft"]
Surface = Literal["plain", "grain", "fur", "hatch", "dots", "checks", "bands", "scales"]

SURFACES: tuple[Surface, ...] = ("plain", "grain", "fur", "hatch", "dots", "checks", "bands", "scales")
ORIGIN: Vector = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Bone:
    """A joint and what hangs on it.

    Args:
        name: its own.
        parent: the bone it moves with; empty for the root.
        at: of the joint in the parent's frame, in body units (the figure is about 1 tall): right, up, to us.
        turn_deg: at rest: about the right, up and forward axes.
        moves: pose member, axis (0–2) and degrees at its full swing.
        near: how much nearer than its depth it is painted, so that a head stays before its body.
    """

    name: str
    parent: str
    at: Vector = ORIGIN
    turn_deg: Vector = ORIGIN
    moves: tuple[tuple[str, int, float], ...] = ()
    near: float = 0.0


@dataclass(frozen=True, slots=True)
class Part:
    """A solid on a bone, or a marking on a solid.

    Args:
        name: its own, as `ear_l`.
        group: what is lost, recoloured or swapped together, as `ears`.
        paint: its colour in the palette.
        form: a solid, or the outline of a marking.
        bone: that carries it; for a marking empty.
        on: name of the solid that carries a marking; for a solid empty.
        at: solids: of the middle, in the bone's frame; markings: longitude and latitude in degrees, tilt.
        size: half extents in body units; a rod: length down, radius at the joint, radius at the end;
            markings: half width and half height against the solid's own radius.
        turn_deg: of a solid on its bone.
        surface: whether the design's surface is drawn on it.
    """

    name: str
    group: str
    paint: str
    form: Form
    bone: str = ""
    on: str = ""
    at: Vector = ORIGIN
    size: Vector = (0.1, 0.1, 0.1)
    turn_deg: Vector = ORIGIN
    surface: bool = False


@dataclass(frozen=True, slots=True)
class Style:
    """How a character is drawn.

    Args:
        line: none, around the figure, or around every part.
        line_width: share of the picture's side.
        line_tint: 0 one line colour for all, 1 a dark shade of each part's own.
        shading: none, one hard shadow, or round.
        light: direction it comes from: right, up, to us; length 1.
        surface: pattern of fur or cloth.
        surface_depth: 0–1 how strong that is.
        grain: repeats of the pattern in a body unit.
        shaggy: outlines of furry parts drawn as tufts.
        pixels: side of the coarse picture a pixel artist would draw; 0 for smooth drawing.
    """

    line: Line = "every"
    line_width: float = 0.012
    line_tint: float = 0.0
    shading: Shading = "flat"
    light: Vector = (-0.48, 0.6, 0.64)
    surface: Surface = "plain"
    surface_depth: float = 0.0
    grain: float = 6.0
    shaggy: bool = False
    pixels: int = 0


@dataclass(frozen=True, slots=True)
class Design:
    """Everything that makes one figure this figure and no other.

    Args:
        plan: kind of body, as `biped`.
        bones: parents before children.
        parts: solids and markings, markings after what they are on.
        palette: colours by paint.
        style: how it is drawn.
        head: name of the solid that carries a face.
        body: name of the solid that carries clothes and belly.
        limbs: groups that are arms, legs or wings.
    """

    plan: str
    bones: tuple[Bone, ...]
    parts: tuple[Part, ...]
    palette: dict[str, Colour]
    style: Style
    head: str
    body: str
    limbs: tuple[str, ...] = ()
    groups: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "groups", frozenset(part.group for part in self.parts))

    def part(self, name: str) -> Part:
        """Return a part by its name."""
        return next(part for part in self.parts if part.name == name)

    def without(self, group: str) -> "Design":
        """Return the design with a group gone, and every marking that was on it."""
        gone = {part.name for part in self.parts if part.group == group}
        return replace(
            self, parts=tuple(part for part in self.parts if part.name not in gone and part.on not in gone)
        )

    def adding(self, parts: Iterable[Part], bones: Iterable[Bone] = ()) -> "Design":
        """Return the design with more on it."""
        return replace(self, parts=(*self.parts, *parts), bones=(*self.bones, *bones))

    def changing(self, change: Callable[[Part], Part]) -> "Design":
        """Return the design with every part put through a change."""
        return replace(self, parts=tuple(change(part) for part in self.parts))
