"""Palettes: a few hues that belong together, and a colour for every paint a design may use."""

import colorsys

import numpy as np

from circletake.generate.characters.design import Colour

PAINTS = (
    "fur",
    "fur_dark",
    "belly",
    "mark",
    "ear",
    "limb",
    "paw",
    "cloth",
    "cloth_low",
    "shoe",
    "accent",
    "metal",
    "hair",
    "nose",
    "eye",
    "iris",
    "pupil",
    "mouth",
    "line",
)
RECOLOURED = ("fur", "belly", "mark", "ear", "limb", "paw", "cloth", "cloth_low", "shoe", "accent", "hair")
_GREY_SHARE = 0.18  # animals and robots are often grey, white or black


def hsv(hue: float, saturation: float, value: float) -> Colour:
    """Return sRGB 0–255 of a hue (any number; its fraction counts), saturation and value (0–1)."""
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, min(1.0, max(0.0, saturation)), min(1.0, max(0.0, value)))
    return round(red * 255), round(green * 255), round(blue * 255)


def darker(colour: Colour, share: float) -> Colour:
    """Return a colour with its channels times `share` (0–1)."""
    return round(colour[0] * share), round(colour[1] * share), round(colour[2] * share)


def turned_hue(colour: Colour, turn: float) -> Colour:
    """Return a colour with its hue turned.

    Args:
        colour: sRGB 0–255.
        turn: share of the hue circle. Greys have no hue to turn: they take that hue instead, so that the
            change can be seen.
    """
    hue, saturation, value = colorsys.rgb_to_hsv(*(channel / 255 for channel in colour))
    return hsv(hue + turn, max(saturation, 0.45), max(value, 0.4))


def draw_palette(rng: np.random.Generator) -> dict[str, Colour]:
    """Return a colour for every paint."""
    first = rng.random()
    # Neighbours, complement or triad: how designers choose the second and third hue.
    second = first + rng.choice([0.06, -0.08, 0.5, 0.42, 1 / 3, -1 / 3]) + rng.normal(0, 0.02)
    third = first + rng.choice([0.5, -0.14, 0.25, 0.6]) + rng.normal(0, 0.03)

    def tone(hue: float, *, low: float = 0.25, high: float = 0.9) -> Colour:
        grey = rng.random() < _GREY_SHARE
        saturation = rng.uniform(0, 0.12) if grey else rng.uniform(low, high)
        return hsv(hue + rng.normal(0, 0.015), saturation, rng.uniform(0.35, 0.98))

    fur = tone(first)
    line = hsv(rng.random(), rng.uniform(0, 0.5), rng.uniform(0.04, 0.25))
    dark_eyes = rng.random() < 0.85
    palette: dict[str, Colour] = {
        "fur": fur,
        "fur_dark": darker(fur, float(rng.uniform(0.6, 0.85))),
        "belly": hsv(first + rng.normal(0, 0.03), rng.uniform(0.03, 0.3), rng.uniform(0.8, 1.0)),
        "mark": tone(second),
        "ear": fur if rng.random() < 0.5 else tone(second),
        "limb": fur if rng.random() < 0.55 else tone(first, low=0.3),
        "paw": fur if rng.random() < 0.3 else tone(third),
        "cloth": tone(second, low=0.1),
        "cloth_low": tone(third, low=0.1),
        "shoe": hsv(rng.random(), rng.uniform(0, 0.7), rng.uniform(0.15, 0.7)),
        "accent": hsv(third, rng.uniform(0.6, 1), rng.uniform(0.6, 1)),
        "metal": hsv(rng.random(), rng.uniform(0, 0.2), rng.uniform(0.5, 0.9)),
        "hair": tone(third if rng.random() < 0.5 else rng.random()),
        "nose": hsv(rng.random() * 0.1, rng.uniform(0.1, 0.8), rng.uniform(0.1, 0.6)),
        "eye": hsv(0.13, rng.uniform(0, 0.15), 1.0) if dark_eyes else hsv(rng.random(), 0.4, 0.95),
        "iris": hsv(rng.random(), rng.uniform(0.3, 0.9), rng.uniform(0.3, 0.8)),
        "pupil": hsv(rng.random(), 0.4, rng.uniform(0.03, 0.18)),
        "mouth": hsv(rng.uniform(0.93, 1.03), rng.uniform(0.5, 0.8), rng.uniform(0.25, 0.6)),
        "line": line,
    }
    return palette
