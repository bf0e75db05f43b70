"""The rig: a pose and a model in, a drawn figure out, with its parts' places known."""

from dataclasses import dataclass, replace

import numpy as np

from circletake.generate.character import Character
from circletake.generate.drawing.body import body_shapes
from circletake.generate.drawing.head import head_shapes
from circletake.generate.drawing.paint import paint
from circletake.generate.drawing.shapes import (
    Box,
    Matrix,
    Picture,
    Points,
    Shape,
    bounds,
    chain,
    placed,
    shifted,
    stretched,
    turned,
)
from circletake.generate.drifts import Drifted, altered, dimmed
from circletake.generate.pose import Pose

Light = tuple[float, float, float]
DAY: Light = (1.0, 1.0, 1.0)

_BODY_PIVOT_Y = -90.0  # a lean turns the body about its middle
_HORROR_STRETCH = 0.3  # how much longer the face grows at its worst


@dataclass(frozen=True, slots=True)
class Placed:
    """A figure as it came out on the picture.

    Args:
        shapes: in picture pixels, in drawing order.
        box: x, y, width, height of everything drawn, clipped to the picture; width 0 when it is off it.
    """

    shapes: tuple[Shape, ...]
    box: Box

    def find_part(self, part: str) -> Points | None:
        """Return every outline point of a part in picture pixels; None when it is not drawn."""
        points = [shape.points for shape in self.shapes if shape.part == part]
        return np.vstack(points) if points else None

    def centre(self, part: str) -> tuple[float, float] | None:
        """Return the middle of a part in picture pixels; None when it is not drawn."""
        points = self.find_part(part)
        if points is None:
            return None
        low, high = points.min(0), points.max(0)
        return float((low[0] + high[0]) / 2), float((low[1] + high[1]) / 2)


def dog_shapes(
    pose: Pose,
    model: Character,
    drift: Drifted | None = None,
    *,
    camera: Matrix | None = None,
    light: Light = DAY,
) -> list[Shape]:
    """Return the figure's shapes in scene units, or where `camera` brings them, without painting them."""
    model = altered(model, drift)
    if light != DAY:
        model = replace(model, palette=dimmed(model.palette, light))
    horror = drift.amount if drift is not None and drift.kind == "horror_face" else 0.0
    body = body_shapes(pose, model)
    head = chain(
        stretched(model.build.head, model.build.head * (1 + _HORROR_STRETCH * horror)),
        turned(pose.head_tilt_deg),
        shifted(body.neck[0] + pose.head_x, body.neck[1] + pose.head_y - 10 * horror),
    )
    figure = [*body.behind, *placed(head_shapes(pose, model, horror=horror), head), *body.before]
    stand = chain(
        shifted(0, -_BODY_PIVOT_Y),
        turned(-pose.lean_deg),
        shifted(0, _BODY_PIVOT_Y - pose.lift),
        stretched(pose.stretch**-0.5, pose.stretch),
        stretched(pose.scale * pose.facing, pose.scale),
        shifted(pose.x, pose.y),
    )
    if camera is not None:
        stand = chain(stand, camera)
    return placed(figure, stand)


def box_of(shapes: list[Shape], width_px: int, height_px: int) -> Box:
    """Return the box (x, y, width, height) of shapes, clipped to a picture."""
    left, top, right, bottom = bounds(shapes)
    x0, y0 = max(0, int(np.floor(left))), max(0, int(np.floor(top)))
    x1, y1 = min(width_px, int(np.ceil(right))), min(height_px, int(np.ceil(bottom)))
    return (x0, y0, x1 - x0, y1 - y0) if x1 > x0 and y1 > y0 else (0, 0, 0, 0)


def place_dog(
    pose: Pose,
    model: Character,
    drift: Drifted | None = None,
    *,
    size_px: tuple[int, int],
    camera: Matrix | None = None,
    light: Light = DAY,
) -> Placed:
    """Return where the figure and its parts come out on a picture, without painting it."""
    shapes = dog_shapes(pose, model, drift, camera=camera, light=light)
    return Placed(tuple(shapes), box_of(shapes, *size_px))


def draw_dog(
    canvas: Picture,
    pose: Pose,
    model: Character,
    drift: Drifted | None = None,
    *,
    camera: Matrix | None = None,
    light: Light = DAY,
) -> Placed:
    """Draw the figure on a picture.

    Args:
        canvas: sRGB, height×width×3, changed in place.
        pose: what the animator set.
        model: who it is.
        drift: what is off-model on this frame; None draws the model as it is.
        camera: 2×3, scene units to picture pixels; None draws scene units as pixels.
        light: factor of each colour channel.
    """
    size_px = (canvas.shape[1], canvas.shape[0])
    figure = place_dog(pose, model, drift, size_px=size_px, camera=camera, light=light)
    paint(canvas, figure.shapes)
    return figure
