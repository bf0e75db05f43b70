"""Backgrounds: layers drawn once, moved by the camera at their own depth, players in between."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import cv2
import numpy as np

from circletake.errors import NotFound
from circletake.generate.drawing import garden, parlour
from circletake.generate.drawing.paint import OVERSAMPLE, paint
from circletake.generate.drawing.shapes import (
    Matrix,
    Picture,
    Shape,
    bounds,
    chain,
    moved,
    placed,
    shifted,
    stretched,
)

WIDTH_PX, HEIGHT_PX = 960, 540
_SPILL = 110.0  # scene units drawn above and below the picture for camera moves
_KEPT = 8  # pictures of a camera that may stand still


@dataclass(frozen=True, slots=True)
class Camera:
    """What the camera sees: the point in the middle of the picture, and how large.

    Args:
        x: scene units; 480 is the stage's middle.
        y: scene units; 270 is the stage's middle.
        zoom: 1 shows the stage pixel for unit.
    """

    x: float = WIDTH_PX / 2
    y: float = HEIGHT_PX / 2
    zoom: float = 1.0

    def matrix(self, depth: float = 1.0) -> Matrix:
        """Return scene units to picture pixels for a layer.

        Args:
            depth: 1 where the players are; less is farther and moves less, more is nearer.
        """
        x = WIDTH_PX / 2 + (self.x - WIDTH_PX / 2) * depth
        y = HEIGHT_PX / 2 + (self.y - HEIGHT_PX / 2) * depth
        zoom = 1 + (self.zoom - 1) * depth
        return chain(shifted(-x, -y), stretched(zoom, zoom), shifted(WIDTH_PX / 2, HEIGHT_PX / 2))


@dataclass(frozen=True, slots=True)
class Layer:
    """Scenery at one depth.

    Args:
        shapes: in drawing order, in scene units.
        depth: see `Camera.matrix`.
        left: of what is drawn, scene units.
        right: of what is drawn.
        ground: paints what lies under the shapes; a layer that has it, or says so, hides all behind it.
        is_whole: covers the whole picture.
    """

    shapes: Callable[[], list[Shape]]
    depth: float
    left: float
    right: float
    ground: Callable[[Picture, Matrix], None] | None = None
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Background:
    """A place.

    Args:
        name: of the place.
        behind: layers behind the players, farthest first.
        before: layers in front of them.
        light: factor of each channel that the place's light puts on a player.
        shadow_alpha: how dark a player's shadow falls.
    """

    name: str
    behind: tuple[Layer, ...]
    before: tuple[Layer, ...]
    light: tuple[float, float, float] = (1.0, 1.0, 1.0)
    shadow_alpha: float = 0.3


PARLOUR = Background(
    name="parlour",
    behind=(
        Layer(parlour.wall, 0.85, parlour.LEFT, parlour.RIGHT, is_whole=True),
        Layer(parlour.room, 1.0, parlour.LEFT, parlour.RIGHT),
    ),
    before=(Layer(parlour.front, 1.35, parlour.LEFT, parlour.RIGHT),),
)
GARDEN = Background(
    name="garden",
    behind=(
        Layer(garden.sky, 0.12, garden.LEFT, garden.RIGHT, garden.dusk, is_whole=True),
        Layer(garden.roofs, 0.45, garden.LEFT, garden.RIGHT),
        Layer(garden.ground, 1.0, garden.LEFT, garden.RIGHT),
    ),
    before=(Layer(garden.front, 1.4, garden.LEFT, garden.RIGHT + 600),),
    light=(0.92, 0.90, 1.0),
    shadow_alpha=0.38,
)
BACKGROUNDS = {place.name: place for place in (PARLOUR, GARDEN)}


def get_background(name: str) -> Background:
    """Return a place by name.

    Raises:
        NotFound: there is no such place.
    """
    try:
        return BACKGROUNDS[name]
    except KeyError:
        raise NotFound(f"There is no background “{name}”; there are {', '.join(BACKGROUNDS)}.") from None


@dataclass(frozen=True, slots=True)
class _Baked:
    """A layer as pixels.

    Args:
        raster: height×width×4: its colours on black, and how much of what is behind it stays (255 all).
        to_scene: 2×3, raster pixels to scene units.
        top: of the raster, scene units.
        bottom: of the raster.
    """

    raster: Picture
    to_scene: Matrix
    top: float
    bottom: float


@cache
def _baked(place: str, part: str, index: int) -> _Baked:
    layer: Layer = getattr(get_background(place), part)[index]
    shapes = layer.shapes()
    top, bottom = -_SPILL, HEIGHT_PX + _SPILL
    if not layer.is_whole:
        _, high, _, low = bounds(shapes)
        top, bottom = max(top, high - 2), min(bottom, low + 2)
    to_pixels = chain(shifted(-layer.left, -top), stretched(OVERSAMPLE, OVERSAMPLE))
    size = (round((bottom - top) * OVERSAMPLE), round((layer.right - layer.left) * OVERSAMPLE))
    colour = np.zeros((*size, 3), dtype=np.uint8)
    stays = np.zeros(size, dtype=np.uint8)
    if layer.ground is not None:
        layer.ground(colour, to_pixels)
    # The raster is already larger than the picture: no oversampling on top of it.
    paint(colour, shapes, matrix=to_pixels, oversample=1)
    if not layer.is_whole:
        cover = np.zeros((*size, 3), dtype=np.uint8)
        paint(cover, [_white(shape) for shape in shapes], matrix=to_pixels, oversample=1)
        stays = np.asarray(255 - cover[..., 0], dtype=np.uint8)
    raster = np.dstack([colour, stays])
    to_scene = chain(stretched(1 / OVERSAMPLE, 1 / OVERSAMPLE), shifted(layer.left, top))
    return _Baked(raster, to_scene, top, bottom)


def _white(shape: Shape) -> Shape:
    white = (255, 255, 255)
    return replace(shape, fill=shape.fill and white, line=shape.line and white)


def _seen(raster: Picture, to_picture: Matrix, rows: int) -> np.ndarray:
    """Return the part of a layer's raster that the camera sees, at picture size."""
    size = (WIDTH_PX, rows)
    if to_picture[0, 0] * OVERSAMPLE == 1:
        # No zoom: cut on the raster's own grid (half picture pixels) and average, which keeps it crisp.
        x, y = (round(-offset * OVERSAMPLE) for offset in to_picture[:, 2])
        high, wide = rows * OVERSAMPLE, WIDTH_PX * OVERSAMPLE
        if x >= 0 and y >= 0 and x + wide <= raster.shape[1] and y + high <= raster.shape[0]:
            return cv2.resize(raster[y : y + high, x : x + wide], size, interpolation=cv2.INTER_AREA)
    # OpenCV's maps join pixel centres; ours join corners, hence the half pixels.
    centred = chain(shifted(0.5, 0.5), to_picture, shifted(-0.5, -0.5))
    return cv2.warpAffine(raster, centred, size, flags=cv2.INTER_LINEAR, borderValue=(0, 0, 0, 255))


