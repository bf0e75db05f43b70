"""Paint: a design in a pose becomes pixels, with a label for every pixel; no chance is left here."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.generate.characters.design import Colour, Design, Part, Style
from circletake.generate.characters.palettes import darker
from circletake.generate.characters.pose import Pose
from circletake.generate.characters.solid import MARKS, Floats, Seen, joints, marking, seen
from circletake.generate.characters.surfaces import NEUTRAL, TILE_PX, ball, is_textured, tile

Bytes = NDArray[np.uint8]

_SHIFT = 4  # sub-pixel bits of OpenCV's fixed-point coordinates
_SHADOW = np.diag([0.66, 0.64, 0.74])  # cel shadows lean to blue, as skylight does
_SHADOW_SHARE = 0.38  # of a part's radius that its hard shadow is wide
_FRAMED = (Pose(), Pose(turn_deg=90.0), Pose(turn_deg=-90.0))  # what is widest is so from front or side
_FILLED = 0.78  # share of the picture's side that the figure fills; poses and drifts may reach beyond
_TUFT = 0.09  # how far tufts stand out, as share of a part's radius


@dataclass(frozen=True, slots=True)
class View:
    """Where body units come out on the canvas: `scale` pixels each, `x` and `y` of the origin."""

    scale: float
    x: float
    y: float

    def pixels(self, points: Floats) -> Floats:
        """Return 2×n points (right, up) as n×2 canvas pixels (right, down)."""
        found = np.empty((points.shape[1], 2))
        found[:, 0] = points[0] * self.scale + self.x
        found[:, 1] = self.y - points[1] * self.scale
        return found


@dataclass(slots=True)
class Canvas:
    """What is painted on.

    Args:
        rgb: uint8 [side, side, 3], sRGB.
        label: uint8 [side, side], 0 where nothing is, else 1 + the part's index in the design.
    """

    rgb: Bytes
    label: Bytes


def _fixed(corners: Floats) -> NDArray[np.int32]:
    return np.rint((corners - 0.5) * (1 << _SHIFT)).astype(np.int32)


def _tufted(corners: Floats, middle: Floats) -> Floats:
    """Return an outline with tufts: every side split, every second corner drawn outwards."""
    between = (corners + np.roll(corners, -1, axis=0)) / 2
    out = np.empty((2 * len(corners), 2))
    out[0::2] = corners
    out[1::2] = between + (between - middle) * 2 * _TUFT
    return out


def _shade(of: Seen, view: View, style: Style, box: tuple[int, int, int, int]) -> Bytes | None:
    """Return factors (128 for 1) over a box of the canvas; None where nothing changes a colour."""
    x0, y0, x1, y1 = box
    size = (x1 - x0, y1 - y0)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    factors: Bytes | None = None
    middle = view.pixels(of.middle[:, None])[0]
    if style.shading == "soft":
        # From the canvas to the unit disc, then to the 64-pixel square of the ball's shade.
        back = np.linalg.inv(of.spread * view.scale) * 32
        back[:, 1] *= -1
        back[1] *= -1
        shift = 31.5 - back @ (middle - (x0, y0))
        table = np.column_stack([back, shift])
        factors = np.asarray(
            cv2.warpAffine(ball(style.light), table, size, flags=flags, borderMode=cv2.BORDER_REPLICATE),
            np.uint8,
        )
    if of.part.surface and is_textured(style):
        pixels = TILE_PX * style.grain / 3 / view.scale  # a tile shows two to four repeats
        up = of.frame[:2, 1]
        way = np.arctan2(up[0], up[1])
        cos, sin = np.cos(way) * pixels, np.sin(way) * pixels
        back = np.array([[cos, sin], [-sin, cos]])
        table = np.column_stack([back, TILE_PX / 2 - back @ (middle - (x0, y0))])
        drawn = tile(style.surface, round(100 * style.surface_depth))
        pattern = np.asarray(
            cv2.warpAffine(drawn, table, size, flags=flags, borderMode=cv2.BORDER_WRAP), np.uint8
        )
        factors = (
            pattern if factors is None else np.asarray(cv2.multiply(factors, pattern, scale=1 / NEUTRAL))
        )
    return factors


def _box(corners: Floats, side: int) -> tuple[int, int, int, int] | None:
    (left, top), (right, bottom) = corners.min(0).tolist(), corners.max(0).tolist()
    x0, y0 = max(0, int(left) - 1), max(0, int(top) - 1)
    x1, y1 = min(side, int(right) + 2), min(side, int(bottom) + 2)
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def _marks(
    canvas: Canvas,
    of: Seen,
    marks: list[tuple[int, Part]],
    design: Design,
    pose: Pose,
    view: View,
    mask: Bytes,
    box: tuple[int, int, int, int],
) -> None:
    x0, y0, x1, y1 = box
    colours, labels = canvas.rgb[y0:y1, x0:x1], canvas.label[y0:y1, x0:x1]
    over, over_labels = colours.copy(), labels.copy()
    for index, part in marks:
        outline = marking(part, of, pose)
        if outline is not None:
            fixed = [_fixed(view.pixels(outline) - (x0, y0))]
            cv2.fillPoly(over, fixed, design.palette[part.paint], cv2.LINE_8, _SHIFT)
            cv2.fillPoly(over_labels, fixed, index + 1, cv2.LINE_8, _SHIFT)
    cv2.copyTo(over, mask, colours)
    cv2.copyTo(over_labels, mask, labels)


def _paint_solid(
    canvas: Canvas,
    of: Seen,
    index: int,
    marks: list[tuple[int, Part]],
    design: Design,
    pose: Pose,
    view: View,
) -> None:
    style, side = design.style, canvas.rgb.shape[0]
    colour = design.palette[of.part.paint]
    corners = view.pixels(of.outline)
    if style.shaggy and of.part.surface and of.part.form in {"ball", "rod"}:
        corners = _tufted(corners, view.pixels(of.middle[:, None])[0])
    box = _box(corners, side)
    if box is None:
        return
    fixed = _fixed(corners)
    if style.line == "every":
        thick = max(1, round(2 * style.line_width * side))
        ink = _ink(design, colour)
        cv2.polylines(canvas.rgb, [fixed], True, ink, thick, cv2.LINE_8, _SHIFT)
        cv2.polylines(canvas.label, [fixed], True, index + 1, thick, cv2.LINE_8, _SHIFT)
    cv2.fillPoly(canvas.rgb, [fixed], colour, cv2.LINE_8, _SHIFT)
    cv2.fillPoly(canvas.label, [fixed], index + 1, cv2.LINE_8, _SHIFT)
    factors = _shade(of, view, style, box)
    if not marks and factors is None and style.shading != "cel":
        return
    x0, y0, x1, y1 = box
    mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
    local = _fixed(corners - (x0, y0))
    cv2.fillPoly(mask, [local], 255, cv2.LINE_8, _SHIFT)
    if marks:
        _marks(canvas, of, marks, design, pose, view, mask, box)
    area = canvas.rgb[y0:y1, x0:x1]
    if factors is not None:
        cv2.copyTo(cv2.multiply(area, factors, scale=1 / NEUTRAL), mask, area)
    if style.shading == "cel":
        radius = float(np.sqrt(abs(np.linalg.det(of.spread)))) * view.scale
        away = np.array([style.light[0], -style.light[1]]) * radius * _SHADOW_SHARE
        lit = np.zeros_like(mask)
        cv2.fillPoly(lit, [_fixed(corners + away - (x0, y0))], 255, cv2.LINE_8, _SHIFT)
        shadow = cv2.subtract(mask, lit)
        dark = cv2.transform(area, _SHADOW)
        cv2.copyTo(dark, shadow, area)


def _ink(design: Design, colour: Colour) -> Colour:
    line, tint = design.palette["line"], design.style.line_tint
    own = darker(colour, 0.4)
    red, green, blue = (round((1 - tint) * a + tint * b) for a, b in zip(line, own, strict=True))
    return red, green, blue


def framing(design: Design, side_px: int) -> View:
    """Return the view that shows a design whole in the poses of its sheet.

    Args:
        design: what to show.
        side_px: of the square canvas.
    """
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    for pose in _FRAMED:
        at = joints(design.bones, pose)
        for part in design.parts:
            if part.form not in MARKS:
                outline = seen(part, at[part.bone]).outline
                low, high = np.minimum(low, outline.min(1)), np.maximum(high, outline.max(1))
    middle = (low + high) / 2
    scale = float(_FILLED / (high - low).max()) * side_px
    return View(scale, side_px / 2 - float(middle[0]) * scale, side_px / 2 + float(middle[1]) * scale)


def paint(design: Design, pose: Pose, *, side_px: int, view: View) -> Canvas:
    """Paint a design in a pose, the farthest part first.

    Args:
        design: what to draw.
        pose: how it stands.
        side_px: of the square canvas.
        view: where it comes out.

    Returns:
        The canvas; black where nothing is.
    """
    canvas = Canvas(np.zeros((side_px, side_px, 3), np.uint8), np.zeros((side_px, side_px), np.uint8))
    at = joints(design.bones, pose)
    solids: list[tuple[float, int, Seen]] = []
    marks: dict[str, list[tuple[int, Part]]] = {}
    for index, part in enumerate(design.parts):
        if part.form in MARKS:
            marks.setdefault(part.on, []).append((index, part))
        else:
            found = seen(part, at[part.bone])
            solids.append((found.depth, index, found))
    for _, index, found in sorted(solids, key=lambda solid: solid[:2]):
        _paint_solid(canvas, found, index, marks.get(found.part.name, []), design, pose, view)
    if design.style.line == "outer":
        _outline(canvas, design)
    return canvas


def _outline(canvas: Canvas, design: Design) -> None:
    """Draw a line round the whole figure; each of its pixels belongs to the part it lies beside."""
    thick = max(1, round(design.style.line_width * canvas.rgb.shape[0]))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * thick + 1, 2 * thick + 1))
    grown = cv2.dilate(canvas.label, kernel)
    edge = ((canvas.label == 0) & (grown > 0)).view(np.uint8)
    ink = _ink(design, design.palette["fur"])
    cv2.copyTo(np.full_like(canvas.rgb, ink), edge, canvas.rgb)
    cv2.copyTo(grown, edge, canvas.label)
