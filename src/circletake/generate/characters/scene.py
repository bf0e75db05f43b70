"""Scenes: backgrounds of our own, and a drawing set into one with light, blur and compression."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.generate.characters.character import Drawn
from circletake.generate.characters.palettes import hsv

Rgb = NDArray[np.uint8]

_TREES, _CARDS = 14, 26


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture with a figure in it.

    Args:
        rgb: uint8 [height, width, 3], sRGB.
        mask: uint8 [height, width], 255 where the figure covers at least half a pixel, else 0.
        label: uint8 [height, width], the drawing's labels, 0 elsewhere.
    """

    rgb: Rgb
    mask: NDArray[np.uint8]
    label: NDArray[np.uint8]


def _graded(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float32]:
    corners = np.array(
        [[hsv(rng.random(), rng.uniform(0, 0.6), rng.uniform(0.2, 1)) for _ in range(2)] for _ in range(2)],
        np.float32,
    )
    return np.asarray(cv2.resize(corners, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _clouded(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float32]:
    total = np.zeros((height, width), np.float32)
    for octave in (4, 9, 20, 50):
        noise = rng.normal(size=(octave, octave * 2)).astype(np.float32)
        wide = np.asarray(cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
        total += wide / np.float32(octave**0.5)
    return np.asarray(total[..., None])


def _landscape(rng: np.random.Generator, picture: Rgb) -> None:
    height, width = picture.shape[:2]
    hue = rng.random() if rng.random() < 0.3 else rng.uniform(0.2, 0.4)
    for layer in range(int(rng.integers(2, 5))):
        xs = np.linspace(0, width, 24)
        waves = np.sin(xs / width * rng.uniform(3, 14) + rng.uniform(0, 6)) * height * rng.uniform(0.02, 0.1)
        ys = height * (0.4 + 0.16 * layer) + waves
        colour = hsv(hue + rng.normal(0, 0.04), rng.uniform(0.2, 0.8), rng.uniform(0.25, 0.85))
        hill = np.concatenate([np.stack([xs, ys], 1), [[width, height], [0, height]]]).astype(np.int32)
        cv2.fillPoly(picture, [hill], colour, cv2.LINE_AA)
        for _ in range(int(rng.integers(0, _TREES))):
            x, size = int(rng.integers(0, width)), height * rng.uniform(0.03, 0.14)
            y = int(np.interp(x, xs, ys))
            leaf = hsv(hue + rng.normal(0, 0.06), rng.uniform(0.3, 0.9), rng.uniform(0.15, 0.7))
            if rng.random() < 0.5:
                cv2.circle(picture, (x, y - int(size)), int(size * 0.7), leaf, -1, cv2.LINE_AA)
            else:
                fir = np.array([[x - size * 0.5, y], [x + size * 0.5, y], [x, y - size * 2.2]], np.int32)
                cv2.fillPoly(picture, [fir], leaf, cv2.LINE_AA)


def _room(rng: np.random.Generator, picture: Rgb) -> None:
    height, width = picture.shape[:2]
    floor = int(height * rng.uniform(0.6, 0.85))
    picture[floor:] = hsv(rng.random(), rng.uniform(0.1, 0.6), rng.uniform(0.2, 0.8))
    for _ in range(int(rng.integers(4, 12))):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, floor))
        far = (x + int(rng.integers(10, width // 3)), y + int(rng.integers(10, height // 2)))
        cv2.rectangle(picture, (x, y), far, hsv(rng.random(), rng.uniform(0, 0.8), rng.uniform(0.1, 1)), -1)
        if rng.random() < 0.5:
            cv2.rectangle(picture, (x, y), far, hsv(rng.random(), 0.4, 0.2), int(rng.integers(1, 5)))


def _lights(rng: np.random.Generator, picture: Rgb) -> None:
    height, width = picture.shape[:2]
    for _ in range(_CARDS):
        at = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        size = int(height * rng.uniform(0.02, 0.2))
        cv2.circle(
            picture, at, size, hsv(rng.random(), rng.uniform(0, 0.9), rng.uniform(0.1, 1)), -1, cv2.LINE_AA
        )


def background(seed: int, width_px: int, height_px: int) -> Rgb:
    """Draw a background: hills and trees, a room, lights, or plain paint; sharp or out of focus.

    Args:
        seed: of the background; the same seed gives the same bytes.
        width_px: of the picture.
        height_px: of the picture.

    Returns:
        uint8 [height, width, 3], sRGB.
    """
    rng = np.random.default_rng([seed, 2])
    ground = _graded(rng, height_px, width_px)
    kind = int(rng.integers(4))
    picture = np.clip(ground, 0, 255).astype(np.uint8)
    if kind < 3:
        (_landscape, _room, _lights)[kind](rng, picture)
    if rng.random() < 0.4:
        picture = np.asarray(
            cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.5, height_px / 50))), np.uint8
        )
    depth = rng.uniform(2, 14)
    grain = rng.standard_normal(picture.shape, dtype=np.float32) * np.float32(rng.uniform(0, 4))
    clouded = picture + np.float32(depth) * _clouded(rng, height_px, width_px) + grain
    return np.asarray(np.clip(clouded, 0, 255).astype(np.uint8))


def composite(
    drawn: Drawn,
    behind: Rgb,
    *,
    place_px: tuple[float, float],
    scale: float = 1.0,
    light: tuple[float, float, float] = (1.0, 1.0, 1.0),
    blur_px: float = 0.0,
    jpeg_quality: int | None = None,
) -> Frame:
    """Set a drawing into a background.

    Args:
        drawn: the figure.
        behind: uint8 [height, width, 3], sRGB; left as it is.
        place_px: right and down, of the middle of the drawing; it may lie outside.
        scale: frame pixels to a drawing's pixel.
        light: factors of red, green and blue that the figure is lit by.
        blur_px: sigma of a blur over the whole frame; 0 for none.
        jpeg_quality: 1–100 of a JPEG that the frame goes through; None for none.
    """
    height, width = behind.shape[:2]
    side = drawn.alpha.shape[0]
    # Only what the drawing's square covers is worked on, and a pixel beyond it.
    reach = scale * side / 2 + 1
    x0, x1 = (int(np.clip(place_px[0] + way * reach, 0, width)) for way in (-1, 1))
    y0, y1 = (int(np.clip(place_px[1] + way * reach, 0, height)) for way in (-1, 1))
    mask, label = np.zeros((height, width), np.uint8), np.zeros((height, width), np.uint8)
    rgb = behind.copy()
    if x1 > x0 and y1 > y0:
        shift = np.array(place_px) - scale * side / 2 - (x0, y0)
        # Pixel centres are at halves, OpenCV's at whole numbers.
        table = np.column_stack([np.eye(2) * scale, shift + (scale - 1) / 2])
        share = drawn.alpha.astype(np.float32)[..., None] / 255
        lit = np.minimum(drawn.rgb * np.array(light, np.float32), 255) * share
        layers = np.concatenate([lit, share], axis=2).astype(np.float32)
        if scale < 1:
            # What shrinking would alias.
            layers = np.asarray(cv2.GaussianBlur(layers, (0, 0), 0.5 * (1 / scale - 1) + 0.01), np.float32)
        size = (x1 - x0, y1 - y0)
        moved = np.asarray(cv2.warpAffine(layers, table, size, flags=cv2.INTER_LINEAR), np.float32)
        area = rgb[y0:y1, x0:x1]
        area[:] = np.rint(np.clip(area * (1 - moved[..., 3:]) + moved[..., :3], 0, 255))
        covered = moved[..., 3] >= 0.5
        mask[y0:y1, x0:x1][covered] = 255
        labels = np.asarray(cv2.warpAffine(drawn.label, table, size, flags=cv2.INTER_NEAREST), np.uint8)
        label[y0:y1, x0:x1][covered] = labels[covered]
    if blur_px > 0:
        rgb = np.asarray(cv2.GaussianBlur(rgb, (0, 0), blur_px), np.uint8)
    if jpeg_quality is not None:
        done, written = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality])
        if done:
            rgb = np.asarray(cv2.imdecode(written, cv2.IMREAD_COLOR), np.uint8)[..., ::-1].copy()
    return Frame(rgb, mask, label)
