"""Surfaces: small tiles of light and dark that repeat over fur and cloth, and the shade of a ball."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.generate.characters.design import Style, Surface, Vector

Bytes = NDArray[np.uint8]

TILE_PX = 64
NEUTRAL = 128  # a factor of 1: tiles are factors in steps of 1/128
_BALL_PX = 64


def _wave(*, seed: int, sigma: tuple[float, float]) -> NDArray[np.float64]:
    noise = np.random.default_rng(seed).normal(size=(TILE_PX, TILE_PX))
    wide = np.tile(noise, (3, 3))  # blurred with its neighbours, so that the tile repeats without a seam
    soft = cv2.GaussianBlur(wide, (0, 0), sigma[0], sigmaY=sigma[1])[TILE_PX:-TILE_PX, TILE_PX:-TILE_PX]
    return np.asarray(soft / max(float(soft.std()), 1e-9))


@lru_cache(maxsize=256)
def tile(surface: Surface, depth_percent: int) -> Bytes:
    """Return a surface's tile.

    Args:
        surface: which.
        depth_percent: 0–100, how dark its dark is.

    Returns:
        uint8 [64, 64, 3], 128 leaves a colour as it is, 64 halves it.
    """
    y, x = np.mgrid[0:TILE_PX, 0:TILE_PX] / TILE_PX
    match surface:
        case "grain":
            drawn = np.clip(_wave(seed=1, sigma=(1.2, 1.2)) / 2, -1, 1)
        case "fur":
            drawn = np.clip(_wave(seed=2, sigma=(0.9, 4.5)) / 2, -1, 1)
        case "hatch":
            drawn = -1.0 * (((x + y) * 4) % 1 < 0.25)
        case "dots":
            drawn = -1.0 * (((x * 2) % 1 - 0.5) ** 2 + ((y * 2) % 1 - 0.5) ** 2 < 0.07)
        case "checks":
            drawn = -1.0 * (((x * 2).astype(int) + (y * 2).astype(int)) % 2)
        case "bands":
            drawn = -1.0 * ((y * 2) % 1 < 0.45)
        case "scales":
            row = (y * 4).astype(int)
            drawn = np.hypot((x * 4 + row % 2 / 2) % 1 - 0.5, (y * 4) % 1)
            drawn = -1.0 * (np.abs(drawn - 0.62) < 0.16)
        case _:
            drawn = np.zeros((TILE_PX, TILE_PX))
    factors = NEUTRAL * (1 + drawn * depth_percent / 100)
    return np.repeat(np.clip(factors, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


@lru_cache(maxsize=256)
def ball(light: Vector) -> Bytes:
    """Return the shade of a round thing under a light.

    Args:
        light: direction it comes from: right, up, to us; length 1.

    Returns:
        uint8 [64, 64, 3] over the square round the unit disc, 128 for a factor of 1; beyond the disc as on
        its rim.

    Source:
        Half-Lambert wrapped diffuse, which keeps the dark side readable (Valve, Half-Life 2 shading).
    """
    y, x = 1 - 2 * (np.mgrid[0:_BALL_PX, 0:_BALL_PX] + 0.5) / _BALL_PX
    x = -x
    radius = np.hypot(x, y)
    shrink = np.where(radius > 1, 1 / np.maximum(radius, 1e-9), 1)
    x, y = x * shrink, y * shrink
    z = np.sqrt(np.maximum(0, 1 - x**2 - y**2))
    wrapped = (0.5 + 0.5 * (x * light[0] + y * light[1] + z * light[2])) ** 1.5
    glint = np.clip((wrapped - 0.93) / 0.07, 0, 1) ** 2 * 0.25
    factors = NEUTRAL * (0.45 + 0.72 * wrapped + glint)
    return np.repeat(np.clip(factors, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def is_textured(style: Style) -> bool:
    """Return whether a style draws its surface at all."""
    return style.surface != "plain" and style.surface_depth > 0