@lru_cache(maxsize=_KEPT)
def _band(place: str, part: str, index: int, camera: Camera) -> tuple[int, np.ndarray, np.ndarray] | None:
    """Return a layer's first row, colours and what stays behind them; None where the camera misses it."""
    layer: Layer = getattr(get_background(place), part)[index]
    baked, matrix = _baked(place, part, index), camera.matrix(layer.depth)
    edges = moved(np.array([[0.0, baked.top], [0.0, baked.bottom]]), matrix)[:, 1]
    y0, y1 = max(0, int(np.ceil(edges[0]))), min(HEIGHT_PX, int(edges[1]))
    if y1 <= y0:
        return None
    seen = _seen(baked.raster, chain(baked.to_scene, matrix, shifted(0, -y0)), y1 - y0)
    stays = cv2.cvtColor(cv2.extractChannel(seen, 3), cv2.COLOR_GRAY2RGB)
    if stays.min() == 255:  # noqa: PLR2004 (all of what is behind stays)
        return None
    return y0, cv2.cvtColor(seen, cv2.COLOR_RGBA2RGB), stays


def _lay(picture: Picture, place: Background, part: str, camera: Camera) -> None:
    for index in range(len(getattr(place, part))):
        band = _band(place.name, part, index, camera)
        if band is not None:
            y0, colour, stays = band
            rows = picture[y0 : y0 + len(colour)]
            cv2.multiply(rows, stays, dst=rows, scale=1 / 255)
            cv2.add(rows, colour, dst=rows)


@lru_cache(maxsize=_KEPT)
def _behind(place: str, camera: Camera) -> Picture:
    picture = np.zeros((HEIGHT_PX, WIDTH_PX, 3), dtype=np.uint8)
    _lay(picture, get_background(place), "behind", camera)
    picture.flags.writeable = False
    return picture


def render_behind(place: Background, camera: Camera) -> Picture:
    """Return the picture behind the players: 540×960×3 sRGB, the caller's to draw on."""
    return _behind(place.name, camera).copy()


def render_before(picture: Picture, place: Background, camera: Camera) -> None:
    """Lay what stands in front of the players over the picture."""
    _lay(picture, place, "before", camera)


def scenery(place: Background, camera: Camera) -> list[Shape]:
    """Return a place's shapes behind the players as the camera sees them, for drawing styles of their own."""
    return [shape for layer in place.behind for shape in placed(layer.shapes(), camera.matrix(layer.depth))]
