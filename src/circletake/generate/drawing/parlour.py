"""The sunlit parlour: chequered floor, window, armchair, a framed ancestor, a cheese on a pedestal."""

from itertools import pairwise

import numpy as np

from circletake.generate.drawing.shapes import (
    Colour,
    Shape,
    ellipse,
    loop,
    merged,
    path,
    polygon,
    rectangle,
)

INK: Colour = (58, 40, 44)
_LINE = 2.6
_FLOOR_Y = 338.0
_VANISH = (480.0, 120.0)
_NEAR_Y = 620.0
_TILE = 150.0  # of a tile's width at the near edge
_ROWS = [_VANISH[1] + (_NEAR_Y - _VANISH[1]) / (1 + 0.26 * k) for k in range(6)]
_CREAM: Colour = (238, 214, 176)
_TERRACOTTA: Colour = (190, 112, 84)
LEFT, RIGHT = -420.0, 1400.0


def wall() -> list[Shape]:
    """Return wallpaper, panelling, window and pictures."""
    paper: list[Shape] = [Shape(rectangle(LEFT, -120, RIGHT - LEFT, 480), (122, 174, 166))]
    for i, x in enumerate(np.arange(LEFT, RIGHT, 60.0)):
        paper.append(Shape(rectangle(float(x), -120, 30, 480), (130, 182, 173)))
        for y in range(-80 + 30 * (i % 2), 260, 60):
            at = float(x) + 15
            paper.append(Shape(polygon((at, y - 6), (at + 4, y), (at, y + 6), (at - 4, y)), (156, 202, 190)))
    panels: list[Shape] = [
        Shape(rectangle(LEFT, 262, RIGHT - LEFT, 80), (222, 190, 146)),
        Shape(rectangle(LEFT, 256, RIGHT - LEFT, 10), (240, 214, 172), INK, _LINE),
        Shape(rectangle(LEFT, 324, RIGHT - LEFT, 18), (240, 214, 172), INK, _LINE),
    ]
    panels += [
        Shape(rectangle(float(x), 276, 96, 38), (212, 178, 132), (176, 136, 96), 2.0)
        for x in np.arange(LEFT + 10, RIGHT, 116.0)
    ]
    return [
        *paper,
        *panels,
        *_window(110, 44),
        *_portrait(566, 70),
        *_plates(),
        *_bookcase(1040),
        *_door(-250),
    ]


def _window(x: float, y: float) -> list[Shape]:
    sky = [
        Shape(rectangle(x, y, 180, 186), (198, 232, 244)),
        Shape(ellipse(x + 132, y + 46, 26, 26), (255, 246, 204)),
        Shape(
            loop(
                [
                    (x, y + 130),
                    (x + 50, y + 104),
                    (x + 110, y + 128),
                    (x + 180, y + 100),
                    (x + 180, y + 190),
                    (x, y + 190),
                ]
            ),
            (158, 200, 132),
        ),
        Shape(
            loop([(x, y + 156), (x + 70, y + 142), (x + 180, y + 160), (x + 180, y + 190), (x, y + 190)]),
            (128, 178, 112),
        ),
        Shape(
            loop(
                [
                    (x + 20, y + 44),
                    (x + 34, y + 34),
                    (x + 52, y + 36),
                    (x + 72, y + 42),
                    (x + 66, y + 52),
                    (x + 26, y + 52),
                ]
            ),
            (250, 252, 252),
        ),
    ]
    cream: Colour = (250, 240, 218)
    frame = [
        Shape(rectangle(x, y, 180, 186), None, INK, 16.0),
        Shape(rectangle(x, y, 180, 186), None, cream, 11.0),
        Shape(polygon((x + 90, y), (x + 90, y + 186)), None, INK, 11.0, closed=False),
        Shape(polygon((x, y + 88), (x + 180, y + 88)), None, INK, 11.0, closed=False),
        Shape(polygon((x + 90, y), (x + 90, y + 186)), None, cream, 6.5, closed=False),
        Shape(polygon((x, y + 88), (x + 180, y + 88)), None, cream, 6.5, closed=False),
        Shape(rectangle(x - 18, y + 188, 216, 14), cream, INK, _LINE),
    ]
    curtains: list[Shape] = []
    for side, hem in ((-1, x - 6), (1, x + 186)):
        drape = loop(
            [
                (hem - side * 34, y - 26),
                (hem + side * 34, y - 26),
                (hem + side * 38, y + 90),
                (hem + side * 44, y + 210),
                (hem + side * 4, y + 208),
                (hem - side * 2, y + 110),
                (hem - side * 26, y + 44),
            ]
        )
        curtains.append(Shape(drape, (232, 168, 72), INK, _LINE))
        curtains += [
            Shape(
                path(
                    [
                        (hem + side * (dx - 10), y - 10),
                        (hem + side * dx, y + 90),
                        (hem + side * (dx + 6), y + 196),
                    ]
                ),
                None,
                (200, 132, 52),
                2.4,
                closed=False,
            )
            for dx in (14, 27)
        ]
    rod = [
        Shape(rectangle(x - 66, y - 32, 312, 9), (150, 98, 60), INK, _LINE),
        Shape(ellipse(x - 70, y - 27, 10, 10), (176, 118, 70), INK, _LINE),
        Shape(ellipse(x + 250, y - 27, 10, 10), (176, 118, 70), INK, _LINE),
    ]
    return [*sky, *frame, *curtains, *rod]


