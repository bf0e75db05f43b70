"""The moonlit garden at dusk: sky, roofs with lit windows, hedge and lamp, a path, grass close by."""

import numpy as np

from circletake.generate.drawing.paint import glow, gradient, soft_mask
from circletake.generate.drawing.shapes import (
    Colour,
    Matrix,
    Picture,
    Shape,
    ellipse,
    loop,
    moved,
    path,
    polygon,
    rectangle,
)

INK: Colour = (34, 28, 58)
_LINE = 2.6
LEFT, RIGHT = -420.0, 1700.0
_MOON = (706.0, 104.0)
_DUSK: list[tuple[float, Colour]] = [
    (0.0, (34, 34, 84)),
    (0.36, (62, 52, 120)),
    (0.5, (128, 78, 142)),
    (0.58, (214, 116, 134)),
    (0.66, (252, 178, 132)),
    (1.0, (252, 190, 140)),
]


def dusk(picture: Picture, matrix: Matrix) -> None:
    """Paint the sky's colours and the moon's halo under whatever the sky holds."""
    height_px, width_px = picture.shape[:2]
    picture[:] = gradient(width_px, height_px, _DUSK)
    enlarged = matrix[0, 0]
    halo = moved(ellipse(*_MOON, 78, 78), matrix)
    glow(picture, soft_mask(width_px, height_px, [halo], 46 * enlarged), (255, 236, 200), 0.75)


def sky() -> list[Shape]:
    """Return moon, stars and thin clouds."""
    place = np.random.default_rng(40)
    shapes = []
    for _ in range(90):
        x, y, r = place.uniform(LEFT, RIGHT), place.uniform(-60, 210), place.uniform(0.7, 1.9)
        shapes.append(Shape(ellipse(x, y, r, r, corners=10), (255, 246, 222), alpha=0.85))
    mx, my = _MOON
    shapes += [
        Shape(ellipse(mx, my, 50, 50, corners=64), (255, 243, 210)),
        Shape(ellipse(mx - 16, my - 12, 11, 10), (240, 222, 184)),
        Shape(ellipse(mx + 14, my + 14, 14, 12), (240, 222, 184)),
        Shape(ellipse(mx + 18, my - 20, 6, 5), (240, 222, 184)),
    ]
    for x, y, long in ((150, 150, 150), (470, 96, 110), (880, 176, 190), (1180, 120, 140)):
        cloud = loop(
            [
                (x - long, y),
                (x - long * 0.4, y - 11),
                (x + long * 0.2, y - 7),
                (x + long, y),
                (x + long * 0.3, y + 6),
                (x - long * 0.5, y + 7),
            ]
        )
        shapes.append(Shape(cloud, (196, 128, 160), alpha=0.4))
    return shapes


def roofs() -> list[Shape]:
    """Return the far houses."""
    shapes: list[Shape] = []
    wall, roof, lit = (70, 58, 112), (54, 44, 94), (255, 208, 116)
    houses = [
        (-360, 150, 96),
        (-190, 120, 140),
        (-50, 170, 92),
        (140, 110, 150),
        (270, 150, 104),
        (440, 130, 126),
        (590, 180, 88),
        (790, 120, 146),
        (930, 160, 100),
        (1110, 130, 130),
        (1260, 170, 96),
    ]
    for i, (x, wide, tall) in enumerate(houses):
        top = 340 - tall
        shapes += [
            Shape(rectangle(x + wide * 0.68, top - 50, 18, 60), wall, INK, 2.0),
            Shape(rectangle(x, top, wide, 400 - top), wall, INK, 2.0),
            Shape(
                polygon((x - 12, top + 2), (x + wide * 0.5, top - 44), (x + wide + 12, top + 2)),
                roof,
                INK,
                2.0,
            ),
        ]
        for column in range(2):
            for row in range(2):
                colour = lit if (i * 3 + column * 2 + row) % 4 < 2 else (48, 42, 88)  # noqa: PLR2004 (half are lit)
                at_x, at_y = x + wide * (0.2 + 0.42 * column), top + 18 + 44 * row
                shapes.append(Shape(rectangle(at_x, at_y, 20, 26), colour, INK, 1.8))
                shapes.append(
                    Shape(polygon((at_x + 10, at_y), (at_x + 10, at_y + 26)), None, INK, 1.4, closed=False)
                )
    return shapes


