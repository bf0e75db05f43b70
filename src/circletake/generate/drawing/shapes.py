"""Flat shapes with outlines: curves through points, ellipses, tapering limbs, and where they stand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]
Picture = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]

_STEPS = 5  # points drawn for each point given: a quarter pixel true in the largest close-up


@dataclass(frozen=True, slots=True)
class Shape:
    """One flat area, one line, or both.

    Args:
        points: outline in the coordinates of whatever holds the shape, y downwards; n×2.
        fill: sRGB; None leaves the area open.
        line: sRGB of the outline; None draws none.
        width_px: of the outline, centred on it.
        part: what of the figure it is (`ear_l`, `nose`); empty for scenery.
        closed: the last point joins the first.
        alpha: 1 covers what is beneath.
    """

    points: Points
    fill: Colour | None = None
    line: Colour | None = None
    width_px: float = 0.0
    part: str = ""
    closed: bool = True
    alpha: float = 1.0


@cache
def _basis(steps: int) -> Points:
    t = np.arange(steps) / steps
    powers = np.stack([np.ones(steps), t, t * t, t * t * t], axis=1)
    through = np.array([[0, 2, 0, 0], [-1, 0, 1, 0], [2, -5, 4, -1], [-1, 3, -3, 1]]) / 2
    return np.asarray(powers @ through, dtype=np.float64)


def loop(points: Sequence[Sequence[float]] | Points, *, steps: int = _STEPS) -> Points:
    """Draw a smooth closed curve through the points.

    Source:
        Catmull and Rom, “A class of local interpolating splines”, 1974.
    """
    given = np.asarray(points, dtype=np.float64)
    ring = np.concatenate([given[-1:], given, given[:2]])
    count = len(given)
    held = np.stack([ring[:count], given, ring[2 : count + 2], ring[3 : count + 3]])
    return np.asarray(np.einsum("sk,knd->nsd", _basis(steps), held).reshape(-1, 2), dtype=np.float64)


def path(points: Sequence[Sequence[float]] | Points, *, steps: int = _STEPS) -> Points:
    """Draw a smooth open curve through the points, ends included."""
    given = np.asarray(points, dtype=np.float64)
    if len(given) == 2:  # noqa: PLR2004 (two points are a straight line)
        return given
    before = 2 * given[0] - given[1]
    after = 2 * given[-1] - given[-2]
    padded = np.vstack([before, given, after])
    held = np.stack([padded[:-3], padded[1:-2], padded[2:-1], padded[3:]])
    return np.vstack([np.einsum("sk,knd->nsd", _basis(steps), held).reshape(-1, 2), given[-1]])


def ellipse(x: float, y: float, rx: float, ry: float, *, tilt_deg: float = 0.0, corners: int = 28) -> Points:
    """Return an ellipse, clockwise on screen from its right end."""
    turn = np.arange(corners) * (2 * np.pi / corners)
    at = np.stack([rx * np.cos(turn), ry * np.sin(turn)], axis=1)
    if tilt_deg:
        at = moved(at, turned(tilt_deg))
    return np.asarray(at + np.array([x, y]), dtype=np.float64)


def rectangle(x: float, y: float, width: float, height: float) -> Points:
    """Return the corners of a rectangle from its top left."""
    return np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], dtype=np.float64)


def polygon(*corners: tuple[float, float]) -> Points:
    """Return straight-edged corners."""
    return np.array(corners, dtype=np.float64)


def limb(spine: Sequence[Sequence[float]] | Points, radii: Sequence[float]) -> Points:
    """Return a soft tapering band with round ends round a curve through `spine`.

    Args:
        spine: at least two points.
        radii: half the thickness at each of them.
    """
    line = path(spine)
    at = np.linspace(0, len(radii) - 1, len(line))
    radius = np.interp(at, np.arange(len(radii)), np.asarray(radii, dtype=np.float64))[:, None]
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    side = np.stack([-along[:, 1], along[:, 0]], axis=1)
    sweep = np.linspace(-np.pi / 2, np.pi / 2, 9)[1:-1, None]
    cap_end = line[-1] + radius[-1] * (np.cos(sweep) * along[-1] - np.sin(sweep) * -side[-1])
    cap_start = line[0] + radius[0] * (-np.cos(sweep) * along[0] - np.sin(sweep) * side[0])
    return np.vstack([line - side * radius, cap_end, (line + side * radius)[::-1], cap_start])


def turned(degrees: float) -> Matrix:
    """Return the 2×3 matrix of a turn, clockwise on screen."""
    angle = np.deg2rad(degrees)
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin, 0.0], [sin, cos, 0.0]])


def stretched(x: float, y: float) -> Matrix:
    """Return the 2×3 matrix of a stretch about the origin."""
    return np.array([[x, 0.0, 0.0], [0.0, y, 0.0]])


def shifted(x: float, y: float) -> Matrix:
    """Return the 2×3 matrix of a shift."""
    return np.array([[1.0, 0.0, x], [0.0, 1.0, y]])


def chain(*matrices: Matrix) -> Matrix:
    """Return one matrix that does the given ones in order."""
    whole = np.eye(3)
    for matrix in matrices:
        whole = np.vstack([matrix, [0.0, 0.0, 1.0]]) @ whole
    return whole[:2]


def moved(points: Points, matrix: Matrix) -> Points:
    """Return the points after a 2×3 matrix."""
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], dtype=np.float64)


def size_of(matrix: Matrix) -> float:
    """Return how much a matrix enlarges a length, on average over directions."""
    return float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))


def placed(shapes: Iterable[Shape], matrix: Matrix) -> list[Shape]:
    """Return the shapes after a matrix; outlines keep their share of the size."""
    given = list(shapes)
    if not given:
        return []
    enlarged = size_of(matrix)
    ends = np.cumsum([len(shape.points) for shape in given])
    # One product for all of them: a figure is some hundred small shapes, a film some thousand figures.
    points = np.split(moved(np.concatenate([shape.points for shape in given]), matrix), ends[:-1])
    return [
        Shape(at, s.fill, s.line, s.width_px * enlarged, s.part, s.closed, s.alpha)
        for s, at in zip(given, points, strict=True)
    ]


def merged(shapes: Sequence[Shape], line: Colour, width_px: float) -> list[Shape]:
    """Join shapes into one figure: one outline of even weight round all of them, none between them."""
    under = [Shape(s.points, line, line, 2 * width_px, s.part) for s in shapes if s.fill is not None]
    return under + [Shape(s.points, s.fill, part=s.part) for s in shapes]


def lit(points: Points, towards: tuple[float, float], share: float) -> Points:
    """Return the lit side of an area: the area drawn smaller towards a point inside it.

    A shape that can be seen whole from that point stays inside its own outline this way.
    """
    anchor = np.asarray(towards, dtype=np.float64)
    return np.asarray(anchor + (points - anchor) * share, dtype=np.float64)


def bounds(shapes: Sequence[Shape]) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of everything drawn, outlines included."""
    starts = np.cumsum([0, *(len(shape.points) for shape in shapes[:-1])])
    points = np.concatenate([shape.points for shape in shapes])
    half = np.array([shape.width_px / 2 for shape in shapes])[:, None]
    left, top = (np.minimum.reduceat(points, starts) - half).min(0)
    right, bottom = (np.maximum.reduceat(points, starts) + half).max(0)
    return float(left), float(top), float(right), float(bottom)