def _portrait(x: float, y: float) -> list[Shape]:
    cheese = polygon((x + 26, y + 104), (x + 104, y + 104), (x + 104, y + 74), (x + 40, y + 66))
    crown = polygon(
        (x + 46, y + 56),
        (x + 44, y + 34),
        (x + 56, y + 46),
        (x + 66, y + 28),
        (x + 76, y + 46),
        (x + 88, y + 34),
        (x + 86, y + 58),
    )
    holes = [(50, 90, 6), (74, 94, 5), (90, 84, 6), (64, 80, 4)]
    return [
        Shape(polygon((x + 64, y - 34), (x + 8, y - 4)), None, INK, 2.0, closed=False),
        Shape(polygon((x + 64, y - 34), (x + 120, y - 4)), None, INK, 2.0, closed=False),
        Shape(rectangle(x - 10, y - 10, 148, 156), (222, 170, 70), INK, _LINE),
        Shape(rectangle(x, y, 128, 136), (176, 122, 44), INK, 2.0),
        Shape(rectangle(x + 6, y + 6, 116, 124), (56, 62, 102)),
        Shape(ellipse(x + 64, y + 70, 50, 52), (76, 84, 130)),
        Shape(cheese, (250, 206, 84), INK, 2.2),
        *[Shape(ellipse(x + hx, y + hy, r, r * 0.8, corners=16), (220, 164, 54)) for hx, hy, r in holes],
        Shape(crown, (255, 226, 120), INK, 2.0),
        Shape(ellipse(x + 66, y + 28, 3.4, 3.4, corners=12), (206, 60, 60)),
    ]


def _plates() -> list[Shape]:
    shapes: list[Shape] = []
    for x, y, r in ((468, 96, 26), (508, 156, 20), (436, 166, 20)):
        shapes += [
            Shape(ellipse(x, y, r, r), (246, 240, 228), INK, 2.2),
            Shape(ellipse(x, y, r * 0.66, r * 0.66), (110, 140, 186)),
            Shape(ellipse(x, y, r * 0.5, r * 0.5), (246, 240, 228)),
        ]
    return shapes


def _bookcase(x: float) -> list[Shape]:
    shapes: list[Shape] = [Shape(rectangle(x, 20, 190, 320), (142, 92, 62), INK, _LINE)]
    tints: list[Colour] = [(190, 76, 66), (80, 110, 140), (220, 180, 96), (110, 140, 100), (150, 96, 130)]
    for shelf in range(4):
        top = 34 + shelf * 76
        shapes.append(Shape(rectangle(x + 10, top, 170, 64), (96, 60, 44)))
        at = x + 14.0
        for book in range(9):
            wide, tall = 12 + (book * 7 + shelf * 5) % 9, 40 + (book * 11 + shelf * 17) % 20
            shapes.append(
                Shape(rectangle(at, top + 64 - tall, wide, tall), tints[(book * 2 + shelf) % 5], INK, 1.6)
            )
            at += wide + 1.5
    return shapes


