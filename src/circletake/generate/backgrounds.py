"""Backgrounds: layers drawn once, moved by the camera at their own depth, players in between."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from circletake.errors import NotFound
from circletake.generate.drawing import garden, parlour
from circletake.generate.drawing.paint import OVERSAMPLE, paint
from circletake.generate.drawing.shapes import Matrix, Picture, Shape, bounds, chain, moved, placed, shifted, stretched

WIDTH_PX, HEIGHT_PX = 960, 540
_SPILL = 110.0  # scene units drawn above and below the picture for camera moves
_KEPT_FRAMES = 8


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
    """A layer as pixels: its colours on black, and what of the picture behind it stays (255 all of it)."""

    colour: Picture
    stays: Picture | None
    to_scene: Matrix
    box: tuple[float, float, float, float]


@cache
def _baked(place: str, part: str, index: int) -> _Baked:
    layer = getattr(get_background(place), part)[index]
    shapes = layer.shapes()
    left, top, right, bottom = layer.left, -_SPILL, layer.right, HEIGHT_PX + _SPILL
    if not layer.is_whole:
        _, high, _, low = bounds(shapes)
        top, bottom = max(top, high - 2), min(bottom, low + 2)
    to_pixels = chain(shifted(-left, -top), stretched(OVERSAMPLE, OVERSAMPLE))
    size = (round((bottom - top) * OVERSAMPLE), round((right - left) * OVERSAMPLE), 3)
    colour = np.zeros(size, dtype=np.uint8)
    if layer.ground is not None:
        layer.ground(colour, to_pixels)
    paint(colour, shapes, matrix=to_pixels)
    stays = None
    if not layer.is_whole:
        cover = np.zeros(size, dtype=np.uint8)
        white = (255, 255, 255)
        paint(
            cover,
            [
                Shape(s.points, white if s.fill else None, white if s.line else None, s.width_px, closed=s.closed, alpha=s.alpha)
                for s in shapes
            ],
            matrix=to_pixels,
        )
        stays = np.asarray(255 - cover, dtype=np.uint8)
    to_scene = chain(stretched(1 / OVERSAMPLE, 1 / OVERSAMPLE), shifted(left, top))
    return _Baked(colour, stays, to_scene, (left, top, right, bottom))


def _lay(picture: Picture, baked: _Baked, matrix: Matrix) -> None:
    corners = moved(np.array([[baked.box[0], baked.box[1]], [baked.box[2], baked.box[3]]]), matrix)
    y0, y1 = max(0, int(corners[0, 1])), min(HEIGHT_PX, int(np.ceil(corners[1, 1])))
    if y1 <= y0:
        return
    # OpenCV's maps join pixel centres; ours join corners, hence the half pixels.
    whole = chain(shifted(0.5, 0.5), baked.to_scene, matrix, shifted(-0.5, -0.5 - y0))
    size = (WIDTH_PX, y1 - y0)
    colour = cv2.warpAffine(baked.colour, whole, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    band = picture[y0:y1]
    if baked.stays is None:
        band[:] = colour
        return
    stays = cv2.warpAffine(
        baked.stays, whole, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(255, 255, 255)
    )
    cv2.multiply(band, stays, dst=band, scale=1 / 255)
    cv2.add(band, colour, dst=band)


_frames: OrderedDict[tuple[str, Camera], Picture] = OrderedDict()


def render_behind(place: Background, camera: Camera) -> Picture:
    """Return the picture behind the players: 540×960×3 sRGB, the caller's to draw on."""
    key = (place.name, camera)
    kept = _frames.get(key)
    if kept is None:
        kept = np.zeros((HEIGHT_PX, WIDTH_PX, 3), dtype=np.uint8)
        for index, layer in enumerate(place.behind):
            _lay(kept, _baked(place.name, "behind", index), camera.matrix(layer.depth))
        _frames[key] = kept
        if len(_frames) > _KEPT_FRAMES:
            _frames.popitem(last=False)
    return kept.copy()


def render_before(picture: Picture, place: Background, camera: Camera) -> None:
    """Lay what stands in front of the players over the picture."""
    for index, layer in enumerate(place.before):
        _lay(picture, _baked(place.name, "before", index), camera.matrix(layer.depth))


def scenery(place: Background, camera: Camera) -> list[Shape]:
    """Return a place's shapes behind the players as the camera sees them, for drawing styles of their own."""
    return [shape for layer in place.behind for shape in placed(layer.shapes(), camera.matrix(layer.depth))]