def ground() -> list[Shape]:
    """Return hedge, fence, lamp, tree and the path the players walk on."""
    shapes: list[Shape] = []
    bumps = [(LEFT - 20, 420.0)]
    for i, x in enumerate(np.arange(LEFT, RIGHT + 40, 44.0)):
        bumps += [(float(x), 322.0 - 7 * (i % 3)), (float(x) + 22, 334.0)]
    bumps.append((RIGHT + 60, 420.0))
    shapes.append(Shape(path(bumps), (44, 72, 86), INK, _LINE))
    for i, x in enumerate(np.arange(LEFT, RIGHT, 31.0)):
        shapes.append(
            Shape(ellipse(float(x), 352 + 9 * (i % 3), 9, 5, tilt_deg=-20, corners=14), (58, 92, 100))
        )
    rail: Colour = (150, 140, 178)
    shapes += [Shape(rectangle(LEFT, y, RIGHT - LEFT, 8), rail, INK, 2.0) for y in (352, 382)]
    for x in np.arange(LEFT, RIGHT, 38.0):
        at = float(x)
        post = polygon((at, 404), (at, 340), (at + 8, 330), (at + 16, 340), (at + 16, 404))
        shapes.append(Shape(post, (172, 160, 196), INK, 2.0))
    shapes += [
        Shape(rectangle(LEFT, 400, RIGHT - LEFT, 240), (58, 84, 92)),
        Shape(polygon((LEFT, 400), (RIGHT, 400)), None, INK, _LINE, closed=False),
        Shape(rectangle(LEFT, 424, RIGHT - LEFT, 96), (118, 106, 144)),
        Shape(polygon((LEFT, 424), (RIGHT, 424)), None, INK, _LINE, closed=False),
        Shape(polygon((LEFT, 520), (RIGHT, 520)), None, INK, _LINE, closed=False),
    ]
    tones: list[Colour] = [(132, 120, 158), (108, 96, 134), (126, 112, 148)]
    for row, y in enumerate((438, 460, 484, 508)):
        wide = 50 + row * 12
        for i, x in enumerate(np.arange(LEFT, RIGHT, float(wide))):
            at = float(x) + (row % 2) * wide / 2
            shapes.append(
                Shape(ellipse(at, y, wide * 0.43, 7.5 + row * 0.9, corners=22), tones[(i * 2 + row) % 3])
            )
    for i, x in enumerate(np.arange(LEFT, RIGHT, 27.0)):
        at = float(x) + 9 * (i % 3)
        shapes.append(Shape(polygon((at, 424), (at + 4, 410 - 3 * (i % 2)), (at + 7, 424)), (74, 106, 106)))
    return [*shapes, *_lamp(236), *_tree(1160), *_lamp(1290), *_letter_box(770)]


def _lamp(x: float) -> list[Shape]:
    pool = [
        Shape(ellipse(x, 440, 60 + 46 * i, 12 + 9 * i, corners=40), (255, 214, 130), alpha=0.10)
        for i in range(4)
    ]
    halo = [
        Shape(ellipse(x, 168, 20 + 22 * i, 20 + 22 * i, corners=40), (255, 220, 140), alpha=0.11)
        for i in range(4)
    ]
    iron: Colour = (58, 52, 86)
    return [
        *pool,
        *halo,
        Shape(rectangle(x - 5, 196, 10, 226), iron, INK, 2.2),
        Shape(rectangle(x - 13, 408, 26, 18), iron, INK, 2.2),
        Shape(rectangle(x - 16, 228, 32, 6), iron, INK, 2.0),
        Shape(
            polygon((x - 13, 196), (x + 13, 196), (x + 20, 150), (x - 20, 150)), (255, 232, 160), INK, _LINE
        ),
        Shape(polygon((x, 196), (x, 150)), None, INK, 1.8, closed=False),
        Shape(polygon((x - 26, 150), (x + 26, 150), (x, 128)), iron, INK, 2.2),
        Shape(ellipse(x, 126, 5, 5, corners=14), iron, INK, 2.0),
    ]


def _tree(x: float) -> list[Shape]:
    bark: Colour = (84, 62, 90)
    crown = loop(
        [
            (x - 120, 150),
            (x - 96, 84),
            (x - 40, 40),
            (x + 30, 44),
            (x + 94, 78),
            (x + 124, 146),
            (x + 90, 204),
            (x + 20, 222),
            (x - 50, 218),
            (x - 100, 200),
        ]
    )
    dapples = [(-56, 96, 26, 17), (24, 84, 30, 18), (62, 142, 24, 15), (-24, 152, 30, 18), (-82, 150, 16, 11)]
    return [
        Shape(
            loop(
                [
                    (x - 26, 412),
                    (x, 417),
                    (x + 30, 412),
                    (x + 14, 300),
                    (x + 24, 200),
                    (x - 22, 200),
                    (x - 12, 300),
                ]
            ),
            bark,
            INK,
            _LINE,
        ),
        Shape(crown, (46, 88, 92), INK, _LINE),
        *[Shape(ellipse(x + dx, y, rx, ry, tilt_deg=-14), (64, 110, 108)) for dx, y, rx, ry in dapples],
    ]


def _letter_box(x: float) -> list[Shape]:
    return [
        Shape(rectangle(x + 18, 372, 8, 52), (84, 62, 90), INK, 2.0),
        Shape(
            loop(
                [
                    (x, 374),
                    (x, 350),
                    (x + 10, 340),
                    (x + 40, 340),
                    (x + 48, 350),
                    (x + 48, 374),
                    (x + 24, 376),
                ]
            ),
            (96, 122, 168),
            INK,
            _LINE,
        ),
        Shape(rectangle(x + 12, 354, 22, 4), INK),
    ]


def front() -> list[Shape]:
    """Return tall grass at the foot of the picture."""
    place = np.random.default_rng(7)
    shapes = []
    for x in np.arange(LEFT, RIGHT + 600, 24.0):
        at = float(x) + float(place.uniform(-8, 8))
        tall, lean = float(place.uniform(26, 62)), float(place.uniform(-18, 18))
        blade = polygon((at - 7, 580), (at - 5, 550), (at + lean, 556 - tall), (at + 5, 550), (at + 7, 580))
        shapes.append(Shape(blade, (30, 44, 66), (24, 30, 54), 1.6))
    return shapes