def _door(x: float) -> list[Shape]:
    return [
        Shape(rectangle(x - 10, -20, 170, 364), (240, 214, 172), INK, _LINE),
        Shape(rectangle(x + 6, -4, 138, 346), (164, 106, 72), INK, _LINE),
        Shape(rectangle(x + 26, 20, 98, 120), (148, 92, 62), INK, 2.0),
        Shape(rectangle(x + 26, 170, 98, 140), (148, 92, 62), INK, 2.0),
        Shape(ellipse(x + 132, 170, 8, 8), (240, 196, 80), INK, 2.0),
    ]


def _across(u: float, y: float) -> float:
    return _VANISH[0] + u * (y - _VANISH[1]) / (_NEAR_Y - _VANISH[1])


def room() -> list[Shape]:
    """Return the floor with its light, and what stands on it behind the players."""
    tiles: list[Shape] = [Shape(rectangle(LEFT, _FLOOR_Y, RIGHT - LEFT, 320), _CREAM)]
    rows = [max(_FLOOR_Y, y) for y in _ROWS]
    for row, (near, far) in enumerate(pairwise(rows)):
        for column in range(-16, 16):
            if (row + column) % 2:
                u = column * _TILE
                tile = polygon(
                    (_across(u, near), near),
                    (_across(u + _TILE, near), near),
                    (_across(u + _TILE, far), far),
                    (_across(u, far), far),
                )
                tiles.append(Shape(tile, _TERRACOTTA))
    edge = Shape(polygon((LEFT, _FLOOR_Y), (RIGHT, _FLOOR_Y)), None, INK, _LINE, closed=False)
    dim = Shape(rectangle(LEFT, _FLOOR_Y, RIGHT - LEFT, 22), (90, 50, 60), alpha=0.16)
    rug = [
        Shape(ellipse(570, 462, 286, 58, corners=64), (106, 62, 98), INK, _LINE),
        Shape(ellipse(570, 461, 262, 50, corners=64), None, (238, 190, 96), 3.4),
        Shape(ellipse(570, 460, 236, 42, corners=64), (128, 76, 112)),
    ]
    sun = [
        Shape(polygon((250, 366), (336, 366), (330, 424), (214, 424)), (255, 244, 196), alpha=0.5),
        Shape(polygon((350, 366), (436, 366), (462, 424), (346, 424)), (255, 244, 196), alpha=0.5),
        Shape(polygon((208, 436), (330, 436), (322, 510), (158, 510)), (255, 244, 196), alpha=0.5),
        Shape(polygon((346, 436), (468, 436), (502, 510), (338, 510)), (255, 244, 196), alpha=0.5),
    ]
    beam = [Shape(polygon((116, 50), (284, 50), (500, 510), (160, 510)), (255, 248, 214), alpha=0.10)]
    return [*tiles, dim, edge, *rug, *sun, *_armchair(800, 424), *_pedestal(392, 402), *beam]


