"""Grain: made anew in the likeness of the plate's, by chance that the recipe's hash decides.

What the plate's grain looks like is its power at each fineness on flat ground. Noise of that power has its
size, its softness and its colour, and shows nothing of the plate's picture.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.media.detail import Field, blurred
from circletake.media.picture import Rgb

_TILE_PX = 32
_FLAT_SHARE = 0.15

Spectrum = NDArray[np.float64]
"""Amplitude at each fineness of luma, red and blue difference: [3, tile/2 + 1, tile/2 + 1]."""


def spectrum_of(plate: Sequence[Rgb]) -> Spectrum:
    """What the grain of some frames is like, in 8-bit code values."""
    window = np.outer(np.hanning(_TILE_PX), np.hanning(_TILE_PX))
    window /= np.sqrt(np.mean(window**2))
    power = np.zeros((3, _TILE_PX, _TILE_PX))
    tiles = 0
    for rgb in plate:
        coded = np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2YCrCb), np.float32) * 255
        fine = coded - blurred(coded, 2.0)
        rows, columns = (side // _TILE_PX for side in rgb.shape[:2])
        if not rows or not columns:
            continue
        coarse = np.abs(blurred(coded[..., 0], 2.0) - blurred(coded[..., 0], 8.0))
        coarse = coarse[: rows * _TILE_PX, : columns * _TILE_PX]
        busy = np.asarray(cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_AREA)).reshape(
            rows, columns
        )
        for row, column in np.argwhere(busy <= np.quantile(busy, _FLAT_SHARE)):
            tile = fine[row * _TILE_PX :, column * _TILE_PX :][:_TILE_PX, :_TILE_PX] * window[..., None]
            power += np.abs(np.fft.fft2(tile.transpose(2, 0, 1))) ** 2
            tiles += 1
    half = _TILE_PX // 2 + 1
    return np.asarray(np.sqrt(power / max(tiles, 1))[:, :half, :half] / _TILE_PX, np.float64)


def grain_like(spectrum: Spectrum, shape: tuple[int, int], *, seed: int, frame: int) -> Field:
    """Grain for a frame: float32 [height, width, 3], in 8-bit code values of RGB around nothing.

    Args:
        shape: height and width in pixels.
        frame: its number in the splice; each has grain of its own.
    """
    chance = np.random.default_rng([seed, frame])
    height, width = shape
    down = np.repeat(np.abs(np.fft.fftfreq(height))[:, None], width // 2 + 1, axis=1)
    across = np.repeat(np.fft.rfftfreq(width)[None], height, axis=0)
    at = ((across * _TILE_PX).astype(np.float32), (down * _TILE_PX).astype(np.float32))
    planes = []
    for channel in spectrum:
        amplitude = cv2.remap(
            channel.astype(np.float32), *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        waves = np.fft.rfft2(chance.standard_normal(shape))
        planes.append(np.fft.irfft2(waves * amplitude, s=shape))
    luma, red, blue = planes
    # ITU-R BT.601 colour differences, as OpenCV's YCrCb writes them.
    return np.stack(
        [luma + 1.403 * red, luma - 0.714 * red - 0.344 * blue, luma + 1.773 * blue], axis=2
    ).astype(np.float32)
