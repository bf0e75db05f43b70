"""A face that went wrong: hollow eyes, too many teeth."""

import math
from typing import Protocol

from circletake.generate.character import Character
from circletake.generate.drawing.shapes import Colour, Shape, ellipse, loop, path, polygon

_HOLLOW: Colour = (18, 10, 14)
_BRUISE: Colour = (116, 74, 82)
_GUM: Colour = (96, 14, 30)
_TOOTH: Colour = (240, 234, 204)
_PIN: Colour = (232, 60, 52)
_TEETH = 9  # a dog's smile shows four


class Turned(Protocol):
    """Whatever brings points of the head onto the picture."""

    def at(self, x: float, y: float, z: float) -> tuple[float, float, float]:
        """Return where a point of the head lands, and its depth."""
        ...

    def width(self, x: float, z: float) -> float:
        """Return the share of its width that a patch shows."""
        ...


def horror_features(turn: Turned, model: Character, amount: float) -> list[Shape]:
    """Return what is drawn over a face that is `amount` (0–1) of the way into a horror film."""
    return [*_sockets(turn, model, amount), *_grin(turn, model, amount)]


def _sockets(turn: Turned, model: Character, amount: float) -> list[Shape]:
    shapes: list[Shape] = []
    for side in (-1, 1):
        share = turn.width(side * 24.0, 44.0)
        if share < 0.12:  # noqa: PLR2004 (turned away, as the eye itself would be)
            continue
        x, y, _ = turn.at(side * 24.0, -8.0, 44.0)
        wide = max(0.5, min(1.0, share * 1.12))
        rx, ry = (15 + 4 * amount) * wide, 17 + 9 * amount
        hollow = [(-1, -0.2), (-0.5, -1), (0.5, -0.92), (1, -0.1), (0.7, 0.8), (0.1, 1.3), (-0.6, 0.85)]
        socket = loop([(x + rx * px, y + ry * py) for px, py in hollow])
        shapes += [
            Shape(ellipse(x, y + 3, rx * 1.28, ry * 1.24), _BRUISE, part="face"),
            Shape(socket, _HOLLOW, model.palette.line, model.build.line_px * 0.8, "face"),
            Shape(ellipse(x + 1, y + 1, 3.4, 3.4, corners=16), _PIN, part="face"),
        ]
        for offset, length in ((-6, 18), (5, 26)):
            tear = path(
                [
                    (x + offset, y + ry),
                    (x + offset - 1, y + ry + length * 0.5),
                    (x + offset + 1, y + ry + length * amount),
                ]
            )
            shapes.append(Shape(tear, None, _HOLLOW, 2.4, "face", closed=False))
    return shapes


def _grin(turn: Turned, model: Character, amount: float) -> list[Shape]:
    reach = 44 + 22 * model.build.muzzle + 16
    half = 30 + 20 * amount
    gape = 10 + 22 * amount

    def on(across: float, down: float) -> tuple[float, float]:
        # The grin follows the round of the face: its ends lie farther back and higher.
        bend = across / half
        x, y, _ = turn.at(
            across, 40 - 15 * bend * bend * amount + down * (1 - 0.82 * bend * bend), reach - 34 * bend * bend
        )
        return x, y

    steps = [half * math.sin(math.pi * i / 16) for i in range(-8, 9)]
    upper = [on(across, -8) for across in steps]
    lower = [on(across, gape) for across in steps]
    mouth = polygon(*upper, *lower[::-1])
    shapes = [Shape(mouth, _GUM, model.palette.line, model.build.line_px, "face")]
    for row, (near, far) in enumerate(((-8.0, gape * 0.52), (gape, gape * 0.1))):
        for tooth in range(_TEETH):
            left = half * 0.94 * (2 * tooth / _TEETH - 1)
            right = half * 0.94 * (2 * (tooth + 1) / _TEETH - 1)
            long = far * (1.0 if (tooth + row) % 2 else 0.62)
            spike = polygon(on(left, near), on(right, near), on((left + right) / 2 + (row - 0.5) * 3, long))
            shapes.append(Shape(spike, _TOOTH, model.palette.line, model.build.line_px * 0.4, "face"))
    return shapes