def _armchair(x: float, y: float) -> list[Shape]:
    plum, dark, pale = (158, 58, 74), (128, 42, 60), (178, 78, 90)
    legs = [
        Shape(
            polygon((x + dx - 7, y - 14), (x + dx + 7, y - 14), (x + dx + 4, y + 6), (x + dx - 4, y + 6)),
            (120, 76, 50),
            INK,
            2.2,
        )
        for dx in (-78, 78)
    ]
    back = loop(
        [
            (x - 68, y - 70),
            (x - 74, y - 150),
            (x - 46, y - 192),
            (x, y - 202),
            (x + 46, y - 192),
            (x + 74, y - 150),
            (x + 68, y - 70),
        ]
    )
    buttons = [(-28, -160), (0, -168), (28, -160), (-15, -138), (15, -138)]
    arms = [
        loop(
            [
                (x + side * 54, y - 92),
                (x + side * 78, y - 104),
                (x + side * 102, y - 92),
                (x + side * 102, y - 40),
                (x + side * 98, y - 10),
                (x + side * 60, y - 10),
            ]
        )
        for side in (-1, 1)
    ]
    return [
        Shape(ellipse(x, y + 4, 116, 13), (60, 30, 50), alpha=0.28),
        *legs,
        Shape(back, plum, INK, _LINE),
        Shape(
            loop(
                [
                    (x - 50, y - 84),
                    (x - 56, y - 148),
                    (x - 34, y - 178),
                    (x, y - 186),
                    (x + 34, y - 178),
                    (x + 56, y - 148),
                    (x + 50, y - 84),
                ]
            ),
            pale,
        ),
        *[Shape(ellipse(x + bx, y + by, 3.4, 3.4, corners=12), dark) for bx, by in buttons],
        Shape(rectangle(x - 62, y - 50, 124, 40), dark, INK, _LINE),
        Shape(
            loop(
                [
                    (x - 60, y - 76),
                    (x, y - 84),
                    (x + 60, y - 76),
                    (x + 66, y - 58),
                    (x + 58, y - 46),
                    (x, y - 44),
                    (x - 58, y - 46),
                    (x - 66, y - 58),
                ]
            ),
            pale,
            INK,
            _LINE,
        ),
        *[Shape(arm, plum, INK, _LINE) for arm in arms],
        *[Shape(ellipse(x + side * 79, y - 84, 13, 12), dark, INK, 2.0) for side in (-1, 1)],
    ]


def _pedestal(x: float, y: float) -> list[Shape]:
    stone, shade = (236, 230, 222), (202, 194, 196)
    cheese = polygon((x - 44, y - 134), (x + 44, y - 134), (x + 44, y - 164), (x - 22, y - 176))
    top = polygon((x - 22, y - 176), (x + 44, y - 164), (x + 20, y - 186))
    return [
        Shape(ellipse(x + 4, y + 2, 58, 10), (60, 30, 50), alpha=0.28),
        *merged(
            [
                Shape(rectangle(x - 46, y - 14, 92, 16), stone),
                Shape(rectangle(x - 28, y - 112, 56, 100), stone),
                Shape(rectangle(x - 50, y - 126, 100, 16), stone),
            ],
            INK,
            _LINE,
        ),
        Shape(rectangle(x + 8, y - 110, 20, 96), shade),
        *[
            Shape(polygon((x + dx, y - 104), (x + dx, y - 20)), None, shade, 3.0, closed=False)
            for dx in (-18, -6)
        ],
        Shape(rectangle(x - 50, y - 113, 100, 3), shade),
        Shape(ellipse(x, y - 132, 54, 8), (120, 160, 190), INK, 2.2),
        Shape(cheese, (250, 204, 76), INK, _LINE),
        Shape(top, (255, 224, 120), INK, _LINE),
        *[
            Shape(ellipse(x + hx, y + hy, r, r * 0.8, corners=16), (222, 160, 48))
            for hx, hy, r in ((-20, -146, 7), (8, -152, 8), (30, -144, 5), (26, -157, 4), (-4, -141, 4))
        ],
    ]


def front() -> list[Shape]:
    """Return what stands between the camera and the players: leaves at the edges."""
    shapes: list[Shape] = []
    for x, y, lean, long in (
        (-84, 560, 10, 180),
        (-44, 566, 32, 160),
        (-114, 560, -14, 160),
        (-14, 572, 50, 122),
    ):
        tip = (x + lean * 2.1, y - long)
        leaf = loop(
            [
                (x - 10, y),
                (x + lean * 0.6 - 24, y - long * 0.5),
                tip,
                (x + lean * 1.2 + 24, y - long * 0.55),
                (x + 12, y),
            ]
        )
        shapes.append(Shape(leaf, (48, 92, 84), (34, 60, 64), _LINE))
        shapes.append(
            Shape(
                path([(x, y), (x + lean * 0.9, y - long * 0.5), tip]), None, (72, 124, 106), 2.4, closed=False
            )
        )
    return shapes
